package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// The kinds of scenarios, as the contenders know them.
const (
	kindReplay     = "replay"     // types Edits, an op for each
	kindConcurrent = "concurrent" // rebases Entries and applies them
	kindInserts    = "inserts"    // makes Inserts in Text or Doc
	kindTransform  = "transform"  // b over a, for each of Pairs
	kindCompose    = "compose"    // a, then b, for each of Pairs
	kindMerge      = "merge"      // rebases Branch over History, each composed
	kindRebase     = "rebase"     // rebases Branch over History, edit by edit
	kindSession    = "session"    // composes Edits into one op
)

// input is what a scenario works on, the same for all contenders.
type input struct {
	Kind       string          `json:"kind"`
	Astral     bool            `json:"astral,omitempty"`     // characters of two units occur
	Attributes bool            `json:"attributes,omitempty"` // Pairs have some
	Text       string          `json:"text,omitempty"`
	Doc        json.RawMessage `json:"doc,omitempty"` // a Delta; instead of Text if there are attributes
	Edits      []edit          `json:"edits,omitempty"`
	Agents     int             `json:"agents,omitempty"`
	Entries    []entry         `json:"entries,omitempty"`
	Inserts    []insertion     `json:"inserts,omitempty"`
	Pairs      []pair          `json:"pairs,omitempty"`
	History    []edit          `json:"history,omitempty"`
	Branch     []edit          `json:"branch,omitempty"`
}

// edit is a splice: [pos, deleted, "inserted"], in UTF-16 code units.
type edit struct {
	pos, deleted int
	inserted     string
}

// entry is an edit of one of several authors: [base, agent, pos, deleted,
// "inserted", length], the last that of the document its author saw.
type entry struct {
	base, agent int
	edit
	length int
}

// insertion is [pos, "text", attributes or null].
type insertion struct {
	pos        int
	text       string
	attributes json.RawMessage
}

// pair is two ops on Doc, one behind or beside the other, each a Delta.
type pair struct {
	Doc json.RawMessage `json:"doc"`
	A   json.RawMessage `json:"a"`
	B   json.RawMessage `json:"b"`
}

func (e edit) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{e.pos, e.deleted, e.inserted})
}

func (e *edit) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&e.pos, &e.deleted, &e.inserted})
}

func (e entry) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{e.base, e.agent, e.pos, e.deleted, e.inserted, e.length})
}

func (e *entry) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&e.base, &e.agent, &e.pos, &e.deleted, &e.inserted, &e.length})
}

func (i insertion) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{i.pos, i.text, i.attributes})
}

func (i *insertion) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&i.pos, &i.text, &i.attributes})
}

// scenario is a line of the table.
type scenario struct {
	name  string // unique: "inserts 1 MB plain"
	group string // heading of its table
	// sha256 is the hash of the result that is known to be right, empty if not.
	sha256 string
	// ties: people edit the same place, so other contenders may end differently.
	ties bool
	// times is how many units the table shows the time of, 0 for one.
	times int
	make  func() (input, error)
}

// write makes the input of s and returns its file.
func (s scenario) write(dir string) (string, error) {
	in, err := s.make()
	if err != nil {
		return "", fmt.Errorf("%s: %w", s.name, err)
	}
	data, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "scenario.json")
	return name, os.WriteFile(name, data, 0o600)
}

func readInput(name string) (input, error) {
	var in input
	data, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, &in)
	}
	return in, err
}
