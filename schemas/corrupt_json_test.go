package schemas_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// jsonCorruptions are about the members and values of a JSON body.
func jsonCorruptions(tb testing.TB, s sample) []corruption {
	root := decode(tb, s.request.Body)
	var out []corruption
	add := func(kind, rule string, place []string, near, suggestion string, body any) {
		r := copyRequest(s.request)
		r.Body = encode(body)
		want := finding{rule: rule, in: schemas.InBody, pointer: pointer(place), text: string(r.Body), at: near, suggestion: suggestion}
		out = append(out, corruption{kind, pointer(place), r, want})
	}
	walk(root, schemaOf(tb, s.op.Request.Schema), nil, func(place []string, value any, n node) {
		put := func(v any) any { return replaced(root, place, func(any) (any, bool) { return v, true }) }
		wrong := func(kind, rule string, v any) { add(kind, rule, place, anchor(place), "", put(v)) }
		for _, other := range []any{"text", 5, true, []any{}, map[string]any{}} {
			if !n.allows(jsonType(other)) {
				wrong("wrong type", "body.type", other)
			}
		}
		if !n.allows("null") {
			wrong("null", "body.null", nil)
		}
		switch v := value.(type) {
		case map[string]any:
			wrong("nested in an array", "body.type", []any{v})
			inner := append(slices.Clip(place), "value")
			add("nested in an object", "body.unknown-property", inner, `"value"`, "", put(map[string]any{"value": v}))
			memberCorruptions(v, n, func(kind, rule, name, near, suggestion string, v any) {
				add(kind, rule, append(slices.Clip(place), name), near, suggestion, put(v))
			}, anchor(place))
		case []any:
			add("nested in an array", "body.type", append(slices.Clip(place), "0"), "[", "", put([]any{v}))
			wrong("nested in an object", "body.type", map[string]any{"value": v})
		default:
			wrong("nested in an array", "body.type", []any{v})
			wrong("nested in an object", "body.type", map[string]any{"value": v})
			for rule, v := range sorted(valueCorruptions(v, n, place)) {
				wrong("wrong value", rule, v)
			}
		}
	})
	return out
}

// anchor returns the text at the place of a value: its name, or its start in
// an array and at the root.
func anchor(place []string) string {
	if len(place) == 0 || strings.Trim(place[len(place)-1], "0123456789") == "" {
		return ""
	}
	return fmt.Sprintf("%q", place[len(place)-1])
}

// memberCorruptions change the members of one object, whose own place is found by parent.
func memberCorruptions(object map[string]any, n node, add func(kind, rule, name, near, suggestion string, v any), parent string) {
	required := n.required(object)
	for name, value := range sorted(object) {
		renamed := func(to string) map[string]any {
			out := maps.Clone(object)
			delete(out, name)
			out[to] = value
			return out
		}
		if name == "@odata.type" && slices.Contains(required, name) {
			add("unknown member", "body.abstract-type", name, parent, "", renamed(misspelt(name)))
		} else {
			add("unknown member", "body.unknown-property", misspelt(name), fmt.Sprintf("%q", misspelt(name)), name, renamed(misspelt(name)))
		}
		if !strings.HasPrefix(name, "@") {
			add("letter case of a member", "body.property-case", otherCase(name), fmt.Sprintf("%q", otherCase(name)), name, renamed(otherCase(name)))
		}
		if slices.Contains(required, name) {
			without := maps.Clone(object)
			delete(without, name)
			rule := "body.missing-property"
			if name == "@odata.type" {
				rule = "body.abstract-type"
			}
			add("missing member", rule, name, parent, "", without)
		}
	}
}

// valueCorruptions returns wrong values of the right JSON type, by the rule that they break.
func valueCorruptions(value any, n node, place []string) map[string]any {
	out := make(map[string]any)
	text, _ := value.(string)
	allowed := n.list("enum")
	isType := len(place) > 0 && place[len(place)-1] == "@odata.type"
	switch {
	case value == nil || value == "":
	case isType && len(allowed) > 0:
		out["body.odata-type"] = text + "x"
		out["body.type-hash"] = strings.TrimPrefix(text, "#")
		out["body.enum-case"] = "#" + strings.ToUpper(text[1:])
	case len(allowed) > 0:
		out["body.enum"] = misspelt(text)
		out["body.enum-case"] = otherCase(text)
	}
	if value == n.schema["const"] && value != nil {
		out["body.fixed-value"] = !value.(bool)
	}
	switch n.schema["format"] {
	case "uuid":
		out["body.id-format"] = text[1:]
	case "date-time":
		out["body.format"] = strings.Replace(text, "T", " at ", 1)
	}
	return out
}

// textCorruptions are about a body that is not JSON.
func textCorruptions(s sample) []corruption {
	var out []corruption
	body := string(s.request.Body)
	add := func(what, rule, text, at string) {
		r := copyRequest(s.request)
		r.Body = []byte(text)
		out = append(out, corruption{"not quite JSON", what, r, finding{rule: rule, in: schemas.InBody, pointer: "*", text: text, at: at}})
	}
	add("byte order mark", "body.bom", "\ufeff"+body, "\ufeff")
	add("comment", "body.comment", strings.Replace(body, ":", ": /* why */", 1), "/* why */")
	add("comma", "body.trailing-comma", body[:len(body)-1]+", }", ", }")
	add("second value", "body.trailing-text", body+"\n{}", "{}")
	add("single quotes", "body.syntax", strings.Replace(body, `"`, "'", 2), "'")
	add("byte that is not UTF-8", "body.encoding", strings.Replace(body, `":`, "\xff\":", 1), "\ufffd\":")
	add("too deep", "body.too-deep", strings.Repeat("[", 101)+strings.Repeat("]", 101), "[]")
	for i := 0; i < len(body); i += s.stride() {
		r := copyRequest(s.request)
		r.Body = []byte(body[:i])
		before := strings.Split(body[:i], "\n")
		want := finding{rule: "body.syntax", in: schemas.InBody, pointer: "*", line: len(before), column: len([]rune(before[len(before)-1])) + 1}
		if i == 0 {
			want = finding{rule: "body.missing", in: schemas.InBody}
		}
		out = append(out, corruption{"truncated JSON", fmt.Sprintf("%d bytes", i), r, want})
	}
	start := strings.Index(body, `"`)
	name, _, _ := strings.Cut(body[start+1:], `"`)
	twice := body[:start] + fmt.Sprintf("%q: 1, ", name) + body[start:]
	add("member twice", "body.duplicate-member", twice, body[start:start+len(name)+5])
	return out
}
