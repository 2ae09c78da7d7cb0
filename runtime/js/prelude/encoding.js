// TextEncoder and TextDecoder, with every legacy encoding.
"use strict";

const { addPlatformClass } = require("./platform_objects.js");
const { TextDecoder, TextEncoder } = require("@exodus/bytes/encoding.js");

addPlatformClass(TextDecoder);
addPlatformClass(TextEncoder);

module.exports = { TextDecoder, TextEncoder };
