// performance (hr-time)

test("performance.now grows, from its origin", () => {
  const first = performance.now();
  equal(first >= 0, true);
  equal(performance.now() >= first, true);
  equal(Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 1000, true);
  same(Object.keys(performance.toJSON()), ["timeOrigin"]);
  throws(TypeError, () => performance.now.call({}));
});
