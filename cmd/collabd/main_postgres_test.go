package main

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/collabd/collabd/persist/pgcluster/pgclustertest"
)

// TestOnPostgres: the program runs on a Postgres, says where the data is
// without the password, and finds what was typed when it runs again.
func TestOnPostgres(t *testing.T) {
	store := pgclustertest.Database(t)
	u, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	password, ok := u.User.Password()
	if !ok {
		t.Fatal("the database has no password to be kept secret")
	}
	p := serve(t, "--addr", "127.0.0.1:0", "--store", store)
	if !strings.HasPrefix(p.data, "postgres://") {
		t.Errorf("the data is in %q", p.data)
	}
	ana := p.newcomer()
	doc := p.create(ana, "x")
	s := dial(t, p, ana, doc)
	s.send(`{"type":"hello"}`)
	s.await("welcome")
	s.send(`{"type":"edit","seq":1,"base":0,"op":[{"insert":"kept"}]}`)
	s.await("records")
	p.stop(os.Interrupt)
	if said := p.out + p.stderr.String(); strings.Contains(said, password) {
		t.Errorf("the password is in %s", said)
	}
	p = serve(t, "--addr", "127.0.0.1:0", "--store", store)
	if got := p.text(doc); got != "kept" {
		t.Errorf("the document is %q", got)
	}
}
