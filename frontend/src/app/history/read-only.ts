/**
 * Lets an element have a caret and a selection, by the keyboard too, and takes no input: a text that is not editable for
 * the browser could be selected by a mouse alone. No keyboard comes up on a touch screen.
 */
export function refuseInput(element: HTMLElement): void {
  element.contentEditable = "true";
  element.inputMode = "none";
  element.spellcheck = false;
  element.setAttribute("aria-readonly", "true");
  element.setAttribute("autocapitalize", "off");
  const refuse = (event: Event): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const type of ["beforeinput", "paste", "cut", "drop", "dragover"]) {
    element.addEventListener(type, refuse, { capture: true });
  }
  element.addEventListener("keydown", (event) => !harmless(event) && event.preventDefault(), { capture: true });
}

const moves = /^(Arrow|Page|Home$|End$|Tab$|Escape$|F\d|Shift$|Control$|Alt$|Meta$|ContextMenu$)/;

/** Keys that move, select, copy, or belong to the page or the browser. */
function harmless(event: KeyboardEvent): boolean {
  return moves.test(event.key) || event.ctrlKey || event.metaKey || event.altKey;
}
