package wire

import "github.com/collabd/collabd/ot"

// Subprotocol is the WebSocket subprotocol of version 1.
const Subprotocol = "collabd.v1"

// Limits bounds what a client may send. The zero value of a field is no
// limit only where it says so; use [DefaultLimits].
type Limits struct {
	// Frame is the most bytes of one message from a client.
	Frame int
	// EditUnits is the most UTF-16 code units that one edit may insert.
	EditUnits int
	// EditComponents is the most components of one edit.
	EditComponents int
	// DocumentUnits is the most UTF-16 code units of a document.
	DocumentUnits int
	// Selections is the most selections in one presence message.
	Selections int
	// SecretBytes is the most bytes of a client's secret or lineage.
	SecretBytes int
}

// DefaultLimits are the limits that a server announces unless configured
// otherwise. An edit of EditUnits fits a frame even if every unit is escaped.
func DefaultLimits() Limits {
	return Limits{
		Frame:          256 << 10,
		EditUnits:      16 << 10,
		EditComponents: 2000,
		DocumentUnits:  16 << 20,
		Selections:     16,
		SecretBytes:    128,
	}
}

// op returns the limits for parsing the op of one edit.
func (l Limits) op() ot.Limits {
	lim := ot.DefaultLimits()
	lim.Bytes = l.Frame
	lim.Components = l.EditComponents
	lim.InsertUnits = l.EditUnits
	return lim
}
