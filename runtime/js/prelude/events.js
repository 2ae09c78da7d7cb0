// Event, EventTarget and CustomEvent.
"use strict";

const { finishInterface, requireArguments } = require("./define.js");
const { addPlatformClass } = require("./platform_objects.js");
const { Event, EventTarget, setErrorHandler, setWarningHandler } = require("event-target-shim");

// An exception of a listener is reported, and the dispatch goes on. The package's advice is for browsers' consoles.
setErrorHandler((error) => natives.log(4, `Uncaught ${error?.stack ?? error}`));
setWarningHandler(() => {});

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
