// Properties as Web IDL wants them.
"use strict";

// An operation of the global object or of a namespace: enumerable, writable, configurable.
exports.defineOperations = (target, operations) => {
  for (const [name, value] of Object.entries(operations)) {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  }
};

// An interface's prototype: members are enumerable, and the tag is its name.
exports.finishInterface = (constructor, name) => {
  for (const key of Object.getOwnPropertyNames(constructor.prototype)) {
    if (key !== "constructor") Object.defineProperty(constructor.prototype, key, { enumerable: true });
  }
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
};

exports.requireArguments = (count, given, what) => {
  if (given >= count) return;
  throw new TypeError(`${what}: ${count} argument${count === 1 ? "" : "s"} required, but only ${given} present.`);
};
