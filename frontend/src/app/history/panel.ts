import type { DocKind, User } from "../../client/types.ts";
import type { Chrome } from "../chrome.ts";
import { debounce } from "../dom.ts";
import type { Toasts } from "../list-toast.ts";
import type { OpenEditor } from "../open-editor.ts";
import { ApiError } from "../request.ts";
import { ServerHistory } from "./api.ts";
import { changedPlaces } from "./changed-places.ts";
import { Mover } from "./mover.ts";
import { openView } from "./open-view.ts";
import { PanelMarks } from "./panel-marks.ts";
import { PanelParts } from "./panel-parts.ts";
import { Player } from "./player.ts";
import { Prefetch } from "./prefetch.ts";
import { Restorer } from "./restore.ts";
import { Timeline } from "./timeline.ts";
import type { HistoryView, Shown } from "./view.ts";
import { revisionText, whoText } from "./wording.ts";

/** How long the text must rest before the address follows and its neighbours are read, in milliseconds. */
const rest = 150;
/** How long after edits of others their revisions are in the slider, in milliseconds. */
const growth = 1500;
/** The most places of a change that are looked at, to see whether one is in sight. */
const mostPlaces = 24;

/** What the panel needs of the page. */
export interface PanelOptions {
  readonly id: string;
  readonly kind: DocKind;
  readonly opened: OpenEditor;
  readonly user: User;
  /** The revision to begin with. */
  readonly revision: number;
  readonly mayEdit: boolean;
  readonly chrome: Chrome;
  readonly toasts: Toasts;
  /** Where the page was scrolled to. */
  readonly scroll: number;
  readonly close: () => void;
  /** It shows another revision, and rests there. */
  readonly moved: (revision: number) => void;
}

/** Who made a revision and when, as the server said for just that one. */
interface Fact {
  readonly user: string;
  readonly at: number;
}

/** The history of a document in the page: the slider in the bar, the text below it, the list beside it. */
export class HistoryPanel {
  #options: PanelOptions;
  #server: ServerHistory;
  #parts: PanelParts;
  #timeline: Timeline | undefined;
  #view: HistoryView | undefined;
  #mover: Mover | undefined;
  #player: Player | undefined;
  #prefetch: Prefetch | undefined;
  #restorer: Restorer | undefined;
  #marks: PanelMarks | undefined;
  #facts = new Map<number, Fact>();
  /** Where the slider is: the text follows as soon as it can. */
  #revision: number;
  #mayEdit: boolean;
  #ended = new AbortController();
  #grown = debounce(growth, () => void this.#refresh());
  #rested = debounce(rest, () => this.#rest());

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#server = new ServerHistory(options.id);
    this.#revision = options.revision;
    this.#mayEdit = options.mayEdit;
    this.#parts = new PanelParts(options.kind, {
      goTo: (revision) => this.#moveTo(revision),
      togglePlaying: () => this.#togglePlaying(),
      speed: (speed) => this.#player && Object.assign(this.#player, { speed }),
      filtered: () => this.#draw(),
      close: options.close,
      retry: () => void this.#retry(),
      restore: (part) => void this.#restore(part),
      saveName: (revision, name) => this.#saveName(revision, name),
      removeName: (revision) => this.#removeName(revision),
    });
    options.chrome.element.append(this.#parts.bar);
    document.querySelector(".desk")?.after(this.#parts.desk);
    this.#parts.loading();
    this.#parts.slider.element.focus({ preventScroll: true });
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal: this.#ended.signal });
    void this.#load();
  }

  /** Goes to a revision, as the slider does. */
  goTo(revision: number): void {
    if (revision !== this.#revision) this.#moveTo(revision);
  }

  /** Others have written up to this revision. */
  grow(head: number): void {
    if (this.#timeline && head > this.#timeline.head) this.#grown();
  }

  setMayEdit(mayEdit: boolean): void {
    this.#mayEdit = mayEdit;
    this.#draw();
  }

  focusText(): void {
    this.#view?.text.focus({ preventScroll: true });
  }

  destroy(): void {
    this.#ended.abort();
    this.#grown.cancel();
    this.#rested.cancel();
    this.#player?.pause();
    this.#prefetch?.stop();
    this.#mover?.end();
    this.#marks?.marks.close();
    this.#view?.destroy();
    this.#parts.remove();
    if (window.collabd) delete window.collabd.history;
  }

  /** Reads the text and who wrote when side by side: the text shows as soon as it is here. */
  async #load(): Promise<void> {
    const { kind, opened } = this.#options;
    const { signal } = this.#ended;
    const summary = this.#server.summary(signal);
    summary.catch(() => {}); // it may fail while the view is awaited; it is looked at below
    try {
      const view = this.#view ?? (await openView(kind, this.#parts.text, opened.editor));
      if (signal.aborted) return view.destroy();
      this.#view = view;
      if (this.#mover) this.#mover.retry(this.#revision);
      else this.#begin(view);
      const timeline = new Timeline(await summary);
      if (signal.aborted) return;
      this.#timeline = timeline;
      this.#drawOn(view);
      if (this.#revision > this.#timeline.head) this.#moveTo(this.#timeline.head);
      this.#draw();
      this.#expose();
      this.#rested();
    } catch (error) {
      if (!signal.aborted) this.#parts.failed(error);
    }
  }

  #begin(view: HistoryView): void {
    const told = (revision: number, user: string, at: number): void => this.#tell(revision, user, at);
    const mover = new Mover(this.#server, view, {
      shown: (shown) => this.#shown(shown),
      told,
      failed: (error) => this.#failed(error),
      waiting: (waiting) => this.#parts.setWaiting(waiting),
    });
    const stops = (): ReturnType<Timeline["stops"]> => this.#stops();
    this.#mover = mover;
    this.#prefetch = new Prefetch(this.#server, mover, told);
    this.#player = new Player({
      source: this.#server,
      mover,
      stops,
      all: () => this.#parts.chosen.size === 0,
      head: () => this.#timeline!.head,
      goTo: (revision) => this.#moveTo(revision, true),
      changed: (playing) => this.#parts.setPlaying(playing),
    });
    this.#player.speed = this.#parts.speed;
    this.#restorer = new Restorer({ server: this.#server, toasts: this.#options.toasts, close: this.#options.close });
    view.onSelect(() => this.#parts.setSelected(view.selection() !== undefined));
    mover.goTo(this.#revision);
  }

  /** Shows who wrote what, for which the timeline must be here. */
  #drawOn(view: HistoryView): void {
    this.#marks = new PanelMarks({
      doc: this.#options.id,
      view,
      timeline: () => this.#timeline!,
      mayEdit: () => this.#mayEdit,
      top: () => this.#options.chrome.top(),
      compared: () => {
        this.#parts.setSelected(false); // what is selected is out of sight
        this.#draw();
      },
      go: (revision) => this.#moveTo(revision),
      restore: async (revision, range) =>
        this.#restorer?.restore(revision, this.#timeline?.moment(revision)?.at, range),
    });
    this.#parts.tools.append(this.#marks.marks.element);
    this.#parts.bar.append(this.#marks.marks.details);
    const revision = this.#mover?.revision;
    if (revision !== undefined) this.#marks.shown({ revision }, this.#facts.get(revision));
  }

  async #retry(): Promise<void> {
    this.#parts.loading();
    if (!this.#timeline) return this.#load();
    this.#mover?.retry(this.#revision);
    await this.#refresh();
  }

  #tell(revision: number, user: string, at: number): void {
    this.#facts.set(revision, { user, at });
    if (revision === this.#revision) this.#draw();
  }

  #failed(error: unknown): void {
    if (!this.#timeline && error instanceof ApiError && error.status === 404) return; // the head will be known soon
    this.#player?.pause();
    this.#parts.failed(error);
    if (this.#mover?.revision !== undefined) {
      this.#revision = this.#mover.revision; // the slider stands where the text is
      this.#draw();
    }
  }

  #moveTo(revision: number, playing = false): void {
    if (!this.#timeline || !this.#mover) return;
    if (!playing) this.#player?.pause();
    this.#prefetch?.stop();
    this.#revision = Math.min(Math.max(revision, 0), this.#timeline.head);
    this.#draw();
    this.#mover.goTo(this.#revision);
  }

  #shown(shown: Shown): void {
    const first = shown.change === undefined;
    this.#parts.loaded();
    this.#expose();
    if (first) scrollTo({ top: this.#options.scroll, behavior: "instant" });
    else if (!this.#marks?.marks.comparing) this.#bringIntoSight(shown);
    this.#marks?.shown(shown, this.#facts.get(shown.revision));
    this.#draw();
    this.#rested();
  }

  /** What tests can hold on to, as soon as all is here. */
  #expose(): void {
    const revision = this.#mover?.revision;
    if (!window.collabd || revision === undefined || !this.#timeline) return;
    window.collabd.history = { revision, contents: () => this.#view!.contents() };
  }

  /** Scrolls to what has changed, unless some of it is in sight. */
  #bringIntoSight({ change }: Shown): void {
    const view = this.#view!;
    const top = this.#options.chrome.top();
    const places = changedPlaces(change ?? [], mostPlaces);
    const inSight = (place: number): boolean => {
      const bounds = view.bounds(place, place);
      return bounds !== undefined && bounds.top >= top && bounds.bottom <= innerHeight;
    };
    if (places.length > 0 && !places.some(inSight)) view.reveal(places[0]!, top);
  }

  #rest(): void {
    if (!this.#timeline || this.#mover?.moving || this.#mover?.revision !== this.#revision) return;
    this.#options.moved(this.#revision);
    if (!this.#player?.playing) {
      this.#prefetch?.around(this.#revision, this.#stops(), this.#facts.has(this.#revision));
    }
  }

  #draw(): void {
    const timeline = this.#timeline;
    if (!timeline) return;
    const revision = this.#revision;
    const moment = timeline.moment(revision);
    const fact = this.#facts.get(revision);
    const author = fact && timeline.authors.find(({ id }) => id === fact.user);
    const authors = author ? [author] : (moment?.authors ?? []);
    const at = fact?.at ?? moment?.at;
    const text = revisionText(timeline, revision, fact && { who: whoText(authors), at: fact.at });
    this.#parts.show({
      timeline,
      stops: this.#stops(),
      revision,
      text,
      authors,
      at,
      mayEdit: this.#mayEdit,
      other: this.#marks?.other,
    });
  }

  #stopsOf:
    | {
        readonly timeline: Timeline;
        readonly chosen: ReadonlySet<string>;
        readonly stops: ReturnType<Timeline["stops"]>;
      }
    | undefined;

  #stops(): ReturnType<Timeline["stops"]> {
    const timeline = this.#timeline!;
    const { chosen } = this.#parts;
    if (this.#stopsOf?.timeline !== timeline || this.#stopsOf.chosen !== chosen) {
      this.#stopsOf = { timeline, chosen, stops: timeline.stops(chosen) };
    }
    return this.#stopsOf.stops;
  }

  #togglePlaying(): void {
    if (this.#player?.playing) this.#player.pause();
    else if (this.#timeline) this.#player?.play();
  }

  async #refresh(): Promise<void> {
    try {
      this.#timeline = new Timeline(await this.#server.summary(this.#ended.signal));
      this.#draw();
    } catch {
      // What is known stays; the next edit of others, or a retry, asks again.
    }
  }

  async #restore(part: boolean): Promise<void> {
    const range = part ? this.#view?.selection() : undefined;
    const shown = this.#mover?.revision;
    if (!this.#mayEdit || shown === undefined || (part && !range)) return;
    this.#player?.pause();
    const at = this.#facts.get(shown)?.at ?? this.#timeline?.moment(shown)?.at;
    await this.#restorer?.restore(shown, at, range);
  }

  async #saveName(revision: number, name: string): Promise<void> {
    const named = await this.#server.name(revision, name);
    const names = this.#timeline!.names.filter((each) => each.revision !== revision);
    this.#timeline = this.#timeline!.named([...names, named]);
    this.#draw();
  }

  async #removeName(revision: number): Promise<void> {
    await this.#server.unname(revision);
    this.#timeline = this.#timeline!.named(this.#timeline!.names.filter((each) => each.revision !== revision));
    this.#draw();
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === " " && target === document.body) {
      event.preventDefault();
      this.#togglePlaying();
    }
    if (event.key !== "Escape" || document.querySelector("[popover=auto]:popover-open, dialog[open]")) return;
    if (target.matches("input, select, textarea")) return;
    event.preventDefault();
    this.#options.close();
  }
}
