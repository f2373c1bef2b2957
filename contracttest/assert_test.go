package contracttest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
)

// serve starts a server of t, without judging calls or scripts.
func serve(t *testing.T) *mock.Server {
	return contracttest.NewServer(t, contracttest.Allow("*"), contracttest.AllowUnused())
}

func TestCalledTimes(t *testing.T) {
	srv := serve(t)
	send(t, srv, "POST", sessionsPath, goodBody)
	send(t, srv, "POST", sessionsPath, goodBody)
	try(func(tb testing.TB) { contracttest.CalledTimes(tb, srv, "uploadSession.create", 2) }).passes(t)
	try(func(tb testing.TB) { contracttest.CalledTimes(tb, srv, "uploadSession.update", 0) }).passes(t)
	try(func(tb testing.TB) { contracttest.CalledTimes(tb, srv, "uploadSession.create", 1) }).
		fails(t, "uploadSession.create was called 2 times, want 1", "its calls:", "#1 POST", "→ 201", "#2 POST", "→ 409 (uploadSession.create) Conflict: An upload session")
	wantPanic(t, `did you mean "uploadSession.create"`, func() { contracttest.CalledTimes(t, srv, "uploadSession.creat", 1) })
}

func TestSequence(t *testing.T) {
	srv := serve(t)
	try(func(tb testing.TB) { contracttest.Sequence(tb, srv) }).passes(t)
	try(func(tb testing.TB) { contracttest.Sequence(tb, srv, "catalog.list") }).
		fails(t, "called  nothing", "want    catalog.list", "it called nothing")
	send(t, srv, "GET", "/v1.0/nowhere", "")
	send(t, srv, "POST", sessionsPath, goodBody)
	try(func(tb testing.TB) { contracttest.Sequence(tb, srv, "uploadSession.create") }).
		fails(t, "called  no operation, uploadSession.create", "want    uploadSession.create")
	wantPanic(t, `did you mean "catalog.list"`, func() { contracttest.Sequence(t, srv, "catalogs.list") })
}

func TestNoFindings(t *testing.T) {
	srv := serve(t)
	send(t, srv, "POST", sessionsPath, goodBody)
	try(func(tb testing.TB) { contracttest.NoFindings(tb, srv) }).passes(t)
	send(t, srv, "POST", sessionsPath, typoCase)
	try(func(tb testing.TB) { contracttest.NoFindings(tb, srv) }).fails(t, "#2 POST", "body.property-case")
}

func TestSentJSON(t *testing.T) {
	srv := serve(t)
	const path = sessionsPath + "/0b64df22-1a83-472c-9556-6c3dc41742b9"
	send(t, srv, "PATCH", path, `{"isUploadDone": true}`)
	send(t, srv, "PATCH", path, `{"isUploadDone": `)
	calls := srv.Calls()
	type update struct {
		IsUploadDone bool `json:"isUploadDone"`
	}
	for _, want := range []any{`{ "isUploadDone":true }`, []byte(`{"isUploadDone":true}`), json.RawMessage(`{"isUploadDone":true}`), update{true}, map[string]bool{"isUploadDone": true}} {
		try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[0], want) }).passes(t)
	}
	try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[0], update{false}) }).
		fails(t, "#1 PATCH "+path, "\n  /isUploadDone: want false, got true")
	try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[0], `{"isUploadDone":true,"n":[1]}`) }).
		fails(t, "#1 PATCH "+path, "\n  /n: want [1], got none")
	call := mock.Call{Request: mock.Request{Body: []byte(`{"n":9007199254740993}`)}}
	try(func(tb testing.TB) { contracttest.SentJSON(tb, call, map[string]int64{"n": 9007199254740993}) }).passes(t)
	try(func(tb testing.TB) { contracttest.SentJSON(tb, call, `{"n":9007199254740992}`) }).
		fails(t, "/n: want 9007199254740992, got 9007199254740993")
	try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[1], update{true}) }).fails(t, "#2 PATCH", "the body is not JSON")
	try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[0], `{`) }).fails(t, "the wanted body is not JSON")
	try(func(tb testing.TB) { contracttest.SentJSON(tb, calls[0], func() {}) }).fails(t, "the wanted body can't be JSON")
}

func TestWaitedBeforeRetry(t *testing.T) {
	tests := []struct {
		name   string
		answer mock.Answer
		pause  time.Duration
		passes bool
	}{
		{"in time", mock.Throttled(2 * time.Second), 2 * time.Second, true},
		{"too early", mock.Throttled(2 * time.Second), time.Second, false},
		{"at once", mock.Unavailable(500 * time.Millisecond), 0, false},
		{"a timer that fires early", mock.Throttled(2 * time.Second), 1999 * time.Millisecond, true},
		{"not told how long", mock.Unavailable(0), 0, true},
		{"date, in time", mock.Answer{Status: 503, Header: http.Header{"Retry-After": {"Sat, 01 Jan 2000 00:00:30 GMT"}}}, 30 * time.Second, true},
		{"date, too early", mock.Answer{Status: 503, Header: http.Header{"Retry-After": {"Sat, 01 Jan 2000 00:00:30 GMT"}}}, 20 * time.Second, false},
		{"refused for another reason", mock.Answer{Status: 409, Header: http.Header{"Retry-After": {"2"}}}, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := contracttest.NewServer(t, contracttest.InProcess())
				srv.Next("uploadSession.create", tt.answer)
				client := &http.Client{Transport: srv.Transport()}
				for _, body := range []string{goodBody, goodBody} {
					if _, err := sendWith(t.Context(), client, "POST", "https://graph.microsoft.com"+sessionsPath, "application/json", body); err != nil {
						t.Fatal(err)
					}
					time.Sleep(tt.pause)
				}
				tb := try(func(tb testing.TB) { contracttest.WaitedBeforeRetry(tb, srv) })
				if tt.passes {
					tb.passes(t)
				} else {
					tb.fails(t, "#2 POST "+sessionsPath, "repeats #1 after", "Retry-After: "+tt.answer.Header.Get("Retry-After"))
				}
			})
		})
	}
}

// A repeated upload has another boundary; another file is no repetition.
func TestWaitedBeforeRetryComparesForms(t *testing.T) {
	form := func(boundary, row string) string {
		return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n" + csvFile + row + "\r\n--" + boundary + "--\r\n"
	}
	for row, passes := range map[string]bool{"": false, strings.Split(csvFile, "\n")[1]: true} {
		srv := serve(t)
		srv.Next("uploadSession.uploadFile", mock.Throttled(time.Minute))
		for _, f := range []struct{ boundary, row string }{{"one", ""}, {"two", row}} {
			url := srv.URL + sessionsPath + "/0b64df22-1a83-472c-9556-6c3dc41742b9/uploadFile"
			if _, err := sendWith(t.Context(), srv.Client(), "POST", url, "multipart/form-data; boundary="+f.boundary, form(f.boundary, f.row)); err != nil {
				t.Fatal(err)
			}
		}
		if tb := try(func(tb testing.TB) { contracttest.WaitedBeforeRetry(tb, srv) }); tb.Failed() == passes {
			t.Errorf("with another row %q: failed %v, want %v", row, tb.Failed(), !passes)
		}
	}
}

func wantPanic(t *testing.T, fragment string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got, _ := recover().(string); !strings.Contains(got, fragment) {
			t.Errorf("panic %q, want one with %q", got, fragment)
		}
	}()
	f()
}
