package clienttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/collabd/collabd/client"
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// Faults says how unkind a server is. The zero value is kind. Chances are
// between 0 and 1.
type Faults struct {
	Seed uint64
	// CutBefore and CutAfter are the chances that an edit's connection is cut
	// before the edit is accepted, or after it and before its record is sent.
	CutBefore, CutAfter float64
	// CutOthers is the chance, for each other connection, that it is cut when
	// an edit is accepted.
	CutOthers float64
	// Ignore is the chance that nothing comes of an edit, as with a server
	// that hangs.
	Ignore float64
	// Latency is the most that a frame to a client is late.
	Latency time.Duration
	// CatchupFrom is the number of records from which on a client that is
	// behind gets a catch-up; 0 means never.
	CatchupFrom int
	// Bundle is the chance that what a client is sent at a moment goes as one
	// frame of many messages.
	Bundle float64
	// PartUnits is the most units of a part of the document; 0 means one part.
	PartUnits int
}

// Server is a server of one document. Its fields are guarded by mu.
type Server struct {
	mu       sync.Mutex
	kind     ot.DocKind
	limits   wire.Limits
	faults   Faults
	random   *rand.Rand
	lineage  wire.Lineage
	doc      ot.Doc
	records  []wire.Record
	clients  map[wire.ClientID]*registered
	peers    map[*peer]struct{}
	down     bool
	role     wire.Role
	problems []error
	cuts     int
	behind   int
}

type registered struct {
	secret   string
	acked    wire.Seq
	revision wire.Revision       // of the last accepted edit
	frames   map[wire.Seq][]byte // as each edit was first seen, accepted or not
}

// ErrDown is what Dial fails with while the server is down.
var ErrDown = errors.New("the toy server is down")

// New returns a server with a new document.
func New(kind ot.DocKind, faults Faults) *Server {
	return &Server{
		kind: kind, limits: wire.DefaultLimits(), faults: faults, role: wire.Editor,
		random:  rand.New(rand.NewPCG(faults.Seed, 1)),
		lineage: "lineage-1", doc: kind.Initial(),
		clients: map[wire.ClientID]*registered{}, peers: map[*peer]struct{}{},
	}
}

// Dial connects a client in memory, see client.Config.Dial.
func (s *Server) Dial(ctx context.Context) (client.Conn, error) {
	near, far := Pipe()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return nil, ErrDown
	}
	go s.Serve(context.WithoutCancel(ctx), far)
	return near, nil
}

// SetLimits sets what the next welcomes announce.
func (s *Server) SetLimits(lim wire.Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = lim
}

// SetRole sets what the next welcomes say the client may do.
func (s *Server) SetRole(role wire.Role) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.role = role
}

// Down cuts all connections and refuses new ones until Up.
func (s *Server) Down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = true
	for p := range s.peers {
		s.cut(p)
	}
}

// Up ends Down.
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = false
}

// Calm ends all faults.
func (s *Server) Calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = Faults{}
}

// CloseAll closes all connections for a reason.
func (s *Server) CloseAll(why wire.Close) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		p.close = &why
		p.poke()
	}
}

// Forget makes the server know no client, as one that was restored from a
// backup would.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = map[wire.ClientID]*registered{}
	for p := range s.peers {
		s.cut(p)
	}
}

// Doc returns the document and its revision.
func (s *Server) Doc() (ot.Doc, wire.Revision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doc, wire.Revision(len(s.records))
}

// Cuts returns how many connections were cut.
func (s *Server) Cuts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cuts
}

// Behind returns how many of the accepted edits were made on a revision older
// than the head.
func (s *Server) Behind() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.behind
}

// Problems returns what clients did that the protocol does not allow.
func (s *Server) Problems() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.problems...)
}

// Submit accepts an edit of somebody who is not connected.
func (s *Server) Submit(op ot.Op) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.append("nobody", 0, op)
}

func (s *Server) append(by wire.ClientID, seq wire.Seq, op ot.Op) error {
	if err := s.kind.Check(op, s.doc); err != nil {
		return err
	}
	doc, err := s.doc.Apply(op)
	if err != nil {
		return err
	}
	s.doc = doc
	s.records = append(s.records, wire.Record{Client: by, Seq: seq, Op: op})
	for p := range s.peers {
		p.poke()
	}
	return nil
}

// accept is the life of an edit; frame is how it came.
func (s *Server) accept(p *peer, e wire.Edit, frame []byte) error {
	known := s.clients[p.client]
	if known == nil {
		return wire.CloseUnknownClient
	}
	if first, seen := known.frames[e.Seq]; !seen {
		known.frames[e.Seq] = bytes.Clone(frame)
	} else if !bytes.Equal(first, frame) {
		return s.problem(wire.CloseSeqConflict, "seq %d was first %s, then %s", e.Seq, first, frame)
	}
	switch {
	case e.Seq <= known.acked:
		return nil // its record is in the stream
	case e.Seq != known.acked+1:
		return s.problem(wire.CloseSeqGap, "seq %d after %d", e.Seq, known.acked)
	case e.Base > wire.Revision(len(s.records)) || e.Base < known.revision:
		return s.problem(wire.CloseBadBase, "base %d, head %d, last own %d", e.Base, len(s.records), known.revision)
	}
	if s.chance(s.faults.Ignore) {
		return nil
	}
	if s.chance(s.faults.CutBefore) {
		s.cut(p)
		return nil
	}
	op := e.Op
	for _, r := range s.records[e.Base:] {
		var err error
		if op, err = ot.Transform(op, r.Op, ot.Incoming); err != nil {
			return s.problem(wire.CloseEditRefused, "transform: %w", err)
		}
	}
	if int(e.Base) < len(s.records) {
		s.behind++
	}
	if s.chance(s.faults.CutAfter) {
		s.cut(p)
	}
	for other := range s.peers {
		if other != p && s.chance(s.faults.CutOthers) {
			s.cut(other)
		}
	}
	if err := s.append(p.client, e.Seq, op); err != nil {
		return s.problem(wire.CloseEditRefused, "seq %d: %w", e.Seq, err)
	}
	known.acked, known.revision = e.Seq, wire.Revision(len(s.records))
	return nil
}

func (s *Server) problem(why wire.Close, format string, args ...any) error {
	s.problems = append(s.problems, fmt.Errorf("%s: %w", why.Name, fmt.Errorf(format, args...)))
	return why
}

func (s *Server) chance(p float64) bool { return p > 0 && s.random.Float64() < p }

// cut breaks a connection: nothing more of it arrives on either side.
func (s *Server) cut(p *peer) {
	delete(s.peers, p)
	s.cuts++
	p.cut()
}
