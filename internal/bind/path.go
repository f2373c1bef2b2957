package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/spell"
)

// path returns what a path in an expression leads to.
func (c *checker) path(p *odata.Path) operand {
	steps := p.Segments
	var t edm.Type
	switch p.Root {
	case "":
		t = c.item
	case "$this":
		t = c.item
	case "$it":
		t = c.it
	case "$these":
		if t = c.item; t != (edm.Type{}) {
			t.Collection = true
		}
	case "$root":
		t, steps = c.root(steps)
	default:
		if strings.HasPrefix(p.Root, "@") {
			return c.parameter(p)
		}
		for i := len(c.vars) - 1; i >= 0; i-- { // the innermost of that name
			if c.vars[i].name == p.Root {
				t = c.vars[i].typ
				break
			}
		}
	}
	if c.exclusive != nil && !c.inner && (p.Root == "" || p.Root == "$it") && len(steps) > 0 {
		c.exclude(steps, c.excluded, c.exclusive)
	}
	for i := range steps {
		if t == (edm.Type{}) {
			break // nothing is known of what follows
		}
		t = c.step(t, &steps[i])
	}
	if n := len(steps); n > 0 && steps[n-1].Name == "$count" {
		c.need("/$count", &steps[n-1])
		t = edm.Type{Primitive: edm.Int64}
	}
	return value(p, t)
}

// root returns the type of what the first segment behind $root names, and the others.
func (c *checker) root(steps []odata.Segment) (edm.Type, []odata.Segment) {
	if len(steps) == 0 {
		return edm.Type{}, nil
	}
	first, rest := &steps[0], steps[1:]
	set := c.Model.Set(first.Name)
	switch {
	case set != nil && set.Singleton:
		return edm.Type{Struct: set.Type}, rest
	case set != nil:
		t := edm.Type{Struct: set.Type, Collection: true}
		if first.Args != nil {
			return c.keyed(t, first.Args), rest
		}
		if len(rest) > 0 && rest[0].Args == nil && !strings.HasPrefix(rest[0].Name, "$") && !rest[0].IsCast() {
			return t.Item(), rest[1:] // $root/users/ID/displayName, as in a path
		}
		return t, rest
	case c.Model.Import(first.Name) == nil:
		c.add(Problem{
			Rule: ruleUnknown, Offset: first.Offset(), Found: first.Name,
			Suggestion: spell.Closest(first.Name, c.Model.Entries()),
			Message:    fmt.Sprintf("there is no entity set or singleton %q", first.Name),
		})
	}
	return edm.Type{}, nil
}

// parameter returns the value that a parameter alias stands for. Only constants are looked at.
func (c *checker) parameter(p *odata.Path) operand {
	e, ok := c.alias[p.Root]
	if !ok {
		c.add(Problem{
			Rule: ruleAlias, Offset: p.Offset(), Found: p.Root,
			Message: fmt.Sprintf("the parameter alias %s has no value: there is no option of that name", p.Root),
		})
	}
	l, ok := e.(*odata.Literal)
	if !ok || len(p.Segments) > 0 || l.Kind == odata.EnumKind {
		return operand{class: unknown, expr: p}
	}
	o := c.literal(l)
	o.expr = p
	return o
}

// step returns where a segment leads from a value of type t; the zero Type is unknown.
func (c *checker) step(t edm.Type, s *odata.Segment) edm.Type {
	switch {
	case s.Name[0] == '@', s.Aggregate != nil:
		return edm.Type{}
	case s.Name == "$count":
		if !t.Collection {
			c.add(Problem{
				Rule: ruleType, Offset: s.Offset(), Found: s.Name, Wanted: "a collection before /$count",
				Message: fmt.Sprintf("%s is no collection and can't be counted", t),
			})
		}
		if s.Options != nil && s.Options.Filter != nil {
			c.within(t, s.Options.Filter)
		}
		return edm.Type{Primitive: edm.Int64}
	case s.Name == "$filter":
		for _, a := range s.Args {
			c.within(t, a.Value)
		}
		if s.Keys != nil {
			return c.keyed(t, s.Keys)
		}
		return t
	case s.IsCast():
		return c.cast(t, s)
	case s.Args != nil:
		return c.parens(t, s)
	case t.Collection:
		c.add(Problem{
			Rule: ruleType, Offset: s.Offset(), Found: s.Name, Wanted: "any, all or $count",
			Message: fmt.Sprintf("%s stands behind a %s; ask about its members with any or all", s.Name, t),
		})
		return edm.Type{}
	}
	if p := c.member(t.Struct, t, s); p != nil {
		return p.Type
	}
	return edm.Type{}
}

// within checks a condition of the members of a collection.
func (c *checker) within(t edm.Type, condition odata.Expr) {
	item, inner := c.item, c.inner
	c.item, c.inner = t.Item(), true
	c.condition(condition)
	c.item, c.inner = item, inner
}

// member returns the property that a segment names, nil if there is none or if
// nothing is known of it. s is the type t, or nil if that has no properties.
func (c *checker) member(s *edm.Struct, t edm.Type, at *odata.Segment) *edm.Property {
	if s == nil {
		c.add(Problem{
			Rule: ruleUnknown, Offset: at.Offset(), Found: at.Name,
			Message: fmt.Sprintf("%s has no property %q", t.Item(), at.Name),
		})
		return nil
	}
	if p := s.MemberFold(at.Name); p != nil {
		if p.Name != at.Name {
			c.add(Problem{
				Rule: ruleCase, Offset: at.Offset(), Found: at.Name, Wanted: p.Name, Suggestion: p.Name, Pos: p.Pos,
				Message: fmt.Sprintf("%q is spelt %q in %s", at.Name, p.Name, s.FullName()),
			})
		}
		return p
	}
	if s.AnyJSON {
		return nil
	}
	if below := s.Below(at.Name); len(below) > 0 {
		return c.below(s, below, at)
	}
	if !s.Open {
		c.unknownMember(s, at)
		return nil
	}
	if s.IsBag() || strings.Contains(at.Name, "_") || c.full() { // extensions have names with _
		return nil
	}
	c.add(Problem{
		Rule: ruleOpen, Offset: at.Offset(), Found: at.Name, Suggestion: spell.Closest(at.Name, s.Names()), Pos: s.Pos,
		Message: fmt.Sprintf("%s declares no property %q; being open, it takes it for a dynamic one", s.FullName(), at.Name),
	})
	return nil
}

func (c *checker) unknownMember(s *edm.Struct, at *odata.Segment) {
	if c.full() {
		return
	}
	names := s.Names()
	p := Problem{
		Rule: ruleUnknown, Offset: at.Offset(), Found: at.Name, Suggestion: spell.Closest(at.Name, names), Pos: s.Pos,
		Message: fmt.Sprintf("%s has no property %q", s.FullName(), at.Name),
	}
	const few = 12
	if len(names) <= few {
		p.Wanted = strings.Join(names, ", ")
	}
	c.add(p)
}

// below reports properties that derived types have. It returns the one that
// stands for all, nil if their types differ.
func (c *checker) below(s *edm.Struct, props []*edm.Property, at *odata.Segment) *edm.Property {
	p := props[0]
	others := ""
	if len(props) > 1 {
		others = " and others"
	}
	c.add(Problem{
		Rule: ruleDerived, Offset: at.Offset(), Found: at.Name, Pos: p.Pos,
		Suggestion: p.Owner.FullName() + "/" + p.Name,
		Message:    fmt.Sprintf("%s has no property %q, but %s%s, derived from it, has", s.FullName(), at.Name, p.Owner.FullName(), others),
	})
	if slices.ContainsFunc(props, func(other *edm.Property) bool { return other.Type != p.Type || other.Navigation != p.Navigation }) {
		return nil
	}
	return p
}

// cast returns the type of values of type t behind a segment that names a type, or
// a function that is called without parentheses.
func (c *checker) cast(t edm.Type, s *odata.Segment) edm.Type {
	if to := c.Model.StructFold(s.Name); to != nil {
		if t.Struct == nil || !to.IsA(t.Struct) && !t.Struct.IsA(to) {
			c.add(Problem{
				Rule: ruleType, Offset: s.Offset(), Found: s.Name, Wanted: "a type derived from " + t.Item().String(), Pos: to.Pos,
				Message: fmt.Sprintf("%s is never a %s", t.Item(), to.FullName()),
			})
		}
		return edm.Type{Struct: to, Collection: t.Collection}
	}
	if ops := c.Model.Bound(t, s.Name); len(ops) > 0 {
		return result(ops[0])
	}
	to := c.typeName(s.Name, s.Offset())
	to.Collection = to != (edm.Type{}) && t.Collection
	return to
}

func result(op *edm.Operation) edm.Type {
	if op.Return == nil {
		return edm.Type{}
	}
	return *op.Return
}

// typeName returns the type of that name, which is reported if there is none.
func (c *checker) typeName(name string, offset int) edm.Type {
	single := name
	if inner, ok := strings.CutPrefix(name, "Collection("); ok {
		single = strings.TrimSuffix(inner, ")")
	}
	t := edm.Type{Struct: c.Model.StructFold(single)}
	if t.Struct == nil {
		t.Enum = c.Model.EnumFold(single)
	}
	if t == (edm.Type{}) {
		if !c.lookup() {
			return edm.Type{}
		}
		var err error
		if t, err = c.Model.Type(single); err != nil {
			c.add(Problem{
				Rule: ruleUnknownType, Offset: offset, Found: name,
				Suggestion: closest(single, c.Model.TypeNames()),
				Message:    fmt.Sprintf("there is no type %q", single),
			})
			return edm.Type{}
		}
	}
	t.Collection = single != name
	return t
}

// closest returns the qualified name that was probably meant by another one, by
// their last parts if not as a whole: namespaces have aliases.
func closest(name string, candidates []string) string {
	if meant := spell.Closest(name, candidates); meant != "" {
		return meant
	}
	simple := make([]string, len(candidates))
	for i, c := range candidates {
		simple[i] = unqualified(c)
	}
	if i := slices.Index(simple, spell.Closest(unqualified(name), simple)); i >= 0 {
		return candidates[i]
	}
	return ""
}

func unqualified(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// parens returns where a segment with parentheses leads: to an item of a
// collection, by its key, or to what a function returns.
func (c *checker) parens(t edm.Type, s *odata.Segment) edm.Type {
	if strings.Contains(s.Name, ".") {
		if to := c.Model.StructFold(s.Name); to != nil {
			return c.keyed(edm.Type{Struct: to, Collection: true}, s.Args)
		}
	} else if t.Struct != nil && !t.Collection {
		if p := t.Struct.MemberFold(s.Name); p != nil {
			return c.keyed(p.Type, s.Args)
		}
	}
	ops := c.Model.Bound(t, s.Name)
	if len(ops) == 0 {
		c.noFunction(t, s)
		return edm.Type{}
	}
	i := slices.IndexFunc(ops, func(op *edm.Operation) bool { return takes(op, s.Args) })
	if i < 0 {
		c.add(Problem{
			Rule: ruleArgument, Offset: s.Offset(), Found: s.String(), Wanted: signatures(ops), Pos: ops[0].Pos,
			Message: fmt.Sprintf("%s does not have these parameters", ops[0].FullName()),
		})
		return result(ops[0])
	}
	for _, a := range s.Args {
		if p := ops[i].Param(a.Name); p != nil && a.Value != nil {
			c.assign(p.Type, c.expr(a.Value))
		}
	}
	to := result(ops[i])
	if s.Keys != nil {
		return c.keyed(to, s.Keys)
	}
	return to
}

func (c *checker) noFunction(t edm.Type, s *odata.Segment) {
	p := Problem{
		Rule: ruleFunction, Offset: s.Offset(), Found: s.Name,
		Message: fmt.Sprintf("%s has no function %q", t, s.Name),
	}
	if c.lookup() {
		p.Suggestion = spell.Closest(unqualified(s.Name), c.Model.BoundNames(t))
	}
	c.add(p)
}

// takes reports whether an operation has all parameters that are given, and is
// given all that it needs.
func takes(op *edm.Operation, args []odata.Arg) bool {
	for _, a := range args {
		if op.Param(a.Name) == nil {
			return false
		}
	}
	return !slices.ContainsFunc(op.Params, func(p *edm.Param) bool {
		return !p.Optional() && !slices.ContainsFunc(args, func(a odata.Arg) bool { return strings.EqualFold(a.Name, p.Name) })
	})
}

func signatures(ops []*edm.Operation) string {
	var list []string
	for _, op := range ops {
		var params []string
		for _, p := range op.Params {
			params = append(params, p.Name)
		}
		list = append(list, op.Name+"("+strings.Join(params, ",")+")")
	}
	return strings.Join(list, " or ")
}

// keyed returns the type of the item that a key predicate chooses from a collection.
func (c *checker) keyed(t edm.Type, keys []odata.Arg) edm.Type {
	for _, k := range keys {
		if k.Value == nil {
			continue
		}
		o := c.expr(k.Value)
		name := k.Name
		if t.Struct == nil {
			continue
		}
		if key := t.Struct.Key(); name == "" && len(key) == 1 {
			name = key[0]
		}
		if p := t.Struct.MemberFold(name); p != nil {
			c.assign(p.Type, o)
		}
	}
	return t.Item()
}

// assign reports a value that a parameter, or a key, of type t can't have.
func (c *checker) assign(t edm.Type, o operand) {
	if classOf(t)&(collection|structured) == 0 {
		c.compare(value(nil, t), o)
	}
}
