package persist

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

// Memory is a store for tests: it does all that [SQLite] does, under one mutex,
// and forgets everything. It keeps the rows that a database would keep, so that
// what is read has been encoded, checked and decoded too.
type Memory struct {
	mu     sync.Mutex
	closed bool
	docs   map[wire.DocID]*memoryDoc
	users  map[wire.UserID]User
	keys   map[string][]byte
	logins *Logins

	folders map[FolderID]Folder
	pins    map[pin]bool
	files   map[FileID]memoryFile
	blocks  *blockCache
}

type memoryDoc struct {
	about     session.Document // Head is kept by records
	folder    FolderID
	trashed   time.Time
	text      *memoryText
	records   []recordRow // all revisions; those that are packed are zero, but for that of the head
	seqs      map[clientSeq]bool
	names     []RevisionName // in the order of the revisions
	blocks    []blockRow
	clients   map[string]clientRow // see blocks
	snapshots map[wire.Revision]snapshotRow
}

type clientSeq struct {
	client string
	seq    int64
}

var _ session.Store = (*Memory)(nil)

// NewMemory returns an empty store.
func NewMemory() *Memory {
	m := &Memory{
		docs:  make(map[wire.DocID]*memoryDoc),
		users: make(map[wire.UserID]User),
		keys:  make(map[string][]byte),

		folders: make(map[FolderID]Folder),
		pins:    make(map[pin]bool),
		files:   make(map[FileID]memoryFile),
		blocks:  newBlockCache(blockCacheBytes),
	}
	m.logins = newLogins(&memoryLogins{m: m, rows: make(map[string]*memoryLogin)})
	return m
}

// Close makes all later calls fail with [ErrClosed].
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// Logins returns the store of logins.
func (m *Memory) Logins() *Logins { return m.logins }

// Describe returns "memory".
func (m *Memory) Describe() string { return "memory" }

// do runs a call alone, unless the store is closed or the caller has left.
func (m *Memory) do(ctx context.Context, run func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	return run()
}

// on is do for a document that must exist.
func (m *Memory) on(ctx context.Context, doc wire.DocID, run func(*memoryDoc) error) error {
	err := m.do(ctx, func() error {
		d, ok := m.docs[doc]
		if !ok {
			return session.ErrNotFound
		}
		return run(d)
	})
	if err != nil {
		return fmt.Errorf("document %s: %w", doc, err)
	}
	return nil
}

func (d *memoryDoc) head() wire.Revision { return wire.Revision(len(d.records)) }

func (d *memoryDoc) document() session.Document {
	about := d.about
	about.Head = d.head()
	return about
}

// CreateDocument is as [SQLite.CreateDocument].
func (m *Memory) CreateDocument(ctx context.Context, d session.Document) error {
	return m.create(ctx, d, time.Time{})
}

// CreateInTrash is as [SQLite.CreateInTrash].
func (m *Memory) CreateInTrash(ctx context.Context, d session.Document, since time.Time) error {
	return m.create(ctx, d, since)
}

func (m *Memory) create(ctx context.Context, d session.Document, trashed time.Time) error {
	if err := checkDocument(d); err != nil {
		return fmt.Errorf("create document %s: %w", d.ID, err)
	}
	return m.do(ctx, func() error {
		if _, ok := m.docs[d.ID]; ok {
			return fmt.Errorf("create document %s: %w", d.ID, ErrExists)
		}
		m.docs[d.ID] = newMemoryDoc(d, trashed)
		return nil
	})
}

func newMemoryDoc(d session.Document, trashed time.Time) *memoryDoc {
	d.Created = timeOf(d.Created.UnixMicro())
	d.Edited = d.Created
	if !trashed.IsZero() {
		trashed = timeOf(trashed.UnixMicro())
	}
	return &memoryDoc{
		about: d, trashed: trashed, seqs: make(map[clientSeq]bool), clients: make(map[string]clientRow), snapshots: make(map[wire.Revision]snapshotRow),
	}
}

// Document is as [SQLite.Document].
func (m *Memory) Document(ctx context.Context, doc wire.DocID) (about session.Document, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error { about = d.document(); return nil })
	return about, err
}

// User is as [SQLite.User].
func (m *Memory) User(ctx context.Context, id wire.UserID) (u User, err error) {
	err = m.do(ctx, func() (err error) { u, err = m.user(id); return err })
	return u, err
}

func (m *Memory) user(id wire.UserID) (User, error) {
	u, ok := m.users[id]
	if !ok {
		return User{}, fmt.Errorf("user %s: %w", id, session.ErrNotFound)
	}
	return u, nil
}

// CreateUser is as [SQLite.CreateUser].
func (m *Memory) CreateUser(ctx context.Context, u User) error {
	if err := checkUser(u); err != nil {
		return fmt.Errorf("create user: %w", err)
	}
	return m.do(ctx, func() error {
		if _, err := m.user(u.ID); err == nil {
			return fmt.Errorf("create user %s: %w", u.ID, ErrExists)
		}
		u.Created = timeOf(u.Created.UnixMicro())
		m.users[u.ID] = u
		return nil
	})
}

// UpdateUser is as [SQLite.UpdateUser].
func (m *Memory) UpdateUser(ctx context.Context, u User) error {
	if err := checkUser(u); err != nil {
		return fmt.Errorf("update user %s: %w", u.ID, err)
	}
	return m.do(ctx, func() error {
		is, err := m.user(u.ID)
		if err != nil {
			return err
		}
		u.Created = is.Created
		m.users[u.ID] = u
		return nil
	})
}

// Key is as [SQLite.Key].
func (m *Memory) Key(ctx context.Context, name string, size int) (key []byte, err error) {
	err = m.do(ctx, func() error {
		if _, ok := m.keys[name]; !ok {
			m.keys[name] = make([]byte, size)
			_, _ = rand.Read(m.keys[name])
		}
		if key = slices.Clone(m.keys[name]); len(key) != size {
			key = nil
			return fmt.Errorf("key %s: %w: it has another size", name, ErrMalformed)
		}
		return nil
	})
	return key, err
}

// Ping returns nil while the store is open.
func (m *Memory) Ping(ctx context.Context) error { return m.do(ctx, func() error { return nil }) }

// Verify is as [SQLite.Verify].
func (m *Memory) Verify(ctx context.Context, doc wire.DocID) (Report, error) {
	return verify(ctx, m, doc)
}

func (m *Memory) snapshotRevisions(ctx context.Context, doc wire.DocID) (revisions []wire.Revision, err error) {
	err = m.on(ctx, doc, func(d *memoryDoc) error { revisions = slices.Sorted(maps.Keys(d.snapshots)); return nil })
	return revisions, err
}
