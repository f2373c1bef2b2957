package edmschema

import (
	"bufio"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/graphmock/graphmock/internal/edm"
)

// TestDocumentedBodies validates the bodies of documented requests. The documentation
// has mistakes of its own: placeholders, "1974-07-22" for a date and time, abstract types
// in "@odata.type", members that are gone; and letter cases that Graph takes and the
// schemas do not. Each fault was looked at, so one more is one of the schemas.
func TestDocumentedBodies(t *testing.T) {
	m := real(t, "graph-v1.0.csdl")
	f, err := os.Open(filepath.Join(shared, "corpus", "graph-v1.0-examples.dev.jsonl"))
	if err != nil {
		t.Skipf("no documented requests here: %v", err)
	}
	defer f.Close()
	maker := Maker{Model: m}
	schemas := make(map[string]*jsonschema.Schema)
	bodies, found, valid := 0, 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			ID, Method, URL string
			URLVersion      string          `json:"url_version"`
			Body            json.RawMessage `json:"body_json"`
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Body) == 0 || r.Body[0] != '{' || r.URLVersion == "beta" || r.Method != "POST" && r.Method != "PATCH" {
			continue
		}
		bodies++
		doc := request(m, maker, r.Method, r.URL)
		if doc == nil {
			t.Logf("no type: %s %s", r.Method, r.URL)
			continue
		}
		found++
		s := schemas[string(doc)]
		if s == nil {
			s = compile(t, doc)
			schemas[string(doc)] = s
		}
		got := faults(t, s, string(r.Body))
		if got == "" {
			valid++
			continue
		}
		t.Logf("%s: %s %s: %s\n%.400s", r.ID, r.Method, r.URL, got, r.Body)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bodies, %d of a type that was found, %d of them valid", bodies, found, valid)
	const known = 60 // faults of the documentation
	if found < 400 || found-valid > known {
		t.Errorf("%d types found, %d bodies refused: want at least 400 and at most %d", found, found-valid, known)
	}
}

// request returns the schema of the body that goes to an address, nil if the
// simple walk does not find it.
func request(m *edm.Model, maker Maker, method, address string) []byte {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "", " ", "").Replace(address))
	if err != nil {
		return nil
	}
	path := strings.TrimPrefix(strings.TrimPrefix(strings.Trim(u.Path, "/"), "v1.0/"), "beta/")
	first, rest, _ := strings.Cut(path, "/")
	set := m.Set(first)
	if set == nil {
		return nil
	}
	at := edm.Type{Struct: set.Type, Collection: !set.Singleton}
	var action *edm.Operation
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" {
			continue
		}
		if action != nil || strings.Contains(segment, ":") && at.Struct != nil && at.Struct.Name == "driveItem" || segment[0] == '$' {
			return nil
		}
		name, _, _ := strings.Cut(segment, "(")
		switch ops := m.Bound(at, name); {
		case at.Struct == nil:
			return nil
		case len(ops) > 0 && ops[0].Action && method == "POST":
			action = ops[0]
		case len(ops) > 0 && ops[0].Return != nil && !ops[0].Action:
			at = *ops[0].Return
		case m.StructFold(segment) != nil:
			at.Struct = m.StructFold(segment)
		case at.Collection:
			at.Collection = false
		default:
			p := at.Struct.MemberFold(name)
			if p == nil && len(at.Struct.Below(name)) > 0 {
				p = at.Struct.Below(name)[0]
			}
			if p == nil {
				return nil
			}
			at = p.Type
			if strings.Contains(segment, "('") {
				at.Collection = false
			}
		}
	}
	switch {
	case action != nil:
		return maker.Parameters(action)
	case at.Struct == nil:
		return nil
	case method == "POST" && at.Collection:
		return maker.Type(at.Item(), Create)
	case method == "PATCH" && !at.Collection:
		return maker.Type(at, Update)
	}
	return nil
}
