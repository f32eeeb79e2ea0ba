package persisttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (f Fixture) testLog(t *testing.T) {
	t.Run("what was appended is read, field by field", func(t *testing.T) {
		w := f.world(t)
		records := batch("c", 1, 5)
		w.append(records[0])
		w.append(records[1:]...)
		w.holds(0, 5, records...)
		w.holds(1, 3, records[1], records[2])
		w.holds(3, 3)
		w.holds(0, 0)
	})
	t.Run("ops with attributes and embeds are kept", func(t *testing.T) {
		w := f.world(t)
		w.doc = w.create("rich", ot.Rich).ID
		op, err := ot.Parse([]byte(`[{"insert":"b","attributes":{"bold":true,"link":"https://x/"}},`+
			`{"insert":{"divider":true}},{"retain":1,"attributes":{"header":2,"list":null}}]`), ot.DefaultLimits())
		w.must(err)
		r := record(1, "c", 1)
		r.Op = op
		w.append(r)
		w.holds(0, 1, r)
	})
	t.Run("documents have logs of their own", func(t *testing.T) {
		w := f.world(t)
		other := &world{Store: w.Store, t: t, doc: w.create("other", ot.Text).ID}
		w.append(batch("c", 1, 3)...)
		other.append(record(1, "c", 1)) // the same client and seq
		w.holds(0, 3, batch("c", 1, 3)...)
		other.holds(0, 1, record(1, "c", 1))
	})
	t.Run("an empty batch changes nothing", func(t *testing.T) {
		w := f.world(t)
		w.append()
		if w.head() != 0 {
			t.Errorf("head is %d", w.head())
		}
	})
	t.Run("the second writer of a revision is refused", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 2)...)
		w.refused(session.ErrConflict, record(2, "b", 1))
		w.refused(session.ErrConflict, record(1, "b", 1))
		w.refused(session.ErrConflict, record(2, "b", 1), record(3, "b", 2))
		w.append(record(3, "b", 1))
		w.holds(0, 3, record(1, "a", 1), record(2, "a", 2), record(3, "b", 1))
	})
	t.Run("the same batch again is a conflict, not a duplicate", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 2)...)
		w.refused(session.ErrConflict, batch("a", 1, 2)...)
	})
	t.Run("a gap is refused", func(t *testing.T) {
		w := f.world(t)
		w.refused(session.ErrConflict, record(2, "a", 1))
		w.append(record(1, "a", 1))
		w.refused(session.ErrConflict, record(3, "a", 2))
	})
	t.Run("a client's seq is accepted once", func(t *testing.T) {
		w := f.world(t)
		w.append(record(1, "a", 7))
		w.refused(persist.ErrDuplicate, record(2, "a", 7))
		w.refused(persist.ErrDuplicate, record(2, "b", 1), record(3, "a", 7), record(4, "b", 2))
		w.refused(persist.ErrDuplicate, record(2, "b", 1), record(3, "b", 1))
		w.append(record(2, "b", 1)) // nothing of b's is left from above
		w.holds(0, 2, record(1, "a", 7), record(2, "b", 1))
	})
	t.Run("what is not a batch is refused", func(t *testing.T) {
		w := f.world(t)
		w.refused(persist.ErrMalformed, record(1, "a", 1), record(3, "a", 2))
		w.refused(persist.ErrMalformed, record(1, "a", 1), record(1, "a", 2))
		w.refused(persist.ErrMalformed, record(0, "a", 1))
		w.refused(persist.ErrMalformed, record(1, "a", 0))
		w.refused(persist.ErrMalformed, record(1, "", 1))
	})
	t.Run("an unknown document is not found", func(t *testing.T) {
		w := f.world(t)
		ctx := t.Context()
		w.fails(w.Append(ctx, "none", batch("a", 1, 1)), session.ErrNotFound)
		_, err := w.Records(ctx, "none", 0, 0)
		w.fails(err, session.ErrNotFound)
		_, err = w.Head(ctx, "none")
		w.fails(err, session.ErrNotFound)
		_, _, _, err = w.LastOf(ctx, "none", "a")
		w.fails(err, session.ErrNotFound)
	})
	t.Run("a range that the log does not have is an error", func(t *testing.T) {
		w := f.world(t)
		w.append(batch("a", 1, 3)...)
		for _, r := range []struct{ after, upTo int }{{0, 4}, {3, 4}, {7, 9}} {
			_, err := w.Records(t.Context(), w.doc, revision(r.after), revision(r.upTo))
			w.fails(err, session.ErrNotFound)
		}
		_, err := w.Records(t.Context(), w.doc, 2, 1)
		w.fails(err, persist.ErrMalformed)
	})
	t.Run("who and when is read without the ops", func(t *testing.T) {
		w := f.world(t)
		records := []session.Record{record(1, "a", 1), record(2, "b", 1), record(3, "a", 2)}
		w.append(records...)
		for _, r := range []struct{ after, upTo int }{{0, 3}, {1, 3}, {1, 2}, {3, 3}, {0, 0}} {
			w.knows(revision(r.after), revision(r.upTo), records[r.after:r.upTo]...)
		}
		for _, r := range []struct{ after, upTo int }{{0, 4}, {7, 9}} {
			_, err := w.Facts(t.Context(), w.doc, revision(r.after), revision(r.upTo))
			w.fails(err, session.ErrNotFound)
		}
		_, err := w.Facts(t.Context(), w.doc, 2, 1)
		w.fails(err, persist.ErrMalformed)
		_, err = w.Facts(t.Context(), "none", 0, 0)
		w.fails(err, session.ErrNotFound)
		_, err = w.Facts(left(t), w.doc, 0, 3)
		w.fails(err, context.Canceled)
	})
	t.Run("a client's last record comes with the head", func(t *testing.T) {
		w := f.world(t)
		w.append(record(1, "a", 1), record(2, "b", 1), record(3, "a", 2), record(4, "b", 2))
		w.append(record(5, "b", 10))
		for client, want := range map[string]session.Record{"a": record(3, "a", 2), "b": record(5, "b", 10)} {
			got, head, found, err := w.LastOf(t.Context(), w.doc, clientID(client))
			w.must(err)
			if !found || head != 5 || !same(got, want) {
				t.Errorf("last of %s: %+v, head %d, found %v", client, got, head, found)
			}
		}
		_, head, found, err := w.LastOf(t.Context(), w.doc, "nobody")
		w.must(err)
		if found || head != 5 {
			t.Errorf("last of nobody: head %d, found %v", head, found)
		}
	})
	t.Run("the heads of many documents are read at once", func(t *testing.T) {
		w := f.world(t)
		want := map[wire.DocID]wire.Revision{w.doc: 0}
		asked := []wire.DocID{w.doc, "none", "", "no\x00ne", "\xff"}
		for i := range 50 {
			other := &world{Store: w.Store, t: t, doc: w.create(wire.DocID(fmt.Sprintf("%d \"é😀", i)), ot.Text).ID}
			if i > 0 {
				other.append(batch("c", 1, revision(i))...)
			}
			want[other.doc] = revision(i)
			asked = append(asked, other.doc, other.doc)
		}
		w.create("not asked for", ot.Text)
		got, err := w.Heads(t.Context(), asked)
		w.must(err)
		if !maps.Equal(got, want) {
			t.Errorf("heads are %v, want %v", got, want)
		}
		got, err = w.Heads(t.Context(), nil)
		w.must(err)
		if len(got) != 0 {
			t.Errorf("the heads of nothing are %v", got)
		}
	})
	t.Run("a text that no database keeps is refused, and nowhere", func(t *testing.T) {
		w := f.world(t)
		for _, bad := range []string{"a\x00b", "a\xffb"} {
			r := record(1, "a", 1)
			r.User = wire.UserID(bad)
			w.refused(persist.ErrMalformed, r)
			w.refused(persist.ErrMalformed, record(1, clientID(bad), 1))
			_, _, found, err := w.LastOf(t.Context(), w.doc, clientID(bad))
			if found || err != nil && !errors.Is(err, session.ErrNotFound) {
				t.Errorf("last of a client that cannot be: found %v, %v", found, err)
			}
			w.fails(w.Append(t.Context(), wire.DocID(bad), batch("a", 1, 1)), session.ErrNotFound)
			_, err = w.Document(t.Context(), wire.DocID(bad))
			w.fails(err, session.ErrNotFound)
			_, err = w.User(t.Context(), wire.UserID(bad))
			w.fails(err, session.ErrNotFound)
			w.fails(w.ChangeDocument(t.Context(), "", w.doc, persist.Change{Title: new(bad)}), persist.ErrMalformed)
			w.fails(w.CreateDocument(t.Context(), session.Document{ID: "x", Kind: ot.Text, Lineage: "l", Title: bad}), persist.ErrMalformed)
			w.fails(w.CreateUser(t.Context(), persist.User{ID: "u", Name: bad}), persist.ErrMalformed)
		}
		var b ot.Builder // in an op it is nothing special
		r := record(1, "a", 1)
		r.Op = b.Insert("a\x00b", ot.Attrs{}).Op()
		w.append(r)
		w.holds(0, 1, r)
	})
	t.Run("a caller that has left writes nothing", func(t *testing.T) {
		w := f.world(t)
		w.fails(w.Append(left(t), w.doc, batch("a", 1, 1)), context.Canceled)
		_, err := w.Records(left(t), w.doc, 0, 0)
		w.fails(err, context.Canceled)
		if w.head() != 0 {
			t.Errorf("head is %d", w.head())
		}
		w.append(record(1, "a", 1))
	})
}
