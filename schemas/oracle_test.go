package schemas_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/graphmock/graphmock/internal/corpus"
	"github.com/graphmock/graphmock/schemas"
)

// shape are the rules that a JSON Schema has a say in. The others are judgements beyond it.
var shape = strings.Fields("body.type body.null body.enum body.enum-case body.format body.constraint body.unknown-property " +
	"body.property-case body.parameter-case body.missing-property body.abstract-type body.odata-type body.type-case body.derived-property")

// spelling are rules of names that an open type takes for members of its own.
var spelling = []string{"body.property-case", "body.derived-property"}

// navigations returns the names of all navigation properties.
func navigations(t *testing.T, c *schemas.Contract) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	for _, name := range c.TypeNames() {
		info, err := c.Type(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range info.Members {
			if m.Navigation {
				names[m.Name] = true
			}
		}
	}
	return names
}

// beyond reports whether a schema has no say in a fault: it is a name on an open type, below
// such a name, or within the entities of a navigation property, which may be any objects.
func beyond(f schemas.Finding, all []schemas.Finding, navigations map[string]bool) bool {
	for _, other := range all {
		if slices.Contains(spelling, other.Rule) && strings.HasPrefix(f.Pointer+"/", other.Pointer+"/") {
			return true
		}
	}
	tokens := strings.Split(f.Pointer, "/")
	return slices.ContainsFunc(tokens[:len(tokens)-1], func(token string) bool { return navigations[token] })
}

// TestOracle holds the check of bodies, which walks the metadata, to the JSON Schemas that are made of
// it by other code: what one finds fault with, the other does, for the documented bodies and for
// corruptions of them.
func TestOracle(t *testing.T) {
	const shared = "../../shared"
	set, err := corpus.Contract(filepath.Join(shared, "csdl/graph-v1.0.csdl"))
	if err != nil {
		t.Skipf("no metadata to test with: %v", err)
	}
	records, err := corpus.Read(filepath.Join(shared, "corpus/graph-v1.0-examples.dev.jsonl"))
	if err != nil {
		t.Skipf("no corpus to test with: %v", err)
	}
	contract, err := set.Contract("graph-v1.0")
	if err != nil {
		t.Fatal(err)
	}
	entities := navigations(t, contract)
	bodies, differ := 0, 0
	for i := range records {
		r := &records[i]
		req := r.Request()
		if !r.ForGraph() || r.BodyKind != "json" || i%4 != 0 && testing.Short() {
			continue
		}
		op := set.CheckRequest(req).Operation
		if op == nil || op.Request == nil || op.Request.Schema == nil || !op.Derived() || op.IsBatch() {
			continue
		}
		schema := compileSchema(t, op.Request.Schema)
		for _, body := range append(variants(req.Body), req.Body) {
			bodies++
			changed := *req
			changed.Body = body
			var faults []schemas.Finding
			for _, f := range set.CheckRequest(&changed).Findings {
				if slices.Contains(shape, f.Rule) {
					faults = append(faults, f)
				}
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			err = schema.Validate(value)
			if err == nil {
				faults = slices.DeleteFunc(slices.Clone(faults), func(f schemas.Finding) bool { return beyond(f, faults, entities) })
			}
			if (err == nil) != (len(faults) == 0) {
				if differ++; differ <= 10 {
					t.Errorf("%s (%s)\n%s\nfindings: %v\nschema: %v", r.ID, op.Request.Schema.Name(), body, faults, err)
				}
			}
		}
	}
	t.Logf("%d bodies, %d on which the two differ", bodies, differ)
}

var compiled = make(map[string]*jsonschema.Schema)

func compileSchema(t *testing.T, s *schemas.Schema) *jsonschema.Schema {
	t.Helper()
	source, err := s.Source()
	if err != nil {
		t.Fatal(err)
	}
	if done := compiled[string(source)]; done != nil {
		return done
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatalf("%s: %v", s.Name(), err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://graphmock.invalid/test.json", value); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://graphmock.invalid/test.json")
	if err != nil {
		t.Fatalf("%s: %v", s.Name(), err)
	}
	compiled[string(source)] = schema
	return schema
}

// variants returns a body with one member changed at a time, in ways that may or may not
// matter.
func variants(body []byte) [][]byte {
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil {
		return nil
	}
	var out [][]byte
	add := func() {
		text, err := json.Marshal(object)
		if err != nil {
			panic(err) // decoded JSON
		}
		out = append(out, text)
	}
	var visit func(map[string]any, int)
	visit = func(o map[string]any, depth int) {
		for name, value := range o {
			if strings.Contains(name, "@") {
				continue
			}
			for _, other := range []any{nil, "x", 3e10, 1.5, true, []any{}, map[string]any{}} {
				o[name] = other
				add()
			}
			o[name] = value
			delete(o, name)
			o[strings.ToUpper(name)] = value
			add()
			delete(o, strings.ToUpper(name))
			o[name] = value
			if inner, ok := value.(map[string]any); ok && depth < 2 {
				visit(inner, depth+1)
			}
			if len(out) > 100 {
				return
			}
		}
	}
	visit(object, 0)
	return out
}
