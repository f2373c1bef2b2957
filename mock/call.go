package mock

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/schemas"
)

// A Call is one recorded exchange. It does not change after it was recorded;
// its headers and bodies are shared, and must not be changed.
type Call struct {
	Seq      int           // from 1, in the order in which the requests arrived
	Started  time.Time     // by the server's clock
	Duration time.Duration // until the answer was ready, by real time

	Request  Request
	Response Response

	Operation string // id, "" if the request led to none
	Contract  string // that Findings speak of
	// Fits are the contracts that allow the request, oldest first. They speak of
	// the contract alone: a call may fit one and have an error all the same, for an
	// expired token or a limit of the server.
	Fits []string

	Findings       []schemas.Finding // of the request
	AnswerFindings []schemas.Finding // of the answer
	Source         AnswerSource
	// Steps are the calls that a batch holds, in the order of their requests. They are no calls
	// of their own otherwise: Seq is that of the batch, and what is wrong with them
	// is among its Findings and AnswerFindings too.
	Steps []Call
	// Miss says which interaction of a session came nearest, where
	// sessions are replayed strictly and none matched.
	Miss string
}

// A Request is the request of a call, as it arrived.
type Request struct {
	Method string
	URL    string // path and query as sent, such as "/v1.0/…?$top=1"
	Host   string
	Header http.Header
	Body   []byte // with gzip undone
}

// A Response is the answer to a call.
type Response struct {
	Status int // 0 if the connection was cut before
	Header http.Header
	Body   []byte
	Cut    bool // the client did not get all of it
}

// AnswerSource says what an answer was made from.
type AnswerSource string

const (
	FromScript   AnswerSource = "script"   // the test said so
	FromContract AnswerSource = "contract" // refused for what is wrong with the request
	FromSession  AnswerSource = "session"
	FromTenant   AnswerSource = "tenant"
	FromExample  AnswerSource = "example" // made from the metadata: there is no state behind it
	FromBatch    AnswerSource = "batch"   // put together from the answers to its requests, see Call.Steps
)

// Errors returns the findings of severity error, of the request and of the answer.
func (c Call) Errors() []schemas.Finding {
	return append(schemas.Errors(c.Findings), schemas.Errors(c.AnswerFindings)...)
}

// Unexpected reports whether the call fits no operation, or was missed by strict replay.
func (c Call) Unexpected() bool { return c.Operation == "" || c.Miss != "" }

// String returns the call as one line, without credentials: number, request
// line, status, operation.
func (c Call) String() string {
	return fmt.Sprintf("#%d %s %s → %d (%s)", c.Seq, c.Request.Method, fixtures.RedactURL(c.Request.URL), c.Response.Status, cmp.Or(c.Operation, "no operation"))
}

// Interaction returns the call as an interaction of a session, with
// credentials removed. Links to the server lead to https://graph.microsoft.com: a
// server that replays it makes them its own.
func (c Call) Interaction() fixtures.Interaction {
	header, body := c.Response.Header, c.Response.Body
	for _, base := range []string{"http://" + c.Request.Host, "https://" + c.Request.Host} {
		if c.Request.Host == "" || !bytes.Contains(body, []byte(base)) && !strings.HasPrefix(header.Get("Location"), base) {
			continue
		}
		body = bytes.ReplaceAll(body, []byte(base), []byte(globalGraph))
		if location, ok := strings.CutPrefix(header.Get("Location"), base); ok {
			header = header.Clone()
			header.Set("Location", globalGraph+location)
		}
	}
	x := fixtures.NewInteraction(
		&schemas.Request{Method: c.Request.Method, URL: c.Request.URL, Header: c.Request.Header, Body: c.Request.Body},
		&schemas.Response{Status: c.Response.Status, Header: header, Body: body},
	)
	x.Operation, x.Started, x.Duration, x.Response.Cut = c.Operation, c.Started, c.Duration, c.Response.Cut
	return fixtures.Redact(x)
}

func (c *Call) size() int {
	n := len(c.Request.Body) + len(c.Response.Body)
	for i := range c.Steps {
		n += c.Steps[i].size()
	}
	return n
}

// Calls returns the recorded calls in the order of their arrival. The oldest
// are missing where a limit was reached; see [Server.DroppedCalls].
func (s *Server) Calls() []Call { return s.calls.all() }

// CallsOf returns the recorded calls of one operation, those within batches
// included. It panics if there is no such operation.
func (s *Server) CallsOf(operation string) []Call {
	if err := s.checkOperation(operation); err != nil {
		panic("mock: " + err.Error())
	}
	var calls []Call
	for _, c := range s.calls.all() {
		for _, one := range append([]Call{c}, c.Steps...) {
			if operation == AnyOperation || one.Operation == operation {
				calls = append(calls, one)
			}
		}
	}
	return calls
}

// DroppedCalls returns how many calls were forgotten to stay within
// [Limits.Calls] and [Limits.CallBytes], and the worst finding among them. An
// unexpected call counts as an error.
func (s *Server) DroppedCalls() (n int, worst schemas.Severity) { return s.calls.droppedCalls() }

// ClearCalls forgets the recorded calls. Everything else stays.
func (s *Server) ClearCalls() { s.calls.reset() }

// Session returns the recorded calls as a session, with credentials removed. Calls
// without an answer, such as those of [CutConnection], are left out.
func (s *Server) Session(name string) *fixtures.Session {
	session := &fixtures.Session{Name: name}
	for _, c := range s.calls.all() {
		if c.Response.Status == 0 {
			continue
		}
		session.Contract = cmp.Or(session.Contract, c.Contract)
		session.Interactions = append(session.Interactions, c.Interaction())
	}
	return session
}

// Wait returns the nth recorded call of an operation, and waits for it if
// need be; n counts from 1. The error is that of ctx, with what was waited for. It panics
// if there is no such operation or n is not positive.
func (s *Server) Wait(ctx context.Context, operation string, n int) (Call, error) {
	if n < 1 {
		panic(fmt.Sprintf("mock: Wait(%q, %d): calls count from 1", operation, n))
	}
	for {
		changed := s.calls.changed()
		if calls := s.CallsOf(operation); len(calls) >= n {
			return calls[n-1], nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Call{}, fmt.Errorf("wait for call %d of %s: there were %d: %w", n, operation, len(s.CallsOf(operation)), ctx.Err())
		}
	}
}

// callLog keeps the newest calls within limits of number and bytes.
type callLog struct {
	limits Limits

	mu      sync.Mutex
	arrived int
	calls   []*Call // by Seq
	bytes   int
	dropped int
	worst   schemas.Severity // of the dropped
	notify  chan struct{}    // closed when a call is added
}

func (l *callLog) init(limits Limits) { l.limits, l.notify = limits, make(chan struct{}) }

// arrive returns the number of a new call.
func (l *callLog) arrive() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.arrived++
	return l.arrived
}

func (l *callLog) add(c *Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, _ := slices.BinarySearchFunc(l.calls, c, func(a, b *Call) int { return cmp.Compare(a.Seq, b.Seq) })
	l.calls = slices.Insert(l.calls, at, c)
	l.bytes += c.size()
	for len(l.calls) > l.limits.Calls || l.bytes > l.limits.CallBytes && len(l.calls) > 1 {
		oldest := l.calls[0]
		l.calls[0] = nil
		l.calls = l.calls[1:]
		l.bytes -= oldest.size()
		l.dropped++
		l.worst = max(l.worst, schemas.Worst(oldest.Findings), schemas.Worst(oldest.AnswerFindings))
		if oldest.Unexpected() {
			l.worst = schemas.Error
		}
	}
	close(l.notify)
	l.notify = make(chan struct{})
}

func (l *callLog) all() []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Call, len(l.calls))
	for i, c := range l.calls {
		out[i] = *c
	}
	return out
}

func (l *callLog) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notify
}

func (l *callLog) droppedCalls() (int, schemas.Severity) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped, l.worst
}

func (l *callLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls, l.bytes, l.dropped, l.worst = nil, 0, 0, schemas.Off
}
