// Loads everything that is lazy, in a context that is then thrown away, so that the snapshot holds its bytecode.
"use strict";

const { own, preloadAll } = require("./lazy.js");

// V8 makes no SharedArrayBuffer while it makes a snapshot; webidl-conversions reads this getter of it.
function shimSharedArrayBuffer() {
  natives.global.SharedArrayBuffer = class SharedArrayBuffer {
    get byteLength() {
      throw new TypeError();
    }
    get growable() {
      throw new TypeError();
    }
  };
}

exports.warmUp = () => {
  shimSharedArrayBuffer();
  preloadAll();
  const url = new URL("https://user@example.org:8080/a?b=c#d");
  own.inspect.format("%s", { a: [1, new Map([[1, new Set([2])]])], url });
  own.table.table([{ a: 1 }, 2]);
  new TextDecoder().decode(new TextEncoder().encode("é"));
  structuredClone({ a: [new Date(0)] });
  new AbortController().abort();
  atob(btoa("a"));
};
