// A guest that does to its own realm whatever it is told to. The event is a list of commands, from `damage` below; the answer is
// what was to be seen before them, and after them: all of it, or with "glances" what is quickly seen.
// Each call must answer as the first call of a new worker.
"use strict";

// What the damage leaves behind.
const kept = [];
const state = { calls: 0, ticks: 0 };
var hoisted = 1;
let lexical = 1;
const memo = new Map();
const weak = new WeakMap();
const target = {};
const reference = new WeakRef(target);
const registry = new FinalizationRegistry(() => state.ticks++);
const bus = new EventTarget();
const sticky = /a/g;
const bytes = new Uint8Array(1 << 16).fill(7);
const generator = (function* () { for (let n = 0; ; n++) yield n; })();
const tag = strings => strings;
const template = () => tag`a${1}b`;
const m = require("m");
class Klass { static counter = 0; #own = 1; read() { return this.#own; } write(value) { this.#own = value; } }
const instance = new Klass();

// Looking -------------------------------------------------------------------------------------------------------------

// Bound before any damage. No damage is done to what these stand on.
const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Reflect;
const { stringify } = JSON;
const { defineProperty } = Object;
const text = String;
const symbolText = Function.prototype.call.bind(Symbol.prototype.toString);
const codeAt = Function.prototype.call.bind(String.prototype.charCodeAt);
const now = Date.now;

function hash(value, seed) {
  let sum = seed;
  for (let i = 0; i < value.length; i++) sum = Math_imul(sum ^ codeAt(value, i), 16777619);
  return sum >>> 0;
}
const Math_imul = Math.imul;

// All that can be reached from a value by properties: names, attributes, primitive values, prototypes.
function reach(start, seen, sum) {
  const todo = [start];
  for (let at = 0; at < todo.length; at++) {
    const object = todo[at];
    const keys = ownKeys(object);
    sum = hash(isExtensible(object) ? "+" : "-", sum);
    note(getPrototypeOf(object));
    for (let i = 0; i < keys.length; i++) {
      const property = getOwnPropertyDescriptor(object, keys[i]);
      const flags = `${property.writable}${property.enumerable}${property.configurable}`;
      sum = hash(typeof keys[i] === "symbol" ? symbolText(keys[i]) : keys[i], hash(flags, sum));
      note(property.value);
      note(property.get);
      note(property.set);
    }
  }
  function note(value) {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      sum = hash(typeof value === "symbol" ? symbolText(value) : text(value), sum);
    } else if (!seen.has(value)) {
      seen.set(value, seen.size);
      defineProperty(todo, todo.length, { value, configurable: true, enumerable: true, writable: true });
    } else {
      sum = hash(text(seen.get(value)), sum);
    }
  }
  return sum;
}

const reachOwn = seen => [reach(m, seen, 1), reach(Klass, seen, 1), reach(target, seen, 1), reach(attempt(() => (async function* () {})()), seen, 1)];
const reachShallow = object => ownKeys(object).length;

function attempt(action) {
  try {
    return action();
  } catch (error) {
    return text(error);
  }
}

// All that a call can see of those before it; `deep`: whatever it takes.
function look(deep) {
  const seen = new Map();
  const globals = {};
  const names = ownKeys(globalThis);
  for (let i = 0; i < names.length; i++) {
    const name = typeof names[i] === "symbol" ? symbolText(names[i]) : names[i];
    const property = getOwnPropertyDescriptor(globalThis, names[i]);
    const own = { value: property.value, get: property.get, set: property.set, flags: `${property.writable}${property.enumerable}` };
    globals[name] = deep ? reach(own, seen, 2166136261) : own.flags;
  }
  return stringify([
    globals, ...(deep ? reachOwn(seen) : [reachShallow(m), reachShallow(Klass), reachShallow(target), reachShallow(Object.prototype), reachShallow(Array.prototype), reachShallow(Error)]),
    state, kept.length, hoisted, lexical, memo.size, attempt(() => weak.has(target)), reference.deref() === target, attempt(() => instance.read()),
    attempt(() => bus.dispatchEvent(new Event("x"))), sticky.lastIndex, attempt(() => RegExp.$1 + RegExp.lastMatch + RegExp.input), bytes[0], bytes.length,
    attempt(() => generator.next().value), Object.isFrozen(template()), template() === template(), attempt(() => m.count()), attempt(() => require("m") === m),
    attempt(() => new Intl.DateTimeFormat().resolvedOptions().timeZone), attempt(() => new Date(0).toString()), attempt(() => (1234.5).toLocaleString()),
    attempt(() => [3, 1, 2].sort().join()), attempt(() => "aXb".replace(/X/, "-")), attempt(() => eval("typeof planted")), attempt(() => new Error("e").stack.length > 0),
    attempt(() => Symbol.keyFor(Symbol.for("planted"))), now() > 1e12,
  ]);
}

// Damaging ------------------------------------------------------------------------------------------------------------

const damage = {
  __proto__: { glances() {} }, // that one does no damage
  globals() {
    state.calls++; hoisted = 2; lexical = 2; memo.set("planted", kept); weak.set(target, 1); target.planted = 1; globalThis.planted = 1;
    (0, eval)("var evaluated = 1; let evaluatedLexical = 2; function evaluatedFunction() {}");
    new Function("globalThis.made = 1")();
    delete globalThis.escape; globalThis.parseInt = () => 0; globalThis.undefinedNot = undefined;
    kept.push(1);
  },
  prototypes() {
    for (const type of [Object, Array, Function, String, Number, Boolean, Symbol, BigInt, Error, Map, Set, Date, RegExp, Promise]) type.prototype.planted = type;
    Array.prototype.map = Array.prototype.sort = () => "planted"; String.prototype.replace = () => "planted"; Function.prototype.apply = null;
    Array.prototype[5] = "planted"; Object.prototype.get2 = 1; Number.prototype.toLocaleString = () => "planted"; Date.prototype.toString = null;
  },
  promises() {
    Promise.prototype.then = () => { throw "planted"; }; Promise.resolve = Promise.all = null; Promise.prototype.constructor = Array;
    Object.defineProperty(Promise, Symbol.species, { value: Array });
  },
  json() {
    JSON.stringify = () => '"planted"'; JSON.parse = () => "planted"; BigInt.prototype.toJSON = () => 1;
    Object.defineProperty(Object.prototype, "toString", { value: () => "planted" });
  },
  iterators() {
    Array.prototype[Symbol.iterator] = function* () { yield "planted"; };
    const proto = Object.getPrototypeOf([][Symbol.iterator]?.() ?? {}); proto.planted = 1;
    String.prototype[Symbol.iterator] = null; Map.prototype[Symbol.iterator] = null; Symbol.prototype[Symbol.toPrimitive]?.planted;
    Object.getPrototypeOf(Object.getPrototypeOf((function* () {})())).next = null;
    Object.getPrototypeOf(async function* () {}).planted = 1; Object.getPrototypeOf(async function () {}).planted = 1;
  },
  frozenIntrinsics() {
    for (const it of [Math, JSON, Reflect, Array.prototype, Function.prototype, Promise, Error, console, target, m, Klass]) Object.freeze(it);
    Object.preventExtensions(globalThis);
  },
  deletedIntrinsics() {
    for (const name of ["URL", "Intl", "WebAssembly", "setTimeout", "structuredClone", "btoa", "crypto", "TextEncoder", "Proxy", "Symbol"]) delete globalThis[name];
    for (const it of [Math, Object, Promise, Date]) for (const key of ownKeys(it)) try { delete it[key]; } catch {}
  },
  errors() {
    Error.stackTraceLimit = 1; Error.prepareStackTrace = () => "planted"; Error.captureStackTrace = null; Error.prototype.name = "planted";
  },
  webGlobals() {
    new URL("http://planted/").searchParams.append("a", "b"); new TextDecoder("shift_jis"); btoa("planted"); structuredClone({ kept });
    URL.prototype.planted = 1; Object.defineProperty(URL.prototype, "pathname", { get: () => "planted" }); console.log = console.planted = () => {};
    crypto.getRandomValues = x => x; EventTarget.prototype.dispatchEvent = () => "planted"; performance.now = () => 0; TextDecoder.prototype.decode = null;
    AbortSignal.prototype.planted = 1; globalThis.queueMicrotask = globalThis.setTimeout = globalThis.fetch = null; structuredClone.planted = 1;
  },
  listeners() {
    bus.addEventListener("x", () => state.ticks++); bus.addEventListener("x", () => { throw 1; });
    globalThis.onerror = globalThis.onunhandledrejection = () => true;
    const controller = new AbortController(); controller.signal.addEventListener("abort", () => state.ticks++); kept.push(controller); controller.abort();
  },
  consoleState() {
    console.count("planted"); console.count("planted"); console.group("planted"); console.time("planted"); console.log("planted");
  },
  timers() {
    setInterval(() => state.ticks++, 0); setInterval(() => { for (;;) kept.push(1); }, 50); setTimeout(() => { globalThis.late = 1; }, 0);
    queueMicrotask(() => state.ticks++);
  },
  timersThatRan() {
    return new Promise(done => { let n = 0; const id = setInterval(() => { state.ticks++; if (++n === 3) done(id); }, 0); });
  },
  pendingPromises() {
    (async () => { for (;;) { await null; await new Promise(r => setTimeout(r, 0)); state.ticks++; } })();
    kept.push(new Promise(() => {}), (async () => { await kept[0]; state.ticks++; })());
  },
  unhandledRejections() {
    Promise.reject(new Error("planted")); (async () => { throw "planted"; })(); new Promise((_, no) => no(kept));
  },
  asyncGenerators() {
    const make = async function* () { try { for (let n = 0; ; n++) yield n; } finally { state.ticks++; } };
    const one = make(); kept.push(one, make()); return one.next().then(() => one.next());
  },
  generators() {
    generator.next(); generator.return(1); const half = (function* () { try { yield 1; yield 2; } finally { state.ticks++; } })(); half.next(); kept.push(half);
  },
  closures() {
    const held = []; const hold = () => { held.push(hold); return held; }; hold(); kept.push(hold); damage.globals = () => {}; instance.write("planted"); Klass.counter++;
    handler.planted = 1; look.planted = 1;
  },
  weakReferences() {
    registry.register({}, 1); registry.register(target, 2); kept.push(new WeakRef({})); let garbage = [];
    for (let n = 0; n < 20000; n++) { garbage.push({ n }); if (n % 100 === 0) { registry.register(garbage[n % 7], n); weak.set(garbage[n % 11], n); } }
    garbage = null; kept.push(new WeakSet([{}]));
  },
  bigHeap() {
    const big = []; for (let n = 0; n < 400_000; n++) big.push({ n, text: "x" + n }); kept.push(big);
  },
  bigBuffers() {
    for (let n = 0; n < 50; n++) kept.push(new Uint8Array(1 << 20).fill(n)); kept.push(new ArrayBuffer(10, { maxByteLength: 1 << 20 }));
  },
  bigStrings() {
    kept.push("x".repeat(4 << 20), ("\u1234" + 1).repeat(1 << 20), JSON.parse('"' + "y".repeat(4 << 20) + '"'), [..."z".repeat(1 << 16)].join("-"));
  },
  garbage() {
    for (let n = 0; n < 60; n++) { const a = new Float64Array(1 << 16); a.fill(n); }
    let s = ""; for (let n = 0; n < 200_000; n++) { s += n; if (s.length > 1e5) s = ""; }
  },
  detachedBuffers() {
    bytes.fill(9); structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  },
  hotCode() {
    let sum = 0; const f = (a, b) => a.x + b; for (let n = 0; n < 300_000; n++) sum += f(n % 1000 === 0 ? { x: 1, y: 2 } : { x: n }, n); kept.push(sum);
    for (let n = 0; n < 200; n++) new Function("a", `return a + ${n}`)(n);
    for (let n = 0; n < 3000; n++) target["key" + n] = n;
  },
  exceptionsInFlight() {
    try { throw new Error("planted", { cause: kept }); } catch (error) { kept.push(error, error.stack); }
    try { null.x; } catch (error) { error.stack; globalThis.last = error; }
  },
  deepRecursion() {
    const dive = () => dive() + 1; try { dive(); } catch (error) { kept.push(error); }
    let nested = []; for (let n = 0; n < 100_000; n++) nested = [nested]; try { JSON.stringify(nested); } catch (error) { kept.push(error); }
    try { "a".replace(/a/, function again() { return "a".replace(/a/, again); }); } catch {}
  },
  regularExpressions() {
    /(p)(lanted)/.exec("planted"); sticky.exec("aaa"); sticky.lastIndex = 2; RegExp.input = "planted"; RegExp.prototype.exec = () => null;
    for (let n = 0; n < 500; n++) new RegExp(`a${n}(?:b|c)*`).test("a1bcbc" + n); sticky.compile("b", "y");
  },
  symbols() {
    Symbol.for("planted"); Symbol.for("planted2"); globalThis[Symbol.for("planted")] = 1; Object.prototype[Symbol.toStringTag] = "planted"; Array[Symbol.for("x")] = 1;
    Function.prototype[Symbol.hasInstance]?.planted;
  },
  internedStrings() {
    for (let n = 0; n < 5000; n++) { const o = {}; o["planted" + n] = 1; if (n % 10 === 0) kept.push(o); }
  },
  modules() {
    m.planted = 1; m.count(); m.list.push(1); delete m.count; require("lazy").count();
  },
  proxies() {
    Object.setPrototypeOf(target, new Proxy({}, { get: () => "planted" })); Object.setPrototypeOf(Klass, null); kept.push(Proxy.revocable({}, {}));
    Object.setPrototypeOf(m, Klass);
  },
  accessors() {
    Object.defineProperty(globalThis, "Date", { get: () => "planted", configurable: true }); Object.defineProperty(Array.prototype, "0", { set() {}, configurable: true });
    Object.defineProperty(Object.prototype, "then", { value: undefined }); Object.defineProperty(globalThis, "handler", { value: () => "planted" });
  },
  locales() {
    kept.push(new Intl.NumberFormat("de"), new Intl.Collator("sv"), new Intl.DateTimeFormat("ja", { timeZone: "Asia/Tokyo" }).format(0)); (1234.5).toLocaleString("fr");
    Intl.DateTimeFormat.prototype.resolvedOptions = () => ({ timeZone: "planted" });
  },
  wasm() {
    const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 100]); kept.push(attempt(() => new WebAssembly.Instance(new WebAssembly.Module(code))));
    attempt(() => { const memory = new WebAssembly.Memory({ initial: 100 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); });
  },
  sharedMemory() {
    attempt(() => { const shared = new SharedArrayBuffer(1 << 20); new Uint8Array(shared).fill(1); Atomics.add(new Int32Array(shared), 0, 1); kept.push(shared); });
  },
  throws() {
    state.calls++; globalThis.planted = 1; throw new TypeError("planted");
  },
  rejects() {
    state.calls++; return Promise.reject(new TypeError("planted"));
  },
  loops() {
    Object.prototype.planted = 1; for (;;) { kept.push(1); kept.pop(); }
  },
  neverSettles() {
    setInterval(() => state.ticks++, 1); return new Promise(() => {});
  },
  outOfMemory() {
    for (;;) kept.push(new Uint8Array(1 << 24).fill(1));
  },
};

function handler(event) {
  console.log("looks");
  const deep = event[0] !== "glances";
  const before = look(deep);
  let later;
  for (let i = 0; i < event.length; i++) later = damage[event[i]]() ?? later;
  const answer = () => [before, hash(attempt(() => look(deep)), 1)];
  return later === undefined ? answer() : (async () => { await later; return answer(); })();
}
