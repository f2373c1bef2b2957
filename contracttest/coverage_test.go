package contracttest_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

func TestCoverage(t *testing.T) {
	srv := serve(t)
	send(t, srv, "POST", sessionsPath, goodBody)
	send(t, srv, "POST", sessionsPath, misspelt)
	send(t, srv, "GET", sessionsPath, "")
	send(t, srv, "GET", "/v1.0/nowhere", "")
	coverage := contracttest.NewCoverage(schemas.Embedded(), "v1.0")

	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			coverage.Add(srv.Calls()...)
			coverage.Covered()
			_ = coverage.String()
		})
	}
	all.Wait()

	called, missed := coverage.Covered()
	if want := []string{"uploadSession.create", "uploadSession.list"}; !slices.Equal(called, want) {
		t.Errorf("called %v, want %v", called, want)
	}
	if !slices.Contains(missed, "uploadSession.update") || slices.Contains(missed, "uploadSession.create") {
		t.Errorf("missed %v", missed)
	}
	table := strings.Join(strings.Fields(coverage.String()), " ")
	for _, row := range []string{
		"✓ uploadSession.create 16 calls 8 broke the contract", "✓ uploadSession.list 8 calls 0 broke", "– uploadSession.update 0 calls 0 broke", "2 of 12 operations of v1.0",
	} {
		if !strings.Contains(table, row) {
			t.Errorf("no row %q in:\n%s", row, coverage)
		}
	}

	coverage = contracttest.NewCoverage(schemas.Embedded(), "v1.0")
	coverage.Add(
		mock.Call{Operation: "catalog.list", AnswerFindings: []schemas.Finding{{Severity: schemas.Error}}},
		mock.Call{Operation: "catalog.list", Miss: "no interaction matches"},
		mock.Call{Operation: "catalog.list", Findings: []schemas.Finding{{Severity: schemas.Warning}}},
	)
	if table := strings.Join(strings.Fields(coverage.String()), " "); !strings.Contains(table, "✓ catalog.list 3 calls 2 broke the contract") {
		t.Errorf("calls with a broken answer or a miss are not counted:\n%s", coverage)
	}
	wantPanic(t, `did you mean "v1.0"`, func() { contracttest.NewCoverage(schemas.Embedded(), "v1.1") })
}
