package cli

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/schemas"
)

// operationDocument is an operation in JSON.
type operationDocument struct {
	Contract  string             `json:"contract"`
	ID        string             `json:"id"`
	Summary   string             `json:"summary"`
	Method    string             `json:"method"`
	Paths     []string           `json:"paths"`
	Reference string             `json:"reference,omitempty"`
	Request   *messageDocument   `json:"request,omitempty"`
	Response  messageDocument    `json:"response"`
	Query     *schemas.QueryRule `json:"query,omitempty"`
	*schemas.Facts
}

// messageDocument is a request or an answer in JSON.
type messageDocument struct {
	Status     int      `json:"status,omitempty"`
	Also       []int    `json:"alsoStatus,omitempty"`
	MediaTypes []string `json:"mediaTypes,omitempty"`
	Schema     string   `json:"schema,omitempty"`   // a type, an action or a file
	Optional   bool     `json:"optional,omitempty"` // the body may be left out
	Part       string   `json:"part,omitempty"`     // of multipart/form-data
}

func newOperationDocument(op *schemas.Operation) operationDocument {
	d := operationDocument{
		Contract: op.Contract.Name, ID: op.ID, Summary: op.Summary, Method: op.Method, Paths: op.Templates(), Reference: op.Reference,
		Query: op.Query, Facts: op.Facts(),
	}
	if r := op.Request; r != nil {
		d.Request = &messageDocument{MediaTypes: mediaTypes(r), Optional: r.Optional, Part: r.Part, Schema: schemaName(r.Schema)}
	}
	d.Response = messageDocument{Status: op.Response.Status, Also: also(op), Schema: schemaName(op.Response.Schema)}
	if m := answerMedia(op); m != "" {
		d.Response.MediaTypes = []string{m}
	}
	return d
}

func mediaTypes(r *schemas.RequestRule) []string {
	return append([]string{r.MediaType}, r.Also...)
}

func schemaName(s *schemas.Schema) string {
	if s == nil {
		return ""
	}
	return s.Name()
}

// also returns the other statuses of success, sorted.
func also(op *schemas.Operation) []int {
	list := slices.DeleteFunc(slices.Clone(op.Response.Also), func(s int) bool { return s == op.Response.Status })
	slices.Sort(list)
	return slices.Compact(list)
}

func answerMedia(op *schemas.Operation) string {
	switch {
	case op.Response.Schema != nil:
		return "application/json"
	case op.Response.MediaType == "*/*":
		return "any media type"
	}
	return op.Response.MediaType
}

func (s *subject) print(w io.Writer) error {
	if s.typ != nil {
		return printType(w, s.contract, s.typ)
	}
	for i, op := range s.operations {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := printOperation(w, op); err != nil {
			return err
		}
	}
	return nil
}

func printOperation(w io.Writer, op *schemas.Operation) error {
	f := op.Facts()
	fmt.Fprintf(w, "%s\n  %s\n", op.ID, op.Summary)
	if f != nil && f.Description != "" {
		printWrapped(w, "  ", strings.Fields(f.Description), " ")
	}
	fmt.Fprintln(w)
	t := table{w: w}
	t.row("contract", op.Contract.Name)
	if f == nil {
		for i, path := range op.Templates() {
			t.row(first(i, "path"), op.Method+" "+path)
		}
	}
	if op.Request != nil {
		t.row("request", requestText(op.Request))
	}
	t.row("answer", answerText(op))
	if list := also(op); list != nil {
		t.row("or else", strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]"))
	}
	if q := op.Query; q != nil {
		t.row("query", strings.Join(q.Options, " "))
	}
	if f == nil {
		if op.Reference != "" {
			t.row("reference", op.Reference)
		}
		return t.flush()
	}
	for i, p := range f.Parameters {
		t.row(first(i, "parameters"), parameterText(p))
	}
	if f.Returns != "" && op.Response.Schema == nil {
		t.row("returns", shortType(f.Returns))
	}
	if len(f.Query) > 0 {
		t.row("query", strings.Join(f.Query, " "))
	}
	for _, h := range f.Headers {
		t.row("header", h)
	}
	if f.Restrictions != nil && op.Method == http.MethodGet && op.Response.Schema != nil {
		t.row("not offered", strings.Join(f.Restrictions, ", "))
	}
	t.words("permissions", f.Permissions)
	if f.Deprecated != "" {
		t.row("deprecated", f.Deprecated)
	}
	if f.Source != "" {
		t.row("declared", f.Source)
	}
	return t.flush()
}

// first returns the label for the first row of several.
func first(i int, label string) string {
	if i > 0 {
		return ""
	}
	return label
}

func parameterText(p string) string {
	name, typ, _ := strings.Cut(p, " ")
	if rest, ok := strings.CutSuffix(typ, "?"); ok {
		return name + "  " + shortType(rest) + ", may be left out"
	}
	return name + "  " + shortType(typ)
}

func requestText(r *schemas.RequestRule) string {
	text := strings.Join(mediaTypes(r), ", ")
	text = strings.ReplaceAll(text, "*/*", "any media type")
	switch {
	case r.Schema != nil:
		text = strings.Replace(text, r.MediaType, r.MediaType+" ("+shortType(r.Schema.Name())+")", 1)
	case r.Part != "":
		text += ", the file in part " + r.Part
	}
	if r.Optional {
		text += "; may be left out"
	}
	return text
}

func answerText(op *schemas.Operation) string {
	text := fmt.Sprintf("%d %s", op.Response.Status, http.StatusText(op.Response.Status))
	if op.Response.Status == http.StatusNoContent {
		return text + ", no body"
	}
	if m := answerMedia(op); m != "" {
		text += ", " + m
	} else {
		text += ", no body"
	}
	if op.Response.Schema != nil {
		text += " (" + shortType(op.Response.Schema.Name()) + ")"
	}
	return text
}

// shortType returns the name of a type as people say it: "Collection(user)", "String". Names
// in a namespace below microsoft.graph stay whole.
func shortType(name string) string {
	inner, collection := strings.CutPrefix(name, "Collection(")
	inner = strings.TrimSuffix(inner, ")")
	for _, prefix := range []string{"Edm.", "microsoft.graph."} {
		if rest, ok := strings.CutPrefix(inner, prefix); ok && !strings.Contains(rest, ".") {
			inner = rest
		}
	}
	if collection {
		return "Collection(" + inner + ")"
	}
	return inner
}

func printType(w io.Writer, c *schemas.Contract, t *schemas.TypeInfo) error {
	fmt.Fprintf(w, "%s\n  %s\n", t.Name, kindText(t))
	if t.Description != "" {
		printWrapped(w, "  ", strings.Fields(t.Description), " ")
	}
	fmt.Fprintln(w)
	head := table{w: w}
	head.row("contract", c.Name)
	if t.Key != nil {
		head.row("key", strings.Join(t.Key, ", "))
	}
	if t.Alternate != nil {
		head.row("or by", strings.Join(t.Alternate, "; "))
	}
	if t.Deprecated != "" {
		head.row("deprecated", t.Deprecated)
	}
	head.row("declared", t.Source)
	if err := head.flush(); err != nil {
		return err
	}
	if err := printMembers(w, t); err != nil {
		return err
	}
	printList(w, "derived types", shortTypes(t.Derived))
	printList(w, "operations", t.Operations)
	return nil
}

func shortTypes(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, shortType(n))
	}
	return out
}

func kindText(t *schemas.TypeInfo) string {
	text := map[string]string{"entity": "entity type", "complex": "complex type", "enum": "enumeration"}[t.Kind]
	if t.Abstract {
		text = "abstract " + text
	}
	if t.Base != "" {
		text += ", derived from " + shortType(t.Base)
	}
	if t.Open {
		text += ", open: takes members that are not declared"
	}
	if t.Media {
		text += ", with content at $value"
	}
	if t.Flags {
		text += " of which several members may be given"
	}
	return text
}

// printMembers prints the members: first its own, then the inherited ones by the
// type that they come from, properties before navigation.
func printMembers(w io.Writer, t *schemas.TypeInfo) error {
	var from []string // "" is the type itself
	for _, m := range slices.Backward(t.Members) {
		if !slices.Contains(from, m.From) {
			from = append(from, m.From)
		}
	}
	slices.SortStableFunc(from, func(a, b string) int { return cmp.Compare(min(len(a), 1), min(len(b), 1)) })
	for _, owner := range from {
		for _, navigation := range []bool{false, true} {
			var rows [][]string
			for _, m := range t.Members {
				if m.From == owner && m.Navigation == navigation {
					rows = append(rows, memberRow(m))
				}
			}
			if rows == nil {
				continue
			}
			fmt.Fprintf(w, "\n%s\n", membersTitle(t, owner, navigation))
			if err := printColumns(w, rows); err != nil {
				return err
			}
		}
	}
	return nil
}

func membersTitle(t *schemas.TypeInfo, owner string, navigation bool) string {
	title := "properties"
	switch {
	case t.Kind == "enum":
		title = "members"
	case navigation:
		title = "navigation"
	}
	if owner != "" {
		title += " of " + shortType(owner)
	}
	return title
}

func memberRow(m schemas.MemberInfo) []string {
	var notes []string
	add := func(is bool, note string) {
		if is {
			notes = append(notes, note)
		}
	}
	add(m.Nullable && !m.Navigation, "nullable")
	add(m.ReadOnly, "read-only")
	add(m.CreateOnly, "not to be changed")
	add(m.Contained, "contained")
	add(m.Deprecated != "", "deprecated")
	text := shortType(m.Type)
	if m.Value != nil {
		text = fmt.Sprint(*m.Value)
	}
	return []string{"  " + m.Name, text, strings.Join(notes, ", ")}
}

func printList(w io.Writer, title string, words []string) {
	if len(words) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	printWrapped(w, "  ", words, ", ")
}

// lineWidth is how long the lines of lists are.
const lineWidth = 86

// printWrapped prints words in lines that start with indent.
func printWrapped(w io.Writer, indent string, words []string, separator string) {
	for _, line := range wrap(words, separator, lineWidth-len(indent)) {
		fmt.Fprintln(w, indent+line)
	}
}

// wrap puts words into lines of no more than width bytes, if they are not longer themselves.
func wrap(words []string, separator string, width int) []string {
	var lines []string
	line := ""
	for i, word := range words {
		if i < len(words)-1 {
			word += separator
		}
		if line != "" && len(line)+len(strings.TrimRight(word, " ")) > width {
			lines, line = append(lines, strings.TrimRight(line, " ")), ""
		}
		line += word
	}
	return append(lines, strings.TrimRight(line, " "))
}

// A table is rows of a label and a text.
type table struct {
	w    io.Writer
	rows [][]string
}

func (t *table) row(label, text string) { t.rows = append(t.rows, []string{"  " + label, text}) }

// words adds words in as many rows as they need, if there are any.
func (t *table) words(label string, words []string) {
	if len(words) == 0 {
		return
	}
	for i, line := range wrap(words, ", ", lineWidth-15) {
		t.row(first(i, label), line)
	}
}

func (t *table) flush() error { return printColumns(t.w, t.rows) }

// printColumns prints cells one below the other, without spaces at the ends of lines.
func printColumns(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			if i < len(row)-1 {
				cell += strings.Repeat(" ", widths[i]+2-utf8.RuneCountInString(cell))
			}
			line += cell
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
