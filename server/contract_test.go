package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/collabd/collabd/docs"
)

// contractBytes is how much of a body is looked at. Of a larger one only the
// status and the header are checked.
const contractBytes = 256 << 10

// contract is docs/openapi.yaml, which every answer in the tests must follow.
var contract = sync.OnceValue(func() *openapi3.T {
	for _, kind := range []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/markdown", "text/html", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/gzip"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	doc, err := loader.LoadFromData(docs.OpenAPI)
	if err != nil {
		panic(err)
	}
	return doc
})

// watched is a handler whose every answer is compared with the contract: the
// address and the method must be there, the status too, with header, content
// type and body as it says. Where an answer is no error, the request must have
// been as it says: what the server takes is written down.
type watched struct {
	next http.Handler
	// route says which pattern of the mux takes a request.
	route func(*http.Request) string

	// refused is the last request that was answered with an error, and how.
	refused atomic.Pointer[string]

	mu        sync.Mutex
	over      bool
	comparing sync.WaitGroup
	breaches  []string
}

func heldTo(s *Server, next http.Handler) *watched {
	contract() // here, and not within what the first request may take
	return &watched{next: next, route: func(r *http.Request) string {
		_, pattern := s.router.Handler(r)
		return pattern
	}}
}

// ServeHTTP implements http.Handler.
func (c *watched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := &http.Request{Method: r.Method, URL: cloneURL(r.URL), Header: r.Header.Clone(), Host: r.Host}
	pattern := c.route(r)
	sent := &copied{}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = &readCopy{r.Body, sent}
	}
	got := &answerCopy{ResponseWriter: w}
	c.next.ServeHTTP(got, r)
	if r.Context().Err() != nil && got.status == 0 {
		return // it left before anything was said
	}
	if got.status >= 400 {
		said := fmt.Sprintf("%s %s is answered with %d %s", asked.Method, asked.URL, got.status, got.body.b)
		c.refused.Store(&said)
	}
	// The answer is not to wait for it.
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	if got.status == 0 {
		got.status, got.header = http.StatusOK, got.Header().Clone()
	}
	c.comparing.Go(func() {
		err := c.compare(pattern, asked, sent, got)
		if err == nil {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.breaches = append(c.breaches, fmt.Sprintf("%s %s answered with %d: %s", asked.Method, shortened(asked.URL.String()), got.status, brief(err)))
	})
}

func cloneURL(u *url.URL) *url.URL {
	c := *u
	return &c
}

func shortened(s string) string { return s[:min(len(s), 200)] }

// brief is an error without the schema and the value, which fill pages.
func brief(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return text[:min(len(text), 800)]
}

// report fails the test for each breach, once.
func (c *watched) report(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	c.comparing.Wait()
	slices.Sort(c.breaches)
	for _, b := range slices.Compact(c.breaches) {
		t.Errorf("not as in docs/openapi.yaml: %s", b)
	}
}

func (c *watched) compare(pattern string, asked *http.Request, sent *copied, got *answerCopy) error {
	method, path, ok := documentedAs(pattern)
	if !ok {
		return c.compareStray(asked, got)
	}
	item := contract().Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return fmt.Errorf("there is no operation %s %s", method, path)
	}
	op := item.GetOperation(method)
	response := op.Responses.Status(got.status)
	if response == nil {
		return fmt.Errorf("the status is not that of an answer of %s %s: %s", method, path, shortened(string(got.body.b)))
	}
	answered.add(method+" "+path, got.status)
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		ExcludeRequestBody: sent.more || len(sent.b) == 0, ExcludeResponseBody: got.body.more || strings.HasPrefix(got.header.Get("Content-Type"), "image/"),
	}
	params, _ := parameters(path, asked.URL.Path)
	asked.Body = io.NopCloser(bytes.NewReader(sent.b))
	in := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: params, Options: options,
		Route: &routers.Route{Spec: contract(), Path: path, PathItem: item, Method: method, Operation: op},
	}
	if got.status < 400 {
		if err := openapi3filter.ValidateRequest(asked.Context(), in); err != nil {
			return fmt.Errorf("the request was taken: %w", err)
		}
		for name := range asked.URL.Query() {
			if op.Parameters.GetByInAndName("query", name) == nil {
				return fmt.Errorf("the parameter %q was taken", name)
			}
		}
	}
	if err := openapi3filter.ValidateResponse(asked.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.status, Header: got.header, Options: options,
		Body: io.NopCloser(bytes.NewReader(got.body.b)),
	}); err != nil {
		return fmt.Errorf("%w: %s", err, shortened(string(got.body.b)))
	}
	if len(response.Value.Content) == 0 && len(got.body.b) > 0 {
		return fmt.Errorf("there is a body: %s", shortened(string(got.body.b)))
	}
	return compareEvents(response.Value, got)
}

// compareStray looks at an answer where no operation is: an error of the usual
// form, or the redirect to the clean path.
func (c *watched) compareStray(asked *http.Request, got *answerCopy) error {
	if got.status/100 == 3 && got.header.Get("Location") != "" {
		return nil
	}
	named := map[int]string{403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 421: "WrongHost"}[got.status]
	if named == "" {
		return fmt.Errorf("no operation is here: %s", shortened(string(got.body.b)))
	}
	if named == "MethodNotAllowed" && got.header.Get("Allow") == "" {
		return fmt.Errorf("the header Allow is missing")
	}
	if asked.Method == http.MethodHead {
		return nil
	}
	return compareBody(contract().Components.Responses[named].Value.Content["application/json"].Schema, got.body.b)
}

func compareBody(schema *openapi3.SchemaRef, body []byte) error {
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		return fmt.Errorf("%w: %s", err, shortened(string(body)))
	}
	if err := schema.Value.VisitJSON(v, openapi3.EnableJSONSchema2020(), openapi3.VisitAsResponse()); err != nil {
		return fmt.Errorf("%w: %s", err, shortened(string(body)))
	}
	return nil
}

// compareEvents looks at the data of each event of a stream. OpenAPI 3.1 has no
// words for it, so the response says it in x-event.
func compareEvents(response *openapi3.Response, got *answerCopy) error {
	says, ok := response.Extensions["x-event"].(map[string]any)
	if !ok {
		return nil
	}
	name := strings.TrimPrefix(fmt.Sprint(says["$ref"]), "#/components/schemas/")
	schema := contract().Components.Schemas[name]
	if schema == nil {
		return fmt.Errorf("x-event names no schema: %v", says)
	}
	events := strings.Split(string(got.body.b), "\n\n")
	for _, event := range events[:len(events)-1] { // the last may be cut
		for line := range strings.SplitSeq(event, "\n") {
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok || data == "{}" {
				continue
			}
			if err := compareBody(schema, []byte(data)); err != nil {
				return fmt.Errorf("an event: %w", err)
			}
		}
	}
	return nil
}

// documentedAs is where a pattern of the mux is in the contract; ok is false
// for those that take what nothing else does.
func documentedAs(pattern string) (method, path string, ok bool) {
	method, path, ok = strings.Cut(pattern, " ")
	switch {
	case path == "/{$}":
		path = "/"
	case path == "/assets/":
		path = "/assets/{file}"
	}
	return method, path, ok
}

// parameters takes the parameters of a path out of an address.
func parameters(path, at string) (map[string]string, bool) {
	names, values := strings.Split(path, "/"), strings.SplitN(at, "/", strings.Count(path, "/")+1)
	if len(names) != len(values) {
		return nil, false
	}
	params := map[string]string{}
	for i, name := range names {
		if strings.HasPrefix(name, "{") {
			params[strings.Trim(name, "{}")] = values[i]
		} else if name != values[i] {
			return nil, false
		}
	}
	return params, true
}

// copied is the beginning of a body.
type copied struct {
	b    []byte
	more bool
}

func (c *copied) add(p []byte) {
	take := min(len(p), contractBytes-len(c.b))
	c.b = append(c.b, p[:take]...)
	c.more = c.more || take < len(p)
}

// readCopy copies what is read of a request's body.
type readCopy struct {
	io.ReadCloser
	to *copied
}

// Read implements io.Reader.
func (r *readCopy) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.to.add(p[:n])
	return n, err
}

// answerCopy copies what is answered.
type answerCopy struct {
	http.ResponseWriter
	status int
	header http.Header
	body   copied
}

// WriteHeader implements http.ResponseWriter.
func (a *answerCopy) WriteHeader(status int) {
	if a.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.status, a.header = status, a.Header().Clone()
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answerCopy) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status, a.header = http.StatusOK, a.Header().Clone()
	}
	a.body.add(p)
	return a.ResponseWriter.Write(p)
}

// Unwrap lets an http.ResponseController reach the connection.
func (a *answerCopy) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// answered are the answers that tests have had, by operation and status.
var answered = answers{seen: map[string]bool{}}

type answers struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (a *answers) add(operation string, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen[fmt.Sprint(operation, " ", status)] = true
}

// missing lists what the contract has and no test has produced.
func (a *answers) missing() (list []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for path, item := range contract().Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				if key := method + " " + path + " " + status; !a.seen[key] {
					list = append(list, key)
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

// The contract is valid, and has every route of the program and no other.
func TestContract(t *testing.T) {
	doc := contract()
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("it is OpenAPI %s", doc.OpenAPI)
	}
	served := map[string]bool{}
	for _, rt := range routes {
		method, path, ok := documentedAs(rt.pattern)
		if !ok {
			continue
		}
		served[method+" "+path] = true
		if item := doc.Paths.Value(path); item == nil || item.GetOperation(method) == nil {
			t.Errorf("docs/openapi.yaml lacks the route %q", rt.pattern)
		}
	}
	ids := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !served[method+" "+path] {
				t.Errorf("docs/openapi.yaml has %s %s, which there is not", method, path)
			}
			if op.Summary == "" || op.OperationID == "" || ids[op.OperationID] || len(op.Tags) != 1 {
				t.Errorf("%s %s needs a summary, an operationId of its own and a tag", method, path)
			}
			ids[op.OperationID] = true
		}
	}
}
