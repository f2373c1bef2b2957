package mock

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// A stepAnswer is the answer to one request of a batch, as Graph writes it.
type stepAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    any               `json:"body,omitempty"` // left out of a 204: clients don't survive null or ""
}

// fromBatch answers each request of a batch as a request, in their order.
func (x *exchange) fromBatch() bool {
	op := x.verdict.Operation
	if op == nil || !op.IsBatch() {
		return false
	}
	x.call.Source = FromBatch
	answers := []stepAnswer{}
	failed := make(map[string]bool) // by id in lower case: Graph takes any
	for _, step := range x.verdict.Steps() {
		inner := x.within(step)
		if slices.ContainsFunc(step.DependsOn, func(id string) bool { return failed[strings.ToLower(id)] }) {
			inner.replyError(http.StatusFailedDependency, "FailedDependency", "The request was not executed: a request that it depends on failed.", nil)
		} else {
			inner.answer()
			x.call.Steps = append(x.call.Steps, *inner.call)
			x.adoptFindings(step.ID, len(answers), inner.call.AnswerFindings)
		}
		a := inner.stepAnswer(step.ID)
		failed[strings.ToLower(step.ID)] = a.Status >= 400
		answers = append(answers, a)
	}
	x.reply.status, x.reply.body = http.StatusOK, encode(map[string]any{"responses": answers})
	x.reply.header.Set("Content-Type", odataJSON)
	return true
}

// within returns the exchange of one request of a batch, which has the token of the batch.
func (x *exchange) within(step schemas.Step) *exchange {
	req := x.req.Clone(x.req.Context())
	req.Method = step.Method
	req.Header = step.Header.Clone()
	if auth := x.req.Header.Get("Authorization"); req.Header.Get("Authorization") == "" && auth != "" {
		req.Header.Set("Authorization", auth)
	}
	return &exchange{
		srv: x.srv, req: req, base: x.base, began: x.began, reply: reply{header: make(http.Header), cutAt: -1},
		call: &Call{Seq: x.call.Seq, Started: x.call.Started, Request: Request{
			Method: step.Method, URL: step.URL, Host: x.call.Request.Host, Header: req.Header, Body: step.Body,
		}},
	}
}

// adoptFindings makes what is wrong with an answer within a batch a matter of the batch's answer,
// in which it stands at index.
func (x *exchange) adoptFindings(id string, index int, findings []schemas.Finding) {
	for _, f := range findings {
		at := "/body" + f.Pointer
		switch f.In {
		case schemas.InStatus:
			at = "/status"
		case schemas.InResponseHeader:
			at = "/headers/" + f.Pointer
		}
		f.In, f.Pointer, f.Line, f.Column = schemas.InResponseBody, fmt.Sprintf("/responses/%d%s", index, at), 0, 0
		f.Step, f.Message = id, fmt.Sprintf("request %q: %s", id, f.Message)
		x.call.AnswerFindings = append(x.call.AnswerFindings, f)
	}
}

// stepAnswer puts a reply into a batch.
func (x *exchange) stepAnswer(id string) stepAnswer {
	if x.reply.status == 0 || x.reply.cutAt >= 0 { // a batch can't be cut within
		x.reply = reply{header: make(http.Header), cutAt: -1}
		x.replyError(http.StatusGatewayTimeout, "UnknownError", "", nil)
	}
	r := x.reply
	a := stepAnswer{ID: id, Status: r.status, Headers: make(map[string]string)}
	for _, name := range []string{"Content-Type", "Odata-Version", "Cache-Control", "Location", "Retry-After", "Etag", "Preference-Applied"} {
		if v := r.header.Get(name); v != "" {
			a.Headers[cmp.Or(map[string]string{"Odata-Version": "OData-Version", "Etag": "ETag"}[name], name)] = v
		}
	}
	switch {
	case len(r.body) == 0:
	case strings.HasPrefix(r.header.Get("Content-Type"), "application/json"):
		dec := json.NewDecoder(bytes.NewReader(r.body))
		dec.UseNumber()
		if err := dec.Decode(&a.Body); err != nil {
			a.Body = string(r.body) // scripted, and not JSON
		}
	default:
		a.Body = base64.StdEncoding.EncodeToString(r.body)
	}
	return a
}
