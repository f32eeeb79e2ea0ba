// Measures one npm package on one scenario, for the program beside this folder.
//
//	node --expose-gc peer.mjs PACKAGE SCENARIO.json
//
// Prints a line when it is ready, {"versions": {...}} or {"unable": "why not"}.
// Then, for each line it reads, it does the work again and prints
// {"seconds": CPU time of one unit of work, "count": units, "sha256": of the result}.
//
// A contender exports versions and a function for each kind of scenario that it
// can do, which takes the input and returns a task, or a string that says why not:
//
//	count     units of work in one run: edits, inserts, pairs
//	begin()   optional: what must be there before each run, not measured
//	run()     the work
//	result()  what came out, a string
//	limit(n)  optional: do only the first n of count
//	whole     optional: measure all of count, if limit is there for the first hash
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const window = 0.1; // seconds of CPU time that one measurement lasts at least
const patience = 3; // seconds on the clock after which begin is not called again
const fewest = 200; // units after which the results of all contenders are compared

const clock = () => performance.now() / 1000;

/** CPU time of the whole process: collecting garbage and compiling count. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function once(task) {
  task.begin?.();
  const from = cpu();
  task.run();
  return cpu() - from;
}

/** Seconds that one run takes. */
function measure(task) {
  globalThis.gc();
  if (!task.begin) {
    for (let runs = 1; ; runs *= 2) {
      const from = cpu();
      for (let i = 0; i < runs; i++) task.run();
      const spent = cpu() - from;
      if (spent >= window) return spent / runs;
    }
  }
  const end = clock() + patience;
  let spent = 0;
  let runs = 0;
  while (spent < window && (runs === 0 || clock() < end)) {
    spent += once(task);
    runs++;
  }
  return spent / runs;
}

/** Makes a task so short that one run takes about a window; returns the hash after the fewest. */
function fit(task) {
  const all = task.count;
  task.limit(fewest);
  const first = once(task);
  const hash = sha256(task.result());
  task.limit(task.whole ? all : Math.max(fewest, Math.min(all, Math.floor((fewest * window) / first))));
  return hash;
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const print = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const [name, file] = process.argv.slice(2);
const contender = await import(`./${name}.mjs`);
const input = JSON.parse(readFileSync(file, "utf8"));
const task = contender[input.kind]?.(input) ?? "it has no such operation";
if (typeof task === "string") {
  print({ unable: task });
} else {
  let hash = task.limit ? fit(task) : "";
  print({ versions: { "Node.js": process.versions.node, ...contender.versions } });
  for await (const _ of createInterface({ input: process.stdin })) {
    const seconds = measure(task);
    hash ||= sha256(task.result());
    print({ seconds: seconds / task.count, count: task.count, sha256: hash });
  }
}
