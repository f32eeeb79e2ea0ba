import { Marks } from "./marks.ts";
import type { Made, Milestone } from "./marks-host.ts";
import type { Timeline } from "./timeline.ts";
import type { HistoryView, Shown } from "./view.ts";
import { timeText } from "./wording.ts";

/** What the marks need of the panel. */
interface PanelMarksOptions {
  readonly doc: string;
  readonly view: HistoryView;
  readonly timeline: () => Timeline;
  readonly mayEdit: () => boolean;
  readonly top: () => number;
  readonly compared: () => void;
  readonly go: (revision: number) => void;
  readonly restore: (revision: number, range: readonly [from: number, to: number]) => Promise<void>;
}

/** The marks of the text of a panel: what they ask of a history, answered by its timeline. */
export class PanelMarks {
  readonly marks: Marks;
  /** The revision that the shown one is compared with. */
  other: number | undefined;
  #options: PanelMarksOptions;
  #revision: number | undefined;

  constructor(options: PanelMarksOptions) {
    this.#options = options;
    const { doc, view, top, compared, go, restore } = options;
    this.marks = new Marks({
      doc,
      view,
      get head() {
        return options.timeline().head;
      },
      get mayEdit() {
        return options.mayEdit();
      },
      top,
      compared: (revision) => {
        if (revision === this.other) return;
        this.other = revision;
        compared();
      },
      go,
      restore,
      milestones: () => milestonesOf(options.timeline()),
      sessionStart: (revision) => sessionStart(options.timeline(), revision),
    });
  }

  /** The view shows another revision, of which the server may have said who made it. */
  shown({ revision, change }: Shown, fact: { readonly user: string; readonly at: number } | undefined): void {
    const step = this.#revision !== undefined && revision === this.#revision + 1;
    this.#revision = revision;
    this.marks.shown(revision, change, step ? madeBy(this.#options.timeline(), revision, fact) : undefined);
  }
}

function madeBy(
  timeline: Timeline,
  revision: number,
  fact: { readonly user: string; readonly at: number } | undefined,
): Made | undefined {
  const moment = timeline.moment(revision);
  const user = fact
    ? timeline.authors.find(({ id }) => id === fact.user)
    : moment?.authors.length === 1
      ? moment.authors[0]
      : undefined;
  return user && { revision, user, at: fact?.at ?? moment?.at ?? 0 };
}

/** Names, and the ends of the sessions; a session that ends in a named revision is that. */
function milestonesOf(timeline: Timeline): readonly Milestone[] {
  const named = new Set(timeline.names.map(({ revision }) => revision));
  const names = timeline.names.map(({ revision, name }) => ({ revision, label: name, named: true }));
  const ends = timeline.sessions
    .filter(({ to }) => !named.has(to))
    .map(({ to, end }) => ({ revision: to, label: timeText(end), named: false }));
  return [...names, ...ends].sort((a, b) => a.revision - b.revision);
}

/** The revision before the session of a revision. */
function sessionStart({ sessions }: Timeline, revision: number): number {
  const session = sessions.findLast(({ from }) => from <= revision);
  return session ? session.from - 1 : 0;
}
