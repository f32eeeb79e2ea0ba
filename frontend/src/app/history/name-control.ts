import { announce } from "../announce.ts";
import { button, h } from "../dom.ts";
import { icon } from "../icons.ts";
import { ApiError } from "../request.ts";
import { strings } from "../strings.ts";
import { maxRevisionName, type RevisionName } from "./api.ts";

interface NameOptions {
  readonly save: (revision: number, name: string) => Promise<void>;
  readonly remove: (revision: number) => Promise<void>;
}

/** The name of the shown revision, which is given, changed and removed where it stands. */
export class NameControl {
  readonly element = h("div", { class: "history-name" });
  #options: NameOptions;
  #revision = 0;
  #name: RevisionName | undefined;
  #mayEdit = false;
  #form: HTMLElement | undefined;

  constructor(options: NameOptions) {
    this.#options = options;
  }

  /** Shows the name of another revision. A name that is being typed for another one is left. */
  show(revision: number, name: RevisionName | undefined, mayEdit: boolean): void {
    const same = revision === this.#revision && name === this.#name && mayEdit === this.#mayEdit;
    if (same && this.element.childElementCount > 0) return;
    const moved = revision !== this.#revision;
    this.#revision = revision;
    this.#name = name;
    this.#mayEdit = mayEdit;
    if (this.#form && !moved && mayEdit) return;
    this.#form = undefined;
    this.#rest();
  }

  #rest(): void {
    const name = this.#name?.name;
    const nameable = this.#mayEdit && this.#revision > 0;
    if (!nameable) {
      this.element.replaceChildren(...(name === undefined ? [] : [h("span", { class: "history-named" }, name)]));
      return;
    }
    const rename = button(
      { class: "history-rename", onclick: () => this.#edit() },
      icon(name === undefined ? "star" : "pencil"),
      h("span", {}, name ?? strings.nameRevision),
    );
    rename.setAttribute("aria-label", name === undefined ? strings.nameRevision : strings.renameRevision(name));
    rename.toggleAttribute("data-unnamed", name === undefined);
    if (name === undefined) return this.element.replaceChildren(rename);
    const remove = button({ class: "icon-button", label: strings.removeName(name) }, icon("close"));
    remove.addEventListener("click", () => void this.#remove());
    this.element.replaceChildren(rename, remove);
  }

  #edit(): void {
    const field = h("input", {
      class: "field",
      maxlength: String(maxRevisionName),
      "aria-label": strings.revisionName,
      "aria-description": strings.nameHint,
    });
    field.value = this.#name?.name ?? "";
    const problem = h("span", { class: "field-problem", role: "alert" });
    const form = h(
      "form",
      { class: "history-name-form" },
      field,
      h("button", { type: "submit", class: "secondary" }, strings.save),
      problem,
    );
    const revision = this.#revision;
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault(); // else it would close the history
      this.#done();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (name === (this.#name?.name ?? "")) return this.#done();
      const saved = name === "" ? this.#options.remove(revision) : this.#options.save(revision, name);
      saved.then(
        () => {
          announce(name === "" ? strings.nameRemoved : strings.nameSaved(name));
          if (this.#form === form) this.#done();
        },
        (error: unknown) => {
          problem.textContent = failure(error);
        },
      );
    });
    this.#form = form;
    this.element.replaceChildren(form);
    field.focus();
    field.select();
  }

  async #remove(): Promise<void> {
    try {
      await this.#options.remove(this.#revision);
      announce(strings.nameRemoved);
      this.element.querySelector("button")?.focus();
    } catch (error) {
      announce(failure(error));
    }
  }

  #done(): void {
    this.#form = undefined;
    this.#rest();
    this.element.querySelector("button")?.focus();
  }
}

function failure(error: unknown): string {
  return error instanceof ApiError && error.code === "too_many_names" ? strings.tooManyNames : strings.nameFailed;
}
