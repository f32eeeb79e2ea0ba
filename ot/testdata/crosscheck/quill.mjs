// Answers the questions of TestCrossCheck with npm quill-delta.
//
//   node quill.mjs FRONTEND    the folder whose node_modules has quill-delta
//
// The first line out is the version. Then one line in, one line out:
//
//   ["compose", a, b]           a.compose(b)
//   ["transform", a, b, first]  a.transform(b, first)
//   ["position", a, n, first]   a.transformPosition(n, first)
//   ["invert", a, doc]          a.invert(doc)
//   ["apply", doc, a]           doc.compose(a)
//
// An op is printed as Op.AppendJSON does it: no white space, insert, retain or
// delete before the attributes, their names and those in values sorted.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const load = createRequire(resolve(process.argv[2], "package.json"));
const Delta = load("quill-delta");

function sorted(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

function ordered(component) {
  const { attributes, ...rest } = component;
  return attributes === undefined ? sorted(rest) : { ...sorted(rest), attributes: sorted(attributes) };
}

function answer([kind, first, second, flag]) {
  const a = new Delta(first);
  switch (kind) {
    case "compose":
    case "apply":
      return a.compose(new Delta(second));
    case "transform":
      return a.transform(new Delta(second), flag);
    case "position":
      return a.transformPosition(second, flag);
    case "invert":
      return a.invert(new Delta(second));
  }
  throw new Error(`unknown question ${kind}`);
}

process.stdout.write(`${load("quill-delta/package.json").version}\n`);
let batch = [];
const flush = () => {
  if (batch.length > 0) process.stdout.write(`${batch.join("\n")}\n`);
  batch = [];
};
for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
  const got = answer(JSON.parse(line));
  batch.push(JSON.stringify(typeof got === "number" ? got : got.ops.map(ordered)));
  if (batch.length >= 256) flush();
}
flush();
