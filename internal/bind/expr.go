package bind

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/spell"
)

// condition checks an expression that has to be true or false.
func (c *checker) condition(e odata.Expr) { c.truth(c.expr(e)) }

func (c *checker) truth(o operand) {
	if !o.is(boolean | null) {
		c.mistyped(o, "a condition, such as a comparison", ", neither true nor false")
	}
}

// mistyped reports an operand of the wrong type. The message says what it is, and goes
// on with rest.
func (c *checker) mistyped(o operand, wanted, rest string) {
	if c.full() {
		return
	}
	text := o.expr.String()
	c.add(Problem{
		Rule: ruleType, Offset: o.expr.Offset(), Found: text, Wanted: wanted, Pos: posOf(o.typ),
		Message: fmt.Sprintf("%s is %s%s", clip(text), o.describe(), rest),
	})
}

// describe says what an operand is.
func (o operand) describe() string {
	switch {
	case o.class == null:
		return "null"
	case o.typ == edm.Type{Collection: true}:
		return "an array"
	case o.typ.Collection:
		return "a collection, " + o.typ.String()
	}
	return o.typ.String()
}

// clip cuts s to a length that is good to read in a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// expr checks an expression and returns what it is.
func (c *checker) expr(e odata.Expr) operand {
	switch e := e.(type) {
	case *odata.Literal:
		return c.literal(e)
	case *odata.Path:
		return c.path(e)
	case *odata.Unary:
		return c.unary(e)
	case *odata.Binary:
		return c.binary(e)
	case *odata.Lambda:
		return c.lambda(e)
	case *odata.Call:
		return c.call(e)
	case *odata.Case:
		return c.branches(e)
	case *odata.Array:
		for _, item := range e.Items {
			c.expr(item)
		}
		return operand{class: collection, typ: edm.Type{Collection: true}, expr: e}
	case *odata.Object:
		for _, m := range e.Members {
			c.expr(m.Value)
		}
	}
	return operand{class: unknown, expr: e}
}

func (c *checker) unary(e *odata.Unary) operand {
	o := c.expr(e.X)
	if e.Op == odata.Not {
		c.need("not", e)
		c.truth(o)
		return of(e, edm.Boolean)
	}
	if !o.is(number | duration | null) {
		c.mistyped(o, "a number", " and has no negative")
		return operand{class: unknown, expr: e}
	}
	return operand{class: o.class, typ: o.typ, expr: e}
}

func (c *checker) binary(e *odata.Binary) operand {
	left := c.expr(e.Left)
	switch e.Op {
	case odata.And, odata.Or:
		c.truth(left)
		c.condition(e.Right)
		return of(e, edm.Boolean)
	case odata.Add, odata.Sub, odata.Mul, odata.Div, odata.DivBy, odata.Mod:
		return c.arithmetic(e, left, c.expr(e.Right))
	case odata.In:
		c.in(left, e.Right)
		return of(e, edm.Boolean)
	case odata.Has:
		c.has(left, e.Right)
		return of(e, edm.Boolean)
	case odata.Ne:
		c.need("ne", e)
	}
	mark := len(c.problems)
	right := c.expr(e.Right)
	if len(c.problems) > mark && left.class&(text|enum) != 0 {
		c.unquoted(&c.problems[mark], e.Right)
	}
	c.compare(left, right)
	return of(e, edm.Boolean)
}

// unquoted suggests quotes where the right side of a comparison is a single name
// that is not declared, as in userType eq Member: Graph does not compare
// properties with each other, and people forget the quotes.
func (c *checker) unquoted(p *Problem, right odata.Expr) {
	path, ok := right.(*odata.Path)
	if !ok || path.Root != "" || len(path.Segments) != 1 || p.Rule != ruleUnknown && p.Rule != ruleOpen {
		return
	}
	p.Wanted, p.Suggestion = "a string in single quotes", "'"+p.Found+"'"
}

// compare checks the operands of a comparison.
func (c *checker) compare(l, r operand) {
	if !c.single(l) || !c.single(r) {
		return
	}
	switch {
	case (l.class|r.class)&unknown != 0:
	case (l.class|r.class)&null != 0:
	case !c.scalar(l), !c.scalar(r):
	case l.class == enum && r.lit != nil:
		c.enumeration(l, r)
	case r.class == enum && l.lit != nil:
		c.enumeration(r, l)
	case l.class == enum && l.typ.Enum != r.typ.Enum:
		c.incompatible(l, r)
	case l.class == r.class:
	case l.class|r.class == date|dateTime:
	case l.class|r.class == text|guid:
		c.guidQuotes(l, r)
	default:
		c.incompatible(l, r)
	}
}

// single reports whether o is no collection, and reports it otherwise.
func (c *checker) single(o operand) bool {
	if o.class != collection || o.expr == nil {
		return true
	}
	c.mistyped(o, "a single value; any, all or /$count for a collection", ", and can't be compared")
	return false
}

// scalar is single for what has a structure, or is a stream.
func (c *checker) scalar(o operand) bool {
	if o.class&(structured|stream) == 0 || o.expr == nil {
		return true
	}
	c.mistyped(o, "a property of it", ", and can't be compared with anything but null")
	return false
}

// incompatible reports a comparison: at the constant if there is one.
func (c *checker) incompatible(l, r operand) {
	if c.full() {
		return
	}
	if r.expr == nil || l.lit != nil && r.lit == nil && l.expr != nil {
		l, r = r, l
	}
	p := Problem{Rule: ruleType, Offset: r.expr.Offset(), Found: r.expr.String(), Wanted: l.typ.String(), Suggestion: c.instead(l.class, r.lit)}
	what := l.typ.String()
	if l.expr != nil {
		what = fmt.Sprintf("%s is %s and", clip(l.expr.String()), what)
	}
	p.Message = fmt.Sprintf("%s can't be compared with %s, which is %s", what, clip(r.expr.String()), r.describe())
	c.add(p)
}

// instead returns the literal that was probably meant where a value of a class is
// wanted, or "".
func (c *checker) instead(wanted class, l *odata.Literal) string {
	switch {
	case l == nil || l.Kind == odata.NullKind || l.Kind == odata.JSONKind:
		return ""
	case wanted&enum != 0 && l.Kind != odata.IntKind:
		return ""
	case wanted&(text|enum) != 0:
		return (&odata.Literal{Kind: odata.StringKind, Text: l.Text}).String()
	case l.Kind != odata.StringKind:
		return ""
	}
	e, err := odata.ParseFilter(l.Text)
	if err != nil {
		return ""
	}
	meant, ok := e.(*odata.Literal)
	if !ok || meant.Kind == odata.EnumKind {
		return ""
	}
	if o := c.literal(meant); o.class&wanted != 0 || o.class|wanted == date|dateTime {
		return meant.String()
	}
	return ""
}

// guidQuotes reports a comparison of a string with a GUID.
func (c *checker) guidQuotes(l, r operand) {
	if c.full() {
		return
	}
	if r.lit == nil && l.lit != nil || r.expr == nil {
		l, r = r, l // r is the constant
	}
	p := Problem{Rule: ruleGUID, Offset: r.expr.Offset(), Found: r.expr.String(), Wanted: l.typ.String()}
	switch {
	case r.lit == nil:
		c.incompatible(l, r)
		return
	case r.class == guid:
		p.Suggestion = c.instead(l.class, r.lit)
		p.Message = fmt.Sprintf("a string is compared with %s, which is a GUID without quotes", clip(r.expr.String()))
	default:
		if p.Suggestion = c.instead(guid, r.lit); p.Suggestion == "" {
			c.incompatible(l, r)
			return
		}
		p.Message = fmt.Sprintf("a GUID is compared with %s, which is a string", clip(r.expr.String()))
	}
	c.add(p)
}

// enumeration checks a constant that an enumeration is compared with.
func (c *checker) enumeration(e, constant operand) {
	l := constant.lit
	switch {
	case l.Kind == odata.StringKind, l.Kind == odata.EnumKind && e.typ.Enum == constant.typ.Enum:
		c.members(e.typ.Enum, l.Text, constant.expr.Offset())
	default:
		c.incompatible(e, constant)
	}
}

// members checks the text of a literal of an enumeration.
func (c *checker) members(e *edm.Enum, list string, offset int) {
	if len(e.Members) == 0 {
		return
	}
	for rest, more := list, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ",")
		name = strings.TrimSpace(name)
		m, ok := e.Member(name)
		switch {
		case !ok && !isNumber(name):
			c.noMember(e, name, offset)
		case !ok:
		case m.Name != name:
			c.add(Problem{
				Rule: ruleEnumCase, Offset: offset, Found: name, Wanted: m.Name, Suggestion: m.Name, Pos: m.Pos,
				Message: fmt.Sprintf("%q is spelt %q in %s", name, m.Name, e.FullName()),
			})
		}
	}
	if !e.Flags && strings.Contains(list, ",") {
		c.add(Problem{
			Rule: ruleEnum, Offset: offset, Found: list, Wanted: "one member", Pos: e.Pos,
			Message: fmt.Sprintf("%s has one value at a time", e.FullName()),
		})
	}
}

// isNumber reports whether s is the value of a member.
func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

func (c *checker) noMember(e *edm.Enum, name string, offset int) {
	if c.full() {
		return
	}
	names := e.Names()
	p := Problem{
		Rule: ruleEnum, Offset: offset, Found: name, Suggestion: spell.Closest(name, names), Pos: e.Pos,
		Message: fmt.Sprintf("%q is no member of %s", name, e.FullName()),
	}
	const few = 12
	if len(names) <= few {
		p.Wanted = strings.Join(names, " or ")
	}
	c.add(p)
}

// in checks an operand of in and what it is compared with.
func (c *checker) in(left operand, right odata.Expr) {
	var items []odata.Expr
	switch right := right.(type) {
	case *odata.List:
		items = right.Items
	case *odata.Array:
		items = right.Items
	default:
		o := c.expr(right)
		switch {
		case o.class == unknown:
		case o.class != collection:
			c.mistyped(o, "a collection", ", and in wants a collection")
		case o.typ != edm.Type{Collection: true}:
			c.compare(left, value(right, o.typ.Item()))
		default:
			c.single(left)
		}
		return
	}
	if left.class&(collection|structured|stream) != 0 && len(items) > 0 { // said once is enough
		c.compare(left, of(items[0], edm.String))
		left = operand{class: unknown, expr: left.expr}
	}
	for _, item := range items {
		c.compare(left, c.expr(item))
	}
}

// has checks the operands of has.
func (c *checker) has(left operand, right odata.Expr) {
	if !left.is(enum) {
		c.mistyped(left, "an enumeration", ", and has is for enumerations")
		left.class = unknown
	}
	c.compare(left, c.expr(right))
}

func (c *checker) lambda(e *odata.Lambda) operand {
	o := c.path(e.Collection)
	if !o.is(collection) {
		c.mistyped(o, "a collection", ", and "+string(e.Op)+" is for collections")
		o.typ = edm.Type{}
	}
	if e.Body != nil {
		c.vars = append(c.vars, variable{e.Var, o.typ.Item()})
		c.condition(e.Body)
		c.vars = c.vars[:len(c.vars)-1]
	}
	return of(e, edm.Boolean)
}

// branches returns the common type of the values of case.
func (c *checker) branches(e *odata.Case) operand {
	var common operand
	for i, b := range e.Branches {
		c.condition(b.When)
		o := c.expr(b.Then)
		switch {
		case i == 0:
			common = o
		case common.typ != o.typ:
			common = operand{class: unknown}
		}
	}
	common.expr, common.lit = e, nil
	return common
}

// arithmetic returns the type of a sum, difference, product or quotient.
func (c *checker) arithmetic(e *odata.Binary, l, r operand) operand {
	if (l.class|r.class)&(unknown|null) != 0 && l.is(number|date|dateTime|timeOfDay|duration|null) && r.is(number|date|dateTime|timeOfDay|duration|null) {
		return operand{class: unknown, expr: e}
	}
	switch {
	case l.class == number && r.class == number:
		return of(e, promote(l.typ.Primitive, r.typ.Primitive))
	case e.Op == odata.Add || e.Op == odata.Sub:
		switch {
		case l.class&(date|dateTime|timeOfDay|duration) != 0 && r.class == duration:
			return value(e, l.typ)
		case e.Op == odata.Add && l.class == duration && r.class&(date|dateTime|timeOfDay) != 0:
			return value(e, r.typ)
		case e.Op == odata.Sub && l.class == r.class && l.class&(date|dateTime|timeOfDay) != 0:
			return of(e, edm.Duration)
		}
	case e.Op != odata.Mod && l.class|r.class == number|duration && (e.Op == odata.Mul || l.class == duration):
		return of(e, edm.Duration)
	}
	wrong := r
	if !l.is(number | date | dateTime | timeOfDay | duration) {
		wrong = l
	}
	c.mistyped(wrong, "a number", ", which does not go with "+string(e.Op)+" here")
	return operand{class: unknown, expr: e}
}

func promote(a, b edm.Primitive) edm.Primitive {
	for _, p := range [...]edm.Primitive{edm.Double, edm.Single, edm.Decimal} {
		if a == p || b == p {
			return p
		}
	}
	return edm.Int64
}

// orderBy checks the criteria of $orderby.
func (c *checker) orderBy(items []odata.OrderItem) {
	for i := range items {
		o := c.expr(items[i].Expr)
		if !o.is(collection|structured|stream|geo) || o.class == unknown {
			continue
		}
		c.add(Problem{
			Rule: ruleNotSortable, Offset: o.expr.Offset(), Found: o.expr.String(), Wanted: "a single value that is primitive or of an enumeration",
			Message: fmt.Sprintf("%s is %s, which has no order", clip(o.expr.String()), o.describe()), Pos: posOf(o.typ),
		})
	}
}

func posOf(t edm.Type) csdl.Pos {
	switch {
	case t.Struct != nil:
		return t.Struct.Pos
	case t.Enum != nil:
		return t.Enum.Pos
	}
	return 0
}
