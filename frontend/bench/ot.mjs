// What the ops of the front end cost: node bench/ot.mjs [seed]
//
// A document of 1,000,000 units, once plain and once with 20,000 runs of attributes, and keystrokes at random places. A
// frame has 16.7 ms, and a keystroke has to leave most of it to the editor. The figures are times: on a machine that does
// other things too, the least says what the code costs.
import { buildSync } from "esbuild";

const seed = Number(process.argv[2] ?? 1);
const { outputFiles } = buildSync({
  stdin: {
    contents: [
      "compose",
      "document",
      "hash",
      "invert",
      "op",
      "parse",
      "position",
      "testing",
      "text",
      "transform",
      "undo",
    ]
      .map((name) => `export * from "./src/ot/${name}.ts";`)
      .join("\n"),
    resolveDir: new URL("..", import.meta.url).pathname,
  },
  bundle: true,
  format: "esm",
  write: false,
});
const ot = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);

const random = ot.randomOf(seed);
const below = (n) => Math.floor(random() * n);

/** A document of `units` units in `runs` runs, no two neighbours with equal attributes. */
function makeDocument(units, runs) {
  const length = Math.floor(units / runs);
  const kinds = [undefined, { bold: true }, { italic: true }, { color: "#b4235a", link: "https://example.org/" }];
  return Array.from({ length: runs }, (_, i) => {
    const insert = Array.from({ length }, () => "etaoin shrdlu\n"[below(14)]).join("");
    const attributes = kinds[i % kinds.length];
    return attributes === undefined ? { insert } : { insert, attributes: { ...attributes } };
  });
}

/** A letter typed somewhere. */
const keystroke = (length) => new ot.Builder().retain(below(length)).insert("x").op();

/** Runs `step` for each of many inputs, and prints its times. The inputs are made beforehand. */
function measure(name, inputs, step) {
  for (const input of inputs.slice(0, inputs.length >> 2)) step(input); // warm
  const times = inputs.map((input) => {
    const start = process.hrtime.bigint();
    step(input);
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1).padStart(10);
  console.log(`${name.padEnd(58)}${at(0)}${at(0.5)}${at(0.99)}`);
}

console.log(`node ${process.version}, seed ${seed}`);
console.log(`${"µs".padEnd(58)}${"least".padStart(10)}${"p50".padStart(10)}${"p99".padStart(10)}`);
for (const [name, doc] of [
  ["1 MB plain", makeDocument(1_000_000, 1)],
  ["1 MB, 20,000 runs", makeDocument(1_000_000, 20_000)],
]) {
  const { length } = ot.Doc.of(doc);
  const strokes = (n) => Array.from({ length: n }, () => keystroke(length));
  const inOrder = (n) =>
    Array.from({ length: n }, (_, i) =>
      new ot.Builder()
        .retain(length / 2 + i)
        .insert("x")
        .op(),
    );
  measure(`${name}: read from JSON`, Array(12).fill(JSON.stringify(doc)), (text) => ot.parseDocument(JSON.parse(text)));
  measure(`${name}: into chunks`, Array(12).fill(doc), (each) => ot.Doc.of([...each]));
  measure(`${name}: hash of all of it`, Array(12).fill(doc), (each) => ot.hashOf([...each]));

  let list = doc;
  measure(`${name}: apply, one insert at random places`, strokes(4000), (op) => {
    list = ot.apply(list, op);
  });
  let tree = ot.Doc.of(doc);
  measure(`${name}: Doc.apply, one insert at random places`, strokes(4000), (op) => {
    tree = tree.apply(op);
  });
  tree = ot.Doc.of(doc);
  measure(`${name}: Doc.apply, typing in the middle`, inOrder(4000), (op) => {
    tree = tree.apply(op);
  });
  tree = ot.Doc.of(doc);
  tree.hash();
  measure(`${name}: Doc.apply and hash`, strokes(2000), (op) => {
    tree = tree.apply(op);
    tree.hash();
  });
  const undo = new ot.UndoStack();
  list = doc;
  measure(`${name}: apply and remember for undo`, strokes(2000), (op) => {
    undo.record(op, list);
    list = ot.apply(list, op);
  });
  measure(`${name}: undo one, and apply it`, Array(2000).fill(0), () => {
    const back = undo.undo(list);
    if (back !== undefined) list = ot.apply(list, back);
  });
}

const pairs = (n) => Array.from({ length: n }, () => [keystroke(1_000_000), keystroke(1_000_000)]);
measure("transform, a keystroke over a keystroke", pairs(20_000), ([a, b]) => ot.transform(a, b, "incoming"));
measure("compose, a keystroke after a keystroke", pairs(20_000), ([a, b]) => ot.compose(a, b));
measure("a position over a keystroke", pairs(20_000), ([a]) => ot.transformPosition(a, 500_000, "left"));

/** An op of `n` components. */
function makeOp(n, attributes) {
  const builder = new ot.Builder();
  for (let i = 0; i < n; i += 3) {
    builder.retain(10 + below(10), attributes ? { bold: i % 2 === 0 } : undefined);
    builder.insert("text", attributes ? { italic: true } : undefined).delete(1 + below(5));
  }
  return builder.op();
}
for (const attributes of [false, true]) {
  const kind = attributes ? "with attributes" : "plain";
  const ops = Array.from({ length: 400 }, () => [makeOp(1000, attributes), makeOp(1000, attributes)]);
  measure(`transform, 1,000 components ${kind}`, ops, ([a, b]) => ot.transform(a, b, "incoming"));
  measure(`compose, 1,000 components ${kind}`, ops, ([a, b]) => ot.compose(a, b));
  measure(`a position over 1,000 components ${kind}`, ops, ([a]) => ot.transformPosition(a, 8000, "left"));
}
