package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// report is all lines, in order.
type report struct {
	columns  []string
	lines    []line
	versions map[string]string
}

// groups yields the headings in order, with their lines.
func (r report) groups() (order []string, of map[string][]line) {
	of = map[string][]line{}
	for _, l := range r.lines {
		if of[l.group] == nil {
			order = append(order, l.group)
		}
		of[l.group] = append(of[l.group], l)
	}
	return order, of
}

// rows is a table: a heading and a line each, without the columns that nobody of
// the group is able for.
func (r report) rows(lines []line) [][]string {
	var who []string
	for _, c := range r.columns {
		if slices.ContainsFunc(lines, func(l line) bool { return l.cell(c) != "–" }) {
			who = append(who, c)
		}
	}
	table := [][]string{append([]string{""}, who...)}
	for _, l := range lines {
		row := []string{l.name}
		for _, c := range who {
			row = append(row, l.cell(c))
		}
		table = append(table, row)
	}
	return table
}

// text is the report for a terminal.
func (r report) text() string {
	var b strings.Builder
	order, of := r.groups()
	for _, g := range order {
		fmt.Fprintf(&b, "\n%s\n", g)
		table := r.rows(of[g])
		widths := make([]int, len(table[0]))
		for _, row := range table {
			for i, cell := range row {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
		for _, row := range table {
			for i, cell := range row {
				pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
				if i == 0 {
					b.WriteString(cell + pad)
				} else {
					b.WriteString("  " + pad + cell)
				}
			}
			b.WriteByte('\n')
		}
	}
	b.WriteString("\n" + legend + "\n")
	if list := r.figures(); len(list) > 0 {
		b.WriteString("\nFigures to reach\n")
		for _, f := range list {
			fmt.Fprintf(&b, "%s: %s, wanted %s: %s\n", f.what, f.got, f.want, f.verdict())
		}
	}
	return b.String()
}

const legend = "In brackets: how many times as long as collabd. ≠: another text, where people edited the same place: the rule of who goes first is another, or an insert was moved over a delete. –: it cannot do it. ~: computed from a part of the edits, because all would take too long."

// page is the report as docs/benchmarks/ot.md.
func (r report) page() string {
	var b strings.Builder
	b.WriteString(pageHead)
	fmt.Fprintf(&b, "\nMeasured on a shared machine with %d cores (%s/%s), with ", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	for i, name := range slices.Sorted(maps.Keys(r.versions)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + " " + strings.TrimPrefix(strings.TrimPrefix(r.versions[name], "go"), "v"))
	}
	b.WriteString(".\n\n" + legend + "\n")
	order, of := r.groups()
	for _, g := range order {
		fmt.Fprintf(&b, "\n## %s\n\n", g)
		for i, row := range r.rows(of[g]) {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				b.WriteString("|---|" + strings.Repeat("---:|", len(row)-1) + "\n")
			}
		}
	}
	b.WriteString("\n## Figures to reach\n\n| what | wanted | measured | |\n|---|---|---|---|\n")
	for _, f := range r.figures() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.what, f.want, f.got, f.verdict())
	}
	return b.String()
}

const pageHead = `# Benchmarks of package ot

` + "`make bench-ot`" + ` writes this page: do not edit it. It needs Node.js, and recorded
sessions in the folder that COLLABD_TRACES names (docs/traces.md describes the files).

    COLLABD_TRACES=DIR make bench-ot
    go run ./bench/ot -only 'inserts'

Method: all contenders work on the same inputs, made once from fixed seeds and from the
recorded sessions. For each scenario each gets a process of its own, and they measure in
turn, up to five rounds each (fewer if a round takes seconds); the best round counts. Time
is CPU time of the whole process, with collecting garbage and compiling, of at least 0.1 s
of work. Edits come as a place, a number of units and a text; making the op from them is
part of the work in replays and inserts, and not elsewhere. The final texts are compared by
their SHA-256, and a wrong one fails the run.

- *collabd* uses ot.Editor and ot.Buffer, as a program does that keeps one document;
  *collabd, values* makes a new document or op each time and leaves the old one as it was.
  Both check each op. quill-delta, CodeMirror and ot.js make values, too; the rope of
  ot-text-unicode and Yjs change in place.
- ot-text-unicode counts code points and its rope, npm jumprope, UTF-16 units: right only
  where both are the same.
- ot.js gives both halves of a transform at once, so half of its time would be for one.
- Yjs is a CRDT and has no transform: where others rebase, it applies updates; where they
  compose, it merges updates.
- Long sequences are composed as a balanced tree by all. To keep each edit of a branch, the
  others rebase the composed history over one edit after the other; that they compose it is
  not counted, for collabd it is. Yjs applies an update for each edit.
`
