// Package docx writes documents as Word files and reads those of others (Office
// Open XML, ISO/IEC 29500): archive/zip and encoding/xml, nothing else.
//
//	ot.Doc ── Write ──▶ .docx ── Read ──▶ ot.Op, its images, its title
//
// # What a Word file can say
//
// Write writes all of a rich document, so that Read(Write(d)) is d, except:
//
//   - A line is one thing: of code block, heading, list and quote the first one
//     counts.
//   - Attributes of a line that stand on text, and those of text on a line break,
//     are dropped: they mean nothing there.
//   - Colours come back as six lower-case digits. Black text without a background,
//     and a white background without a colour, are what a page has anyway.
//   - A link comes back with what is no character of an address escaped.
//   - A mention whose id is longer than 56 characters is text.
//   - U+FFFE and U+FFFF, which XML does not have, are U+FFFD.
//   - A picture that the caller has no bytes for, or whose format Word does not
//     know, is a link to its address.
//
// A document of kind text is written in paragraphs of a monospace font. Its line
// breaks are the ends of paragraphs; control characters are U+FFFD.
//
// # What is read
//
// Files of Word, LibreOffice, Google Docs and pandoc: styles by their names and
// what they are based on, outline levels, numbering definitions, hyperlinks and
// fields, tabs and breaks. Tables are lines with tabs. What was deleted under
// tracked changes is dropped, what was inserted is kept. Headers, footers and
// comments are ignored; footnotes are lines at the end. Whatever the package does
// not know it walks through, looking for text.
//
// A file is hostile until read: a document type, an entity, a part that is larger
// than a limit and elements that nest too deep are errors, and nothing of it is
// ever run or fetched.
package docx
