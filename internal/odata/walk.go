package odata

import "maps"

// Walk calls visit for e and for every expression within it, in the order of
// the text save that an operator comes before its operands. Where visit returns
// false, the expressions within are left out.
func Walk(e Expr, visit func(Expr) bool) {
	if !visit(e) {
		return
	}
	for _, child := range children(e) {
		Walk(child, visit)
	}
}

func children(e Expr) []Expr {
	switch e := e.(type) {
	case *Unary:
		return []Expr{e.X}
	case *Binary:
		return []Expr{e.Left, e.Right}
	case *List:
		return e.Items
	case *Call:
		return e.Args
	case *Path:
		return inPath(e)
	case *Array:
		return e.Items
	case *Object:
		return values(e.Members, func(m Member) Expr { return m.Value })
	case *Case:
		var list []Expr
		for _, b := range e.Branches {
			list = append(list, b.When, b.Then)
		}
		return list
	case *Lambda:
		if e.Body != nil {
			return []Expr{e.Collection, e.Body}
		}
		return []Expr{e.Collection}
	}
	return nil
}

// inPath returns the expressions in the parentheses of the segments of p.
func inPath(p *Path) []Expr {
	var list []Expr
	for _, s := range p.Segments {
		list = append(list, inSegment(s)...)
		list = append(list, values(s.Keys, Arg.value)...)
	}
	return list
}

// inSegment returns the expressions in the first parentheses of s.
func inSegment(s Segment) []Expr {
	list := values(s.Args, Arg.value)
	if s.Options != nil && s.Options.Filter != nil {
		list = append(list, s.Options.Filter)
	}
	if s.Aggregate != nil {
		list = append(list, s.Aggregate.Expr)
		for _, f := range s.Aggregate.From {
			list = append(list, values(f.Properties, func(p *Path) Expr { return p })...)
		}
	}
	return list
}

func (a Arg) value() Expr { return a.Value }

func values[T any](items []T, value func(T) Expr) []Expr {
	var list []Expr
	for _, item := range items {
		list = append(list, value(item))
	}
	return list
}

// AliasUses returns the paths within e that start at a parameter alias, whose
// Root is its name such as "@p".
func AliasUses(e Expr) []*Path {
	var uses []*Path
	Walk(e, func(e Expr) bool {
		if p, ok := e.(*Path); ok && isAlias(p.Root) {
			uses = append(uses, p)
		}
		return true
	})
	return uses
}

// A Use is one occurrence of a path in an expression.
type Use struct {
	Path *Path
	// Steps is the whole way from the item, the variables of lambdas replaced by
	// the collections that they stand for: identities/any(i:i/issuer eq 'x')
	// uses identities and identities/issuer. It is empty for the item itself and
	// nil if the path starts elsewhere, at $root or at a parameter alias.
	Steps []Segment
	// By is the operator or function that takes the value: "eq", "startswith",
	// "any", "case", the name of a segment with parentheses; "" if the path is the
	// whole expression.
	By string
	// Parent is the node of By: a *Unary, *Binary, *Call, *Case, *Lambda or, for a
	// segment, *Path; nil if By is "". In a list it is the In operation.
	Parent Expr
}

// Uses returns every path of e with what it is used for, in the order of the text.
func Uses(e Expr) []Use {
	c := collector{steps: map[string][]Segment{"": nil, "$it": nil, "$this": nil}}
	c.collect(e, nil, "")
	return c.uses
}

type collector struct {
	uses  []Use
	steps map[string][]Segment // root of a path → way there from the item
}

// collect adds the paths within e, which parent takes by an operator or function.
func (c *collector) collect(e, parent Expr, by string) {
	switch e := e.(type) {
	case *Path:
		c.uses = append(c.uses, Use{Path: e, Steps: c.resolve(e), By: by, Parent: parent})
		c.segments(e)
	case *List, *Array, *Object:
		for _, item := range children(e) {
			c.collect(item, parent, by)
		}
	case *Lambda:
		c.collect(e.Collection, e, usedBy(e))
		if e.Body != nil {
			c.within([]string{e.Var}, c.resolve(e.Collection), func() { c.collect(e.Body, e, usedBy(e)) })
		}
	default:
		for _, child := range children(e) {
			c.collect(child, e, usedBy(e))
		}
	}
}

// segments adds the paths in the parentheses of p. Those of "$filter", "$count"
// and "aggregate" lead from a member of the collection that stands before them.
func (c *collector) segments(p *Path) {
	for i, s := range p.Segments {
		collect := func() {
			for _, e := range inSegment(s) {
				c.collect(e, p, s.Name)
			}
		}
		if s.Name == "$filter" || s.Options != nil || s.Aggregate != nil {
			c.within([]string{"", "$this"}, c.resolve(&Path{Root: p.Root, Segments: p.Segments[:i]}), collect)
		} else {
			collect()
		}
		for _, key := range s.Keys {
			c.collect(key.Value, p, s.Name)
		}
	}
}

// within calls f while the given roots stand for way, nil being elsewhere.
func (c *collector) within(roots []string, way []Segment, f func()) {
	outer := maps.Clone(c.steps)
	for _, root := range roots {
		if way != nil {
			c.steps[root] = way
		} else {
			delete(c.steps, root)
		}
	}
	f()
	c.steps = outer
}

// resolve returns the way from the item to the end of p, nil if it starts elsewhere.
func (c *collector) resolve(p *Path) []Segment {
	way, ok := c.steps[p.Root]
	if !ok {
		return nil
	}
	return append(append([]Segment{}, way...), p.Segments...)
}

func usedBy(e Expr) string {
	switch e := e.(type) {
	case *Unary:
		return string(e.Op)
	case *Binary:
		return string(e.Op)
	case *Call:
		return e.Name
	case *Lambda:
		return string(e.Op)
	case *Case:
		return "case"
	}
	return ""
}
