package contracttest_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
)

// inRepository changes to a folder that has the small metadata document as
// "graphmock contract pull v1.0" would have put it there.
func inRepository(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("../schemas/testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("graphmock", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("graphmock", "graph-v1.0.csdl"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWholeOfGraph(t *testing.T) {
	inRepository(t)

	graph := contracttest.NewServer(t, contracttest.WithMetadata("graphmock/graph-v1.0.csdl"))

	post := func(body string) int {
		req, err := http.NewRequestWithContext(t.Context(), "POST", graph.URL+"/v1.0/me/messages", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer token")
		req.Header.Set("Content-Type", "application/json")
		resp, err := graph.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := post(`{"subject": "Lunch", "importance": "high"}`); status != http.StatusCreated {
		t.Errorf("a message is answered with %d", status)
	}
	graph.Next("POST /me/messages", mock.Throttled(2*time.Second))
	if status := post(`{"subject": "Lunch"}`); status != http.StatusTooManyRequests {
		t.Errorf("a scripted answer is %d", status)
	}
	graph.ClearCalls()
	if status := post(`{"subjekt": "Lunch"}`); status != http.StatusBadRequest {
		t.Errorf("a misspelt member is answered with %d", status)
	}
	findings := graph.Calls()[0].Findings
	if len(findings) != 1 || findings[0].Suggestion != "subject" || !strings.HasPrefix(findings[0].Source, "graphmock/graph-v1.0.csdl:") {
		t.Errorf("the misspelt member is explained as %v", findings)
	}
	graph.ClearCalls()
}
