package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/collabd/collabd/client/clienttest"
	"github.com/collabd/collabd/ot"
)

// hello is the SHA-256 of "hello".
const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func traceFile(t *testing.T, lines ...string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	fmt.Fprintln(zip, strings.Join(lines, "\n"))
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "t.jsonl.gz")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReplay(t *testing.T) {
	head := `{"format":"collab-trace-1","kind":"sequential","name":"hello","offsets":"utf16","txns":3,"finalSha256":"` + hello + `"}`
	good := traceFile(t, head, `[0,0,"jello"]`, `[0,1,"h"]`, `[5,0,"!"]`, `[5,1,"",1]`)
	broken := traceFile(t, head, `[0,0,"hello"]`, `[9,0,"x"]`)
	cases := map[string]struct {
		cmd  ReplayCmd
		want string // in the error, "" for none
	}{
		"one client":      {ReplayCmd{File: good, Clients: 1, Rate: "max"}, ""},
		"two clients":     {ReplayCmd{File: good, Clients: 2, Rate: "500"}, ""},
		"no file":         {ReplayCmd{File: good + ".none", Clients: 1, Rate: "max"}, "no such file"},
		"a broken file":   {ReplayCmd{File: broken, Clients: 1, Rate: "max"}, broken + ": line 3: position 9"},
		"a strange rate":  {ReplayCmd{File: good, Clients: 1, Rate: "fast"}, "--rate"},
		"no clients":      {ReplayCmd{File: good, Rate: "max"}, "--clients"},
		"a rate of zero":  {ReplayCmd{File: good, Clients: 1, Rate: "0"}, "--rate"},
		"another server":  {ReplayCmd{File: good, Clients: 1, Rate: "max", URL: "http://127.0.0.1:1"}, "connection refused"},
		"an absent paper": {ReplayCmd{File: good, Clients: 1, Rate: "max", Doc: "absent"}, "404"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			toy := clienttest.New(ot.Text, clienttest.Faults{})
			web := httptest.NewServer(toy.Handler())
			defer web.Close()
			defer toy.Down()
			if c.cmd.URL == "" {
				c.cmd.URL = web.URL
			}
			err := c.cmd.Run(t.Context())
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")):
				t.Errorf("got %v, want %q in one line", err, c.want)
			}
		})
	}
}
