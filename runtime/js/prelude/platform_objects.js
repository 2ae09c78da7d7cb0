// What structuredClone must know of the web platform's objects, which are plain objects to V8.
"use strict";

const loaded = [];

// Says that instances of `constructor` can't be cloned.
exports.addPlatformClass = (constructor) => {
  loaded.push(constructor);
};

let DOMException;
exports.setDomException = (constructor) => {
  DOMException = constructor;
};

// 0: no platform object; 1: a DOMException; 2: one that can't be cloned. See structured_clone.h.
exports.platformKind = (object) => {
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return 0;
  if (DOMException !== undefined && object instanceof DOMException) return 1;
  for (const constructor of loaded) {
    if (object instanceof constructor) return 2;
  }
  return 0;
};

exports.dataCloneError = (message) => {
  const { DOMException } = require("./dom_exception.js");
  return new DOMException(message, "DataCloneError");
};

exports.copyDomException = ({ message, name, stack }) => {
  const { DOMException } = require("./dom_exception.js");
  const exception = new DOMException(message, name);
  Object.defineProperty(exception, "stack", { value: stack, writable: true, configurable: true });
  return exception;
};
