package mock

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
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
	failed := make(map[string]bool)
	for _, step := range x.verdict.Steps() {
		var a stepAnswer
		if slices.ContainsFunc(step.DependsOn, func(id string) bool { return failed[id] }) {
			a = x.failDependent(step)
		} else {
			a = x.answerStep(step)
		}
		failed[step.ID] = a.Status >= 400
		answers = append(answers, a)
	}
	x.reply.status, x.reply.body = http.StatusOK, encode(map[string]any{"responses": answers})
	x.reply.header.Set("Content-Type", odataJSON)
	return true
}

// answerStep sends one request of a batch through the steps of an exchange. It has
// the token of the batch.
func (x *exchange) answerStep(step schemas.Step) stepAnswer {
	req := x.req.Clone(x.req.Context())
	req.Method = step.Method
	req.Header = step.Header.Clone()
	if auth := x.req.Header.Get("Authorization"); req.Header.Get("Authorization") == "" && auth != "" {
		req.Header.Set("Authorization", auth)
	}
	inner := &exchange{
		srv: x.srv, req: req, base: x.base, began: x.began, reply: reply{header: make(http.Header), cutAt: -1},
		call: &Call{Seq: x.call.Seq, Started: x.call.Started, Request: Request{
			Method: step.Method, URL: step.URL, Host: x.call.Request.Host, Header: req.Header, Body: step.Body,
		}},
	}
	inner.answer()
	x.call.Steps = append(x.call.Steps, *inner.call)
	return inner.stepAnswer(step.ID)
}

// stepAnswer puts a reply into a batch.
func (x *exchange) stepAnswer(id string) stepAnswer {
	r := x.reply
	if r.status == 0 || r.cutAt >= 0 { // a batch can't be cut within
		return stepAnswer{ID: id, Status: http.StatusGatewayTimeout, Headers: map[string]string{"Content-Type": "application/json"},
			Body: map[string]any{"error": map[string]any{"code": "UnknownError", "message": ""}}}
	}
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

// failDependent answers a request that waits for one that failed.
func (x *exchange) failDependent(step schemas.Step) stepAnswer {
	return stepAnswer{ID: step.ID, Status: http.StatusFailedDependency, Headers: map[string]string{"Content-Type": "application/json"},
		Body: map[string]any{"error": map[string]any{
			"code": "FailedDependency", "message": "The request was not executed: a request that it depends on failed.",
			"innerError": map[string]any{"date": x.srv.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": x.srv.ids.GUID(), "client-request-id": x.srv.ids.GUID()},
		}}}
}
