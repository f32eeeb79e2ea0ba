package persist_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"github.com/collabd/collabd/persist"
)

// A request that loaded a login before it was ended, and ends after, writes it
// back into an ordinary store: the old cookie works again.
func TestASlowRequestCannotBringALoginBack(t *testing.T) {
	ordinary := memstore.NewWithCleanupInterval(0)
	memory, sqlite, postgres := persist.NewMemory(), newSQLite(t), newPostgres(t)
	for name, c := range map[string]struct {
		store scs.Store
		want  string // who the old cookie is after the logout
	}{
		"the store of scs": {ordinary, "ana"}, // the reason for ours: if this changes, so may ours
		"memory":           {memory.Logins(), ""},
		"SQLite":           {sqlite.Logins(), ""},
		"Postgres":         {postgres.Logins(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			site := newLoginSite(t, c.store)
			site.get("/login")
			if who := site.get("/whoami"); who != "ana" {
				t.Fatalf("after the login one is %q", who)
			}
			old := site.cookies()

			slow := make(chan string)
			go func() { slow <- site.get("/slow") }()
			<-site.slowLoaded
			site.get("/logout")
			close(site.slowMayEnd)
			<-slow

			site.setCookies(old)
			if who := site.get("/whoami"); who != c.want {
				t.Errorf("with the old cookie one is %q, want %q", who, c.want)
			}
		})
	}
}

// A login that is in use does not cost a write a request.
func TestRequestsDoNotWriteWhatHasNotChanged(t *testing.T) {
	s := newSQLite(t)
	site := newLoginSite(t, s.Logins())
	site.get("/login")
	before := s.Commits()
	for range 20 {
		if who := site.get("/whoami"); who != "ana" {
			t.Fatalf("one is %q", who)
		}
	}
	if n := s.Commits() - before; n != 0 {
		t.Errorf("%d commits for 20 requests", n)
	}
	site.get("/rename")
	if who := site.get("/whoami"); who != "ana maria" {
		t.Errorf("after the change one is %q", who)
	}
}

type loginSite struct {
	t          *testing.T
	server     *httptest.Server
	client     *http.Client
	slowLoaded chan struct{}
	slowMayEnd chan struct{}
}

func newLoginSite(t *testing.T, store scs.Store) *loginSite {
	site := &loginSite{t: t, slowLoaded: make(chan struct{}), slowMayEnd: make(chan struct{})}
	logins := scs.New()
	logins.Store = store
	logins.HashTokenInStore = true
	logins.IdleTimeout = time.Hour // which makes every request commit
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(_ http.ResponseWriter, r *http.Request) {
		if err := logins.RenewToken(r.Context()); err != nil {
			t.Error(err)
		}
		logins.Put(r.Context(), "user", "ana")
	})
	mux.HandleFunc("/logout", func(_ http.ResponseWriter, r *http.Request) {
		if err := logins.Destroy(r.Context()); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/rename", func(_ http.ResponseWriter, r *http.Request) { logins.Put(r.Context(), "user", "ana maria") })
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) {
		close(site.slowLoaded)
		<-site.slowMayEnd
	})
	mux.HandleFunc("/whoami", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, logins.GetString(r.Context(), "user"))
	})
	outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := persist.LoginInfo{IP: "127.0.0.1", Agent: r.UserAgent()}
		logins.LoadAndSave(mux).ServeHTTP(w, r.WithContext(persist.WithLoginInfo(r.Context(), info)))
	})
	site.server = httptest.NewServer(outer)
	jar, _ := cookiejar.New(nil) // never fails
	site.client = &http.Client{Jar: jar}
	t.Cleanup(func() {
		site.client.CloseIdleConnections()
		site.server.Close()
	})
	return site
}

func (s *loginSite) get(path string) string {
	res, err := s.client.Get(s.server.URL + path)
	if err != nil {
		s.t.Error(err)
		return ""
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Errorf("%s: %s, %v", path, res.Status, err)
	}
	return string(body)
}

func (s *loginSite) cookies() []*http.Cookie {
	req, _ := http.NewRequest(http.MethodGet, s.server.URL, nil)
	return s.client.Jar.Cookies(req.URL)
}

func (s *loginSite) setCookies(c []*http.Cookie) {
	req, _ := http.NewRequest(http.MethodGet, s.server.URL, nil)
	s.client.Jar.SetCookies(req.URL, c)
}
