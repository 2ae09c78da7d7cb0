// Begins each file of cases that web_platform_test.cc runs. handler() gives {passed, failures}.
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
