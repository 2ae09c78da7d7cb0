// console.table: the rows of an array or object as Node draws them.
"use strict";

const { inspect } = require("./inspect.js");

const indexHeader = "(index)";
const valueHeader = "Values";

const show = (value) =>
  inspect(value, {
    maxArrayLength: 3,
    breakLength: Infinity,
    depth: value !== null && typeof value === "object" ? 0 : 1,
  });

function rowsOf(data) {
  if (data instanceof Map) return [...data].map(([key, value], i) => [String(i), { Key: key, Values: value }]);
  if (data instanceof Set) return [...data].map((value, i) => [String(i), value]);
  return Object.entries(data);
}

function draw(header, rows) {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)) + 2);
  const line = (left, middle, right) => left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const cells = (row) => "│" + row.map((cell, i) => ` ${cell}`.padEnd(widths[i])).join("│") + "│";
  return [
    line("┌", "┬", "┐"),
    cells(header),
    line("├", "┼", "┤"),
    ...rows.map(cells),
    line("└", "┴", "┘"),
  ].join("\n");
}

exports.table = (data, columns) => {
  const rows = rowsOf(data);
  const keys = new Set(columns);
  let hasValues = false;
  for (const [, row] of rows) {
    if (row === null || typeof row !== "object") hasValues = true;
    else if (columns === undefined) for (const key of Object.keys(row)) keys.add(key);
  }
  const header = [indexHeader, ...keys, ...(hasValues ? [valueHeader] : [])];
  return draw(
    header,
    rows.map(([index, row]) => {
      const isObject = row !== null && typeof row === "object";
      const cells = [...keys].map((key) => (isObject && Object.hasOwn(row, key) ? show(row[key]) : ""));
      return [index, ...cells, ...(hasValues ? [isObject ? "" : show(row)] : [])];
    }),
  );
};
