package schemas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// MaxSteps is how many requests a batch may hold.
const MaxSteps = 20

// A Step is one request of a batch.
type Step struct {
	ID        string
	Method    string // upper case
	URL       string // from the version on: "/v1.0/me"
	Header    http.Header
	Body      []byte   // nil if there is none
	DependsOn []string // ids of requests, in any letter case

	index int // among the requests
}

// Steps returns the requests of a batch, in order, none for any other request. Those that
// have no method or no URL are left out: they are findings of the batch.
func (v *Verdict) Steps() []Step {
	object, _ := v.JSON.(map[string]any)
	requests, _ := object["requests"].([]any)
	var steps []Step
	for i, r := range requests {
		item, ok := r.(map[string]any)
		if !ok {
			continue
		}
		s := Step{Header: make(http.Header), index: i}
		s.ID, _ = item["id"].(string)
		s.Method, _ = item["method"].(string)
		s.Method = strings.ToUpper(s.Method)
		url, _ := item["url"].(string)
		s.URL = "/" + v.Contract.Version + "/" + strings.TrimPrefix(url, "/")
		headers, _ := item["headers"].(map[string]any)
		for name, value := range headers {
			if text, ok := value.(string); ok {
				s.Header.Set(name, text)
			}
		}
		switch body := item["body"].(type) {
		case nil:
		case string: // taken as it is, be it base64 of what is not JSON
			s.Body = []byte(body)
		default:
			s.Body, _ = json.Marshal(body) // it was decoded from JSON
		}
		for _, id := range asSlice(item["dependsOn"]) {
			if text, ok := id.(string); ok {
				s.DependsOn = append(s.DependsOn, text)
			}
		}
		if s.Method != "" && url != "" {
			steps = append(steps, s)
		}
	}
	return steps
}

func asSlice(v any) []any {
	items, _ := v.([]any)
	return items
}

// A batchForm is the body of POST /$batch.
type batchForm struct{}

func (batchForm) Name() string            { return "$batch" }
func (batchForm) Source() ([]byte, error) { return []byte(batchSchema), nil }
func (batchForm) Compile() error          { return nil }

// judge checks the batch itself, and then each request in it as a request. Those beyond
// [MaxSteps] are not looked at.
func (batchForm) judge(c *checker, value any, in Location) any {
	b := &batch{judge: &judge{checker: c, contract: c.op.Contract, model: c.op.Contract.model, in: in}}
	b.check(value)
	c.verdict.JSON = value
	for _, s := range c.verdict.Steps() {
		if s.index < MaxSteps {
			b.step(s)
		}
	}
	return value
}

// A batch is checked as a whole.
type batch struct {
	*judge
	ids []string // so far, as sent
}

var batchMembers = []string{"id", "method", "url", "headers", "body", "dependsOn", "atomicityGroup"}

func (b *batch) check(value any) {
	object, ok := value.(map[string]any)
	if !ok {
		b.wrongType(value, `an object with an array "requests"`, nil)
		return
	}
	for _, name := range sortedNames(object) {
		if name != "requests" && !isAnnotation(name) {
			b.report("body.unknown-property", &place{name: name}, 0, Finding{
				Found: clip(name), Wanted: "requests", Suggestion: spell.Closest(name, []string{"requests"}),
				Message: fmt.Sprintf("a batch has no member %q", clip(name)),
			})
		}
	}
	at := &place{name: "requests"}
	requests, ok := object["requests"].([]any)
	switch {
	case object["requests"] == nil:
		b.report("body.missing-property", at, 0, Finding{Found: "nothing", Wanted: "an array of requests", Message: `a batch needs a member "requests"`})
	case !ok:
		b.wrongType(object["requests"], "an array of requests", at)
	case len(requests) == 0:
		b.report("batch.empty", at, 0, Finding{Found: "[]", Wanted: "a request", Message: "the batch holds no request"})
	case len(requests) > MaxSteps:
		b.report("batch.too-many", at, 0, Finding{
			Found: fmt.Sprint(len(requests)), Wanted: fmt.Sprintf("at most %d", MaxSteps),
			Message: fmt.Sprintf("the batch holds %d requests, and Graph takes %d", len(requests), MaxSteps),
		})
	}
	for i, r := range requests[:min(len(requests), MaxSteps)] {
		b.item(r, &place{parent: at, item: i + 1})
	}
}

// item checks one request of a batch as far as the batch is concerned.
func (b *batch) item(v any, at *place) {
	item, ok := v.(map[string]any)
	if !ok {
		b.wrongType(v, "a request", at)
		return
	}
	member := func(name string) *place { return &place{parent: at, name: name} }
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if !slices.Contains(batchMembers, name) {
			b.report("body.unknown-property", member(name), 0, Finding{
				Found: clip(name), Wanted: strings.Join(batchMembers, ", "), Suggestion: spell.Closest(name, batchMembers),
				Message: fmt.Sprintf("a request of a batch has no member %q", clip(name)),
			})
		}
	}
	for _, name := range []string{"id", "method", "url"} {
		switch text, isText := item[name].(string); {
		case item[name] == nil:
			b.report("body.missing-property", member(name), 0, Finding{Found: "nothing", Wanted: "a string", Message: fmt.Sprintf("%s needs a member %q", at, name)})
		case !isText:
			b.wrongType(item[name], "a string", member(name))
		case text == "":
			b.report("body.constraint", member(name), 0, Finding{Found: `""`, Wanted: "a string that is not empty", Message: fmt.Sprintf("%s is empty", member(name))})
		}
	}
	if id, ok := item["id"].(string); ok {
		if contains(b.ids, id) {
			b.report("batch.duplicate-id", member("id"), 0, Finding{Found: clip(id), Wanted: "an id of its own", Message: fmt.Sprintf("another request of the batch has the id %q", clip(id))})
		}
		b.dependsOn(item["dependsOn"], id, member("dependsOn"))
		b.ids = append(b.ids, id)
	}
	if url, ok := item["url"].(string); ok {
		b.url(url, member("url"))
	}
	headers, isObject := item["headers"].(map[string]any)
	if !isObject && item["headers"] != nil {
		b.wrongType(item["headers"], "an object of strings", member("headers"))
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		if _, ok := headers[name].(string); !ok {
			b.wrongType(headers[name], "a string", &place{parent: member("headers"), name: name})
		}
	}
}

// dependsOn checks that a request waits for earlier ones only.
func (b *batch) dependsOn(v any, id string, at *place) {
	if v == nil {
		return
	}
	ids, ok := v.([]any)
	if !ok {
		b.wrongType(v, "an array of ids", at)
		return
	}
	for i, other := range ids {
		here := &place{parent: at, item: i + 1}
		text, ok := other.(string)
		switch {
		case !ok:
			b.wrongType(other, "the id of a request", here)
		case !contains(b.ids, text):
			b.report("batch.dependency", here, 0, Finding{
				Found: clip(text), Wanted: cmp.Or(strings.Join(b.ids, ", "), "the id of an earlier request"), Suggestion: spell.Closest(text, b.ids),
				Message: fmt.Sprintf("the request %q can't wait for %q: no earlier request has that id", clip(id), clip(text)),
			})
		}
	}
}

// url checks that the URL of a request starts behind the version.
func (b *batch) url(url string, at *place) {
	first := firstSegment(url)
	switch {
	case isAbsolute(url):
		b.report("batch.url", at, 0, Finding{Found: clip(url), Wanted: "a path behind the version, such as /me", Message: "the URL is absolute"})
	case isVersion(first):
		b.report("batch.url", at, 0, Finding{
			Found: clip(url), Wanted: "a path behind the version, such as /me", Suggestion: strings.TrimPrefix(strings.TrimPrefix(url, "/"), first),
			Message: "the URL names the version, which the batch does already",
		})
	case isBatchPath(first):
		b.report("batch.nested", at, 0, Finding{Found: clip(url), Wanted: "any other request", Message: "a batch can't hold a batch"})
	}
}

func firstSegment(url string) string {
	path, _, _ := strings.Cut(url, "?")
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// isAbsolute reports whether a URL starts with a scheme.
func isAbsolute(url string) bool {
	scheme, _, ok := strings.Cut(strings.TrimPrefix(url, "/"), "://")
	return ok && !strings.ContainsFunc(scheme, isNoLetter)
}

func isVersion(segment string) bool { return segment == "v1.0" || segment == "beta" }

func isBatchPath(segment string) bool { return strings.EqualFold(segment, "$batch") }

// step holds a request of the batch to the contracts. What is found keeps its rule and
// leads to the place in the batch.
func (b *batch) step(s Step) {
	url := strings.TrimPrefix(s.URL, "/"+b.contract.Version)
	if first := firstSegment(url); isAbsolute(url) || isVersion(first) || isBatchPath(first) {
		return // said already
	}
	v := b.set.CheckRequest(&Request{Method: s.Method, URL: s.URL, Header: s.Header, Body: s.Body, Recorded: true})
	here := &place{parent: &place{name: "requests"}, item: s.index + 1}
	if s.Body != nil && s.Header.Get("Content-Type") == "" {
		b.report("batch.content-type", &place{parent: here, name: "headers"}, 0, Finding{
			Found: "nothing", Wanted: `"Content-Type": "application/json"`, Message: fmt.Sprintf("the request %q has a body and no header Content-Type", clip(s.ID)),
		})
	}
	for _, f := range v.Findings {
		if f.Rule == "header.content-type-missing" {
			continue
		}
		f.Pointer = pointer(here.tokens()) + f.inStep()
		f.In, f.Step, f.Line, f.Column = b.in, s.ID, 0, 0
		f.Message = fmt.Sprintf("request %q: %s", clip(s.ID), f.Message)
		b.add(f)
	}
}

// inStep returns where in the object of a batched request the finding is.
func (f Finding) inStep() string {
	switch f.In {
	case InMethod:
		return "/method"
	case InPath, InQuery:
		return "/url"
	case InHeader:
		return "/headers/" + strictjson.Escape(f.Pointer)
	}
	return "/body" + f.Pointer
}

// A batchAnswer is what Graph answers to a batch.
type batchAnswer struct{}

func (batchAnswer) Name() string            { return "$batch (answer)" }
func (batchAnswer) Source() ([]byte, error) { return []byte(batchAnswerSchema), nil }
func (batchAnswer) Compile() error          { return nil }

func (batchAnswer) judge(c *checker, value any, in Location) any {
	j := &judge{checker: c, contract: c.op.Contract, model: c.op.Contract.model, in: in, use: forAnswer}
	object, ok := value.(map[string]any)
	if !ok {
		j.wrongType(value, `an object with an array "responses"`, nil)
		return value
	}
	at := &place{name: "responses"}
	responses, ok := object["responses"].([]any)
	if !ok {
		j.wrongType(object["responses"], "an array of responses", at)
	}
	for i, r := range responses {
		here := &place{parent: at, item: i + 1}
		item, ok := r.(map[string]any)
		if !ok {
			j.wrongType(r, "a response", here)
			continue
		}
		if _, ok := item["id"].(string); !ok {
			j.wrongType(item["id"], "a string", &place{parent: here, name: "id"})
		}
		if _, ok := item["status"].(json.Number); !ok {
			j.wrongType(item["status"], "a number", &place{parent: here, name: "status"})
		}
	}
	return value
}
