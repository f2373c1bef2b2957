package odata

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
	case *Lambda:
		if e.Body != nil {
			return []Expr{e.Collection, e.Body}
		}
		return []Expr{e.Collection}
	}
	return nil
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
	// "any"; "" if the path is the whole expression.
	By string
	// Parent is the node of By: a *Unary, *Binary, *Call or *Lambda; nil if By
	// is "". In a list it is the In operation.
	Parent Expr
}

// Uses returns every path of e with what it is used for, in the order of the text.
func Uses(e Expr) []Use {
	c := collector{steps: map[string][]Segment{"": nil, "$it": nil, "$this": nil}}
	c.collect(e, nil)
	return c.uses
}

type collector struct {
	uses  []Use
	steps map[string][]Segment // root of a path → way there from the item
}

func (c *collector) collect(e, parent Expr) {
	switch e := e.(type) {
	case *Path:
		c.uses = append(c.uses, Use{Path: e, Steps: c.resolve(e), By: usedBy(parent), Parent: parent})
	case *List:
		for _, item := range e.Items {
			c.collect(item, parent)
		}
	case *Lambda:
		c.collect(e.Collection, e)
		if e.Body == nil {
			return
		}
		outer, shadows := c.steps[e.Var]
		if way := c.resolve(e.Collection); way != nil {
			c.steps[e.Var] = way
		} else {
			delete(c.steps, e.Var)
		}
		c.collect(e.Body, e)
		delete(c.steps, e.Var)
		if shadows {
			c.steps[e.Var] = outer
		}
	default:
		for _, child := range children(e) {
			c.collect(child, e)
		}
	}
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
	}
	return ""
}
