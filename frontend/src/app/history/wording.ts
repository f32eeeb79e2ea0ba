import { locale, strings } from "../strings.ts";
import type { Author, Timeline } from "./timeline.ts";

const number = new Intl.NumberFormat(locale);
const names = new Intl.ListFormat(locale, { type: "conjunction" });
const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const dayTime = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const yearTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const yearDay = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

/** A whole number as people write it. */
export function numberText(value: number): string {
  return number.format(value);
}

/** When something was, as short as is clear today; times are milliseconds since 1970. */
export function timeText(at: number, now = Date.now()): string {
  if (dayKey(at) === dayKey(now)) return time.format(at);
  return (sameYear(at, now) ? dayTime : yearTime).format(at);
}

/** From when to when; the day of the end is left out when it is that of the start. */
export function timesText(start: number, end: number, now = Date.now()): string {
  const from = timeText(start, now);
  const to = dayKey(start) === dayKey(end) ? time.format(end) : timeText(end, now);
  return timeText(end, now) === from ? from : `${from} – ${to}`;
}

/** The hours of a session, below the name of its day. */
export function hoursText(start: number, end: number): string {
  const [from, to] = [time.format(start), dayKey(start) === dayKey(end) ? time.format(end) : dayTime.format(end)];
  return from === to ? from : `${from} – ${to}`;
}

/** The day of a time, as a heading. */
export function dayText(at: number, now = Date.now()): string {
  return (sameYear(at, now) ? day : yearDay).format(at);
}

/** Tells days apart, as the person who looks has them. */
export function dayKey(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Those who wrote something, as a list in words. */
export function whoText(authors: readonly Pick<Author, "name">[]): string {
  return authors.length === 0 ? strings.nobody : names.format(authors.map(({ name }) => name));
}

/** A revision in words: its number, who made it and when; and its name. */
export function revisionText(timeline: Timeline, revision: number, known?: { who: string; at: number }): string {
  const title = strings.revision(numberText(revision));
  const moment = timeline.moment(revision);
  if (!moment) return `${title}, ${strings.revisionStart}`;
  const who = known?.who ?? whoText(moment.authors);
  const name = timeline.name(revision);
  const parts = [title, who, timeText(known?.at ?? moment.at), ...(name ? [strings.quoted(name.name)] : [])];
  return parts.join(", ");
}

function sameYear(a: number, b: number): boolean {
  return new Date(a).getFullYear() === new Date(b).getFullYear();
}
