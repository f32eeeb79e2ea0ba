// Package block packs some thousand consecutive records into a few kilobytes, and
// gives them back. It knows no database: package persist stores what it makes.
//
//	records ──▶ Facts: who and when ──▶ columns ──▶ compressed ──▶ bytes
//	        └─▶ Ops:   what was done ─▶ columns ──▶ compressed ──▶ bytes
//
// A row for a typed letter is mostly the same as the row before: the same client
// and user, the next seq, a place one further on. So each field of all records is
// a column of its own, and a number is written as the difference from what can be
// expected: the next seq of its client, the place where its client typed last.
// Such columns are nearly nothing but zeros. What is left are the letters and the
// clock. Storing columns apart and as differences, and letting a general
// compressor have the rest, is how Automerge's binary format keeps histories small
// (Kleppmann, "Binary data format", automerge.org/automerge-binary-format-spec).
//
// Facts and ops are apart, so that a time line is drawn without reading the ops.
//
// Decode(Encode(r)) = r for all records that follow one another, but for the
// digests: they are random bits, which nothing makes smaller, and are asked for
// only of a client's last record, that with its highest seq, when it sends an edit
// again. A block keeps those of the last record of each client in it; the others
// are 0.
//
// Damage is found by whoever stores the bytes, with a checksum. Bytes that are not
// what Encode wrote are an error here, never a panic.
package block
