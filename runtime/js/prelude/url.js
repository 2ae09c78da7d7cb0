// URL and URLSearchParams.
"use strict";

const { addPlatformClass } = require("./platform_objects.js");
const { URL, URLSearchParams } = require("whatwg-url");

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");
const parts = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search"];

function inspectUrl(depth, options, inspect) {
  if (!(this instanceof URL)) return this;
  const shown = {};
  for (const part of [...parts, "searchParams", "hash"]) shown[part] = this[part];
  return `URL ${inspect(shown, options)}`;
}

function inspectSearchParams(depth, options, inspect) {
  if (!(this instanceof URLSearchParams)) return this;
  const pairs = [...this].map(([name, value]) => `${inspect(name)} => ${inspect(value)}`);
  return pairs.length === 0 ? "URLSearchParams {}" : `URLSearchParams { ${pairs.join(", ")} }`;
}

Object.defineProperty(URL.prototype, inspectCustom, { value: inspectUrl, writable: true, configurable: true });
Object.defineProperty(URLSearchParams.prototype, inspectCustom, {
  value: inspectSearchParams,
  writable: true,
  configurable: true,
});

addPlatformClass(URL);
addPlatformClass(URLSearchParams);

module.exports = { URL, URLSearchParams };
