// crypto (WebCryptoAPI)

test("crypto.randomUUID gives version 4", () => {
  const seen = new Set();
  for (let i = 0; i < 200; ++i) {
    const id = crypto.randomUUID();
    equal(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), true, id);
    seen.add(id);
  }
  equal(seen.size, 200);
});
test("crypto.getRandomValues fills integer arrays", () => {
  for (const type of [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array,
    BigUint64Array,
  ]) {
    const array = new type(16);
    equal(crypto.getRandomValues(array), array);
    equal(array.some((value) => value != 0), true, type.name);
  }
  const view = new Uint8Array(64).subarray(8, 24);
  crypto.getRandomValues(view);
  equal(new Uint8Array(view.buffer).subarray(0, 8).every((byte) => byte === 0), true);
  equal(new Uint8Array(view.buffer).subarray(24).every((byte) => byte === 0), true);
  equal(crypto.getRandomValues(new Uint8Array(0)).length, 0);
});
test("crypto.getRandomValues refuses the rest", () => {
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new Float32Array(1)));
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new Float64Array(1)));
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new DataView(new ArrayBuffer(1))));
  throwsDom("QuotaExceededError", () => crypto.getRandomValues(new Uint8Array(65537)));
  throws(TypeError, () => crypto.getRandomValues([]));
  throws(TypeError, () => crypto.getRandomValues());
  throws(TypeError, () => new Crypto());
  throws(TypeError, () => crypto.getRandomValues.call({}, new Uint8Array(1)));
});
test("Math.random is a number from 0 up to 1", () => {
  const seen = new Set();
  for (let i = 0; i < 1000; ++i) {
    const value = Math.random();
    equal(value >= 0 && value < 1, true);
    seen.add(value);
  }
  equal(seen.size, 1000);
  equal(Math.random.name, "random");
  equal(Math.random.length, 0);
});
