/** Documents as files, and files as documents. */
export const formats = {
  downloadAs: "Download as…",
  fileFormats: {
    docx: "Word (.docx)",
    markdown: "Markdown (.md)",
    html: "Web page (.html)",
    text: "Plain text (.txt)",
    delta: "Delta JSON (.json)",
    history: "With its history",
  },
  downloadAway: "The file could not be had: the server is away. Try again when it is back.",
  downloadFailed: "The file could not be made.",
  downloadedUnsent: "The file does not have your last changes: they are not saved on the server yet.",

  importFiles: "Import",
  imports: "Imports",
  dropFiles: "Drop files here to make documents of them",
  importWaiting: "Waits",
  importSending: "Is sent…",
  importReading: "Is read…",
  importOpen: "Open",
  importOpenNamed: (name: string) => `Open ${name}`,
  importing: (left: number) => (left === 1 ? "1 file is imported…" : `${left} files are imported…`),
  imported: (done: number, failed: number) => {
    const made = done === 1 ? "1 document was made." : `${done} documents were made.`;
    if (failed === 0) return made;
    const not = failed === 1 ? "1 file could not be imported." : `${failed} files could not be imported.`;
    return done === 0 ? not : `${made} ${not}`;
  },
  importDropped: (images: number) =>
    images === 1
      ? "Without 1 image, which cannot be taken over."
      : `Without ${images} images, which cannot be taken over.`,
  importTooMany: (most: number) => `These are too many: the first ${most} files are imported.`,
  importErrors: {
    unknown_format: "This kind of file cannot be imported. Text, Markdown, HTML, Word and JSON can.",
    unreadable_file: "The file cannot be read: it is damaged, or not what its name says. A text must be UTF-8.",
    too_large: "The file is too large: it may have 20 MB.",
    too_fast: "That was too much in a short time. Try again in a moment.",
    forbidden: "You may not make documents here.",
    login_needed: "You may not make documents here.",
    away: "The server is away or busy. Try again in a moment.",
    internal: "The file could not be imported.",
  },
};
