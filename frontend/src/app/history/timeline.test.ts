import { expect, test } from "vitest";
import type { HistorySummary } from "./api.ts";
import { Timeline } from "./timeline.ts";

const minute = 60_000;
const begin = Date.parse("2026-03-01T12:00:00Z");

function time(minutes: number): string {
  return new Date(begin + minutes * minute).toISOString();
}

const ana = { id: "ana", name: "Ana", color: "#c2335b", records: 150 };
const ben = { id: "ben", name: "Ben", color: "#0f7d67", records: 50 };

const summary: HistorySummary = {
  head: 200,
  created_at: time(-1),
  authors: [ana, ben],
  spans: [
    { from: 1, to: 100, start: time(0), end: time(5), authors: [0] },
    { from: 101, to: 120, start: time(9), end: time(10), authors: [1] },
    { from: 121, to: 121, start: time(30), end: time(30), authors: [1] },
    { from: 122, to: 200, start: time(31), end: time(40), authors: [0] },
  ],
  names: [
    { revision: 150, name: "Draft", user: ben, at: time(50) },
    { revision: 100, name: "Outline", user: ana, at: time(60) },
  ],
};

test("a pause of ten minutes parts sessions", () => {
  const { sessions } = new Timeline(summary);
  expect(sessions.map(({ from, to, authors }) => [from, to, authors])).toEqual([
    [1, 120, [0, 1]],
    [121, 200, [1, 0]],
  ]);
  expect(sessions.map(({ names }) => names.map(({ name }) => name))).toEqual([["Outline"], ["Draft"]]);
});

test("sessions are gone along by their ends", () => {
  const timeline = new Timeline(summary);
  expect([0, 50, 120, 121, 200].map((at) => timeline.sessionAfter(at))).toEqual([120, 120, 200, 200, 200]);
  expect([0, 50, 120, 121, 200].map((at) => timeline.sessionBefore(at))).toEqual([0, 0, 0, 120, 120]);
});

test("a revision is told with who made it and when", () => {
  const timeline = new Timeline(summary);
  expect(timeline.moment(0)).toBeUndefined();
  expect(timeline.moment(201)).toBeUndefined();
  expect(timeline.moment(121)).toEqual({ authors: [ben], at: begin + 30 * minute });
  expect(timeline.moment(100)?.at).toBe(begin + 5 * minute);
  expect(timeline.session(0)).toBeUndefined();
  expect(timeline.session(121)?.from).toBe(121);
});

test("the stops of chosen people are theirs alone", () => {
  const stops = new Timeline(summary).stops(new Set(["ben"]));
  expect(stops.count).toBe(1 + 20 + 1);
  expect(stops.step(0, 1)).toBe(101);
  expect(stops.step(120, 1)).toBe(121);
  expect(stops.nearest(200)).toBe(121);
});

test("names can change without asking for all again", () => {
  const timeline = new Timeline(summary);
  const renamed = timeline.named([{ revision: 7, name: "First", user: ana, at: time(70) }]);
  expect(renamed.name(7)?.name).toBe("First");
  expect(renamed.name(150)).toBeUndefined();
  expect(renamed.sessions[0]!.names).toHaveLength(1);
  expect(renamed.head).toBe(200);
  expect(timeline.name(150)?.name).toBe("Draft");
});

test("a document without edits has no sessions", () => {
  const timeline = new Timeline({ head: 0, created_at: time(0), authors: [], spans: [], names: [] });
  expect(timeline.sessions).toEqual([]);
  expect(timeline.stops().count).toBe(1);
  expect(timeline.sessionAfter(0)).toBe(0);
});
