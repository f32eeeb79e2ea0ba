package replay

import (
	"errors"
	"fmt"
	"math"

	"github.com/collabd/collabd/ot/strictjson"
)

// format is the only one there is.
const format = "collab-trace-1"

const (
	maxDepth   = 8
	maxMembers = 100
	// maxUnits bounds positions and lengths, so that sums do not overflow.
	maxUnits = math.MaxInt32
)

type header struct {
	name   string
	kind   Kind
	agents int
	txns   int
	sha256 string
}

func parseHeader(line []byte) (header, error) {
	list, err := strictjson.Object(line, maxDepth, maxMembers)
	if err != nil {
		return header{}, fmt.Errorf("the header is no JSON object: %w", err)
	}
	members := make(map[string][]byte, len(list))
	for _, m := range list {
		members[m.Name] = m.Value
	}
	var wrong error
	text := func(name string) string {
		if members[name] == nil {
			return ""
		}
		s, err := strictjson.String(members[name])
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %w", name, err))
		}
		return s
	}
	if got := text("format"); got != format {
		return header{}, fmt.Errorf("the format is %q, expected %q", got, format)
	}
	if got := text("offsets"); got != "utf16" {
		return header{}, fmt.Errorf("offsets are in %q, expected %q", got, "utf16")
	}
	h := header{name: text("name"), kind: Kind(text("kind")), agents: 1, sha256: text("finalSha256")}
	if h.txns, err = count(members["txns"]); err != nil {
		wrong = errors.Join(wrong, fmt.Errorf("txns: %w", err))
	}
	switch h.kind {
	case Sequential:
	case Concurrent:
		if h.agents, err = count(members["agents"]); err != nil || h.agents == 0 {
			wrong = errors.Join(wrong, errors.New("agents is not a number above 0"))
		}
		// finalSha256 may be that of the other rule for ties; a trace without
		// ties needs one only.
		if other := text("finalSha256IncomingLoses"); other != "" {
			h.sha256 = other
		}
	default:
		wrong = errors.Join(wrong, fmt.Errorf("the kind is %q, expected %q or %q", h.kind, Sequential, Concurrent))
	}
	if wrong == nil && len(h.sha256) != 64 {
		wrong = errors.New("finalSha256 is no SHA-256 in hexadecimal")
	}
	return h, wrong
}

// parseSplice reads [pos, deleted, "inserted"] or [pos, deleted, "inserted", 1].
func parseSplice(line []byte) (p Patch, further bool, err error) {
	raws, err := strictjson.Array(line, maxDepth)
	if err != nil {
		return p, false, err
	}
	if len(raws) == 4 {
		n, err := count(raws[3])
		if err != nil || n != 1 {
			return p, false, errors.New("the fourth value, if there is one, is 1")
		}
		raws, further = raws[:3], true
	}
	p, err = parsePatch(raws)
	return p, further, err
}

// parseEntry reads [[parents], agent, [[pos, deleted, "inserted"], …], base].
func parseEntry(line []byte) (Txn, error) {
	raws, err := strictjson.Array(line, maxDepth)
	if err != nil {
		return Txn{}, err
	}
	if len(raws) != 4 {
		return Txn{}, fmt.Errorf("%d values, expected parents, agent, patches, base", len(raws))
	}
	// base says all that a replay needs; parents are how it was recorded.
	if _, err := strictjson.Array(raws[0], maxDepth); err != nil {
		return Txn{}, fmt.Errorf("parents: %w", err)
	}
	var t Txn
	if t.Agent, err = count(raws[1]); err != nil {
		return Txn{}, fmt.Errorf("agent: %w", err)
	}
	patches, err := strictjson.Array(raws[2], maxDepth)
	if err != nil {
		return Txn{}, fmt.Errorf("patches: %w", err)
	}
	for _, raw := range patches {
		values, err := strictjson.Array(raw, maxDepth)
		if err != nil {
			return Txn{}, fmt.Errorf("patch: %w", err)
		}
		p, err := parsePatch(values)
		if err != nil {
			return Txn{}, err
		}
		t.Patches = append(t.Patches, p)
	}
	if t.Base, err = count(raws[3]); err != nil {
		return Txn{}, fmt.Errorf("base: %w", err)
	}
	return t, nil
}

func parsePatch(raws [][]byte) (p Patch, err error) {
	if len(raws) != 3 {
		return p, fmt.Errorf("a patch of %d values, expected position, deleted units, inserted text", len(raws))
	}
	if p.Pos, err = count(raws[0]); err != nil {
		return p, fmt.Errorf("position: %w", err)
	}
	if p.Deleted, err = count(raws[1]); err != nil {
		return p, fmt.Errorf("deleted units: %w", err)
	}
	if p.Inserted, err = strictjson.String(raws[2]); err != nil {
		return p, fmt.Errorf("inserted text: %w", err)
	}
	return p, nil
}

func count(raw []byte) (int, error) {
	n, err := strictjson.Uint(raw)
	if err != nil {
		return 0, err
	}
	if n > maxUnits {
		return 0, fmt.Errorf("%d is too large", n)
	}
	return int(n), nil
}
