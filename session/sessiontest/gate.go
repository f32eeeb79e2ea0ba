package sessiontest

import "sync"

// Gate holds up whoever passes while it is shut: a process that was stopped
// and knows nothing of it. A nil Gate is always open.
type Gate struct {
	mu   sync.Mutex
	shut chan struct{} // not nil while it is shut
}

// Shut makes everybody wait who passes from now on.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut == nil {
		g.shut = make(chan struct{})
	}
}

// Open lets everybody go on.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

// Pass waits until the gate is open, and reports whether it was shut.
func (g *Gate) Pass() (waited bool) {
	if g == nil {
		return false
	}
	g.mu.Lock()
	shut := g.shut
	g.mu.Unlock()
	if shut == nil {
		return false
	}
	<-shut
	g.Pass() // it may have been shut again
	return true
}
