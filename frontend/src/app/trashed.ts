import { changeDocument } from "./api.ts";
import { button, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { strings } from "./strings.ts";

/** The notice on a document that is in the trash, which can be read and written there, with the way out of it. */
export function trashedNotice(id: string): HTMLElement {
  const text = h("p", {}, strings.inTrash);
  const restore = button({ class: "secondary" }, strings.takeOut);
  const notice = h("section", { class: "notice notice-trashed", role: "alert" }, icon("trash"), text, restore);
  restore.addEventListener("click", async () => {
    restore.disabled = true;
    try {
      await changeDocument(id, { trashed: false });
      notice.remove();
    } catch {
      text.textContent = strings.takeOutFailed;
      restore.disabled = false;
    }
  });
  return notice;
}
