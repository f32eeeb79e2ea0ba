import { writeFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../people.ts";
import { Ledger } from "./ledger.ts";
import { faults, planOf } from "./plan.ts";
import { report } from "./report.ts";
import { type Outcome, play } from "./run.ts";

/** How many scenarios; by default one for each kind of fault. */
const scenarios = Number(process.env.SCENARIOS ?? faults.length);
/** The seed of the first; the others follow. A scenario is played again by its own seed with SCENARIOS=1. */
const seed = Number(process.env.SEED ?? 0);

describe(`what was typed is in the log exactly once, or shown as unsent (SCENARIOS=${scenarios} SEED=${seed})`, () => {
  let browser: Browser;
  const outcomes: Outcome[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    console.log(report(outcomes));
  });

  const plans = Array.from({ length: scenarios }, (_, index) => planOf(seed + index));
  it.each(plans.map((plan) => [plan.seed, plan.faults.join(", "), plan] as const))(
    "U18, SEED=%i: %s",
    { timeout: 240_000 },
    async (_seed, _faults, plan) => {
      const outcome = await play(plan, browser);
      outcomes.push(outcome);
      if (process.env.REPORT) writeFileSync(process.env.REPORT, report(outcomes)); // also for who does not wait for the end
      if (process.env.TRACE) console.log(outcome.trace.join("\n"));
      const replay = `SCENARIOS=1 SEED=${plan.seed}: ${plan.kind}, tabs of ${plan.owners}`;
      expect(outcome.wrong, [replay, ...outcome.trace, ...outcome.wrong].join("\n")).toEqual([]);
    },
  );
});

describe("the loss test itself", () => {
  it("makes the same plan of the same seed, and has every fault among as many seeds", () => {
    const plans = faults.map((_, index) => planOf(index));
    expect(plans).toEqual(faults.map((_, index) => planOf(index)));
    expect(new Set(plans.map((plan) => plan.faults[0]))).toEqual(new Set(faults));
    const done = new Set(
      Array.from({ length: 60 }, (_, index) => planOf(index)).flatMap(({ steps }) => steps.map((each) => each.do)),
    );
    expect(done.size).toBe(25); // every kind of step comes up
  });

  it("knows what is lost, doubled or back", () => {
    const ledger = new Ledger();
    for (const mark of ["«a»", "«b»", "«c»", "«d»", "«e»"]) ledger.typed(mark, mark === "«e»" ? 1 : 0);
    ledger.removed("«c»");
    expect(ledger.breaches("«a» «b» «d» «e»", "")).toEqual([]);
    const kinds = (text: string, copies = ""): string[] =>
      ledger.breaches(text, copies).map(({ kind, mark }) => `${kind} ${mark}`);
    expect(kinds("«a» «a» «c» «d» «e»")).toEqual(["doubled «a»", "lost «b»", "back «c»"]);
    expect(kinds("«a» «d» «e»", "…«b»…")).toEqual([]);
    ledger.heard(0, { saved: true, kept: false, unkept: false });
    ledger.died(1, { saved: false, kept: false, unkept: true });
    ledger.died(0, { saved: false, kept: false, unkept: false });
    expect(kinds("«b» «d»")).toEqual(["lost «a»"]); // «e» went with a page that had said so, «a» did not
    expect(kinds("«a» «b» «d» «e» «e»")).toEqual(["doubled «e»"]);
  });
});
