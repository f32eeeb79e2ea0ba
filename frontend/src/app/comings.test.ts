import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Comings, gather } from "./comings.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function people(...names: readonly string[]) {
  return names.map((name) => ({ id: `u-${name}`, name, color: "#112233" }));
}

function told() {
  const said: string[] = [];
  const comings = new Comings({
    joined: (names) => said.push(`+${names.join(" ")}`),
    left: (names) => said.push(`-${names.join(" ")}`),
  });
  return { said, comings };
}

it("tells of several at once, and not of those who were here", () => {
  const { said, comings } = told();
  comings.report(people("Ana"));
  vi.advanceTimersByTime(gather);
  comings.report(people("Ana", "Ben"));
  vi.advanceTimersByTime(gather / 2);
  comings.report(people("Ben", "Cem", "Dora"));
  vi.advanceTimersByTime(gather);
  expect(said).toEqual(["+Ben Cem Dora", "-Ana"]);
});

it("says nothing of who was away for a moment, or while the connection is away", () => {
  const { said, comings } = told();
  comings.report(people("Ana", "Ben"));
  vi.advanceTimersByTime(gather);
  comings.report(people("Ana"));
  comings.report(people("Ana", "Ben"));
  vi.advanceTimersByTime(gather);
  comings.report([]);
  comings.away();
  vi.advanceTimersByTime(60_000);
  comings.report(people("Ana", "Ben"));
  vi.advanceTimersByTime(gather);
  expect(said).toEqual([]);
});
