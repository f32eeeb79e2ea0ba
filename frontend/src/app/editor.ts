import type { EditorHost } from "../bindings/host.ts";
import { SteadyEditor } from "../bindings/steady.ts";
import { openCollab } from "../client/browser.ts";
import type { Collab } from "../client/session.ts";
import type { Op, Ready, Role, Status, User } from "../client/types.ts";
import { documentLength, plainText } from "../ot/text.ts";
import { placeOf } from "./anchors.ts";
import { announcements } from "./announce.ts";
import { ApiError, getDocument } from "./api.ts";
import { Attendance } from "./attendance.ts";
import { Chrome } from "./chrome.ts";
import { Copies } from "./copies.ts";
import { button, h, setTip } from "./dom.ts";
import { DownloadButton } from "./download-button.ts";
import { Follow } from "./follow.ts";
import { revisionOf } from "./history/address.ts";
import { HistoryOpener } from "./history/opener.ts";
import { tellRestored } from "./history/restored-notice.ts";
import { icon } from "./icons.ts";
import { keepAboveKeyboard } from "./keyboard-room.ts";
import { Toasts } from "./list-toast.ts";
import { MeButton } from "./me.ts";
import { type OpenEditor, openEditor } from "./open-editor.ts";
import { Outline } from "./outline.ts";
import { People } from "./people.ts";
import { showProblem } from "./problem.ts";
import { keepShell } from "./shell.ts";
import { StatusLine } from "./status.ts";
import { strings } from "./strings.ts";
import { themeButton } from "./theme-button.ts";
import { TitleField } from "./title.ts";
import { showTooltips } from "./tooltip.ts";
import { trashedNotice } from "./trashed.ts";
import { Words } from "./words.ts";

/** On a touch screen the focus brings a keyboard up, which nobody has asked for who goes to a place. */
const touched = matchMedia("(pointer: coarse)").matches;
/** Where the place that an address names comes to stand, in CSS pixels below the chrome. */
const lead = 16;

declare global {
  interface Window {
    /** What tests and the curious can hold on to. */
    collabd?: {
      readonly collab: Collab;
      readonly editor: OpenEditor["editor"];
      text(): string;
      delta(): Op;
      /** What the history shows, while it is open. */
      history?: { readonly revision: number; contents(): Op };
    };
  }
}

/** A page with one document: the parts, and how what Collab tells goes to them. */
class EditorPage {
  #id: string;
  #collab: Collab;
  #opened: OpenEditor | undefined;
  #mayEdit = false;
  #user: User | undefined;
  #title: TitleField;
  #status: StatusLine;
  #attendance = new Attendance();
  #follow: Follow = new Follow({
    attendance: this.#attendance,
    viewTop: () => this.#chrome.top(),
    changed: () => this.#people.refresh(),
  });
  #people = new People({
    attendance: this.#attendance,
    jump: (user) => this.#follow.jump(user),
    follow: (user) => this.#follow.toggle(user),
    followed: () => this.#follow.user,
  });
  #outline = new Outline(() => this.#chrome.top());
  #words = new Words();
  #me = new MeButton();
  #copies: Copies;
  #notices = h("div", { class: "notices" });
  #toasts = new Toasts();
  #history!: HistoryOpener;
  #download: DownloadButton;
  #toolbar = h("div", { class: "toolbar-row toolbar-empty" });
  #text = h("div", { class: "text", id: "text" });
  #paper = h("div", { class: "paper" }, this.#text);
  #strip = h("div", { class: "tool-strip" }, this.#outline.control, this.#toolbar, this.#words.element);
  #chrome!: Chrome;

  constructor(id: string) {
    this.#id = id;
    this.#collab = openCollab(id);
    this.#title = new TitleField(
      id,
      () => this.#opened?.editor.focus(),
      () => this.#status.setTitleUnsaved(this.#title.element.ariaInvalid === "true"),
    );
    this.#status = new StatusLine(() => this.#collab.retryNow());
    this.#copies = new Copies(id, () => this.#title.element.value || strings.untitled);
    this.#download = new DownloadButton({
      id,
      toasts: this.#toasts,
      revision: () => (this.#history.shown ? revisionOf(location.href) : undefined),
      unsent: () => this.#collab.status.unsent,
    });
    this.#build();
    this.#listen();
    void this.#look(id);
  }

  #build(): void {
    const home = h("a", { class: "icon-button home", href: "/", "aria-label": strings.allDocuments }, icon("back"));
    setTip(home, strings.allDocuments);
    const end = h("div", { class: "bar-end" }, this.#people.element, themeButton(), this.#me.element);
    const title = h("div", { class: "bar-title" }, this.#title.element, this.#status.element);
    this.#chrome = new Chrome(h("header", { class: "bar" }, home, title, end), this.#strip);
    this.#history = new HistoryOpener({
      chrome: this.#chrome,
      toasts: this.#toasts,
      stopFollowing: () => this.#follow.stop(),
    });
    this.#download.placeIn(end, this.#strip);
    this.#history.placeIn(end, this.#strip);
    const skip = h("a", { class: "skip", href: "#text" }, strings.skip);
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      if (this.#history.shown) this.#history.focus();
      else this.#opened?.editor.focus();
    });
    document.body.append(
      skip,
      this.#chrome.element,
      h("div", { class: "notice-area" }, this.#notices, this.#copies.element),
      h("div", { class: "desk" }, this.#outline.panel, h("main", { class: "desk-main" }, this.#paper)),
      this.#follow.element,
      this.#toasts.element,
      announcements,
    );
    this.#title.setReadOnly(true);
    showTooltips();
  }

  #listen(): void {
    const collab = this.#collab;
    collab.on("status", (status) => this.#showStatus(status));
    collab.on("title", (title) => {
      this.#title.show(title);
      this.#opened?.titled?.(title);
    });
    collab.on("user", (user) => {
      this.#user = user;
      this.#me.show(user);
      this.#people.setMe(user);
      void this.#copies.showKept();
    });
    collab.on("role", (role) => this.#setRole(role));
    collab.on("peers", (peers) => this.#people.setPeers(peers));
    collab.on("copy", (copy) => this.#copies.add(copy));
    collab.on("notice", (notice) => void tellRestored(this.#id, this.#user, notice, this.#toasts));
    collab.on("ready", (ready) => void this.#open(ready));
    addEventListener("beforeunload", (event) => {
      if (collab.status.unsent > 0 || this.#title.unsaved) event.preventDefault();
    });
    addEventListener("hashchange", () => this.#goToAddress());
    // A click on the empty paper below the text goes on where the text ends.
    this.#paper.addEventListener("click", (event) => {
      if (event.target === this.#paper) this.#opened?.editor.focus();
    });
  }

  /** A socket cannot tell that there is no document: it only fails to open. So ask. */
  async #look(id: string): Promise<void> {
    try {
      const { trashed_at } = await getDocument(id);
      if (trashed_at !== undefined) this.#notices.append(trashedNotice(id));
    } catch (error) {
      const kind = error instanceof ApiError ? problemOf(error.status) : undefined;
      if (!kind || this.#opened) return; // unreachable: the connection element tells, and goes on trying
      this.#collab.close();
      showProblem(kind);
    }
  }

  async #open(ready: Ready): Promise<void> {
    this.#title.show(ready.title);
    this.#setRole(ready.role);
    this.#user = ready.user;
    this.#me.show(ready.user);
    this.#people.setMe(ready.user);
    this.#people.setPeers([]); // those who are here already come next, and are no news
    this.#paper.dataset.kind = ready.kind;
    let steady: SteadyEditor | undefined;
    const host: EditorHost = {
      localEdit: (op) => {
        steady?.edited(op);
        this.#collab.localEdit(op);
      },
      select: (selections) => this.#collab.select(selections),
    };
    try {
      this.#opened = await openEditor(ready.kind, this.#id, this.#text, this.#attendance.host(host));
    } catch (error) {
      reportError(error);
      showProblem("editor");
      return;
    }
    const { editor, toolbar, places, titled } = this.#opened;
    this.#toolbar.replaceWith(toolbar.element);
    steady = new SteadyEditor(editor, places, {
      top: () => this.#chrome.top(),
      away: () => this.#history.shown,
    });
    this.#collab.attach(this.#attendance.editor(steady));
    titled?.(ready.title);
    for (const part of [this.#outline, this.#words, this.#follow]) part.show(places);
    keepAboveKeyboard(places);
    window.collabd = {
      collab: this.#collab,
      editor,
      text: () => plainText(editor.contents()),
      delta: () => editor.contents(),
    };
    document.body.dataset.ready = "";
    this.#goToAddress();
    this.#begin();
    this.#download.show(ready.kind);
    this.#history.show({
      id: this.#id,
      kind: ready.kind,
      opened: this.#opened,
      collab: this.#collab,
      user: ready.user,
    });
  }

  #setRole(role: Role): void {
    const before = this.#mayEdit;
    this.#mayEdit = mayEdit(role);
    this.#title.setReadOnly(!this.#mayEdit);
    this.#history.setMayEdit(this.#mayEdit);
    if (this.#mayEdit && !before) queueMicrotask(() => this.#begin()); // after the editor was told
  }

  /** Puts the caret into an empty document, once one may write: that may be known only after what is kept here is shown. */
  #begin(): void {
    const editor = this.#opened?.editor;
    if (!editor || !this.#mayEdit || document.activeElement !== document.body) return;
    if (documentLength(editor.contents()) <= 1) editor.focus();
  }

  /** Goes to the place that the address names, if there is such a place. */
  #goToAddress(): void {
    const places = this.#opened?.places;
    const at = places && placeOf(location.hash, places);
    if (at === undefined) return;
    places?.scrollTo(at, this.#chrome.top() + lead);
    if (places && !touched) places.select(at);
  }

  #showStatus(status: Status): void {
    this.#status.show(status);
    if (status.state === "offline" || status.state === "reconnecting") this.#people.away();
    else this.#title.retry();
    if (status.state !== "error") return;
    const code = status.error?.code ?? "other";
    const text = Object.hasOwn(strings.stopped, code)
      ? strings.stopped[code as keyof typeof strings.stopped]
      : strings.stopped.other;
    this.#notices.replaceChildren(
      h(
        "section",
        { class: "notice notice-error", role: "alert", "data-code": code },
        icon("warning"),
        h("p", {}, text),
        button({ class: "secondary", onclick: () => location.reload() }, strings.reload),
      ),
    );
  }
}

function mayEdit(role: Role): boolean {
  return role === "owner" || role === "editor";
}

function problemOf(status: number): keyof typeof strings.problems | undefined {
  if (status === 404) return "not_found";
  if (status === 401) return "login";
  return status === 403 ? "forbidden" : undefined;
}

const id = /^\/d\/([^/]+)\/?$/.exec(location.pathname)?.[1];
if (id === undefined) showProblem("not_found");
else new EditorPage(decodeURIComponent(id));
keepShell();
