// AbortController, AbortSignal (dom/abort)

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
