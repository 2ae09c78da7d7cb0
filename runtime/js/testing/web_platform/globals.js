// Globals (Web IDL)

test("the global object is self", () => {
  equal(self, globalThis);
});
for (const name of [
  "AbortController", "AbortSignal", "CustomEvent", "DOMException", "Event", "EventTarget", "Performance", "Crypto",
  "TextDecoder", "TextEncoder", "URL", "URLSearchParams",
]) {
  test(`${name} is an interface object`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    equal(typeof descriptor.value, "function");
    equal(descriptor.writable, true, "writable");
    equal(descriptor.enumerable, false, "enumerable");
    equal(descriptor.configurable, true, "configurable");
    equal(globalThis[name].name, name);
    throws(TypeError, () => globalThis[name]());
    equal(Object.prototype.toString.call(globalThis[name].prototype), `[object ${name}]`);
    equal(Object.getOwnPropertyDescriptor(globalThis[name], "prototype").writable, false);
  });
}
for (const [name, length] of Object.entries({
  atob: 1, btoa: 1, clearInterval: 0, clearTimeout: 0, queueMicrotask: 1,
  reportError: 1, setInterval: 1, setTimeout: 1, structuredClone: 1,
})) {
  test(`${name} is an operation of the global object`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    equal(descriptor.writable && descriptor.enumerable && descriptor.configurable, true);
    equal(descriptor.value.name, name);
    equal(descriptor.value.length, length);
    throws(TypeError, () => new globalThis[name]("a"));
  });
}
test("a global can be replaced and deleted", () => {
  const before = globalThis.CustomEvent;
  globalThis.CustomEvent = 1;
  equal(CustomEvent, 1);
  equal(delete globalThis.CustomEvent, true);
  equal(typeof CustomEvent, "undefined");
  Object.defineProperty(globalThis, "CustomEvent", { value: before, writable: true, configurable: true });
});
test("what the packages leave behind is not seen", () => {
  for (const name of ["__core-js_shared__", "packageGlobal", "natives", "process", "Buffer", "window", "global"]) {
    equal(name in globalThis, false, name);
  }
  equal(Object.getOwnPropertySymbols(globalThis).length, 0);
});
test("eval and Function compile", () => {
  equal(eval("1 + 1"), 2);
  equal(new Function("a", "return a * 2")(4), 8);
});
