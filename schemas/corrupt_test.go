package schemas_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/graphmock/graphmock/schemas"
)

// A corruption is an accepted request with one thing wrong, and what a check
// has to say of it.
type corruption struct {
	kind    string // what was done, for the counts
	what    string // to which part
	request *schemas.Request
	want    finding
}

// A finding is what is asked of a schemas.Finding.
type finding struct {
	rule       string // may be a pattern of path.Match
	in         schemas.Location
	pointer    string // "*": not asked
	line       int    // 0: not asked
	column     int    // 0: not asked
	text, at   string // at stands in text at Line and Column; at "": not asked
	suggestion string // "": not asked
}

// missing returns why none of the findings is the wanted one, "" if one is.
func (want finding) missing(found []schemas.Finding) string {
	for _, f := range found {
		if ok, err := path.Match(want.rule, f.Rule); err != nil || !ok || f.In != want.in || want.pointer != "*" && f.Pointer != want.pointer ||
			want.line != 0 && f.Line != want.line || want.column != 0 && f.Column != want.column {
			continue
		}
		if want.suggestion != "" && f.Suggestion != want.suggestion {
			return fmt.Sprintf("suggestion %q, want %q", f.Suggestion, want.suggestion)
		}
		if want.at != "" && !strings.HasPrefix(from(want.text, f.Line, f.Column), want.at) {
			return fmt.Sprintf("line %d, column %d is at %.20q, want %q", f.Line, f.Column, from(want.text, f.Line, f.Column), want.at)
		}
		return ""
	}
	place := fmt.Sprintf("%s %s", want.in, want.pointer)
	if want.line != 0 {
		place += fmt.Sprintf(" (line %d, column %d)", want.line, want.column)
	}
	return fmt.Sprintf("no %s at %s", want.rule, place)
}

// from returns the text from a place on; "" if there is no such place.
func from(text string, line, column int) string {
	lines := strings.SplitAfter(text, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	runes := []rune(lines[line-1])
	if column < 1 || column > len(runes) {
		return ""
	}
	return string(runes[column-1:])
}

// misspelt returns name with its middle letter left out.
func misspelt(name string) string { return name[:len(name)/2] + name[len(name)/2+1:] }

// otherCase returns name with the case of its first letter changed.
func otherCase(name string) string {
	at := strings.IndexFunc(name, unicode.IsLetter)
	first := name[at : at+1]
	if first == strings.ToUpper(first) {
		return name[:at] + strings.ToLower(first) + name[at+1:]
	}
	return name[:at] + strings.ToUpper(first) + name[at+1:]
}

// corruptions returns everything that can be wrong with a sample.
func corruptions(tb testing.TB, s sample) []corruption {
	tb.Helper()
	out := slices.Concat(messageCorruptions(s), queryCorruptions(s))
	if rule := s.op.Request; rule != nil {
		out = append(out, headerCorruptions(s)...)
		if rule.Schema != nil {
			out = append(out, jsonCorruptions(tb, s)...)
			out = append(out, textCorruptions(s)...)
		} else {
			out = append(out, multipartCorruptions(s)...)
			out = append(out, csvCorruptions(tb, s)...)
		}
	}
	return out
}

// messageCorruptions are about what every request has.
func messageCorruptions(s sample) []corruption {
	var out []corruption
	add := func(kind, what string, want finding, edit func(r *schemas.Request)) {
		r := copyRequest(s.request)
		edit(r)
		out = append(out, corruption{kind, what, r, want})
	}
	add("wrong method", "PUT", finding{rule: "method.not-allowed", in: schemas.InMethod}, func(r *schemas.Request) { r.Method = "PUT" })
	place, query, _ := strings.Cut(s.request.URL, "?")
	if query != "" {
		query = "?" + query
	}
	segments := strings.Split(strings.TrimPrefix(place, "/"), "/")
	for i, segment := range segments {
		wrong := slices.Clone(segments)
		wrong[i] = misspelt(segment)
		want := finding{rule: "path.unknown-segment", in: schemas.InPath, pointer: wrong[i], suggestion: segment}
		switch {
		case i == 0:
			want.rule = "path.version"
		case strings.ContainsAny(segment, "0123456789"):
			continue // a key may be anything
		}
		add("misspelt segment", segment, want, func(r *schemas.Request) { r.URL = "/" + strings.Join(wrong, "/") + query })
		if i > 0 {
			add("letter case of a segment", segment, finding{rule: "path.case", in: schemas.InPath, pointer: strings.ToUpper(segment)},
				func(r *schemas.Request) { r.URL = strings.Replace(r.URL, "/"+segment, "/"+strings.ToUpper(segment), 1) })
		}
	}
	last := segments[len(segments)-1]
	add("broken percent-encoding", last, finding{rule: "path.encoding", in: schemas.InPath, pointer: last + "%zz"},
		func(r *schemas.Request) { r.URL = place + "%zz" + query })
	more := "?"
	if query != "" {
		more = "&"
	}
	for option, rule := range sorted(map[string]string{
		"$filtr=x": "query.unknown-option", "$search=x": "query.unsupported-option",
		"top20=1": "query.custom-option", "x=%zz": "query.encoding",
	}) {
		name, _, _ := strings.Cut(option, "=")
		if rule == "query.encoding" {
			name = ""
		}
		add("added option", option, finding{rule: rule, in: schemas.InQuery, pointer: name}, func(r *schemas.Request) { r.URL += more + option })
	}
	if !s.request.Recorded { // credentials are taken out of recordings
		want := finding{rule: "header.authorization", in: schemas.InHeader, pointer: "Authorization"}
		for _, value := range []string{"", "token", "Basic dXNlcjpwYXNz", "Bearer", "Bearer  "} {
			add("Authorization", value, want, func(r *schemas.Request) { r.Header.Set("Authorization", value) })
		}
	}
	if s.op.Request == nil {
		add("added body", "", finding{rule: "body.unexpected", in: schemas.InBody}, func(r *schemas.Request) { r.Body = []byte("{}") })
	} else {
		add("missing body", "", finding{rule: "body.missing", in: schemas.InBody}, func(r *schemas.Request) { r.Body = nil })
	}
	return out
}

// headerCorruptions are about the media type of a body.
func headerCorruptions(s sample) []corruption {
	sent := s.request.Header.Get("Content-Type")
	plain, _, _ := strings.Cut(sent, ";")
	kinds := map[string]string{ // Content-Type → rule
		"":           "header.content-type-missing",
		"text/plain": "header.content-type",
		plain + "x":  "header.content-type",
		plain + "; charset=iso-8859-1; boundary=x": "header.charset",
	}
	if s.op.Request.CSV != nil {
		kinds["text/csv"], kinds["application/json"] = "header.content-type", "header.content-type"
		kinds[plain], kinds[plain+"; boundary="] = "header.boundary", "header.boundary"
	} else {
		kinds["multipart/form-data; boundary=x"], kinds["application/x-www-form-urlencoded"] = "header.content-type", "header.content-type"
	}
	var out []corruption
	for value, rule := range sorted(kinds) {
		r := copyRequest(s.request)
		r.Header.Del("Content-Type")
		if value != "" {
			r.Header.Set("Content-Type", value)
		}
		out = append(out, corruption{"wrong media type", value, r, finding{rule: rule, in: schemas.InHeader, pointer: "Content-Type"}})
	}
	return out
}
