package ot

import (
	"cmp"

	"github.com/collabd/collabd/ot/strictjson"
)

// Limits bounds what [Parse] accepts. A field that is zero has its default.
type Limits struct {
	Bytes          int // of the JSON; default 4 MiB
	Components     int // as they are sent, before merging; default 50,000
	InsertUnits    int // UTF-16 code units inserted by one op; default 2^20
	Attributes     int // of one component; default 32
	AttributeBytes int // of the attributes of one component, and of an embed, as JSON; default 8 KiB
	Depth          int // nesting inside the value of an attribute or embed; default 8
	Units          int // UTF-16 code units of an op's BaseLen and TargetLen; default 2^30, at most 2^53-1
}

// DefaultLimits returns the limits for one edit of a client.
func DefaultLimits() Limits {
	return Limits{
		Bytes:          4 << 20,
		Components:     50_000,
		InsertUnits:    1 << 20,
		Attributes:     32,
		AttributeBytes: 8 << 10,
		Depth:          8,
		Units:          1 << 30,
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	return Limits{
		Bytes:          cmp.Or(l.Bytes, d.Bytes),
		Components:     cmp.Or(l.Components, d.Components),
		InsertUnits:    cmp.Or(l.InsertUnits, d.InsertUnits),
		Attributes:     cmp.Or(l.Attributes, d.Attributes),
		AttributeBytes: cmp.Or(l.AttributeBytes, d.AttributeBytes),
		Depth:          cmp.Or(l.Depth, d.Depth),
		Units:          min(cmp.Or(l.Units, d.Units), strictjson.MaxSafe),
	}
}
