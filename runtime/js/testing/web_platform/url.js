// URL (url/)

test("URL has the parts of an address", () => {
  const url = new URL("https://user:pass@EXAMPLE.org:8080/a/../b?x=1#frag");
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  equal(href, "https://user:pass@example.org:8080/b?x=1#frag");
  same([origin, protocol, username, password], ["https://example.org:8080", "https:", "user", "pass"]);
  same([host, hostname, port], ["example.org:8080", "example.org", "8080"]);
  same([pathname, search, hash], ["/b", "?x=1", "#frag"]);
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
  for (const input of [
    "", "a", "http://", "http://a b/", "http://[::1", "http://a:99999", "http://1.2.3.256", "https://ex%ample",
  ]) {
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
