package schemas_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/graphmock/graphmock/internal/bind"
	"github.com/graphmock/graphmock/schemas"
)

// An entry is what docs/rules.md says of one rule.
type entry struct {
	group, id, severity string
	status              int
	text                string
	examples            []string // blocks: a request, and a response for rules about answers
}

var (
	heading   = regexp.MustCompile(`(?m)^### ([a-z]+\.[a-z-]+)$`)
	grade     = regexp.MustCompile(`^\*\*(error|warning|note)\*\*(?:, (\d{3}))?\. `)
	httpBlock = regexp.MustCompile("(?s)```http\n(.*?)```")
	tableRow  = regexp.MustCompile("(?m)^\\| ([a-z]+\\.[a-z-]+) \\| (\\w+) \\| `(.*?)` \\| `(.*?)` \\|$")
)

// twins is how the headings of the tables start.
const twins = "\n### The rules of bodies, "

// readRules reads docs/rules.md. Each row of the tables at the end is an entry, whose
// example is the exchange above its table with one thing changed.
func readRules(t *testing.T) []entry {
	t.Helper()
	page, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []entry
	for section := range strings.SplitSeq(string(page), "\n## ") {
		group, text, _ := strings.Cut(section, "\n")
		text, tables, _ := strings.Cut(text, twins)
		places := heading.FindAllStringSubmatchIndex(text, -1)
		for i, at := range places {
			end := len(text)
			if i+1 < len(places) {
				end = places[i+1][0]
			}
			e := entry{group: group, id: text[at[2]:at[3]], text: strings.TrimSpace(text[at[1]:end])}
			if m := grade.FindStringSubmatch(e.text); m != nil {
				e.severity = m[1]
				e.status, _ = strconv.Atoi(m[2]) // "" is 0
			}
			e.examples = blocks(e.text)
			out = append(out, e)
		}
		for part := range strings.SplitSeq(tables, twins) {
			for _, m := range tableRow.FindAllStringSubmatch(part, -1) {
				exchange := blocks(part)
				if !strings.Contains(exchange[1], m[3]) {
					t.Errorf("%s: there is no %q to change", m[1], m[3])
				}
				exchange[1] = strings.Replace(exchange[1], m[3], m[4], 1)
				out = append(out, entry{group: group, id: m[1], severity: m[2], examples: exchange})
			}
		}
	}
	return out
}

func blocks(text string) []string {
	var out []string
	for _, m := range httpBlock.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestRulesPage: every rule has an entry in docs/rules.md and every entry is a
// rule, in the same order, under the same severity and status.
func TestRulesPage(t *testing.T) {
	entries, rules := readRules(t), schemas.AllRules()
	var documented, known []string
	for _, e := range entries {
		documented = append(documented, e.id)
	}
	for _, r := range rules {
		known = append(known, r.ID)
	}
	if !slices.Equal(documented, known) {
		t.Fatalf("documented %q\nknown      %q", documented, known)
	}
	for i, e := range entries {
		if r := rules[i]; e.severity != r.Severity.String() || e.status != r.Status {
			t.Errorf("%s is documented as %s %d, and is %s %d", e.id, e.severity, e.status, r.Severity, r.Status)
		}
		if group, _, _ := strings.Cut(e.id, "."); e.group != group {
			t.Errorf("%s stands under %q", e.id, e.group)
		}
		if e.text != "" && !strings.Contains(e.text, "\nFix: ") {
			t.Errorf("%s: the entry does not say how to fix it", e.id)
		}
		if len(e.examples) == 0 {
			t.Errorf("%s has no example", e.id)
		}
	}
}

// foundElsewhere are rules that the server finds and the contract does not.
var foundElsewhere = []string{
	"header.token", "header.content-encoding", "query.not-evaluated", "limit.url", "limit.header", "limit.body", "limit.gzip", "body.cut",
	"example.empty", "tenant.adopted",
}

// ownContract are rules that no embedded contract gives an occasion to: their
// examples are held to one that does.
var ownContract = []string{"body.constraint", "response.constraint", "response.fixed-value"}

// smallMetadata returns the contract that testdata/metadata/small.csdl makes.
func smallMetadata(tb testing.TB) *schemas.Contract {
	tb.Helper()
	const file = "testdata/metadata/small.csdl"
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := schemas.ParseMetadata("small", "v1.0", file, text)
	if err != nil {
		tb.Fatal(err)
	}
	if issues := c.Issues(); len(issues) > 0 {
		tb.Errorf("%s: %v", file, issues)
	}
	return c
}

// TestRulesExamples: each example breaks the rule that it stands for, and no other.
func TestRulesExamples(t *testing.T) {
	embedded := schemas.Embedded().With(smallMetadata(t))
	for _, e := range readRules(t) {
		t.Run(e.id, func(t *testing.T) {
			request := parseRequest(t, e.examples[0])
			if slices.Contains(foundElsewhere, e.id) {
				t.Skip("found by the server, not by the check of the contract")
			}
			set := embedded
			if slices.Contains(ownContract, e.id) {
				set = stricter(t)
			}
			v := set.CheckRequest(request)
			findings := v.Findings
			if len(e.examples) > 1 {
				if len(findings) > 0 {
					t.Errorf("the request: %v", findings)
				}
				findings = set.CheckResponse(v, parseResponse(t, e.examples[1]))
			}
			if len(findings) == 0 {
				t.Error("nothing is found")
			}
			for _, f := range findings {
				if f.Rule != e.id {
					t.Error(f)
				}
			}
		})
	}
}

// stricter returns the embedded contracts with some limits that Graph does not document.
func stricter(t *testing.T) *schemas.Set {
	t.Helper()
	files := make(fstest.MapFS)
	err := fs.WalkDir(contractFiles, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(contractFiles, file)
		files[file] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, change := range map[string][2]string{
		"v1.0/catalog.create.json": {`"displayName": {`, `"displayName": { "maxLength": 20,`},
		"v1.0/uploadSession.json":  {`"isUploadDone": {`, `"isUploadDone": { "const": false,`},
		"common/uploadStats.json":  {`"filesUploaded": {`, `"filesUploaded": { "minimum": 0,`},
	} {
		before := string(files[file].Data)
		after := strings.Replace(before, change[0], change[1], 1)
		if after == before {
			t.Fatalf("%s: no %s", file, change[0])
		}
		files[file].Data = []byte(after)
	}
	set, err := schemas.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestRulesOfBind: whatever is found in query options can be graded.
func TestRulesOfBind(t *testing.T) {
	for _, id := range bind.Rules() {
		if _, err := schemas.RuleByID(id); err != nil {
			t.Error(err)
		}
	}
}

// TestGrading: rules are graded by id and by group; what is off is not found,
// and a request fits where nothing is an error.
func TestGrading(t *testing.T) {
	const url = "/v1.0/identityGovernance/entitlementManagement/Catalogs?$filter=nme%20eq%20'x'&pageSize=5"
	tests := []struct {
		rules schemas.Rules
		want  []string
	}{
		{nil, []string{"note path.case", "note query.custom-option", "error query.unknown-property"}},
		{schemas.Rules{"query.*": schemas.Off}, []string{"note path.case"}},
		{schemas.Rules{"query.*": schemas.Warning}, []string{"note path.case", "warning query.custom-option", "warning query.unknown-property"}},
		{schemas.Rules{"query.*": schemas.Off, "query.custom-option": schemas.Error, "path.case": schemas.Error},
			[]string{"error path.case", "error query.custom-option"}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.rules), func(t *testing.T) {
			set, err := schemas.Embedded().WithRules(test.rules)
			if err != nil {
				t.Fatal(err)
			}
			v := set.CheckRequest(&schemas.Request{Method: "GET", URL: url, Recorded: true})
			var got []string
			for _, f := range v.Findings {
				got = append(got, f.Severity.String()+" "+f.Rule)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			if fits := len(v.Fits) > 0; fits != (schemas.Worst(v.Findings) < schemas.Error) {
				t.Errorf("fits %v: %v", v.Fits, v.Findings)
			}
		})
	}
}

func TestRulesCheck(t *testing.T) {
	for id, want := range map[string]string{
		"csv.bom":    "",
		"csv.*":      "",
		"csv.bomb":   `no rule "csv.bomb"; did you mean "csv.bom"?`,
		"cvs.*":      `no rule "cvs.*"`,
		"*":          `no rule "*"`,
		"body.null*": `no rule "body.null*"; did you mean "body.null"?`,
	} {
		got := ""
		if err := (schemas.Rules{id: schemas.Off}).Check(); err != nil {
			got = err.Error()
		}
		if got != want && !strings.HasPrefix(got, want+";") {
			t.Errorf("%q: %s, want %s", id, got, want)
		}
	}
	if _, err := schemas.Embedded().WithRules(schemas.Rules{"body.nul": schemas.Off}); err == nil {
		t.Error("an unknown rule was graded")
	}
}
