package bind

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

const shared = "../../../shared"

// graph returns the model of Graph v1.0. Its metadata isn't part of the repository.
var graph = sync.OnceValues(func() (*edm.Model, error) {
	text, err := os.ReadFile(filepath.Join(shared, "csdl/graph-v1.0.csdl"))
	if err != nil {
		return nil, err
	}
	return edm.Parse(text)
})

func graphModel(tb testing.TB) *edm.Model {
	tb.Helper()
	m, err := graph()
	if os.IsNotExist(err) {
		tb.Skip("the metadata of Graph is not there: ", err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// documented returns the documented GET requests with a query.
func documented(tb testing.TB) []request {
	tb.Helper()
	f, err := os.Open(filepath.Join(shared, "corpus/graph-v1.0-examples.dev.jsonl"))
	if err != nil {
		tb.Skip("the documented requests are not there: ", err)
	}
	defer f.Close()
	var list []request
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			tb.Fatal(err)
		}
		if r.Method == "GET" && strings.Contains(r.URL, "?") {
			list = append(list, r)
		}
	}
	if lines.Err() != nil {
		tb.Fatal(lines.Err())
	}
	return list
}

type request struct {
	ID, Method, URL string
	Headers         json.RawMessage
}

// walk returns what a path addresses; ok is false where that is not simple.
func walk(m *edm.Model, path string) (t Target, ok bool) {
	t.Model = m
	path = strings.TrimPrefix(path, "https://graph.microsoft.com")
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/v1.0"), "/")
	var nav *edm.Property
	for i, s := range strings.Split(strings.TrimSuffix(path, "/"), "/") {
		name, key, _ := strings.Cut(s, "(")
		set := m.Set(s)
		switch {
		case i == 0 && set != nil:
			t.Type = edm.Type{Struct: set.Type, Collection: !set.Singleton}
			t.Capabilities = CapabilitiesOf(set, nil, set.Type)
		case i == 0, t.Type.Struct == nil:
			return t, false
		case s == "$count" && t.Type.Collection:
			t.Counted = true
		case strings.Contains(s, ".") && m.StructFold(s) != nil:
			t.Type.Struct = m.StructFold(s)
			t.Capabilities = CapabilitiesOf(nil, nav, t.Type.Struct)
		case t.Type.Struct.MemberFold(name) != nil && !t.Type.Collection:
			nav = t.Type.Struct.MemberFold(name)
			t.Type = nav.Type
			if key != "" {
				t.Type = t.Type.Item()
			}
			t.Capabilities = CapabilitiesOf(nil, nav, t.Type.Struct)
		case len(m.Bound(t.Type, name)) > 0 && m.Bound(t.Type, name)[0].Return != nil:
			t.Type = *m.Bound(t.Type, name)[0].Return
			t.Capabilities = Capabilities{}
		case t.Type.Collection:
			t.Type.Collection = false
		default:
			return t, false
		}
	}
	return t, true
}

// severe are the rules whose breach is an error.
var severe = map[string]bool{
	ruleUnsupported: true, ruleValue: true, rulePageSize: true, ruleUnknown: true, rulePath: true, ruleType: true, ruleEnum: true,
	ruleFunction: true, ruleArgument: true, ruleUnknownType: true, ruleAlias: true, ruleNotSortable: true,
	ruleNotExpandable: true, ruleCombination: true, ruleConsistency: true,
}

func TestDocumentedRequests(t *testing.T) {
	m := graphModel(t)
	walked := 0
	for _, r := range documented(t) {
		path, raw, _ := strings.Cut(r.URL, "?")
		path, err := url.PathUnescape(path)
		if err != nil {
			t.Errorf("%s: %v", r.ID, err)
			continue
		}
		target, ok := walk(m, path)
		if !ok {
			t.Logf("not walked: %s", r.URL)
			continue
		}
		target.Eventual = strings.Contains(strings.ToLower(string(r.Headers)), "eventual")
		q := new(odata.Query)
		options, err := odata.ParseQuery(raw)
		for _, o := range options {
			if err == nil {
				err = q.Set(o)
			}
		}
		if err != nil {
			t.Logf("not parsed: %s: %v", r.URL, err)
			continue
		}
		walked++
		for _, p := range Check(q, target) {
			why := excused[r.ID+" "+p.Rule]
			if severe[p.Rule] && why == "" {
				t.Errorf("%s: %s\n\t%+v", r.ID, r.URL, p)
			} else {
				t.Logf("%s: %s\n\t%s %s: %s %s", r.ID, r.URL, p.Rule, p.Option, p.Message, why)
			}
		}
	}
	if t.Logf("%d requests", walked); walked < 70 {
		t.Errorf("only %d requests were checked", walked)
	}
}

// excused says why the documentation is wrong.
var excused = map[string]string{}
