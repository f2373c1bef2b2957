package odata

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A ComputeItem is a property made of an expression: one item of $compute.
type ComputeItem struct {
	Pos
	Expr Expr
	Name string
}

func (c ComputeItem) String() string { return c.Expr.String() + " as " + c.Name }

// An AggregateItem is what aggregate makes of a collection.
type AggregateItem struct {
	Pos
	Expr Expr   // a *Path to a custom aggregate, or to "$count", if With is ""
	With string // method, such as "sum" or qualified; "" if there is none
	From []From // further steps of the aggregation
	As   string // name of the result; "" if there is none
}

// A From is one step of an aggregation: from Properties with With.
type From struct {
	Pos
	Properties []*Path
	With       string // "" if there is none
}

func (a AggregateItem) String() string {
	b := a.Expr.appendTo(nil)
	b = appendWord(b, "with", a.With)
	for _, f := range a.From {
		b = append(b, " from "...)
		b = appendJoined(b, f.Properties, ",", (*Path).appendTo)
		b = appendWord(b, "with", f.With)
	}
	return string(appendWord(b, "as", a.As))
}

// appendWord prints a name behind a key word, unless the name is "".
func appendWord(b []byte, word, name string) []byte {
	if name == "" {
		return b
	}
	return fmt.Appendf(b, " %s %s", word, name)
}

// A Transformation is one step of $apply.
type Transformation struct {
	Pos
	// Name is that of the transformation, in lower case, or that of a function of
	// the service, qualified by its namespace.
	Name string
	Args []TransformationArg // none for identity
}

// A TransformationArg is what stands between two commas in a transformation. Of
// its fields one of the first seven is set, or Name and Expr for the argument of
// a function of the service.
type TransformationArg struct {
	Pos
	Expr      Expr
	Search    SearchExpr
	OrderBy   *OrderItem       // of orderby and traverse
	Aggregate *AggregateItem   // of aggregate
	Group     []Group          // of groupby
	Apply     []Transformation // of concat, groupby, nest and others
	// Name is a word (preorder, postorder, keep start), the qualifier of a
	// hierarchy, or the name of a parameter.
	Name string
	As   string // name of what Expr or Apply makes; "" if there is none
}

// A Group is what groupby groups by: a property or, for rollup and
// rolluprecursive, levels of a hierarchy.
type Group struct {
	Pos
	Rollup string              // "", "rollup" or "rolluprecursive"
	Args   []TransformationArg // one without Rollup
}

func (t Transformation) String() string {
	if t.Name == "identity" {
		return t.Name
	}
	return t.Name + "(" + join(t.Args) + ")"
}

func (g Group) String() string {
	if g.Rollup == "" {
		return join(g.Args)
	}
	return g.Rollup + "(" + join(g.Args) + ")"
}

func (a TransformationArg) String() string {
	text := ""
	switch {
	case a.Name != "" && a.Expr != nil:
		text = a.Name + "=" + a.Expr.String()
	case a.Expr != nil:
		text = a.Expr.String()
	case a.Search != nil:
		text = a.Search.String()
	case a.OrderBy != nil:
		text = a.OrderBy.String()
	case a.Aggregate != nil:
		text = a.Aggregate.String()
	case a.Group != nil:
		text = "(" + join(a.Group) + ")"
	case a.Apply != nil:
		text = applyText(a.Apply)
	default:
		text = a.Name
	}
	return string(appendWord([]byte(text), "as", a.As))
}

func applyText(steps []Transformation) string {
	texts := make([]string, len(steps))
	for i, t := range steps {
		texts[i] = t.String()
	}
	return strings.Join(texts, "/")
}

// ParseCompute parses the value of a $compute option, already percent-decoded:
// expressions with the names of what they make. A mistake is a [*SyntaxError].
func ParseCompute(s string) ([]ComputeItem, error) { return parse(s, (*parser).compute) }

// ParseApply parses the value of an $apply option, already percent-decoded: a
// sequence of transformations. The grammar is that of the OData extension for
// data aggregation 4.0. A mistake is a [*SyntaxError].
func ParseApply(s string) ([]Transformation, error) { return parse(s, (*parser).apply) }

func (p *parser) compute() []ComputeItem {
	return separated(p, p.computeItem, "a comma", operatorNames...)
}

func (p *parser) computeItem() ComputeItem {
	item := ComputeItem{Pos: Pos(p.tok.pos)}
	item.Expr = p.expr(0)
	item.Name = p.as()
	return item
}

// as reads the name that something gets.
func (p *parser) as() string {
	if p.keyword() != "as" {
		p.unexpected(`an operator or "as"`, append([]string{"as"}, operatorNames...)...)
	}
	p.next()
	return p.identifier("a name")
}

// identifier reads a name that is not qualified.
func (p *parser) identifier(wanted string) string {
	if p.tok.kind != nameToken || strings.Contains(p.tok.text, ".") {
		p.unexpected(wanted)
	}
	return p.next().text
}

func (p *parser) apply() []Transformation {
	steps := p.transformations()
	p.boundary(`"/" or the end`)
	return steps
}

// transformations reads rule applyExpr.
func (p *parser) transformations() []Transformation {
	steps := []Transformation{p.transformation()}
	for p.accept("/") {
		steps = append(steps, p.transformation())
	}
	return steps
}

// transformations maps the names of transformations to the rules for what stands
// in their parentheses.
var transformations map[string]func(*parser) []TransformationArg

var transformationNames []string

func init() { // the rules refer to the map
	transformations = map[string]func(*parser) []TransformationArg{
		"aggregate":   func(p *parser) []TransformationArg { return argList(p, p.aggregateArg) },
		"compute":     func(p *parser) []TransformationArg { return argList(p, p.computeArg) },
		"orderby":     func(p *parser) []TransformationArg { return argList(p, p.orderArg) },
		"nest":        func(p *parser) []TransformationArg { return argList(p, p.nestedApply) },
		"filter":      func(p *parser) []TransformationArg { return []TransformationArg{p.exprArg()} },
		"search":      func(p *parser) []TransformationArg { return []TransformationArg{p.searchArg()} },
		"top":         func(p *parser) []TransformationArg { return []TransformationArg{p.numberArg()} },
		"skip":        func(p *parser) []TransformationArg { return []TransformationArg{p.numberArg()} },
		"concat":      (*parser).concat,
		"groupby":     (*parser).groupBy,
		"addnested":   (*parser).addNested,
		"join":        (*parser).join,
		"outerjoin":   (*parser).join,
		"ancestors":   (*parser).relatives,
		"descendants": (*parser).relatives,
		"traverse":    (*parser).traverse,
	}
	for name := range strings.FieldsSeq("topcount topsum toppercent bottomcount bottomsum bottompercent") {
		transformations[name] = (*parser).twoExprs
	}
	transformationNames = append(slices.Sorted(maps.Keys(transformations)), "identity")
}

func (p *parser) transformation() Transformation {
	p.enter()
	defer p.leave()
	t := Transformation{Pos: Pos(p.tok.pos), Name: p.keyword()}
	if t.Name == "identity" {
		p.next()
		return t
	}
	rule := transformations[t.Name]
	switch {
	case rule == nil && strings.Contains(t.Name, ".") && p.followedBy("("):
		t.Name = p.tok.text
		rule = (*parser).namedArgs
	case rule == nil:
		p.unexpected("a transformation", transformationNames...)
		return t
	}
	p.next()
	p.expect("(")
	t.Args = rule(p)
	if !p.accept(")") {
		p.unexpected(`")"`, operatorNames...)
	}
	return t
}

// argList reads one argument or more.
func argList(p *parser, arg func() TransformationArg) []TransformationArg {
	args := []TransformationArg{arg()}
	for p.accept(",") {
		args = append(args, arg())
	}
	return args
}

func (p *parser) newArg() TransformationArg { return TransformationArg{Pos: Pos(p.tok.pos)} }

func (p *parser) exprArg() TransformationArg {
	a := p.newArg()
	a.Expr = p.expr(0)
	return a
}

func (p *parser) computeArg() TransformationArg {
	a := p.exprArg()
	a.As = p.as()
	return a
}

func (p *parser) orderArg() TransformationArg {
	a := p.newArg()
	a.OrderBy = pointer(p.orderItem())
	return a
}

func (p *parser) searchArg() TransformationArg {
	a := p.newArg()
	p.options++ // a parenthesis ends it
	a.Search = p.search()
	p.options--
	return a
}

func (p *parser) numberArg() TransformationArg {
	a := p.newArg()
	if l := p.tok.literal; l == nil || l.Kind != IntKind || strings.ContainsAny(p.tok.text, "+-") {
		p.unexpected("a whole number that is not negative")
	} else {
		a.Expr = p.next().literal
	}
	return a
}

func (p *parser) twoExprs() []TransformationArg {
	first := p.exprArg()
	p.expect(",")
	return []TransformationArg{first, p.exprArg()}
}

func (p *parser) applyArg() TransformationArg {
	a := p.newArg()
	a.Apply = p.transformations()
	return a
}

func (p *parser) nestedApply() TransformationArg {
	a := p.applyArg()
	a.As = p.as()
	return a
}

func (p *parser) concat() []TransformationArg {
	first := p.applyArg()
	p.expect(",")
	return append([]TransformationArg{first}, argList(p, p.applyArg)...)
}

// namedArgs reads the arguments of a function of the service.
func (p *parser) namedArgs() []TransformationArg {
	if p.at(")") {
		return nil
	}
	return argList(p, func() TransformationArg {
		a := p.newArg()
		a.Name = p.identifier("the name of a parameter")
		p.expect("=")
		a.Expr = p.expr(0)
		return a
	})
}

func (p *parser) aggregateArg() TransformationArg {
	a := p.newArg()
	item := p.aggregateItem()
	if p.keyword() == "as" || item.With != "" || counts(item.Expr) {
		item.As = p.as()
	}
	a.Aggregate = &item
	return a
}

// counts tells whether e is a path that ends in $count.
func counts(e Expr) bool {
	p, ok := e.(*Path)
	return ok && len(p.Segments) > 0 && p.Segments[len(p.Segments)-1].Name == "$count"
}

// aggregateInPath reads what stands in the parentheses of an aggregate segment,
// rule aggregateFunctionExpr.
func (p *parser) aggregateInPath() *AggregateItem {
	p.enter()
	defer p.leave()
	p.expect("(")
	item := p.aggregateItem()
	if !p.accept(")") {
		p.unexpected(`with, from or ")"`)
	}
	return &item
}

// aggregateItem reads an AggregateItem without the name that it gets.
func (p *parser) aggregateItem() AggregateItem {
	item := AggregateItem{Pos: Pos(p.tok.pos)}
	if strings.EqualFold(p.tok.text, "$count") {
		s := Segment{Pos: item.Pos, Name: "$count"}
		item.Expr = &Path{Pos: item.Pos, Segments: []Segment{s}}
		p.next()
	} else {
		item.Expr = p.expr(0)
		item.With = p.with()
	}
	if _, isPath := item.Expr.(*Path); !isPath && item.With == "" {
		p.unexpected("an operator or with", "with")
	}
	for p.keyword() == "from" {
		from := From{Pos: Pos(p.next().pos)}
		for more := true; more; more = p.accept(",") {
			from.Properties = append(from.Properties, p.property())
		}
		from.With = p.with()
		if from.With == "" && (item.With != "" || counts(item.Expr)) {
			p.unexpected("with", "with")
		}
		item.From = append(item.From, from)
	}
	return item
}

// with reads a method of aggregation, if there is one.
func (p *parser) with() string {
	if p.keyword() != "with" {
		return ""
	}
	p.next()
	methods := []string{"sum", "min", "max", "average", "countdistinct"}
	word := p.keyword()
	switch {
	case slices.Contains(methods, word):
		p.next()
		return word
	case !strings.Contains(word, "."):
		p.unexpected("one of "+strings.Join(methods, ", ")+", or a qualified method", methods...)
	}
	return p.next().text
}

// property reads a path that has names only, properties and types.
func (p *parser) property() *Path {
	path := &Path{Pos: Pos(p.tok.pos)}
	for {
		s := Segment{Pos: Pos(p.tok.pos), Name: p.tok.text}
		if p.tok.kind != nameToken {
			p.unexpected("a property")
		}
		p.next()
		path.Segments = append(path.Segments, s)
		if !p.accept("/") {
			return path
		}
	}
}

func (p *parser) propertyArg() TransformationArg {
	a := p.newArg()
	a.Expr = p.property()
	return a
}

// pathArg reads a path to a collection.
func (p *parser) pathArg() TransformationArg {
	a := p.newArg()
	path, ok := p.path().(*Path)
	if !ok {
		p.fail(int(a.Pos), p.input[a.Pos:p.tok.pos], "a collection", "")
	}
	a.Expr = path
	return a
}

func (p *parser) groupBy() []TransformationArg {
	a := p.newArg()
	p.expect("(")
	for more := true; more; more = p.accept(",") {
		a.Group = append(a.Group, p.groupElement())
	}
	if !p.accept(")") {
		p.unexpected(`a comma or ")"`)
	}
	if !p.accept(",") {
		return []TransformationArg{a}
	}
	return []TransformationArg{a, p.applyArg()}
}

// groupElement reads rule groupbyElement.
func (p *parser) groupElement() Group {
	g := Group{Pos: Pos(p.tok.pos)}
	word := p.keyword()
	if word != "rollup" && word != "rolluprecursive" || !p.followedBy("(") {
		g.Args = []TransformationArg{p.propertyArg()}
		return g
	}
	g.Rollup = word
	p.next()
	p.expect("(")
	if word == "rollup" {
		g.Args = argList(p, p.propertyArg) // or the qualifier of one hierarchy
	} else {
		g.Args = p.hierarchy()
		if p.accept(",") {
			g.Args = append(g.Args, p.applyArg())
		}
	}
	p.expect(")")
	return g
}

func (p *parser) addNested() []TransformationArg {
	path := p.propertyArg()
	p.expect(",")
	return append([]TransformationArg{path}, argList(p, p.nestedApply)...)
}

func (p *parser) join() []TransformationArg {
	a := p.pathArg()
	a.As = p.as()
	if !p.accept(",") {
		return []TransformationArg{a}
	}
	return []TransformationArg{a, p.applyArg()}
}

// hierarchy reads rule recHierReference: the nodes, a qualifier, and the way to
// the id of a node.
func (p *parser) hierarchy() []TransformationArg {
	if !strings.EqualFold(p.tok.text, "$root") {
		p.unexpected("a path from $root", "$root")
	}
	nodes := p.pathArg()
	p.expect(",")
	qualifier := p.newArg()
	qualifier.Name = p.identifier("the qualifier of a hierarchy")
	p.expect(",")
	return []TransformationArg{nodes, qualifier, p.propertyArg()}
}

// relatives reads what stands in ancestors and descendants: after the hierarchy
// a sequence of transformations or two, a distance, and "keep start".
func (p *parser) relatives() []TransformationArg {
	args := p.hierarchy()
	p.expect(",")
	args = append(args, p.applyArg())
	more := p.accept(",")
	if more && p.startsTransformation() {
		args = append(args, p.applyArg())
		more = p.accept(",")
	}
	if more && p.tok.kind == literalToken {
		args = append(args, p.numberArg())
		more = p.accept(",")
	}
	if more {
		a := p.newArg()
		a.Name = "keep start"
		if p.keyword() != "keep" {
			p.unexpected("a distance or keep start", "keep start")
		}
		if p.next(); p.keyword() != "start" {
			p.unexpected("start", "start")
		}
		p.next()
		args = append(args, a)
	}
	return args
}

// startsTransformation tells whether one of OData's transformations comes next.
func (p *parser) startsTransformation() bool {
	word := p.keyword()
	return word == "identity" || transformations[word] != nil && p.followedBy("(")
}

// traverse reads what stands in traverse: after the hierarchy the order, a
// sequence of transformations, and the order of siblings.
func (p *parser) traverse() []TransformationArg {
	args := p.hierarchy()
	p.expect(",")
	order := p.newArg()
	order.Name = p.keyword()
	if order.Name != "preorder" && order.Name != "postorder" {
		p.unexpected("preorder or postorder", "preorder", "postorder")
	}
	p.next()
	args = append(args, order)
	if !p.accept(",") {
		return args
	}
	if p.startsTransformation() && p.keyword() != "concat" { // concat is a function here
		args = append(args, p.applyArg())
		if !p.accept(",") {
			return args
		}
	}
	return append(args, argList(p, p.orderArg)...)
}
