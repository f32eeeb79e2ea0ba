// Package persist keeps documents, people and logins: in a SQLite file, or in a
// Postgres database that several servers may share. [Open] opens either. A
// [Store] implements session.Store, and beside it what the server needs.
//
//	            Append                                          Records, Snapshot, …
//	sessions ──┐                                                   ▲
//	sessions ──┼──▶ queue ──▶ one transaction for all ──▶ fsync ──▶ database
//	sessions ──┘              that is ready              │
//	   ▲                                                 │
//	   └───────── answers, after the COMMIT ─────────────┘
//
// # What holds
//
//   - Durable: Append returns nil after the COMMIT, and a commit is synced. What
//     makes it so is checked: in SQLite (WAL, synchronous=FULL) when the
//     database is opened, in Postgres (fsync, full_page_writes,
//     synchronous_commit) on every connection.
//   - One history: Append is a compare-and-append. The batch must follow the
//     head, rows go in by plain INSERTs, and the primary key (doc, revision)
//     stands behind it. Of two writers of a revision one gets
//     session.ErrConflict, whatever processes they are in. There is never a gap.
//   - Whole batches: a reader sees all of a batch or nothing of it.
//   - Once: (doc, client, seq) is unique. A second record of it is
//     [ErrDuplicate].
//   - Definite or unknown: after session.ErrConflict, session.ErrNotFound,
//     [ErrDuplicate], [ErrMalformed] and [ErrClosed] nothing of the batch is in
//     the log. After any other error, the context's among them, it is unknown:
//     the caller reads the head and looks the client up.
//   - Alone: what is refused, or whose caller leaves, does not touch the others
//     in its transaction.
//   - Damage is an error: each record and each snapshot has a checksum over all
//     its fields, checked whenever it is read. What differs, or is missing in
//     the middle, is a [*DamagedError], never a short or an empty answer.
//     Verify replays a history against its snapshots as well.
//   - A login that is over stays over (see [Logins]).
//   - Trouble passes: calls fail within their deadline while a database is gone,
//     stuck, read-only or full ([ErrUnavailable], [ErrReadOnly], [ErrFull]), and
//     succeed when it no longer is.
//
// # How it is made
//
// What databases share has no SQL in it: the rows and their checksums
// (recordRow, snapshotRow), the places in a list (cursor), the rules of logins
// ([Logins] over loginRows), the replay (verify). [SQLite] and [Postgres] add
// the SQL, and [Memory] is a store for tests that keeps the same rows. The suite
// in persisttest holds for each of them.
//
// Writes to SQLite go through one goroutine (writer). All that queued while it
// was busy shares a transaction, each job in its own savepoint, so that one
// fsync serves many documents and a refused batch does not touch its
// neighbours. Reads use connections of their own. A lock on Path.lock, held as
// long as the process lives, keeps a second process out.
//
// Appends to Postgres go through lanes (pgWriter), which do the same with at
// most one batch of a document in a transaction: in one round trip they lock the
// documents' rows in the order of their ids, compare the heads, insert and
// commit. The rest takes a connection of a pool for each call.
//
// An operator's mistakes when opening come as an [*OpenError], whose text is one
// sentence. No error and no log holds a password, a text, a title or a token.
//
// # Lists, searches and files
//
// List and Search show documents as entries, to a viewer. The queries for them
// are written once (dialect); a page begins after a place in its order (cursor),
// never at a number. What people look for is folded here (wordsOf), so that all
// databases find the same: they keep words that have nothing left to decide, in
// an FTS5 table or a tsvector, beside the text itself, from which lines are cut.
// Somebody has to store the texts (PutText); they are no part of the history, may
// lag behind it, and can be made anew from it. Files are kept in parts, which are
// written and read one by one.
//
// # Old history
//
// A record is a row until it is old, and then one of some thousand in a block
// (package block): Pack puts the block in and takes the rows out in one
// transaction, and says in the document's row how far it is packed. The record of
// the head stays a row, so that what the head is, and since when, is found as
// before. Readers read rows before blocks, or both at one moment, and let blocks
// count (stretch): whatever is packed meanwhile, they see every record once. What
// must be asked of packed records one by one, whether a client's seq is among them
// and which was its last, is in a row for each client: seqs of a client rise.
// Blocks that were read are kept for a while, unpacked (blockCache). Snapshots that
// no reader needs go (thin).
//
// # What it does not do
//
// It does not look into ops beyond decoding them: whether an edit is allowed
// and applies is decided before it comes here. It does not ask who may do what.
// It never changes or removes a record, though it may store it in another way. It tells nobody that something was
// appended: who shares a database asks for heads. Times are kept to the
// microsecond, in UTC.
package persist
