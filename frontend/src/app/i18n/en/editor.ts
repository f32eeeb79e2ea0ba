/** The page of one document: its frame, its connection, its problems. */
export const editor = {
  allDocuments: "All documents",
  title: "Title",
  skip: "Skip to the text",
  textLabel: "Text of the document",
  richPlaceholder: "Write something…",
  textPlaceholder: "Type here…",
  unsent: (count: number) => `${count} unsent`,
  titleUnsaved: "title not saved yet",
  states: {
    connecting: "Connecting…",
    connected: "Connected",
    saving: "Saving…",
    saved: "Saved",
    offline: "Offline",
    reconnecting: "Reconnecting…",
    readonly: "Read only",
    error: "Stopped",
  },
  storeDown: "Saving… the server cannot write at the moment; nothing is lost",
  slowed: "Saving… a little later than you type",
  retryNow: "Retry now",

  // Errors that end a connection, by their code
  stopped: {
    forbidden: "You may not edit this document any more.",
    superseded: "This tab was opened twice, and the other one goes on. Reload to come back here.",
    not_found: "This document is gone.",
    too_large: "A change was too large to be sent. Reload to go on without it.",
    other: "Something went wrong between this page and the server. Reload to go on.",
  },
  reload: "Reload",
  problems: {
    not_found: {
      title: "No document at this address",
      text: "It may have been deleted, or the address is not complete. Ask whoever sent it to you, or look in your list.",
    },
    login: {
      title: "Please log in",
      text: "This document is not open to guests. Log in and come back to this address.",
    },
    forbidden: {
      title: "You have no access to this document",
      text: "Ask its owner to share it with you. If you have several accounts, you may be logged in with another one.",
    },
    editor: {
      title: "The editor could not be loaded",
      text: "The server may have been updated while this page was open. Reload the page; nothing that was saved is lost.",
    },
  },
};
