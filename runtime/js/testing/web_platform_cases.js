// What the web platform's tests ask of the globals a function has, run by web_platform_test.cc. handler() gives {passed, failures}.
"use strict";

const cases = [];
const test = (name, run) => cases.push({ name, run });

function show(value) {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
function equal(actual, expected, what = "") {
  if (!Object.is(actual, expected)) throw new Error(`${what} expected ${show(expected)}, got ${show(actual)}`);
}
function same(actual, expected) {
  equal(JSON.stringify(actual), JSON.stringify(expected));
}
function throws(type, run) {
  try {
    run();
  } catch (error) {
    if (!(error instanceof type)) throw new Error(`expected a ${type.name}, got ${error}`);
    return error;
  }
  throw new Error(`expected a ${type.name}, got nothing`);
}
function throwsDom(name, run) {
  const error = throws(DOMException, run);
  equal(error.name, name);
}
async function rejects(type, promise) {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof type)) throw new Error(`expected a ${type.name}, got ${error}`);
    return error;
  }
  throw new Error(`expected a ${type.name}, got nothing`);
}
const next = () => new Promise((resolve) => setTimeout(resolve, 0));

// --- Globals (Web IDL)

test("the global object is self", () => {
  equal(self, globalThis);
});
for (const name of [
  "AbortController", "AbortSignal", "CustomEvent", "DOMException", "Event", "EventTarget", "Performance", "Crypto",
  "TextDecoder", "TextEncoder", "URL", "URLSearchParams",
]) {
  test(`${name} is an interface object`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    equal(typeof descriptor.value, "function");
    equal(descriptor.writable, true, "writable");
    equal(descriptor.enumerable, false, "enumerable");
    equal(descriptor.configurable, true, "configurable");
    equal(globalThis[name].name, name);
    throws(TypeError, () => globalThis[name]());
    equal(Object.prototype.toString.call(globalThis[name].prototype), `[object ${name}]`);
    equal(Object.getOwnPropertyDescriptor(globalThis[name], "prototype").writable, false);
  });
}
for (const [name, length] of Object.entries({
  atob: 1, btoa: 1, clearInterval: 0, clearTimeout: 0, queueMicrotask: 1, reportError: 1, setInterval: 1, setTimeout: 1, structuredClone: 1,
})) {
  test(`${name} is an operation of the global object`, () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    equal(descriptor.writable && descriptor.enumerable && descriptor.configurable, true);
    equal(descriptor.value.name, name);
    equal(descriptor.value.length, length);
    throws(TypeError, () => new globalThis[name]("a"));
  });
}
test("a global can be replaced and deleted", () => {
  const before = globalThis.CustomEvent;
  globalThis.CustomEvent = 1;
  equal(CustomEvent, 1);
  equal(delete globalThis.CustomEvent, true);
  equal(typeof CustomEvent, "undefined");
  Object.defineProperty(globalThis, "CustomEvent", { value: before, writable: true, configurable: true });
});
test("what the packages leave behind is not seen", () => {
  for (const name of ["__core-js_shared__", "packageGlobal", "natives", "process", "Buffer", "window", "global"]) {
    equal(name in globalThis, false, name);
  }
  equal(Object.getOwnPropertySymbols(globalThis).length, 0);
});
test("eval and Function compile", () => {
  equal(eval("1 + 1"), 2);
  equal(new Function("a", "return a * 2")(4), 8);
});

// --- atob, btoa (html/webappapis/atob)

for (const [input, output] of [
  ["", ""], ["abcd", "i·\x1d"], [" abcd", "i·\x1d"], ["abcd ", "i·\x1d"], ["ab", "i"], ["abc", "i·"], ["ab==", "i"],
  ["abc=", "i·"], ["a b c\td\n", "i·\x1d"], ["ab\t\n\f\r ==", "i"], ["/A", "\xfc"], ["//A", "\xff\xf0"], ["++++", "\xfb\xef\xbe"],
]) {
  test(`atob(${show(input)})`, () => equal(atob(input), output));
}
for (const input of ["ab=", "abcde", "a", "a=", "=", "==", "===", "=a", "ab===", "abcd=", "abcd==", "ab\u00a0cd", "\0", "a\vb", "一", "ab-_"]) {
  test(`atob(${show(input)}) throws`, () => throwsDom("InvalidCharacterError", () => atob(input)));
}
test("atob converts its argument", () => {
  equal(atob(null), "\x9e\xe9e");
  equal(atob(12), "\xd7");
  throwsDom("InvalidCharacterError", () => atob(undefined + "!"));
  throws(TypeError, () => atob());
});
for (const [input, output] of [["", ""], ["a", "YQ=="], ["ab", "YWI="], ["abc", "YWJj"], ["\xff\xfe\xfd", "//79"], [undefined, "dW5kZWZpbmVk"], [null, "bnVsbA=="]]) {
  test(`btoa(${show(input)})`, () => equal(btoa(input), output));
}
test("btoa refuses characters beyond U+00FF", () => {
  throwsDom("InvalidCharacterError", () => btoa("\u0100"));
  throws(TypeError, () => btoa());
});

// --- Timers and microtasks (html/webappapis/timers)

test("setTimeout passes arguments and this", async () => {
  const got = await new Promise((resolve) => {
    setTimeout(function (...values) { resolve([this === globalThis, ...values]); }, 0, 1, "b");
  });
  same(got, [true, 1, "b"]);
});
test("timers run in the order of their time, then of their start", async () => {
  const order = [];
  setTimeout(() => order.push("b"), 4);
  setTimeout(() => order.push("a"), 1);
  setTimeout(() => order.push("negative"), -10);
  setTimeout(() => order.push("none"));
  setTimeout(() => order.push("NaN"), NaN);
  setTimeout(() => order.push("object"), { valueOf: () => 0 });
  await new Promise((resolve) => setTimeout(resolve, 8));
  same(order, ["negative", "none", "NaN", "object", "a", "b"]);
});
test("microtasks run before timers and between them", async () => {
  const order = [];
  setTimeout(() => { order.push("timer 1"); queueMicrotask(() => order.push("microtask")); }, 0);
  setTimeout(() => order.push("timer 2"), 0);
  Promise.resolve().then(() => order.push("promise"));
  await new Promise((resolve) => setTimeout(resolve, 3));
  same(order, ["promise", "timer 1", "microtask", "timer 2"]);
});
test("setInterval repeats until it is cleared, by either function", async () => {
  let count = 0;
  await new Promise((resolve) => {
    const id = setInterval(() => { if (++count === 3) { clearTimeout(id); resolve(); } }, 1);
  });
  await new Promise((resolve) => setTimeout(resolve, 4));
  equal(count, 3);
});
test("a string is a script", async () => {
  setTimeout("globalThis.fromString = 1", 0);
  await next();
  equal(globalThis.fromString, 1);
  delete globalThis.fromString;
});
test("a timer's id is a positive number, and clearing an unknown one is nothing", () => {
  const id = setTimeout(() => {}, 1e6);
  equal(typeof id, "number");
  equal(id > 0, true);
  equal(clearTimeout(id), undefined);
  clearTimeout(-1);
  clearTimeout("x");
  clearInterval();
  throws(TypeError, () => setTimeout());
});
test("queueMicrotask wants a function", () => {
  throws(TypeError, () => queueMicrotask());
  throws(TypeError, () => queueMicrotask({}));
  throws(TypeError, () => queueMicrotask("1"));
  equal(queueMicrotask(() => {}), undefined);
});

// --- structuredClone (html/webappapis/structured-clone)

test("structuredClone copies primitives and their wrappers", () => {
  for (const value of [undefined, null, true, "a", "\ud800", 0, -0, NaN, 1n]) equal(structuredClone(value), value);
  equal(typeof structuredClone(Object("a")), "object");
  equal(structuredClone(Object(false)).valueOf(), false);
});
test("structuredClone copies dates, regular expressions, maps, sets and buffers", () => {
  equal(structuredClone(new Date(5)).getTime(), 5);
  const expression = /a/gi;
  expression.lastIndex = 2;
  equal(String(structuredClone(expression)), "/a/gi");
  equal(structuredClone(expression).lastIndex, 0);
  same([...structuredClone(new Map([[1, { a: 2 }]]))], [[1, { a: 2 }]]);
  same([...structuredClone(new Set([1, 2]))], [1, 2]);
  const bytes = structuredClone(new Uint8Array([1, 2, 3]).subarray(1));
  same([...bytes], [2, 3]);
  equal(bytes.constructor, Uint8Array);
});
test("structuredClone keeps identity and cycles", () => {
  const value = { list: [] };
  value.self = value;
  value.again = value.list;
  const copy = structuredClone(value);
  equal(copy.self, copy);
  equal(copy.list, copy.again);
  equal(copy === value, false);
});
test("structuredClone keeps holes and extra properties of arrays", () => {
  const list = [1, , 3];
  list.name = "x";
  const copy = structuredClone(list);
  equal(1 in copy, false);
  equal(copy.length, 3);
  equal(copy.name, "x");
});
test("structuredClone copies own enumerable properties only, and runs getters", () => {
  class Point { constructor() { this.x = 1; } get y() { return 2; } }
  const copy = structuredClone(new Point());
  equal(Object.getPrototypeOf(copy), Object.prototype);
  same(copy, { x: 1 });
  same(structuredClone({ get a() { return 1; }, [Symbol("s")]: 2 }), { a: 1 });
});
test("structuredClone copies errors with their cause", () => {
  const copy = structuredClone(new RangeError("m", { cause: "c" }));
  equal(copy instanceof RangeError, true);
  equal(copy.message, "m");
  equal(copy.cause, "c");
});
test("structuredClone copies DOMExceptions", () => {
  const copy = structuredClone(new DOMException("m", "AbortError"));
  equal(copy instanceof DOMException, true);
  equal(copy.name, "AbortError");
  equal(copy.code, 20);
});
test("structuredClone refuses functions, symbols and platform objects", () => {
  for (const value of [() => {}, Symbol("a"), { f() {} }, new WeakMap(), Promise.resolve(), new URL("http://a"), new Event("a"),
    new EventTarget(), new AbortController(), new TextEncoder()]) {
    throwsDom("DataCloneError", () => structuredClone(value));
  }
});
test("structuredClone transfers ArrayBuffers", () => {
  const buffer = new ArrayBuffer(8);
  new Uint8Array(buffer)[0] = 7;
  const copy = structuredClone({ buffer }, { transfer: [buffer] });
  equal(buffer.byteLength, 0);
  equal(buffer.detached, true);
  equal(new Uint8Array(copy.buffer)[0], 7);
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [buffer] }));
  const twice = new ArrayBuffer(1);
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [twice, twice] }));
  throwsDom("DataCloneError", () => structuredClone(1, { transfer: [{}] }));
});
test("structuredClone converts its arguments", () => {
  throws(TypeError, () => structuredClone());
  throws(TypeError, () => structuredClone(1, 2));
  throws(TypeError, () => structuredClone(1, { transfer: 1 }));
  throws(TypeError, () => structuredClone(1, { transfer: [1] }));
  equal(structuredClone(1, null), 1);
  equal(structuredClone(1, { transfer: undefined }), 1);
});

// --- DOMException (webidl/ecmascript-binding/es-exceptions)

test("DOMException has a message, a name and a code", () => {
  const plain = new DOMException();
  same([plain.message, plain.name, plain.code], ["", "Error", 0]);
  const named = new DOMException("m", "NotFoundError");
  same([named.message, named.name, named.code], ["m", "NotFoundError", 8]);
  equal(new DOMException("m", "DataCloneError").code, 25);
  equal(new DOMException("m", "Unknown").code, 0);
  equal(String(named), "NotFoundError: m");
});
test("DOMException is an Error with a stack and constants", () => {
  const error = new DOMException("m");
  equal(error instanceof Error, true);
  equal(typeof error.stack, "string");
  equal(DOMException.ABORT_ERR, 20);
  equal(DOMException.prototype.INDEX_SIZE_ERR, 1);
  equal(Object.getPrototypeOf(DOMException.prototype), Error.prototype);
  throws(TypeError, () => new DOMException(Symbol()));
  throws(TypeError, () => Object.getOwnPropertyDescriptor(DOMException.prototype, "name").get.call({}));
});

// --- Events (dom/events)

test("an event has the members of its dictionary", () => {
  const event = new Event("a", { bubbles: true, cancelable: true, composed: true });
  same([event.type, event.bubbles, event.cancelable, event.composed, event.defaultPrevented], ["a", true, true, true, false]);
  equal(event.target, null);
  equal(event.eventPhase, 0);
  equal(typeof event.timeStamp, "number");
  equal(Event.AT_TARGET, 2);
  throws(TypeError, () => new Event());
});
test("listeners run in order, once where asked, and never twice", () => {
  const target = new EventTarget();
  const seen = [];
  const listener = () => seen.push("a");
  target.addEventListener("x", listener);
  target.addEventListener("x", listener);
  target.addEventListener("x", () => seen.push("once"), { once: true });
  target.addEventListener("x", { handleEvent() { seen.push(this !== undefined); } });
  target.dispatchEvent(new Event("x"));
  target.dispatchEvent(new Event("x"));
  target.removeEventListener("x", listener);
  target.dispatchEvent(new Event("x"));
  same(seen, ["a", "once", true, "a", true, true]);
});
test("dispatchEvent says whether the default was prevented", () => {
  const target = new EventTarget();
  target.addEventListener("x", (event) => event.preventDefault());
  equal(target.dispatchEvent(new Event("x")), true);
  equal(target.dispatchEvent(new Event("x", { cancelable: true })), false);
  throws(TypeError, () => target.dispatchEvent({}));
  throws(TypeError, () => target.dispatchEvent());
});
test("a passive listener can't prevent the default", () => {
  const target = new EventTarget();
  target.addEventListener("x", (event) => event.preventDefault(), { passive: true });
  equal(target.dispatchEvent(new Event("x", { cancelable: true })), true);
});
test("stopImmediatePropagation stops the rest", () => {
  const target = new EventTarget();
  let count = 0;
  target.addEventListener("x", (event) => { ++count; event.stopImmediatePropagation(); });
  target.addEventListener("x", () => ++count);
  target.dispatchEvent(new Event("x"));
  equal(count, 1);
});
test("a listener that throws does not stop the others", () => {
  const target = new EventTarget();
  let called = false;
  target.addEventListener("x", () => { throw new Error("expected in the log"); });
  target.addEventListener("x", () => { called = true; });
  target.dispatchEvent(new Event("x"));
  equal(called, true);
});
test("an event is dispatched with its target, and can't be dispatched within itself", () => {
  const target = new EventTarget();
  let seen;
  target.addEventListener("x", (event) => {
    seen = [event.target === target, event.currentTarget === target, event.eventPhase];
    throwsDom("InvalidStateError", () => target.dispatchEvent(event));
  });
  target.dispatchEvent(new Event("x"));
  same(seen, [true, true, 2]);
});
test("a listener goes with its signal", () => {
  const target = new EventTarget();
  const controller = new AbortController();
  let count = 0;
  target.addEventListener("x", () => ++count, { signal: controller.signal });
  target.dispatchEvent(new Event("x"));
  controller.abort();
  target.dispatchEvent(new Event("x"));
  equal(count, 1);
});
test("CustomEvent carries a detail", () => {
  equal(new CustomEvent("a", { detail: 5 }).detail, 5);
  equal(new CustomEvent("a").detail, null);
  equal(new CustomEvent("a") instanceof Event, true);
});
test("EventTarget can be extended", () => {
  class Bus extends EventTarget {}
  const bus = new Bus();
  let got;
  bus.addEventListener("x", (event) => { got = event.target; });
  bus.dispatchEvent(new Event("x"));
  equal(got, bus);
});

// --- AbortController, AbortSignal (dom/abort)

test("abort gives the signal an AbortError, once", () => {
  const controller = new AbortController();
  const events = [];
  controller.signal.onabort = (event) => events.push(event.type);
  controller.signal.addEventListener("abort", () => events.push("listener"));
  equal(controller.signal, controller.signal);
  equal(controller.signal.aborted, false);
  equal(controller.signal.reason, undefined);
  controller.abort();
  controller.abort("again");
  equal(controller.signal.aborted, true);
  equal(controller.signal.reason.name, "AbortError");
  equal(controller.signal.reason instanceof DOMException, true);
  same(events, ["abort", "listener"]);
});
test("a reason is kept as it is, and thrown", () => {
  const reason = { a: 1 };
  const signal = AbortSignal.abort(reason);
  equal(signal.reason, reason);
  let thrown;
  try { signal.throwIfAborted(); } catch (error) { thrown = error; }
  equal(thrown, reason);
  new AbortController().signal.throwIfAborted();
  equal(AbortSignal.abort(null).reason, null);
  equal(AbortSignal.abort(undefined).reason.name, "AbortError");
});
test("AbortSignal.timeout aborts with a TimeoutError", async () => {
  const signal = AbortSignal.timeout(1);
  equal(signal.aborted, false);
  await new Promise((resolve) => { signal.onabort = resolve; });
  equal(signal.reason.name, "TimeoutError");
  equal(signal.reason.code, 23);
  throws(TypeError, () => AbortSignal.timeout(-1));
  throws(TypeError, () => AbortSignal.timeout());
  throws(TypeError, () => AbortSignal.timeout(NaN + "x"));
});
test("AbortSignal.any follows its sources", () => {
  const first = new AbortController();
  const second = new AbortController();
  const any = AbortSignal.any([first.signal, second.signal]);
  const nested = AbortSignal.any([any]);
  const order = [];
  for (const [name, signal] of Object.entries({ nested, any, second: second.signal })) {
    signal.addEventListener("abort", () => order.push(name));
  }
  equal(any.aborted, false);
  second.abort("why");
  same([any.aborted, any.reason, nested.reason, first.signal.aborted], [true, "why", "why", false]);
  same(order, ["second", "any", "nested"]);
  equal(AbortSignal.any([AbortSignal.abort(1)]).reason, 1);
  equal(AbortSignal.any([]).aborted, false);
  throws(TypeError, () => AbortSignal.any([{}]));
  throws(TypeError, () => AbortSignal.any());
});
test("AbortSignal is an EventTarget without a constructor", () => {
  equal(new AbortController().signal instanceof EventTarget, true);
  throws(TypeError, () => new AbortSignal());
  equal(String(new AbortController().signal), "[object AbortSignal]");
  equal(Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted").enumerable, true);
  throws(TypeError, () => Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted").get.call({}));
});

// --- Encoding (encoding/)

test("TextEncoder encodes UTF-8, lone surrogates replaced", () => {
  same([...new TextEncoder().encode("aé€😀")], [97, 195, 169, 226, 130, 172, 240, 159, 152, 128]);
  same([...new TextEncoder().encode("\ud800")], [239, 191, 189]);
  equal(new TextEncoder().encode().length, 0);
  equal(new TextEncoder().encode(undefined).length, 0);
  equal(new TextEncoder().encode(null).length, 4);
  equal(new TextEncoder().encoding, "utf-8");
});
test("TextEncoder.encodeInto fills what fits", () => {
  const bytes = new Uint8Array(4);
  same(new TextEncoder().encodeInto("aé€", bytes), { read: 2, written: 3 });
  same([...bytes], [97, 195, 169, 0]);
  throws(TypeError, () => new TextEncoder().encodeInto("a", []));
});
test("TextDecoder decodes UTF-8 and replaces what is not", () => {
  equal(new TextDecoder().decode(new Uint8Array([97, 195, 169, 240, 159, 152, 128])), "aé😀");
  equal(new TextDecoder().decode(new Uint8Array([0xff, 0x61, 0xc3])), "\ufffda\ufffd");
  equal(new TextDecoder().decode(new Uint8Array([0xe2, 0x82])), "\ufffd");
  equal(new TextDecoder().decode(new Uint8Array([0xed, 0xa0, 0x80])), "\ufffd\ufffd\ufffd");
  equal(new TextDecoder().decode(), "");
});
test("TextDecoder with fatal throws a TypeError", () => {
  throws(TypeError, () => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])));
  throws(TypeError, () => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xc3])));
  equal(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([97])), "a");
});
test("TextDecoder handles the byte order mark", () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 97]);
  equal(new TextDecoder().decode(bytes), "a");
  equal(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), "\ufeffa");
});
test("TextDecoder streams", () => {
  const decoder = new TextDecoder();
  let text = "";
  for (const byte of [0xf0, 0x9f, 0x98, 0x80]) text += decoder.decode(new Uint8Array([byte]), { stream: true });
  equal(text + decoder.decode(), "😀");
  equal(decoder.decode(new Uint8Array([0xf0, 0x9f]), { stream: true }) + decoder.decode(), "\ufffd");
});
test("TextDecoder knows labels and legacy encodings", () => {
  equal(new TextDecoder(" UTF8\n").encoding, "utf-8");
  equal(new TextDecoder("latin1").encoding, "windows-1252");
  equal(new TextDecoder("ascii").decode(new Uint8Array([0x80])), "€");
  equal(new TextDecoder("utf-16le").decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde])), "a😀");
  equal(new TextDecoder("shift_jis").decode(new Uint8Array([0x82, 0xa0])), "あ");
  equal(new TextDecoder("gb18030").decode(new Uint8Array([0xc4, 0xe3])), "你");
  equal(new TextDecoder("euc-kr").decode(new Uint8Array([0xb0, 0xa1])), "가");
  throws(RangeError, () => new TextDecoder("nonsense"));
  throws(RangeError, () => new TextDecoder("replacement"));
});
test("TextDecoder takes any buffer", () => {
  const buffer = new Uint8Array([97, 98, 99]).buffer;
  equal(new TextDecoder().decode(buffer), "abc");
  equal(new TextDecoder().decode(new DataView(buffer, 1)), "bc");
  equal(new TextDecoder().decode(new Uint16Array([0x6261])), "ab");
  throws(TypeError, () => new TextDecoder().decode("abc"));
});

// --- URL (url/)

test("URL has the parts of an address", () => {
  const url = new URL("https://user:pass@EXAMPLE.org:8080/a/../b?x=1#frag");
  same(
    [url.href, url.origin, url.protocol, url.username, url.password, url.host, url.hostname, url.port, url.pathname, url.search, url.hash],
    ["https://user:pass@example.org:8080/b?x=1#frag", "https://example.org:8080", "https:", "user", "pass", "example.org:8080",
      "example.org", "8080", "/b", "?x=1", "#frag"],
  );
  equal(String(url), url.href);
  equal(JSON.stringify({ url }), `{"url":"${url.href}"}`);
});
test("URL resolves against a base", () => {
  equal(new URL("../x?y", "http://a.b/c/d/e").href, "http://a.b/c/x?y");
  equal(new URL("//h/p", "https://a.b").href, "https://h/p");
  equal(new URL("", "http://a.b/c#d").href, "http://a.b/c");
});
test("URL normalises hosts", () => {
  equal(new URL("http://faß.example/").hostname, "xn--fa-hia.example");
  equal(new URL("http://日本語.jp").host, "xn--wgv71a119e.jp");
  equal(new URL("http://0x7f.1/").host, "127.0.0.1");
  equal(new URL("http://[2001:DB8::0:1]/").host, "[2001:db8::1]");
  equal(new URL("http://a.b:80/").port, "");
  equal(new URL("file:///C|/x").pathname, "/C:/x");
  equal(new URL("mailto:a@b").origin, "null");
});
test("URL refuses what is none", () => {
  for (const input of ["", "a", "http://", "http://a b/", "http://[::1", "http://a:99999", "http://1.2.3.256", "https://ex%ample"]) {
    throws(TypeError, () => new URL(input));
    equal(URL.canParse(input), false);
    equal(URL.parse(input), null);
  }
  throws(TypeError, () => new URL());
  throws(TypeError, () => new URL("a", "b"));
  equal(URL.canParse("a", "http://b"), true);
  equal(URL.parse("a", "http://b").href, "http://b/a");
});
test("URL's setters", () => {
  const url = new URL("http://a.b/c");
  url.protocol = "https";
  url.host = "x.y:444";
  url.pathname = "d e";
  url.search = "q=ü";
  url.hash = "h h";
  url.port = "99999";
  equal(url.href, "https://x.y:444/d%20e?q=%C3%BC#h%20h");
  throws(TypeError, () => { url.href = "nonsense"; });
});
test("URL and its searchParams follow each other", () => {
  const url = new URL("http://a/?x=1");
  const parameters = url.searchParams;
  equal(parameters, url.searchParams);
  parameters.append("y", "a b&");
  equal(url.search, "?x=1&y=a+b%26");
  url.search = "?z=3";
  same([...parameters], [["z", "3"]]);
});
test("URLSearchParams takes strings, records and pairs", () => {
  equal(new URLSearchParams("?a=1&a=2&b=%20+").toString(), "a=1&a=2&b=++");
  equal(new URLSearchParams({ a: 1, b: "é" }).toString(), "a=1&b=%C3%A9");
  equal(new URLSearchParams([["a", "b"], ["c", "d"]]).toString(), "a=b&c=d");
  equal(new URLSearchParams(new URLSearchParams("a=b")).toString(), "a=b");
  throws(TypeError, () => new URLSearchParams([["a"]]));
  equal(new URLSearchParams().size, 0);
});
test("URLSearchParams' methods", () => {
  const parameters = new URLSearchParams("b=2&a=1&b=3");
  equal(parameters.get("b"), "2");
  equal(parameters.get("x"), null);
  same(parameters.getAll("b"), ["2", "3"]);
  equal(parameters.has("b", "3"), true);
  equal(parameters.has("b", "4"), false);
  parameters.sort();
  equal(parameters.toString(), "a=1&b=2&b=3");
  parameters.set("b", "9");
  parameters.delete("a");
  equal(parameters.toString(), "b=9");
  same([...parameters.keys()], ["b"]);
  same([...parameters.values()], ["9"]);
  const seen = [];
  parameters.forEach((value, name, all) => seen.push(value, name, all === parameters));
  same(seen, ["9", "b", true]);
  throws(TypeError, () => parameters.get());
});

// --- crypto (WebCryptoAPI)

test("crypto.randomUUID gives version 4", () => {
  const seen = new Set();
  for (let i = 0; i < 200; ++i) {
    const id = crypto.randomUUID();
    equal(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), true, id);
    seen.add(id);
  }
  equal(seen.size, 200);
});
test("crypto.getRandomValues fills integer arrays", () => {
  for (const type of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array]) {
    const array = new type(16);
    equal(crypto.getRandomValues(array), array);
    equal(array.some((value) => value != 0), true, type.name);
  }
  const view = new Uint8Array(64).subarray(8, 24);
  crypto.getRandomValues(view);
  equal(new Uint8Array(view.buffer).subarray(0, 8).every((byte) => byte === 0), true);
  equal(new Uint8Array(view.buffer).subarray(24).every((byte) => byte === 0), true);
  equal(crypto.getRandomValues(new Uint8Array(0)).length, 0);
});
test("crypto.getRandomValues refuses the rest", () => {
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new Float32Array(1)));
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new Float64Array(1)));
  throwsDom("TypeMismatchError", () => crypto.getRandomValues(new DataView(new ArrayBuffer(1))));
  throwsDom("QuotaExceededError", () => crypto.getRandomValues(new Uint8Array(65537)));
  throws(TypeError, () => crypto.getRandomValues([]));
  throws(TypeError, () => crypto.getRandomValues());
  throws(TypeError, () => new Crypto());
  throws(TypeError, () => crypto.getRandomValues.call({}, new Uint8Array(1)));
});
test("Math.random is a number from 0 up to 1", () => {
  const seen = new Set();
  for (let i = 0; i < 1000; ++i) {
    const value = Math.random();
    equal(value >= 0 && value < 1, true);
    seen.add(value);
  }
  equal(seen.size, 1000);
  equal(Math.random.name, "random");
  equal(Math.random.length, 0);
});

// --- performance (hr-time)

test("performance.now grows, from its origin", () => {
  const first = performance.now();
  equal(first >= 0, true);
  equal(performance.now() >= first, true);
  equal(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000, true);
  same(Object.keys(performance.toJSON()), ["timeOrigin"]);
  throws(TypeError, () => performance.now.call({}));
});

// --- console (console/)

test("console is a namespace object", () => {
  equal(Object.prototype.toString.call(console), "[object console]");
  equal(Object.getOwnPropertyDescriptor(globalThis, "console").enumerable, false);
  equal(Object.getPrototypeOf(Object.getPrototypeOf(console)), Object.prototype);
  same(Object.getOwnPropertyNames(Object.getPrototypeOf(console)), []);
  for (const name of ["assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "groupEnd",
    "info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn"]) {
    const descriptor = Object.getOwnPropertyDescriptor(console, name);
    equal(descriptor.writable && descriptor.enumerable && descriptor.configurable, true, name);
    equal(descriptor.value.name, name);
  }
});
test("console's methods need no receiver", () => {
  const { log } = console;
  equal(log(), undefined);
});

async function handler() {
  const failures = [];
  for (const { name, run } of cases) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error.message ?? error}`);
    }
  }
  return { passed: cases.length - failures.length, failures };
}
