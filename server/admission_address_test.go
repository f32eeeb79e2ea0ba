package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func mustProxies(t *testing.T, list ...string) []netip.Prefix {
	t.Helper()
	p, err := ParseProxies(list)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The address of a client is the rightmost that no proxy of ours has.
func TestClientAddress(t *testing.T) {
	ours := mustProxies(t, "10.0.0.0/8", "192.0.2.7", "2001:db8:ffff::/48")
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                           {"203.0.113.7:1234", nil, "203.0.113.7"},
		"no proxy of ours":                   {"203.0.113.7:1234", []string{"198.51.100.1"}, "203.0.113.7"},
		"next to one of ours":                {"10.1.2.3:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"a single address":                   {"192.0.2.7:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"its neighbour":                      {"192.0.2.8:80", []string{"198.51.100.1"}, "192.0.2.8"},
		"what the client says":               {"10.1.2.3:80", []string{"1.1.1.1, 10.9.9.9, 198.51.100.1"}, "198.51.100.1"},
		"this machine, says the client":      {"10.1.2.3:80", []string{"127.0.0.1,198.51.100.1"}, "198.51.100.1"},
		"two proxies":                        {"10.1.2.3:80", []string{"1.1.1.1, 198.51.100.1, 10.4.5.6"}, "198.51.100.1"},
		"two proxies, in lines":              {"10.1.2.3:80", []string{"1.1.1.1", "198.51.100.1", "10.4.5.6"}, "198.51.100.1"},
		"two proxies, a stranger between":    {"10.1.2.3:80", []string{"10.4.5.6, 198.51.100.1"}, "198.51.100.1"},
		"proxies only":                       {"10.1.2.3:80", []string{"10.7.7.7, 10.4.5.6"}, "10.7.7.7"},
		"none told":                          {"10.1.2.3:80", nil, "10.1.2.3"},
		"an empty one":                       {"10.1.2.3:80", []string{""}, "10.1.2.3"},
		"nonsense":                           {"10.1.2.3:80", []string{"198.51.100.1, unknown"}, "10.1.2.3"},
		"nonsense before":                    {"10.1.2.3:80", []string{"evil, 198.51.100.1"}, "198.51.100.1"},
		"an obfuscated one":                  {"10.1.2.3:80", []string{"_hidden"}, "10.1.2.3"},
		"with a port":                        {"10.1.2.3:80", []string{"198.51.100.1:5555"}, "198.51.100.1"},
		"IPv6":                               {"10.1.2.3:80", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 with a port":                   {"10.1.2.3:80", []string{"[2001:db8::1]:5555"}, "2001:db8::1"},
		"IPv6 in brackets":                   {"10.1.2.3:80", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"an IPv6 proxy":                      {"[2001:db8:ffff::9]:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"IPv4 as IPv6":                       {"[::ffff:10.1.2.3]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"a zone":                             {"[fe80::1%eth0]:80", nil, "fe80::1"},
		"no address at all":                  {"@", []string{"198.51.100.1"}, ""},
		"spaces":                             {"10.1.2.3:80", []string{"  1.1.1.1 ,\t198.51.100.1  "}, "198.51.100.1"},
		"more than anybody has, from behind": {"10.1.2.3:80", []string{"1.1.1.1" + strings.Repeat(",10.0.0.1", 10_000)}, "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			r.Header.Set("Forwarded", "for=6.6.6.6")
			r.Header.Set("X-Real-IP", "6.6.6.6")
			got := proxies{trusted: ours}.client(r)
			if fmt.Sprint(got) != c.want && !(c.want == "" && !got.IsValid()) {
				t.Errorf("%v, want %s", got, c.want)
			}
			if own := (proxies{}).client(r); own != parseAddress(c.peer) {
				t.Errorf("without proxies of ours it is %v", own)
			}
		})
	}
}

// What counts as one address.
func TestCountedAddress(t *testing.T) {
	p := proxies{trusted: mustProxies(t, "10.0.0.0/8")}
	for addr, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "2001:db8:1:2::": "2001:db8:1:2::", "2001:db8:1:3::": "2001:db8:1:3::",
		"127.0.0.1": "", "127.9.9.9": "", "::1": "", "10.1.1.1": "", "unknown": "", "192.168.1.5": "192.168.1.5",
	} {
		got := p.counted(parseAddress(addr))
		if got.IsValid() != (want != "") || got.IsValid() && got.String() != want {
			t.Errorf("%s counts as %v, want %s", addr, got, want)
		}
		if (proxies{hidden: true}).counted(parseAddress(addr)).IsValid() {
			t.Errorf("behind a proxy without a name %s counts", addr)
		}
	}
	if !newProxies(Config{PublicURL: "https://x.example"}).hidden || newProxies(Config{}).hidden ||
		newProxies(Config{PublicURL: "https://x.example", TrustedProxies: p.trusted}).hidden {
		t.Error("when is somebody in front who has not been named?")
	}
}

func TestParseProxies(t *testing.T) {
	got := fmt.Sprint(mustProxies(t, "10.1.2.3/8", "192.0.2.7", "::1", "fd00::/8"))
	if got != "[10.0.0.0/8 192.0.2.7/32 ::1/128 fd00::/8]" {
		t.Errorf("%s", got)
	}
	for _, bad := range []string{"", "x", "10.0.0.0/33", "10.0.0", "10.0.0.1:80", "fe80::1%eth0/64"} {
		if _, err := ParseProxies([]string{bad}); err == nil || !strings.Contains(err.Error(), "10.0.0.0/8") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// The handler behind sees the client's address, and the caller's request is
// as it was.
func TestUnmask(t *testing.T) {
	var seen string
	h := proxies{trusted: mustProxies(t, "10.0.0.1")}.unmask(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.RemoteAddr }))
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "10.0.0.1:80"
	r.Header.Set("X-Forwarded-For", "2001:db8::1")
	h.ServeHTTP(httptest.NewRecorder(), r)
	if seen != "[2001:db8::1]:0" || r.RemoteAddr != "10.0.0.1:80" {
		t.Errorf("it sees %s, the request has %s", seen, r.RemoteAddr)
	}
}
