// Package ot is the algebra of collabd: operations on a document, and the
// document they apply to.
//
// An [Op] is a Delta, a list of components that walk over a document from its
// start: insert new content, retain what is there (and maybe change its
// attributes), delete it. What is behind the last component is retained. All
// lengths are UTF-16 code units, because browsers and their editors count so; an
// embed is one unit. An op is written and read as the JSON of Quill's Delta.
//
//	[{"retain":3},{"insert":"new","attributes":{"bold":true}},{"delete":2}]
//
// Ops are values without state, and every function is pure. Writing T(x, h) for
// Transform(x, h, Incoming), T'(h, x) for Transform(h, x, History), and d·a for
// the document d after a, these laws hold for all ops that fit:
//
//	L1  d·a·b = d·Compose(a, b), and Compose is associative
//	L2  d·h·T(x, h) = d·x·T'(h, x)
//	L3  T(x, Compose(h1, h2)) = T(T(x, h1), h2), exactly
//	L4  d·a·Invert(a, d) = d
//	L5  TransformPosition(a, p, Right) is where a marker inserted at p is after T(marker, a)
//	L6  Parse(a.AppendJSON) = a, in binary too; the document equals a flat list of units after each op
//
//	          d
//	     h  /   \  x           history on the left, incoming on the right
//	       ·     ·
//	T(x,h)  \   /  T'(h,x)
//	          ·
//
// L3 lets a server compose the history anywhere and in any grouping before it
// rebases an edit over it. It rests on two rules. The history wins ties: where
// both insert at one place, the incoming text goes to the right. And order is
// kept: an insert that stands behind a delete stays behind it, in [Builder],
// [Compose] and [Parse]. (quill-delta moves it to the front. That forgets on
// which side of the deleted text it was, and with it where the text goes of
// somebody who inserted on the other side.) For the same reason the second op's
// insert comes before the first op's delete in Compose.
//
// No op cuts a surrogate pair. Inserted text is valid UTF-8 and thus has whole
// pairs only; an op that reaches into the middle of one is refused when it meets
// it, in [Doc.Apply] or [Compose].
//
// [Parse] is for bytes of strangers, and [DocKind.Check] for what a kind of
// document allows; [Builder] trusts its caller. [Op.AppendBinary] and
// [ParseBinary] are a smaller form for a log.
//
// All is made to be fast. An op is flat, 24 bytes a component and one text, and
// a [Buffer] composes and transforms without allocating. A [Doc] is a B+tree
// whose old versions stay what they were, and an [Editor] changes the parts that
// it made itself in place; use one wherever several ops follow each other. [Doc.Hash] tells
// two replicas whether they hold the same. [Merge] rebases a long branch and keeps
// its edits, [Blocks] composes any stretch of a log, and an [UndoStack] takes
// back one user's edits among those of others.
//
// The package stores nothing, knows no revisions and no clients, and imports the
// standard library alone.
package ot
