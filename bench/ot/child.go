package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"runtime"
	"time"
)

// The same numbers as in peers/peer.mjs.
const (
	window   = 100 * time.Millisecond // of CPU time, that one measurement lasts at least
	patience = 3 * time.Second        // on the clock, after which begin is not called again
	fewest   = 200                    // units after which the results of all are compared
)

// task is the work of a scenario.
type task struct {
	count   int          // units of work in one run
	begin   func()       // what must be there before each run, not measured; nil for nothing
	run     func() error // the work
	result  func() (string, error)
	limited bool // run does no more than count of what there is
	whole   bool // it is measured with all there is, if limited for the first hash
}

// answer is what a contender prints: first versions or unable, then a round each line.
type answer struct {
	Versions map[string]string `json:"versions,omitempty"`
	Unable   string            `json:"unable,omitempty"`
	Seconds  float64           `json:"seconds,omitempty"` // CPU time of a unit
	Count    int               `json:"count,omitempty"`
	Allocs   float64           `json:"allocs,omitempty"` // of a unit; of ours only
	SHA256   string            `json:"sha256,omitempty"`
}

// serveChild measures t once for each line of in.
func serveChild(t *task, in io.Reader, out io.Writer) error {
	print := json.NewEncoder(out)
	hash := ""
	if t == nil {
		return print.Encode(answer{Unable: "it is the same"})
	}
	if t.limited {
		var err error
		if hash, err = t.fit(); err != nil {
			return err
		}
	}
	if err := print.Encode(answer{Versions: map[string]string{"Go": runtime.Version()}}); err != nil {
		return err
	}
	for s := bufio.NewScanner(in); s.Scan(); {
		seconds, allocs, err := t.measure()
		if err != nil {
			return err
		}
		if hash == "" {
			if hash, err = t.hash(); err != nil {
				return err
			}
		}
		n := float64(t.count)
		if err := print.Encode(answer{Seconds: seconds / n, Allocs: allocs / n, Count: t.count, SHA256: hash}); err != nil {
			return err
		}
	}
	return nil
}

// measure returns the CPU time of one run, and its allocations.
func (t *task) measure() (seconds, allocs float64, err error) {
	runtime.GC()
	if t.begin != nil {
		return t.measureFresh()
	}
	for runs := 1; ; runs *= 2 {
		from, objects := cpuTime(), mallocs()
		for range runs {
			if err := t.run(); err != nil {
				return 0, 0, err
			}
		}
		if spent := cpuTime() - from; spent >= window {
			return spent.Seconds() / float64(runs), float64(mallocs()-objects) / float64(runs), nil
		}
	}
}

func (t *task) measureFresh() (seconds, allocs float64, err error) {
	var spent time.Duration
	var objects uint64
	runs := 0
	for end := time.Now().Add(patience); spent < window && (runs == 0 || time.Now().Before(end)); runs++ {
		t.begin()
		before := mallocs()
		from := cpuTime()
		if err := t.run(); err != nil {
			return 0, 0, err
		}
		spent += cpuTime() - from
		objects += mallocs() - before
	}
	return spent.Seconds() / float64(runs), float64(objects) / float64(runs), nil
}

// fit makes t so short that one run takes about a window, and returns the hash
// after the fewest.
func (t *task) fit() (string, error) {
	all := t.count
	t.count = fewest
	t.begin()
	from := cpuTime()
	if err := t.run(); err != nil {
		return "", err
	}
	spent := max(cpuTime()-from, time.Microsecond)
	hash, err := t.hash()
	t.count = max(fewest, min(all, int(fewest*window/spent)))
	if t.whole {
		t.count = all
	}
	return hash, err
}

func (t *task) hash() (string, error) {
	text, err := t.result()
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]), err
}

// mallocs is the number of objects ever allocated.
func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}
