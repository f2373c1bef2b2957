package mock_test

import (
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/internal/corpus"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

const sharedFiles = "../../shared"

// wholeGraph returns a server for v1.0's metadata; the test is skipped where there is none.
func wholeGraph(tb testing.TB) *mock.Server {
	tb.Helper()
	set, err := corpus.Contract(filepath.Join(sharedFiles, "csdl/graph-v1.0.csdl"))
	if err != nil {
		tb.Skipf("no metadata to test with: %v", err)
	}
	srv, err := mock.New(mock.Config{Contracts: set, Now: func() time.Time { return time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC) }})
	if err != nil {
		tb.Fatal(err)
	}
	return srv
}

// TestExamplesConform sends every documented request that has no error, and holds the answers
// to the contract.
func TestExamplesConform(t *testing.T) {
	srv := wholeGraph(t)
	records, err := corpus.Read(filepath.Join(sharedFiles, "corpus/graph-v1.0-examples.dev.jsonl"))
	if err != nil {
		t.Skipf("no corpus to test with: %v", err)
	}
	sent := 0
	for i := range records {
		r := records[i].Request()
		if !records[i].ForGraph() || strings.ContainsAny(r.URL, " \"") {
			continue
		}
		req := httptest.NewRequest(r.Method, "http://graph.test/", strings.NewReader(string(r.Body)))
		req.URL.Opaque, req.RequestURI = "", r.URL
		if u, err := req.URL.Parse("http://graph.test" + r.URL); err == nil {
			req.URL = u
		} else {
			continue
		}
		req.Header = r.Header
		req.Header.Set("Authorization", "Bearer token")
		srv.ServeHTTP(httptest.NewRecorder(), req)
		calls := srv.Calls()
		call := calls[len(calls)-1]
		srv.ClearCalls()
		if len(schemas.Errors(call.Findings)) > 0 {
			continue
		}
		sent++
		if call.Source != mock.FromExample && call.Source != mock.FromTenant && call.Source != mock.FromBatch {
			t.Errorf("%s: answered from %s", call, call.Source)
		}
		if call.Response.Status >= 300 {
			t.Errorf("%s: %s", call, call.Response.Body)
		}
		if hasRule(call.Findings, "body.derived-property") { // what was sent comes back
			continue
		}
		for _, f := range call.AnswerFindings {
			t.Errorf("%s: %s", call, f)
		}
	}
	if sent < 1000 {
		t.Errorf("only %d requests were answered", sent)
	}
}

func hasRule(findings []schemas.Finding, rule string) bool {
	return slices.ContainsFunc(findings, func(f schemas.Finding) bool { return f.Rule == rule })
}
