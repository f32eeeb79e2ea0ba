/** What is said of text that could not be saved. */
export const copies = {
  copyTitle: "Some of what you typed is not in the document",
  copyText: (reason: string, when: string) =>
    `The server could not take it (${reason}, ${when}). It is kept here until you dismiss it: copy it, or paste it back where it belongs.`,
  copyReasons: {
    lineage_changed: "the document was restored from a backup",
    unknown_client: "this tab was away for too long",
    revision_ahead: "the server went back to an earlier state",
    edit_refused: "the change did not fit the document",
    invalid_edit: "the change did not fit the document",
    role_changed: "you may no longer edit it",
    forbidden: "you may no longer edit it",
    not_found: "the document is gone",
    taken: "another tab went on here",
    superseded: "another tab went on here",
    damaged: "what this browser had kept was damaged",
    too_large: "the change was too large",
  } as Readonly<Record<string, string>>,
  copyOtherReason: "the connection was out of step",
  copyLabel: "Unsent text",
  copyButton: "Copy text",
  copied: "Copied",
  copyFailed: "Select the text and copy it yourself",
  downloadButton: "Download",
  dismissButton: "Dismiss",
  copyFile: (title: string) => `${title} (unsent).txt`,
};
