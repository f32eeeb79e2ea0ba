package torture

import (
	"fmt"
	"time"
)

// Verdict counts what a check found. All but the first two are faults.
type Verdict struct {
	// Edits is the number of records in the log, Acknowledged of those that
	// clients were told of.
	Edits        int `json:"edits"`
	Acknowledged int `json:"acknowledged"`

	Lost      int `json:"lost"`
	Doubled   int `json:"doubled"`
	Reordered int `json:"reordered"`
	Diverged  int `json:"diverged"`
	Damaged   int `json:"damaged"`

	// Problems says of each fault what to look at, the first maxProblems of
	// them. There is no text of documents in it but marks.
	Problems []string `json:"problems"`
}

// maxProblems bounds what a report lists; the counts go on.
const maxProblems = 50

// OK reports whether nothing was found.
func (v Verdict) OK() bool {
	return v.Lost+v.Doubled+v.Reordered+v.Diverged+v.Damaged == 0
}

// Summary names the faults, in one line.
func (v Verdict) Summary() string {
	return fmt.Sprintf("%d lost, %d doubled, %d reordered, %d diverged, %d damaged", v.Lost, v.Doubled, v.Reordered, v.Diverged, v.Damaged)
}

func (v *Verdict) add(o Verdict) {
	v.Edits += o.Edits
	v.Acknowledged += o.Acknowledged
	v.Lost += o.Lost
	v.Doubled += o.Doubled
	v.Reordered += o.Reordered
	v.Diverged += o.Diverged
	v.Damaged += o.Damaged
	v.Problems = append(v.Problems, o.Problems[:min(len(o.Problems), maxProblems-len(v.Problems))]...)
}

// blame counts a fault and says what it is.
func (v *Verdict) blame(count *int, format string, args ...any) {
	*count++
	if len(v.Problems) < maxProblems {
		v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
	}
}

func duration(m Moment) string { return time.Duration(m).Round(time.Microsecond).String() }
