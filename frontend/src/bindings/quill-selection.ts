import type Quill from "quill/core";

/** Quill's ranges have no direction; the browser's selection has one, and a person who holds Shift needs it. */
export function isBackward(quill: Quill): boolean {
  const selection = document.getSelection();
  if (!selection?.anchorNode || !selection.focusNode || selection.isCollapsed) return false;
  if (!quill.root.contains(selection.anchorNode)) return false;
  if (selection.anchorNode === selection.focusNode) return selection.focusOffset < selection.anchorOffset;
  const order = selection.anchorNode.compareDocumentPosition(selection.focusNode);
  return (order & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
}

/** Gives the selection the direction that Quill took from it by setting it anew. */
export function turnBackward(quill: Quill): void {
  const selection = document.getSelection();
  if (!selection?.anchorNode || !selection.focusNode || selection.isCollapsed || isBackward(quill)) return;
  selection.setBaseAndExtent(selection.focusNode, selection.focusOffset, selection.anchorNode, selection.anchorOffset);
}
