import { ApiError, type DocumentPage, listDocuments, listFolders } from "./api.ts";
import { debounce } from "./dom.ts";
import { forgetList, keepList, knownList } from "./list-cache.ts";
import { type StateCell, withPage, withQuery, withView } from "./list-state.ts";
import type { View } from "./list-view.ts";
import { locale } from "./strings.ts";

/** How long after a keystroke the server is asked, in milliseconds. */
const searchDelay = 60;
/** The rows of one request; the most that the server gives at once. */
const pageSize = 50;
const largestPage = 200;
/** The waits between tries while the server is away, in milliseconds. */
const firstRetry = 1_000;
const lastRetry = 30_000;

interface LoaderOptions {
  /** Whether rows have to stay where they are now. */
  readonly hold: () => boolean;
  /** An answer that says no; one that never came is shown by the state being `offline`. */
  readonly failed: (error: unknown) => void;
  /** The folder that shows is no longer there. */
  readonly gone: () => void;
}

/** Brings documents and folders from the server into the state, the latest wish first. */
export class Loader {
  #cell: StateCell;
  #options: LoaderOptions;
  #running: AbortController | undefined;
  #answered: Promise<void> = Promise.resolve();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #wait = firstRetry;
  #again = false;
  #search = debounce(searchDelay, () => this.#begin(this.#cell.get().view.q.trim() === ""));
  #folders = debounce(searchDelay, () => void this.#loadFolders());

  constructor(cell: StateCell, options: LoaderOptions) {
    this.#cell = cell;
    this.#options = options;
    addEventListener("online", () => this.refresh());
  }

  /** Shows another view, at least this many rows of it if there are. */
  show(view: View, rows = 0): void {
    this.#search.cancel();
    this.#cell.set(withView(this.#cell.get(), view, locale));
    this.#begin(false, rows);
  }

  /** Shows what matches; what is known here at once, the rest when the server has answered. */
  search(q: string): void {
    this.#cell.set(withQuery(this.#cell.get(), q));
    this.#running?.abort();
    this.#search();
    if (q.trim() === "") this.#search.flush();
  }

  /** Resolves when the answer to what was asked last has come, or has failed. */
  async answered(): Promise<void> {
    this.#search.flush();
    await this.#answered;
  }

  /** Asks again for what shows, without moving what somebody points at. */
  refresh(): void {
    this.#folders();
    // The answer that is on its way may be older than what this is for.
    if (this.#running) this.#again = true;
    else this.#begin(true);
  }

  /** Asks for the folders again, soon. */
  folders(): void {
    this.#folders();
  }

  /** Brings the next page. Fails as listDocuments does. */
  async more(): Promise<void> {
    const { view, next } = this.#cell.get();
    if (next === "") return;
    const page = await listDocuments(view, { after: next, limit: pageSize });
    const state = this.#cell.get();
    if (state.view === view && state.next === next) this.#cell.set(withPage(state, page, { more: true }));
  }

  #begin(quiet: boolean, rows = this.#cell.get().order.length): void {
    this.#running?.abort();
    this.#again = false;
    const running = new AbortController();
    this.#running = running;
    this.#answered = this.#load(running.signal, quiet, rows).finally(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      if (this.#again) this.#begin(true);
    });
  }

  async #load(signal: AbortSignal, quiet: boolean, rows: number): Promise<void> {
    const { view } = this.#cell.get();
    try {
      const limit = view.q ? pageSize : Math.max(pageSize, Math.min(rows, largestPage));
      const page = await listDocuments(view, { signal, limit });
      if (signal.aborted) return;
      this.#arrived(quiet ? this.#beyond(page) : page, quiet);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.away) this.#away();
      else {
        if (error instanceof ApiError && error.status === 401) forgetList();
        this.#cell.set({ ...this.#cell.get(), phase: "shown", searching: false });
        this.#options.failed(error);
      }
    }
  }

  /** Rows that were loaded beyond the largest page stay, behind it. */
  #beyond(page: DocumentPage): DocumentPage {
    const state = this.#cell.get();
    if (page.next === "" || state.order.length <= page.docs.length) return page;
    const ids = new Set(page.docs.map((doc) => doc.id));
    const rest = state.order.slice(page.docs.length).filter((id) => !ids.has(id));
    return { docs: [...page.docs, ...rest.map((id) => state.docs.get(id)!)], next: state.next };
  }

  #arrived(page: DocumentPage, quiet: boolean): void {
    const wasAway = this.#cell.get().phase === "offline";
    clearTimeout(this.#retry);
    this.#wait = firstRetry;
    this.#cell.set(withPage(this.#cell.get(), page, { hold: quiet && this.#options.hold() }));
    if (wasAway) this.#folders();
    this.#keep();
  }

  /** Shows what was known last, and tries again later, less and less often. */
  #away(): void {
    let state = this.#cell.get();
    const known = state.docs.size === 0 ? knownList() : undefined;
    if (known) {
      const docs = new Map(known.docs.map((doc) => [doc.id, doc]));
      state = withView({ ...state, docs, folders: known.folders }, state.view, locale);
    }
    const asOf = state.phase === "offline" ? state.asOf : (known?.at ?? (state.docs.size > 0 ? Date.now() : 0));
    this.#cell.set({ ...state, phase: "offline", asOf, searching: false });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.refresh(), this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, lastRetry);
  }

  async #loadFolders(): Promise<void> {
    try {
      const folders = await listFolders();
      this.#cell.set({ ...this.#cell.get(), folders });
      this.#keep();
      const { folder } = this.#cell.get().view;
      if (folder && !folders.some(({ id }) => id === folder)) this.#options.gone();
    } catch {
      // The list itself tells of a server that is away; the folders come with it.
    }
  }

  #keep(): void {
    const { docs, folders } = this.#cell.get();
    keepList({ docs: [...docs.values()].filter((doc) => doc.trashed_at === undefined), folders, at: Date.now() });
  }
}
