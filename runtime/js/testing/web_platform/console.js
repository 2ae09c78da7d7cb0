// console (console/)

test("console is a namespace object", () => {
  equal(Object.prototype.toString.call(console), "[object console]");
  equal(Object.getOwnPropertyDescriptor(globalThis, "console").enumerable, false);
  equal(Object.getPrototypeOf(Object.getPrototypeOf(console)), Object.prototype);
  same(Object.getOwnPropertyNames(Object.getPrototypeOf(console)), []);
  for (const name of [
    "assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "groupEnd",
    "info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn"]) {
    const descriptor = Object.getOwnPropertyDescriptor(console, name);
    equal(descriptor.writable && descriptor.enumerable && descriptor.configurable, true, name);
    equal(descriptor.value.name, name);
  }
});
test("console's methods need no receiver", () => {
  const { log } = console;
  equal(log(), undefined);
});
