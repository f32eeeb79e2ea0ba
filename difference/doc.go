// Package difference finds the op that makes one document of another, as small
// as can be had in a bounded time: for a whole text that somebody sends in
// place of the old one, and for people who compare two revisions.
//
// [Between] is exact by construction and checked besides: for all documents of
// one kind, old · Between(old, new) = new. It is never the shortest op for
// sure. What stays the same is found line by line first, then letter by letter
// within the lines that changed, by the algorithm of Myers ("An O(ND)
// Difference Algorithm and Its Variations", 1986) in sergi/go-diff. That
// library works on runes, gives up at a deadline by replacing all, and panics
// or loses data on text that is not UTF-8; so here it sees only whole
// characters of valid text, between the beginning and the end that both
// documents share, and what comes of it is counted in UTF-16 code units again.
//
// It takes time and memory in the size of both documents: never call it in the
// actor of a session.
package difference
