// How long fib(n) takes in a warm loop, in nanoseconds, each call on a line, for as many calls as each line of the input says: node node_fib.js 27
'use strict';

const readline = require('node:readline');

function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

const n = Number(process.argv[2]);
for (let i = 0; i < 50; ++i) fib(n);
readline.createInterface({ input: process.stdin }).on('line', (calls) => {
  const times = [];
  for (let i = 0; i < Number(calls); ++i) {
    const begin = process.hrtime.bigint();
    fib(n);
    times.push(process.hrtime.bigint() - begin);
  }
  console.log(times.join('\n'));
});
