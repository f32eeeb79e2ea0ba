import type { RichEditor } from "../bindings/quill.ts";
import { linkFromInput } from "../bindings/schema.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { isMod } from "./keys.ts";
import { placeBelow } from "./popover.ts";
import { strings } from "./strings.ts";

/** The small card at a link: it shows where the link leads while the caret is in it, and is the form to change that. */
export class LinkCard {
  #editor: RichEditor;
  #card = h("div", { class: "popover link-card", popover: "manual", role: "dialog", "aria-label": strings.linkCard });
  #editing = false;

  constructor(editor: RichEditor) {
    this.#editor = editor;
    document.body.append(this.#card);
    editor.onChange(() => this.#follow());
    editor.quill.root.addEventListener("keydown", (event) => {
      if (isMod(event) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        this.edit();
      } else if (event.key === "Escape") {
        this.#hide();
      }
    });
    editor.quill.root.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (link && (event.ctrlKey || event.metaKey)) window.open(link.href, "_blank", "noopener");
    });
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !this.#card.contains(event.target)) this.#hide();
    });
    addEventListener("scroll", () => this.#place(), { passive: true });
  }

  /** Opens the form for the link at the caret, or for a new one on the selection. */
  edit(): void {
    const target = this.#editor.linkTarget();
    const field = h("input", {
      class: "field",
      "aria-label": strings.linkAddress,
      placeholder: strings.linkPlaceholder,
      autocomplete: "off",
      inputmode: "url",
    });
    field.value = target.link ?? "";
    const problem = h("p", { class: "field-problem", role: "alert" });
    const form = h(
      "form",
      { class: "link-form" },
      field,
      h("button", { class: "primary", type: "submit" }, strings.linkApply),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const link = linkFromInput(field.value);
      if (link === undefined) {
        problem.textContent = strings.linkWrong;
        field.setAttribute("aria-invalid", "true");
        return;
      }
      this.#hide();
      this.#editor.setLink(target, link);
    });
    this.#card.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      this.#hide();
      this.#editor.focus();
    };
    this.#editing = true;
    this.#card.replaceChildren(form, problem);
    this.#show();
    field.focus();
    field.select();
  }

  /** Shows the link at the caret, or nothing. */
  #follow(): void {
    if (this.#editing) return;
    const { link } = this.#editor.linkTarget();
    if (link === undefined || !this.#editor.quill.hasFocus()) {
      this.#hide();
      return;
    }
    const address = h(
      "a",
      { class: "link-address", href: link, target: "_blank", rel: "noopener noreferrer" },
      link,
      icon("open"),
    );
    this.#card.replaceChildren(
      address,
      button({ class: "icon-button", label: strings.linkEdit, onclick: () => this.edit() }, icon("pencil")),
      button({ class: "icon-button", label: strings.linkRemove, onclick: () => this.#remove() }, icon("unlink")),
    );
    this.#show();
  }

  #remove(): void {
    this.#hide();
    this.#editor.setLink(this.#editor.linkTarget(), undefined);
  }

  #show(): void {
    if (!this.#card.matches(":popover-open")) this.#card.showPopover();
    this.#place();
  }

  #place(): void {
    if (!this.#card.matches(":popover-open")) return;
    const bounds = this.#editor.bounds(this.#editor.linkTarget());
    if (bounds) placeBelow(this.#card, bounds);
  }

  #hide(): void {
    this.#editing = false;
    if (this.#card.matches(":popover-open")) this.#card.hidePopover();
  }
}
