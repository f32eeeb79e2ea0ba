package persisttest

import (
	"bytes"
	"sync"
	"testing"

	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
)

func (f Fixture) testPeople(t *testing.T) {
	ana := persist.User{ID: "u1", Name: "Ana 😀", Color: "#b4235a", Guest: true, Created: epoch}

	t.Run("who was created is read", func(t *testing.T) {
		w := f.world(t)
		w.must(w.CreateUser(t.Context(), ana))
		got, err := w.User(t.Context(), ana.ID)
		w.must(err)
		if got != ana {
			t.Errorf("read %+v, want %+v", got, ana)
		}
		w.fails(w.CreateUser(t.Context(), ana), persist.ErrExists)
		w.fails(w.CreateUser(t.Context(), persist.User{Name: "nobody"}), persist.ErrMalformed)
		_, err = w.User(t.Context(), "none")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("an update changes all but the beginning", func(t *testing.T) {
		w := f.world(t)
		w.must(w.CreateUser(t.Context(), ana))
		next := persist.User{ID: ana.ID, Name: "Anna", Color: "#000000"}
		w.must(w.UpdateUser(t.Context(), next))
		got, err := w.User(t.Context(), ana.ID)
		w.must(err)
		if next.Created = ana.Created; got != next {
			t.Errorf("read %+v, want %+v", got, next)
		}
		next.ID = "none"
		w.fails(w.UpdateUser(t.Context(), next), session.ErrNotFound)
	})
	t.Run("a key is made once", func(t *testing.T) {
		w := f.world(t)
		keys := make([][]byte, 4)
		var wg sync.WaitGroup
		for i := range keys {
			wg.Go(func() {
				var err error
				if keys[i], err = w.Key(t.Context(), "cookies", 32); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, k := range keys {
			if len(k) != 32 || !bytes.Equal(k, keys[0]) || bytes.Equal(k, make([]byte, 32)) {
				t.Errorf("keys differ, or are nothing")
			}
		}
		clear(keys[0]) // the caller's own copy
		again, err := w.Key(t.Context(), "cookies", 32)
		w.must(err)
		if !bytes.Equal(again, keys[1]) {
			t.Error("the key changed")
		}
		other, err := w.Key(t.Context(), "links", 32)
		w.must(err)
		if bytes.Equal(other, again) {
			t.Error("two names have one key")
		}
		_, err = w.Key(t.Context(), "cookies", 16)
		w.fails(err, persist.ErrMalformed)
	})
	t.Run("an open store answers a ping", func(t *testing.T) {
		w := f.world(t)
		w.must(w.Ping(t.Context()))
		w.must(w.Ping(t.Context()))
	})
}
