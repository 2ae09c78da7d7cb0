// The hello for Node's vm: a new context for each request, the script compiled once.
const http = require('node:http');
const vm = require('node:vm');

const script = new vm.Script(`
  function handler(event) { return { message: \`Hello, \${event.name}!\` }; }
  JSON.stringify(handler(JSON.parse(event)));
`);

http.createServer((request, response) => {
  let event = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => { event += chunk; });
  request.on('end', () => {
    const result = script.runInContext(vm.createContext({ event }));
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(result) });
    response.end(result);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
