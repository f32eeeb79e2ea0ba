package main

import (
	"fmt"
	"testing"

	"github.com/collabd/collabd/bench/server/ws"
)

// A conversation as ShareDB 7 and 5 have it.
func TestSharedbSpeaker(t *testing.T) {
	s := &sharedbSpeaker{doc: "d1"}
	var to ear
	var notices string
	to.notice = func(author []byte, edit int) { notices += fmt.Sprintf("%s:%d ", author, edit) }
	var out ws.Frames
	for _, step := range []struct {
		hear, says string // "" is nothing
		edits, ack int
	}{
		{`{"a":"init","protocol":1,"protocolMinor":2,"id":"me","type":"http://sharejs.org/types/JSONv0"}`, ``, 0, 0},
		{`{"protocol":1,"protocolMinor":2,"id":"me","type":"http://sharejs.org/types/JSONv0","a":"hs"}`, `{"a":"s","c":"docs","d":"d1","v":null}`, 0, 0},
		{`{"data":{"v":5,"data":{"ops":[{"insert":"abcd"}]},"type":"http://sharejs.org/types/rich-text/v1"},"a":"s","c":"docs","d":"d1"}`, ``, 0, 0},
		{`insert`, `{"a":"op","c":"docs","d":"d1","v":5,"seq":1,"x":{},"op":[{"insert":"qq"}]}`, 0, 0},
		{`{"a":"op","c":"docs","d":"d1","v":5,"src":"x","seq":3,"op":[{"insert":"abc"}]}`, ``, 1, 0},
		{`{"a":"op","c":"docs","d":"d1","v":5,"src":"x","seq":3,"op":[{"insert":"abc"}]}`, ``, 1, 0},
		{`{"src":"me","seq":1,"v":6,"a":"op","c":"docs","d":"d1"}`, ``, 2, 1},
		{`insert`, `{"a":"op","c":"docs","d":"d1","v":7,"seq":2,"x":{},"op":[{"retain":5},{"insert":"qq"}]}`, 2, 1},
		// The next versions come in another order.
		{`{"a":"op","c":"docs","d":"d1","v":9,"src":"x","seq":4,"op":{"ops":[{"retain":1},{"insert":"b"}]}}`, `{"a":"f","c":"docs","d":"d1","v":7}`, 2, 1},
		{`{"src":"me","seq":2,"v":8,"a":"op","c":"docs","d":"d1"}`, ``, 2, 1},
		{`{"a":"op","c":"docs","d":"d1","v":7,"src":"y","seq":1,"op":{"ops":[{"retain":100},{"insert":"b"}]}}`, ``, 3, 1},
		{`{"a":"op","c":"docs","d":"d1","v":8,"src":"me","seq":2,"op":{"ops":[{"retain":5},{"insert":"qq"}]}}`, ``, 4, 2},
		{`{"a":"f","c":"docs","d":"d1"}`, `{"a":"f","c":"docs","d":"d1","v":9}`, 4, 2},
		{`{"a":"op","c":"docs","d":"d1","v":9,"src":"x","seq":4,"op":{"ops":[{"retain":1},{"insert":"b"}]}}`, ``, 5, 2},
		{`{"a":"f","c":"docs","d":"d1"}`, ``, 5, 2},
	} {
		if step.hear == "insert" {
			s.insert([]byte("qq"), &out)
		} else if err := s.hear([]byte(step.hear), &to, &out); err != nil {
			t.Fatalf("%s: %v", step.hear, err)
		}
		got := ""
		if out.Count > 0 {
			got = string(said(t, &out))
		}
		if got != step.says || to.edits != step.edits || to.acked != step.ack {
			t.Errorf("after %s it says %s, %d edits, %d acknowledged; want %s, %d, %d", step.hear, got, to.edits, to.acked, step.says, step.edits, step.ack)
		}
	}
	if !to.ready || to.units != 4 || to.name != "me" || notices != "x:3 y:1 x:4 " {
		t.Errorf("it has heard %+v, %s", to, notices)
	}
	if s.hear([]byte(`{"a":"op","c":"docs","d":"d1","error":{"code":"ERR"}}`), &to, &out) == nil {
		t.Error("an error is none")
	}
}
