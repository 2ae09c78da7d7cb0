// structuredClone, on V8's serializer.
"use strict";

const { defineOperations, requireArguments } = require("./define.js");

// Web IDL's StructuredSerializeOptions.
function transferOf(options) {
  if (options === undefined || options === null) return [];
  if (typeof options !== "object" && typeof options !== "function") {
    throw new TypeError("structuredClone: the options are not an object");
  }
  const { transfer } = options;
  if (transfer === undefined) return [];
  if (transfer === null || (typeof transfer !== "object" && typeof transfer !== "function")) {
    throw new TypeError("structuredClone: transfer is not a sequence");
  }
  if (typeof transfer[Symbol.iterator] !== "function") {
    throw new TypeError("structuredClone: transfer is not iterable");
  }
  const items = [...transfer];
  for (const item of items) {
    if (item === null || (typeof item !== "object" && typeof item !== "function")) {
      throw new TypeError("structuredClone: transfer holds what is not an object");
    }
  }
  return items;
}

defineOperations(natives.global, {
  structuredClone(value, options = undefined) {
    requireArguments(1, arguments.length, "structuredClone");
    return natives.clone(value, transferOf(options));
  },
});
Object.defineProperty(natives.global.structuredClone, "length", { value: 1, configurable: true });
