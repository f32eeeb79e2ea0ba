import type { DocKind } from "../../src/client/types.ts";
import { Dice } from "../../src/ot/testing.ts";

/** What goes wrong. Each scenario has one of them for certain, by its seed, and up to three more. */
export const faults = [
  "offline", // the browser says that there is no network
  "cable", // connections break, the browser knows nothing of it
  "silence", // nothing comes through, connections stay
  "deaf", // what the server answers does not come through: edits are stored and never acknowledged
  "server", // killed, as by a power cut
  "crash", // the tab's process dies
  "close", // the tab is closed without a word
  "browser", // all of the browser is killed
  "reload", // while something is on its way
  "sleep", // the tab is frozen for a while
  "duplicate", // the tab is opened again beside itself
  "quota", // the disk is full
  "storage", // IndexedDB fails
  "clock", // jumps by hours
] as const;
export type Fault = (typeof faults)[number];

/** What keeps things unsent, and what ends pages: text is lost where the two meet. */
const networks: readonly Fault[] = ["offline", "cable", "silence", "deaf", "server"];
const ends: readonly Fault[] = ["crash", "close", "reload"];

/** When a tab dies: once the browser has kept what was typed, or in the middle of that. */
export type Moment = "kept" | "now";
export type Way = "keys" | "insert" | "paste";

/** A tab by its number in the scenario; tabs of one person share their storage, network and login. */
export type Step =
  /** Types a mark of its own, at the end of its own line or at the start of the line of another. */
  | { readonly do: "type"; readonly tab: number; readonly mark: string; readonly way: Way; readonly line: number }
  | { readonly do: "remove"; readonly tab: number; readonly mark: string }
  | { readonly do: "format"; readonly tab: number; readonly mark: string }
  | { readonly do: "settle"; readonly tab: number } // waits until all is saved
  | { readonly do: "offline" | "online" | "cut" | "silence" | "deafen" | "mend"; readonly person: number }
  | { readonly do: "kill-server" | "start-server" }
  | { readonly do: "crash" | "close" | "reload"; readonly tab: number; readonly at: Moment }
  | { readonly do: "kill-browser"; readonly person: number; readonly at: Moment }
  | { readonly do: "open" | "freeze" | "thaw" | "fill" | "empty" | "break" | "repair"; readonly tab: number }
  | { readonly do: "duplicate"; readonly tab: number; readonly as: number }
  | { readonly do: "clock"; readonly tab: number; readonly hours: number };

/** A scenario, as a value: the seed alone decides it. */
export interface Plan {
  readonly seed: number;
  readonly kind: DocKind;
  readonly faults: readonly Fault[];
  /** Whose each tab is, by numbers from 0 on; duplicates come last. */
  readonly owners: readonly number[];
  /** How many tabs are open from the start. */
  readonly first: number;
  readonly people: number;
  readonly steps: readonly Step[];
}

/** What a scenario knows of the world while it is written: what may sensibly happen next depends on it. */
interface World {
  readonly alive: Set<number>;
  readonly frozen: Set<number>;
  readonly full: Set<number>;
  readonly broken: Set<number>;
  readonly offline: Set<number>;
  readonly cut: Set<number>;
  serverUp: boolean;
}

/** The scenario of this seed. */
export function planOf(seed: number): Plan {
  return new Planner(seed).plan();
}

class Planner {
  #dice: Dice;
  #seed: number;
  #faults: Fault[];
  #owners: number[] = [];
  #steps: Step[] = [];
  #marks: { mark: string; tab: number }[] = []; // that are still there
  #typed = 0;
  #world: World;

  constructor(seed: number) {
    this.#seed = seed;
    this.#dice = new Dice(seed);
    const main = faults[seed % faults.length]!;
    const others = faults.filter((fault) => fault !== "browser"); // needs a process of its own, which takes long
    const more = [this.#dice.pick(networks), this.#dice.pick(ends), this.#dice.pick(others)];
    this.#faults = [...new Set([main, ...more.slice(this.#dice.int(0, 1), this.#dice.int(1, 3))])];
    const people = this.#dice.int(1, 3);
    for (let person = 0; person < people; person++) {
      for (let n = this.#dice.int(1, people === 3 ? 1 : 2); n > 0; n--) this.#owners.push(person);
    }
    const none = (): Set<number> => new Set();
    this.#world = {
      alive: new Set(this.#owners.keys()),
      frozen: none(),
      full: none(),
      broken: none(),
      offline: none(),
      cut: none(),
      serverUp: true,
    };
  }

  plan(): Plan {
    const first = this.#owners.length;
    const kind = this.#dice.pick<DocKind>(["rich", "text"]);
    this.#fault(this.#faults[0]!);
    for (let n = this.#dice.int(14, 22); n > 0; n--) this.#next();
    this.#fault(this.#faults[0]!);
    this.#recover();
    const people = Math.max(...this.#owners) + 1;
    return { seed: this.#seed, kind, faults: this.#faults, owners: this.#owners, first, people, steps: this.#steps };
  }

  #next(): void {
    const chance = this.#dice.random();
    const tab = this.#anyone();
    if (tab === undefined || chance < 0.27) this.#fault(this.#dice.pick(this.#faults));
    else if (chance < 0.8) this.#type(tab);
    else if (chance < 0.88) this.#withMark(tab, "remove");
    else if (chance < 0.95) this.#withMark(tab, "format");
    else if (this.#reachable(tab)) this.#steps.push({ do: "settle", tab });
  }

  /** A tab in which somebody can type. */
  #anyone(): number | undefined {
    const tabs = [...this.#world.alive].filter((tab) => !this.#world.frozen.has(tab));
    return tabs.length > 0 ? this.#dice.pick(tabs) : undefined;
  }

  #reachable(tab: number): boolean {
    const { serverUp, offline, cut } = this.#world;
    const owner = this.#owners[tab]!;
    return serverUp && !offline.has(owner) && !cut.has(owner);
  }

  #type(tab: number): void {
    for (let n = this.#dice.int(1, 3); n > 0; n--) {
      const mark = `«${this.#seed}-${tab}-${this.#typed++}»`;
      const line = this.#dice.random() < 0.7 ? tab : this.#dice.int(0, this.#owners.length - 1);
      // On the line of another only all at once: two who type letter by letter at one place mix their letters, rightly.
      const way = this.#dice.pick<Way>(line === tab ? ["keys", "keys", "insert", "paste"] : ["insert", "paste"]);
      this.#steps.push({ do: "type", tab, mark, way, line });
      this.#marks.push({ mark, tab });
    }
  }

  #withMark(tab: number, what: "remove" | "format"): void {
    const own = this.#marks.filter((each) => each.tab === tab);
    if (own.length === 0) return;
    const { mark } = this.#dice.pick(own);
    if (what === "remove") this.#marks = this.#marks.filter((each) => each.mark !== mark);
    this.#steps.push({ do: what, tab, mark });
  }

  /** Lets it go wrong, or takes it back if it already did. */
  #fault(fault: Fault): void {
    const { alive, frozen, full, broken, offline, cut } = this.#world;
    const awake = this.#anyone();
    const tab = awake ?? this.#dice.int(0, this.#owners.length - 1);
    const person = this.#owners[tab]!;
    const toggle = (set: Set<number>, key: number, on: Step, off: Step): void => {
      this.#steps.push(set.has(key) ? off : on);
      if (!set.delete(key)) set.add(key);
    };
    const at: Moment = this.#dice.random() < 0.75 ? "kept" : "now";
    switch (fault) {
      case "offline":
        return toggle(offline, person, { do: "offline", person }, { do: "online", person });
      case "cable":
        return toggle(cut, person, { do: "cut", person }, { do: "mend", person });
      case "silence":
        return toggle(cut, person, { do: "silence", person }, { do: "mend", person });
      case "deaf":
        return toggle(cut, person, { do: "deafen", person }, { do: "mend", person });
      case "server":
        this.#steps.push({ do: this.#world.serverUp ? "kill-server" : "start-server" });
        this.#world.serverUp = !this.#world.serverUp;
        return;
      case "crash":
      case "close": {
        const dead = [...this.#owners.keys()].filter((each) => !alive.has(each));
        if (dead.length > 0 && (awake === undefined || this.#dice.random() < 0.6)) this.#open(this.#dice.pick(dead));
        else if (awake !== undefined) this.#die(awake, { do: fault, tab, at });
        return;
      }
      case "browser": {
        const tabs = this.#tabsOf(0);
        if (tabs.some((each) => alive.has(each))) {
          this.#steps.push({ do: "kill-browser", person: 0, at });
          for (const each of tabs) this.#forget(each);
        } else {
          for (const each of tabs) this.#open(each);
        }
        return;
      }
      case "reload":
        if (awake !== undefined) this.#reload(awake, at);
        return;
      case "sleep": {
        const asleep = [...frozen];
        const one = asleep.length > 0 && this.#dice.random() < 0.6 ? this.#dice.pick(asleep) : awake;
        if (one !== undefined) toggle(frozen, one, { do: "freeze", tab: one }, { do: "thaw", tab: one });
        return;
      }
      case "duplicate":
        if (awake === undefined || this.#owners.length >= 5) return;
        this.#steps.push({ do: "duplicate", tab, as: this.#owners.length });
        alive.add(this.#owners.length);
        this.#owners.push(person);
        return;
      case "quota":
        if (awake !== undefined) toggle(full, awake, { do: "fill", tab: awake }, { do: "empty", tab: awake });
        return;
      case "storage":
        if (awake !== undefined) toggle(broken, awake, { do: "break", tab: awake }, { do: "repair", tab: awake });
        return;
      case "clock":
        if (awake !== undefined) {
          this.#steps.push({ do: "clock", tab: awake, hours: this.#dice.pick([-30, -1, 1, 30, 24 * 400]) });
        }
        return;
    }
  }

  #tabsOf(person: number): number[] {
    return [...this.#owners.keys()].filter((tab) => this.#owners[tab] === person);
  }

  #open(tab: number): void {
    this.#steps.push({ do: "open", tab });
    this.#world.alive.add(tab);
  }

  #die(tab: number, step: Step): void {
    this.#steps.push(step);
    this.#forget(tab);
  }

  #reload(tab: number, at: Moment): void {
    this.#steps.push({ do: "reload", tab, at });
    this.#forget(tab);
    this.#world.alive.add(tab);
  }

  /** What was done to the page is gone with it. */
  #forget(tab: number): void {
    const { alive, frozen, full, broken } = this.#world;
    for (const set of [alive, frozen, full, broken]) set.delete(tab);
  }

  /** Everything is brought back, in some order; not every tab that was closed is opened again, if its person has another. */
  #recover(): void {
    const { alive, frozen, full, broken, offline, cut } = this.#world;
    const back: (() => void)[] = [];
    const step = (each: Step): void => void back.push(() => this.#steps.push(each));
    for (const tab of frozen) step({ do: "thaw", tab });
    for (const tab of full) step({ do: "empty", tab });
    for (const tab of broken) step({ do: "repair", tab });
    for (const person of offline) step({ do: "online", person });
    for (const person of cut) step({ do: "mend", person });
    if (!this.#world.serverUp) step({ do: "start-server" });
    for (let person = 0; person <= Math.max(...this.#owners); person++) {
      const tabs = this.#tabsOf(person);
      const dead = tabs.filter((tab) => !alive.has(tab));
      const needed = dead.length === tabs.length ? 1 : 0;
      const opened = this.#dice.random() < 0.3 ? dead.slice(0, needed) : dead;
      for (const tab of opened) back.push(() => this.#open(tab));
    }
    while (back.length > 0) {
      back.splice(this.#dice.int(0, back.length - 1), 1)[0]!();
      const tab = this.#anyone();
      if (tab !== undefined && this.#dice.random() < 0.4) this.#type(tab);
    }
  }
}

/** The step as one reads it in a trace. */
export function wording(step: Step): string {
  const { do: what, ...rest } = step;
  return [what, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(" ");
}
