// The hello for workerd: one context, shared by all requests.
function handler(event) { return { message: `Hello, ${event.name}!` }; }

export default {
  async fetch(request) {
    return Response.json(handler(await request.json()));
  },
};
