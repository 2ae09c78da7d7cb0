// atob, btoa (html/webappapis/atob)

for (const [input, output] of [
  ["", ""], ["abcd", "i·\x1d"], [" abcd", "i·\x1d"], ["abcd ", "i·\x1d"], ["ab", "i"], ["abc", "i·"], ["ab==", "i"],
  ["abc=", "i·"], ["a b c\td\n", "i·\x1d"], ["ab\t\n\f\r ==", "i"],
  ["/A", "\xfc"], ["//A", "\xff\xf0"], ["++++", "\xfb\xef\xbe"],
]) {
  test(`atob(${show(input)})`, () => equal(atob(input), output));
}
for (const input of [
  "ab=", "abcde", "a", "a=", "=", "==", "===", "=a", "ab===", "abcd=", "abcd==",
  "ab\u00a0cd", "\0", "a\vb", "一", "ab-_",
]) {
  test(`atob(${show(input)}) throws`, () => throwsDom("InvalidCharacterError", () => atob(input)));
}
test("atob converts its argument", () => {
  equal(atob(null), "\x9e\xe9e");
  equal(atob(12), "\xd7");
  throwsDom("InvalidCharacterError", () => atob(undefined + "!"));
  throws(TypeError, () => atob());
});
for (const [input, output] of [
  ["", ""], ["a", "YQ=="], ["ab", "YWI="], ["abc", "YWJj"], ["\xff\xfe\xfd", "//79"], [undefined, "dW5kZWZpbmVk"],
  [null, "bnVsbA=="],
]) {
  test(`btoa(${show(input)})`, () => equal(btoa(input), output));
}
test("btoa refuses characters beyond U+00FF", () => {
  throwsDom("InvalidCharacterError", () => btoa("\u0100"));
  throws(TypeError, () => btoa());
});
