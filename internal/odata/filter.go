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
		{1, 1}: "tolower toupper trim length year month day hour minute second fractionalseconds totalseconds " +
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

// members reads the right side of in: a list, or a path to a collection.
func (p *parser) members() Expr {
	if !p.at("(") {
		pos, text := p.tok.pos, p.tok.text
		switch p.tok.kind {
		case nameToken, systemToken, atToken:
			if path, ok := p.path().(*Path); ok {
				return path
			}
		case badToken:
			p.unexpected("")
		}
		p.fail(pos, text, "a list in parentheses", suggest(text, []string{"("}))
		return nil
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
	p.unexpected("a function", functionNames...)
	return nil
}

func (p *parser) constant(kind Kind, text string) Expr {
	return &Literal{Pos: Pos(p.next().pos), Kind: kind, Text: text}
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
	case name == "$it", name == "$this":
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
	case p.tok.kind == atToken && !strings.Contains(name, "."), slices.Contains(p.vars, p.tok.text):
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

// segment reads the next segment of path.
func (p *parser) segment(path *Path) Segment {
	t := p.tok
	s := Segment{Pos: Pos(t.pos), Name: t.text}
	switch {
	case t.kind == nameToken:
		p.next()
		if p.at("(") && path.Root == "$root" {
			s.Keys = p.keys()
		} else if p.at("(") && p.tok.pos == t.end {
			p.fail(t.pos, t.text, "a property, any or all", suggest(t.text, []string{"any", "all"}))
		}
	case t.kind == atToken:
		p.next()
	case strings.EqualFold(t.text, "$count") && len(path.Root)+len(path.Segments) > 0:
		s.Name = "$count"
		p.next()
	default:
		p.unexpected("a property, $count, any or all", "$count")
	}
	return s
}

// keys reads a key predicate.
func (p *parser) keys() []Key {
	var keys []Key
	p.expect("(")
	for {
		k := Key{Pos: Pos(p.tok.pos)}
		if p.tok.kind == nameToken {
			k.Name = p.next().text
			p.expect("=")
		}
		if p.tok.kind != literalToken {
			p.unexpected("the value of a key")
			return nil
		}
		k.Value = p.next().literal
		keys = append(keys, k)
		if !p.accept(",") {
			break
		}
	}
	p.expect(")")
	return keys
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
