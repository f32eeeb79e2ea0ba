import type { RichEditor } from "../bindings/quill.ts";
import { type CodeBlock, codeBlockAt, setLanguage } from "../bindings/quill-code.ts";
import { h } from "./dom.ts";
import { strings } from "./strings.ts";

/** The languages that are offered; a document may have others, which are then offered too. */
const languages = [
  "bash", "c", "c++", "c#", "css", "diff", "go", "html", "java", "javascript", "json", "kotlin", "lua", "markdown", "php",
  "python", "r", "ruby", "rust", "scala", "sql", "swift", "toml", "typescript", "xml", "yaml",
]; // biome-ignore format: a list to look through

/** A choice of the language at the corner of the code block in which the caret is. */
export class CodeLanguage {
  #editor: RichEditor;
  #select = h("select", { class: "code-language", "aria-label": strings.codeLanguage });
  #block: CodeBlock | undefined;

  constructor(editor: RichEditor) {
    this.#editor = editor;
    this.#select.hidden = true;
    editor.quill.container.append(this.#select);
    editor.onChange(() => this.#follow());
    this.#select.addEventListener("change", () => {
      if (this.#block) setLanguage(editor.quill, this.#block, this.#select.value || true);
      editor.focus();
    });
    this.#select.addEventListener("keydown", (event) => {
      if (event.key === "Escape") editor.focus();
    });
  }

  #follow(): void {
    const { quill } = this.#editor;
    if (document.activeElement === this.#select) return;
    const shown = quill.hasFocus() && quill.isEnabled();
    this.#block = shown ? codeBlockAt(quill, quill.selection.savedRange.index) : undefined;
    if (!this.#block && !this.#select.hidden && !shown) return; // the focus may be on its way to here
    this.#select.hidden = !this.#block;
    if (!this.#block) return;
    const language = this.#block.language === true ? "" : this.#block.language;
    this.#offer(language);
    const frame = quill.container.getBoundingClientRect();
    const { right, top } = this.#block.bounds;
    this.#select.style.transform = `translate(calc(${right - frame.left}px - 100%), calc(${top - frame.top}px - 100%))`;
  }

  #offer(language: string): void {
    if (this.#select.value === language && this.#select.options.length > 0) return;
    const names = languages.includes(language) || language === "" ? languages : [language, ...languages];
    const options = names.map((name) => h("option", { value: name }, name));
    this.#select.replaceChildren(h("option", { value: "" }, strings.codePlain), ...options);
    this.#select.value = language;
  }
}
