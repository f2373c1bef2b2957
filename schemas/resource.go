package schemas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
)

// checkResource finds the operation of a contract that was made from metadata.
func (c *checker) checkResource() {
	contract := c.verdict.Contract
	r, failure := resolve.Path(contract.model, c.segments)
	if failure != nil {
		c.verdict.depth = failure.Index
		c.add(contract.nowhere(failure))
		if before, _ := resolve.Path(contract.model, c.segments[:failure.Index]); before != nil {
			for _, k := range before.Keys {
				c.checkOddKey(k, true)
			}
		}
		return
	}
	c.verdict.depth = len(c.segments)
	for _, k := range r.Keys {
		c.verdict.Keys = append(c.verdict.Keys, Key{Name: k.Name, Value: k.Value})
	}
	op := contract.derive(c.Method, r)
	if op == nil {
		c.notAllowed(methodsOf(r), "")
		for _, k := range r.Keys {
			c.checkOddKey(k, true)
		}
		return
	}
	c.op, c.verdict.Operation, c.verdict.resource = op, op, r
	c.checkPlaceholders()
	if r.Kind == resolve.Call && c.Method == "POST" && !op.overloads[0].Action {
		c.add(Finding{
			Rule: "method.function", In: InMethod, Found: "POST", Wanted: "GET", Suggestion: "GET",
			Message: op.overloads[0].Name + " is a function, which is called with GET; Excel's are documented with POST",
		})
	}
	for _, n := range r.Notes {
		c.addNote(n)
	}
	for _, k := range r.Keys {
		c.checkKey(k)
	}
	c.checkDeprecated(r)
}

// nowhere says where a path leads nowhere.
func (c *Contract) nowhere(f *resolve.Failure) Finding {
	where := "of " + c.Name
	if f.Behind != "" {
		where = fmt.Sprintf("behind %q", clip(f.Behind))
		if t := f.At.String(); t != "" {
			where += ", which is " + t
		}
	}
	source := ""
	if f.At.Struct != nil {
		source = c.declaration(f.At.Struct.Pos)
	}
	message := fmt.Sprintf("there is no %q %s", clip(f.Segment), where)
	if f.Reason != "" {
		message = fmt.Sprintf("%q %s can't be resolved: %s", clip(f.Segment), where, f.Reason)
	}
	return Finding{
		Rule: "path.unknown-segment", In: InPath, Pointer: f.Segment, Found: clip(f.Segment), Wanted: few(f.Wanted),
		Suggestion: spell.Closest(f.Segment, f.Wanted), Message: message, Source: source,
	}
}

// few joins names, and says how many there are where they are too many to read.
func few(names []string) string {
	const most = 25
	if len(names) == 0 {
		return "the end of the path"
	}
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func (c *checker) addNote(n resolve.Note) {
	switch n.Kind {
	case resolve.Respelt:
		c.addRespelt(n.Segment, n.Meant)
	case resolve.Uncast:
		c.add(Finding{
			Rule: "path.derived", In: InPath, Pointer: n.Segment, Found: clip(n.Segment), Wanted: n.Meant + "/" + n.Segment,
			Message: fmt.Sprintf("%q is declared by %s: a cast to that type belongs before it", clip(n.Segment), n.Meant),
		})
	case resolve.BareKey:
		c.add(Finding{
			Rule: "path.alternate-key", In: InPath, Pointer: n.Segment, Found: clip(n.Segment), Wanted: n.Meant, Suggestion: n.Meant,
			Message: "an alternate key stands in parentheses behind the collection",
		})
	}
}

// checkKey looks at the value of a key: whether it is of the right type, and whether
// it is not rather the name of a function or of a type.
func (c *checker) checkKey(k resolve.Key) {
	if isPlaceholder(k.Value) {
		return
	}
	if p := k.Type.Primitive; p != edm.NoPrimitive && p != edm.String {
		text := k.Value
		var value any = text
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			value = json.Number(text)
		}
		if p.Check(value) != edm.Fits {
			c.add(Finding{
				Rule: "path.key", In: InPath, Pointer: k.Value, Found: clip(k.Value), Wanted: p.Wanted(), Source: c.verdict.Contract.declaration(k.Of.Pos),
				Message: fmt.Sprintf("the key %s of %s is %s, not %q", k.Name, k.Of.FullName(), p, clip(k.Value)),
			})
		}
	}
	c.checkOddKey(k, false)
}

// checkOddKey reports a key that is rather the misspelt name of a function, an action or a type:
// where one of these may stand a key may stand too, of any text. failed says that the request leads nowhere
// with the key, so that a short name is guessed at too.
func (c *checker) checkOddKey(k resolve.Key, failed bool) {
	name := k.Value
	if open := strings.IndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") {
		name = name[:open]
	}
	model, collection := c.verdict.Contract.model, edm.Type{Struct: k.Of, Collection: true}
	var names []string
	switch {
	case k.Name == "path" || k.Of == nil:
		return
	case isWord(name):
		names = model.BoundNames(collection)
	case isQualified(name):
		for _, op := range model.BoundNames(collection) {
			names = append(names, "microsoft.graph."+op)
		}
		for _, s := range k.Of.Concrete() {
			names = append(names, s.FullName())
		}
	}
	shortest := 4
	if failed {
		shortest = 3
	}
	if name != k.Value && strings.Contains(k.Value, "=") && !failed && !strings.ContainsFunc(name, notLetter) && spell.Closest(name, names) == "" {
		c.add(Finding{
			Rule: "path.odd-key", In: InPath, Pointer: k.Value, Found: clip(k.Value), Wanted: "the " + k.Name,
			Message: fmt.Sprintf("%q is taken for the key of an entity: no function of that name is bound to the collection", clip(k.Value)),
		})
		return
	}
	if meant := spell.Closest(name, names); len(meant) >= shortest && (meant[0] == name[0]|0x20 || isSlip(name, meant)) {
		c.add(Finding{
			Rule: "path.odd-key", In: InPath, Pointer: k.Value, Found: clip(k.Value), Wanted: "the " + k.Name, Suggestion: meant,
			Message: fmt.Sprintf("%q is taken for the key of an entity", clip(k.Value)),
		})
	}
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// isWord reports whether s is made of ASCII letters, four at least.
func isWord(s string) bool { return len(s) >= 4 && !strings.ContainsFunc(s, isNoLetter) }

// isQualified reports whether s is words with two dots at least between them, as the names of types are.
func isQualified(s string) bool {
	return strings.Count(s, ".") >= 2 && !strings.ContainsFunc(strings.ReplaceAll(s, ".", ""), isNoLetter)
}

func isNoLetter(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }

// isSlip reports whether two names differ at their start by one letter only: one that is too much,
// missing, another one, or two that are swapped.
func isSlip(a, b string) bool {
	if len(a) < 2 || len(b) < 2 {
		return false
	}
	return strings.EqualFold(a[1:], b) || strings.EqualFold(a, b[1:]) || strings.EqualFold(a[1:], b[1:]) ||
		strings.EqualFold(a[1:2]+a[:1]+a[2:], b)
}

// checkArg holds a parameter in parentheses to the overloads that may be meant.
func (c *checker) checkArg(a resolve.Arg, r *resolve.Resource) {
	if a.Op == nil {
		var names []string
		for _, op := range r.Operations {
			for _, p := range op.Params {
				names = append(names, p.Name)
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
		c.add(Finding{
			Rule: "path.parameter", In: InPath, Pointer: c.segments[a.Index], Found: clip(a.Name), Wanted: cmp.Or(strings.Join(names, ", "), "no parameter"),
			Suggestion: spell.Closest(a.Name, names), Message: fmt.Sprintf("the function has no parameter %q", clip(a.Name)),
		})
		return
	}
	c.checkParam(a.Op.Param(a.Name), a.Value, c.segments[a.Index])
}

// checkParam holds the value of a parameter of a function, in a segment, to its type. A value
// that is not a literal is left alone.
func (c *checker) checkParam(p *edm.Param, value odata.Expr, segment string) {
	if path, ok := value.(*odata.Path); ok && strings.HasPrefix(path.Root, "@") {
		if path.Root == "@placeholder" {
			return
		}
		if value = c.verdict.Query.Aliases[path.Root]; value == nil {
			c.add(Finding{
				Rule: "path.parameter", In: InPath, Pointer: segment, Found: path.Root, Wanted: path.Root + "=… in the query", Source: c.verdict.Contract.declaration(p.Pos),
				Message: fmt.Sprintf("the parameter alias %s has no value", path.Root),
			})
			return
		}
	}
	l, ok := value.(*odata.Literal)
	if path, isPath := value.(*odata.Path); isPath && path.Root == "" && p.Type.Primitive != edm.String { // a word without quotes
		l, ok = &odata.Literal{Kind: odata.StringKind, Text: path.String()}, true
	}
	if !ok || isPlaceholder(l.Text) || l.Kind == odata.NullKind {
		return
	}
	fits := true
	wanted := p.Type.String()
	switch {
	case p.Type.Collection:
	case p.Type.Enum != nil:
		_, fits = p.Type.Enum.Member(l.Text)
		wanted = strings.Join(p.Type.Enum.Names(), " or ")
	case p.Type.Primitive == edm.String: // unquoted text is taken too
	case p.Type.Primitive != edm.NoPrimitive:
		var v any = l.Text
		switch l.Kind {
		case odata.IntKind, odata.DecimalKind, odata.DoubleKind:
			v = json.Number(l.Text)
		case odata.BoolKind:
			v = l.Text == "true"
		case odata.StringKind: // dates in quotes are taken
			if _, err := strconv.ParseFloat(l.Text, 64); err == nil {
				v = json.Number(l.Text)
			} else if l.Text == "true" || l.Text == "false" {
				v = l.Text == "true"
			}
		}
		fits = p.Type.Primitive.Check(v) == edm.Fits || p.Type.Primitive == edm.DateTimeOffset && edm.Date.Check(v) == edm.Fits // midnight
		wanted = p.Type.Primitive.Wanted()
	}
	if !fits {
		c.add(Finding{
			Rule: "path.parameter", In: InPath, Pointer: segment, Found: clip(l.String()), Wanted: wanted, Source: c.verdict.Contract.declaration(p.Pos),
			Message: fmt.Sprintf("the parameter %s is %s, not %s", p.Name, p.Type, clip(l.String())),
		})
	}
}

// checkArgs holds the parameters in parentheses to the functions that they are given to.
func (c *checker) checkArgs(r *resolve.Resource) {
	for i, a := range r.Args {
		if a.Err == nil {
			c.checkArg(a, r)
		} else if i == 0 || r.Args[i-1].Index != a.Index {
			c.add(Finding{
				Rule: "path.parameter", In: InPath, Pointer: c.segments[a.Index], Found: clip(c.segments[a.Index]),
				Wanted: "name=value, separated by commas", Message: "the parameters are not well-formed: " + a.Err.Error(),
			})
		}
	}
}

// checkDeprecated says what of the operation is deprecated.
func (c *checker) checkDeprecated(r *resolve.Resource) {
	name, as, _ := declarationOf(r)
	d := deprecation(as)
	if d == nil && r.Type.Struct != nil {
		d, name = deprecation(r.Type.Struct.Annotations), r.Type.Struct.FullName()
	}
	if d == nil {
		return
	}
	c.verdict.Deprecation = &Deprecation{d.Date, d.RemovalDate, d.Description}
	f := d.finding(name)
	f.Rule, f.In, f.Pointer = "path.deprecated", InPath, name
	c.add(f)
}

// declarationOf returns what the metadata says of the element that a path ends at: its name,
// its annotations and its place. They are zero for what is not declared.
func declarationOf(r *resolve.Resource) (name string, as edm.Annotations, pos csdl.Pos) {
	switch {
	case r.Kind == resolve.Call:
		o := r.Operations[0]
		return o.Name, o.Annotations, o.Pos
	case r.Property != nil:
		return r.Property.Name, r.Property.Annotations, r.Property.Pos
	case r.Navigation != nil:
		return r.Navigation.Name, r.Navigation.Annotations, r.Navigation.Pos
	case r.Set != nil:
		return r.Set.Name, r.Set.Annotations, r.Set.Pos
	}
	return "", nil, 0
}

// A deprecated is a revision that says that something will go away.
type deprecated edm.Revision

func deprecation(as edm.Annotations) *deprecated {
	if len(as) == 0 {
		return nil
	}
	revisions := as.Revisions()
	if i := slices.IndexFunc(revisions, func(r edm.Revision) bool { return r.Kind == "Deprecated" }); i >= 0 {
		return (*deprecated)(&revisions[i])
	}
	return nil
}

func (d *deprecated) finding(name string) Finding {
	return Finding{Found: clip(name), Message: fmt.Sprintf("%q is %s", clip(name), d)}
}

// String says since when and why: "deprecated since 2026-01-31 and goes away on …: use …".
func (d *deprecated) String() string {
	text := "deprecated"
	if d.Date != "" {
		text += " since " + d.Date
	}
	if d.RemovalDate != "" {
		text += " and goes away on " + d.RemovalDate
	}
	if d.Description != "" {
		text += ": " + clip(d.Description)
	}
	return text
}

// guarded are the types of Planner whose changes need the etag that was read.
var guarded = strings.Fields("plannerTask plannerPlan plannerBucket plannerTaskDetails plannerPlanDetails " +
	"plannerAssignedToTaskBoardTaskFormat plannerBucketTaskBoardTaskFormat plannerProgressTaskBoardTaskFormat")

// needsMatch reports whether a request has to say which state of an entity it changes.
func needsMatch(method string, r *resolve.Resource) bool {
	return r.Kind == resolve.Entity && (method == http.MethodPatch || method == http.MethodDelete) && slices.Contains(guarded, r.Type.Struct.Name)
}

// checkGraphHeaders looks at the headers that Graph has beyond HTTP's.
func (c *checker) checkGraphHeaders() {
	r := c.verdict.resource
	if level := c.Header.Get(consistencyLevel); level != "" && !strings.EqualFold(level, "eventual") && !strings.EqualFold(level, "session") {
		c.add(Finding{
			Rule: "header.consistency-level", In: InHeader, Pointer: "ConsistencyLevel", Found: clip(level), Wanted: "eventual", Suggestion: "eventual",
			Message: "Graph knows no such consistency level",
		})
	}
	if needsMatch(c.Method, r) && c.Header.Get("If-Match") == "" {
		c.add(Finding{
			Rule: "header.if-match", In: InHeader, Pointer: "If-Match", Wanted: "the @odata.etag of the " + r.Type.Struct.Name + " as it was read",
			Message: "the If-Match header must be there for this kind of request",
		})
	}
}
