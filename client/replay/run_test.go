package replay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a toy server on HTTP, and an HTTP client without connections
// that outlive the test.
func serve(t *testing.T, faults clienttest.Faults) (*clienttest.Server, Options) {
	t.Helper()
	toy := clienttest.New(ot.Text, faults)
	web := httptest.NewServer(toy.Handler())
	transport := &http.Transport{}
	t.Cleanup(func() {
		toy.Down() // sockets are not the HTTP server's to close
		transport.CloseIdleConnections()
		web.Close()
	})
	return toy, Options{URL: web.URL, HTTP: &http.Client{Transport: transport}, Backoff: 5 * time.Millisecond}
}

func agree(t *testing.T, report Report, texts int) {
	t.Helper()
	if len(report.Texts) != texts {
		t.Errorf("%d texts, want %d", len(report.Texts), texts)
	}
	for _, text := range report.Texts {
		if text.SHA256 != report.Want {
			t.Errorf("%s has %s, want %s", text.Who, text.SHA256, report.Want)
		}
	}
	var b strings.Builder
	if _, err := report.WriteTo(&b); err != nil || strings.Contains(b.String(), "DIFFERS") {
		t.Errorf("the report says %s (%v)", b.String(), err)
	}
}

func TestSequential(t *testing.T) {
	for clients := 1; clients <= 4; clients++ {
		t.Run(fmt.Sprintf("clients=%d", clients), func(t *testing.T) {
			lines, want := makeSequential(uint64(clients), 200)
			toy, opts := serve(t, clienttest.Faults{})
			opts.Clients = clients
			report, err := Run(t.Context(), readTrace(t, lines), opts)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, report, clients+1)
			if doc, _ := toy.Doc(); doc.Text() != want {
				t.Errorf("the server has %q, want %q", doc.Text(), want)
			}
			if clients > 1 && report.Edits < 150 {
				t.Errorf("%d edits: transactions were composed, though each client waits for the one before", report.Edits)
			}
			if err := toy.Problems(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConcurrent(t *testing.T) {
	for agents := 2; agents <= 3; agents++ {
		t.Run(fmt.Sprintf("agents=%d", agents), func(t *testing.T) {
			lines, want := makeConcurrent(uint64(agents), agents, 300)
			toy, opts := serve(t, clienttest.Faults{})
			trace := readTrace(t, lines)
			report, err := Run(t.Context(), trace, opts)
			if err != nil {
				t.Fatal(err)
			}
			agree(t, report, agents+1)
			if _, want := playOffline(t, trace); toy.Behind() != want {
				t.Errorf("%d edits were made on an older revision than the head, the plan has %d", toy.Behind(), want)
			}
			if doc, _ := toy.Doc(); doc.Text() != want {
				t.Errorf("the server has %q, want %q", doc.Text(), want)
			}
			if err := toy.Problems(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRestarts: connections break before and after edits are accepted, and what
// was missed comes as one composed op that goes past where replicas are held.
func TestRestarts(t *testing.T) {
	sequential, _ := makeSequential(7, 150)
	concurrent, _ := makeConcurrent(8, 3, 150)
	for name, lines := range map[string][]string{"sequential": sequential, "concurrent": concurrent} {
		for clients := 1; clients <= 3; clients += 2 {
			t.Run(fmt.Sprintf("%s, clients=%d", name, clients), func(t *testing.T) {
				toy, opts := serve(t, clienttest.Faults{Seed: 9, CutBefore: 0.1, CutAfter: 0.1, CutOthers: 0.1, CatchupFrom: 2})
				opts.Clients = clients
				report, err := Run(t.Context(), readTrace(t, lines), opts)
				if err != nil {
					t.Fatal(err)
				}
				agree(t, report, len(report.Texts))
				if toy.Cuts() > 0 && report.Reconnects == 0 {
					t.Errorf("%d connections were cut, 0 reconnects reported", toy.Cuts())
				}
				if err := toy.Problems(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestDisagreementIsShown(t *testing.T) {
	lines, _ := makeSequential(3, 100)
	toy, opts := serve(t, clienttest.Faults{})
	opts.Clients = 2
	trace := readTrace(t, lines)
	meddled := false
	opts.Progress, opts.Terminal = writerFunc(func(p []byte) (int, error) {
		if !meddled {
			meddled = true
			var b ot.Builder
			if err := toy.Submit(b.Insert("😀 not recorded", ot.Attrs{}).Op()); err != nil {
				t.Error(err)
			}
		}
		return len(p), nil
	}), true
	_, err := Run(t.Context(), trace, opts)
	if e, ok := errors.AsType[*DisagreementError](err); !ok || !strings.Contains(e.Error(), "{+") {
		t.Errorf("somebody else wrote, and: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestCompare(t *testing.T) {
	cases := map[string]struct{ want, got, excerpt string }{
		"changed": {"one two three", "one 2 three", "one [-two-]{+2+} three"},
		"missing": {"abc", "ab", "ab[-c-]"},
		"added":   {"ab\n", "ab\n\n", "ab⏎{+⏎+}"},
		"astral":  {"a😀b", "a😁b", "a[-😀-]{+😁+}b"}, // the same bytes but the last
	}
	for name, c := range cases {
		err := compare(c.want, []Text{newText("client 1", 1, c.want), newText("server", 1, c.got)})
		e, ok := errors.AsType[*DisagreementError](err)
		if !ok || e.Who != "server" || e.Excerpt != c.excerpt {
			t.Errorf("%s: %+v, want %s", name, e, c.excerpt)
		}
	}
	err := compare("ab", []Text{newText("client 1", 1, "ab"), newText("client 2", 1, "b"), newText("server", 1, "")})
	if e, ok := errors.AsType[*DisagreementError](err); !ok || e.Who != "client 2" || len(e.Others) != 1 || e.Others[0] != "server" {
		t.Errorf("a client and the server differ: %v", err)
	}
	if err := compare("a", []Text{newText("server", 1, "a")}); err != nil {
		t.Errorf("equal texts: %v", err)
	}
}

func TestStops(t *testing.T) {
	lines, _ := makeSequential(5, 100)
	_, opts := serve(t, clienttest.Faults{})
	opts.Rate = 50
	ctx, cancel := context.WithCancel(t.Context())
	opts.Progress, opts.Terminal = writerFunc(func(p []byte) (int, error) {
		cancel() // as soon as it is under way
		return len(p), nil
	}), true
	if _, err := Run(ctx, readTrace(t, lines), opts); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	lines, _ := makeSequential(1, 3)
	if _, err := Run(t.Context(), readTrace(t, lines), Options{URL: address}); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("want one line, got %v", err)
	}
	if _, err := Run(t.Context(), readTrace(t, lines), Options{URL: "localhost:8080"}); err == nil {
		t.Error("an address without a scheme was taken")
	}
}

func TestDocumentMustBeEmpty(t *testing.T) {
	lines, _ := makeSequential(1, 3)
	toy, opts := serve(t, clienttest.Faults{})
	var b ot.Builder
	if err := toy.Submit(b.Insert("x", ot.Attrs{}).Op()); err != nil {
		t.Fatal(err)
	}
	opts.Doc = clienttest.DocID
	if _, err := Run(t.Context(), readTrace(t, lines), opts); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("typed into somebody's text: %v", err)
	}
	opts.Doc = "nosuchdocument000000"
	if _, err := Run(t.Context(), readTrace(t, lines), opts); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("no such document: %v", err)
	}
}

func TestBrokenTraces(t *testing.T) {
	head := func(more string) string {
		return `{"format":"collab-trace-1","kind":"sequential","offsets":"utf16","txns":2,"finalSha256":"` + sum("ab") + `"` + more + `}`
	}
	both := strings.Replace(head(`,"agents":2`), "sequential", "concurrent", 1)
	cases := map[string]struct {
		lines []string
		want  string
	}{
		"empty":              {nil, "line 1: no header"},
		"no header":          {[]string{`[0,0,"a"]`}, "line 1: the header is no JSON object"},
		"another format":     {[]string{`{"format":"x"}`}, `line 1: the format is "x"`},
		"another unit":       {[]string{strings.Replace(head(""), "utf16", "bytes", 1)}, `line 1: offsets are in "bytes"`},
		"another kind":       {[]string{strings.Replace(head(""), "sequential", "x", 1)}, `line 1: the kind is "x"`},
		"no hash":            {[]string{strings.Replace(head(""), sum("ab"), "", 1)}, "line 1: finalSha256"},
		"no agents":          {[]string{strings.Replace(head(""), "sequential", "concurrent", 1)}, "line 1: agents"},
		"not JSON":           {[]string{head(""), `[0,0,"a"]`, `[1,0,"b"`}, "line 3: "},
		"half a pair":        {[]string{head(""), `[0,0,"\ud83d"]`}, "line 2: json: half a surrogate"},
		"a fraction":         {[]string{head(""), `[0.5,0,"a"]`}, "line 2: position"},
		"negative":           {[]string{head(""), `[0,-1,"a"]`}, "line 2: deleted units"},
		"past the end":       {[]string{head(""), `[0,0,"a"]`, `[2,0,"b"]`}, "line 3: position 2"},
		"cuts a pair":        {[]string{head(""), `[0,0,"😀"]`, `[1,0,"b"]`}, "line 3: ot: a surrogate pair"},
		"too few":            {[]string{head(""), `[0,0,"ab"]`}, "line 2: the header says 2 transactions, but there are 1"},
		"further, but what":  {[]string{head(""), `[0,0,"ab",1]`}, "line 2: a further patch"},
		"another text":       {[]string{head(""), `[0,0,"a"]`, `[1,0,"c"]`}, "contradicts itself"},
		"agent out of range": {[]string{both, `[[],2,[[0,0,"a"]],0]`}, "line 2: agent 2 of 2"},
		"base in the future": {[]string{both, `[[],1,[[0,0,"a"]],1]`}, "line 2: base 1"},
		"an unseen position": {[]string{both, `[[],1,[[0,0,"a"]],0]`, `[[],0,[[1,0,"b"]],0]`}, "line 3: "},
		"an entry of three":  {[]string{both, `[[],1,[[0,0,"a"]]]`}, "line 2: 3 values"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			file := writeTrace(t, c.lines...)
			trace, err := ReadFile(file)
			if err == nil {
				_, err = trace.Final()
			} else if !strings.HasPrefix(err.Error(), file) {
				t.Errorf("the file is not named: %v", err)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q in one line", err, c.want)
			}
		})
	}
	t.Run("not gzip", func(t *testing.T) {
		if _, err := Read(strings.NewReader("hello")); err == nil || !strings.Contains(err.Error(), "gzip") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cut off", func(t *testing.T) {
		lines, _ := makeSequential(2, 500)
		data, err := os.ReadFile(writeTrace(t, lines...))
		if err != nil {
			t.Fatal(err)
		}
		_, err = Read(bytes.NewReader(data[:len(data)/2]))
		if e, ok := errors.AsType[*LineError](err); !ok || e.Line < 2 {
			t.Errorf("got %v", err)
		}
	})
}
