package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/collabd/collabd/wire"
)

// refusals are frames that no client may send, by what is wrong with them, and
// how the connection ends for it.
func refusals() map[string]struct {
	frame string
	close wire.Close
} {
	type refusal = struct {
		frame string
		close wire.Close
	}
	m := map[string]refusal{
		"nothing":           {``, wire.CloseBadMessage},
		"white space":       {" \n", wire.CloseBadMessage},
		"a word":            {`hello`, wire.CloseBadMessage},
		"a string":          {`"hello"`, wire.CloseBadMessage},
		"a number":          {`1`, wire.CloseBadMessage},
		"null":              {`null`, wire.CloseBadMessage},
		"an array":          {`[{"type":"ping"}]`, wire.CloseBadMessage},
		"half an object":    {`{"type":"ping"`, wire.CloseBadMessage},
		"two objects":       {`{"type":"ping"}{"type":"ping"}`, wire.CloseBadMessage},
		"a byte order mark": {"\ufeff" + `{"type":"ping"}`, wire.CloseBadMessage},
		"a comment":         {`{"type":"ping"/**/}`, wire.CloseBadMessage},
		"single quotes":     {`{'type':'ping'}`, wire.CloseBadMessage},
		"a trailing comma":  {`{"type":"ping",}`, wire.CloseBadMessage},
		"invalid UTF-8":     {"{\"type\":\"ping\xff\"}", wire.CloseBadMessage},
		"a raw newline":     {"{\"type\":\"pi\nng\"}", wire.CloseBadMessage},

		"no type":                      {`{}`, wire.CloseBadMessage},
		"a type that is null":          {`{"type":null}`, wire.CloseBadMessage},
		"a type that is a number":      {`{"type":1}`, wire.CloseBadMessage},
		"an empty type":                {`{"type":""}`, wire.CloseBadMessage},
		"a type in capitals":           {`{"type":"PING"}`, wire.CloseBadMessage},
		"a name in capitals":           {`{"Type":"ping"}`, wire.CloseBadMessage},
		"a message of the server":      {`{"type":"pong"}`, wire.CloseBadMessage},
		"a long type":                  {`{"type":"` + strings.Repeat("p", 1000) + `"}`, wire.CloseBadMessage},
		"half a pair in the type":      {`{"type":"\ud83d"}`, wire.CloseBadMessage},
		"ping: unknown member":         {`{"type":"ping","id":1}`, wire.CloseBadMessage},
		"ping: duplicate member":       {`{"type":"ping","type":"ping"}`, wire.CloseBadMessage},
		"duplicate, one in escapes":    {`{"type":"ping","\u0074ype":"ping"}`, wire.CloseBadMessage},
		"too many members":             {`{"type":"ping"` + repeat(40, `,"m%d":1`) + `}`, wire.CloseBadMessage},
		"hello: unknown member":        {`{"type":"hello","name":"x"}`, wire.CloseBadMessage},
		"hello: only a client":         {`{"type":"hello","client":"c"}`, wire.CloseBadMessage},
		"hello: no revision":           {`{"type":"hello","client":"c","secret":"s","lineage":"l"}`, wire.CloseBadMessage},
		"hello: no secret":             {`{"type":"hello","client":"c","lineage":"l","revision":1}`, wire.CloseBadMessage},
		"hello: only a revision":       {`{"type":"hello","revision":1}`, wire.CloseBadMessage},
		"hello: an empty client":       {`{"type":"hello","client":"","secret":"s","lineage":"l","revision":1}`, wire.CloseBadMessage},
		"hello: an empty secret":       {`{"type":"hello","client":"c","secret":"","lineage":"l","revision":1}`, wire.CloseBadMessage},
		"hello: an empty lineage":      {`{"type":"hello","client":"c","secret":"s","lineage":"","revision":1}`, wire.CloseBadMessage},
		"hello: a client that is null": {`{"type":"hello","client":null,"secret":"s","lineage":"l","revision":1}`, wire.CloseBadMessage},
		"hello: a long secret":         {`{"type":"hello","client":"c","secret":"` + strings.Repeat("s", 129) + `","lineage":"l","revision":1}`, wire.CloseBadMessage},
		"hello: half a pair":           {`{"type":"hello","client":"\udc00","secret":"s","lineage":"l","revision":1}`, wire.CloseBadMessage},

		"edit: no op":                {`{"type":"edit","seq":1,"base":0}`, wire.CloseBadMessage},
		"edit: no seq":               {`{"type":"edit","base":0,"op":[]}`, wire.CloseBadMessage},
		"edit: no base":              {`{"type":"edit","seq":1,"op":[]}`, wire.CloseBadMessage},
		"edit: unknown member":       {`{"type":"edit","seq":1,"base":0,"op":[],"doc":"x"}`, wire.CloseBadMessage},
		"edit: duplicate op":         {`{"type":"edit","seq":1,"base":0,"op":[],"op":[]}`, wire.CloseBadMessage},
		"edit: broken op":            {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"a}]}`, wire.CloseBadMessage},
		"edit: half a high pair":     {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"\ud83d"}]}`, wire.CloseBadMessage},
		"edit: half a low pair":      {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"\ude00"}]}`, wire.CloseBadMessage},
		"edit: a pair the wrong way": {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"\ude00\ud83d"}]}`, wire.CloseBadMessage},
		"edit: half a pair, then x":  {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"\ud83dx"}]}`, wire.CloseBadMessage},
		"edit: half a pair in a value": {
			`{"type":"edit","seq":1,"base":0,"op":[{"insert":"x","attributes":{"link":"\ud83d"}}]}`, wire.CloseBadMessage},
		"edit: half a pair in raw bytes": {"{\"type\":\"edit\",\"seq\":1,\"base\":0,\"op\":[{\"insert\":\"\xed\xa0\xbd\"}]}", wire.CloseBadMessage},
		"edit: nested deep":              {`{"type":"edit","seq":1,"base":0,"op":` + nested(17) + `}`, wire.CloseBadMessage},
		"edit: nested very deep":         {`{"type":"edit","seq":1,"base":0,"op":` + nested(100_000) + `}`, wire.CloseBadMessage},
		"edit: unknown, nested deep":     {`{"type":"ping","x":` + strings.Repeat(`{"x":`, 100) + `1` + strings.Repeat(`}`, 100) + `}`, wire.CloseBadMessage},

		// JSON, but no op: the client can load the document again and go on.
		"edit: op that is an object":  {`{"type":"edit","seq":1,"base":0,"op":{}}`, wire.CloseEditRefused},
		"edit: op that is a string":   {`{"type":"edit","seq":1,"base":0,"op":"x"}`, wire.CloseEditRefused},
		"edit: op that is null":       {`{"type":"edit","seq":1,"base":0,"op":null}`, wire.CloseEditRefused},
		"edit: component of nothing":  {`{"type":"edit","seq":1,"base":0,"op":[{}]}`, wire.CloseEditRefused},
		"edit: component of two":      {`{"type":"edit","seq":1,"base":0,"op":[{"retain":1,"delete":1}]}`, wire.CloseEditRefused},
		"edit: unknown in component":  {`{"type":"edit","seq":1,"base":0,"op":[{"retain":1,"x":1}]}`, wire.CloseEditRefused},
		"edit: retain of zero":        {`{"type":"edit","seq":1,"base":0,"op":[{"retain":0}]}`, wire.CloseEditRefused},
		"edit: empty insert":          {`{"type":"edit","seq":1,"base":0,"op":[{"insert":""}]}`, wire.CloseEditRefused},
		"edit: delete of an object":   {`{"type":"edit","seq":1,"base":0,"op":[{"delete":{}}]}`, wire.CloseEditRefused},
		"edit: delete with attribute": {`{"type":"edit","seq":1,"base":0,"op":[{"delete":1,"attributes":{"bold":true}}]}`, wire.CloseEditRefused},
		"edit: too many components":   {`{"type":"edit","seq":1,"base":0,"op":[{"retain":1}` + repeat(2000, `,{"delete":%d}`) + `]}`, wire.CloseEditRefused},
		"edit: too many units":        {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + strings.Repeat("x", 16<<10) + `y"}]}`, wire.CloseEditRefused},
		"edit: too many units in two": {`{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + strings.Repeat("😀", 8<<10) + `"},{"retain":1},{"insert":"y"}]}`, wire.CloseEditRefused},
		"edit: lengths that overflow": {`{"type":"edit","seq":1,"base":0,"op":[{"retain":9007199254740991},{"delete":9007199254740991}]}`, wire.CloseEditRefused},

		"presence: no revision":        {`{"type":"presence","selections":[]}`, wire.CloseBadMessage},
		"presence: no selections":      {`{"type":"presence","revision":1}`, wire.CloseBadMessage},
		"presence: an object":          {`{"type":"presence","revision":1,"selections":{}}`, wire.CloseBadMessage},
		"presence: one number":         {`{"type":"presence","revision":1,"selections":[4]}`, wire.CloseBadMessage},
		"presence: a pair of one":      {`{"type":"presence","revision":1,"selections":[[4]]}`, wire.CloseBadMessage},
		"presence: a pair of three":    {`{"type":"presence","revision":1,"selections":[[4,4,4]]}`, wire.CloseBadMessage},
		"presence: a pair of strings":  {`{"type":"presence","revision":1,"selections":[["4","4"]]}`, wire.CloseBadMessage},
		"presence: too many":           {`{"type":"presence","revision":1,"selections":[[0,0]` + strings.Repeat(`,[1,1]`, 16) + `]}`, wire.CloseBadMessage},
		"presence: somebody else":      {`{"type":"presence","client":"c2","revision":1,"selections":[]}`, wire.CloseBadMessage},
		"presence: a negative place":   {`{"type":"presence","revision":1,"selections":[[-1,0]]}`, wire.CloseBadMessage},
		"presence: a place too far":    {`{"type":"presence","revision":1,"selections":[[0,9007199254740992]]}`, wire.CloseBadMessage},
		"presence: a place in between": {`{"type":"presence","revision":1,"selections":[[0,0.5]]}`, wire.CloseBadMessage},

		"over the limit": {`{"type":"ping"` + strings.Repeat(" ", 256<<10-14) + `}`, wire.CloseTooLarge},
	}
	// What is no number, in every place where a number is.
	numbers := map[string]string{
		"a fraction": `1.5`, "a whole fraction": `1.0`, "an exponent": `1e2`, "a negative": `-1`, "minus zero": `-0`,
		"2^53": `9007199254740992`, "2^64": `18446744073709551616`, "a huge exponent": `1e400`, "a leading zero": `01`, "a plus": `+1`,
		"a string": `"1"`, "null": `null`, "true": `true`, "an array": `[1]`, "an object": `{}`, "NaN": `NaN`,
	}
	places := map[string]struct {
		frame string
		close wire.Close
	}{
		"hello: revision %s":    {`{"type":"hello","client":"c","secret":"s","lineage":"l","revision":%s}`, wire.CloseBadMessage},
		"edit: seq %s":          {`{"type":"edit","seq":%s,"base":0,"op":[]}`, wire.CloseBadMessage},
		"edit: base %s":         {`{"type":"edit","seq":1,"base":%s,"op":[]}`, wire.CloseBadMessage},
		"presence: revision %s": {`{"type":"presence","revision":%s,"selections":[]}`, wire.CloseBadMessage},
		"presence: anchor %s":   {`{"type":"presence","revision":1,"selections":[[%s,0]]}`, wire.CloseBadMessage},
		"edit: retain %s":       {`{"type":"edit","seq":1,"base":0,"op":[{"retain":%s}]}`, wire.CloseEditRefused},
		"edit: delete %s":       {`{"type":"edit","seq":1,"base":0,"op":[{"delete":%s}]}`, wire.CloseEditRefused},
	}
	for place, p := range places {
		for name, n := range numbers {
			c := p.close
			if c == wire.CloseEditRefused && slices.Contains([]string{"a fraction", "a whole fraction", "an exponent", "a huge exponent", "a negative", "minus zero", "2^53", "2^64"}, name) {
				c = wire.Close{} // either: a number, but no length
			}
			if !json.Valid([]byte(n)) {
				c = wire.CloseBadMessage
			}
			m[fmt.Sprintf(place, name)] = refusal{fmt.Sprintf(p.frame, n), c}
		}
	}
	return m
}

func repeat(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestDecodeClientRefuses(t *testing.T) {
	for name, r := range refusals() {
		t.Run(name, func(t *testing.T) {
			msg, err := wire.DecodeClient([]byte(r.frame), wire.DefaultLimits())
			if err == nil {
				t.Fatalf("accepted as %#v", msg)
			}
			if msg != nil {
				t.Errorf("a message beside the error: %#v", msg)
			}
			var e *wire.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v is no *wire.Error", err)
			}
			if r.close == (wire.Close{}) {
				if e.Close != wire.CloseEditRefused && e.Close != wire.CloseBadMessage {
					t.Errorf("ends the connection with %s", e.Close.Name)
				}
			} else if e.Close != r.close {
				t.Errorf("ends the connection with %s (%v), want %s", e.Close.Name, err, r.close.Name)
			}
			if e.Detail == "" {
				t.Error("no detail")
			}
		})
	}
}

// An edit that is refused says which one, so that the client knows.
func TestRefusedEditsHaveTheirSeq(t *testing.T) {
	for _, frame := range []string{
		`{"type":"edit","seq":7,"base":0,"op":[{"retain":0}]}`,
		`{"op":[{"retain":0}],"type":"edit","base":0,"seq":7}`,
	} {
		_, err := wire.DecodeClient([]byte(frame), wire.DefaultLimits())
		var e *wire.Error
		if !errors.As(err, &e) || e.Seq != 7 {
			t.Errorf("%s: %+v, want seq 7", frame, err)
		}
	}
}

// What a client sent never comes back in the sentence of an error, nor goes
// into a log with it.
func TestErrorsHoldNoText(t *testing.T) {
	const secret = "geheim"
	for _, frame := range []string{
		secret, `"` + secret + `"`, `{"` + secret + `":1}`, `{"type":"` + secret + `"}`, `{"type":"ping","` + secret + `":1}`,
		`{"type":"edit","seq":"` + secret + `","base":0,"op":[]}`,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + secret + `","` + secret + `":1}]}`,
		`{"type":"edit","seq":1,"base":0,"op":[{"retain":"` + secret + `"}]}`,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + secret + `\ud83d"}]}`,
		`{"type":"hello","client":"` + secret + `","secret":"` + secret + `","lineage":7,"revision":1}`,
		`{"type":"hello","client":"c","secret":"` + strings.Repeat(secret, 100) + `","lineage":"l","revision":1}`,
	} {
		_, err := wire.DecodeClient([]byte(frame), wire.DefaultLimits())
		if err == nil {
			t.Errorf("%s: accepted", frame)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error quotes it: %v", frame, err)
		}
	}
}

// The limits are those that the caller gives, to the byte.
func TestLimitsAreExact(t *testing.T) {
	lim := wire.DefaultLimits()
	lim.Frame, lim.EditUnits, lim.EditComponents, lim.Selections, lim.SecretBytes = 120, 4, 3, 2, 8
	pad := func(frame string, size int) string {
		return frame[:len(frame)-1] + strings.Repeat(" ", size-len(frame)) + "}"
	}
	for frame, ok := range map[string]bool{
		pad(`{"type":"ping"}`, 120):                                                                     true,
		pad(`{"type":"ping"}`, 121):                                                                     false,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"abcd"}]}`:                                     true,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"abcde"}]}`:                                    false,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"😀😀"}]}`:                                       true,
		`{"type":"edit","seq":1,"base":0,"op":[{"insert":"😀😀a"}]}`:                                      false,
		`{"type":"edit","seq":1,"base":0,"op":[{"retain":1},{"delete":1},{"insert":"a"}]}`:              true,
		`{"type":"edit","seq":1,"base":0,"op":[{"retain":1},{"delete":1},{"insert":"a"},{"retain":1}]}`: false,
		`{"type":"presence","revision":1,"selections":[[1,1],[2,2]]}`:                                   true,
		`{"type":"presence","revision":1,"selections":[[1,1],[2,2],[3,3]]}`:                             false,
		`{"type":"hello","client":"c","secret":"12345678","lineage":"l","revision":1}`:                  true,
		`{"type":"hello","client":"c","secret":"123456789","lineage":"l","revision":1}`:                 false,
	} {
		if _, err := wire.DecodeClient([]byte(frame), lim); (err == nil) != ok {
			t.Errorf("%s (%d bytes): %v, want accepted %v", frame, len(frame), err, ok)
		}
	}
}

// The default limits keep their promise: an edit of EditUnits units fits into
// a frame even if every unit is escaped.
func TestTheLargestEditFitsAFrame(t *testing.T) {
	lim := wire.DefaultLimits()
	frame := `{"type":"edit","seq":1,"base":0,"op":[{"insert":"` + strings.Repeat(`\u0001`, lim.EditUnits) + `"}]}`
	if _, err := wire.DecodeClient([]byte(frame), lim); err != nil {
		t.Error(err)
	}
}

func TestDecodeServerRefuses(t *testing.T) {
	for name, frame := range map[string]string{
		"nothing":               ``,
		"no JSON":               `x`,
		"an array":              `[]`,
		"no type":               `{}`,
		"half a pair":           `{"type":"title","title":"\ud83d"}`,
		"duplicate member":      `{"type":"title","title":"a","title":"b"}`,
		"no title":              `{"type":"title"}`,
		"fraction":              `{"type":"ack","seq":1.0,"revision":2}`,
		"negative":              `{"type":"ack","seq":1,"revision":-2}`,
		"a bool that is a word": `{"type":"presence","full":"yes","peers":[],"gone":[]}`,
		"records of a string":   `{"type":"records","after":0,"records":["x"]}`,
		"records of an object":  `{"type":"records","after":0,"records":{}}`,
		"record without op":     `{"type":"records","after":0,"records":[{"client":"c","seq":1}]}`,
		"record with a bad op":  `{"type":"records","after":0,"records":[{"client":"c","seq":1,"op":[{"retain":0}]}]}`,
		"gone of numbers":       `{"type":"presence","full":true,"peers":[],"gone":[1]}`,
		"gone of an object":     `{"type":"presence","full":true,"peers":[],"gone":{}}`,
		"a user of a string":    `{"type":"presence","full":true,"peers":[{"client":"c","user":"u","role":"viewer","selections":[]}],"gone":[]}`,
		"a user without color":  `{"type":"presence","full":true,"peers":[{"client":"c","user":{"id":"u","name":"n"},"role":"viewer","selections":[]}],"gone":[]}`,
		"welcome, bad limits":   `{"type":"welcome","client":"c","secret":"s","lineage":"l","revision":1,"resumed":false,"acked":0,"kind":"text","title":"","role":"owner","user":{"id":"u","name":"n","color":"#000000"},"parts":1,"limits":{"frame":-1}}`,
		"welcome, bad user":     `{"type":"welcome","client":"c","secret":"s","lineage":"l","revision":1,"resumed":false,"acked":0,"kind":"text","title":"","role":"owner","user":{},"parts":1,"limits":{"frame":1,"edit_units":1,"edit_components":1,"document_units":1}}`,
		"nested deep":           `{"type":"pong","x":` + nested(100_000) + `}`,
	} {
		msg, err := wire.DecodeServer([]byte(frame))
		var e *wire.Error
		if msg != nil || !errors.As(err, &e) || e.Close != wire.CloseBadMessage && e.Close != wire.CloseEditRefused {
			t.Errorf("%s: %v, %v, want a *wire.Error alone", name, msg, err)
		}
	}
}
