package contracttest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
)

// A fakeTB is a test that nobody but the test around it sees fail. Methods that
// it does not have panic.
type fakeTB struct {
	testing.TB

	mu       sync.Mutex
	output   bytes.Buffer
	errors   []string
	stopped  bool // by Fatal
	cleanups []func()
}

// try runs f as a test, with its cleanups, and returns it when it is over.
func try(f func(tb testing.TB)) *fakeTB {
	tb := new(fakeTB)
	tb.run(func() { f(tb) })
	for len(tb.cleanups) > 0 {
		last := tb.cleanups[len(tb.cleanups)-1]
		tb.cleanups = tb.cleanups[:len(tb.cleanups)-1]
		tb.run(last)
	}
	return tb
}

// run runs f, which Fatal may end.
func (tb *fakeTB) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func (tb *fakeTB) Helper()                  {}
func (tb *fakeTB) Context() context.Context { return context.Background() }
func (tb *fakeTB) Cleanup(f func())         { tb.cleanups = append(tb.cleanups, f) }
func (tb *fakeTB) Output() io.Writer        { return lockedWriter{tb} }

func (tb *fakeTB) Failed() bool {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	return len(tb.errors) > 0
}

func (tb *fakeTB) Errorf(format string, args ...any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.errors = append(tb.errors, fmt.Sprintf(format, args...))
}

func (tb *fakeTB) Fatalf(format string, args ...any) {
	tb.Errorf(format, args...)
	tb.stopped = true
	runtime.Goexit()
}

func (tb *fakeTB) Fatal(args ...any) { tb.Fatalf("%s", fmt.Sprint(args...)) }

func (tb *fakeTB) Setenv(name, value string) {
	old, ok := os.LookupEnv(name)
	os.Setenv(name, value)
	tb.Cleanup(func() {
		if os.Setenv(name, old); !ok {
			os.Unsetenv(name)
		}
	})
}

type lockedWriter struct{ tb *fakeTB }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.tb.mu.Lock()
	defer w.tb.mu.Unlock()
	return w.tb.output.Write(p)
}

// passes fails t if the fake test failed.
func (tb *fakeTB) passes(t *testing.T) {
	t.Helper()
	for _, e := range tb.errors {
		t.Errorf("the test should have passed, but said:\n%s", e)
	}
}

// fails fails t unless the fake test failed with one message, which holds the
// fragments in that order.
func (tb *fakeTB) fails(t *testing.T, fragments ...string) {
	t.Helper()
	if len(tb.errors) != 1 {
		t.Errorf("the test failed with %d messages, want 1:\n%s", len(tb.errors), strings.Join(tb.errors, "\n---\n"))
		return
	}
	rest := tb.errors[0]
	for _, f := range fragments {
		_, after, ok := strings.Cut(rest, f)
		if !ok {
			t.Errorf("the message lacks %q, or has it too early:\n%s", f, tb.errors[0])
			return
		}
		rest = after
	}
}

const (
	sessionsPath = "/v1.0/identityGovernance/entitlementManagement/catalogs/" + mock.CatalogID + "/resources/" + mock.ResourceID + "/uploadSessions"

	goodBody = `{
		"@odata.type": "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
		"data": {
			"@odata.type": "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
			"reviewDefinitionId": "f5744a40-bca0-4506-a286-a8afac513d1c",
			"reviewInstanceId": "ca24f9b9-5917-4971-9b5b-07aae0aa74e8"
		}
	}`
	csvFile = "principalId,principalType,permissionId,permissionName,permissionDescription,permissionType\n" +
		"550e8400-e29b-41d4-a716-446655440000,EntraIdUser,6ba7b810-9dad-11d1-80b4-00c04fd430c8,Access,Enter building A,Physical\n"
)

var (
	misspelt = strings.Replace(goodBody, "reviewInstanceId", "reviewInstanzId", 1)
	typoCase = strings.Replace(goodBody, "reviewInstanceId", "ReviewInstanceId", 1) // a warning
)

// send sends a request to a server over its socket and returns the status.
func send(tb testing.TB, srv *mock.Server, method, path, body string) int {
	tb.Helper()
	resp, err := sendWith(context.Background(), srv.Client(), method, srv.URL+path, "application/json", body)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode
}

// An answer is a response that was read.
type answer struct {
	*http.Response
	body []byte
}

func sendWith(ctx context.Context, client *http.Client, method, url, contentType, body string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer any")
	req.Header.Set("Accept", "application/json")
	if body != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return &answer{resp, data}, err
}

// A client is a program that uploads files; its fields make it a worse one.
type client struct {
	body       string        // of create; goodBody if empty
	files      int           // to upload
	blind      bool          // to refusals
	patience   time.Duration // between tries; 0 is as long as Retry-After asks
	tries      int           // of one request; at least 3
	afterwards bool          // upload once more when all is complete
}

// run is a contracttest.Client.
func (c client) run(ctx context.Context, target contracttest.Target) error {
	sessions := strings.TrimSuffix(target.BaseURL, "/v1.0") + sessionsPath
	body := c.body
	if body == "" {
		body = goodBody
	}
	created, err := c.do(ctx, target, "POST", sessions, "application/json", body)
	if err != nil {
		return err
	}
	session := sessions + "/" + between(string(created), `"id":"`, `"`)
	for range c.files {
		if err := c.upload(ctx, target, session); err != nil {
			return err
		}
	}
	if _, err := c.do(ctx, target, "PATCH", session, "application/json", `{"isUploadDone":true}`); err != nil {
		return err
	}
	if c.afterwards {
		return c.upload(ctx, target, session)
	}
	return nil
}

func (c client) upload(ctx context.Context, target contracttest.Target, session string) error {
	const form = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: application/octet-stream\r\n\r\n" + csvFile + "\r\n--x--\r\n"
	_, err := c.do(ctx, target, "POST", session+"/uploadFile", "multipart/form-data; boundary=x", form)
	return err
}

func (c client) do(ctx context.Context, target contracttest.Target, method, url, contentType, body string) ([]byte, error) {
	for try := 1; ; try++ {
		got, err := sendWith(ctx, target.HTTP, method, url, contentType, body)
		if err != nil {
			return nil, err
		}
		switch {
		case got.StatusCode < 300 || c.blind:
			return got.body, nil
		case got.StatusCode != http.StatusTooManyRequests || try == max(c.tries, 3):
			return nil, fmt.Errorf("%s: %s", got.Status, got.body)
		}
		pause, err := time.ParseDuration(got.Header.Get("Retry-After") + "s")
		if c.patience > 0 {
			pause, err = c.patience, nil
		}
		if err != nil {
			return nil, err
		}
		time.Sleep(pause)
	}
}

// between returns what stands between two marks, "none" if it is not there.
func between(s, before, after string) string {
	_, s, ok := strings.Cut(s, before)
	if !ok {
		return "none"
	}
	s, _, _ = strings.Cut(s, after)
	return s
}
