package archive

import (
	"errors"
	"fmt"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/persist"
	"github.com/collabd/collabd/wire"
)

// ErrUnreadable says that a file is no history, damaged, or contradicts itself.
var ErrUnreadable = errors.New("no readable history")

// ErrTooLarge says that a file is beyond one of [Limits].
var ErrTooLarge = errors.New("too large a history")

// Limits bounds what Import takes. A field that is zero has its default.
type Limits struct {
	Bytes         int64 // of the file, unpacked; default 512 MiB
	LineBytes     int   // of one line; default 32 MiB
	Records       int   // default 2,000,000
	People        int   // default 2,000
	Names         int   // names of revisions; default 1,000
	DocumentUnits int   // UTF-16 code units of the document at any revision; default 16 Mi
	// FormattedUnits bounds the units whose attributes records change, together:
	// a short record can go over a whole document. Default 1 Gi.
	FormattedUnits int
	FileBytes      int64 // of one picture; default 10 MiB
	FilesBytes     int64 // of all pictures; default 200 MiB
	// Op is for one record. By default it may be as large as what a server makes
	// itself, to restore a document: more than a client may send.
	Op ot.Limits
}

// DefaultLimits returns the limits for a file that a user brings.
func DefaultLimits() Limits {
	return Limits{
		Bytes: 512 << 20, LineBytes: 32 << 20, Records: 2_000_000, People: 2_000, Names: 1_000,
		DocumentUnits: wire.DefaultLimits().DocumentUnits, FormattedUnits: 1 << 30, FileBytes: 10 << 20, FilesBytes: 200 << 20, Op: ot.Limits{Bytes: 32 << 20, Components: 1_000_000, InsertUnits: wire.DefaultLimits().DocumentUnits},
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	usual(&l.Bytes, d.Bytes)
	usual(&l.LineBytes, d.LineBytes)
	usual(&l.Records, d.Records)
	usual(&l.People, d.People)
	usual(&l.Names, d.Names)
	usual(&l.DocumentUnits, d.DocumentUnits)
	usual(&l.FormattedUnits, d.FormattedUnits)
	usual(&l.FileBytes, d.FileBytes)
	usual(&l.FilesBytes, d.FilesBytes)
	usual(&l.Op, d.Op)
	l.FileBytes = min(l.FileBytes, persist.FileBytes)
	return l
}

func usual[T comparable](to *T, usual T) {
	var zero T
	if *to == zero {
		*to = usual
	}
}

func tooLarge(what string) error { return fmt.Errorf("%w: %s", ErrTooLarge, what) }
