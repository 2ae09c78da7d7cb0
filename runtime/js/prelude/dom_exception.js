// DOMException.
"use strict";

exports.DOMException = require("domexception");

require("./platform_objects.js").setDomException(exports.DOMException);
