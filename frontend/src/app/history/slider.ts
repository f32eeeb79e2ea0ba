import { h } from "../dom.ts";
import { strings } from "../strings.ts";
import { drawTrack } from "./slider-track.ts";
import type { Stops } from "./stops.ts";
import type { Timeline } from "./timeline.ts";
import { numberText, revisionText, timesText, whoText } from "./wording.ts";

/** What the slider shows. */
export interface SliderState {
  readonly timeline: Timeline;
  readonly stops: Stops;
  /** The ids of those whose edits are shown; empty for all. */
  readonly chosen: ReadonlySet<string>;
  readonly revision: number;
  /** What the thumb says of itself. */
  readonly text: string;
  readonly other: number | undefined;
}

interface SliderOptions {
  readonly goTo: (revision: number) => void;
  readonly togglePlaying: () => void;
}

/** How near to the mark of a name a pointer means that one, in CSS pixels. */
const nearName = 6;

/** The slider over all revisions: a thumb on a band that shows who wrote when. */
export class Slider {
  readonly element: HTMLElement;
  #options: SliderOptions;
  #state: SliderState | undefined;
  #canvas = h("canvas", { class: "history-track", "aria-hidden": "true" });
  #mark = h("span", { class: "history-thumb-mark" });
  #tip = h("span", { class: "history-tip", hidden: true, "aria-hidden": "true" });
  #drawing = false;

  constructor(options: SliderOptions) {
    this.#options = options;
    this.element = h(
      "div",
      {
        class: "history-slider",
        role: "slider",
        tabindex: "0",
        "aria-label": strings.slider,
        "aria-description": strings.sliderHint,
        "aria-valuemin": "0",
        "aria-valuemax": "0",
        "aria-valuenow": "0",
      },
      this.#canvas,
      this.#mark,
      this.#tip,
    );
    this.element.addEventListener("keydown", (event) => this.#pressed(event));
    this.element.addEventListener("pointerdown", (event) => this.#grabbed(event));
    this.element.addEventListener("pointermove", (event) => this.#pointed(event));
    for (const type of ["pointerleave", "pointercancel", "lostpointercapture"] as const) {
      this.element.addEventListener(type, () => this.#hideTip());
    }
    new ResizeObserver(() => this.#draw()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    new MutationObserver(() => this.#draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  show(state: SliderState): void {
    const before = this.#state;
    this.#state = state;
    const { head } = state.timeline;
    this.element.setAttribute("aria-valuemax", String(head));
    this.element.setAttribute("aria-valuenow", String(state.revision));
    this.element.setAttribute("aria-valuetext", state.text);
    this.#mark.style.insetInlineStart = `${head === 0 ? 0 : (100 * state.revision) / head}%`;
    const same = before?.timeline === state.timeline && before.chosen === state.chosen && before.other === state.other;
    if (!same) this.#draw();
  }

  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.#state && this.#canvas.isConnected) drawTrack(this.#canvas, this.#state);
    });
  }

  #pressed(event: KeyboardEvent): void {
    const state = this.#state;
    if (!state || event.ctrlKey || event.metaKey || event.altKey) return;
    const to = target(event, state);
    if (to === undefined && event.key !== " ") return;
    event.preventDefault();
    if (to === undefined) this.#options.togglePlaying();
    else this.#options.goTo(to);
  }

  #grabbed(event: PointerEvent): void {
    if (event.button !== 0 || !this.#state) return;
    this.element.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    event.preventDefault();
    this.#drag(event);
  }

  #pointed(event: PointerEvent): void {
    if (this.element.hasPointerCapture(event.pointerId)) this.#drag(event);
    else if (event.pointerType === "mouse") this.#showTip(event.clientX, this.#revisionAt(event.clientX), false);
  }

  #drag(event: PointerEvent): void {
    const revision = this.#state!.stops.nearest(this.#revisionAt(event.clientX));
    if (revision !== this.#state!.revision) this.#options.goTo(revision);
    this.#showTip(event.clientX, revision, true);
  }

  /** The revision at a place of the window; that of a name where its mark is. */
  #revisionAt(x: number): number {
    const { left, width } = this.#canvas.getBoundingClientRect();
    const { timeline } = this.#state!;
    const at = Math.min(Math.max((x - left) / width, 0), 1);
    const near = timeline.names
      .map((name) => ({ name, distance: Math.abs(left + (name.revision / timeline.head) * width - x) }))
      .filter(({ distance }) => distance <= nearName)
      .sort((a, b) => a.distance - b.distance)[0];
    return near?.name.revision ?? Math.round(at * timeline.head);
  }

  #showTip(x: number, revision: number, exact: boolean): void {
    if (!this.#state) return;
    this.#tip.textContent = exact
      ? revisionText(this.#state.timeline, revision)
      : partText(this.#state.timeline, revision);
    this.#tip.hidden = false;
    const { left, width } = this.element.getBoundingClientRect();
    const half = this.#tip.offsetWidth / 2;
    const edge = 8;
    const middle = Math.min(Math.max(x, half + edge), document.documentElement.clientWidth - half - edge);
    this.#tip.style.left = `${Math.min(Math.max(middle - left, -left), width + half)}px`;
  }

  #hideTip(): void {
    this.#tip.hidden = true;
  }
}

/** Where a key leads. */
function target({ key, shiftKey }: KeyboardEvent, { timeline, stops, revision }: SliderState): number | undefined {
  const by = shiftKey ? 10 : 1;
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return stops.step(revision, by);
    case "ArrowLeft":
    case "ArrowDown":
      return stops.step(revision, -by);
    case "Home":
      return stops.step(0, 0);
    case "End":
      return stops.nearest(timeline.head);
    case "PageUp":
      return stops.nearest(timeline.sessionAfter(revision));
    case "PageDown":
      return stops.nearest(timeline.sessionBefore(revision));
    default:
      return undefined;
  }
}

/** The name at a place of the slider, or the session there, in words. */
function partText(timeline: Timeline, revision: number): string {
  const session = timeline.session(Math.max(revision, 1));
  if (timeline.name(revision) || !session) return revisionText(timeline, revision);
  const { from, to, start, end } = session;
  const who = whoText(session.authors.map((index) => timeline.authors[index]!));
  return [timesText(start, end), who, strings.revisions(numberText(from), numberText(to))].join(" · ");
}
