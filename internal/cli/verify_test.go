package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/report"
	"github.com/graphmock/graphmock/schemas"
)

const (
	base   = "/v1.0/identityGovernance/entitlementManagement"
	create = base + "/catalogs/3c9f2b1e-8a4d-4e7f-9d2a-6b3e1c7f5a9d/resources/15eeb4df-bd15-4d8b-9679-e75791dbc1d9/uploadSessions"
	good   = `{"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession","data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData","reviewDefinitionId":"f5744a40-bca0-4506-a286-a8afac513d1c","reviewInstanceId":"ca24f9b9-5917-4971-9b5b-07aae0aa74e8"}}`
)

// records returns n lines of input: clean ones, broken ones and ones that can't be read.
func records(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&b, `{"id":%d,"method":"POST","url":%q,"headers":{"Content-Type":"application/json"},"body":%q}`, i, create, good)
		case 1:
			fmt.Fprintf(&b, `{"id":"%d","method":"GET","url":"https://graph.microsoft.com%s/catalogs?$filter=id eq 'x'"}`, i, base)
		case 2:
			fmt.Fprintf(&b, `{"id":%d,"method":"GET","url":"%s/catalog","response":{"status":400,"headers":{"Content-Type":["application/json"]},"body":"{}"}}`, i, base)
		case 3:
			fmt.Fprintf(&b, `{"id":%d,"method":"POST","url":%q,"headers":{"Content-Type":"application/json"},"body":"{\"sorce\":1}"}`, i, create)
		case 4:
			fmt.Fprintf(&b, `{"id":%d,"method":`, i)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

type outputLine struct {
	ID        any     `json:"id"`
	Contract  *string `json:"contract"`
	Operation *string `json:"operation"`
	Findings  []struct {
		Rule       string  `json:"rule"`
		Severity   string  `json:"severity"`
		In         string  `json:"in"`
		Pointer    string  `json:"pointer"`
		Message    string  `json:"message"`
		Suggestion *string `json:"suggestion"`
	} `json:"findings"`
}

func TestLinesKeepTheirOrder(t *testing.T) {
	const n = 10_000
	status, stdout, stderr := run(t, bytes.NewReader(records(n)), nil, "verify", "--format", "jsonl", "-")
	if status != 1 || strings.Count(stderr, "not valid JSON") != n/5 {
		t.Errorf("status %d, stderr ends in %s", status, stderr[max(0, len(stderr)-300):])
	}
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.DisallowUnknownFields()
	for i := range n {
		var line outputLine
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		want := []any{float64(i), fmt.Sprint(i), float64(i), float64(i), nil}[i%5]
		if line.ID != want || line.Findings == nil {
			t.Fatalf("line %d: got %+v, want the id %v", i, line, want)
		}
		if unread := i%5 == 4; (line.Contract == nil) != unread || (line.Operation == nil) != (unread || i%5 == 2) {
			t.Fatalf("line %d: got %+v", i, line)
		}
		if broken := i%5 == 2 || i%5 == 3; broken != (len(line.Findings) > 0) {
			t.Fatalf("line %d: got %+v", i, line)
		}
	}
	if dec.More() {
		t.Error("there are more lines")
	}
}

// TestOneCoreGivesTheSame holds the pipeline to what a loop would do.
func TestOneCoreGivesTheSame(t *testing.T) {
	in := records(500)
	_, want, wantErrs := run(t, bytes.NewReader(in), nil, "verify", "--format", "jsonl", "-")
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	_, got, gotErrs := run(t, bytes.NewReader(in), nil, "verify", "--format", "jsonl", "-")
	if got != want || gotErrs != wantErrs {
		t.Error("the output depends on the number of cores")
	}
}

func TestLines(t *testing.T) {
	tests := []struct {
		name   string
		line   string
		out    string // the output up to the findings
		rules  []string
		errors string // on standard error, behind "-:1: "
	}{
		{name: "id is a number", line: `{"id":12345678901234567890,"method":"GET","url":"` + base + `/catalogs"}`,
			out: `{"id":12345678901234567890,"contract":"v1.0","operation":"catalog.list"`},
		{name: "id is an object", line: `{"id":{"a": [1, "ü"]},"method":"GET","url":"` + base + `/catalogs"}`,
			out: `{"id":{"a": [1, "ü"]},"contract":"v1.0","operation":"catalog.list"`},
		{name: "no id", line: `{"method":"GET","url":"` + base + `/catalogs"}`, out: `{"id":null,"contract":"v1.0","operation":"catalog.list"`},
		{name: "other members, nulls", line: `{"x":{"method":1},"id":1,"method":"GET","url":"` + base + `/catalogs","headers":null,"body":null,"response":null}`,
			out: `{"id":1,"contract":"v1.0","operation":"catalog.list"`},
		{name: "carriage return", line: `{"id":1,"method":"GET","url":"` + base + `/catalogs"}` + "\r", out: `{"id":1,"contract":"v1.0"`},
		{name: "byte order mark", line: "\ufeff" + `{"id":1,"method":"GET","url":"` + base + `/catalogs"}`, out: `{"id":1,"contract":"v1.0"`},
		{name: "no version", line: `{"id":1,"method":"GET","url":"https://example.com/x"}`, out: `{"id":1,"contract":null,"operation":null`, rules: []string{"path.version"}},
		{name: "headers", line: `{"id":1,"method":"GET","url":"` + base + `/catalogs","headers":{"accept":"text/plain","Client-Request-ID":["x","y"]}}`,
			out: `{"id":1,"contract":"v1.0"`, rules: []string{"header.accept", "header.client-request-id"}},
		{name: "answer", line: `{"id":1,"method":"GET","url":"` + base + `/catalogs","response":{"status":201}}`,
			out: `{"id":1,"contract":"v1.0"`, rules: []string{"response.status"}},
		{name: "decoded gzip", line: `{"id":1,"method":"POST","url":"` + create + `","headers":{"Content-Type":"application/json","Content-Encoding":"gzip"},"body":` + quote(good) + `}`,
			out: `{"id":1,"contract":"v1.0","operation":"uploadSession.create"`},

		{name: "not JSON", line: `nothing`, errors: "not valid JSON at byte 2: invalid character 'o' in literal null (expecting 'u')"},
		{name: "cut", line: `{"id":`, errors: "not valid JSON: it ends too early"},
		{name: "member twice", line: `{"url":"a","url":"b"}`, errors: `not valid JSON at byte 12, /url: duplicate object member name`},
		{name: "two values", line: `{} {}`, errors: "not valid JSON at byte 4: invalid character '{' after top-level value"},
		{name: "array", line: `[1]`, errors: "the line: want an object, found an array"},
		{name: "null", line: `null`, errors: "there is no method"},
		{name: "empty", line: "  ", errors: "the line is empty"},
		{name: "no url", line: `{"method":"GET"}`, errors: "there is no url"},
		{name: "method is a number", line: `{"method":1,"url":"/v1.0"}`, errors: "/method: want a string, found a number"},
		{name: "body is an object", line: `{"method":"POST","url":"/v1.0","body":{}}`, errors: "/body: want a string, found an object"},
		{name: "header is a number", line: `{"method":"GET","url":"/v1.0","headers":{"a":1}}`, errors: "/headers/a: want a string or an array of strings, found a number"},
		{name: "header with null", line: `{"method":"GET","url":"/v1.0","headers":{"a":["b",null]}}`, errors: "/headers/a/1: want a string or an array of strings, found null"},
		{name: "headers are an array", line: `{"method":"GET","url":"/v1.0","headers":[]}`, errors: "/headers: want an object, found an array"},
		{name: "status is a string", line: `{"method":"GET","url":"/v1.0","response":{"status":"200"}}`, errors: "/response/status: want a whole number, found a string"},
		{name: "no status", line: `{"method":"GET","url":"/v1.0","response":{}}`, errors: "status 0 of the response: want 100 to 599"},
		{name: "answer is a string", line: `{"method":"GET","url":"/v1.0","response":"x"}`, errors: "/response: want an object, found a string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := run(t, strings.NewReader(tt.line+"\n"), nil, "verify", "--format", "jsonl", "-")
			if tt.errors != "" {
				if want := "graphmock: error: -:1: " + tt.errors + "\n"; !strings.HasPrefix(stderr, want) {
					t.Errorf("got  %swant %s", stderr, want)
				}
				if status != 1 || stdout != `{"id":null,"contract":null,"operation":null,"findings":[]}`+"\n" {
					t.Errorf("status %d, got %s", status, stdout)
				}
				return
			}
			var line outputLine
			if err := json.Unmarshal([]byte(stdout), &line); err != nil {
				t.Fatalf("%v: %s%s", err, stdout, stderr)
			}
			var rules []string
			for _, f := range line.Findings {
				rules = append(rules, f.Rule)
				if f.Suggestion == nil {
					t.Errorf("no suggestion in %s", stdout)
				}
			}
			if !strings.HasPrefix(stdout, tt.out) || fmt.Sprint(rules) != fmt.Sprint(tt.rules) {
				t.Errorf("got %swant %s… with %v", stdout, tt.out, tt.rules)
			}
		})
	}
}

func quote(s string) string { return string(appendString(nil, s)) }

func TestLongLines(t *testing.T) {
	fits := fmt.Sprintf(`{"id":1,"method":"GET","url":"%s/catalogs","x":"`, base)
	fits += strings.Repeat("a", maxLine-len(fits)-2) + `"}`
	over := strings.Repeat("b", maxLine+2)
	in := strings.Join([]string{fits, over, `{"id":3,"method":"GET","url":"` + base + `/catalogs"}`}, "\n")
	status, stdout, stderr := run(t, strings.NewReader(in), nil, "verify", "--format", "jsonl", "-")
	want := `{"id":1,"contract":"v1.0","operation":"catalog.list","findings":[]}
{"id":null,"contract":null,"operation":null,"findings":[]}
{"id":3,"contract":"v1.0","operation":"catalog.list","findings":[]}
`
	if status != 1 || stdout != want || !strings.Contains(stderr, "-:2: the line is longer than 16 MiB") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
}

// TestAnswersComeBeforeTheEnd: who waits for each line gets it.
func TestAnswersComeBeforeTheEnd(t *testing.T) {
	stdin, in := io.Pipe()
	out, stdout := io.Pipe()
	go func() {
		v := &verifier{set: schemas.Embedded(), lines: true, calls: report.NewCollector(schemas.Embedded()), env: &Env{Stdin: stdin, Stdout: stdout}}
		stdout.CloseWithError(v.run(context.Background(), []string{"-"}))
	}()
	answers := bufio.NewReader(out)
	for i := range 200 {
		fmt.Fprintf(in, `{"id":%d,"method":"GET","url":"%s/catalogs"}`+"\n", i, base)
		answer, err := answers.ReadString('\n')
		if want := fmt.Sprintf(`{"id":%d,`, i); err != nil || !strings.HasPrefix(answer, want) {
			t.Fatalf("got %q, %v", answer, err)
		}
	}
	in.Close()
	if rest, err := io.ReadAll(answers); err != nil || len(rest) > 0 {
		t.Errorf("got %q, %v", rest, err)
	}
}

// brokenWriter fails after some bytes.
type brokenWriter struct{ left int }

var errBroken = errors.New("broken")

func (w *brokenWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestVerifyStopsWhenNobodyReads(t *testing.T) {
	v := &verifier{
		set: schemas.Embedded(), lines: true, calls: report.NewCollector(schemas.Embedded()),
		env: &Env{Stdin: endless{}, Stdout: &brokenWriter{left: 1 << 20}},
	}
	if err := v.run(t.Context(), []string{"-"}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestVerifyStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v := &verifier{
		set: schemas.Embedded(), lines: true, calls: report.NewCollector(schemas.Embedded()),
		env: &Env{Stdin: endless{}, Stdout: writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })},
	}
	if err := v.run(ctx, []string{"-"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// endless is an input without an end: the same line again and again.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	line := `{"method":"GET","url":"` + base + `/catalogs"}` + "\n"
	if len(p) < len(line) {
		return 0, io.ErrShortBuffer
	}
	return copy(p, line), nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func FuzzCheckLine(f *testing.F) {
	for line := range bytes.Lines(records(5)) {
		f.Add(line)
	}
	f.Add([]byte(`{"id":[1],"method":"GET","url":"/beta/x?$filter=a","headers":{"a":["b"]},"response":{"status":200,"body":"[]"}}`))
	f.Add([]byte(`{"id":"\ud83d\ude00","method":"\u0000","url":"://%zz#?","headers":{"a":[]}}`))
	set := schemas.Embedded()
	f.Fuzz(func(t *testing.T, line []byte) {
		id, call, err := checkLine(set, line)
		if err != nil {
			id = nil
		}
		out := appendLine(nil, id, &call)
		if !json.Valid(out) || bytes.Count(out, []byte("\n")) != 1 && !bytes.Contains(id, []byte("\n")) {
			t.Errorf("line %q gives %q", line, out)
		}
	})
}

// BenchmarkVerify checks a mix of clean and broken calls, with the output that
// programs read. One operation is one call.
func BenchmarkVerify(b *testing.B) {
	const n = 20_000
	in := bytes.ReplaceAll(records(n), []byte(`"method":`+"\n"), []byte(`"method":"GET","url":"`+base+`/catalogs"}`+"\n"))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	calls := 0
	for b.Loop() {
		v := &verifier{
			set: schemas.Embedded(), lines: true, calls: report.NewCollector(schemas.Embedded()),
			env: &Env{Stdin: bytes.NewReader(in), Stdout: io.Discard, log: io.Discard},
		}
		if err := v.run(context.Background(), []string{"-"}); err != nil {
			b.Fatal(err)
		}
		if calls += v.count; v.unread > 0 {
			b.Fatalf("%d lines could not be read", v.unread)
		}
	}
	b.ReportMetric(float64(calls)/b.Elapsed().Seconds(), "calls/s")
}
