// Globals whose code runs when they are first touched. To a program they look like any other data property.
"use strict";

const loaders = { __proto__: null };

// Lazy values that are no globals: the prelude's own.
const own = { __proto__: null };
exports.own = own;

function define(target, name, loader, enumerable) {
  loaders[name] = loader;
  natives.lazy(target, name, enumerable);
}

exports.defineLazy = (globals, { enumerable = false } = {}) => {
  for (const [name, loader] of Object.entries(globals)) define(natives.global, name, loader, enumerable);
};

exports.defineLazyOwn = (values) => {
  for (const [name, loader] of Object.entries(values)) define(own, name, loader, true);
};

// The value of a lazy property. V8 asks once and keeps the answer.
exports.load = (name) => {
  const value = loaders[name]();
  // The bundler renames what would clash.
  if (typeof value === "function") Object.defineProperty(value, "name", { value: name, configurable: true });
  return value;
};

// Touches a lazy property.
const preload = (name) => void (name in own ? own[name] : natives.global[name]);
exports.preload = preload;

exports.preloadAll = () => Object.keys(loaders).forEach(preload);
