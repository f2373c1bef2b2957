package contracttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/internal/jsonvalue"
	"github.com/graphmock/graphmock/mock"
)

// CalledTimes fails tb unless the operation was called n times. It panics if there is no
// such operation.
func CalledTimes(tb testing.TB, srv *mock.Server, operation string, n int) {
	tb.Helper()
	if got := len(srv.CallsOf(operation)); got != n {
		tb.Errorf("%s was called %d times, want %d\n%s", operation, got, n, callList(srv))
	}
}

// Sequence fails tb unless the calls were, in order, of exactly those
// operations; a batch is followed by its requests. It panics if there is no such operation.
func Sequence(tb testing.TB, srv *mock.Server, operations ...string) {
	tb.Helper()
	for _, id := range operations {
		srv.CallsOf(id) // for the panic
	}
	var got []string
	for _, c := range srv.Calls() {
		for _, one := range append([]mock.Call{c}, c.Steps...) {
			got = append(got, cmp.Or(one.Operation, "no operation"))
		}
	}
	if !slices.Equal(got, operations) {
		tb.Errorf("called  %s\nwant    %s\n%s", orNothing(got), orNothing(operations), callList(srv))
	}
}

func orNothing(operations []string) string {
	return cmp.Or(strings.Join(operations, ", "), "nothing")
}

// NoFindings fails tb for every finding of the calls so far, whatever its
// severity: warnings and notes too.
func NoFindings(tb testing.TB, srv *mock.Server) {
	tb.Helper()
	for _, c := range srv.Calls() {
		if findings := slices.Concat(c.Findings, c.AnswerFindings); len(findings) > 0 {
			tb.Errorf("%s", Explain(c, findings))
		}
	}
}

// SentJSON fails tb unless the call's body equals want as JSON, and says where
// it differs. Numbers are compared exactly. want is a JSON text (a string or []byte), or a value that encodes as JSON. It stops the
// test if want is neither.
func SentJSON(tb testing.TB, call mock.Call, want any) {
	tb.Helper()
	var wantText []byte
	switch want := want.(type) {
	case string:
		wantText = []byte(want)
	case []byte:
		wantText = want
	default:
		var err error
		if wantText, err = json.Marshal(want); err != nil {
			tb.Fatalf("the wanted body can't be JSON: %v", err)
		}
	}
	wanted, err := jsonvalue.Decode(wantText)
	if err != nil {
		tb.Fatalf("the wanted body is not JSON: %v", err)
	}
	got, err := jsonvalue.Decode(call.Request.Body)
	if err != nil {
		tb.Errorf("%s\n  the body is not JSON: %v", call, err)
		return
	}
	if diffs := jsonvalue.Compare(wanted, got); len(diffs) > 0 {
		var b strings.Builder
		for _, d := range diffs {
			fmt.Fprintf(&b, "\n  %s: want %s, got %s", cmp.Or(d.Pointer, "the whole"), cmp.Or(d.Want, "none"), cmp.Or(d.Got, "none"))
		}
		tb.Errorf("%s%s", call, b.String())
	}
}

// WaitedBeforeRetry fails tb for every call that repeats one which was
// answered with 429 or 503 and Retry-After, before that time was over by the server's
// clock. Graph counts such calls against the caller.
func WaitedBeforeRetry(tb testing.TB, srv *mock.Server) {
	tb.Helper()
	const slack = 10 * time.Millisecond // some timers fire early
	calls := srv.Calls()
	for i, c := range calls {
		asked := retryAfter(c)
		next := slices.IndexFunc(calls[i+1:], func(d mock.Call) bool { return repeats(c, d) })
		if asked <= 0 || next < 0 {
			continue
		}
		again := calls[i+1+next]
		if waited := again.Started.Sub(c.Started); waited < asked-slack {
			tb.Errorf("%s\n  repeats #%d after %v, which asked to wait: Retry-After: %s", again, c.Seq, waited, c.Response.Header.Get("Retry-After"))
		}
	}
}

// retryAfter returns how long a call was told to wait, 0 if it was not.
func retryAfter(c mock.Call) time.Duration {
	if c.Response.Status != http.StatusTooManyRequests && c.Response.Status != http.StatusServiceUnavailable {
		return 0
	}
	value := c.Response.Header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return time.Duration(seconds * float64(time.Second))
	}
	if date, err := http.ParseTime(value); err == nil {
		return date.Sub(c.Started)
	}
	return 0
}

// repeats reports whether b is a once more, were it with another boundary, and
// was not sent before a was answered.
func repeats(a, b mock.Call) bool {
	return a.Request.Method == b.Request.Method && a.Request.URL == b.Request.URL &&
		!b.Started.Before(a.Started.Add(a.Duration)) &&
		bytes.Equal(withoutBoundary(a.Request), withoutBoundary(b.Request))
}

func withoutBoundary(r mock.Request) []byte {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return r.Body
	}
	return bytes.ReplaceAll(r.Body, []byte(params["boundary"]), nil)
}
