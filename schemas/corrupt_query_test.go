package schemas_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// An option is one option of a query, decoded.
type option struct{ name, value string }

func queryOptions(r *schemas.Request) []option {
	var out []option
	_, query, _ := strings.Cut(r.URL, "?")
	for part := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(part, "="); ok {
			out = append(out, option{unquery(name), unquery(value)})
		}
	}
	return out
}

func unquery(s string) string {
	s, err := url.QueryUnescape(s)
	if err != nil {
		panic(err)
	}
	return s
}

var (
	word       = regexp.MustCompile(`'[^']*'|\$?[A-Za-z]+`)
	comparison = regexp.MustCompile(`([A-Za-z]+) (eq|ne|gt|ge|lt|le) ('[^']*'|[0-9TZ:.-]+|true|false)`)
)

// queryCorruptions are about the query options of a sample.
func queryCorruptions(s sample) []corruption {
	if s.op.Query == nil {
		return nil
	}
	var out []corruption
	place, _, _ := strings.Cut(s.request.URL, "?")
	options := queryOptions(s.request)
	add := func(kind, what string, want finding, options []option) {
		r := copyRequest(s.request)
		var parts []string
		for _, o := range options {
			parts = append(parts, o.name+"="+url.QueryEscape(o.value))
		}
		r.URL = place + "?" + strings.Join(parts, "&")
		want.in = schemas.InQuery
		out = append(out, corruption{kind, what, r, want})
	}
	for i, o := range options {
		with := func(o option) []option { all := slices.Clone(options); all[i] = o; return all }
		add("misspelt option", o.name, finding{rule: "query.unknown-option", pointer: misspelt(o.name), suggestion: o.name}, with(option{misspelt(o.name), o.value}))
		add("option twice", o.name, finding{rule: "query.duplicate-option", pointer: o.name}, append(slices.Clone(options), o))
		for what, c := range sorted(clauseCorruptions(s.op.Query, o)) {
			c.want.pointer, c.want.text = o.name, c.value
			add(c.kind, what, c.want, with(option{o.name, c.value}))
		}
	}
	// What no sample can use, since it is not allowed.
	for name, p := range sorted(s.op.Query.Properties) {
		if slices.Contains(s.op.Query.Options, "$filter") && len(p.Filter) == 0 {
			add("not filterable", name, finding{rule: "query.not-filterable", pointer: "$filter", line: 1, column: 1}, []option{{"$filter", name + " eq null"}})
		}
		if slices.Contains(s.op.Query.Options, "$orderby") && !p.Sort {
			add("not sortable", name, finding{rule: "query.not-sortable", pointer: "$orderby", line: 1, column: 1}, []option{{"$orderby", name}})
		}
	}
	return out
}

type clause struct {
	kind, value string
	want        finding
}

// clauseCorruptions returns wrong values of an option.
func clauseCorruptions(rule *schemas.QueryRule, o option) map[string]clause {
	out := make(map[string]clause)
	switch o.name {
	case "$top", "$skip", "$count":
		for _, value := range []string{"x", "-1", "1.5", ""} {
			out[o.name+"="+value] = clause{"malformed value", value, finding{rule: "query.value", line: 1, column: 1}}
		}
		return out
	}
	for what, value := range map[string]string{
		"parenthesis": o.value + ")", "comma": o.value + ",", "two words": o.value + " x y", "quote": o.value + "'",
		"start": strings.Repeat("(", 2) + o.value, "operator": strings.Replace(o.value, " eq ", " equals ", 1),
	} {
		if value != o.value {
			out[what] = clause{"malformed clause", value, finding{rule: "query.syntax", line: 1}}
		}
	}
	properties := maps.Clone(rule.Properties)
	for _, nested := range rule.Expand {
		maps.Copy(properties, nested.Properties)
	}
	for _, at := range word.FindAllStringIndex(o.value, -1) {
		name := o.value[at[0]:at[1]]
		value := o.value[:at[0]] + misspelt(name) + o.value[at[1]:]
		_, isProperty := properties[name]
		_, isNavigation := rule.Expand[name]
		what := fmt.Sprintf("%s at %d", name, at[0])
		switch {
		case isNavigation:
			out[what] = clause{"misspelt property", value, finding{rule: "query.not-expandable", at: misspelt(name), suggestion: name}}
		case isProperty:
			out[what] = clause{"misspelt property", value, finding{rule: "query.unknown-property", at: misspelt(name), suggestion: name}}
		case strings.HasPrefix(name, "$"):
			out[what] = clause{"misspelt nested option", value, finding{rule: "query.syntax", at: misspelt(name), suggestion: name}}
			other := strings.Replace(o.value, name+"=", "$top=1;"+name+"=", 1)
			out["$top at "+what] = clause{"unsupported nested option", other, finding{rule: "query.unsupported-option"}}
		}
	}
	for _, at := range comparison.FindAllStringSubmatchIndex(o.value, -1) {
		name, operator, literal := o.value[at[2]:at[3]], o.value[at[4]:at[5]], o.value[at[6]:at[7]]
		put := func(i int, text string) string { return o.value[:at[i]] + text + o.value[at[i+1]:] }
		p := properties[name]
		wrong := "5"
		if literal[0] != '\'' && p.Type != "enum" {
			wrong = "'x'"
		}
		out["literal "+literal] = clause{"literal of another type", put(6, wrong), finding{rule: "query.type", at: wrong}}
		if p.Type == "enum" {
			out["member "+literal] = clause{"misspelt member", put(6, misspelt(literal)), finding{rule: "query.enum", at: misspelt(literal), suggestion: strings.Trim(literal, "'")}}
		}
		for _, other := range []string{"ne", "gt"} {
			if !slices.Contains(p.Filter, "*") && !slices.Contains(p.Filter, other) {
				out[operator+" "+literal] = clause{"other operator", put(4, other), finding{rule: "query.operator", at: name}}
			}
		}
	}
	return out
}
