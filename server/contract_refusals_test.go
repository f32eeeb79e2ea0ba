package server

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/collabd/collabd/ot"
	"github.com/collabd/collabd/wire"
)

// operation is one of docs/openapi.yaml with a request for it.
type operation struct {
	*openapi3.Operation
	rt           route
	method, path string // path is an address
	body, kind   string // kind is the content type of the body
}

// withAnswer lists the operations that may be answered with a status, about a
// document and a folder that there are.
func withAnswer(t *testing.T, w *world, status int) (list []operation) {
	t.Helper()
	ana := w.person()
	here := strings.NewReplacer("{id}", string(ana.create("x", ot.Text).ID), "{folder}", string(ana.folder("x").ID))
	for _, rt := range routes {
		method, path, ok := documentedAs(rt.pattern)
		if !ok {
			continue
		}
		op := contract().Paths.Value(path).GetOperation(method)
		if op.Responses.Status(status) == nil {
			continue
		}
		o := operation{Operation: op, rt: rt, method: method, path: here.Replace(attempts[rt.pattern].path), body: attempts[rt.pattern].body}
		if op.RequestBody != nil {
			o.kind = slices.Sorted(maps.Keys(op.RequestBody.Value.Content))[0]
		}
		list = append(list, o)
	}
	if len(list) == 0 {
		t.Fatalf("no operation is answered with %d", status)
	}
	return list
}

// Every operation refuses what any may refuse, as its answers say.
func TestContractWrongHost(t *testing.T) {
	w := open(t)
	for _, op := range withAnswer(t, w, http.StatusMisdirectedRequest) {
		w.person().do(op.method, op.path, op.body, "Host: evil.example").is(t, 421, "wrong_host")
	}
}

func TestContractOtherKind(t *testing.T) {
	w := open(t)
	for _, op := range withAnswer(t, w, http.StatusUnsupportedMediaType) {
		a := w.person().doAs("text/x-nothing", op.method, op.path, "x")
		a.is(t, 415, codesOf(op.Operation, "415")[0])
	}
}

func TestContractUnavailable(t *testing.T) {
	w := open(t)
	var stays []operation
	ops := withAnswer(t, w, http.StatusServiceUnavailable)
	w.server.admission.mu.Lock()
	w.server.admission.requests += w.server.admission.lim.Requests // as if there were so many
	w.server.admission.mu.Unlock()
	for _, op := range ops {
		if op.rt.transport != "" || op.rt.action == Public {
			stays = append(stays, op)
			continue
		}
		w.person().do(op.method, op.path, op.body).is(t, 503, "busy")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.server.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for _, op := range stays {
		w.person().do(op.method, op.path, op.body, upgrade...).is(t, 503, "restarting")
	}
}

func TestContractTooManyGuests(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.Guests, c.Admission.GuestBurst = 1, 1 })
	for _, op := range withAnswer(t, w, http.StatusTooManyRequests) { // which makes a guest
		if op.rt.guest {
			w.person().do(op.method, op.path, op.body, upgrade...).is(t, 429, "too_fast")
		}
	}
}

func TestContractLateBody(t *testing.T) {
	w := listenRaw(t, open(t, func(c *Config) { c.Admission.Body = shortly }))
	waiting := map[string]*raw{}
	for _, op := range withAnswer(t, w.world, http.StatusRequestTimeout) {
		switch op.OperationID {
		case "storeImage", "import": // may take uploadTime
			continue
		case "postMessages": // needs a stream, and may take postBody
			continue
		}
		waiting[op.OperationID] = w.raw().says(fmt.Sprintf(
			"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n{", op.method, op.path, op.kind))
	}
	for id, c := range waiting {
		if resp, body := c.answer(); resp.StatusCode != 408 {
			t.Errorf("%s: %s %s", id, resp.Status, body)
		}
	}
}

// What is left: refusals of one operation each.
func TestContractOthers(t *testing.T) {
	w := open(t, func(c *Config) { c.Admission.UserConnections = 1 })
	ana := w.person()
	doc := "/api/docs/" + string(ana.create("x", ot.Text).ID)
	ana.do("PATCH", "/api/folders/"+string(ana.folder("x").ID), `{}`).is(t, 400, "bad_request")
	ana.doAs("text/plain", "PUT", "/api/docs/nothing/content?base=0", "x").is(t, 404, "not_found")
	w.write(wire.DocID(strings.TrimPrefix(doc, "/api/docs/")), `[{"insert":"x"}]`)
	ana.do("PUT", doc+"/revisions/1/name", `{"name":"`+strings.Repeat("x", bodyBytes)+`"}`).is(t, 413, "too_large")
	var image fileJSON
	ana.doAs("image/png", "POST", doc+"/files", drawn(t, "image/png", 3, 2)).is(t, 201, "").into(t, &image)
	if a := ana.do("GET", image.URL, "", "Range: bytes=1000-"); a.status != 416 {
		t.Errorf("a range outside of the image: %d", a.status)
	}
	for path, transport := range map[string]string{doc + "/records/events": viaRecords, "/api/list/events": viaList} {
		stays := ana.open(path)
		ana.do("GET", path, "").is(t, 429, "too_many_connections")
		stays.close()
		w.settled(fmt.Sprintf("collabd_connections{transport=%q}", transport), 0)
	}
}

// codesOf are the codes that an error of an operation may have.
func codesOf(op *openapi3.Operation, status string) (codes []string) {
	response := op.Responses.Value(status)
	if response == nil || response.Value.Content["application/json"] == nil {
		return nil
	}
	for _, part := range response.Value.Content["application/json"].Schema.Value.AllOf {
		if e := part.Value.Properties["error"]; e != nil && e.Value.Properties["code"] != nil {
			for _, code := range e.Value.Properties["code"].Value.Enum {
				codes = append(codes, fmt.Sprint(code))
			}
		}
	}
	return codes
}

// The errors of the contract are those of the program, with their status.
func TestContractErrors(t *testing.T) {
	described := map[string]bool{"500 internal": true} // a fault, of any operation
	for name, response := range contract().Components.Responses {
		for _, item := range contract().Paths.Map() {
			for _, op := range item.Operations() {
				for status, r := range op.Responses.Map() {
					if r.Value != response.Value {
						continue
					}
					for _, code := range codesOf(op, status) {
						described[status+" "+code] = true
						if !strings.Contains(*response.Value.Description, code) {
							t.Errorf("the description of %s does not name %s", name, code)
						}
					}
				}
			}
		}
	}
	described["405 method_not_allowed"] = true // where no operation is
	var have []string
	for _, e := range declaredErrors(t) {
		have = append(have, fmt.Sprintf("%d %s", e.Status, e.Code))
	}
	slices.Sort(have)
	for _, e := range slices.Compact(have) {
		if !described[e] {
			t.Errorf("docs/openapi.yaml lacks the error %s", e)
		}
		delete(described, e)
	}
	for e := range described {
		t.Errorf("docs/openapi.yaml has the error %s, which there is not", e)
	}
}

// The keywords that the contract uses are looked at, those of 3.1 too.
func TestContractLooks(t *testing.T) {
	user := `{"id":"u","name":"Ana","color":"#b4235a"}`
	for _, c := range []struct {
		schema, value string
		fits          bool
	}{
		{"User", user, true},
		{"User", `{"id":"u","name":"Ana"}`, false},
		{"User", `{"id":"u","name":"Ana","color":"#b4235a","mail":"x"}`, false},
		{"ListEvent", `{"type":"folders"}`, true},
		{"ListEvent", `{"type":"folder"}`, false}, // const
		{"ListEvent", `{"type":"presence","id":"d","peers":[` + user + `]}`, true},
		{"ListEvent", `{"type":"presence","id":"d","peers":[{}]}`, false},
		{"BlameSpan", `[5,-1,0,0]`, true},
		{"BlameSpan", `[5,-2,0,0]`, false}, // prefixItems
		{"BlameSpan", `[5,-1,0]`, false},
		{"BlameSpan", `[5,-1,0,0,0]`, false}, // items: false
		{"DifferenceSpan", `[0,1,0,7,1777889552000]`, true},
		{"DifferenceSpan", `[0,0,0,7,1777889552000]`, false},
		{"Op", `[{"retain":5},{"insert":"x","attributes":{"bold":true}},{"insert":{"image":"y"}},{"delete":1}]`, true},
		{"Op", `[{"retain":0}]`, false},
		{"Op", `[{"insert":""}]`, false},
		{"Op", `[{"insert":"x","retain":1}]`, false},               // oneOf
		{"Op", `[{"delete":1,"attributes":{"bold":true}}]`, false}, // dependentSchemas
		{"Op", `[{"insert":{"image":"y","video":"z"}}]`, false},    // maxProperties
		{"Op", `[{"attributes":{"bold":true}}]`, false},            // required
		{"Op", `[{"retain":1,"attributes":{}}]`, false},            // minProperties
		{"Op", `[{"retain":1.5}]`, false},                          // integer
		{"Op", `{"ops":[]}`, false},                                // type
		{"Time", `"2026-05-04T09:00:00Z"`, true},
		{"Time", `"4 May 2026"`, false}, // format
		{"Kind", `"Rich"`, false},       // enum
		{"Error", `{"error":{"code":"x","message":"A sentence."}}`, true},
		{"Error", `{"error":{"code":"x","message":"no sentence"}}`, false}, // pattern
	} {
		if err := compareBody(contract().Components.Schemas[c.schema], []byte(c.value)); (err == nil) != c.fits {
			t.Errorf("%s as %s: %v", c.value, c.schema, err)
		}
	}
}
