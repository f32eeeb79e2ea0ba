package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"

	"github.com/collabd/collabd/bench/server/child"
	"github.com/collabd/collabd/bench/server/ws"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "relay:", err)
		os.Exit(1)
	}
	go child.Obey("http://"+l.Addr().String(), func() { os.Exit(0) })
	err = http.Serve(l, &relay{rooms: map[string]*room{}})
	fmt.Fprintln(os.Stderr, "relay:", err)
	os.Exit(1)
}

// relay has a room for each path.
type relay struct {
	mu    sync.Mutex
	rooms map[string]*room
}

func (s *relay) room(path string) *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[path]
	if r == nil {
		r = &room{}
		s.rooms[path] = r
	}
	return r
}

// ServeHTTP serves one client until it goes.
func (s *relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	conn, err := ws.Accept(w, req)
	if err != nil {
		return // it is answered, or gone
	}
	defer conn.Close()
	r := s.room(req.URL.Path)
	m, err := r.join(conn)
	if err != nil {
		return
	}
	defer r.leave(m)
	for {
		message, err := conn.Next()
		if err != nil {
			return
		}
		r.pass(message)
	}
}

// room is a document: who is there, and what is still to be sent.
type room struct {
	mu      sync.Mutex
	members []*member
	joined  int
	waiting []byte // messages, one behind the other
	spare   []byte
	sending bool // somebody is at it, and takes what is waiting as well
}

func (r *room) join(conn *ws.Conn) (*member, error) {
	m, err := newMember(conn)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var hello ws.Frames
	hello.Binary(binary.BigEndian.AppendUint16(nil, uint16(r.joined)))
	r.joined++
	r.members = append(r.members[:len(r.members):len(r.members)], m) // others may be walking over the old list
	return m, conn.Write(hello.Bytes)
}

func (r *room) leave(gone *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var rest []*member
	for _, m := range r.members {
		if m != gone {
			rest = append(rest, m)
		}
	}
	r.members = rest
}

// pass sends a message to all, unless somebody is sending: then that one does.
func (r *room) pass(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, message...)
	if r.sending {
		return
	}
	r.sending = true
	var out ws.Frames
	for len(r.waiting) > 0 {
		r.mu.Unlock()
		runtime.Gosched() // whose message is here already comes along
		r.mu.Lock()
		messages, members := r.waiting, r.members
		r.waiting = r.spare[:0]
		r.mu.Unlock()
		out.Reset()
		out.Binary(messages)
		for _, m := range members {
			m.send(out.Bytes)
		}
		r.mu.Lock()
		r.spare = messages
	}
	r.sending = false
}
