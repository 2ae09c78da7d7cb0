// Event, EventTarget and CustomEvent.
"use strict";

const { finishInterface, requireArguments } = require("./define.js");
const { addPlatformClass } = require("./platform_objects.js");
const { Event: BaseEvent, EventTarget, setErrorHandler, setWarningHandler } = require("event-target-shim");

// An exception of a listener is reported, and the dispatch goes on. The package's advice is for browsers' consoles.
setErrorHandler(natives.reportError);
setWarningHandler(() => {});

const constants = ["NONE", "CAPTURING_PHASE", "AT_TARGET", "BUBBLING_PHASE"];

// The package's Event, with Web IDL's check of its arguments.
function Event(type, options) {
  if (new.target === undefined) throw new TypeError("Class constructor Event cannot be invoked without 'new'");
  requireArguments(1, arguments.length, "Event constructor");
  return Reflect.construct(BaseEvent, [`${type}`, options], new.target);
}
Object.defineProperty(Event, "length", { value: 1, configurable: true });
Object.defineProperty(Event, "prototype", { value: BaseEvent.prototype, writable: false });
Object.defineProperty(Event.prototype, "constructor", { value: Event, writable: true, configurable: true });
for (const name of constants) Object.defineProperty(Event, name, { value: BaseEvent[name], enumerable: true });
finishInterface(Event, "Event");

// An event keeps its target after the dispatch; the package's forgets it.
const targets = new WeakMap();
for (const name of ["target", "srcElement"]) {
  const { get } = Object.getOwnPropertyDescriptor(BaseEvent.prototype, name);
  const target = {
    get [name]() {
      return get.call(this) ?? targets.get(this) ?? null;
    },
  };
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(BaseEvent.prototype, name, { ...descriptor, enumerable: true });
}

const { addEventListener, dispatchEvent, removeEventListener } = EventTarget.prototype;
Object.assign(EventTarget.prototype, {
  addEventListener(type, callback, options) {
    requireArguments(2, arguments.length, "EventTarget.addEventListener");
    return addEventListener.call(this, type, callback, options);
  },
  removeEventListener(type, callback, options) {
    requireArguments(2, arguments.length, "EventTarget.removeEventListener");
    return removeEventListener.call(this, type, callback, options);
  },
  dispatchEvent(event) {
    requireArguments(1, arguments.length, "EventTarget.dispatchEvent");
    if (!(event instanceof BaseEvent)) throw new TypeError("EventTarget.dispatchEvent: the argument is not an Event");
    try {
      return dispatchEvent.call(this, event);
    } finally {
      targets.set(event, this);
    }
  },
});
finishInterface(EventTarget, "EventTarget");

class CustomEvent extends Event {
  #detail;
  constructor(type, options = {}) {
    requireArguments(1, arguments.length, "CustomEvent constructor");
    super(type, options);
    this.#detail = options?.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    super.initEvent(type, bubbles, cancelable);
    this.#detail = detail;
  }
}
finishInterface(CustomEvent, "CustomEvent");

addPlatformClass(Event);
addPlatformClass(EventTarget);

module.exports = { CustomEvent, Event, EventTarget };
