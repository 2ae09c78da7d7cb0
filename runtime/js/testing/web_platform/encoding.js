// Encoding (encoding/)

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
