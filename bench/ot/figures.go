package main

import "fmt"

// figure is a number that package ot is to reach.
type figure struct {
	what, want, got string
	reached         bool
	times           float64 // as long as wanted, if that can be said
}

func (f figure) verdict() string {
	switch {
	case f.reached:
		return "reached"
	case f.times > 0:
		return "missed: " + digits(f.times, 2) + "×"
	}
	return "missed"
}

// figures lists those that the report has the scenarios for.
func (r report) figures() []figure {
	own := map[string]answer{}
	for _, l := range r.lines {
		a := l.results[string(inPlace)]
		a.Seconds *= float64(max(l.times, 1))
		own[l.group+l.name] = a
	}
	var list []figure
	atMost := func(what string, a answer, limit float64) {
		if a.Seconds > 0 {
			list = append(list, figure{what, "≤ " + duration(limit), duration(a.Seconds), a.Seconds <= limit, a.Seconds / limit})
		}
	}
	if a := own[groupReplay+paper]; a.Seconds > 0 {
		list = append(list, figure{"replay of " + paper + ", each op checked", "≥ 10 M/s", rate(1 / a.Seconds), a.Seconds <= 1e-7, a.Seconds / 1e-7})
	}
	if a, b := own[groupReplay+ascii], own[groupReplay+astral]; a.Seconds > 0 && b.Seconds > 0 {
		slower := b.Seconds / a.Seconds
		list = append(list, figure{"astral text, beside the same in ASCII", "≤ 1.5×", fmt.Sprintf("%.2f×", slower), slower <= 1.5, slower / 1.5})
	}
	atMost("one insert into 1 MB with 20,000 attribute runs", own[groupInserts+manyRuns], 1e-6)
	for _, k := range []struct{ group, kind string }{{groupTransform, kindTransform}, {groupCompose, kindCompose}} {
		plain, with := own[k.group+k.kind+" 1000 components, plain"], own[k.group+k.kind+" 1000 components, attributes"]
		atMost(k.kind+" of 1,000 components, plain", plain, 10e-6)
		atMost(k.kind+" of 1,000 components, attributes", with, 20e-6)
		if plain.Seconds > 0 && with.Seconds > 0 {
			allocs := max(plain.Allocs, with.Allocs)
			list = append(list, figure{"allocations of " + k.kind, "0", digits(allocs, 2), allocs < 0.01, 0})
		}
	}
	atMost(mergeAsOne, own[groupLong+mergeAsOne], 20e-3)
	atMost(mergeEach, own[groupLong+mergeEach], 20e-3)
	atMost("compose the ops of "+paper, own[groupLong+"compose "+paper], 100e-3)
	return list
}
