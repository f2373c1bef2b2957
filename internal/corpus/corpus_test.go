package corpus

import (
	"cmp"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

var update = flag.Bool("update", false, "rewrite the tables of testdata, and still fail")

// shared is where the corpus and the metadata are, beside a checkout that has them.
const shared = "../../../shared"

func load(tb testing.TB, file string) (*schemas.Set, []Record) {
	tb.Helper()
	set, err := Contract(filepath.Join(shared, "csdl/graph-v1.0.csdl"))
	if err != nil {
		tb.Skipf("no metadata to test with: %v", err)
	}
	records, err := Read(filepath.Join(shared, "corpus", file))
	if err != nil {
		tb.Skipf("no corpus to test with: %v", err)
	}
	return set, slices.DeleteFunc(records, func(r Record) bool { return !r.ForGraph() })
}

const (
	examples  = "graph-v1.0-examples.dev.jsonl"
	templates = "graph-v1.0-url-templates.dev.jsonl"
)

// TestExamples holds the documented requests to v1.0's metadata. Every error is one of the
// documentation's, and stands with its cause in a table.
func TestExamples(t *testing.T) {
	set, records := load(t, examples)
	r := Measure(set, records)
	t.Logf("%d of %d requests lead to an operation", r.Resolved, r.Requests)
	if share := float64(r.Resolved) / float64(r.Requests); share < 0.988 {
		t.Errorf("%.2f %% of the requests lead to an operation, want 98.8 %%", 100*share)
	}
	compare(t, RequestTable, r.RequestErrors)
	compare(t, ResponseTable, r.ResponseErrors)
}

// TestTemplates does the same with templates of URLs, which have no bodies.
func TestTemplates(t *testing.T) {
	set, records := load(t, templates)
	r := Measure(set, records)
	t.Logf("%d of %d templates lead to an operation", r.Resolved, r.Requests)
	if share := float64(r.Resolved) / float64(r.Requests); share < 0.977 {
		t.Errorf("%.2f %% of the templates lead to an operation, want 97.7 %%", 100*share)
	}
	compare(t, TemplateTable, r.RequestErrors)
}

// compare holds the errors that were found to a table. Its causes are explained at its head.
func compare(t *testing.T, file string, found []Fault) {
	t.Helper()
	table, err := ReadTable(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table.Rows {
		if table.Causes[r.Cause] == "" {
			t.Errorf("%s: the cause %q of %s is not explained", file, r.Cause, r.ID)
		}
	}
	used := make(map[Row]bool)
	var all []Row
	for _, f := range found {
		r := RowOf(f)
		if r.Cause = table.Cause(f); r.Cause == "" {
			t.Errorf("%s: a false alarm, unless the documentation is wrong: %s: %s", file, f.ID, f.Finding)
		}
		used[r] = true
		r.Cause = cmp.Or(r.Cause, "?")
		all = append(all, r)
	}
	for _, r := range table.Rows {
		if !used[r] {
			t.Errorf("%s: the error is not found any more: %s", file, r)
		}
	}
	counts := table.Count(found)
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%s: %3d %s: %s", file, counts[cause], cause, table.Causes[cause])
	}
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", file), table.Format(all), 0o644); err != nil {
			t.Error(err)
		}
	}
}
