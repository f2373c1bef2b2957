package schemas_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

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
	for what, end := range sorted(map[string]string{
		"nothing": "", "no hyphens": boundary, "no hyphens and a line end": boundary + "\r\n", "one hyphen": boundary + "-",
	}) {
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
