// How console shows values: as Node's util.inspect.
"use strict";

const { format, formatWithOptions, inspect } = require("node-inspect-extracted");

module.exports = { format, formatWithOptions, inspect };
