package persisttest

import (
	"context"
	"testing"
	"time"

	"github.com/collabd/collabd/persist"
)

func (f Fixture) testLogins(t *testing.T) {
	const token = "hash"
	soon := func() time.Time { return time.Now().Add(time.Hour) }
	ago := func() time.Time { return time.Now().Add(-time.Hour) }

	// finds checks what a login's data are; "" for none.
	finds := func(w *world, token, want string) {
		w.t.Helper()
		data, found, err := w.Logins().FindCtx(w.t.Context(), token)
		w.must(err)
		if found != (want != "") || string(data) != want {
			w.t.Errorf("login %s: %q, found %v, want %q", token, data, found, want)
		}
	}
	commit := func(w *world, ctx context.Context, token, data string, expiry time.Time) {
		w.t.Helper()
		w.must(w.Logins().CommitCtx(ctx, token, []byte(data), expiry))
	}

	t.Run("what was committed is found", func(t *testing.T) {
		w := f.world(t)
		finds(w, token, "")
		commit(w, t.Context(), token, "one", soon())
		finds(w, token, "one")
		commit(w, t.Context(), token, "two", soon())
		finds(w, token, "two")
		finds(w, "other", "")
	})
	t.Run("an ended login does not come back", func(t *testing.T) {
		w := f.world(t)
		commit(w, t.Context(), token, "one", soon())
		w.must(w.Logins().DeleteCtx(t.Context(), token))
		finds(w, token, "")
		commit(w, t.Context(), token, "one", soon().Add(time.Hour)) // by a request that had loaded it before
		finds(w, token, "")
		w.must(w.Logins().DeleteCtx(t.Context(), "unknown"))
	})
	t.Run("an expired login does not come back", func(t *testing.T) {
		w := f.world(t)
		commit(w, t.Context(), token, "one", ago())
		finds(w, token, "")
		commit(w, t.Context(), token, "one", soon())
		finds(w, token, "")
	})
	t.Run("an expiry can come nearer", func(t *testing.T) {
		w := f.world(t)
		commit(w, t.Context(), token, "one", soon())
		commit(w, t.Context(), token, "one", ago())
		finds(w, token, "")
	})
	t.Run("all logins of a user end, and nobody else's", func(t *testing.T) {
		w := f.world(t)
		ana := persist.WithLoginInfo(t.Context(), persist.LoginInfo{User: "ana", IP: "::1", Agent: "browser"})
		ben := persist.WithLoginInfo(t.Context(), persist.LoginInfo{User: "ben", IP: "::1"})
		commit(w, ana, "a1", "one", soon())
		commit(w, ana, "a2", "two", soon())
		commit(w, t.Context(), "a2", "changed", soon()) // who it is is kept
		commit(w, ben, "b", "three", soon())
		commit(w, t.Context(), "guest", "four", soon())
		n, err := w.Logins().EndLoginsOf(t.Context(), "ana")
		w.must(err)
		if n != 2 {
			t.Errorf("%d logins ended, want 2", n)
		}
		commit(w, ana, "a1", "one", soon())
		finds(w, "a1", "")
		finds(w, "a2", "")
		finds(w, "b", "three")
		finds(w, "guest", "four")
	})
	t.Run("a browser that calls itself what is no text can log in", func(t *testing.T) {
		w := f.world(t)
		ctx := persist.WithLoginInfo(t.Context(), persist.LoginInfo{User: "ana", IP: "::1\x00", Agent: "Mozilla \xff\x00 é"[:12]})
		commit(w, ctx, token, "one", soon())
		finds(w, token, "one")
	})
	t.Run("all live logins are listed", func(t *testing.T) {
		w := f.world(t)
		for _, token := range []string{"a", "b", "c"} {
			commit(w, t.Context(), token, "data of "+token, soon())
		}
		commit(w, t.Context(), "old", "x", ago())
		w.must(w.Logins().DeleteCtx(t.Context(), "b"))
		all, err := w.Logins().AllCtx(t.Context())
		w.must(err)
		if len(all) != 2 || string(all["a"]) != "data of a" || string(all["c"]) != "data of c" {
			t.Errorf("all are %q", all)
		}
	})
	t.Run("what has been over for long is removed, what is not stays", func(t *testing.T) {
		w := f.world(t)
		commit(w, t.Context(), "live", "x", soon())
		commit(w, t.Context(), "ended", "x", soon())
		w.must(w.Logins().DeleteCtx(t.Context(), "ended"))
		commit(w, t.Context(), "expired", "x", ago())
		commit(w, t.Context(), "expired long ago", "x", ago().Add(-40*24*time.Hour))
		n, err := w.Logins().Sweep(t.Context())
		w.must(err)
		if n != 1 {
			t.Errorf("%d rows removed, want 1", n)
		}
		finds(w, "live", "x")
		commit(w, t.Context(), "ended", "x", soon())
		finds(w, "ended", "") // its tombstone is still there
	})
}
