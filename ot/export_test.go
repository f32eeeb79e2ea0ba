package ot

// Splice edits the tree alone: no op, no check.
func (e *Editor) Splice(pos, deleted int, inserted string) {
	if deleted > 0 {
		e.f.delete(pos, deleted)
	}
	if inserted != "" {
		n := unitsOf(inserted)
		if n <= leafSmall {
			e.f.insert(pos, inserted, run{units: n})
		} else {
			e.insertPart(pos, &part{units: n, size: uint32(len(inserted)), kind: Insert}, inserted)
		}
	}
}
