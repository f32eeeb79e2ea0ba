import { locale, strings } from "./strings.ts";

const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

const steps: readonly (readonly [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [7 * 86_400, 86_400, "day"],
];

/** How long ago `time` was, in words; times are milliseconds since 1970. After a week it is the date. */
export function timeAgo(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 60) return strings.justNow;
  for (const [limit, unit, name] of steps) {
    if (seconds < limit) return format.format(-Math.floor(seconds / unit), name);
  }
  return day.format(time);
}
