// performance.now and performance.timeOrigin.
"use strict";

const { finishInterface } = require("./define.js");

let constructing = false;

class Performance {
  #brand;
  constructor() {
    if (!constructing) throw new TypeError("Illegal constructor");
  }
  now() {
    this.#brand;
    return natives.now();
  }
  get timeOrigin() {
    this.#brand;
    return natives.timeOrigin();
  }
  toJSON() {
    return { timeOrigin: this.timeOrigin };
  }
}
finishInterface(Performance, "Performance");

constructing = true;
const performance = new Performance();
constructing = false;

Object.defineProperty(natives.global, "Performance", { value: Performance, writable: true, configurable: true });
Object.defineProperty(natives.global, "performance", {
  value: performance,
  writable: true,
  enumerable: true,
  configurable: true,
});
