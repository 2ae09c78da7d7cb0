// Math.random draws from the kernel, so that no two calls of a restored worker draw the same.
"use strict";

Object.defineProperty(Math, "random", {
  value: natives.random,
  writable: true,
  enumerable: false,
  configurable: true,
});
