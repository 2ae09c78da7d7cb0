// structuredClone (html/webappapis/structured-clone)

test("structuredClone copies primitives and their wrappers", () => {
  for (const value of [undefined, null, true, "a", "\ud800", 0, -0, NaN, 1n]) equal(structuredClone(value), value);
  equal(typeof structuredClone(Object("a")), "object");
  equal(structuredClone(Object(false)).valueOf(), false);
});
test("structuredClone copies dates, regular expressions, maps, sets and buffers", () => {
  equal(structuredClone(new Date(5)).getTime(), 5);
  const expression = /a/gi;
  expression.lastIndex = 2;
  equal(String(structuredClone(expression)), "/a/gi");
  equal(structuredClone(expression).lastIndex, 0);
  same([...structuredClone(new Map([[1, { a: 2 }]]))], [[1, { a: 2 }]]);
  same([...structuredClone(new Set([1, 2]))], [1, 2]);
  const bytes = structuredClone(new Uint8Array([1, 2, 3]).subarray(1));
  same([...bytes], [2, 3]);
  equal(bytes.constructor, Uint8Array);
});
test("structuredClone keeps identity and cycles", () => {
  const value = { list: [] };
  value.self = value;
  value.again = value.list;
  const copy = structuredClone(value);
  equal(copy.self, copy);
  equal(copy.list, copy.again);
  equal(copy === value, false);
});
test("structuredClone keeps holes and extra properties of arrays", () => {
  const list = [1, , 3];
  list.name = "x";
  const copy = structuredClone(list);
  equal(1 in copy, false);
  equal(copy.length, 3);
  equal(copy.name, "x");
});
test("structuredClone copies own enumerable properties only, and runs getters", () => {
  class Point { constructor() { this.x = 1; } get y() { return 2; } }
  const copy = structuredClone(new Point());
  equal(Object.getPrototypeOf(copy), Object.prototype);
  same(copy, { x: 1 });
  same(structuredClone({ get a() { return 1; }, [Symbol("s")]: 2 }), { a: 1 });
});
test("structuredClone copies errors with their cause", () => {
  const copy = structuredClone(new RangeError("m", { cause: "c" }));
  equal(copy instanceof RangeError, true);
  equal(copy.message, "m");
  equal(copy.cause, "c");
});
test("structuredClone copies DOMExceptions", () => {
  const copy = structuredClone(new DOMException("m", "AbortError"));
  equal(copy instanceof DOMException, true);
  equal(copy.name, "AbortError");
  equal(copy.code, 20);
});
test("structuredClone refuses functions, symbols and platform objects", () => {
  for (const value of [
    () => {}, Symbol("a"), { f() {} }, new WeakMap(), Promise.resolve(), new URL("http://a"), new Event("a"),
    new EventTarget(), new AbortController(), new TextEncoder()]) {
    throwsDom("DataCloneError", () => structuredClone(value));
  }
});
test("structuredClone transfers ArrayBuffers", () => {
  const buffer = new ArrayBuffer(8);
  new Uint8Array(buffer)[0] = 7;
  const copy = structuredClone({ buffer }, { transfer: [buffer] });
  equal(buffer.byteLength, 0);
  equal(buffer.detached, true);
  equal(new Uint8Array(copy.buffer)[0], 7);
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [buffer] }));
  const twice = new ArrayBuffer(1);
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [twice, twice] }));
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [{}] }));
});
test("structuredClone converts its arguments", () => {
  throws(TypeError, () => structuredClone());
  throws(TypeError, () => structuredClone(1, 2));
  throws(TypeError, () => structuredClone(1, { transfer: 1 }));
  throws(TypeError, () => structuredClone(1, { transfer: [1] }));
  equal(structuredClone(1, null), 1);
  equal(structuredClone(1, { transfer: undefined }), 1);
});
