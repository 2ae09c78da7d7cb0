// console, as the Console standard has it: what a message says is formatted here, where it goes is the host's to say.
"use strict";

const { own } = require("./lazy.js");

const debugLevel = 1;
const infoLevel = 2;
const warnLevel = 3;
const errorLevel = 4;

const counts = new Map();
const starts = new Map();
let indentation = "";

// Most messages are strings and numbers, which need no formatter.
function formatSimply(values) {
  let text = "";
  for (let i = 0; i < values.length; ++i) {
    const value = values[i];
    const type = typeof value;
    if (type !== "string" && (type !== "number" || value === 0) && type !== "boolean" && value !== undefined) {
      return undefined;
    }
    if (i > 0) text += " ";
    text += value;
  }
  return text;
}

function format(values) {
  const isFormat = values.length > 1 && typeof values[0] === "string" && values[0].includes("%");
  return (isFormat ? undefined : formatSimply(values)) ?? own.inspect.format(...values);
}

function print(level, values) {
  const text = format(values);
  natives.log(level, indentation === "" ? text : indentation + text.replaceAll("\n", "\n" + indentation));
}

const label = (given) => (given === undefined ? "default" : String(given));

function elapsed(name) {
  const start = starts.get(name);
  if (start === undefined) {
    print(warnLevel, [`Timer '${name}' does not exist`]);
    return undefined;
  }
  const milliseconds = natives.now() - start;
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(3)}s` : `${milliseconds.toFixed(3)}ms`;
}

function group(values) {
  if (values.length > 0) print(infoLevel, values);
  indentation += "  ";
}

const console = Object.create({}, {
  [Symbol.toStringTag]: { value: "console", configurable: true },
});

const methods = {
  assert(condition = false, ...values) {
    if (condition) return;
    if (typeof values[0] === "string") values[0] = `Assertion failed: ${values[0]}`;
    else values.unshift("Assertion failed");
    print(errorLevel, values);
  },
  clear() {
    indentation = "";
  },
  count(given) {
    const name = label(given);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    print(infoLevel, [`${name}: ${count}`]);
  },
  countReset(given) {
    const name = label(given);
    if (counts.has(name)) counts.set(name, 0);
    else print(warnLevel, [`Count for '${name}' does not exist`]);
  },
  debug(...values) {
    print(debugLevel, values);
  },
  dir(value, options) {
    print(infoLevel, [own.inspect.inspect(value, { customInspect: false, ...options })]);
  },
  dirxml(...values) {
    print(infoLevel, values);
  },
  error(...values) {
    print(errorLevel, values);
  },
  group(...values) {
    group(values);
  },
  groupCollapsed(...values) {
    group(values);
  },
  groupEnd() {
    indentation = indentation.slice(2);
  },
  info(...values) {
    print(infoLevel, values);
  },
  log(...values) {
    print(infoLevel, values);
  },
  table(data, columns) {
    const text = data !== null && typeof data === "object" ? own.table.table(data, columns) : undefined;
    print(infoLevel, text === undefined ? [data] : [text]);
  },
  time(given) {
    const name = label(given);
    if (starts.has(name)) print(warnLevel, [`Timer '${name}' already exists`]);
    else starts.set(name, natives.now());
  },
  timeEnd(given) {
    const name = label(given);
    const text = elapsed(name);
    if (text === undefined) return;
    starts.delete(name);
    print(infoLevel, [`${name}: ${text}`]);
  },
  timeLog(given, ...values) {
    const name = label(given);
    const text = elapsed(name);
    if (text !== undefined) print(infoLevel, [`${name}: ${text}`, ...values]);
  },
  trace(...values) {
    const place = {};
    Error.captureStackTrace(place, methods.trace);
    const frames = place.stack.slice(place.stack.indexOf("\n"));
    print(debugLevel, ["%s", (values.length === 0 ? "Trace" : `Trace: ${format(values)}`) + frames]);
  },
  warn(...values) {
    print(warnLevel, values);
  },
};

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(console, name, { value, writable: true, enumerable: true, configurable: true });
}

Object.defineProperty(natives.global, "console", { value: console, writable: true, configurable: true });
