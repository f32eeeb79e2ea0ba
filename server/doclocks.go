package server

import (
	"sync"

	"github.com/collabd/collabd/wire"
)

// docLocks are locks, one a document, that exist while somebody holds one or
// waits for it. The zero value is ready.
type docLocks struct {
	mu   sync.Mutex // never held while waiting
	used map[wire.DocID]*docLock
}

type docLock struct {
	sync.Mutex
	users int // who hold it or wait for it; guarded by docLocks.mu
}

// lock waits for the lock of a document, and returns what gives it back.
func (l *docLocks) lock(doc wire.DocID) (unlock func()) {
	l.mu.Lock()
	if l.used == nil {
		l.used = map[wire.DocID]*docLock{}
	}
	d := l.used[doc]
	if d == nil {
		d = &docLock{}
		l.used[doc] = d
	}
	d.users++
	l.mu.Unlock()
	d.Lock()
	return func() {
		d.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if d.users--; d.users == 0 {
			delete(l.used, doc)
		}
	}
}
