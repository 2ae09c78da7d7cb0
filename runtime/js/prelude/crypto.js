// crypto.getRandomValues and crypto.randomUUID, from the kernel's randomness.
"use strict";

const { finishInterface, requireArguments } = require("./define.js");
const { DOMException } = require("./dom_exception.js");

const bytesMax = 65536;
const integerTypes = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
];
const typeTag = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const typeNames = new Set(integerTypes.map((type) => type.name));
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

let constructing = false;

class Crypto {
  #brand;
  constructor() {
    if (!constructing) throw new TypeError("Illegal constructor");
  }
  getRandomValues(array) {
    this.#brand;
    requireArguments(1, arguments.length, "Crypto.getRandomValues");
    if (!ArrayBuffer.isView(array)) throw new TypeError("Crypto.getRandomValues: the argument is no ArrayBufferView");
    if (!typeNames.has(typeTag.call(array))) {
      throw new DOMException("The ArrayBufferView is not one of integers", "TypeMismatchError");
    }
    if (array.byteLength > bytesMax) {
      throw new DOMException(
        `The requested length (${array.byteLength} bytes) is over the limit of ${bytesMax} bytes`,
        "QuotaExceededError",
      );
    }
    natives.fillRandom(array);
    return array;
  }
  randomUUID() {
    this.#brand;
    const bytes = new Uint8Array(16);
    natives.fillRandom(bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let id = "";
    for (let i = 0; i < 16; ++i) id += (i === 4 || i === 6 || i === 8 || i === 10 ? "-" : "") + hex[bytes[i]];
    return id;
  }
}
finishInterface(Crypto, "Crypto");

constructing = true;
const crypto = new Crypto();
constructing = false;

require("./platform_objects.js").addPlatformClass(Crypto);

module.exports = { Crypto, crypto };
