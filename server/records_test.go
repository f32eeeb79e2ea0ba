package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/session"
	"github.com/collabd/collabd/wire"
)

func (p *person) api() *client.API {
	p.w.t.Helper()
	api, err := client.NewAPI(p.w.http.URL, p.hc)
	if err != nil {
		p.w.t.Fatal(err)
	}
	return api
}

// TestRecords: pages of any size, composed or not, make the document.
func TestRecords(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 0))
		ana := w.person()
		doc := ana.create("x", ot.Rich).ID
		const head = 137
		for range head - 100 {
			ana.post(doc, 0, `[{"insert":"ab"}]`).is(t, 200, "")
		}
		for i := range 100 {
			w.write(doc, fmt.Sprintf(`[{"retain":%d},{"insert":"x"}]`, r.IntN(60)+i))
		}
		api := ana.api()
		for range 20 {
			q := client.RecordsQuery{After: wire.Revision(r.IntN(head)), Each: 1 + r.IntN(50), Limit: 1 + r.IntN(20)}
			if r.IntN(2) == 0 {
				q.UpTo = q.After + wire.Revision(r.IntN(head-int(q.After))) + 1
			}
			end := q.UpTo
			if end == 0 {
				end = head
			}
			at, err := session.ReadAt(t.Context(), w.store, doc, q.After)
			if err != nil {
				t.Fatal(err)
			}
			from := q.After
			for more := true; more; {
				page, err := api.Records(t.Context(), doc, q)
				if err != nil {
					t.Fatal(err)
				}
				if page.Head != head || len(page.Records) == 0 || len(page.Records) > q.Limit {
					t.Fatalf("%+v: %d records, head %d", q, len(page.Records), page.Head)
				}
				for _, rec := range page.Records {
					if rec.From != from || rec.Revision != min(from+wire.Revision(q.Each), end) || rec.At.IsZero() {
						t.Fatalf("%+v: a record from %d to %d, at %d", q, rec.From, rec.Revision, from)
					}
					if single := q.Each == 1; single != (rec.Client != "" && rec.Seq > 0) {
						t.Fatalf("%+v: %+v", q, rec)
					}
					if _, known := page.Authors[rec.User]; known != (rec.User != "u") {
						t.Fatalf("%+v: the authors are %v", q, page.Authors)
					}
					if at, err = at.Apply(rec.Op); err != nil {
						t.Fatal(err)
					}
					from = rec.Revision
				}
				q.After, more = page.Next, page.More
				if more && q.After != from {
					t.Fatalf("%+v: next is %d, at %d", q, q.After, from)
				}
			}
			want, err := session.ReadAt(t.Context(), w.store, doc, end)
			if err != nil {
				t.Fatal(err)
			}
			if from != end || !at.Equal(want) {
				t.Fatalf("%+v: at %d it is %q, want %q", q, from, at.Text(), want.Text())
			}
		}
		path := "/api/docs/" + string(doc) + "/records"
		if got := ana.do("GET", path+"?after=137", "").is(t, 200, "").body; got != `{"head":137,"records":[],"authors":{}}`+"\n" {
			t.Errorf("at the head: %s", got)
		}
		ana.do("GET", path+"?after=100&upto=1000", "").is(t, 200, "")
		ana.do("GET", path+"?after=138", "").is(t, 404, "no_such_revision")
		ana.do("GET", path+"/events?after=138", "").is(t, 404, "no_such_revision")
		ana.do("GET", path+"/events", "", "Last-Event-ID: 138").is(t, 404, "no_such_revision")
		for _, query := range []string{"after=-1", "after=x", "each=0", "each=100001", "limit=0", "limit=1001", "upto=1.5"} {
			ana.do("GET", path+"?"+query, "").is(t, 400, "bad_request")
		}
		ana.do("GET", path+"/events?after=x", "").is(t, 400, "bad_request")
	})
}

// recordEvent is the next event of a stream of records: its id and its data.
func (s *stream) recordEvent() (id wire.Revision, rec client.Record) {
	s.t.Helper()
	for s.lines.Scan() {
		line := s.lines.Text()
		if text, ok := strings.CutPrefix(line, "id: "); ok {
			fmt.Sscan(text, &id)
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var in struct {
			From, Revision wire.Revision
			Op             json.RawMessage
		}
		if err := json.Unmarshal([]byte(data), &in); err != nil {
			s.t.Fatal(err)
		}
		return id, client.Record{From: in.From, Revision: in.Revision, Op: parse(s.t, string(in.Op))}
	}
	s.t.Fatalf("the stream has ended: %v", s.lines.Err())
	return 0, client.Record{}
}

// TestRecordEvents: who comes back with the last id goes on there, whatever was
// written meanwhile.
func TestRecordEvents(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		doc := ana.create("x", ot.Text).ID
		write := func() { ana.post(doc, 0, `[{"insert":"x"}]`).is(t, 200, "") }
		for range 5 {
			write()
		}
		path := "/api/docs/" + string(doc) + "/records/events"
		last := wire.Revision(2)
		for i := range 4 {
			s := ana.open(path+"?after=2", fmt.Sprintf("Last-Event-ID: %d", last))
			if s.status != 200 || s.header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
				t.Fatalf("%d %v", s.status, s.header)
			}
			for range 2 + i {
				write()
				id, rec := s.recordEvent()
				if id != last+1 || rec.From != last || rec.Revision != id {
					t.Fatalf("id %d, from %d to %d, after %d", id, rec.From, rec.Revision, last)
				}
				last = id
			}
			s.close()
			write()
		}
		live := ana.open(path) // from the head on
		defer live.close()
		write()
		head, err := w.store.Head(t.Context(), doc)
		if err != nil {
			t.Fatal(err)
		}
		if id, _ := live.recordEvent(); id != head {
			t.Errorf("id %d, the head is %d", id, head)
		}
		ana.do("GET", path, "", "Sec-Fetch-Site: cross-site", "Origin: https://elsewhere.example").is(t, 403, "wrong_origin")
	})
}

// elsewhere is a store that other servers write to as well.
type elsewhere struct{ *persist.SQLite }

// Close leaves it to the test.
func (elsewhere) Close() error { return nil }

// TestFollow: a follower gets 10,000 records that are written before, while and
// after it comes, here and by other servers, while streams break and the server
// is replaced by another one: each once.
func TestFollow(t *testing.T) {
	store := openSQLite(t)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	soon := small(func(l *session.Limits) { l.Follow = shortly / 10 })
	first, second := openOn(t, elsewhere{store}, soon), openOn(t, elsewhere{store}, soon)
	var now atomic.Pointer[Server]
	now.Store(first.server)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { now.Load().ServeHTTP(w, r) }))
	defer front.Close()
	doc := first.person().create("x", ot.Text).ID
	const head, batch = 10_000, 250
	ops := slices.Repeat([]string{`[{"insert":"x"}]`}, batch)
	for range head / 2 / batch {
		first.write(doc, ops...)
	}
	api, err := client.NewAPI(front.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	at, text := wire.Revision(0), ot.NewDoc()
	for rec, err := range api.Follow(ctx, doc, 0) {
		if err != nil {
			t.Fatalf("at %d: %v", at, err)
		}
		if rec.From != at || rec.Revision != at+1 || rec.Client == "" {
			t.Fatalf("from %d to %d, at %d", rec.From, rec.Revision, at)
		}
		if text, err = text.Apply(rec.Op); err != nil {
			t.Fatal(err)
		}
		switch at = rec.Revision; {
		case at == head:
		case at >= head/2 && at%batch == 0:
			first.write(doc, ops...) // all is read: here is more
		}
		switch at {
		case 2000:
			front.CloseClientConnections()
		case 7000:
			now.Store(second.server)
			if err := first.server.Close(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if at == head {
			break
		}
	}
	if text.Len() != head {
		t.Errorf("%d units", text.Len())
	}
	// It ends with an error that says why.
	for _, err := range api.Follow(ctx, "nothing", 0) {
		var refused *client.HTTPError
		if !errors.As(err, &refused) || refused.Code != "not_found" {
			t.Errorf("%v", err)
		}
	}
}

// TestFollowersOfStoppedServer: a stream ends when the server stops, at once,
// even if nobody reads it.
func TestFollowersOfStoppedServer(t *testing.T) {
	w := open(t, small(func(l *session.Limits) { l.Goodbye = shortly }))
	ana := w.person()
	doc := ana.create("x", ot.Text).ID
	w.write(doc, fmt.Sprintf(`[{"insert":%q}]`, strings.Repeat("x", 1<<20)))
	for range 15 {
		w.write(doc, `[{"delete":1}]`, fmt.Sprintf(`[{"insert":%q}]`, strings.Repeat("x", 1<<19)))
	}
	s := ana.open("/api/docs/" + string(doc) + "/records/events") // reads, and has nothing to read
	defer s.close()
	w.narrow.Store(true)
	stalls := w.person().open("/api/docs/" + string(doc) + "/records/events?after=0") // does not read
	defer stalls.close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	if err := w.server.Close(ctx); err != nil {
		t.Error(err)
	}
	t.Logf("it took %v", time.Since(began))
	for s.lines.Scan() {
	}
	ana.do("GET", "/api/docs/"+string(doc)+"/records/events", "").is(t, http.StatusServiceUnavailable, "restarting")
}
