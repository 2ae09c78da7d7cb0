// setTimeout, setInterval, their clear functions, queueMicrotask and reportError, as HTML has them.
"use strict";

const { defineOperations, requireArguments } = require("./define.js");

const apply = Reflect.apply;
const indirectEval = eval;

// HTML's "timer initialization steps": a handler that is no function is a script.
function start(what, repeats, count, handler, timeout, values) {
  requireArguments(1, count, what);
  const callback =
    typeof handler === "function" ? () => void apply(handler, natives.global, values) : script(String(handler));
  return natives.startTimer(callback, Math.max(timeout | 0, 0), repeats);
}

function script(source) {
  return () => void indirectEval(source);
}

defineOperations(natives.global, {
  setTimeout(handler, timeout = 0, ...values) {
    return start("setTimeout", false, arguments.length, handler, timeout, values);
  },
  setInterval(handler, timeout = 0, ...values) {
    return start("setInterval", true, arguments.length, handler, timeout, values);
  },
  clearTimeout(id = 0) {
    natives.stopTimer(id | 0);
  },
  clearInterval(id = 0) {
    natives.stopTimer(id | 0);
  },
  queueMicrotask(callback) {
    requireArguments(1, arguments.length, "queueMicrotask");
    if (typeof callback !== "function") throw new TypeError("queueMicrotask: the callback is not a function");
    natives.queueMicrotask(callback);
  },
  reportError(error) {
    requireArguments(1, arguments.length, "reportError");
    natives.reportError(error);
  },
});

for (const name of ["setTimeout", "setInterval"]) {
  Object.defineProperty(natives.global[name], "length", { value: 1, configurable: true });
}
