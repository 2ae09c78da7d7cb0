// Runs once, while the startup snapshot is made: what it leaves on the global object is what every function begins
// with. Nothing here may hold a time, a random value or anything else of "now".
//
// `natives` is prelude_natives.h; `globalThis` is what packages see (package_global.js). Interfaces that are large are
// loaded when they are first touched: what require() names inside a function, esbuild runs no earlier.
"use strict";

const { defineLazy, defineLazyOwn, load, preload } = require("./lazy.js");

require("./console.js");
require("./performance.js");
require("./random.js");
require("./structured_clone.js");
require("./timers.js");

Object.defineProperty(natives.global, "self", {
  value: natives.global,
  writable: true,
  enumerable: true,
  configurable: true,
});

defineLazy({
  AbortController: () => require("./abort.js").AbortController,
  AbortSignal: () => require("./abort.js").AbortSignal,
  Crypto: () => require("./crypto.js").Crypto,
  CustomEvent: () => require("./events.js").CustomEvent,
  DOMException: () => require("./dom_exception.js").DOMException,
  Event: () => require("./events.js").Event,
  EventTarget: () => require("./events.js").EventTarget,
  TextDecoder: () => require("./encoding.js").TextDecoder,
  TextEncoder: () => require("./encoding.js").TextEncoder,
  URL: () => require("./url.js").URL,
  URLSearchParams: () => require("./url.js").URLSearchParams,
  crypto: () => require("./crypto.js").crypto,
});

defineLazy(
  {
    atob: () => require("./base64.js").atob,
    btoa: () => require("./base64.js").btoa,
  },
  { enumerable: true },
);

defineLazyOwn({
  inspect: () => require("./inspect.js"),
  table: () => require("./table.js"),
});

natives.setPrelude({
  load,
  preload,
  warmUp: () => require("./warm_up.js").warmUp(),
  ...require("./platform_objects.js"),
});
