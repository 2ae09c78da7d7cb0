// How long fib(n) takes in a warm loop, in nanoseconds, each call on a line: node node_fib.js 27 100
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

const [n, calls] = process.argv.slice(2).map(Number);
for (let i = 0; i < 50; ++i) fib(n);
for (let i = 0; i < calls; ++i) {
  const begin = process.hrtime.bigint();
  fib(n);
  console.log(String(process.hrtime.bigint() - begin));
}
