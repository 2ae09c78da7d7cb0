// Bundled before all else (BUILD.bazel): what the npm packages see as the global object. What they are here to provide
// they must not find, and what they leave on it a function must not see.
const packageGlobal = Object.create(natives.global, {
  Buffer: { value: undefined },
  Event: { value: undefined },
  EventTarget: { value: undefined },
  TextDecoder: { value: undefined },
  TextEncoder: { value: undefined },
  atob: { value: undefined, writable: true, configurable: true },
  btoa: { value: undefined, writable: true, configurable: true },
});
