package odata

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ParseFilter reads what stands behind "$filter=", once percent-encoding is
// undone: boolCommonExpr in the ABNF of OData 4.01, but for the differences that
// the package comment lists. Whether the properties exist, and
// whether the operands have the right types, is not its concern. A mistake is a
// [*SyntaxError].
func ParseFilter(s string) (Expr, error) { return parse(s, (*parser).filter) }

// ParseOrderBy parses the value of an $orderby option, already percent-decoded:
// one expression or more, each with asc or desc or neither. A mistake is a
// [*SyntaxError].
func ParseOrderBy(s string) ([]OrderItem, error) { return parse(s, (*parser).orderBy) }

// An OrderItem is one of the criteria of $orderby.
type OrderItem struct {
	Pos
	Expr Expr
	Desc bool
}

func (o OrderItem) String() string {
	if o.Desc {
		return o.Expr.String() + " desc"
	}
	return o.Expr.String()
}

// A function of OData.
type function struct {
	name     string // canonical
	min, max int    // arguments
}

var functions = func() map[string]function { // name in lower case → function
	byName := make(map[string]function)
	for arity, names := range map[[2]int]string{
		{0, 0}: "now mindatetime maxdatetime",
		{1, 1}: "isdefined tolower toupper trim length year month day hour minute second fractionalseconds totalseconds " +
			"totaloffsetminutes date time round floor ceiling geo.length",
		{1, 2}: "cast isof",
		{2, 2}: "contains startswith endswith indexof concat hassubset hassubsequence geo.distance geo.intersects",
		{2, 3}: "substring matchesPattern",
	} {
		for _, name := range strings.Fields(names) {
			byName[strings.ToLower(name)] = function{name, arity[0], arity[1]}
		}
	}
	return byName
}()

// Words to suggest where a function, or an operator, is wanted.
var (
	functionNames = func() (names []string) {
		for _, key := range slices.Sorted(maps.Keys(functions)) {
			names = append(names, functions[key].name)
		}
		return names
	}()
	operatorNames = append(strings.Fields("eq ne gt ge lt le and or in has add sub mul div divby mod"),
		"contains(property, 'text')", "startswith(property, 'text')", "endswith(property, 'text')")
)

func (p *parser) filter() Expr {
	e := p.expr(0)
	p.boundary("an operator or the end", operatorNames...)
	return e
}

func (p *parser) orderBy() []OrderItem {
	return separated(p, p.orderItem, "asc, desc or a comma", append([]string{"desc", "asc"}, operatorNames...)...)
}

func (p *parser) orderItem() OrderItem {
	item := OrderItem{Pos: Pos(p.tok.pos)}
	item.Expr = p.expr(0)
	if word := p.keyword(); word == "asc" || word == "desc" {
		item.Desc = word == "desc"
		p.next()
	}
	return item
}

// expr reads an expression whose operators bind at least as strongly as weakest.
func (p *parser) expr(weakest int) Expr {
	left := p.operand()
	for {
		op := Op(p.keyword())
		precedence, ok := precedences[op]
		if !ok {
			p.apostrophe()
			return left
		}
		if precedence < weakest {
			return left
		}
		pos := Pos(p.next().pos)
		var right Expr
		switch op {
		case In:
			right = p.members()
		case Has:
			right = p.flags()
		default:
			right = p.expr(precedence + 1)
		}
		left = &Binary{Pos: pos, Op: op, Left: left, Right: right}
	}
}

// apostrophe fails if a string ends right before the current word, as in 'O'Neil'.
func (p *parser) apostrophe() {
	if p.tok.kind == nameToken && p.tok.pos > 0 && p.input[p.tok.pos-1] == '\'' {
		p.fail(p.tok.pos-1, "'", "'' for a quote within a string", "''")
	}
}

// members reads the right side of in: a list, or what may be a collection.
func (p *parser) members() Expr {
	if !p.at("(") {
		return p.collection()
	}
	p.enter()
	defer p.leave()
	list := &List{Pos: Pos(p.next().pos)}
	for {
		list.Items = append(list.Items, p.expr(0))
		if !p.accept(",") {
			break
		}
	}
	p.closing("a comma or \")\"")
	return list
}

// collection reads an operand that may be a collection.
func (p *parser) collection() Expr {
	pos, text := p.tok.pos, p.tok.text
	switch {
	case p.tok.kind == badToken:
		p.unexpected("")
		return nil
	case p.tok.kind != literalToken && !p.at("-") && p.keyword() != string(Not):
		e := p.operand()
		switch e := e.(type) {
		case *Path, *Call, *Case, *Array:
			return e
		case *Literal:
			if e.Kind == JSONKind && e.Text[0] == '[' {
				return e
			}
		}
	}
	p.fail(pos, text, "a list in parentheses", suggest(text, []string{"("}))
	return nil
}

// closing goes past the parenthesis that ends a list of expressions.
func (p *parser) closing(wanted string) {
	if !p.accept(")") {
		p.unexpected(wanted, operatorNames...)
	}
}

// flags reads the right side of has.
func (p *parser) flags() Expr {
	if l := p.tok.literal; l != nil && (l.Kind == EnumKind || l.Kind == StringKind) {
		p.next()
		return l
	}
	p.unexpected("members of an enumeration in single quotes")
	return nil
}

// operand reads what may stand on either side of an operator.
func (p *parser) operand() Expr {
	switch {
	case p.tok.kind == literalToken:
		return p.next().literal
	case p.at("-"):
		return p.unary(Neg)
	case p.at("("):
		return p.group()
	case p.at("["), p.at("{"):
		return p.structure()
	case p.tok.kind == nameToken:
		return p.named()
	case p.tok.kind == systemToken, p.tok.kind == atToken:
		return p.path()
	}
	p.unexpected("a value", "not", "(")
	return nil
}

func (p *parser) unary(op Op) Expr {
	p.enter()
	defer p.leave()
	return &Unary{Pos: Pos(p.next().pos), Op: op, X: p.expr(unaryPrecedence)}
}

func (p *parser) group() Expr {
	p.enter()
	defer p.leave()
	p.next()
	e := p.expr(0)
	p.closing("an operator or \")\"")
	return e
}

// named reads an operand that starts with a name.
func (p *parser) named() Expr {
	name := p.tok.text
	word := strings.ToLower(name)
	switch {
	case word == "not":
		return p.unary(Not)
	case slices.Contains(p.vars, name):
		return p.path()
	case word == "null":
		return p.constant(NullKind, word)
	case word == "true", word == "false":
		return p.constant(BoolKind, word)
	case name == "INF", name == "NaN":
		return p.constant(DoubleKind, name)
	case !p.followedBy("("):
		return p.path()
	case word == string(Any), word == string(All):
		p.unexpected("a collection before " + word + ", such as members/" + word)
		return nil
	}
	if f, ok := functions[word]; ok {
		return p.call(f)
	}
	switch {
	case word == "case":
		return p.caseExpr()
	case p.adjacent("(") && p.startsArgs():
		return p.path()
	}
	p.unexpected("a function", functionNames...)
	return nil
}

func (p *parser) constant(kind Kind, text string) Expr {
	return &Literal{Pos: Pos(p.next().pos), Kind: kind, Text: text}
}

// caseExpr reads rule caseMethodCallExpr.
func (p *parser) caseExpr() Expr {
	p.enter()
	defer p.leave()
	e := &Case{Pos: Pos(p.next().pos)}
	p.expect("(")
	lex := p.lex
	p.relex(lexCase)
	for {
		branch := Branch{When: p.expr(0)}
		p.splitTime(branch.When)
		if !p.accept(":") {
			p.unexpected(`an operator or ":"`, operatorNames...)
		}
		branch.Then = p.expr(0)
		e.Branches = append(e.Branches, branch)
		if !p.accept(",") {
			break
		}
	}
	p.relex(lex)
	p.closing(`an operator, a comma or ")"`)
	return e
}

// splitTime makes a number and a colon of the time that ends a condition, as in
// case(x gt 10:20), unless a colon follows.
func (p *parser) splitTime(condition Expr) {
	if p.err != nil || p.at(":") {
		return
	}
	for {
		switch e := condition.(type) {
		case *Binary:
			condition = e.Right
			continue
		case *Unary:
			condition = e.X
			continue
		case *Literal:
			end := e.Offset() + len(e.Text)
			if e.Kind != TimeOfDayKind || strings.Trim(p.input[end:p.tok.pos], blanks) != "" {
				return
			}
			colon := strings.LastIndexByte(e.Text, ':')
			e.Kind, e.Text, _ = classify(e.Text[:colon])
			p.tok = p.lex(p.input, e.Offset()+colon)
		}
		return
	}
}

func (p *parser) call(f function) Expr {
	p.enter()
	defer p.leave()
	call := &Call{Pos: Pos(p.next().pos), Name: f.name}
	p.expect("(")
	for p.err == nil && !p.at(")") {
		if len(call.Args) == f.max {
			p.unexpected(arity(f))
			return call
		}
		call.Args = append(call.Args, p.argument(f, len(call.Args)))
		if !p.accept(",") {
			break
		}
		if p.at(")") {
			p.unexpected("a value")
		}
	}
	if len(call.Args) < f.min && p.at(")") {
		p.unexpected(arity(f))
	}
	p.closing("a comma or \")\"")
	return call
}

func arity(f function) string {
	count := fmt.Sprint(f.min)
	if f.max > f.min {
		count = fmt.Sprintf("%d or %d", f.min, f.max)
	}
	noun := "arguments"
	if f.max == 1 {
		noun = "argument"
	}
	return fmt.Sprintf("%s %s of %s", count, noun, f.name)
}

// argument reads argument i of f. The last one of cast and isof is a type.
func (p *parser) argument(f function, i int) Expr {
	if f.name != "cast" && f.name != "isof" {
		return p.expr(0)
	}
	if i == 1 || p.followedBy(")") || p.startsCollection() {
		return p.typeName()
	}
	pos := p.tok.pos
	e := p.expr(0)
	if p.at(")") {
		p.fail(pos, p.input[pos:p.tok.pos], "a type", "")
	}
	return e
}

func (p *parser) startsCollection() bool {
	return p.keyword() == "collection" && p.followedBy("(")
}

// typeName reads rule optionallyQualifiedTypeName. The quotes that Graph's own
// examples have around it are accepted.
func (p *parser) typeName() *TypeName {
	t := p.tok
	if p.startsCollection() {
		p.next()
		p.next()
		name := p.singleTypeName()
		p.expect(")")
		return &TypeName{Pos: Pos(t.pos), Name: "Collection(" + name + ")"}
	}
	return &TypeName{Pos: Pos(t.pos), Name: p.singleTypeName()}
}

func (p *parser) singleTypeName() string {
	if p.tok.kind == nameToken {
		return p.next().text
	}
	if l := p.tok.literal; l != nil && l.Kind == StringKind && l.Text != "" && wordLength(l.Text) == len(l.Text) {
		p.next()
		return l.Text
	}
	p.unexpected("a type")
	return ""
}

// path reads a path and, if it ends in any or all, the lambda after it.
func (p *parser) path() Expr {
	path := &Path{Pos: Pos(p.tok.pos)}
	switch name := strings.ToLower(p.tok.text); {
	case name == "$it", name == "$this", name == "$these":
		path.Root = name
		p.next()
	case name == "$root":
		path.Root = name
		p.next()
		if !p.at("/") {
			p.unexpected(`"/"`)
		}
	case p.tok.kind == systemToken:
		p.unexpected("a property, $it, $this or $root", "$it", "$this", "$root")
	case p.tok.kind == atToken && isAlias(name), slices.Contains(p.vars, p.tok.text):
		path.Root = p.next().text
	default:
		path.Segments = append(path.Segments, p.segment(path))
	}
	for p.accept("/") {
		if p.startsLambda() {
			return p.lambda(path)
		}
		s := p.segment(path)
		path.Segments = append(path.Segments, s)
		if s.Name == "$count" {
			break
		}
	}
	return path
}

// isAlias tells whether a name that starts with "@" is that of a parameter alias;
// annotations that stand first in a path have a namespace or a qualifier.
func isAlias(name string) bool {
	return strings.HasPrefix(name, "@") && !strings.ContainsAny(name, ".#")
}

// segment reads the next segment of path.
func (p *parser) segment(path *Path) Segment {
	t := p.tok
	s := Segment{Pos: Pos(t.pos), Name: t.text}
	first := len(path.Root)+len(path.Segments) == 0
	switch {
	case t.kind == nameToken:
		p.parentheses(path, &s)
	case t.kind == atToken:
		p.next()
	case strings.EqualFold(t.text, "$count") && !first:
		s.Name = "$count"
		parens := p.adjacent("(")
		p.next()
		if parens {
			options := p.nestedOptions(countOptions)
			s.Options = &options
		}
	case strings.EqualFold(t.text, "$filter") && !first && p.adjacent("("):
		s.Name = "$filter"
		p.next()
		s.Args = p.condition()
		p.secondKeys(&s)
	default:
		p.unexpected("a property, $count, any or all", "$count")
	}
	return s
}

// parentheses goes past the name of s and reads what stands in parentheses
// behind it, if anything.
func (p *parser) parentheses(path *Path, s *Segment) {
	t := p.tok
	switch parens := p.adjacent("("); {
	case !parens:
		p.next()
	case p.startsArgs(), path.Root == "$root":
		p.next()
		s.Args = p.args()
		p.secondKeys(s)
	case p.keyword() == "aggregate" && len(path.Root)+len(path.Segments) > 0:
		p.next()
		s.Name = "aggregate"
		s.Aggregate = p.aggregateInPath()
	default:
		p.fail(t.pos, t.text, "a property, any or all", suggest(t.text, []string{"any", "all"}))
	}
}

// condition reads the expression in the parentheses of a $filter segment.
func (p *parser) condition() []Arg {
	p.enter()
	defer p.leave()
	p.expect("(")
	arg := Arg{Pos: Pos(p.tok.pos)}
	arg.Value = p.expr(0)
	p.closing(`an operator or ")"`)
	return []Arg{arg}
}

// adjacent tells whether symbol stands right behind the current token.
func (p *parser) adjacent(symbol string) bool {
	return p.err == nil && strings.HasPrefix(p.input[p.tok.end:], symbol)
}

// startsArgs tells whether what stands in the parenthesis behind the current
// token starts as a key predicate or as arguments with names do.
func (p *parser) startsArgs() bool {
	open := p.lex(p.input, p.tok.end)
	first := p.lex(p.input, open.end)
	second := p.lex(p.input, first.end)
	switch first.kind {
	case symbolToken:
		return first.text == ")"
	case nameToken:
		if second.text == "=" {
			return true
		}
		return (strings.EqualFold(first.text, "true") || strings.EqualFold(first.text, "false")) && second.text == ")"
	case literalToken, atToken:
		return second.text == ")"
	}
	return false
}

// secondKeys reads the key predicate that follows arguments, if there is one.
func (p *parser) secondKeys(s *Segment) {
	if p.err == nil && p.at("(") && p.input[p.tok.pos-1] == ')' {
		s.Keys = p.args()
	}
}

// args reads a key predicate or the arguments of a function, in parentheses.
func (p *parser) args() []Arg {
	p.enter()
	defer p.leave()
	args := []Arg{}
	p.expect("(")
	if p.accept(")") {
		return args
	}
	for {
		args = append(args, p.arg(len(args) == 0))
		if !p.accept(",") {
			break
		}
	}
	if !p.accept(")") {
		p.unexpected(`a comma or ")"`, operatorNames...)
	}
	return args
}

// arg reads one argument. Only the first one, being then the only one, may be
// without a name.
func (p *parser) arg(first bool) Arg {
	a := Arg{Pos: Pos(p.tok.pos)}
	word := p.keyword()
	switch {
	case first && (p.tok.kind == literalToken || p.tok.kind == atToken || p.followedBy(")") && (word == "true" || word == "false")):
		a.Value = p.operand()
		if p.at(",") {
			p.unexpected(`")"`)
		}
	case p.tok.kind == nameToken && !strings.Contains(p.tok.text, "."):
		a.Name = p.next().text
		p.expect("=")
		a.Value = p.expr(0)
	default:
		p.unexpected("the name of a key or parameter, or the value of a key")
	}
	return a
}

func (p *parser) startsLambda() bool {
	word := Op(p.keyword())
	return (word == Any || word == All) && p.followedBy("(")
}

// lambda reads any or all, and what follows it in parentheses.
func (p *parser) lambda(collection *Path) Expr {
	p.enter()
	defer p.leave()
	l := &Lambda{Pos: collection.Pos, Op: Op(p.keyword()), Collection: collection}
	p.next()
	p.expect("(")
	if l.Op == Any && p.accept(")") {
		return l
	}
	if p.tok.kind != nameToken || strings.Contains(p.tok.text, ".") {
		p.unexpected("a variable and a colon")
	}
	l.Var = p.next().text
	p.expect(":")
	p.vars = append(p.vars, l.Var)
	l.Body = p.expr(0)
	p.vars = p.vars[:len(p.vars)-1]
	p.closing("an operator or \")\"")
	return l
}
