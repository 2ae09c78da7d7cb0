// atob and btoa.
"use strict";

const { requireArguments } = require("./define.js");
require("./dom_exception.js");
require("core-js/modules/web.atob.js");
require("core-js/modules/web.btoa.js");

const { atob: decode, btoa: encode } = packageGlobal;

module.exports = {
  atob(data) {
    requireArguments(1, arguments.length, "atob");
    return decode(data);
  },
  btoa(data) {
    requireArguments(1, arguments.length, "btoa");
    return encode(data);
  },
};
