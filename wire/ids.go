package wire

// DocID names a document: 20 lower-case letters and digits, issued at random
// by the server.
type DocID string

// ClientID names one client: a tab or a program, stable over reconnects. Ids
// are issued by the server at random and belong to one user and document.
type ClientID string

// UserID names a person, signed in or guest.
type UserID string

// Lineage names one unbroken history. A document that was restored from a
// backup has a new one.
type Lineage string

// Revision is the number of records that made a document; the empty history
// has revision 0.
type Revision uint64

// Seq counts the edits of one client from 1.
type Seq uint64
