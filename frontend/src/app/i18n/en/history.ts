/** The history of a document: its slider, its sessions, names of revisions, restoring. */
export const history = {
  history: "History",
  historyText: "Text of the document at this revision",
  historyClose: "Back to the document",
  historyLoading: "Loading the history…",
  historyWaiting: "Loading…",

  // The slider
  slider: "Revision",
  sliderHint:
    "Arrow keys step by one, with Shift by ten. Page Up and Page Down go from session to session. Space plays.",
  revision: (number: string) => `revision ${number}`,
  revisionTitle: (number: string, head: string) => `Revision ${number} of ${head}`,
  revisionStart: "before the first edit",
  revisions: (from: string, to: string) => `Revisions ${from} to ${to}`,
  revisionCount: (count: number, shown: string) => (count === 1 ? "1 revision" : `${shown} revisions`),
  quoted: (name: string) => `“${name}”`,
  nobody: "somebody",
  play: "Play",
  pause: "Pause",
  speed: "Speed",
  speedOf: (times: string) => `${times}×`,

  // Sessions and authors
  sessions: "Sessions",
  sessionsEmpty: "Nothing has been written yet.",
  named: "Named revisions",

  filter: "Show the edits of",
  filterAll: "Everybody",
  filterSome: (count: number) => (count === 1 ? "1 person" : `${count} people`),
  authorRecords: (count: number, shown: string) => (count === 1 ? "1 edit" : `${shown} edits`),

  // Names
  nameRevision: "Name this revision",
  revisionName: "Name of this revision",
  renameRevision: (name: string) => `Rename “${name}”`,
  removeName: (name: string) => `Remove the name “${name}”`,
  nameHint: "Enter saves, Escape leaves it as it was.",
  nameSaved: (name: string) => `Named “${name}”`,
  nameRemoved: "Name removed",
  nameFailed: "The name could not be saved. Try again.",
  tooManyNames: "This document has as many named revisions as it can have. Remove one first.",

  // Restoring
  restoreRevision: "Restore this revision",
  restoreSelection: "Restore selection",
  restored: (time: string) => `Restored the document as of ${time}`,
  restoredPart: (time: string) => `Restored the selection as of ${time}`,
  restoredStart: "The document is empty again, as it was in the beginning",
  restoredNothing: "Nothing to restore: the document has this already",
  restoreFailed: "It could not be restored. Try again.",
  restoreUndone: "The restored text was taken back",
  restoreUndoFailed: "It could not be taken back. Try again.",
  revisionOf: (time: string) => `the revision of ${time}`,
  restoredBy: (name: string, revision: string) => `${name} restored ${revision}`,
  restoredPartBy: (name: string, revision: string) => `${name} restored a part of ${revision}`,

  // What can go wrong
  historyAway: "The history is kept on the server, which cannot be reached. Your text is safe, and can be written on.",
  historyFailed: "The history could not be loaded.",
  historyForbidden: "You may not see the history of this document.",
};
