// Package formats reads and writes documents as others know them: Markdown, HTML
// and plain text.
//
//	ot.Doc ── Markdown, HTML, Text ──▶ a file
//	a file ── FromMarkdown, ImportMarkdown, FromHTML, FromText ──▶ ot.Op, a whole document
//
// What is read is a whole document, as inserts: of kind rich it ends in a line
// break, and holds nothing but what the kind allows, whatever the file holds.
// Nothing of a file is ever run, fetched or passed through: what has no place in
// a document becomes text or is left out.
//
// Reading what was written gives what the format can say of the document, and
// tests hold that as laws, FromMarkdown(Markdown(d)) = MarkdownView(d) for one.
//
// All functions are pure: they know no server, no store and no files. What
// belongs to a server (addresses of images) is handed in.
package formats
