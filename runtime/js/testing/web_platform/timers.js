// Timers and microtasks (html/webappapis/timers)

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
