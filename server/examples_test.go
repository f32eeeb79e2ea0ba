package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// exampleAddress is the address in docs/api.md.
const exampleAddress = "http://localhost:8080"

// example is a block of commands in a page, and the answer that is said to
// come. One whose fence says "sh stream" does not end by itself.
type example struct {
	line    int // of the page
	script  string
	stream  bool
	kind    string // of the answer: json, text, or none
	answers string
}

// examplesOf reads the blocks of a page. The block that follows one of commands
// with nothing between is its answer.
func examplesOf(t *testing.T, page string) (list []example) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	block := func(i int) (body string, end int) {
		for end = i + 1; lines[end] != "```"; end++ {
		}
		return strings.Join(lines[i+1:end], "\n") + "\n", end
	}
	for i := 0; i < len(lines); i++ {
		kind, fenced := strings.CutPrefix(lines[i], "```")
		if !fenced {
			continue
		}
		body, end := block(i)
		if kind == "sh" || kind == "sh stream" {
			e := example{line: i + 1, script: body, stream: kind == "sh stream"}
			if end+2 < len(lines) && lines[end+1] == "" && strings.HasPrefix(lines[end+2], "```") && !strings.HasPrefix(lines[end+2], "```sh") {
				e.kind = strings.TrimPrefix(lines[end+2], "```")
				e.answers, end = block(end + 2)
			}
			list = append(list, e)
		}
		i = end
	}
	return list
}

// reader is somebody who follows a page: ids in it stand for those that came.
type reader struct {
	dir, address string
	ids          map[string]string // of the page: those that came
}

var (
	exampleID   = regexp.MustCompile(`\b[a-z2-7]{20}\b`)
	exampleTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
)

// here makes of the page's text what this reader has to type or to expect.
func (r *reader) here(text string) string {
	text = strings.ReplaceAll(text, exampleAddress, r.address)
	return exampleID.ReplaceAllStringFunc(text, func(id string) string {
		if came := r.ids[id]; came != "" {
			return came
		}
		return id
	})
}

// same compares what the page shows with what came: members may come that are
// not shown, ids and times are others, and "…" is anything.
func (r *reader) same(shown, came any, path string) error {
	switch shown := shown.(type) {
	case map[string]any:
		came, ok := came.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v, not an object", path, came)
		}
		for name, v := range shown {
			c, ok := came[r.here(name)]
			if !ok {
				return fmt.Errorf("%s has no %s", path, name)
			}
			if err := r.same(v, c, path+"."+name); err != nil {
				return err
			}
		}
		return nil
	case []any:
		list, ok := came.([]any)
		if !ok {
			return fmt.Errorf("%s is %v, not an array", path, came)
		}
		for i, v := range shown {
			if v == "…" {
				return nil
			}
			if i >= len(list) {
				break
			}
			if err := r.same(v, list[i], fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		if len(list) != len(shown) {
			return fmt.Errorf("%s has %d elements, %d are shown", path, len(list), len(shown))
		}
		return nil
	case string:
		s, ok := came.(string)
		switch {
		case !ok:
			return fmt.Errorf("%s is %v, not a string", path, came)
		case shown == "…", exampleTime.MatchString(shown) && exampleTime.MatchString(s):
			return nil
		}
		return r.sameText(shown, s, path)
	case float64:
		if c, ok := came.(float64); ok && shown > 1e12 && c > 1e12 {
			return nil // Unix time in ms
		}
	}
	if !reflect.DeepEqual(shown, came) {
		return fmt.Errorf("%s is %v, %v is shown", path, came, shown)
	}
	return nil
}

// sameText compares a line. New ids in it are remembered.
func (r *reader) sameText(shown, came, path string) error {
	ids := exampleID.FindAllString(shown, -1)
	pattern := regexp.MustCompile("^" + exampleID.ReplaceAllString(regexp.QuoteMeta(shown), `([a-z2-7]{20})`) + "$")
	found := pattern.FindStringSubmatch(came)
	if found == nil {
		return fmt.Errorf("%s is %q, %q is shown", path, came, shown)
	}
	for i, id := range ids {
		if r.ids[id] == "" {
			r.ids[id] = found[i+1]
		}
		if r.ids[id] != found[i+1] {
			return fmt.Errorf("%s is %q, %q is shown, which was %q before", path, found[i+1], id, r.ids[id])
		}
	}
	return nil
}

func (r *reader) sameJSON(shown, came string) error {
	var s, c any
	if err := json.Unmarshal([]byte(shown), &s); err != nil {
		return fmt.Errorf("what is shown is no JSON: %w", err)
	}
	if err := json.Unmarshal([]byte(came), &c); err != nil {
		return fmt.Errorf("what came is no JSON: %w: %s", err, came)
	}
	if err := r.same(s, c, "the answer"); err != nil {
		return fmt.Errorf("%w: %s", err, came)
	}
	return nil
}

// sameLine compares a line of text, which may carry JSON as its data.
func (r *reader) sameLine(shown, came string) error {
	if data, ok := strings.CutPrefix(shown, "data: "); ok && strings.HasPrefix(data, "{") {
		cameData, ok := strings.CutPrefix(came, "data: ")
		if !ok {
			return fmt.Errorf("%q came, %q is shown", came, shown)
		}
		return r.sameJSON(data, cameData)
	}
	return r.sameText(shown, strings.TrimSuffix(came, "\r"), "the line")
}

// run follows an example.
func (r *reader) run(ctx context.Context, e example) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", r.here(e.script))
	cmd.Dir = r.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var errors bytes.Buffer
	cmd.Stderr = &errors
	if e.stream {
		return r.follow(cmd, e)
	}
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w: %s%s", err, out, &errors)
	}
	switch e.kind {
	case "json":
		return r.sameJSON(e.answers, string(out))
	case "text":
		shown, came := strings.Split(e.answers, "\n"), strings.Split(string(out), "\n")
		for i, line := range shown {
			if i >= len(came) {
				return fmt.Errorf("after %d lines %q is shown: %s", i, line, out)
			}
			if err := r.sameLine(line, came[i]); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
		}
		if len(came) > len(shown) {
			return fmt.Errorf("more came than is shown: %s", out)
		}
	}
	return nil
}

// follow reads a stream until all came that is shown, in this order, and ends
// it. More may come between.
func (r *reader) follow(cmd *exec.Cmd, e example) error {
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return err
	}
	defer func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
	}()
	var last error
	shown := strings.Split(strings.TrimRight(e.answers, "\n"), "\n")
	for lines := bufio.NewScanner(out); len(shown) > 0 && lines.Scan(); {
		if last = r.sameLine(shown[0], lines.Text()); last == nil {
			shown = shown[1:]
		}
	}
	if len(shown) > 0 {
		return fmt.Errorf("the stream ended before %q: %w", shown[0], last)
	}
	return nil
}

// The commands in docs/api.md do what they are said to do, one after the other.
func TestExamples(t *testing.T) {
	for _, needed := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(needed); err != nil {
			t.Fatalf("the examples of docs/api.md need %s: install it (on Debian: apt install %[1]s)", needed)
		}
	}
	w := open(t)
	r := &reader{dir: t.TempDir(), address: w.http.URL, ids: map[string]string{}}
	if err := os.WriteFile(filepath.Join(r.dir, "photo.png"), []byte(drawn(t, "image/png", 8, 6)), 0o600); err != nil {
		t.Fatal(err)
	}
	examples := examplesOf(t, "../docs/api.md")
	if len(examples) < 5 {
		t.Fatalf("only %d examples are found", len(examples))
	}
	for _, e := range examples {
		err := r.run(t.Context(), e)
		if said := w.contract.refused.Swap(nil); err == nil && said != nil && !strings.Contains(e.answers, `"error"`) {
			err = fmt.Errorf("%s", *said)
		}
		if err != nil {
			t.Fatalf("docs/api.md:%d: %v", e.line, err)
		}
	}
}

// What comes is compared with what is shown.
func TestExamplesAreCompared(t *testing.T) {
	r := &reader{ids: map[string]string{}}
	same := func(shown, came string) error { return r.sameJSON(shown, came) }
	for _, c := range []struct {
		shown, came string
		same        bool
	}{
		{`{"a":1}`, `{"a":1,"b":2}`, true},
		{`{"a":1,"b":2}`, `{"a":1}`, false},
		{`{"a":1}`, `{"a":2}`, false},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":["x","…"]}`, `{"a":["x","y","z"]}`, true},
		{`{"a":["x"]}`, `{"a":["x","y"]}`, false},
		{`{"a":["x","y"]}`, `{"a":["x"]}`, false},
		{`{"a":"…"}`, `{"a":"x"}`, true},
		{`{"a":"…"}`, `{"a":5}`, false},
		{`{"a":"x"}`, `{"a":"y"}`, false},
		{`{"id":"e3uizon7gsztv7tyrlob"}`, `{"id":"aaaaaaaaaaaaaaaaaaaa"}`, true},
		{`{"id":"e3uizon7gsztv7tyrlob"}`, `{"id":"bbbbbbbbbbbbbbbbbbbb"}`, false},
		{`{"url":"/files/e3uizon7gsztv7tyrlob"}`, `{"url":"/files/aaaaaaaaaaaaaaaaaaaa"}`, true},
		{`{"url":"/files/e3uizon7gsztv7tyrlob"}`, `{"url":"/other/aaaaaaaaaaaaaaaaaaaa"}`, false},
		{`{"at":"2026-05-04T09:00:00Z"}`, `{"at":"2027-01-01T00:00:00.5Z"}`, true},
		{`{"at":"2026-05-04T09:00:00Z"}`, `{"at":"yesterday"}`, false},
		{`{"at":1777885200000}`, `{"at":1877885200001}`, true},
	} {
		if err := same(c.shown, c.came); (err == nil) != c.same {
			t.Errorf("%s for %s: %v", c.came, c.shown, err)
		}
	}
	if got, want := r.here("curl "+exampleAddress+"/e3uizon7gsztv7tyrlob"), "curl /aaaaaaaaaaaaaaaaaaaa"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
