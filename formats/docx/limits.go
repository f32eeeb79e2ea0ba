package docx

import (
	"errors"
	"fmt"
)

// MediaType is that of Word files.
const MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// ErrUnreadable says that a file is no Word document, or damaged.
var ErrUnreadable = errors.New("no readable Word document")

// ErrTooLarge says that a file is beyond one of [Limits].
var ErrTooLarge = errors.New("too large a Word document")

// Limits bounds what Read takes. A field that is zero has its default.
type Limits struct {
	Entries    int   // files in the archive; default 5,000
	XMLBytes   int64 // of the text of the document as XML; default 64 MiB
	PartBytes  int64 // of any other part as XML; default 8 MiB
	Depth      int   // nesting of elements; default 200
	Elements   int   // of all parts; default 2,000,000
	Units      int   // UTF-16 code units of the document; default 4 Mi
	Runs       int   // pieces of text and pictures; default 400,000
	Images     int   // pictures; default 1,000
	ImageBytes int64 // of one picture; default 10 MiB
	AllBytes   int64 // of all pictures; default 64 MiB
}

// DefaultLimits returns the limits for a file that a user brings.
func DefaultLimits() Limits {
	return Limits{
		Entries: 5_000, XMLBytes: 64 << 20, PartBytes: 8 << 20, Depth: 200, Elements: 2_000_000, Units: 4 << 20,
		Runs: 400_000, Images: 1_000, ImageBytes: 10 << 20, AllBytes: 64 << 20,
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	fill := func(to *int, usual int) {
		if *to == 0 {
			*to = usual
		}
	}
	fill64 := func(to *int64, usual int64) {
		if *to == 0 {
			*to = usual
		}
	}
	fill(&l.Entries, d.Entries)
	fill(&l.Depth, d.Depth)
	fill(&l.Elements, d.Elements)
	fill(&l.Units, d.Units)
	fill(&l.Runs, d.Runs)
	fill(&l.Images, d.Images)
	fill64(&l.XMLBytes, d.XMLBytes)
	fill64(&l.PartBytes, d.PartBytes)
	fill64(&l.ImageBytes, d.ImageBytes)
	fill64(&l.AllBytes, d.AllBytes)
	return l
}

func unreadable(why string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnreadable, fmt.Sprintf(why, args...))
}

func tooLarge(what string) error { return fmt.Errorf("%w: %s", ErrTooLarge, what) }
