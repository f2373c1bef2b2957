package corpus

import (
	"bufio"
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

//go:embed testdata/*.tsv
var tables embed.FS

// The tables of errors that are the documentation's, by what they are in.
const (
	RequestTable  = "requests.tsv"
	ResponseTable = "responses.tsv"
	TemplateTable = "templates.tsv"
)

// A Row of a table is an error that is the documentation's, with the cause.
type Row struct{ ID, Rule, Pointer, Cause string }

func (r Row) String() string { return strings.Join([]string{r.ID, r.Rule, r.Pointer, r.Cause}, "\t") }

// RowOf returns the row of an error, without a cause.
func RowOf(f Fault) Row { return Row{ID: f.ID, Rule: f.Finding.Rule, Pointer: f.Finding.Pointer} }

// A Table holds the errors that are the documentation's.
type Table struct {
	Causes map[string]string // name → why, from the head of the file ("# name: why")
	Rows   []Row
}

// ReadTable reads one of the tables that come with the package.
func ReadTable(name string) (*Table, error) {
	f, err := tables.Open(path.Join("testdata", name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &Table{Causes: make(map[string]string)}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if head, ok := strings.CutPrefix(lines.Text(), "# "); ok {
			name, why, _ := strings.Cut(head, ": ")
			t.Causes[name] = why
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) != 4 {
			return nil, fmt.Errorf("%s: want four columns: %q", name, lines.Text())
		}
		t.Rows = append(t.Rows, Row{c[0], c[1], c[2], c[3]})
	}
	return t, lines.Err()
}

// Cause returns why an error is the documentation's, "" if the table does not know it.
func (t *Table) Cause(f Fault) string {
	r := RowOf(f)
	for _, known := range t.Rows {
		if r.Cause = known.Cause; r == known {
			return r.Cause
		}
	}
	return ""
}

// Count counts errors by cause; those that are not known have the cause "".
func (t *Table) Count(found []Fault) map[string]int {
	counts := make(map[string]int)
	for _, f := range found {
		counts[t.Cause(f)]++
	}
	return counts
}

// Format returns the table as the file has it, with other rows.
func (t *Table) Format(rows []Row) []byte {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(t.Causes)) {
		fmt.Fprintf(&b, "# %s: %s\n", name, t.Causes[name])
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.String(), b.String()) })
	for _, r := range slices.Compact(rows) {
		fmt.Fprintln(&b, r)
	}
	return []byte(b.String())
}

// Clean reports whether a request leads to an operation and has no error.
func Clean(v *schemas.Verdict) bool {
	return v.Operation != nil && len(schemas.Errors(v.Findings)) == 0
}
