// AbortController and AbortSignal, as DOM has them. Written here because no maintained package's signal is an
// EventTarget.
"use strict";

const { finishInterface, requireArguments } = require("./define.js");
const { DOMException } = require("./dom_exception.js");
const { Event, EventTarget } = require("./events.js");
const { getEventAttributeValue, setEventAttributeValue } = require("event-target-shim");

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

let constructing = false;
let abort;  // (signal, reason): "signal abort"
let follow; // (signal, sources): "create a dependent abort signal"

function newSignal() {
  constructing = true;
  try {
    return new AbortSignal();
  } finally {
    constructing = false;
  }
}

const reasonOr = (reason, message, name) => (reason === undefined ? new DOMException(message, name) : reason);
const abortReason = (reason) => reasonOr(reason, "This operation was aborted", "AbortError");

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason = undefined;
  #sources = [];
  #dependents = [];

  static {
    abort = (signal, reason) => signal.#abort(reason);
    follow = (signal, sources) => signal.#follow(sources);
  }

  constructor() {
    if (!constructing) throw new TypeError("Illegal constructor");
    super();
  }

  get aborted() {
    return this.#aborted;
  }
  get reason() {
    return this.#reason;
  }
  get onabort() {
    return getEventAttributeValue(this, "abort");
  }
  set onabort(handler) {
    const isObject = handler !== null && (typeof handler === "object" || typeof handler === "function");
    setEventAttributeValue(this, "abort", isObject ? handler : null);
  }
  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason = undefined) {
    const signal = newSignal();
    signal.#set(abortReason(reason));
    return signal;
  }
  static timeout(milliseconds) {
    requireArguments(1, arguments.length, "AbortSignal.timeout");
    const delay = Math.trunc(Number(milliseconds));
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) {
      throw new TypeError("AbortSignal.timeout: the time is outside the range of an unsigned long long");
    }
    const signal = newSignal();
    natives.startTimer(
      () => signal.#abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
      delay,
      false,
    );
    return signal;
  }
  static any(signals) {
    requireArguments(1, arguments.length, "AbortSignal.any");
    const sources = [...signals];
    for (const source of sources) {
      if (!(source instanceof AbortSignal)) throw new TypeError("AbortSignal.any: an item is not an AbortSignal");
    }
    const signal = newSignal();
    follow(signal, sources);
    return signal;
  }

  #set(reason) {
    this.#aborted = true;
    this.#reason = reason;
  }

  // Dependents are marked before any listener runs, and their events follow this signal's own.
  #abort(reason) {
    if (this.#aborted) return;
    this.#set(abortReason(reason));
    const waiting = this.#dependents.filter((dependent) => !dependent.#aborted);
    for (const dependent of waiting) dependent.#set(this.#reason);
    for (const signal of [this, ...waiting]) signal.dispatchEvent(new Event("abort"));
  }

  #follow(sources) {
    const done = sources.find((source) => source.#aborted);
    if (done !== undefined) {
      this.#set(done.#reason);
      return;
    }
    const roots = new Set(sources.flatMap((source) => (source.#sources.length === 0 ? [source] : source.#sources)));
    this.#sources = [...roots];
    for (const root of roots) root.#dependents.push(this);
  }
}
finishInterface(AbortSignal, "AbortSignal");
for (const name of ["abort", "timeout", "any"]) Object.defineProperty(AbortSignal, name, { enumerable: true });
Object.defineProperty(AbortSignal.abort, "length", { value: 0, configurable: true });

class AbortController {
  #signal = newSignal();
  get signal() {
    return this.#signal;
  }
  abort(reason = undefined) {
    abort(this.#signal, reason);
  }
}
finishInterface(AbortController, "AbortController");

Object.defineProperty(AbortSignal.prototype, inspectCustom, {
  value: function (depth, options, inspect) {
    return `AbortSignal ${inspect({ aborted: this.aborted }, options)}`;
  },
  writable: true,
  configurable: true,
});
Object.defineProperty(AbortController.prototype, inspectCustom, {
  value: function (depth, options, inspect) {
    return `AbortController ${inspect({ signal: this.signal }, options)}`;
  },
  writable: true,
  configurable: true,
});
require("./platform_objects.js").addPlatformClass(AbortController);

module.exports = { AbortController, AbortSignal };
