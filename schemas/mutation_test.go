package schemas_test

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"sync"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// An exception is a corruption that a check is right not to find, or to find elsewhere.
type exception struct {
	kind   string
	what   string // pattern of path.Match for the corruption's what
	reason string
}

const (
	annotation = "an annotation of any name may stand in any object; where the type must be named the member is missed"
	openObject = "questions are no part of the contract: the object is open"
	twoWays    = "a resource is named by id or by origin: the finding asks for what a new one needs"
	tie        = "status and stats are equally near"
	gone       = "the newest beta has no such property, and says so"
)

var exceptions = []exception{
	{"unknown member", "/@odat.type", annotation},
	{"unknown member", "/data/@odat.type", annotation},
	{"unknown member", "/*esource/@odat.type", annotation},
	{"unknown member", "/*/attributes/0/*/question/tet", openObject},
	{"letter case of a member", "/*/attributes/0/*/question/Text", openObject},
	{"nested in an object", "/*/attributes/0/*/question/*", openObject},
	{"nested in an array", "/*/attributes/0/*/question/text", openObject},
	{"missing member", "/*esource/id", twoWays},
	{"misspelt property", "status at *", tie},
	{"not filterable", "source", gone},
	{"not filterable", "type", gone},
	{"not sortable", "source", gone},
	{"not sortable", "type", gone},
}

// TestMutations corrupts every accepted request in every systematic way, and
// holds the check to find each corruption under the right rule and in the right
// place. The samples run at once, so that the race detector has something to see.
func TestMutations(t *testing.T) {
	counts := tally{kinds: make(map[string]*count), used: make(map[exception]bool)}
	t.Run("samples", func(t *testing.T) {
		for _, s := range slices.Concat(samples(t), sessionSamples(t)) {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				set := s.set(t)
				for _, c := range corruptions(t, s) {
					problem := cmp.Or(c.want.missing(set.CheckRequest(c.request).Findings), c.amongAll())
					if !counts.add(c, problem == "") {
						t.Errorf("%s (%s): %s\nfound %v\n%s %s\n%s", c.kind, c.what, problem,
							set.CheckRequest(c.request).Findings, c.request.Method, c.request.URL, c.request.Body)
					}
				}
			})
		}
	})
	var all count
	for _, kind := range slices.Sorted(maps.Keys(counts.kinds)) {
		n := counts.kinds[kind]
		all = count{all.planted + n.planted, all.caught + n.caught, all.excepted + n.excepted}
		t.Logf("%-28s %s", kind, n)
	}
	t.Logf("%-28s %s", "all", all)
	for _, e := range exceptions {
		if !counts.used[e] {
			t.Errorf("the exception %v is not needed", e)
		}
	}
}

type count struct{ planted, caught, excepted int }

func (n count) String() string {
	return fmt.Sprintf("%6d of %6d caught, %d excepted", n.caught, n.planted, n.excepted)
}

// A tally counts corruptions by kind. It may be used by several goroutines at once.
type tally struct {
	mu    sync.Mutex // guards what follows
	kinds map[string]*count
	used  map[exception]bool
}

// add reports whether the corruption was caught, or need not be.
func (t *tally) add(c corruption, caught bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.kinds[c.kind]
	if n == nil {
		n = new(count)
		t.kinds[c.kind] = n
	}
	n.planted++
	if caught {
		n.caught++
		return true
	}
	i := slices.IndexFunc(exceptions, c.matches)
	if i < 0 {
		return false
	}
	n.excepted++
	t.used[exceptions[i]] = true
	return true
}

// amongAll returns what is wrong with the findings when all revisions of the
// version compete: none of them may explain the corruption away.
func (c corruption) amongAll() string {
	v := schemas.Embedded().CheckRequest(c.request)
	if problem := c.want.missing(v.Findings); problem != "" {
		return fmt.Sprintf("with all contracts, of which %v fit: %s, but %v", v.Fits, problem, v.Findings)
	}
	return ""
}

func (c corruption) matches(e exception) bool {
	ok, err := path.Match(e.what, c.what)
	return ok && err == nil && c.kind == e.kind
}
