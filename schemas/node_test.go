package schemas_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"iter"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// A node is a part of a JSON Schema, read as the plain JSON that it is: a
// second opinion on what a contract says, which shares no code with the check.
type node struct {
	file   string // within contracts
	schema map[string]any
}

// schemaOf reads the file of a schema.
func schemaOf(tb testing.TB, s *schemas.Schema) node {
	tb.Helper()
	return readSchema(s.Name())
}

func readSchema(file string) node {
	data, err := fs.ReadFile(contractFiles, file)
	if err != nil {
		panic(err)
	}
	n := node{file: file}
	if err := json.Unmarshal(data, &n.schema); err != nil {
		panic(err)
	}
	return n
}

// at returns the part under a keyword, with references followed. The zero node
// stands for anything goes.
func (n node) at(keywords ...string) node {
	for _, k := range keywords {
		n.schema, _ = n.schema[k].(map[string]any)
		if ref, ok := n.schema["$ref"].(string); ok {
			n = readSchema(path.Join(path.Dir(n.file), ref))
		}
	}
	return n
}

func (n node) member(name string) node { return n.at("properties", name) }
func (n node) items() node             { return n.at("items") }

func (n node) list(keyword string) []string {
	var out []string
	switch v := n.schema[keyword].(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// names returns the declared members, sorted.
func (n node) names() []string {
	properties, _ := n.schema["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}

// allows reports whether a value of that JSON type may stand here.
func (n node) allows(jsonType string) bool {
	types := n.list("type")
	return len(types) == 0 || slices.Contains(types, jsonType)
}

// required returns the members that an object of that value must have: those of
// "required" and, of "anyOf", what the branch asks for that the value takes.
func (n node) required(object map[string]any) []string {
	out := n.list("required")
	branches, _ := n.schema["anyOf"].([]any)
	var fitting [][]string
	for _, b := range branches {
		names := node{schema: b.(map[string]any)}.list("required")
		if !slices.ContainsFunc(names, func(name string) bool { _, ok := object[name]; return !ok }) {
			fitting = append(fitting, names)
		}
	}
	if len(fitting) == 1 { // with two of them nothing single is missed
		out = append(out, fitting[0]...)
	}
	return out
}

// members visits the place of every declared member, with 0 for indexes.
func (n node) members(place []string, visit func(place []string)) {
	for _, name := range n.names() {
		at := append(slices.Clip(place), name)
		visit(at)
		n.member(name).members(at, visit)
	}
	if items := n.items(); items.schema != nil {
		items.members(append(slices.Clip(place), "0"), visit)
	}
}

// walk visits value and everything within it, each with its part of the schema.
func walk(value any, n node, place []string, visit func(place []string, value any, n node)) {
	visit(place, value, n)
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], n.member(name), append(slices.Clip(place), name), visit)
		}
	case []any:
		for i, item := range v {
			walk(item, n.items(), append(slices.Clip(place), string(rune('0'+i))), visit)
		}
	}
}

// replaced returns a copy of root in which edit has changed the value at place;
// edit returns false to take the member out of its object.
func replaced(root any, place []string, edit func(any) (any, bool)) any {
	if len(place) == 0 {
		v, _ := edit(root)
		return v
	}
	switch v := root.(type) {
	case map[string]any:
		out := maps.Clone(v)
		if len(place) > 1 {
			out[place[0]] = replaced(v[place[0]], place[1:], edit)
		} else if value, ok := edit(v[place[0]]); ok {
			out[place[0]] = value
		} else {
			delete(out, place[0])
		}
		return out
	case []any:
		out := slices.Clone(v)
		i := place[0][0] - '0'
		out[i] = replaced(v[i], place[1:], edit)
		return out
	}
	panic("no such place: " + pointer(place))
}

// pointer returns a place as a JSON Pointer.
func pointer(place []string) string {
	var b strings.Builder
	for _, token := range place {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token))
	}
	return b.String()
}

// sorted yields a map in the order of its keys, so that tests do the same each time.
func sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range slices.Sorted(maps.Keys(m)) {
			if !yield(key, m[key]) {
				return
			}
		}
	}
}

func decode(tb testing.TB, data []byte) any {
	tb.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		tb.Fatalf("%v in %s", err, data)
	}
	return v
}

// encode writes a value over several lines, so that places in it have different ones.
func encode(v any) []byte {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return data
}

// jsonType returns the JSON type of a decoded value.
func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number, float64, int:
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
