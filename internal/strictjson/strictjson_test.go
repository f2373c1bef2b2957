package strictjson

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       any
		problems   []string // kind@line:column pointer
	}{
		{"object", `{"a":[1,true,null,"x"]}`, map[string]any{"a": []any{json.Number("1"), true, nil, "x"}}, nil},
		{"scalar", ` 12.50 `, json.Number("12.50"), nil},
		{"empty", " \n", nil, []string{"missing@1:1 "}},
		{"comment and trailing comma", "{\n \"a\": 1, // one\n \"b\": [2,],\n}",
			map[string]any{"a": json.Number("1"), "b": []any{json.Number("2")}},
			[]string{"comment@2:10 ", "trailing-comma@3:9 ", "trailing-comma@3:11 "}},
		{"comment between comma and brace", `[1, /* two */ ]`, []any{json.Number("1")}, []string{"comment@1:5 ", "trailing-comma@1:3 "}},
		{"no comment in a string", `"http://x/*"`, "http://x/*", nil},
		{"open comment", `1 /* `, json.Number("1"), []string{"comment@1:3 "}},
		{"duplicate", `{"a":{"b":1,"b":2}}`, map[string]any{"a": map[string]any{"b": json.Number("2")}}, []string{"duplicate-member@1:13 /a/b"}},
		{"trailing text", `{} {}`, map[string]any{}, []string{"trailing-text@1:4 "}},
		{"byte order mark", "\ufeff{}", map[string]any{}, []string{"bom@1:1 "}},
		{"latin 1", "{\"a\":\"\xe9\"}", map[string]any{"a": "?"}, []string{"encoding@1:7 "}},
		{"cut", `{"a": {"b": 1`, nil, []string{"syntax@1:14 /a"}},
		{"single quotes", "{'a': 1}", nil, []string{"syntax@1:2 "}},
		{"all at once", "\ufeff{\"a\":1,\"a\":2,} // x", map[string]any{"a": json.Number("2")},
			[]string{"bom@1:1 ", "trailing-comma@1:14 ", "comment@1:17 ", "duplicate-member@1:9 /a"}},
		{"too deep", strings.Repeat("[", 9) + strings.Repeat("]", 9), nil, []string{"too-deep@1:9 /0/0/0/0/0/0/0/0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, problems := Parse([]byte(tt.text), 8)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if !ok && got != nil {
				t.Errorf("value %v, but not ok", got)
			}
			var list []string
			for _, p := range problems {
				line, column := Position([]byte(tt.text), p.Offset)
				list = append(list, fmt.Sprintf("%s@%d:%d %s", p.Kind, line, column, p.Pointer))
			}
			if diff := cmp.Diff(tt.problems, list); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// TestMaxProblems: a text that is wrong all over costs little.
func TestMaxProblems(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	texts := map[Kind]string{
		DuplicateName: `{"` + long + `":{` + strings.Repeat(`"a":1,`, 20_000) + `"a":1}}`,
		Encoding:      strings.Repeat("\xff", 1<<20),
		TrailingComma: "[" + strings.Repeat("[1,],", 10_000) + "1]",
		Comment:       "[" + strings.Repeat("/**/", 10_000) + "1]",
	}
	for kind, text := range texts {
		_, _, problems := Parse([]byte(text), 100)
		n := 0
		for _, p := range problems {
			if p.Kind == kind {
				n++
			}
		}
		if n != MaxProblems {
			t.Errorf("%s: %d problems, want %d", kind, n, MaxProblems)
		}
	}
}

// FuzzParse: what Parse takes without a problem is what encoding/json takes,
// apart from repeated names and depth; problems lie inside the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":1,}`, "// x\n[]", `{"a":1,"a":2}`, "\ufeff{}", "{\"a\":\"\xff\"}", `{"a"`, `[1,2`, `/`, `"\`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, ok, problems := Parse(data, 50)
		if ok && len(problems) == 0 && !json.Valid(data) {
			t.Errorf("accepted %q", data)
		}
		if !ok && len(problems) == 0 {
			t.Errorf("refused %q without a reason", data)
		}
		for _, p := range problems {
			if p.Offset < 0 || p.Offset > len(data) {
				t.Errorf("%q: problem at %d", data, p.Offset)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data := []byte(`{"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession","data":{"reviewDefinitionId":"9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b","reviewInstanceId":"15eeb4df-8a4d-4f8e-9b7a-6b3e1c7f5a9d"}}`)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		Parse(data, 100)
	}
}
