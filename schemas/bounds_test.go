package schemas_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestBounds: a large message that is wrong everywhere is checked in time that
// grows with its length, and makes a hundred findings of a severity, not a
// finding for each member. Looking for each place from the start took minutes.
func TestBounds(t *testing.T) {
	const n = 20_000
	create, upload := sampleOf(t, "v1.0/uploadSession.create"), sampleOf(t, "v1.0/uploadSession.uploadFile")
	request := sampleOf(t, "v1.0/resourceRequest.create")
	file := readCSV(t, upload.request)
	header := strings.TrimSpace(writeCSV(file.rows[:1], ',')) + "\n"
	body := func(s sample, text string) *schemas.Request {
		r := copyRequest(s.request)
		r.Body = []byte(text)
		return r
	}
	numbered := func(format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", "a"+strconv.Itoa(i)))
		}
		return b.String()
	}
	tests := map[string]*schemas.Request{
		"unknown members":   body(create, "{"+numbered(`"#": 1,`)+`"z": 1}`),
		"comments":          body(create, strings.Repeat("/**/\n", n)+"{}"),
		"wrong items":       body(request, `{"resource": {"attributes": [`+strings.Repeat(`{"isEditable": 1},`, n)+`5]}}`),
		"respelt items":     body(request, `{"resource": {"attributes": [`+strings.Repeat(`{"IsEditable": true},`, n)+`5]}}`),
		"long name":         body(create, `{"`+strings.Repeat("x", 20*n)+`": 1}`),
		"deep and wide":     body(create, strings.Repeat(`{"`+strings.Repeat("x", n/10)+`":`, 90)+"["+strings.Repeat("1,", n)+"1]"+strings.Repeat("}", 90)),
		"unknown columns":   file.with("a" + strings.Repeat(",b", n) + "\n1\n"),
		"columns twice":     file.with(header[:len(header)-1] + strings.Repeat(",principalId", n) + "\n1\n"),
		"wrong rows":        file.with(header + strings.Repeat("a,b\n", n)),
		"broken quotes":     file.with(header + strings.Repeat("a\"b,\n", n)),
		"long column":       file.with(strings.Repeat("p", 20*n) + "\n"),
		"options":           {Method: "GET", URL: "/v1.0/identityGovernance/catalogs?" + numbered("#=1&")},
		"segments":          {Method: "GET", URL: "/v1.0/identityGovernance/catalogs" + strings.Repeat("/%zz", n)},
		"unknown filter":    {Method: "GET", URL: "/v1.0/identityGovernance/catalogs?$filter=" + strings.Repeat("x%20eq%201%20or%20", n/10) + "true"},
		"parts of the file": body(upload, strings.Repeat("--MyPartBoundary198374\r\n\r\n\r\n", n)),
	}
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := schemas.Embedded().CheckRequest(r)
			var data *schemas.File
			if data = v.File; data == nil {
				data = &schemas.File{Data: r.Body}
			}
			checkFindings(t, v.Findings, r.Body, data)
			if len(v.Fits) > 0 {
				t.Errorf("fits %v: %v", v.Fits, v.Findings)
			}
		})
	}
}

func sampleOf(tb testing.TB, name string) sample {
	tb.Helper()
	all := samples(tb)
	i := slices.IndexFunc(all, func(s sample) bool { return s.name == name })
	if i < 0 {
		tb.Fatalf("no sample %q", name)
	}
	return all[i]
}

// TestWarningsHideNoError: what is found late in a message counts, however much
// was found before.
func TestWarningsHideNoError(t *testing.T) {
	file := readCSV(t, sampleOf(t, "v1.0/uploadSession.uploadFile").request)
	rows := [][]string{file.rows[0]}
	for range 3 * most {
		rows = append(rows, []string{"no id", "no type", "p", "p", "p", "p"})
	}
	rows = append(rows, []string{"550e8400-e29b-41d4-a716-446655440000", "user", "", "p", "p", "p"})
	v := schemas.Embedded().CheckRequest(file.with(writeCSV(rows, ',')))
	if problem := (finding{rule: "csv.missing-value", in: schemas.InCSV, pointer: "permissionId", line: len(rows)}).missing(v.Findings); problem != "" {
		t.Error(problem)
	}

	r := copyRequest(sampleOf(t, "v1.0/resourceRequest.create with a resource as it was read").request)
	r.Body = []byte(strings.Replace(string(r.Body), `"attributes": [`, `"attributes": [`+strings.Repeat(`{ "IsEditable": true }, `, 3*most)+`{ "isEditable": 5 }, `, 1))
	v = schemas.Embedded().CheckRequest(r)
	if problem := (finding{rule: "body.type", in: schemas.InBody, pointer: "/resource/attributes/300/isEditable", text: string(r.Body), at: `"isEditable": 5`}).missing(v.Findings); problem != "" {
		t.Error(problem)
	}
}
