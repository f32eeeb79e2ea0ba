package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// newcomer is somebody with a login of his own.
func (p *program) newcomer() *http.Client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// create makes a text document.
func (p *program) create(hc *http.Client, title string) wire.DocID {
	p.t.Helper()
	api, err := client.NewAPI(p.url, hc)
	if err != nil {
		p.t.Fatal(err)
	}
	d, err := api.CreateDocument(p.t.Context(), title, ot.Text)
	if err != nil {
		p.t.Fatal(err)
	}
	return d.ID
}

// text is a document's text by REST.
func (p *program) text(doc wire.DocID) string {
	p.t.Helper()
	return get(p.t, fmt.Sprintf("%s/api/docs/%s/content?format=text", p.url, doc))
}

// jsonLines checks that a log is JSON, a line each, with what every line has.
func jsonLines(t *testing.T, log string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(log) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("in the log there is %q: %v", line, err)
			continue
		}
		for _, name := range []string{"level", "time", "message"} {
			if s, ok := entry[name].(string); !ok || s == "" {
				t.Errorf("%s has no %s", line, name)
			}
		}
		lines = append(lines, entry)
	}
	return lines
}

// The log says what happens, and nothing of what people write or of what
// proves who they are.
func TestLogHoldsNoTextAndNoTokens(t *testing.T) {
	const text, title, name = "Marker-Text-7f3a", "Marker-Title-7f3a", "Marker-Name-7f3a"
	p := serve(t, "--addr", "127.0.0.1:0", "--log-level", "debug")
	ana := p.newcomer()
	doc := p.create(ana, title)
	patch, err := http.NewRequestWithContext(t.Context(), "PATCH", p.url+"/api/me", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	patch.Header.Set("Content-Type", "application/json")
	if resp, err := ana.Do(patch); err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	s := dial(t, p, ana, doc)
	s.send(`{"type":"hello"}`)
	s.await("welcome")
	s.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + text + `"}]}`)
	s.await("records")
	s.send(`{"type":"edit","seq":2,"base":1,"op":[{"retain":9999},{"insert":"` + text + `"}]}`)
	s.ended(4107)
	for _, frame := range []string{text, `{"type":"` + text + `"}`, `{"type":"hello","client":"` + text + `","secret":"` + text + `","lineage":"l","revision":1}`} {
		s := dial(t, p, ana, doc)
		s.send(frame)
		s.ended(0)
	}
	get(t, p.url+"/api/docs/"+text)
	get(t, p.url+"/api/docs?after="+text)
	p.stop(syscall.SIGTERM)

	log := p.stderr.String()
	lines := jsonLines(t, log)
	if len(lines) < 5 {
		t.Errorf("at level debug the log has only %d lines:\n%s", len(lines), log)
	}
	at, err := url.Parse(p.url)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{"text": text, "title": title, "name": name, "secret": s.welcome.Secret}
	for _, c := range ana.Jar.Cookies(at) {
		secrets["cookie "+c.Name] = c.Value
	}
	if len(secrets) != 5 || s.welcome.Secret == "" {
		t.Fatalf("there is nothing to look for: %v", secrets)
	}
	for what, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log has a %s:\n%s", what, log)
		}
	}
}

// A server that runs out of file descriptors says so in its log's own form,
// and serves again when there are some.
func TestOutOfDescriptors(t *testing.T) {
	cmd := command(t)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `ulimit -n 60 && exec "$0" --addr 127.0.0.1:0`, binary}
	if _, err := exec.LookPath(cmd.Path); err != nil {
		t.Fatal(err)
	}
	p := started(t, cmd)
	var crowd []net.Conn
	for range 100 {
		c, err := net.Dial("tcp", "127.0.0.1:"+p.port)
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, c)
	}
	late := time.Now().Add(patience)
	for !strings.Contains(p.stderr.String(), "too many open files") {
		if time.Now().After(late) {
			t.Fatal("nothing in the log about too many open files")
		}
		// Another one is one that it cannot take.
		if c, err := net.Dial("tcp", "127.0.0.1:"+p.port); err == nil {
			crowd = append(crowd, c)
		}
	}
	for _, c := range crowd {
		c.Close()
	}
	if got := get(t, p.url+"/readyz"); !strings.Contains(got, "ready") {
		t.Errorf("then readyz is %q", got)
	}
	p.stop(syscall.SIGTERM)
	if lines := jsonLines(t, p.stderr.String()); bytes.Count([]byte(p.stderr.String()), []byte("\n")) != len(lines) {
		t.Errorf("the log is\n%s", &p.stderr)
	}
}
