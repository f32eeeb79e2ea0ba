import { type Fault, faults } from "./plan.ts";
import type { Outcome } from "./run.ts";

/** What came of all scenarios, as a text: a line for each fault, sums, and the seeds of those that went wrong. */
export function report(outcomes: readonly Outcome[]): string {
  const of = (fault: Fault): readonly Outcome[] => outcomes.filter(({ plan }) => plan.faults.includes(fault));
  const marks = outcomes.flatMap(({ ledger }) => ledger.marks);
  const fate = (wanted: string): number => marks.filter((mark) => mark.typed === wanted).length;
  const sum = (count: (outcome: Outcome) => number): number => outcomes.reduce((total, each) => total + count(each), 0);
  const failed = outcomes.filter(({ wrong }) => wrong.length > 0);
  const lines = [
    "fault      scenarios  wrong",
    ...faults.map((fault) => {
      const all = of(fault);
      const wrong = all.filter((each) => each.wrong.length > 0).length;
      return `${fault.padEnd(10)} ${String(all.length).padStart(9)} ${String(wrong).padStart(6)}`;
    }),
    "",
    `scenarios     ${outcomes.length}, ${failed.length} of them wrong`,
    `steps         ${sum(({ plan }) => plan.steps.length)}`,
    `marks typed   ${marks.length}, ${marks.filter((mark) => mark.removed).length} removed by their author`,
    `  when their page was last heard: saved ${fate("acked")}, kept ${fate("kept")}, not yet either ${fate("open")}`,
    `  when their page died: said not to be kept ${fate("told")}, in the instant of it ${fate("cut")}`,
    `  of those two, gone: ${sum(({ gone }) => gone)}`,
    `shown as unsent, with a copy: ${sum(({ copied }) => copied)}`,
    `revisions looked at: ${sum(({ revisions }) => revisions)}`,
    ...failed.map(({ plan, wrong }) => `SEED=${plan.seed} (${plan.faults.join(", ")}): ${wrong[0]}`),
  ];
  return lines.join("\n");
}
