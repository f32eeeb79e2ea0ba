package history

import "github.com/collabd/collabd/wire"

// kept is what an archive remembers of a document.
type kept struct {
	ledger    ledger
	recording recording

	// Guarded by Archive.mu.
	ledgerBytes, recordingBytes int
	used                        uint64 // when it was asked for the last time, in calls of keep
}

// keep returns what is remembered of a document, and begins to if it is not.
func (a *Archive) keep(doc wire.DocID) *kept {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.docs[doc]
	if k == nil {
		k = &kept{}
		k.ledger.turn, k.recording.turn = newTurn(), newTurn()
		a.docs[doc] = k
	}
	a.calls++
	k.used = a.calls
	return k
}

// count takes in how much is remembered of a document now, and forgets others
// if that is too much, those first that nobody has asked for for the longest time.
func (a *Archive) count(doc wire.DocID, k *kept, set func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.docs[doc] != k {
		return // forgotten meanwhile
	}
	a.bytes -= k.ledgerBytes + k.recordingBytes
	set()
	a.bytes += k.ledgerBytes + k.recordingBytes
	for a.bytes > a.lim.Memory && len(a.docs) > 1 {
		oldest := doc
		for id, other := range a.docs {
			if id != doc && (oldest == doc || other.used < a.docs[oldest].used) {
				oldest = id
			}
		}
		a.bytes -= a.docs[oldest].ledgerBytes + a.docs[oldest].recordingBytes
		delete(a.docs, oldest)
	}
}

// forget drops what is remembered of a document.
func (a *Archive) forget(doc wire.DocID, k *kept) {
	a.count(doc, k, func() { k.ledgerBytes, k.recordingBytes = 0, 0 })
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.docs[doc] == k {
		delete(a.docs, doc)
	}
}
