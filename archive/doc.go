// Package archive writes a document with its whole history into one file, and
// makes a document of such a file again: in the same store, or in another one.
//
//	store ── Export ──▶ lines of JSON ── Import ──▶ a new document, the same history
//
// The file is text, one JSON object a line, so that a program in any language can
// read it and a history of any length can be written and read without being held
// in memory. docs/formats.md has the format. Import also takes it compressed by
// gzip.
//
// # What comes back
//
// A new document, with an id and a lineage of its own, that has the same head, and
// at every revision the same content, made by the same people at the same time.
// What is different: clients have new ids, so that no tab that is open somewhere
// takes itself for one of them; and the addresses of pictures that are in the file
// are those of the new document's files.
//
// # Whom to believe
//
// The file may be forged, so it proves nothing about who wrote what. Whoever
// imports it stays who they are in it; everybody else becomes a new guest of that
// name and color, to whom nobody can sign in. No edit is ever attributed to another
// user of the server.
//
// Each record is checked as an edit is, against the document that the
// records before it have made, and the document that comes out against the hash at
// the end of the file. All of it is checked before anything is stored. Then the
// document is made in the trash, filled, and taken out at the end: nobody sees half
// of it, and if the store fails, or the process dies, what there is remains in the
// trash.
package archive
