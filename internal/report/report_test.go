package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/graphmock/graphmock/internal/golden"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

const entitlement = "/v1.0/identityGovernance/entitlementManagement"

var (
	typo = schemas.Finding{
		Rule: "query.unknown-option", Severity: schemas.Error, In: schemas.InQuery, Pointer: "$fliter",
		Message: `"$fliter" is not an option of OData`, Found: "$fliter", Wanted: "$select, $filter", Suggestion: "$filter",
		Reference: "https://example.com/catalog-list",
	}
	noMember = schemas.Finding{
		Rule: "body.unknown-property", Severity: schemas.Error, In: schemas.InBody, Pointer: "/source", Line: 2, Column: 3,
		Message: `the body has no member "source"`, Found: "source", Wanted: "@odata.type, data", Reference: "https://example.com/create",
	}
	caseOfMember = schemas.Finding{
		Rule: "body.property-case", Severity: schemas.Warning, In: schemas.InBody, Pointer: "/Data", Line: 3, Column: 3,
		Message: `"Data" is spelt "data" in the contract`, Found: "Data", Wanted: `"data"`, Suggestion: "data", Reference: "https://example.com/create",
	}
	noGUID = schemas.Finding{
		Rule: "header.client-request-id", Severity: schemas.Note, In: schemas.InHeader, Pointer: "client-request-id",
		Message: "client-request-id is not a GUID; support can't look it up", Found: "1", Wanted: "a GUID",
	}
	noSegment = schemas.Finding{
		Rule: "path.unknown-segment", Severity: schemas.Error, In: schemas.InPath, Pointer: "catalog",
		Message: `there is no "catalog" behind "entitlementManagement"`, Found: "catalog", Wanted: "catalogs", Suggestion: "catalogs",
	}
)

// cases are calls, with a golden file of the same name for each form.
var cases = map[string]struct {
	calls       []Call
	unusedParts bool
}{
	"nothing": {},
	"clean": {calls: []Call{
		{Seq: 1, Method: "GET", URL: entitlement + "/catalogs", Status: 200, Contract: "v1.0", Operation: "catalog.list", Duration: 2 * time.Millisecond},
		{Seq: 2, Method: "GET", URL: entitlement + "/catalogs?$top=1", Status: 200, Contract: "v1.0", Operation: "catalog.list", Duration: time.Millisecond},
		{Seq: 3, Method: "GET", URL: "/beta/x", Status: 200, Contract: "beta-2026-06", Operation: "uploadSession.get"},
	}},
	"broken": {calls: []Call{
		{Seq: 2, Method: "GET", URL: entitlement + "/catalogs?$fliter=x&access_token=abc", Status: 400, Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo, noGUID}},
		{Seq: 1, Method: "POST", URL: entitlement + "/uploadSessions", Status: 400, Contract: "v1.0", Operation: "uploadSession.create", Findings: []schemas.Finding{noMember, caseOfMember}},
		{Seq: 3, Method: "GET", URL: entitlement + "/catalogs?$fliter=y", Status: 400, Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo}},
		{Seq: 4, Method: "GET", URL: entitlement + "/catalogs", Status: 200, Contract: "v1.0", Operation: "catalog.list"},
		{Seq: 5, Method: "GET", URL: entitlement + "/catalogs", Status: 0, Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{noGUID}},
	}},
	"unexpected": {unusedParts: true, calls: []Call{
		{Seq: 1, Method: "GET", URL: entitlement + "/catalog?$top=1", Status: 400, Contract: "v1.0", Findings: []schemas.Finding{noSegment}},
		{Seq: 2, Method: "GET", URL: entitlement + "/catalog", Status: 400, Contract: "v1.0", Findings: []schemas.Finding{noSegment}},
		{Seq: 3, Method: "GET", URL: "/v2/me", Status: 501},
		{Seq: 4, Method: "GET", URL: entitlement + "/catalogs", Status: 501, Contract: "v1.0", Operation: "catalog.list", Miss: "no interaction matches the request\n\tGET /catalogs\nall 3 interactions have been used"},
	}},
	"recorded": {calls: []Call{
		{Seq: 1, Place: "calls.jsonl:7", Method: "GET\x1b[31m", URL: "/v1.0/\u202e\x00\xff?a\nb", Contract: "v1.0", Findings: []schemas.Finding{{
			Rule: "path.unknown-segment", Severity: schemas.Error, In: schemas.InPath, Pointer: "\x1b]0;pwned\a", Found: "]]>\x00", Message: "there is no \"\x1b[2J\"",
		}}},
	}},
}

func reportOf(name string) *Report {
	c := NewCollector(schemas.Embedded())
	for _, call := range cases[name].calls {
		c.Add(call)
	}
	r := c.Report()
	if cases[name].unusedParts {
		r.UnusedAnswers = []string{"answer 429 to uploadSession.create"}
		r.UnusedInteractions = []string{`session "s", interaction 2: GET /v1.0/x`}
	}
	return r
}

func TestGolden(t *testing.T) {
	for name := range cases {
		t.Run(name, func(t *testing.T) {
			r := reportOf(name)
			for ext, write := range map[string]func(b *bytes.Buffer) error{
				"txt":   func(b *bytes.Buffer) error { return r.WriteText(b, TextOptions{}) },
				"color": func(b *bytes.Buffer) error { return r.WriteText(b, TextOptions{Color: true}) },
				"json":  func(b *bytes.Buffer) error { return r.WriteJSON(b) },
				"xml":   func(b *bytes.Buffer) error { return r.WriteJUnit(b) },
			} {
				var b bytes.Buffer
				if err := write(&b); err != nil {
					t.Fatal(err)
				}
				golden.Check(t, filepath.Join("testdata", name+"."+ext), b.String())
			}
		})
	}
}

func TestTextHasNoControlCharacters(t *testing.T) {
	var b bytes.Buffer
	if err := reportOf("recorded").WriteText(&b, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r < ' ' && r != '\n' || r == '\u202e' {
			t.Errorf("the text has the character %U:\n%q", r, b.String())
		}
	}
}

func TestJSONIsADocument(t *testing.T) {
	for name := range cases {
		var b bytes.Buffer
		r := reportOf(name)
		if err := r.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		var d Document
		dec := json.NewDecoder(&b)
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d.Format != JSONFormat || d.OK != r.OK() || d.Summary.Calls != len(cases[name].calls) {
			t.Errorf("%s: got %+v", name, d)
		}
		if strings.Contains(b.String(), "null,\n") && !strings.Contains(b.String(), `"operation": null`) {
			t.Errorf("%s: a list is null:\n%s", name, b.String())
		}
	}
}

func TestJUnitParsesBack(t *testing.T) {
	for name := range cases {
		t.Run(name, func(t *testing.T) {
			r := reportOf(name)
			var b bytes.Buffer
			if err := r.WriteJUnit(&b); err != nil {
				t.Fatal(err)
			}
			var suites junit.Testsuites
			if err := xml.Unmarshal(b.Bytes(), &suites); err != nil {
				t.Fatalf("%v\n%s", err, b.Bytes())
			}
			failures, cases := 0, 0
			for _, s := range suites.Suites {
				cases += len(s.Testcases)
				for _, tc := range s.Testcases {
					if tc.Failure != nil {
						failures++
						if tc.Failure.Data == "" {
							t.Errorf("%s %s fails without a reason", s.Name, tc.Name)
						}
					}
				}
			}
			if failures != suites.Failures || cases != suites.Tests || r.OK() != (failures == 0) {
				t.Errorf("%d cases, %d failures; the totals say %d and %d", cases, failures, suites.Tests, suites.Failures)
			}
		})
	}
}

func TestXMLText(t *testing.T) {
	var all strings.Builder
	for r := range rune(0x100) {
		all.WriteRune(r)
	}
	all.WriteString("\ufffe\uffff\xff😀")
	want := "\t\n" + all.String()[' ':strings.Index(all.String(), "\ufffe")] + "\ufffd😀"
	if got := xmlText(all.String()); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	const n = MaxProblems + 500
	c := NewCollector(schemas.Embedded())
	for i := range n {
		c.Add(Call{Seq: i + 1, Method: "GET", URL: "/v1.0/x", Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo}})
	}
	r := c.Report()
	if r.Calls != n || r.Errors != n || r.Broken != n || len(r.Problems) != MaxProblems || r.Omitted != 500 {
		t.Errorf("got %d calls, %d errors, %d broken, %d problems, %d omitted", r.Calls, r.Errors, r.Broken, len(r.Problems), r.Omitted)
	}
	var b bytes.Buffer
	if err := r.WriteText(&b, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("(%d times)", n); strings.Count(b.String(), "query.unknown-option") != 1 || !strings.Contains(b.String(), want) {
		t.Errorf("want one finding %s:\n%s", want, b.String())
	}
}

func TestTextOfManyDifferentFindingsIsShort(t *testing.T) {
	c := NewCollector(schemas.Embedded())
	for i := range 1000 {
		f := typo
		f.Pointer = fmt.Sprint(i)
		c.Add(Call{Seq: i + 1, Method: "GET", URL: "/v1.0/x", Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{f}})
	}
	var b bytes.Buffer
	if err := c.Report().WriteText(&b, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "… and 975 more calls") || strings.Count(b.String(), "\n") > 400 {
		t.Errorf("got %d lines:\n%s", strings.Count(b.String(), "\n"), b.String())
	}
}

func TestCollectorFromManyGoroutines(t *testing.T) {
	c := NewCollector(schemas.Embedded())
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				c.Add(Call{Seq: g*100 + i + 1, Method: "GET", URL: "/v1.0/x", Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo}})
				c.Report()
			}
		})
	}
	wg.Wait()
	r := c.Report()
	for i, p := range r.Problems {
		if p.Seq != i+1 {
			t.Fatalf("problem %d is call %d", i, p.Seq)
		}
	}
	if r.Calls != 800 {
		t.Errorf("got %d calls", r.Calls)
	}
}

func TestReportSharesNoMemory(t *testing.T) {
	c := NewCollector(schemas.Embedded())
	c.Add(Call{Seq: 1, Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo}})
	c.Report().Problems[0].Findings[0].Rule = "changed"
	if got := c.Report().Problems[0].Findings[0].Rule; got != typo.Rule {
		t.Errorf("got rule %s", got)
	}
}

func TestFromCall(t *testing.T) {
	got := FromCall(mock.Call{
		Seq: 4, Request: mock.Request{Method: "GET", URL: "/v1.0/x"}, Response: mock.Response{Status: 400},
		Contract: "v1.0", Operation: "catalog.list", Findings: []schemas.Finding{typo}, AnswerFindings: []schemas.Finding{noGUID},
		Duration: time.Second,
	})
	want := Call{
		Seq: 4, Method: "GET", URL: "/v1.0/x", Status: 400, Contract: "v1.0", Operation: "catalog.list",
		Findings: []schemas.Finding{typo, noGUID}, Duration: time.Second,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func Example() {
	c := NewCollector(schemas.Embedded())
	c.Add(Call{Seq: 1, Method: "GET", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs", Status: 200, Contract: "v1.0", Operation: "catalog.list"})
	fmt.Println(c.Report().Summary())
	// Output: 1 call, 0 errors, 0 warnings; 1 of 12 operations of v1.0 covered
}

func BenchmarkCollector(b *testing.B) {
	c := NewCollector(schemas.Embedded())
	call := Call{Method: "GET", URL: "/v1.0/x", Contract: "v1.0", Operation: "catalog.list"}
	b.ReportAllocs()
	for b.Loop() {
		c.Add(call)
	}
}
