package server

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/collabd/collabd/ot"
)

// cookie returns the one cookie that an answer sets.
func (a answer) cookie(t *testing.T) *http.Cookie {
	t.Helper()
	list := (&http.Response{Header: a.header}).Cookies()
	if len(list) != 1 {
		t.Fatalf("%d cookies: %v", len(list), a.header.Values("Set-Cookie"))
	}
	return list[0]
}

func TestGuestLogin(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		before := time.Now()
		ana := w.person()
		a := ana.do("GET", "/api/me", "").is(t, 200, "")
		c := a.cookie(t)
		if c.Name != "collabd_login" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure {
			t.Errorf("the cookie is %v", c)
		}
		if c.Expires.Before(before.Add(360*24*time.Hour)) || len(c.Value) < 40 {
			t.Errorf("the cookie lasts until %v and has %d characters", c.Expires, len(c.Value))
		}
		var me meJSON
		a.into(t, &me)
		if len(me.ID) != 20 || !regexp.MustCompile(`^Guest [A-Z][a-z]+$`).MatchString(me.Name) || !colorPattern.MatchString(me.Color) || !me.Guest {
			t.Errorf("a guest is %+v", me)
		}
		a = ana.do("GET", "/api/me", "").is(t, 200, "")
		if a.header.Get("Set-Cookie") != "" {
			t.Error("a second login for somebody who has one")
		}
		var again meJSON
		if a.into(t, &again); again != me {
			t.Errorf("%+v became %+v", me, again)
		}
		var other meJSON
		w.person().do("GET", "/api/me", "").is(t, 200, "").into(t, &other)
		if other.ID == me.ID {
			t.Error("two browsers are one person")
		}
		if strings.Contains(w.log.String(), c.Value) {
			t.Error("the log has the token")
		}
	})
}

// Reading needs no login, and begins none: a crawler leaves no users behind.
func TestReadingBeginsNoLogin(t *testing.T) {
	w := open(t)
	doc := "/api/docs/" + string(w.person().create("x", ot.Text).ID)
	for _, path := range []string{"/", "/d/x", "/healthz", "/readyz", "/api/docs", doc, doc + "/content", "/api/nothing"} {
		if a := w.person().do("GET", path, ""); a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
}

// A cookie that nobody was given is nobody's: it is not taken over, which
// would let an attacker choose the login of somebody else.
func TestForgedCookies(t *testing.T) {
	w := open(t)
	real := w.person().do("GET", "/api/me", "").cookie(t).Value
	for name, value := range map[string]string{
		"empty": "", "guessed": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nearly": real[1:], "doubled": real + real,
		"long": strings.Repeat("x", 8000), "odd": "%00%ff", "in quotes": `"x"`,
	} {
		a := w.person().do("GET", "/api/me", "", "Cookie: collabd_login="+value).is(t, 200, "")
		if c := a.cookie(t); c.Value == value || c.Value == real {
			t.Errorf("%s: the login is %q", name, c.Value)
		}
	}
}

func TestSecureCookieBehindTLS(t *testing.T) {
	w := open(t, func(c *Config) { c.PublicURL, c.Guests = "https://docs.example.org", GuestsEdit })
	a := w.person().do("GET", "/api/me", "", "Host: docs.example.org").is(t, 200, "")
	if c := a.cookie(t); c.Name != "__Host-collabd_login" || !c.Secure || c.Path != "/" || c.Domain != "" || !c.HttpOnly {
		t.Errorf("the cookie is %v", c)
	}
}

func TestChangeMe(t *testing.T) {
	onEachStore(t, func(t *testing.T, w *world) {
		ana := w.person()
		var me meJSON
		ana.do("PATCH", "/api/me", `{"name":"Ana"}`).is(t, 200, "").into(t, &me)
		if me.Name != "Ana" || !me.Guest {
			t.Errorf("after the first change: %+v", me)
		}
		for body, want := range map[string]string{
			`{"name":" Ana \n Bolika "}`:                        "Ana Bolika",
			`{"name":"漢字 😀"}`:                                   "漢字 😀",
			`{"name":"` + strings.Repeat("😀", nameRunes) + `"}`: strings.Repeat("😀", nameRunes),
		} {
			ana.do("PATCH", "/api/me", body).is(t, 200, "").into(t, &me)
			var read meJSON
			if ana.do("GET", "/api/me", "").into(t, &read); me.Name != want || read != me {
				t.Errorf("%s became %+v, then %+v", body, me, read)
			}
		}
		ana.do("PATCH", "/api/me", `{"name":"Ana","color":"#0a1b2c"}`).is(t, 200, "").into(t, &me)
		id := me.ID
		for _, body := range []string{
			`{"name":""}`, `{"name":"  "}`, `{"name":"\u0000"}`, `{"name":7}`, `{"name":"` + strings.Repeat("x", nameRunes+1) + `"}`, `{"name":"\ud83d"}`,
			`{"color":""}`, `{"color":"red"}`, `{"color":"#fff"}`, `{"color":"#FFFFFF"}`, `{"color":"#12345g"}`, `{"color":"#123456 "}`, `{"color":"#123456\n"}`,
			`{"color":"url(x)"}`, `{"id":"x"}`, `{"guest":false}`, `{"name":"Eve","color":"red"}`, `[]`, ``,
		} {
			if body == `` {
				ana.do("PATCH", "/api/me", "", "Content-Type: application/json").is(t, 400, "bad_request")
				continue
			}
			ana.do("PATCH", "/api/me", body).is(t, 400, "bad_request")
		}
		var after meJSON
		ana.do("GET", "/api/me", "").is(t, 200, "").into(t, &after)
		if want := (meJSON{ID: id, Name: "Ana", Color: "#0a1b2c", Guest: true}); after != want {
			t.Errorf("refused changes made %+v of %+v", after, want)
		}
		ana.do("PATCH", "/api/me", `{}`).is(t, 200, "").into(t, &after)
		if after.Name != "Ana" {
			t.Errorf("no change made %+v", after)
		}
	})
}
