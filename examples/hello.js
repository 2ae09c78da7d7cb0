// The smallest function: an event comes in, a value goes out.
function handler(event) {
  return { message: `Hello, ${event.name}!` };
}
