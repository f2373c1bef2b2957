package schemas_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
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
	for option, rule := range map[string]string{
		"$filtr=x": "query.unknown-option", "$search=x": "query.unsupported-option",
		"top20=1": "query.custom-option", "x=%zz": "query.encoding",
	} {
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
	for value, rule := range kinds {
		r := copyRequest(s.request)
		r.Header.Del("Content-Type")
		if value != "" {
			r.Header.Set("Content-Type", value)
		}
		out = append(out, corruption{"wrong media type", value, r, finding{rule: rule, in: schemas.InHeader, pointer: "Content-Type"}})
	}
	return out
}

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
			for rule, v := range valueCorruptions(v, n, place) {
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
	for name, value := range object {
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

// multipartCorruptions are about the envelope of a file.
func multipartCorruptions(s sample) []corruption {
	var out []corruption
	body := strings.TrimSuffix(string(s.request.Body), "\r\n")
	boundary, rest, _ := strings.Cut(body, "\r\n")
	closing := boundary + "--"
	part := strings.TrimSuffix(rest, closing)
	add := func(kind, what, rule, pointer, text string) {
		r := copyRequest(s.request)
		r.Body = []byte(text)
		out = append(out, corruption{kind, what, r, finding{rule: rule, in: schemas.InPart, pointer: pointer}})
	}
	for what, end := range map[string]string{"nothing": "", "no hyphens": boundary, "no hyphens and a line end": boundary + "\r\n", "one hyphen": boundary + "-"} {
		add("closing delimiter", what, "multipart.not-closed", "file", boundary+"\r\n"+part+end)
	}
	add("renamed part", "fil", "multipart.part-name", "fil", strings.Replace(body, `name="file"`, `name="fil"`, 1))
	add("renamed part", "no name", "multipart.part-name", "", strings.Replace(body, `name="file"; `, ``, 1))
	add("second part", "the same again", "multipart.extra-part", "file", boundary+"\r\n"+part+body)
	add("file name", "none", "multipart.no-file-name", "file", regexp.MustCompile(`; filename="[^"]*"`).ReplaceAllString(body, ""))
	add("file name", ".xlsx", "multipart.file-name", "file", strings.Replace(body, `.csv"`, `.xlsx"`, 1))
	add("no part", "closed at once", "multipart.no-part", "file", closing)
	add("no part", "other delimiter", "multipart.no-part", "file", strings.ReplaceAll(body, boundary, boundary+"x"))
	add("malformed part", "header without a colon", "multipart.malformed", "", strings.Replace(body, "Content-Disposition:", "Content-Disposition", 1))
	headEnd := strings.Index(body, "\r\n\r\n") + 4
	for i := 1; i < len(body); i += s.stride() {
		if i < headEnd {
			add("truncated multipart", fmt.Sprintf("%d bytes", i), "multipart.*", "*", body[:i]) // no-part, or malformed in a header
		} else {
			add("truncated multipart", fmt.Sprintf("%d bytes", i), "multipart.not-closed", "file", body[:i])
		}
	}
	return out
}

// A csvFile is the file in a multipart body.
type csvFile struct {
	request    *schemas.Request
	head, tail string // of the body
	rows       [][]string
}

func readCSV(tb testing.TB, r *schemas.Request) csvFile {
	tb.Helper()
	body := string(r.Body)
	start := strings.Index(body, "\r\n\r\n") + 4
	end := strings.LastIndex(body, "\r\n--")
	rows, err := csv.NewReader(strings.NewReader(body[start:end])).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return csvFile{r, body[:start], body[end:], rows}
}

// with returns the request with another file.
func (f csvFile) with(text string) *schemas.Request {
	r := copyRequest(f.request)
	r.Body = []byte(f.head + text + f.tail)
	return r
}

func writeCSV(rows [][]string, comma rune) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF, w.Comma = true, comma
	if err := w.WriteAll(rows); err != nil {
		panic(err)
	}
	return b.String()
}

// csvCorruptions are about the columns, rows and fields of a file.
func csvCorruptions(tb testing.TB, s sample) []corruption {
	file := readCSV(tb, s.request)
	var out []corruption
	add := func(kind, what, rule, pointer string, line, column int, text string) {
		want := finding{rule: rule, in: schemas.InCSV, pointer: pointer, line: line, column: column}
		out = append(out, corruption{kind, what, file.with(text), want})
	}
	edited := func(edit func(rows [][]string)) string {
		rows := make([][]string, len(file.rows))
		for i := range rows {
			rows[i] = slices.Clone(file.rows[i])
		}
		edit(rows)
		return writeCSV(rows, ',')
	}
	whole := writeCSV(file.rows, ',')
	add("whole file", "empty", "csv.empty", "", 1, 1, " \r\n")
	add("whole file", "byte order mark", "csv.bom", "", 1, 1, "\ufeff"+whole)
	add("whole file", "semicolons", "csv.delimiter", "", 1, 1, strings.ReplaceAll(writeCSV(file.rows[:1], ';'), ",", "."))
	add("whole file", "no rows", "csv.no-rows", "", 1, 1, writeCSV(file.rows[:1], ','))
	add("whole file", "Latin-1", "csv.encoding", "", 2, 1, strings.TrimSuffix(whole, "\r\n")[:strings.Index(whole, "\n")+1]+"\xe9"+whole[strings.Index(whole, "\n")+2:])

	columns := columnsOf(s, file.rows[0])
	for i, name := range file.rows[0] {
		add("renamed column", name, "csv.unknown-column", misspelt(name), 1, i+1, edited(func(rows [][]string) { rows[0][i] = misspelt(name) }))
		out[len(out)-1].want.suggestion = name
		add("letter case of a column", name, "csv.column-case", otherCase(name), 1, i+1, edited(func(rows [][]string) { rows[0][i] = otherCase(name) }))
		add("column twice", name, "csv.duplicate-column", name, 1, len(file.rows[0])+1, edited(func(rows [][]string) {
			for j := range rows {
				rows[j] = append(rows[j], rows[j][i])
			}
		}))
		if columns[i].Required {
			add("removed column", name, "csv.missing-column", name, 1, 0, edited(func(rows [][]string) {
				for j := range rows {
					rows[j] = slices.Delete(rows[j], i, i+1)
				}
			}))
			add("renamed column", name, "csv.missing-column", name, 1, 0, edited(func(rows [][]string) { rows[0][i] = misspelt(name) }))
		}
	}
	for j, row := range file.rows[1:] {
		for i := range row {
			out = append(out, fieldCorruptions(file, j+1, i, columns)...)
		}
	}
	return out
}

// columnsOf returns what the contract says of the columns of a header.
func columnsOf(s sample, header []string) []schemas.Column {
	for _, layout := range s.op.Request.CSV.Layouts {
		var out []schemas.Column
		for _, name := range header {
			i := slices.IndexFunc(layout.Columns, func(c schemas.Column) bool { return c.Name == name })
			if i >= 0 {
				out = append(out, layout.Columns[i])
			}
		}
		if len(out) == len(header) {
			return out
		}
	}
	panic("no layout has the columns of " + s.name)
}

// fieldCorruptions are about one field of a file.
func fieldCorruptions(file csvFile, j, i int, columns []schemas.Column) []corruption {
	var out []corruption
	name, line := columns[i].Name, j+1
	// write returns the file with the row written by hand.
	write := func(edit func(fields []string) []string) string {
		var fields []string
		for _, f := range file.rows[j] {
			fields = append(fields, strings.TrimRight(writeCSV([][]string{{f}}, ','), "\r\n"))
		}
		row := strings.Join(edit(fields), ",") + "\r\n"
		return writeCSV(file.rows[:j], ',') + row + writeCSV(file.rows[j+1:], ',')
	}
	set := func(value string) string {
		return write(func(fields []string) []string { fields[i] = value; return fields })
	}
	add := func(kind, rule, pointer string, column int, text string) {
		want := finding{rule: rule, in: schemas.InCSV, pointer: pointer, line: line, column: column}
		out = append(out, corruption{kind, fmt.Sprintf("%s, line %d", name, line), file.with(text), want})
	}
	last := len(columns) - 1
	add("removed field", "csv.field-count", columns[last].Name, last+1, write(func(fields []string) []string { return slices.Delete(fields, i, i+1) }))
	add("added field", "csv.field-count", "", last+2, write(func(fields []string) []string { return slices.Insert(fields, i, "x") }))
	add("broken quote", "csv.quote", name, i+1, set(`a "b" c`))
	add("broken quote", "csv.quote", name, i+1, set(`"a"b`))
	add("broken quote", "csv.quote", name, i+1, set(`"never closed`))
	before := writeCSV(file.rows[:j], ',') + strings.TrimRight(writeCSV([][]string{slices.Concat(file.rows[j][:i], []string{"-"})}, ','), "-\r\n")
	add("truncated mid-quote", "csv.quote", name, i+1, before+`"half a fie`)
	if columns[i].Required {
		add("emptied field", "csv.missing-value", name, i+1, set(""))
		add("emptied field", "csv.missing-value", name, i+1, set(" "))
	}
	if columns[i].Format == "uuid" {
		add("wrong value", "csv.id-format", name, i+1, set(file.rows[j][i][1:]))
	}
	if columns[i].Values != nil {
		add("wrong value", "csv.value", name, i+1, set(misspelt(file.rows[j][i])))
	}
	return out
}

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
		for what, c := range clauseCorruptions(s.op.Query, o) {
			c.want.pointer, c.want.text = o.name, c.value
			add(c.kind, what, c.want, with(option{o.name, c.value}))
		}
	}
	// What no sample can use, since it is not allowed.
	for name, p := range s.op.Query.Properties {
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
