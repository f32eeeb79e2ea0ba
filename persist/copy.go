package persist

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Copied counts what [Copy] has copied so far.
type Copied struct {
	Documents, Snapshots, Users, Logins int
	Records                             int
	Folders, Pins, Files, Names         int
}

// ErrNotEmpty says that the store to copy into holds documents or people
// already. Nothing was written.
var ErrNotEmpty = errors.New("the store to copy into is not empty")

// ErrChanged says that somebody wrote to a store while it was copied. The copy
// is of no use.
var ErrChanged = errors.New("the store was written to while it was copied: stop its servers first")

// copyPage is how many records, documents or people are read at once.
const copyPage = 1000

// archive is what Copy needs of a store beside its use by the server.
type archive interface {
	Store
	history
	// usersAfter lists people in the order of their ids.
	usersAfter(ctx context.Context, after wire.UserID, limit int) ([]User, error)
	// keys lists the secrets by name; putKey stores one that is not there.
	keys(ctx context.Context) (map[string][]byte, error)
	putKey(ctx context.Context, name string, value []byte) error
}

// Copy copies everything from one store into another, which must be empty:
// documents with their whole histories, snapshots and files, the names of their
// revisions, folders, pins and the trash, people, their logins, and the keys, so that clients resume as if
// nothing had happened. Then it reads both again and compares them: every record,
// the replayed history against every snapshot, the files, and that nobody has
// written to the source meanwhile. What documents are found by is made anew by
// the server. progress is called now and then; it may be nil.
//
// After an error the copy is of no use, and the source is as it was.
func Copy(ctx context.Context, from, to Store, progress func(Copied)) (Copied, error) {
	src, ok1 := from.(archive)
	dst, ok2 := to.(archive)
	if !ok1 || !ok2 {
		return Copied{}, errors.New("only SQLite and Postgres stores can be copied")
	}
	if progress == nil {
		progress = func(Copied) {}
	}
	c := &copying{from: src, to: dst, progress: progress}
	for _, step := range []func(context.Context) error{c.refuseNotEmpty, c.secrets, c.people, c.folders, c.documents, c.compare} {
		if err := step(ctx); err != nil {
			return c.done, err
		}
	}
	return c.done, nil
}

type copying struct {
	from, to archive
	progress func(Copied)
	done     Copied
	docs     []Entry
}

func (c *copying) refuseNotEmpty(ctx context.Context) error {
	docs, _, err := c.to.ListDocuments(ctx, 1, "")
	if err != nil {
		return err
	}
	users, err := c.to.usersAfter(ctx, "", 1)
	if err != nil {
		return err
	}
	if len(docs) > 0 || len(users) > 0 {
		return ErrNotEmpty
	}
	return nil
}

func (c *copying) secrets(ctx context.Context) error {
	keys, err := c.from.keys(ctx)
	if err != nil {
		return err
	}
	for name, value := range keys {
		if err := c.to.putKey(ctx, name, value); err != nil {
			return err
		}
	}
	return nil
}

func (c *copying) people(ctx context.Context) error {
	for after := wire.UserID(""); ; {
		page, err := c.from.usersAfter(ctx, after, copyPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, u := range page {
			if err := c.to.CreateUser(ctx, u); err != nil {
				return err
			}
			c.done.Users++
		}
		c.progress(c.done)
		after = page[len(page)-1].ID
	}
	now := time.Now()
	tokens, err := c.from.Logins().rows.all(ctx, now)
	if err != nil {
		return err
	}
	for token := range tokens {
		l, found, err := c.from.Logins().rows.find(ctx, token, now)
		if err != nil || !found {
			return errors.Join(err, ErrChanged)
		}
		if err := c.to.Logins().rows.put(ctx, token, l, now); err != nil {
			return err
		}
		c.done.Logins++
	}
	return nil
}

func (c *copying) folders(ctx context.Context) error {
	folders, err := c.from.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := c.to.CreateFolder(ctx, f); err != nil {
			return err
		}
		c.done.Folders++
	}
	return nil
}

func (c *copying) documents(ctx context.Context) error {
	for after := ""; ; {
		page, next, err := c.from.List(ctx, ListQuery{View: viewEvery, Limit: copyPage, After: after})
		if err != nil {
			return err
		}
		for _, e := range page {
			err := c.document(ctx, e.Document)
			if err == nil {
				err = c.belongings(ctx, e)
			}
			if err != nil {
				return fmt.Errorf("copy document %s: %w", e.ID, err)
			}
			c.done.Documents++
			c.progress(c.done)
		}
		c.docs = append(c.docs, page...)
		if next == "" {
			return nil
		}
		after = next
	}
}

// belongings copies what a document has beside its history.
func (c *copying) belongings(ctx context.Context, e Entry) error {
	change := Change{Folder: &e.Folder, Trashed: &e.Trashed}
	if err := c.to.ChangeDocument(ctx, "", e.ID, change); err != nil {
		return err
	}
	users, err := c.from.PinnedBy(ctx, e.ID)
	if err != nil {
		return err
	}
	for user, pinned := range users {
		if err := c.to.ChangeDocument(ctx, user, e.ID, Change{Pinned: &pinned}); err != nil {
			return err
		}
		c.done.Pins++
	}
	names, err := c.from.RevisionNames(ctx, e.ID)
	if err != nil {
		return err
	}
	for _, n := range names {
		if err := c.to.NameRevision(ctx, e.ID, n, len(names)); err != nil {
			return err
		}
		c.done.Names++
	}
	files, err := c.from.Files(ctx, e.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := readFile(ctx, c.from, f)
		if err != nil {
			return err
		}
		if _, err := c.to.PutFile(ctx, f, data, math.MaxInt64); err != nil {
			return err
		}
		c.done.Files++
		c.progress(c.done)
	}
	return nil
}

func (c *copying) document(ctx context.Context, d session.Document) error {
	born := d
	if d.Head > 0 {
		born.Edited = d.Created // appending the records moves it on
	}
	if err := c.to.CreateDocument(ctx, born); err != nil {
		return err
	}
	for at := wire.Revision(0); at < d.Head; {
		records, err := c.from.Records(ctx, d.ID, at, min(d.Head, at+copyPage))
		if err != nil {
			return err
		}
		if err := c.to.Append(ctx, d.ID, records); err != nil {
			return err
		}
		at += wire.Revision(len(records))
		c.done.Records += len(records)
		c.progress(c.done)
	}
	snapshots, err := c.from.snapshotRevisions(ctx, d.ID)
	if err != nil {
		return err
	}
	for _, revision := range snapshots {
		snapshot, err := c.from.Snapshot(ctx, d.ID, revision)
		if err != nil {
			return err
		}
		if err := c.to.PutSnapshot(ctx, d.ID, snapshot); err != nil {
			return err
		}
		c.done.Snapshots++
	}
	return nil
}

// compare reads both stores again.
func (c *copying) compare(ctx context.Context) error {
	was, err := c.from.Folders(ctx)
	if err != nil {
		return err
	}
	is, err := c.to.Folders(ctx)
	if err != nil {
		return err
	}
	if !slices.Equal(was, is) {
		return errors.New("the copies of the folders are others")
	}
	for _, d := range c.docs {
		is, err := c.from.Entry(ctx, "", d.ID)
		if err != nil {
			return err
		}
		if is != d {
			return ErrChanged
		}
		copied, err := c.to.Entry(ctx, "", d.ID)
		if err != nil {
			return err
		}
		if copied != d {
			return fmt.Errorf("the copy of document %s is another one: its head is %d, not %d", d.ID, copied.Head, d.Head)
		}
		if err := c.compareRecords(ctx, d.Document); err != nil {
			return err
		}
		if err := c.compareBelongings(ctx, d.ID); err != nil {
			return err
		}
		if _, err := c.to.Verify(ctx, d.ID); err != nil {
			return err
		}
	}
	return nil
}

// compareBelongings compares pins and names, and files by their hashes: Verify reads them.
func (c *copying) compareBelongings(ctx context.Context, doc wire.DocID) error {
	var pins [2]map[wire.UserID]bool
	var files [2][]File
	var names [2][]RevisionName
	for i, s := range []archive{c.from, c.to} {
		var err error
		if pins[i], err = s.PinnedBy(ctx, doc); err != nil {
			return err
		}
		if files[i], err = s.Files(ctx, doc); err != nil {
			return err
		}
		if names[i], err = s.RevisionNames(ctx, doc); err != nil {
			return err
		}
	}
	if !maps.Equal(pins[0], pins[1]) || !slices.Equal(files[0], files[1]) || !slices.Equal(names[0], names[1]) {
		return fmt.Errorf("the copy of document %s has other pins, files or names", doc)
	}
	return nil
}

func (c *copying) compareRecords(ctx context.Context, d session.Document) error {
	for at := wire.Revision(0); at < d.Head; at += copyPage {
		upTo := min(d.Head, at+copyPage)
		was, err := c.from.Records(ctx, d.ID, at, upTo)
		if err != nil {
			return err
		}
		is, err := c.to.Records(ctx, d.ID, at, upTo)
		if err != nil {
			return err
		}
		for i := range was {
			if !sameRecord(was[i], is[i]) {
				return &DamagedError{Doc: d.ID, Revision: was[i].Revision, Part: PartRecord, Reason: "the copy of it is another one"}
			}
		}
	}
	return nil
}

func sameRecord(a, b session.Record) bool {
	return a.Revision == b.Revision && a.Client == b.Client && a.Seq == b.Seq && a.User == b.User &&
		a.At.Equal(b.At) && a.Digest == b.Digest && a.Op.Equal(b.Op)
}
