import { openCollab } from "../client/browser.ts";
import type { Collab } from "../client/session.ts";
import type { Op, Ready, Role, Status } from "../client/types.ts";
import { documentLength, plainText } from "../ot/text.ts";
import { ApiError, getDocument } from "./api.ts";
import { Copies } from "./copies.ts";
import { button, h, setTip } from "./dom.ts";
import { icon } from "./icons.ts";
import { MeButton } from "./me.ts";
import { type OpenEditor, openEditor } from "./open-editor.ts";
import { People } from "./people.ts";
import { showProblem } from "./problem.ts";
import { keepShell } from "./shell.ts";
import { StatusLine } from "./status.ts";
import { strings } from "./strings.ts";
import { themeButton } from "./theme-button.ts";
import { TitleField } from "./title.ts";
import { showTooltips } from "./tooltip.ts";

declare global {
  interface Window {
    /** What tests and the curious can hold on to. */
    collabd?: { readonly collab: Collab; readonly editor: OpenEditor["editor"]; text(): string; delta(): Op };
  }
}

/** A page with one document: the parts, and how what Collab tells goes to them. */
class EditorPage {
  #collab: Collab;
  #opened: OpenEditor | undefined;
  #title: TitleField;
  #status: StatusLine;
  #people = new People((client) => this.#opened?.editor.reveal(client));
  #me = new MeButton();
  #copies: Copies;
  #notices = h("div", { class: "notices" });
  #toolbar = h("div", { class: "toolbar-row toolbar-empty" });
  #text = h("div", { class: "text", id: "text" });
  #paper = h("div", { class: "paper" }, this.#text);

  constructor(id: string) {
    this.#collab = openCollab(id);
    this.#title = new TitleField(
      id,
      () => this.#opened?.editor.focus(),
      () => this.#status.setTitleUnsaved(this.#title.element.ariaInvalid === "true"),
    );
    this.#status = new StatusLine(() => this.#collab.retryNow());
    this.#copies = new Copies(id, () => this.#title.element.value || strings.untitled);
    this.#build();
    this.#listen();
    void this.#look(id);
  }

  #build(): void {
    const home = h("a", { class: "icon-button home", href: "/", "aria-label": strings.allDocuments }, icon("back"));
    setTip(home, strings.allDocuments);
    document.body.append(
      h("a", { class: "skip", href: "#text" }, strings.skip),
      h(
        "div",
        { class: "chrome" },
        h(
          "header",
          { class: "bar" },
          home,
          h("div", { class: "bar-title" }, this.#title.element, this.#status.element),
          h("div", { class: "bar-end" }, this.#people.element, themeButton(), this.#me.element),
        ),
        this.#toolbar,
      ),
      h("div", { class: "notice-area" }, this.#notices, this.#copies.element),
      h("main", { class: "desk" }, this.#paper),
    );
    this.#title.setReadOnly(true);
    showTooltips();
  }

  #listen(): void {
    const collab = this.#collab;
    collab.on("status", (status) => this.#showStatus(status));
    collab.on("title", (title) => this.#title.show(title));
    collab.on("user", (user) => {
      this.#me.show(user);
      this.#people.setMe(user);
    });
    collab.on("role", (role) => this.#title.setReadOnly(!mayEdit(role)));
    collab.on("peers", (peers) => this.#people.setPeers(peers));
    collab.on("copy", (copy) => this.#copies.add(copy));
    collab.on("ready", (ready) => void this.#open(ready));
    addEventListener("beforeunload", (event) => {
      if (collab.status.unsent > 0 || this.#title.unsaved) event.preventDefault();
    });
    // A click on the empty paper below the text goes on where the text ends.
    this.#paper.addEventListener("click", (event) => {
      if (event.target === this.#paper) this.#opened?.editor.focus();
    });
  }

  /** A socket cannot tell that there is no document: it only fails to open. So ask. */
  async #look(id: string): Promise<void> {
    try {
      await getDocument(id);
    } catch (error) {
      const kind = error instanceof ApiError ? problemOf(error.status) : undefined;
      if (!kind || this.#opened) return; // unreachable: the connection element tells, and goes on trying
      this.#collab.close();
      showProblem(kind);
    }
  }

  async #open(ready: Ready): Promise<void> {
    this.#title.show(ready.title);
    this.#title.setReadOnly(!mayEdit(ready.role));
    this.#me.show(ready.user);
    this.#people.setMe(ready.user);
    this.#paper.dataset.kind = ready.kind;
    try {
      this.#opened = await openEditor(ready.kind, this.#text, this.#collab);
    } catch (error) {
      reportError(error);
      showProblem("editor");
      return;
    }
    const { editor, toolbar } = this.#opened;
    this.#toolbar.replaceWith(toolbar.element);
    this.#collab.attach(editor);
    window.collabd = {
      collab: this.#collab,
      editor,
      text: () => plainText(editor.contents()),
      delta: () => editor.contents(),
    };
    document.body.dataset.ready = "";
    if (documentLength(editor.contents()) <= 1 && mayEdit(ready.role)) editor.focus();
  }

  #showStatus(status: Status): void {
    this.#status.show(status);
    if (status.state !== "offline" && status.state !== "reconnecting") this.#title.retry();
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
