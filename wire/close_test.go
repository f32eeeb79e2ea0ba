package wire_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/collabd/collabd/wire"
)

func TestCloses(t *testing.T) {
	codes, names := map[uint16]string{}, map[string]bool{}
	last := uint16(0)
	for _, c := range wire.Closes() {
		if other, taken := codes[c.Code]; taken || names[c.Name] {
			t.Errorf("%d %s is there twice: %s", c.Code, c.Name, other)
		}
		codes[c.Code], names[c.Name] = c.Name, true
		if c.Code <= last {
			t.Errorf("%d comes after %d", c.Code, last)
		}
		last = c.Code
		if c.Code < 4000 || c.Code > 4299 {
			t.Errorf("%d %s is in no range of an action", c.Code, c.Name)
		}
		if len(c.Name) > 123 {
			t.Errorf("%s does not fit a close frame", c.Name)
		}
		if !regexp.MustCompile(`^[A-Z].*\.$`).MatchString(c.Reason) {
			t.Errorf("%s: the reason is no sentence: %q", c.Name, c.Reason)
		}
		if !errors.Is(fmt.Errorf("x: %w", c.Because("more exactly")), c) {
			t.Errorf("%s with a more exact sentence is not the same any more", c.Name)
		}
		for _, other := range wire.Closes() {
			if other.Code != c.Code && errors.Is(c, other) {
				t.Errorf("%s is %s", c.Name, other.Name)
			}
		}
	}
}

func TestActionFor(t *testing.T) {
	for code, want := range map[uint16]wire.Action{
		0: wire.Retry, 1000: wire.Retry, 1006: wire.Retry, 1009: wire.Retry, 3999: wire.Retry,
		4000: wire.Retry, 4099: wire.Retry, 4100: wire.Resync, 4199: wire.Resync, 4200: wire.Stop, 4299: wire.Stop,
		4300: wire.Retry, 4999: wire.Retry,
	} {
		if got := wire.ActionFor(code); got != want {
			t.Errorf("%d: %v, want %v", code, got, want)
		}
	}
}

// Closes returns every Close that the package declares.
func TestClosesIsComplete(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "close.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Close") {
			declared += len(spec.Names)
		}
		return true
	})
	if got := len(wire.Closes()); got != declared || got == 0 {
		t.Errorf("Closes returns %d, close.go declares %d", got, declared)
	}
}

const protocol = "../docs/protocol.md"

// The table of docs/protocol.md is this one.
func TestTheProtocolHasTheseCloses(t *testing.T) {
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	word := map[wire.Action]string{wire.Retry: "retry", wire.Resync: "resync", wire.Stop: "stop"}
	var want, got []string
	for _, c := range wire.Closes() {
		want = append(want, fmt.Sprintf("%d %s %s", c.Code, c.Name, word[wire.ActionFor(c.Code)]))
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (\\d{4}) \\| `(\\w+)` \\| (\\w+) \\|").FindAllStringSubmatch(string(text), -1) {
		got = append(got, strings.Join(row[1:], " "))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%s lists\n%s\nthe program has\n%s", protocol, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The messages that docs/protocol.md shows are messages. Those with a left-out
// part cannot be read and are not counted.
func TestTheProtocolShowsRealMessages(t *testing.T) {
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("`({\"type\":[^`]*})`").FindAllStringSubmatch(string(text), -1)
	examples = append(examples, regexp.MustCompile("```json\n({\"type\":[^`]*})\n```").FindAllStringSubmatch(string(text), -1)...)
	examples = append(examples, regexp.MustCompile(`(?m)^[CS]  ({"type":.*})$`).FindAllStringSubmatch(string(text), -1)...)
	read := map[string]bool{}
	for _, e := range examples {
		frame := strings.ReplaceAll(e[1], "[…]", "[]")
		if strings.Contains(frame, "…,") {
			continue
		}
		up, err1 := wire.DecodeClient([]byte(frame), wire.DefaultLimits())
		down, err2 := wire.DecodeServer([]byte(frame))
		switch {
		case err1 == nil:
			read[fmt.Sprintf("%T", up)] = true
		case err2 == nil && down != nil:
			read[fmt.Sprintf("%T", down)] = true
		default:
			t.Errorf("%s is no message: %v, %v", frame, err1, err2)
		}
	}
	for _, kind := range []string{
		"wire.Hello", "wire.Edit", "wire.Presence", "wire.Check", "wire.Ping",
		"wire.Welcome", "wire.Doc", "wire.Records", "wire.Catchup", "wire.Ack", "wire.Presences", "wire.Title", "wire.RoleChange", "wire.GoAway", "wire.ErrorMessage", "wire.Checked",
	} {
		if !read[kind] {
			t.Errorf("%s shows no whole %s", protocol, kind)
		}
	}
}

// The limits that docs/protocol.md names are the names in welcome.
func TestTheProtocolNamesTheLimits(t *testing.T) {
	text, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	limits := strings.SplitN(string(wire.Welcome{}.Append(nil)), `"limits":`, 2)[1]
	for _, name := range regexp.MustCompile(`"(\w+)":`).FindAllStringSubmatch(limits, -1) {
		if !strings.Contains(string(text), "`"+name[1]+"`") {
			t.Errorf("%s does not explain %s", protocol, name[1])
		}
	}
}
