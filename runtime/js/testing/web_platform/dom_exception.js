// DOMException (webidl/ecmascript-binding/es-exceptions)

test("DOMException has a message, a name and a code", () => {
  const plain = new DOMException();
  same([plain.message, plain.name, plain.code], ["", "Error", 0]);
  const named = new DOMException("m", "NotFoundError");
  same([named.message, named.name, named.code], ["m", "NotFoundError", 8]);
  equal(new DOMException("m", "DataCloneError").code, 25);
  equal(new DOMException("m", "Unknown").code, 0);
  equal(String(named), "NotFoundError: m");
});
test("DOMException is an Error with a stack and constants", () => {
  const error = new DOMException("m");
  equal(error instanceof Error, true);
  equal(typeof error.stack, "string");
  equal(DOMException.ABORT_ERR, 20);
  equal(DOMException.prototype.INDEX_SIZE_ERR, 1);
  equal(Object.getPrototypeOf(DOMException.prototype), Error.prototype);
  throws(TypeError, () => new DOMException(Symbol()));
  throws(TypeError, () => Object.getOwnPropertyDescriptor(DOMException.prototype, "name").get.call({}));
});
