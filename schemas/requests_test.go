package schemas_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/schemas"
)

// A sample is a request that a contract accepts as one of its operations.
type sample struct {
	name     string // of the subtest
	contract *schemas.Contract
	op       *schemas.Operation
	request  *schemas.Request
}

// samples returns the requests of testdata/requests, by contract, in the order of the files.
func samples(tb testing.TB) []sample {
	tb.Helper()
	var out []sample
	for _, c := range schemas.Embedded().Contracts() {
		text, err := os.ReadFile(path.Join("testdata/requests", c.Name+".http"))
		if err != nil {
			tb.Fatal(err)
		}
		for _, section := range sections(string(text)) {
			heading, text, _ := strings.Cut(section, "\n")
			id, _, _ := strings.Cut(heading, " ")
			s := sample{name: c.Name + "/" + heading, contract: c, op: c.Operation(id), request: parseRequest(tb, text)}
			if s.op == nil {
				tb.Fatalf("%s has no operation %q", c, id)
			}
			s.request.Header.Set("Authorization", "Bearer token")
			out = append(out, s)
		}
	}
	return out
}

// sections splits an .http file at "### " and fills its variables in.
func sections(text string) []string {
	head, _, _ := strings.Cut(text, "### ")
	variables := make(map[string]string)
	fill := func(text string) string {
		for name, value := range variables {
			text = strings.ReplaceAll(text, "{{"+name+"}}", value)
		}
		return text
	}
	for line := range strings.Lines(head) {
		if name, value, ok := strings.Cut(line, "="); ok {
			variables[strings.TrimSpace(strings.TrimPrefix(name, "@"))] = fill(strings.TrimSpace(value))
		}
	}
	return strings.Split(fill(strings.TrimPrefix(text, head+"### ")), "\n### ")
}

// sessionSamples returns the accepted requests of the embedded sessions, each once.
func sessionSamples(tb testing.TB) []sample {
	tb.Helper()
	sessions, err := fixtures.Load(fixtures.Embedded())
	if err != nil {
		tb.Fatal(err)
	}
	var out []sample
	seen := make(map[string]bool)
	for _, session := range sessions {
		c, err := schemas.Embedded().Contract(session.Contract)
		if err != nil {
			tb.Fatal(err)
		}
		for i, x := range session.Interactions {
			s := sample{
				name: fmt.Sprintf("session %s/%d", session.Name, i), contract: c,
				op: c.Operation(x.Operation), request: x.Request.Message(),
			}
			if key := fmt.Sprintf("%s %s\n%s", x.Request.Method, x.Request.URL, x.Request.Body); !seen[key] && len(check(tb, s)) == 0 {
				seen[key] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// stride is the distance between the places at which a body is cut off. Those
// of sessions are much like one another.
func (s sample) stride() int {
	if s.request.Recorded {
		return 13
	}
	return 1
}

// set returns the embedded contracts with the sample's pinned, so that no
// other revision explains a request away.
func (s sample) set(tb testing.TB) *schemas.Set {
	tb.Helper()
	set, err := schemas.Embedded().Pin(s.contract.Name)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// check returns the findings about the request, from its own contract.
func check(tb testing.TB, s sample) []schemas.Finding {
	tb.Helper()
	return s.set(tb).CheckRequest(s.request).Findings
}

// parseRequest reads a request line with or without HTTP/1.1, headers, and
// after an empty line the body. A blank in the URL is encoded, \xNN stands for
// a byte, and the lines of a multipart body end in CRLF but for the last one.
func parseRequest(tb testing.TB, text string) *schemas.Request {
	tb.Helper()
	line, header, body := parseMessage(tb, text)
	method, url, ok := strings.Cut(strings.TrimSuffix(line, " HTTP/1.1"), " ")
	if !ok {
		tb.Fatalf("no request line: %q", line)
	}
	return &schemas.Request{Method: method, URL: strings.ReplaceAll(url, " ", "%20"), Header: header, Body: body}
}

// parseResponse reads a response that starts with HTTP/1.1 and a status.
func parseResponse(tb testing.TB, text string) *schemas.Response {
	tb.Helper()
	line, header, body := parseMessage(tb, text)
	code, _, _ := strings.Cut(strings.TrimPrefix(line, "HTTP/1.1 "), " ")
	status, err := strconv.Atoi(code)
	if err != nil {
		tb.Fatalf("no status line: %q", line)
	}
	return &schemas.Response{Status: status, Header: header, Body: body}
}

func parseMessage(tb testing.TB, text string) (line string, header http.Header, body []byte) {
	tb.Helper()
	head, rest, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	header = make(http.Header)
	for l := range strings.Lines(head) {
		l = strings.TrimSpace(l)
		name, value, ok := strings.Cut(l, ": ")
		switch {
		case strings.HasPrefix(l, "#"):
		case line == "":
			line = l
		case ok:
			header.Add(name, value)
		default:
			tb.Fatalf("no header: %q", l)
		}
	}
	if strings.HasPrefix(header.Get("Content-Type"), "multipart/") {
		rest = strings.ReplaceAll(rest, "\n", "\r\n")
	}
	return line, header, unescape(rest)
}

// unescape replaces \xNN by the byte.
func unescape(text string) []byte {
	head, rest, ok := strings.Cut(text, `\x`)
	if !ok {
		return []byte(text)
	}
	n, err := strconv.ParseUint(rest[:2], 16, 8)
	if err != nil {
		panic(fmt.Sprintf("want two hexadecimal digits after \\x: %q", rest))
	}
	return append(append([]byte(head), byte(n)), unescape(rest[2:])...)
}

// copyRequest returns a request that can be changed without the other.
func copyRequest(r *schemas.Request) *schemas.Request {
	out := *r
	out.Header, out.Body = r.Header.Clone(), bytes.Clone(r.Body)
	return &out
}

// TestSamples: every operation of every contract has a request that it accepts,
// without as much as a warning that is not its point, and together they hold
// everything that the contract declares.
func TestSamples(t *testing.T) {
	seen := make(map[*schemas.Operation]bool)
	for _, s := range samples(t) {
		seen[s.op] = true
		t.Run(s.name, func(t *testing.T) {
			v := schemas.Embedded().CheckRequest(s.request)
			for _, f := range v.Findings {
				if f.Rule != "contract.drift" && f.Rule != "query.undocumented-option" {
					t.Error(f)
				}
			}
			if v.Operation == nil || v.Operation.ID != s.op.ID || !slices.Contains(v.Fits, s.contract.Name) {
				t.Fatalf("operation %v, fits %v; want %s of %s", v.Operation, v.Fits, s.op.ID, s.contract)
			}
			if newest := v.Fits[len(v.Fits)-1]; v.Contract.Name != newest || v.Operation.Contract != v.Contract {
				t.Errorf("contract %s, operation of %s; want those of %s", v.Contract, v.Operation.Contract, newest)
			}
			checkRead(t, v)
		})
	}
	for _, c := range schemas.Embedded().Contracts() {
		for _, op := range c.Operations() {
			if !seen[op] {
				t.Errorf("no request for %s of %s", op.ID, c)
			}
		}
	}
}

// checkRead: what an accepted request carries is in its verdict.
func checkRead(t *testing.T, v *schemas.Verdict) {
	t.Helper()
	if v.Query == nil {
		t.Error("the query is nil")
	}
	for _, k := range v.Keys {
		if k.Name == "" || v.Key(k.Name) == "" {
			t.Errorf("keys %v", v.Keys)
		}
	}
	rule := v.Operation.Request
	if wantFile := rule != nil && rule.CSV != nil; wantFile != (v.File != nil) || wantFile && (v.File.Name == "" || len(v.File.Data) == 0) {
		t.Errorf("file %v", v.File)
	}
	if wantJSON := rule != nil && rule.Schema != nil; wantJSON != (v.JSON != nil) {
		t.Errorf("JSON %v", v.JSON)
	}
}

// TestSamplesCover holds the samples to use every member, column and option
// that a contract declares, so that the tests that corrupt them leave nothing out.
func TestSamplesCover(t *testing.T) {
	used := make(map[*schemas.Operation]map[string]bool)
	for _, s := range samples(t) {
		if used[s.op] == nil {
			used[s.op] = make(map[string]bool)
		}
		maps.Copy(used[s.op], uses(t, s))
	}
	for _, c := range schemas.Embedded().Contracts() {
		for _, op := range c.Operations() {
			for _, what := range declared(t, op) {
				if !used[op][what] {
					t.Errorf("%s, %s: no sample uses %s", c, op.ID, what)
				}
			}
		}
	}
}

// uses returns what a sample uses, in the words of declared.
func uses(tb testing.TB, s sample) map[string]bool {
	tb.Helper()
	out := make(map[string]bool)
	if rule := s.op.Request; rule != nil && rule.Schema != nil {
		walk(decode(tb, s.request.Body), schemaOf(tb, rule.Schema), nil, func(place []string, _ any, _ node) {
			out["member "+pattern(place)] = true
		})
	}
	if rule := s.op.Request; rule != nil && rule.CSV != nil {
		for _, name := range readCSV(tb, s.request).rows[0] {
			out["column "+name] = true
		}
	}
	for _, o := range queryOptions(s.request) {
		out["option "+o.name] = true
		for _, name := range word.FindAllString(o.value, -1) {
			if o.name == "$expand" {
				out["expand "+name] = true
			}
		}
	}
	return out
}

// declared returns what the contract declares for the request of an operation.
func declared(tb testing.TB, op *schemas.Operation) []string {
	tb.Helper()
	var out []string
	if op.Request != nil && op.Request.Schema != nil {
		schemaOf(tb, op.Request.Schema).members(nil, func(place []string) { out = append(out, "member "+pattern(place)) })
	}
	if op.Request != nil && op.Request.CSV != nil {
		for _, layout := range op.Request.CSV.Layouts {
			for _, c := range layout.Columns {
				out = append(out, "column "+c.Name)
			}
		}
	}
	if op.Query == nil {
		return out
	}
	for _, name := range slices.Concat(op.Query.Options, op.Query.Tolerated) {
		out = append(out, "option "+name)
	}
	for name := range op.Query.Expand {
		out = append(out, "expand "+name)
	}
	return out
}

// pattern writes a place with * for indexes.
func pattern(place []string) string {
	place = slices.Clone(place)
	for i, token := range place {
		if _, err := strconv.Atoi(token); err == nil {
			place[i] = "*"
		}
	}
	return pointer(place)
}

var contractFiles fs.FS = os.DirFS("contracts")
