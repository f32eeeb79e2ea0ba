import type { Timeline } from "./timeline.ts";

/** What the track of the slider shows. */
export interface TrackPicture {
  readonly timeline: Timeline;
  /** The ids of those whose edits are shown; empty for all. */
  readonly chosen: ReadonlySet<string>;
  /** The revision of the thumb. */
  readonly revision: number;
  /** Another revision that is compared with, if there is one. */
  readonly other: number | undefined;
}

/** How high the band of colours is, and how far above it a name has its mark, in CSS pixels. */
const band = 8;
const nameGap = 7;
/** Sessions are parted by a gap where they are at least so wide, in CSS pixels. */
const wideSession = 7;

/**
 * Draws who wrote when: a band in the colours of the people, parted where sessions are, and a mark for each name. On a
 * canvas, so that it costs the same for ten revisions and for a quarter of a million.
 */
export function drawTrack(canvas: HTMLCanvasElement, picture: TrackPicture): void {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const { timeline, chosen } = picture;
  const top = (height - band) / 2;
  context.fillStyle = style.getPropertyValue("border-top-color"); // the colour of lines, as the theme has it
  context.beginPath();
  context.roundRect(0, top, width, band, band / 2);
  context.fill();
  context.save();
  context.clip();
  const x = (revision: number): number => (timeline.head === 0 ? 0 : (revision / timeline.head) * width);
  for (const { from, to, authors } of timeline.spans) {
    const shown = authors
      .map((index) => timeline.authors[index]!)
      .filter(({ id }) => chosen.size === 0 || chosen.has(id));
    const left = x(from - 1);
    const right = Math.max(x(to), left + 1);
    const part = band / Math.max(shown.length, 1);
    for (const [index, { color }] of shown.slice(0, 4).entries()) {
      context.fillStyle = color;
      context.fillRect(left, top + index * part, right - left, part + 0.5);
    }
  }
  context.restore();
  drawGaps(context, picture, { x, top, background: style.backgroundColor });
  context.fillStyle = style.color;
  for (const { revision } of timeline.names) drawName(context, x(revision), top - nameGap);
  if (picture.other !== undefined) {
    context.fillRect(x(picture.other) - 1, top - 5, 2, band + 10);
  }
}

interface Measures {
  readonly x: (revision: number) => number;
  readonly top: number;
  /** The colour of what the slider lies on. */
  readonly background: string;
}

function drawGaps(
  context: CanvasRenderingContext2D,
  { timeline }: TrackPicture,
  { x, top, background }: Measures,
): void {
  context.fillStyle = background;
  let last = 0;
  for (const { from, to } of timeline.sessions) {
    const at = x(from - 1);
    if (from > 1 && at - last >= wideSession && x(to) - at >= wideSession) {
      context.fillRect(at - 1, top - 1, 2, band + 2);
      last = at;
    }
  }
}

function drawName(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x, y - 4.5);
  context.lineTo(x + 4.5, y);
  context.lineTo(x, y + 4.5);
  context.lineTo(x - 4.5, y);
  context.fill();
}
