package schemas

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// A CSV says which columns a file has.
type CSV struct {
	SchemaURL string   `json:"$schema,omitempty"`
	Title     string   `json:"title"`
	Source    string   `json:"source"`
	Layouts   []Layout `json:"layouts"` // a file fits one of them; the first is preferred
}

// A Layout is one set of columns. Their order is free.
type Layout struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// A Column is one column of a CSV file.
type Column struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Required    bool     `json:"required"`         // the column is there, and no field of it is empty
	Format      string   `json:"format,omitempty"` // "uuid", or "" for any text
	Values      []string `json:"values,omitempty"` // if there is a fixed set
}

func (l *library) csv(file string) (*CSV, error) {
	c := new(CSV)
	if err := l.readJSON(file, c); err != nil {
		return nil, err
	}
	if len(c.Layouts) == 0 {
		return nil, fmt.Errorf("%s: there is no layout", file)
	}
	return c, nil
}

// csvChecker holds one file to the layout that its header comes closest to.
type csvChecker struct {
	*checker
	columns []*Column // by position in the header; nil where the column is unknown
	known   map[*Column]bool
}

func (c *checker) checkCSV(data []byte, rule *CSV) {
	cc := &csvChecker{checker: c, known: make(map[*Column]bool)}
	if rest, ok := bytes.CutPrefix(data, []byte("\ufeff")); ok {
		cc.addCSV("csv.bom", 1, 1, "", "the file starts with a byte order mark", "", "no byte order mark")
		data = rest
	}
	if len(bytes.TrimSpace(data)) == 0 {
		cc.addCSV("csv.empty", 1, 1, "", "the file is empty", "", "a header and rows")
		return
	}
	if at := invalidUTF8(data); at >= 0 {
		line, _ := strictjson.Position(data, at)
		cc.addCSV("csv.encoding", line, 1, "", "the file is not UTF-8", fmt.Sprintf("byte 0x%02X", data[at]), "UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1 // counted here, to go on after a wrong row
	r.ReuseRecord = true
	header, _ := cc.read(r)
	if header == nil || !cc.checkHeader(r, header, rule) {
		return
	}
	rows := 0
	for row, ok := cc.read(r); ok; row, ok = cc.read(r) {
		if rows++; cc.full(InCSV) {
			break
		}
		if row != nil {
			cc.checkRow(r, row)
		}
	}
	if rows == 0 {
		cc.addCSV("csv.no-rows", 1, 1, "", "there is a header and no row", "", "at least one row")
	}
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (cc *csvChecker) addCSV(rule string, line, field int, column, message, found, wanted string) {
	cc.add(Finding{
		Rule: rule, In: InCSV, Pointer: column, Line: line, Column: field,
		Message: message, Found: clip(found), Wanted: wanted,
	})
}

// read returns the next row, nil if it has a fault of quoting, which is
// reported. ok is false at the end.
func (cc *csvChecker) read(r *csv.Reader) (row []string, ok bool) {
	row, err := r.Read()
	var fault *csv.ParseError
	switch {
	case err == nil:
		return row, true
	case err == io.EOF || !errors.As(err, &fault):
		return nil, false
	}
	message, line := "there is a quotation mark inside a field that is not quoted as a whole", fault.Line
	if errors.Is(fault.Err, csv.ErrQuote) { // found out lines later, where the field was meant to end before
		message, line = "a quotation mark inside a quoted field is not doubled, or the field is never closed", fault.StartLine
	}
	field := len(row) + 1
	cc.addCSV("csv.quote", line, field, cc.columnName(field-1), message, "", `"a field, with ""marks"" doubled"`)
	return nil, true
}

func (cc *csvChecker) columnName(i int) string {
	if i < len(cc.columns) && cc.columns[i] != nil {
		return cc.columns[i].Name
	}
	return ""
}

// checkHeader reports whether the rows can be checked.
func (cc *csvChecker) checkHeader(r *csv.Reader, header []string, rule *CSV) bool {
	layout := closestLayout(header, rule.Layouts)
	line, _ := r.FieldPos(0)
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t|") {
		cc.addCSV("csv.delimiter", line, 1, "", "the fields of the header are not separated by commas", header[0], "commas")
		return false
	}
	for i, name := range header {
		cc.checkColumn(line, i, strings.TrimSpace(name), layout)
	}
	for i := range layout.Columns {
		if col := &layout.Columns[i]; col.Required && !cc.known[col] {
			cc.addCSV("csv.missing-column", line, len(header)+1, col.Name,
				fmt.Sprintf("the header lacks the column %q", col.Name), strings.Join(header, ","), col.Name)
		}
	}
	return true
}

func (cc *csvChecker) checkColumn(line, i int, name string, layout *Layout) {
	col := layout.column(name)
	if cc.known[col] {
		cc.addCSV("csv.duplicate-column", line, i+1, name, fmt.Sprintf("the column %q is there twice", name), name, "each column once")
		col = nil
	} else if col == nil && !cc.muted("csv.unknown-column", InCSV) {
		cc.add(Finding{
			Rule: "csv.unknown-column", In: InCSV, Pointer: name, Line: line, Column: i + 1,
			Found: clip(name), Wanted: strings.Join(layout.names(), ", "), Suggestion: spell.Closest(name, layout.names()),
			Message: fmt.Sprintf("there is no column %q", clip(name)),
		})
	} else if col != nil && col.Name != name {
		cc.addCSV("csv.column-case", line, i+1, name, fmt.Sprintf("the reference writes %q", col.Name), name, col.Name)
	}
	cc.columns = append(cc.columns, col)
	if col != nil {
		cc.known[col] = true
	}
}

func (l *Layout) column(name string) *Column {
	i := slices.IndexFunc(l.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
	if i < 0 {
		return nil
	}
	return &l.Columns[i]
}

func (l *Layout) names() []string {
	var out []string
	for _, c := range l.Columns {
		out = append(out, c.Name)
	}
	return out
}

// closestLayout returns the layout with the fewest unknown and missing columns.
func closestLayout(header []string, layouts []Layout) *Layout {
	var best *Layout
	fewest := -1
	for i := range layouts {
		l, wrong := &layouts[i], 0
		for _, name := range header {
			if l.column(strings.TrimSpace(name)) == nil {
				wrong++
			}
		}
		for _, c := range l.Columns {
			if c.Required && !slices.ContainsFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), c.Name) }) {
				wrong++
			}
		}
		if fewest < 0 || wrong < fewest {
			best, fewest = l, wrong
		}
	}
	return best
}

func (cc *csvChecker) checkRow(r *csv.Reader, row []string) {
	line, _ := r.FieldPos(0)
	if len(row) != len(cc.columns) {
		cc.addCSV("csv.field-count", line, min(len(row), len(cc.columns))+1, cc.columnName(min(len(row), len(cc.columns))),
			fmt.Sprintf("the row has %d fields, the header %d", len(row), len(cc.columns)),
			fmt.Sprintf("%d fields", len(row)), fmt.Sprintf("%d fields", len(cc.columns)))
	}
	for i, field := range row {
		if i < len(cc.columns) && cc.columns[i] != nil {
			line, _ := r.FieldPos(i)
			cc.checkField(line, i+1, field, cc.columns[i])
		}
	}
}

func (cc *csvChecker) checkField(line, field int, value string, col *Column) {
	switch {
	case strings.TrimSpace(value) == "":
		if col.Required {
			cc.addCSV("csv.missing-value", line, field, col.Name, fmt.Sprintf("%s is empty", col.Name), "", "a value")
		}
	case col.Format == "uuid" && !guid.MatchString(value):
		cc.addCSV("csv.id-format", line, field, col.Name, fmt.Sprintf("%s is not an object id", col.Name), value, "a GUID")
	case col.Values != nil && !slices.Contains(col.Values, value) && !cc.muted("csv.value", InCSV):
		cc.add(Finding{
			Rule: "csv.value", In: InCSV, Pointer: col.Name, Line: line, Column: field,
			Found: clip(value), Wanted: strings.Join(col.Values, " or "), Suggestion: spell.Closest(value, col.Values),
			Message: fmt.Sprintf("%q is not a known %s", clip(value), col.Name),
		})
	}
}
