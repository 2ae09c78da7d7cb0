// Events (dom/events)

test("an event has the members of its dictionary", () => {
  const event = new Event("a", { bubbles: true, cancelable: true, composed: true });
  const { type, bubbles, cancelable, composed, defaultPrevented } = event;
  same([type, bubbles, cancelable, composed, defaultPrevented], ["a", true, true, true, false]);
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
test("an event keeps its target after the dispatch, and no more", () => {
  const target = new EventTarget();
  const event = new Event("x");
  same([event.target, event.srcElement], [null, null]);
  target.dispatchEvent(event);
  same([event.target === target, event.srcElement === target, event.currentTarget, event.eventPhase], [true, true, null, 0]);
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
