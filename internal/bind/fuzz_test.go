package bind

import (
	"testing"

	"github.com/graphmock/graphmock/internal/odata"
)

// FuzzCheck checks that any query that parses can be checked, and that problems
// lie within the option that they are of.
func FuzzCheck(f *testing.F) {
	for _, tt := range checks {
		f.Add(tt.about, tt.query)
	}
	paths := make(map[string]bool)
	for _, tt := range checks {
		paths[tt.about] = true
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		if !paths[path] {
			t.Skip()
		}
		options, _ := odata.ParseQuery(query)
		q := new(odata.Query)
		values := make(map[string]string)
		for _, o := range options {
			if q.Set(o) == nil {
				values[o.Name] = o.Value
			}
		}
		rules := make(map[string]bool)
		for _, rule := range Rules() {
			rules[rule] = true
		}
		problems := Check(q, about(t, path))
		if len(problems) > mostProblems {
			t.Errorf("%d problems", len(problems))
		}
		for _, p := range problems {
			if p.Offset < 0 || p.Offset > len(values[p.Option]) || !rules[p.Rule] || p.Message == "" {
				t.Errorf("%s?%s: %+v", path, query, p)
			}
		}
	})
}
