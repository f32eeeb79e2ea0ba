package client

import (
	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// fit encodes as much of an edit as one message may hold, and returns the rest:
// an op on the document after it.
func fit(e wire.Edit, lim wire.Limits) (Message, ot.Op, error) {
	// Below two of each there is nothing to halve: a retain and what it leads
	// to, and an astral character.
	units, components := max(lim.EditUnits, 2), max(lim.EditComponents, 2)
	whole := e.Op
	for {
		parts := wire.Split(whole, units, components)
		e.Op = parts[0]
		m := Message{Edit: e, Frame: e.Append(nil)}
		if len(m.Frame) <= lim.Frame || units == 2 && components == 2 {
			rest, err := ot.ComposeAll(parts[1:])
			return m, rest, err
		}
		// Attributes and escapes can make a legal number of components too
		// many bytes.
		units, components = max(units/2, 2), max(components/2, 2)
	}
}
