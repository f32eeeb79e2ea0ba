package server

import (
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Every refusal of an upgrade is an error as all others are, and begins no
// session.
func TestUpgrades(t *testing.T) {
	w := open(t)
	path := "/api/docs/" + string(w.person().create("x", ot.Text).ID) + "/socket"
	without := func(name string) (left []string) {
		for _, h := range upgrade {
			if !strings.HasPrefix(h, name+":") {
				left = append(left, h)
			}
		}
		return left
	}
	with := func(header string) []string {
		name, _, _ := strings.Cut(header, ":")
		return append(without(name), header)
	}
	for name, headers := range map[string][]string{
		"none":                       {},
		"no Upgrade":                 without("Upgrade"),
		"no Connection":              without("Connection"),
		"no version":                 without("Sec-WebSocket-Version"),
		"no key":                     without("Sec-WebSocket-Key"),
		"no subprotocol":             without("Sec-WebSocket-Protocol"),
		"another upgrade":            with("Upgrade: h2c"),
		"another connection":         with("Connection: keep-alive"),
		"an old version":             with("Sec-WebSocket-Version: 8"),
		"an empty key":               with("Sec-WebSocket-Key: "),
		"a short key":                with("Sec-WebSocket-Key: AAAA"),
		"a key that is no base64":    with("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!!!"),
		"another subprotocol":        with("Sec-WebSocket-Protocol: collabd.v2"),
		"another case":               with("Sec-WebSocket-Protocol: Collabd.v1"),
		"a longer subprotocol":       with("Sec-WebSocket-Protocol: collabd.v11"),
		"two keys":                   append(with("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="), "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="),
		"a subprotocol with a space": with("Sec-WebSocket-Protocol: collabd .v1"),
	} {
		t.Run(name, func(t *testing.T) {
			w.person().do("GET", path, "", headers...).is(t, 426, "upgrade_needed")
		})
	}
	for name, headers := range map[string][]string{
		"as it should be":        upgrade,
		"among others":           with("Sec-WebSocket-Protocol: chat, collabd.v1 , collabd.v2"),
		"in two lines":           append(with("Sec-WebSocket-Protocol: chat"), "Sec-WebSocket-Protocol: collabd.v1"),
		"with keep-alive":        with("Connection: keep-alive, Upgrade"),
		"in small letters":       append(with("Upgrade: WebSocket"), "Sec-WebSocket-Extensions: permessage-deflate"),
		"with compression":       append(without("x"), "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"),
		"with another extension": append(without("x"), "Sec-WebSocket-Extensions: x-fly"),
	} {
		t.Run(name, func(t *testing.T) {
			a := w.person().do("GET", path, "", headers...).is(t, 101, "")
			if got := a.header.Get("Sec-WebSocket-Protocol"); got != wire.Subprotocol {
				t.Errorf("subprotocol %q", got)
			}
			if got := a.header.Get("Sec-WebSocket-Extensions"); got != "" {
				t.Errorf("extensions %q", got)
			}
			if c := a.cookie(t); c.Name != "collabd_login" || !c.HttpOnly {
				t.Errorf("the login that comes with the answer is %v", c)
			}
		})
	}
}
