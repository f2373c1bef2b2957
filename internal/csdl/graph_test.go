package csdl

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// counts are how many nodes of each kind a document has.
func counts(doc *Document) map[string]int {
	n := map[string]int{"schemas": len(doc.Schemas), "unknown": len(doc.Unknown)}
	for _, line := range dumpTree(doc) {
		n[strings.Fields(line)[1]]++
	}
	for _, s := range doc.Schemas {
		for _, t := range s.Types {
			if len(t.Key) > 0 {
				n["types with a key"]++
			}
		}
		for _, e := range s.Enums {
			if e.Flags {
				n["flags"]++
			}
			if len(e.Members) == 0 {
				n["enumerations without members"]++
			}
		}
		for _, o := range s.Operations {
			if o.Bound {
				n["bound"]++
			}
			if o.Composable {
				n["composable"]++
			}
		}
		for _, t := range s.Targets {
			for _, a := range t.Annotations {
				if i := strings.LastIndexByte(a.Term, '.'); a.Term[i+1:] == "Description" {
					n["descriptions"]++
				}
			}
		}
	}
	return n
}

// Sources of the numbers: the list of files in which the copies are described, and
// counts of tags by grep.
func TestGraph(t *testing.T) {
	tests := []struct {
		name string
		want map[string]int
	}{
		{"graph-v1.0.csdl", map[string]int{
			"schemas": 11, "Schema": 11, "unknown": 0, "Term": 11, "TypeDefinition": 0,
			"EntityType": 1182, "ComplexType": 1779, "Property": 10525, "NavigationProperty": 1432,
			"PropertyRef": 12, "types with a key": 12,
			"EnumType": 861, "Member": 6347, "flags": 64, "enumerations without members": 2,
			"Action": 857, "Function": 326, "bound": 1183, "composable": 131, "Parameter": 3032, "ReturnType": 889,
			"EntityContainer": 1, "EntitySet": 41, "Singleton": 31, "NavigationPropertyBinding": 101,
			"Annotations": 4878, "Annotation": 5922, "descriptions": 4474,
			"Collection": 111, "Record": 838, "PropertyValue": 1135, "String": 2, "EnumMember": 161,
			"PropertyPath": 32, "NavigationPropertyPath": 18,
		}},
		{"graph-v1.0-mooncake.csdl", map[string]int{
			"schemas": 4, "unknown": 0, "EntityType": 582, "ComplexType": 709, "EnumType": 412,
			"EntitySet": 37, "Singleton": 18,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := metadata(t, test.name)
			doc, err := Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			got := counts(doc)
			maps.DeleteFunc(got, func(name string, _ int) bool { _, asked := test.want[name]; return !asked })
			for name, n := range test.want {
				if n == 0 {
					got[name] += 0
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("counts differ (-want +got):\n%s", diff)
			}
			checkTree(t, text, doc)
		})
	}
}

func TestGraphCut(t *testing.T) {
	t.Parallel()
	text := metadata(t, "graph-v1.0-mooncake.csdl")
	step := len(text)/60 + 1
	for n := 0; n < len(text); n += step {
		checkCut(t, text, n)
	}
}

// checkCut fails unless the first n bytes of a document are refused.
func checkCut(tb testing.TB, text []byte, n int) {
	tb.Helper()
	doc, err := Parse(text[:n:n])
	var list ErrorList
	if !errors.As(err, &list) || doc != nil {
		tb.Fatalf("cut at %d: got document %v and error %v, want none and an ErrorList", n, doc != nil, err)
	}
	if len(list) > 2 {
		tb.Errorf("cut at %d: %d errors, want at most 2:\n%v", n, len(list), err)
	}
}
