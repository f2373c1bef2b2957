package schemas

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
)

// checkQuery holds the query options to what the operation offers, and leaves
// what could be read in the verdict.
func (c *checker) checkQuery() {
	c.verdict.Query = new(odata.Query)
	options, err := odata.ParseQuery(c.rawQuery)
	for _, fault := range syntaxErrors(err) {
		c.add(Finding{
			Rule: "query.encoding", In: InQuery, Found: clip(fault.Found), Wanted: fault.Wanted, Suggestion: fault.Suggestion,
			Line: 1, Column: column(fault.Input, fault.Offset), Message: "the query is not percent-encoded correctly",
		})
	}
	if c.op.resource != nil {
		c.checkDerivedQuery(options)
		return
	}
	rule := c.op.Query
	if rule == nil {
		rule = new(QueryRule)
	}
	for _, o := range options {
		if c.checkOption(o, rule) {
			c.setOption(o)
		}
	}
	c.checkClauses(c.verdict.Query, rule, "")
}

// syntaxErrors returns the parts of a joined error.
func syntaxErrors(err error) []*odata.SyntaxError {
	var list []*odata.SyntaxError
	var one *odata.SyntaxError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			list = append(list, syntaxErrors(e)...)
		}
	} else if errors.As(err, &one) {
		list = append(list, one)
	}
	return list
}

// checkOption reports whether an option is one that the operation offers.
func (c *checker) checkOption(o odata.Option, rule *QueryRule) bool {
	offered := slices.Concat(rule.Options, rule.Tolerated)
	f := Finding{In: InQuery, Pointer: o.Sent, Found: clip(o.Sent), Wanted: orNone(offered)}
	switch {
	case !o.System && strings.HasPrefix(o.Sent, "$"):
		f.Rule, f.Suggestion = "query.unknown-option", spell.Closest(o.Sent, offered)
		f.Message = fmt.Sprintf("%q is not an option of OData", clip(o.Sent))
	case !o.System:
		f.Rule, f.Suggestion = "query.custom-option", spell.Closest("$"+o.Sent, offered)
		f.Message = fmt.Sprintf("%s has no option %q; Graph ignores it", c.op.ID, clip(o.Sent))
	case !slices.Contains(offered, o.Name) && !(o.Name == "$skiptoken" && slices.Contains(offered, "$top")):
		f.Rule = "query.unsupported-option"
		f.Message = fmt.Sprintf("%s does not offer %s", c.op.ID, o.Name)
	case slices.Contains(rule.Tolerated, o.Name):
		f.Rule = "query.undocumented-option"
		f.Message = fmt.Sprintf("the reference of %s does not list %s, though generated clients send it", c.op.ID, o.Name)
	case o.Bare && c.op.Contract.Version != "beta":
		f.Rule, f.Suggestion = "query.no-dollar", o.Name
		f.Message = fmt.Sprintf("%q works without $ on beta, and on v1.0 not everywhere", o.Sent)
	default:
		return true
	}
	c.add(f)
	return f.Rule == "query.undocumented-option" || f.Rule == "query.no-dollar"
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "no option"
	}
	return strings.Join(list, ", ")
}

// setOption parses the value of an option.
func (c *checker) setOption(o odata.Option) {
	err := c.verdict.Query.Set(o)
	if err == nil {
		if c.values == nil {
			c.values = make(map[string]string)
		}
		c.values[o.Name] = o.Value
		return
	}
	f := Finding{In: InQuery, Pointer: o.Name, Found: clip(o.Value)}
	var fault *odata.SyntaxError
	switch {
	case errors.Is(err, odata.ErrRepeated):
		f.Rule, f.Wanted = "query.duplicate-option", "each option once"
		f.Message = fmt.Sprintf("%s is given twice", o.Name)
	case errors.As(err, &fault) && c.op.Derived() && unfilled.MatchString(o.Value):
		f.Rule, f.Wanted = "query.placeholder", "a value"
		f.Message = fmt.Sprintf("%q looks like a placeholder that nobody filled in", clip(unfilled.FindString(o.Value)))
	case errors.As(err, &fault):
		f.Rule = "query.syntax"
		if o.Name == "$top" || o.Name == "$skip" || o.Name == "$count" {
			f.Rule = "query.value"
		}
		f.Line, f.Column = 1, column(fault.Input, fault.Offset)
		f.Wanted, f.Suggestion = fault.Wanted, fault.Suggestion
		f.Message = fmt.Sprintf("the value of %s is not well-formed: %v", o.Name, fault)
	}
	c.add(f)
}

// unfilled is a placeholder within the value of an option.
var unfilled = regexp.MustCompile(`\{[A-Za-z][\w -]*\}|<[A-Za-z][\w -]*>`)

// column returns the place of a byte offset in the value of an option.
func column(value string, offset int) int { return 1 + utf8.RuneCountInString(value[:offset]) }

// checkClauses holds parsed options to the properties they may name. The
// navigation property says within which $expand they stand; it is "" at the top.
func (c *checker) checkClauses(q *odata.Query, rule *QueryRule, navigation string) {
	in := func(option string) string {
		if navigation != "" {
			return "$expand"
		}
		return option
	}
	if q.Filter != nil {
		c.checkCondition(q.Filter, rule, in("$filter"))
		for _, use := range odata.Uses(q.Filter) {
			c.checkFilterUse(use, rule, in("$filter"))
		}
	}
	for _, item := range q.OrderBy {
		for _, use := range odata.Uses(item.Expr) {
			c.checkSort(use, rule, in("$orderby"))
		}
	}
	for _, item := range q.Select {
		c.checkSelect(item, rule, in("$select"))
	}
	for _, item := range q.Expand {
		c.checkExpand(item, rule)
	}
}

func (c *checker) addQuery(rule, option string, offset int, found, wanted, suggestion, message string) {
	c.add(Finding{
		Rule: rule, In: InQuery, Pointer: option, Line: 1, Column: column(c.values[option], offset),
		Found: clip(found), Wanted: wanted, Suggestion: suggestion, Message: message,
	})
}

// property returns what the rule says of the first property on the way, and
// reports it if there is none of that name. ok is false if the path says nothing
// about a property of the item.
func (c *checker) property(steps []odata.Segment, rule *QueryRule, option string) (name string, p PropertyRule, ok bool) {
	for len(steps) > 0 && (steps[0].IsCast() || strings.HasPrefix(steps[0].Name, "@")) {
		steps = steps[1:]
	}
	if len(steps) == 0 || steps[0].Name == "$count" || steps[0].Name == "*" {
		return "", p, false
	}
	sent := steps[0].Name
	for declared, p := range rule.Properties {
		if strings.EqualFold(declared, sent) {
			return declared, p, true
		}
	}
	known := slices.Sorted(maps.Keys(rule.Properties))
	c.addQuery("query.unknown-property", option, steps[0].Offset(), sent, strings.Join(known, ", "), spell.Closest(sent, known),
		fmt.Sprintf("there is no property %q", clip(sent)))
	return "", p, false
}

func (c *checker) checkFilterUse(use odata.Use, rule *QueryRule, option string) {
	name, p, ok := c.property(use.Steps, rule, option)
	if !ok {
		return
	}
	at := use.Path.Offset()
	switch {
	case len(p.Filter) == 0:
		var can []string
		for name, p := range rule.Properties {
			if len(p.Filter) > 0 {
				can = append(can, name)
			}
		}
		slices.Sort(can)
		c.addQuery("query.not-filterable", option, at, name, orNone(can), "", fmt.Sprintf("%s may not stand in $filter", name))
		return
	case use.By != "" && !slices.Contains(p.Filter, "*") && !slices.Contains(p.Filter, use.By) && use.By != string(odata.Not):
		c.addQuery("query.operator", option, at, use.By, strings.Join(p.Filter, ", "), "",
			fmt.Sprintf("%s is not documented for %s", use.By, name))
	}
	for _, literal := range literals(use.Parent) {
		c.checkLiteral(literal, name, p, option)
	}
}

// checkCondition reports the parts of a condition that are neither true nor
// false: $filter=displayName, not size, 1 or 2.
func (c *checker) checkCondition(e odata.Expr, rule *QueryRule, option string) {
	isCondition := true
	switch e := e.(type) {
	case *odata.Binary:
		switch e.Op {
		case odata.And, odata.Or:
			c.checkCondition(e.Left, rule, option)
			c.checkCondition(e.Right, rule, option)
		case odata.Add, odata.Sub, odata.Mul, odata.Div, odata.DivBy, odata.Mod:
			isCondition = false
		default: // a comparison: "not a eq b" compares "not a", as not binds tighter
			if not, ok := e.Left.(*odata.Unary); ok && not.Op == odata.Not {
				c.checkCondition(not, rule, option)
			}
		}
	case *odata.Unary:
		if isCondition = e.Op == odata.Not; isCondition {
			c.checkCondition(e.X, rule, option)
		}
	case *odata.Literal:
		isCondition = e.Kind == odata.BoolKind || e.Kind == odata.NullKind
	case *odata.Path:
		p, known := rule.propertyOf(e)
		isCondition = !known || p.Type == "Edm.Boolean"
	case *odata.List, *odata.TypeName:
		isCondition = false
	}
	if !isCondition {
		c.addQuery("query.type", option, e.Offset(), e.String(), "a condition, such as "+clip(e.String())+" eq …", "",
			fmt.Sprintf("%s is neither true nor false", clip(e.String())))
	}
}

// propertyOf returns what the rule says of a property that a path of one step names.
func (rule *QueryRule) propertyOf(path *odata.Path) (p PropertyRule, known bool) {
	if path.Root != "" || len(path.Segments) != 1 {
		return p, false
	}
	for declared, p := range rule.Properties {
		if strings.EqualFold(declared, path.Segments[0].Name) {
			return p, true
		}
	}
	return p, false
}

// literals returns the constants that a property is compared with.
func literals(parent odata.Expr) []*odata.Literal {
	var sides []odata.Expr
	switch parent := parent.(type) {
	case *odata.Binary:
		sides = []odata.Expr{parent.Left, parent.Right}
	case *odata.Call:
		if slices.Contains([]string{"contains", "startswith", "endswith"}, parent.Name) {
			sides = parent.Args
		}
	}
	var out []*odata.Literal
	for _, side := range sides {
		switch side := side.(type) {
		case *odata.Literal:
			out = append(out, side)
		case *odata.List:
			for _, item := range side.Items {
				if l, ok := item.(*odata.Literal); ok {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// comparable says which literals a property of a type is compared with.
var comparable = map[string][]odata.Kind{
	"Edm.String":         {odata.StringKind, odata.GuidKind}, // ids may stand bare
	"Edm.Guid":           {odata.GuidKind, odata.StringKind},
	"Edm.Boolean":        {odata.BoolKind},
	"Edm.Int32":          {odata.IntKind},
	"Edm.Int64":          {odata.IntKind, odata.DecimalKind, odata.DoubleKind},
	"Edm.DateTimeOffset": {odata.DateTimeOffsetKind, odata.DateKind},
	"enum":               {odata.StringKind, odata.EnumKind},
}

func (c *checker) checkLiteral(l *odata.Literal, name string, p PropertyRule, option string) {
	kinds, known := comparable[p.Type]
	if !known || l.Kind == odata.NullKind {
		return
	}
	if !slices.Contains(kinds, l.Kind) {
		suggestion := ""
		if slices.Contains(kinds, odata.StringKind) {
			suggestion = "'" + l.Text + "'"
		} else if l.Kind == odata.StringKind {
			suggestion = l.Text
		}
		c.addQuery("query.type", option, l.Offset(), l.String(), p.Type, suggestion,
			fmt.Sprintf("%s is %s and can't be compared with %s", name, p.Type, clip(l.String())))
		return
	}
	isMember := func(v string) bool { return strings.EqualFold(v, l.Text) }
	if p.Type == "enum" && !slices.ContainsFunc(p.Values, isMember) {
		c.addQuery("query.enum", option, l.Offset(), l.Text, strings.Join(p.Values, " or "), spell.Closest(l.Text, p.Values),
			fmt.Sprintf("%q is not a value of %s", clip(l.Text), name))
	}
}

func (c *checker) checkSort(use odata.Use, rule *QueryRule, option string) {
	name, p, ok := c.property(use.Steps, rule, option)
	if !ok || p.Sort {
		return
	}
	var can []string
	for name, p := range rule.Properties {
		if p.Sort {
			can = append(can, name)
		}
	}
	slices.Sort(can)
	c.addQuery("query.not-sortable", option, use.Path.Offset(), name, orNone(can), "", fmt.Sprintf("%s may not stand in $orderby", name))
}

func (c *checker) checkSelect(item odata.SelectItem, rule *QueryRule, option string) {
	for navigation := range rule.Expand {
		if strings.EqualFold(navigation, item.Path[0].Name) {
			return
		}
	}
	c.property(item.Path, rule, option)
}

func (c *checker) checkExpand(item odata.ExpandItem, rule *QueryRule) {
	const option = "$expand"
	sent := item.Path[0].Name
	names := slices.Sorted(maps.Keys(rule.Expand))
	i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, sent) })
	if i < 0 {
		c.addQuery("query.not-expandable", option, item.Offset(), sent, orNone(names), spell.Closest(sent, names),
			fmt.Sprintf("%s can't expand %q", c.op.ID, clip(sent)))
		return
	}
	nested := rule.Expand[names[i]]
	for _, name := range given(&item.Options) {
		if !slices.Contains(nested.Options, name) {
			c.addQuery("query.unsupported-option", option, item.Offset(), name, orNone(nested.Options), "",
				fmt.Sprintf("%s does not offer %s within $expand=%s", c.op.ID, name, names[i]))
		}
	}
	c.checkClauses(&item.Options, nested, names[i])
}

// given returns the names of the options that q has.
func given(q *odata.Query) []string {
	var names []string
	for name, has := range map[string]bool{
		"$filter": q.Filter != nil, "$search": q.Search != nil, "$orderby": q.OrderBy != nil,
		"$select": q.Select != nil, "$expand": q.Expand != nil, "$count": q.Count != nil,
		"$top": q.Top != nil, "$skip": q.Skip != nil, "$levels": q.Levels != nil,
		"$compute": q.Compute != nil, "$apply": q.Apply != nil,
	} {
		if has {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Context returns the fragment of @odata.context of the answer, "" if the
// operation has none or the path does not hold the keys for it.
func (v *Verdict) Context() string { return v.context("me") }

// context is Context with the id of the signed-in user.
func (v *Verdict) context(me string) string {
	context := v.Operation.Response.Context
	if v.resource != nil {
		context = v.resource.Context(me)
		if v.resource.Kind == resolve.Call {
			return context
		}
	}
	for _, k := range v.Keys {
		context = strings.ReplaceAll(context, "{"+k.Name+"}", url.PathEscape(strings.ReplaceAll(k.Value, "'", "''")))
	}
	if strings.Contains(context, "{") {
		return ""
	}
	if context == "" || v.Query == nil || len(v.Query.Select) == 0 {
		return context
	}
	var names []string
	for _, item := range v.Query.Select {
		names = append(names, item.String())
	}
	base, isEntity := strings.CutSuffix(context, "/$entity")
	context = base + "(" + strings.Join(names, ",") + ")"
	if isEntity {
		context += "/$entity"
	}
	return context
}
