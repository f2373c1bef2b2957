package odata

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seed adds the vectors of an option to the corpus.
func seed(f *testing.F, option string) {
	f.Helper()
	for _, c := range readVectors(f, filepath.Join("testdata", "grammar", option+".txt")) {
		if c.value != nil {
			f.Add(*c.value)
		}
	}
}

// checkStable fails unless the text of v parses to an equal of v that has the
// same text.
func checkStable[T any](tb testing.TB, input string, v T, parse func(string) (T, error), text func(T) string) {
	tb.Helper()
	printed := text(v)
	if len(printed) > MaxLength {
		return
	}
	again, err := parse(printed)
	if err != nil {
		tb.Fatalf("%q prints as %q, which does not parse: %v", input, printed, err)
	}
	if diff := cmp.Diff(v, again, ignorePos); diff != "" {
		tb.Fatalf("%q prints as %q, which differs (-want +got):\n%s", input, printed, diff)
	}
	if got := text(again); got != printed {
		tb.Fatalf("%q prints as %q, and that as %q", input, printed, got)
	}
}

func FuzzParseFilter(f *testing.F) {
	seed(f, "filter")
	item := decode(f, person)
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseFilter(s)
		if err != nil {
			checkSyntaxError(t, s, err)
			return
		}
		checkStable(t, s, e, ParseFilter, Expr.String)
		checkPositions(t, s, e)
		_, _ = Matches(e, item)
		for _, use := range Uses(e) {
			if use.Path == nil || (use.Parent == nil) != (use.By == "") {
				t.Errorf("%q has use %+v", s, use)
			}
		}
	})
}

// checkPositions fails unless the places of all nodes lie within s.
func checkPositions(tb testing.TB, s string, e Expr) {
	Walk(e, func(e Expr) bool {
		if e.Offset() < 0 || e.Offset() >= len(s) {
			tb.Errorf("%q: %s is at %d", s, e, e.Offset())
		}
		if b, ok := e.(*Binary); ok && !strings.EqualFold(s[b.Pos:b.Pos+Pos(len(b.Op))], string(b.Op)) {
			tb.Errorf("%q: %s is at %d", s, b.Op, b.Pos)
		}
		return true
	})
}

func FuzzParseOrderBy(f *testing.F) {
	seed(f, "orderby")
	f.Fuzz(func(t *testing.T, s string) {
		items, err := ParseOrderBy(s)
		if err != nil {
			checkSyntaxError(t, s, err)
			return
		}
		checkStable(t, s, items, ParseOrderBy, join)
		list := []map[string]any{decode(t, person), {"id": 1}, {"displayName": nil}}
		_ = Sort(list, items)
	})
}

func FuzzParseExpand(f *testing.F) {
	seed(f, "expand")
	seed(f, "select")
	f.Fuzz(func(t *testing.T, s string) {
		if items, err := ParseExpand(s); err == nil {
			checkStable(t, s, items, ParseExpand, join)
		} else {
			checkSyntaxError(t, s, err)
		}
		if items, err := ParseSelect(s); err == nil {
			checkStable(t, s, items, ParseSelect, join)
		} else {
			checkSyntaxError(t, s, err)
		}
	})
}

func FuzzParseCompute(f *testing.F) {
	seed(f, "compute")
	f.Fuzz(func(t *testing.T, s string) {
		if items, err := ParseCompute(s); err == nil {
			checkStable(t, s, items, ParseCompute, join)
		} else {
			checkSyntaxError(t, s, err)
		}
	})
}

func FuzzParseApply(f *testing.F) {
	seed(f, "apply")
	f.Fuzz(func(t *testing.T, s string) {
		if steps, err := ParseApply(s); err == nil {
			checkStable(t, s, steps, ParseApply, applyText)
		} else {
			checkSyntaxError(t, s, err)
		}
	})
}

func FuzzParseSegment(f *testing.F) {
	seed(f, "segment")
	parse := func(s string) (PathSegment, error) {
		segment, err := ParseSegment(s)
		for _, args := range [][]SegmentArg{segment.Args, segment.Keys} {
			for i, a := range args {
				if !strings.HasPrefix(s[a.Pos:], "'") && !strings.Contains(s, a.Raw) || a.Raw == "" {
					t := "argument %d of %q is sent as %q"
					return segment, fmt.Errorf(t, i, s, a.Raw)
				}
				args[i].Raw = ""
			}
		}
		return segment, err
	}
	f.Fuzz(func(t *testing.T, s string) {
		if segment, err := parse(s); err == nil {
			checkStable(t, s, segment, parse, PathSegment.String)
		} else {
			checkSyntaxError(t, s, err)
		}
	})
}

func FuzzParseSearch(f *testing.F) {
	seed(f, "search")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseSearch(s)
		if err != nil {
			checkSyntaxError(t, s, err)
			return
		}
		checkStable(t, s, e, ParseSearch, SearchExpr.String)
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, query := range []string{
		"", "$filter=a+eq+'b'&$top=5", "%24select=id&SELECT=x", "a=%zz&b=%&&=c", "$expand=a($top=1;$skip=2)", "a=%FF", "$count",
		"$orderby=a%20desc&$search=%22a:b%22&x", "$levels=max&$levels=2",
		"$compute=a+as+b&$apply=identity&@p=[1]&@q=@p/a&@p=2", "$format=json&$skiptoken=&$index=-1&$id=a&$schemaversion=*",
		"@id=https://example.com/users('x')",
	} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if len(query) > 1<<12 {
			return // cmp.Diff of many options takes its time
		}
		options, err := ParseQuery(query)
		if err != nil {
			checkSyntaxError(t, query, err)
		}
		parts := 0
		for part := range strings.SplitSeq(query, "&") {
			if part != "" {
				parts++
			}
		}
		if len(options) != parts {
			t.Fatalf("%q has %d options, want %d", query, len(options), parts)
		}
		text := func(options []Option) string {
			texts := make([]string, len(options))
			for i, o := range options {
				texts[i] = o.String()
			}
			return strings.Join(texts, "&")
		}
		parse := func(s string) ([]Option, error) {
			options, _ := ParseQuery(s) // what is not UTF-8 stays so
			return options, nil
		}
		checkStable(t, query, options, parse, text)
		var q Query
		for _, o := range options {
			if err := q.Set(o); err != nil && !errors.Is(err, ErrRepeated) {
				checkSyntaxError(t, o.Value, err)
			}
		}
		_ = q.String()
	})
}
