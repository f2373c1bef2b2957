package odata

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/graphmock/graphmock/internal/golden"
)

// ignorePos makes nodes equal that differ in their places only.
var ignorePos = cmpopts.IgnoreTypes(Pos(0))

// canonical parses the value of an option and prints what it means.
var canonical = map[string]func(string) (string, error){
	"filter":  printed(ParseFilter),
	"search":  printed(ParseSearch),
	"orderby": printedItems(ParseOrderBy),
	"select":  printedItems(ParseSelect),
	"expand":  printedItems(ParseExpand),
	"compute": printedItems(ParseCompute),
	"apply":   printedSteps,
	"segment": printed(ParseSegment),
}

func printed[T fmt.Stringer](parse func(string) (T, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		v, err := parse(s)
		if err != nil {
			return "", err
		}
		return v.String(), nil
	}
}

func printedItems[T fmt.Stringer](parse func(string) ([]T, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		items, err := parse(s)
		return join(items), err
	}
}

func printedSteps(s string) (string, error) {
	steps, err := ParseApply(s)
	return applyText(steps), err
}

func TestGrammar(t *testing.T) {
	for option, parse := range canonical {
		t.Run(option, func(t *testing.T) {
			file := filepath.Join("testdata", "grammar", option+".txt")
			var got strings.Builder
			for _, c := range readVectors(t, file) {
				got.WriteString(c.comment)
				if c.value == nil {
					continue
				}
				fmt.Fprintf(&got, "> %s\n", *c.value)
				text, err := parse(*c.value)
				if err != nil {
					fmt.Fprintf(&got, "! %v\n", err)
					checkSyntaxError(t, *c.value, err)
					continue
				}
				fmt.Fprintf(&got, "= %s\n", text)
				if again, err := parse(text); again != text || err != nil {
					t.Errorf("%q prints as %q, and that as %q, %v", *c.value, text, again, err)
				}
			}
			golden.Check(t, file, got.String())
		})
	}
}

// A vector is a value with the comment lines before it, or comments only.
type vector struct {
	comment string
	value   *string
}

// readVectors reads a file of vectors without their results. A value goes on in
// lines that start with a blank.
func readVectors(tb testing.TB, file string) []vector {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	var vectors []vector
	var comment strings.Builder
	var last *string
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.HasPrefix(line, "> "):
			last = pointer(strings.TrimSuffix(line[2:], "\n"))
			vectors = append(vectors, vector{comment.String(), last})
			comment.Reset()
		case strings.HasPrefix(line, " "):
			*last += "\n" + strings.TrimSuffix(line, "\n")
		case strings.HasPrefix(line, "= "), strings.HasPrefix(line, "! "):
		default:
			comment.WriteString(line)
		}
	}
	return append(vectors, vector{comment: comment.String()})
}

func checkSyntaxError(tb testing.TB, input string, err error) {
	tb.Helper()
	e, ok := errors.AsType[*SyntaxError](err)
	switch {
	case !ok:
		tb.Errorf("%q: error is %T, want *SyntaxError", input, err)
	case e.Input != input:
		tb.Errorf("%q: error has input %q", input, e.Input)
	case e.Offset < 0 || e.Offset > len(input) || !strings.HasPrefix(input[e.Offset:], e.Found):
		tb.Errorf("%q: error finds %q at %d, where it is not", input, e.Found, e.Offset)
	case e.Wanted == "":
		tb.Errorf("%q: error does not say what is wanted", input)
	}
}

// structure prints e with every pair of parentheses.
func structure(e Expr) string {
	switch e := e.(type) {
	case *Unary:
		return fmt.Sprintf("(%s %s)", e.Op, structure(e.X))
	case *Binary:
		return fmt.Sprintf("(%s %s %s)", structure(e.Left), e.Op, structure(e.Right))
	}
	return e.String()
}

func TestPrecedence(t *testing.T) {
	tests := []struct{ filter, want string }{
		{"a or b and c", "(a or (b and c))"},
		{"a and b or c", "((a and b) or c)"},
		{"a eq b gt c", "(a eq (b gt c))"},
		{"a gt b add c mul d", "(a gt (b add (c mul d)))"},
		{"a mul b add c gt d", "(((a mul b) add c) gt d)"},
		{"a sub b sub c", "((a sub b) sub c)"},
		{"not a eq b", "((not a) eq b)"},
		{"not a in (1)", "(not (a in (1)))"},
		{"-a add b", "((- a) add b)"},
		{"-a has 'x'", "(- (a has 'x'))"},
		{"a or b or c", "((a or b) or c)"},
		{"a ne b eq c", "((a ne b) eq c)"},
	}
	for _, tt := range tests {
		e, err := ParseFilter(tt.filter)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", tt.filter, err)
			continue
		}
		if got := structure(e); got != tt.want {
			t.Errorf("ParseFilter(%q) is %s, want %s", tt.filter, got, tt.want)
		}
	}
}

func TestParseFilterNodes(t *testing.T) {
	property := func(pos Pos, name string) *Path {
		return &Path{Pos: pos, Segments: []Segment{{Pos: pos, Name: name}}}
	}
	tests := []struct {
		filter string
		want   Expr
	}{
		{"a EQ 'it''s'", &Binary{
			Pos: 2, Op: Eq, Left: property(0, "a"),
			Right: &Literal{Pos: 5, Kind: StringKind, Text: "it's"},
		}},
		{"STARTSWITH( a ,null)", &Call{
			Name: "startswith",
			Args: []Expr{property(12, "a"), &Literal{Pos: 15, Kind: NullKind, Text: "null"}},
		}},
		{"c has ns.Color'red, blue'", &Binary{
			Pos: 2, Op: Has, Left: property(0, "c"),
			Right: &Literal{Pos: 6, Kind: EnumKind, Type: "ns.Color", Text: "red,blue"},
		}},
		{"(a/b in (TRUE))", &Binary{
			Pos: 5, Op: In,
			Left:  &Path{Pos: 1, Segments: []Segment{{Pos: 1, Name: "a"}, {Pos: 3, Name: "b"}}},
			Right: &List{Pos: 8, Items: []Expr{&Literal{Pos: 9, Kind: BoolKind, Text: "true"}}},
		}},
		{"tags/ANY(t:t/x)", &Lambda{
			Op: Any, Collection: property(0, "tags"), Var: "t",
			Body: &Path{Pos: 11, Root: "t", Segments: []Segment{{Pos: 13, Name: "x"}}},
		}},
		{"isof($it,'ns.T')", &Call{
			Name: "isof",
			Args: []Expr{&Path{Pos: 5, Root: "$it"}, &TypeName{Pos: 9, Name: "ns.T"}},
		}},
		{"-b", &Unary{Op: Neg, X: property(1, "b")}},
		{"-5", &Literal{Kind: IntKind, Text: "-5"}},
		{"$root/S(k=1)", &Path{
			Root: "$root",
			Segments: []Segment{{
				Pos: 6, Name: "S",
				Args: []Arg{{Pos: 8, Name: "k", Value: &Literal{Pos: 10, Kind: IntKind, Text: "1"}}},
			}},
		}},
	}
	for _, tt := range tests {
		got, err := ParseFilter(tt.filter)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", tt.filter, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseFilter(%q) differs (-want +got):\n%s", tt.filter, diff)
		}
	}
}

func TestLiteralKinds(t *testing.T) {
	tests := []struct {
		literal string
		want    Literal
	}{
		{"1", Literal{Kind: IntKind, Text: "1"}},
		{"+1.5", Literal{Kind: DecimalKind, Text: "1.5"}},
		{"1E5", Literal{Kind: DoubleKind, Text: "1e5"}},
		{"-INF", Literal{Kind: DoubleKind, Text: "-INF"}},
		{"2024-01-31", Literal{Kind: DateKind, Text: "2024-01-31"}},
		{"2024-01-31t10:00z", Literal{Kind: DateTimeOffsetKind, Text: "2024-01-31T10:00Z"}},
		{"10:00", Literal{Kind: TimeOfDayKind, Text: "10:00"}},
		{"0123ABCD-0000-0000-0000-000000000000", Literal{Kind: GuidKind, Text: "0123abcd-0000-0000-0000-000000000000"}},
		{"binary'Zg=='", Literal{Kind: BinaryKind, Text: "Zg"}},
		{"duration'pt1s'", Literal{Kind: DurationKind, Text: "PT1S"}},
		{"geometry'SRID=0;Point(1 2)'", Literal{Kind: GeometryKind, Text: "SRID=0;Point(1 2)"}},
	}
	for _, tt := range tests {
		e, err := ParseFilter(tt.literal)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", tt.literal, err)
			continue
		}
		if diff := cmp.Diff(Expr(&tt.want), e); diff != "" {
			t.Errorf("ParseFilter(%q) differs (-want +got):\n%s", tt.literal, diff)
		}
	}
}

func TestParseExpandPositions(t *testing.T) {
	const value = "files($expand=owner($filter=name eq 'x');$orderby=size)"
	items, err := ParseExpand(value)
	if err != nil {
		t.Fatal(err)
	}
	owner := items[0].Options.Expand[0]
	places := map[string]Pos{
		"owner": owner.Pos,
		"eq":    owner.Options.Filter.(*Binary).Pos,
		"name":  owner.Options.Filter.(*Binary).Left.(*Path).Pos,
		"'x'":   owner.Options.Filter.(*Binary).Right.(*Literal).Pos,
		"size":  items[0].Options.OrderBy[0].Pos,
	}
	for text, pos := range places {
		if want := strings.Index(value, text); pos.Offset() != want {
			t.Errorf("%s is at %d, want %d", text, pos, want)
		}
	}
}

func TestSearchClause(t *testing.T) {
	tests := []struct{ search, property, text string }{
		{`"displayName:a b:c"`, "displayName", "a b:c"},
		{`"hello world"`, "", "hello world"},
		{`":x"`, "", ":x"},
		{`"a b:c"`, "", "a b:c"},
		{`word`, "", "word"},
	}
	for _, tt := range tests {
		e, err := ParseSearch(tt.search)
		if err != nil {
			t.Errorf("ParseSearch(%q): %v", tt.search, err)
			continue
		}
		property, text := e.(*SearchTerm).Clause()
		if property != tt.property || text != tt.text {
			t.Errorf("clause of %s is %q, %q, want %q, %q", tt.search, property, text, tt.property, tt.text)
		}
	}
}

func TestLimits(t *testing.T) {
	nested := func(open, leaf, end string, depth int) string {
		return strings.Repeat(open, depth) + leaf + strings.Repeat(end, depth)
	}
	tests := []struct {
		name, option, open, leaf, end string
	}{
		{"parentheses", "filter", "(", "a", ")"},
		{"not", "filter", "not ", "a", ""},
		{"minus", "filter", "- ", "a", ""},
		{"calls", "filter", "trim(", "a", ")"},
		{"lambdas", "filter", "a/any(x:", "x", ")"},
		{"lists", "filter", "a in (", "1", ")"},
		{"expand", "expand", "a($expand=", "b", ")"},
		{"select", "select", "a($select=", "b", ")"},
		{"JSON", "filter", "[", "1", "]"},
		{"JSON objects", "filter", `{"a":`, "1", "}"},
		{"arrays", "filter", "[", "a", "]"},
		{"objects", "filter", `{"a":`, "b", "}"},
		{"case", "filter", "case(", "a", ":b)"},
		{"functions of the service", "filter", "f(x=", "a", ")"},
		{"$count", "filter", "a/$count($filter=", "b", ")"},
		{"$filter", "filter", "a/$filter(", "b", ")"},
		{"aggregate segments", "filter", "a/aggregate(", "b", ")"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parse := canonical[tt.option]
			if _, err := parse(nested(tt.open, tt.leaf, tt.end, MaxDepth)); err != nil {
				t.Errorf("%d levels: %v", MaxDepth, err)
			}
			deep := nested(tt.open, tt.leaf, tt.end, MaxDepth+1)
			_, err := parse(deep)
			if err == nil || !strings.Contains(err.Error(), "levels of nesting") {
				t.Errorf("%d levels: error is %v", MaxDepth+1, err)
			} else {
				checkSyntaxError(t, deep, err)
			}
		})
	}
	t.Run("transformations", func(t *testing.T) {
		if _, err := ParseApply(nested("concat(identity,", "identity", ")", MaxDepth-1)); err != nil {
			t.Error(err)
		}
		if _, err := ParseApply(nested("concat(identity,", "identity", ")", MaxDepth)); err == nil {
			t.Error("no error")
		}
	})
	t.Run("segments", func(t *testing.T) {
		if _, err := ParseSegment("f(x=" + nested("[", "a", "]", MaxDepth) + ")"); err != nil {
			t.Error(err)
		}
		if _, err := ParseSegment("f(x=" + nested("[", "a", "]", MaxDepth+1) + ")"); err == nil {
			t.Error("no error")
		}
	})
	t.Run("length", func(t *testing.T) {
		if _, err := ParseFilter("a" + strings.Repeat(" ", MaxLength-1)); err != nil {
			t.Error(err)
		}
		long := strings.Repeat("a", MaxLength+1)
		_, err := ParseFilter(long)
		if err == nil {
			t.Fatal("no error")
		}
		checkSyntaxError(t, long, err)
	})
}

// Each of these is long, and built to take long or to nest deep.
func TestHostileInput(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, MaxLength/4/len(s)) }
	inputs := []string{
		fill("("), fill("not "), fill("-"), fill("a("), fill("trim("), fill("a/any(x:"), fill("a/"), fill("a."),
		fill("a and ") + "a", fill("1 add ") + "1", fill("1.5 mul ") + "1", "a in (" + fill("1,") + "1)",
		fill("a in (1,"), fill("'"), fill(`"`), fill("x'"), fill("1"), fill("1-"), fill("$"), fill("@"), fill("%"),
		fill("\xff"), fill("é"), fill(`"a" `), fill("a "), fill("a OR ") + "a", fill("NOT "), fill("(NOT "),
		fill("a($expand="), fill("a($filter=b;"), fill("a,") + "a", fill("*,") + "*",
		fill("["), fill("[1,"), fill("[a,"), fill(`{"a":`), fill(`{"a":b,`), "a in [" + fill(`"a",`) + "b]", fill("a in [1] or ") + "a",
		fill("a in [b] or ") + "a", "[" + fill(`[1],`) + "a]", fill("case(a:"), fill("case(10:20,"), fill("case(case(a eq 10:20:30 eq "),
		"case(" + fill("1:"), fill("f(x="), fill("a/f()/"), fill("a(1)"), fill("a/$count($filter="), fill("a/$filter("), fill("a/$filter(b)/"),
		fill("a/aggregate("), fill("aggregate(a from b,"), fill("concat("), fill("nest("), fill("identity/") + "identity",
		fill("groupby((a),"), "groupby((" + fill("a,") + "a))", fill("search("), "top(" + fill("1"), fill("a as b,") + "a as b", "a(" + fill("b="),
		"a eq geography'SRID=0;" + fill("Collection(") + "'", "a eq geography'SRID=0;MultiPolygon(" + fill("((1 1,2 2),") + "'",
		"a eq geography'SRID=0;LineString(" + fill("1 1,") + "1 1)'", "a(" + fill("[") + ")", "a eq " + fill("1") + "-01-01", fill("@p=1;"),
		"a(" + fill("@p=1;") + "$top=1)",
	}
	var aliases strings.Builder
	for i := range MaxLength / 16 {
		fmt.Fprintf(&aliases, "@a%d=1;", i)
	}
	inputs = append(inputs, "a("+aliases.String()+"$top=1)")
	start := time.Now()
	for _, input := range inputs {
		for _, parse := range canonical {
			_, _ = parse(input)
		}
		_, _ = ParseQuery(input)
		if e, err := ParseFilter(input); err == nil {
			Uses(e)
			_, _ = Matches(e, map[string]any{"a": true})
		}
	}
	if d := time.Since(start); d > 30*time.Second {
		t.Errorf("took %v", d)
	}
}
