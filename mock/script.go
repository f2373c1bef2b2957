package mock

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/graphmock/graphmock/internal/spell"
)

// An Answer is what a test tells the server to say to a call. The zero value
// says nothing special.
type Answer struct {
	// Status is the status code. If zero, the answer is made as without a
	// script, and what the other fields say happens to it.
	Status int
	Header http.Header
	// Body is sent as it is if it is a []byte or a string, otherwise as JSON. If
	// nil, an error status has Graph's error body and any other has none.
	Body any

	// Delay is waited before anything is sent, by real time or by that of a
	// testing/synctest bubble.
	Delay time.Duration
	// CutConnection closes the connection instead of answering. The call
	// changes nothing in the tenant.
	CutConnection bool
	// Truncate cuts the connection behind that many bytes of the body, if it
	// is not zero; -1 cuts it behind the headers. The call has taken effect.
	Truncate int

	// Unchecked keeps the answer from being held to the contract.
	Unchecked bool
}

// Throttled is 429 with Retry-After in seconds, which may be a fraction, as
// Graph's sometimes are.
func Throttled(retryAfter time.Duration) Answer {
	return retryLater(http.StatusTooManyRequests, retryAfter)
}

// Unavailable is 503, with Retry-After if it is not zero.
func Unavailable(retryAfter time.Duration) Answer {
	return retryLater(http.StatusServiceUnavailable, retryAfter)
}

func retryLater(status int, after time.Duration) Answer {
	a := Answer{Status: status}
	if after != 0 {
		a.Header = http.Header{"Retry-After": {strconv.FormatFloat(after.Seconds(), 'f', -1, 64)}}
	}
	return a
}

// Unauthorized is 401, as for an expired token.
func Unauthorized() Answer { return Answer{Status: http.StatusUnauthorized} }

// CutConnection closes the connection without an answer. Mind that Go's own HTTP
// client then sends a GET once more by itself, if the connection had served a call before.
func CutConnection() Answer { return Answer{CutConnection: true} }

// Truncated cuts the connection behind n bytes of the body, or behind the
// headers if n is -1. It panics for 0 and for any other negative n.
func Truncated(n int) Answer {
	if n == 0 || n < -1 {
		panic(fmt.Sprintf("mock: Truncated(%d): want at least one byte of the body, or -1 for none", n))
	}
	return Answer{Truncate: n}
}

// Delayed answers as usual after d.
func Delayed(d time.Duration) Answer { return Answer{Delay: d} }

// check reports an answer that can't be given.
func (a Answer) check() error {
	switch retryAfter, err := strconv.ParseFloat(a.Header.Get("Retry-After"), 64); {
	case a.Status != 0 && (a.Status < 200 || a.Status > 599):
		return fmt.Errorf("status %d: want 200 to 599", a.Status)
	case a.Delay < 0:
		return fmt.Errorf("delay %v: want 0 or more", a.Delay)
	case a.Truncate < -1:
		return fmt.Errorf("truncate %d: want a number of bytes, or -1 to cut behind the headers", a.Truncate)
	case err == nil && retryAfter < 0 && !a.Unchecked:
		return fmt.Errorf("Retry-After %v: want 0 or more seconds", retryAfter)
	}
	if _, err := a.body(); err != nil {
		return fmt.Errorf("the body can't be JSON: %w", err)
	}
	return nil
}

func (a Answer) body() ([]byte, error) {
	switch body := a.Body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return body, nil
	case string:
		return []byte(body), nil
	}
	return json.Marshal(a.Body)
}

// AnyOperation stands for every operation in [Server.Next], [Server.Nth],
// [Server.Every], [Server.After] and [Server.Wait], also for calls that fit none.
const AnyOperation = "*"

// Next scripts the answers to the next calls of an operation, one each, in
// order. The operation is an id such as "uploadSession.create", or
// [AnyOperation]. It panics if there is no such operation or an answer can't be
// given: a status outside of 200 to 599, a body that can't be JSON, a negative delay. So do
// [Server.Nth], [Server.Every] and [Server.After].
func (s *Server) Next(operation string, answers ...Answer) {
	for _, a := range answers {
		s.script(operation, 0, 1, a)
	}
}

// Nth scripts the answer to the nth call of an operation from now; 1 is the
// next. It panics if there is no such operation or n is not positive.
func (s *Server) Nth(operation string, n int, a Answer) {
	if n < 1 {
		panic(fmt.Sprintf("mock: Nth(%q, %d): calls count from 1", operation, n))
	}
	s.script(operation, n-1, 1, a)
}

// Every scripts the answer to all calls of an operation that no other script
// is for. It panics if there is no such operation.
func (s *Server) Every(operation string, a Answer) { s.After(operation, 0, a) }

// After is Every for the calls behind the next n.
func (s *Server) After(operation string, n int, a Answer) { s.script(operation, n, math.MaxInt, a) }

func (s *Server) script(operation string, skip, times int, a Answer) {
	if err := s.checkOperation(operation); err != nil {
		panic("mock: " + err.Error())
	}
	if err := a.check(); err != nil {
		panic(fmt.Sprintf("mock: answer to %s: %v", operation, err))
	}
	s.scripts.add(&script{operation: operation, skip: skip, left: times, answer: a})
}

// checkOperation reports a misspelt operation, and what was probably meant.
func (s *Server) checkOperation(id string) error {
	if id == AnyOperation || s.contracts.HasOperation(id) {
		return nil
	}
	if meant := s.contracts.MeantOperation(id); meant != "" {
		return fmt.Errorf("no operation %q in the contracts; did you mean %q?", id, meant)
	}
	return fmt.Errorf("no operation %q in the contracts%s", id, spell.Hint(id, s.contracts.OperationIDs()))
}

// UnusedScripts returns the scripted answers that no call has taken, for
// people: "answer 429 to uploadSession.create". Those of [Server.Every] count as used once.
func (s *Server) UnusedScripts() []string { return s.scripts.unused() }

// A script is an answer that waits for its calls.
type script struct {
	operation string
	skip      int // calls to let pass first
	left      int // calls to answer
	used      int
	answer    Answer
}

func (s *script) endless() bool { return s.left > math.MaxInt/2 }

func (s *script) String() string {
	what := "answer " + strconv.Itoa(s.answer.Status)
	switch {
	case s.answer.CutConnection:
		what = "cut the connection"
	case s.answer.Truncate != 0:
		what = "truncate the answer"
	case s.answer.Status == 0 && s.answer.Delay == 0:
		what = "answer as usual"
	case s.answer.Status == 0:
		what = fmt.Sprintf("delay the answer by %v", s.answer.Delay)
	}
	return fmt.Sprintf("%s to %s", what, s.operation)
}

// scripts are in the order in which they were added.
type scripts struct {
	mu   sync.Mutex
	list []*script
}

func (ss *scripts) add(s *script) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list = append(ss.list, s)
}

func (ss *scripts) reset() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list = nil
}

// take returns the answer for a call of the operation. Scripts for single
// calls go before endless ones.
func (ss *scripts) take(operation string) (Answer, bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var chosen *script
	for _, s := range ss.list {
		switch {
		case s.operation != operation && s.operation != AnyOperation || s.left == 0:
		case s.skip > 0:
			s.skip--
		case chosen == nil || chosen.endless() && !s.endless():
			chosen = s
		}
	}
	if chosen == nil {
		return Answer{}, false
	}
	chosen.left--
	chosen.used++
	return chosen.answer, true
}

func (ss *scripts) unused() []string {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var out []string
	for _, s := range ss.list {
		if s.used == 0 {
			out = append(out, s.String())
		}
	}
	return out
}
