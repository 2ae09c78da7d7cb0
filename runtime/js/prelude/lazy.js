// Globals whose code runs when they are first touched. To a program they look like any other data property.
"use strict";

const loaders = { __proto__: null };

exports.defineLazy = (globals, { enumerable = false } = {}) => {
  for (const [name, loader] of Object.entries(globals)) {
    loaders[name] = loader;
    natives.lazy(natives.global, name, enumerable);
  }
};

// The value of a lazy global. V8 asks once and keeps the answer.
exports.load = (name) => loaders[name]();

exports.lazyNames = () => Object.keys(loaders);
