package main

import "fmt"

// The tables of the report.
const (
	groupReplay     = "Replay of recorded sessions: an op for each edit, built and applied"
	groupConcurrent = "The server's part of a session of two: rebase each edit over what its author had not seen, and apply it"
	groupInserts    = "One letter inserted at a random place"
	groupTransform  = "Transform, one op over another"
	groupCompose    = "Compose, one op after another"
	groupLong       = "Long histories"
)

// pairCount is how many pairs of ops a transform or compose goes through, so
// that no processor learns one by heart.
const pairCount = 16

// scenarios lists all of them; traces may be none.
func scenarios(traces []trace) []scenario {
	var list []scenario
	for _, t := range traces {
		if t.Kind == "concurrent" {
			list = append(list, scenario{name: t.Name, group: groupConcurrent, ties: true,
				sha256: t.FinalSha256IncomingLoses, make: t.concurrent})
			continue
		}
		list = append(list, scenario{name: t.Name, group: groupReplay, sha256: t.FinalSha256,
			make: func() (input, error) { return t.replay(kindReplay) }})
	}
	for _, runCount := range []int{0, 20_000} {
		for i, size := range []int{100_000, 1_000_000, 10_000_000} {
			kind := "plain"
			if runCount > 0 {
				kind = thousands(runCount) + " attribute runs"
			}
			list = append(list, scenario{
				name: fmt.Sprintf("inserts into %s, %s", []string{"100 kB", "1 MB", "10 MB"}[i], kind), group: groupInserts,
				make: func() (input, error) { return insertInto(uint64(10+i), size, 10_000, runCount) },
			})
		}
	}
	for _, kind := range []string{kindTransform, kindCompose} {
		for _, attributes := range []bool{false, true} {
			for i, n := range []int{10, 100, 1000} {
				with := map[bool]string{false: "plain", true: "attributes"}[attributes]
				list = append(list, scenario{
					name: fmt.Sprintf("%s %d components, %s", kind, n, with), group: map[string]string{kindTransform: groupTransform, kindCompose: groupCompose}[kind],
					make: func() (input, error) { return pairsOf(uint64(20+i), kind, n, pairCount, attributes) },
				})
			}
		}
	}
	for _, m := range []struct {
		name, kind string
		times      int
	}{{mergeAsOne, kindMerge, 1}, {mergeEach, kindRebase, mergeEdits}} {
		list = append(list, scenario{name: m.name, group: groupLong, ties: true, times: m.times,
			make: func() (input, error) { return mergeOf(30, m.kind, 100_000, mergeEdits) }})
	}
	for _, t := range traces {
		if t.Name == paper {
			list = append(list, scenario{name: "compose " + paper, group: groupLong, sha256: t.FinalSha256,
				make: func() (input, error) { return t.replay(kindSession) }})
		}
	}
	return list
}

// mergeEdits is how many edits either side of a merge has.
const mergeEdits = 10_000

// What figures are stated for.
const (
	mergeAsOne = "merge 10,000 edits over 10,000, as one op"
	mergeEach  = "merge 10,000 edits over 10,000, keeping each"
	manyRuns   = "inserts into 1 MB, 20,000 attribute runs"

	paper  = "automerge-paper"
	ascii  = "sveltecomponent"
	astral = "sveltecomponent-astral"
)
