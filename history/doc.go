// Package history answers what a document was, who wrote it, and how to get
// back to it: from the log alone, without a live session.
//
//	log ──▶ trace ──▶ Blame       who inserted what is there at a revision
//	   │         └──▶ Difference  what differs between two, and by whom
//	   ├──▶ compose ─▶ Change      the op from one revision to another
//	   ├──▶ facts ──▶ Summary     when who wrote, in spans
//	   └──▶ invert, difference ─▶ Restore, Undo: an op for a new edit
//
// An [Archive] reads through a [Source], which a store is but for a few lines,
// and keeps in bounded memory what was read of the documents whose history is
// looked at. Everything else is a pure function of values. A [Trace] is a document as runs of units,
// each with the revision that inserted it; it holds no text.
//
// What is given back to the present is an op with the revision that it was made
// on. It becomes an edit like any other: whoever asked submits it to the session,
// which merges it with what is typed meanwhile. Nothing here writes.
package history
