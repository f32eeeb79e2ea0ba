package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// line is a scenario with each contender's best round.
type line struct {
	scenario
	results map[string]answer
}

// check reports who ended with a wrong result.
func (l line) check() error {
	own := l.results[string(inPlace)]
	var wrong error
	if l.sha256 != "" && own.SHA256 != l.sha256 {
		wrong = fmt.Errorf("%s: ours ends with %s, want %s", l.name, own.SHA256, l.sha256)
	}
	for who := range l.results {
		if l.differs(who) && (!l.ties || who == string(values)) {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %s ends with another result than ours", l.name, who))
		}
	}
	return wrong
}

func (l line) differs(who string) bool {
	a, ok := l.results[who]
	return ok && a.Unable == "" && a.SHA256 != l.results[string(inPlace)].SHA256
}

// ratio is how many times as long as ours a contender takes, 0 if it is unable.
func (l line) ratio(who string) float64 {
	a, ok := l.results[who]
	if !ok || a.Unable != "" {
		return 0
	}
	return a.Seconds / l.results[string(inPlace)].Seconds
}

// cell is what the table says of a contender: "263 k/s (38×)", or "12.1 µs (2×)".
func (l line) cell(who string) string {
	a, ok := l.results[who]
	if !ok || a.Unable != "" {
		return "–"
	}
	text := duration(a.Seconds * float64(max(l.times, 1)))
	if a.Count < l.times {
		text = "~" + text
	}
	if l.group == groupReplay || l.group == groupConcurrent {
		text = rate(1 / a.Seconds)
	}
	if who != string(inPlace) {
		text += fmt.Sprintf(" (%s×)", digits(l.ratio(who), 2))
	}
	if l.differs(who) {
		text += " ≠"
	}
	return text
}

func (l line) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:", l.name)
	for _, who := range []string{string(inPlace), string(values), "quill-delta", "ot-text-unicode", "Yjs", "CodeMirror", "ot.js"} {
		if c := l.cell(who); c != "–" {
			fmt.Fprintf(&b, "  %s %s", who, c)
		}
	}
	return b.String()
}

func duration(seconds float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}} {
		if seconds >= u.size {
			return digits(seconds/u.size, 3) + " " + u.name
		}
	}
	return digits(seconds*1e9, 3) + " ns"
}

func rate(perSecond float64) string {
	switch {
	case perSecond >= 1e6:
		return digits(perSecond/1e6, 3) + " M/s"
	case perSecond >= 1e3:
		return digits(perSecond/1e3, 3) + " k/s"
	}
	return digits(perSecond, 3) + " /s"
}

// digits writes x with so many digits that count, and no point if they fit in front of it.
func digits(x float64, n int) string {
	if x <= 0 {
		return "0"
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', n-1, 64), 64) // what was just written
	after := n - 1 - int(math.Floor(math.Log10(rounded)))
	if after > 0 {
		return strconv.FormatFloat(rounded, 'f', after, 64)
	}
	return thousands(int(rounded))
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
