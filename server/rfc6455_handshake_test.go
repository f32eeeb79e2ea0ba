package server

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// The example of RFC 6455, section 1.3.
const (
	exampleKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	exampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// opening is a handshake: a request line and headers, of which a case changes
// some.
type opening struct {
	line    string
	headers []string
}

// without leaves the headers of a name out.
func (o opening) without(name string) opening {
	o.headers = slices.DeleteFunc(slices.Clone(o.headers), func(h string) bool { return strings.HasPrefix(h, name+":") })
	return o
}

// plus adds headers.
func (o opening) plus(headers ...string) opening {
	o.headers = append(slices.Clone(o.headers), headers...)
	return o
}

// with puts a header in the place of those of its name.
func (o opening) with(h string) opening {
	name, _, _ := strings.Cut(h, ":")
	return o.without(name).plus(h)
}

func (o opening) as(line string) opening {
	o.line = line
	return o
}

// TestRFC6455Handshake: sections 4.1 to 4.4 and RFC 9110 by the bytes, because
// no client of a library sends such requests. That our own names (origin,
// document, login) are checked is in other tests.
func TestRFC6455Handshake(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	path := "/api/docs/" + string(doc) + "/socket"
	ok := opening{"GET " + path + " HTTP/1.1", []string{
		"Host: localhost", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: " + exampleKey,
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: collabd.v1",
	}}
	for _, c := range []struct {
		section, name string
		request       opening
		status        int
	}{
		{"4.1", "as it should be", ok, 101},
		{"4.1", "names in capitals", opening{ok.line, []string{"HOST: localhost", "UPGRADE: WEBSOCKET", "CONNECTION: UPGRADE", "SEC-WEBSOCKET-KEY: " + exampleKey, "SEC-WEBSOCKET-VERSION: 13", "SEC-WEBSOCKET-PROTOCOL: collabd.v1"}}, 101},
		{"4.1", "white space around values", opening{ok.line, []string{"Host: localhost", "Upgrade:\t websocket \t", "Connection:  Upgrade  ", "Sec-WebSocket-Key:   " + exampleKey + "  ", "Sec-WebSocket-Version:13 ", "Sec-WebSocket-Protocol: \tcollabd.v1\t"}}, 101},
		{"4.1", "no Host", ok.without("Host"), 400},
		{"4.1", "two hosts", ok.plus("Host: localhost"), 400},
		{"4.1", "the method POST", ok.as("POST " + path + " HTTP/1.1"), 405},
		{"4.1", "the method PUT", ok.as("PUT " + path + " HTTP/1.1"), 405},
		{"4.1", "the method get", ok.as("get " + path + " HTTP/1.1"), 405},
		{"4.1", "the method HEAD", ok.as("HEAD " + path + " HTTP/1.1"), 426},
		{"4.1", "HTTP/1.0", ok.as("GET " + path + " HTTP/1.0"), 426},
		{"4.1", "HTTP/0.9", ok.as("GET " + path), 400},
		{"4.1", "HTTP/2.0", ok.as("GET " + path + " HTTP/2.0"), 505},
		{"4.1", "HTTP/1.1 without its slash", ok.as("GET " + path + " HTTP1.1"), 400},
		{"4.1", "a whole address", ok.as("GET http://localhost" + path + " HTTP/1.1"), 101},
		{"4.1", "a body", ok.plus("Content-Length: 5", "", "hello"), 426},
		{"4.1", "a body in chunks", ok.plus("Transfer-Encoding: chunked", "", "5", "hello", "0"), 426},
		{"4.2.1", "no Upgrade", ok.without("Upgrade"), 426},
		{"4.2.1", "another upgrade", ok.with("Upgrade: h2c"), 426},
		{"4.2.1", "an upgrade that begins alike", ok.with("Upgrade: websockets"), 426},
		{"4.2.1", "an upgrade of a version", ok.with("Upgrade: websocket/13"), 426},
		{"4.2.1", "a choice of upgrades", ok.with("Upgrade: h2c, websocket"), 101},
		{"4.2.1", "a choice in two lines", ok.with("Upgrade: h2c").plus("Upgrade: WebSocket"), 101},
		{"4.2.1", "no Connection", ok.without("Connection"), 426},
		{"4.2.1", "another connection", ok.with("Connection: keep-alive"), 426},
		{"4.2.1", "closing", ok.with("Connection: close"), 426},
		{"4.2.1", "keep-alive, Upgrade", ok.with("Connection: keep-alive, Upgrade"), 101},
		{"4.2.1", "keep-alive and Upgrade in two lines", ok.with("Connection: keep-alive").plus("Connection: upgrade"), 101},
		{"4.2.1", "no key", ok.without("Sec-WebSocket-Key"), 426},
		{"4.2.1", "an empty key", ok.with("Sec-WebSocket-Key:"), 426},
		{"4.2.1", "a key of 15 bytes", ok.with("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"), 426},
		{"4.2.1", "a key of 17 bytes", ok.with("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="), 426},
		{"4.2.1", "a key without padding", ok.with("Sec-WebSocket-Key: " + strings.TrimRight(exampleKey, "=")), 426},
		{"4.2.1", "a key that is no base64", ok.with("Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=="), 426},
		{"4.2.1", "two keys", ok.plus("Sec-WebSocket-Key: " + exampleKey), 426},
		{"4.2.1", "two keys in one", ok.with("Sec-WebSocket-Key: " + exampleKey + ", " + exampleKey), 426},
		{"4.4", "no version", ok.without("Sec-WebSocket-Version"), 426},
		{"4.4", "version 8", ok.with("Sec-WebSocket-Version: 8"), 426},
		{"4.4", "version 14", ok.with("Sec-WebSocket-Version: 14"), 426},
		{"4.4", "version 013", ok.with("Sec-WebSocket-Version: 013"), 426},
		{"4.4", "two versions in one", ok.with("Sec-WebSocket-Version: 13, 8"), 426},
		{"4.4", "two versions", ok.with("Sec-WebSocket-Version: 8").plus("Sec-WebSocket-Version: 13"), 426},
		{"11.3.4", "no subprotocol", ok.without("Sec-WebSocket-Protocol"), 426},
		{"11.3.4", "another", ok.with("Sec-WebSocket-Protocol: chat"), 426},
		{"11.3.4", "a later one", ok.with("Sec-WebSocket-Protocol: collabd.v2"), 426},
		{"11.3.4", "in capitals", ok.with("Sec-WebSocket-Protocol: COLLABD.V1"), 426},
		{"11.3.4", "in capitals and as it is", ok.with("Sec-WebSocket-Protocol: COLLABD.V1, collabd.v1"), 101},
		{"11.3.4", "among others", ok.with("Sec-WebSocket-Protocol: chat,collabd.v1 ,,collabd.v2"), 101},
		{"11.3.4", "in two lines", ok.with("Sec-WebSocket-Protocol: chat").plus("Sec-WebSocket-Protocol: collabd.v1"), 101},
		{"9.1", "an extension", ok.plus("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), 101},
		{"9.1", "extensions that nobody knows", ok.plus("Sec-WebSocket-Extensions: x-fly; speed=\"1\", ;;=,"), 101},
		{"RFC 9112", "a name with a space", ok.plus("Sec-WebSocket Key: x"), 400},
		{"RFC 9112", "a space before the colon", ok.plus("X-A : b"), 400},
		{"RFC 9112", "no colon", ok.plus("X-A"), 400},
		{"RFC 9112", "a NUL", ok.plus("X-A: \x00"), 400},
	} {
		t.Run(c.section+" "+c.name, func(t *testing.T) {
			w.t = t
			for _, way := range []string{"whole", "chopped"} {
				r := w.connect(t)
				defer r.conn.Close()
				request := strings.Join(append([]string{c.request.line}, c.request.headers...), "\r\n") + "\r\n\r\n"
				if way == "whole" {
					r.raw(request)
				} else {
					for i := range len(request) {
						r.raw(request[i : i+1])
					}
				}
				method, _, _ := strings.Cut(c.request.line, " ")
				r.opens(way, method, c.status)
			}
		})
	}
	w.t = t
}

// opens checks the answer to a handshake: all that a client looks at, or what
// it needs to do better.
func (c *rough) opens(way, method string, status int) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.br, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("%s: %v", way, err)
	}
	h := resp.Header
	if resp.StatusCode != status {
		c.t.Errorf("%s: status %d, want %d", way, resp.StatusCode, status)
	}
	switch resp.StatusCode {
	case http.StatusSwitchingProtocols:
		for name, want := range map[string]string{
			"Upgrade": "websocket", "Connection": "Upgrade", "Sec-Websocket-Accept": exampleAccept,
			"Sec-Websocket-Protocol": wire.Subprotocol, "Sec-Websocket-Extensions": "",
		} {
			if got := strings.Join(h.Values(name), "|"); got != want {
				c.t.Errorf("%s: %s is %q, want %q", way, name, got, want)
			}
		}
		c.joined()
		return
	case http.StatusUpgradeRequired:
		if h.Get("Upgrade") != "websocket" || !resp.Close && h.Get("Connection") != "Upgrade" || h.Get("Sec-Websocket-Version") != "13" {
			c.t.Errorf("%s: the answer does not say what is needed: %v", way, h)
		}
	case http.StatusMethodNotAllowed:
		if h.Get("Allow") != "GET, HEAD" {
			c.t.Errorf("%s: allowed is %q", way, h.Get("Allow"))
		}
	}
	if h.Get("Sec-Websocket-Accept") != "" {
		c.t.Errorf("%s: a refusal accepts: %v", way, h)
	}
}

// TestRFC6455Early: a client may send frames before it has read the answer to
// its handshake. They are frames like all others.
func TestRFC6455Early(t *testing.T) {
	w := open(t)
	doc := w.person().create("x", ot.Text).ID
	for name, c := range map[string]struct {
		early []byte
		want  []string
	}{
		"a hello":             {frame(0x81, `{"type":"hello"}`), []string{"welcome"}},
		"a hello and a ping":  {slices.Concat(frame(0x81, `{"type":"hello"}`), frame(0x89, "x")), []string{"welcome", `pong "x"`}},
		"half a hello":        {frame(0x81, `{"type":"hello"}`)[:9], nil},
		"no frame":            {[]byte("GET / HTTP/1.1\r\n\r\n"), []string{badFrame, broken}},
		"no mask":             {[]byte("\x81\x00"), []string{badFrame, broken}},
		"more than a buffer":  {append(bytes.Repeat(frame(0x8a, "x"), 50), frame(0x81, `{"type":"hello"}`+strings.Repeat(" ", 9000))...), []string{"welcome"}},
		"more, and no frame":  {append(frame(0x81, `{"type":"hello"}`+strings.Repeat(" ", 9000)), 0xff, 0xff), []string{"welcome", badFrame, broken}},
		"a close":             {closing(1000, "no"), []string{"close 1000 no"}},
		"a close in no UTF-8": {closing(1000, "\xff"), []string{"error invalid_data", "close 1007 invalid_data"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			r := w.connect(t)
			defer r.conn.Close()
			r.raw(handshake(doc) + string(c.early))
			r.upgraded()
			if c.want == nil { // the other half
				r.raw(string(frame(0x81, `{"type":"hello"}`)[9:]))
				c.want = []string{"welcome"}
			}
			if got := r.events(len(c.want)); !alike(got, c.want) {
				t.Errorf("answered with %q, want %q", got, c.want)
			}
			_ = r.conn.CloseWrite()
			if _, err := io.Copy(io.Discard, r.br); err != nil {
				t.Log(err)
			}
		})
	}
	w.t = t
}
