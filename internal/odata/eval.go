package odata

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Matches tells whether item fulfils the filter e, by an [Evaluator] with no
// fields set.
func Matches(e Expr, item map[string]any) (bool, error) { return (&Evaluator{}).Matches(e, item) }

// An Evaluator evaluates expressions on decoded JSON: string, bool, nil,
// json.Number, float64, int, int64, []any and map[string]any. The zero value is
// ready to use. Several goroutines may use one at once if they may call its
// functions at once.
//
// Names of properties match in any letter case; a missing member is null. Logic
// has three values, as OData asks: eq and ne compare with null, gt and lt are
// false for it, functions and arithmetic with null are null, and an item for
// which the whole filter is null does not match. All operands are evaluated, so
// that whether there is an error does not depend on their order.
//
// Strings compare in any letter case, by eq and ne, by gt, ge, lt, le and in,
// and in contains, startswith, endswith and indexof, as in Graph's directory;
// OData asks for exact comparison. Characters are Unicode code points, where
// Graph counts UTF-16 units. A JSON string takes the type of what it is
// compared with: an RFC 3339 date-time compares as a time with literals of
// dates (at midnight UTC) and of date-times, and with another such string;
// likewise guids, durations, times of day and members of enumerations. Numbers
// are exact.
//
// What has no certain value is an [*EvalError], never a guess: comparison of
// different types and of structured values, order of enumerations, div of whole
// numbers that leaves a fraction, arithmetic with times, INF and NaN, binary
// and geo values, arrays and objects, $root, $these, parameter aliases, paths
// with parentheses, types whose relation is unknown, case(), and the functions
// isdefined, matchesPattern, hassubset, hassubsequence, mindatetime,
// maxdatetime, fractionalseconds, totalseconds, totaloffsetminutes and geo.*.
type Evaluator struct {
	// Now reports the time for now(). If nil, time.Now is used.
	Now func() time.Time
	// IsOf tells whether item is of a type, or of one derived from it, for isof,
	// cast and casts in paths. If nil, an item is of the type that its
	// @odata.type names, and any other type is an error.
	IsOf func(item map[string]any, typ string) (bool, error)
}

// Matches tells whether item fulfils the filter e; if e is nil, every item does.
// It only reads item. The error, if any, is an [*EvalError].
func (ev *Evaluator) Matches(e Expr, item map[string]any) (bool, error) {
	if e == nil {
		return true, nil
	}
	v, err := ev.value(e, item)
	if err != nil || v == nil {
		return false, err
	}
	if ok, isBool := v.(bool); isBool {
		return ok, nil
	}
	return false, &EvalError{e.Offset(), fmt.Errorf("the filter is %s, not true or false", describe(v))}
}

func (ev *Evaluator) value(e Expr, item map[string]any) (any, error) {
	return (&scope{ev: ev, item: item}).eval(e)
}

// A scope is what the names of an expression mean.
type scope struct {
	ev    *Evaluator
	item  map[string]any
	name  string // variable of the innermost lambda; "" outside of lambdas
	value any    // its value
	outer *scope
}

// eval returns the value of e; value.go lists the types of values.
func (s *scope) eval(e Expr) (v any, err error) {
	switch e := e.(type) {
	case *Literal:
		v, err = e.value()
	case *TypeName:
		v = typeName(e.Name)
	case *Path:
		v, err = s.path(e)
	case *Lambda:
		return s.lambda(e)
	case *List:
		return s.all(e.Items)
	case *Array, *Object, *Case:
		err = fmt.Errorf("%s can't be evaluated", e)
	default:
		return s.operation(e)
	}
	return v, at(e, err)
}

// at gives an error the place of e, unless it is nil.
func at(e Expr, err error) error {
	if err == nil {
		return nil
	}
	return &EvalError{e.Offset(), err}
}

// all returns the values of exprs as a list.
func (s *scope) all(exprs []Expr) (any, error) {
	values := make(list, len(exprs))
	for i, e := range exprs {
		v, err := s.eval(e)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// operation evaluates the operands of e, then what e makes of them.
func (s *scope) operation(e Expr) (any, error) {
	operands, err := s.all(children(e))
	if err != nil {
		return nil, err
	}
	values := operands.(list)
	var v any
	switch e := e.(type) {
	case *Unary:
		v, err = unary(e.Op, values[0])
	case *Binary:
		v, err = binary(e.Op, values[0], values[1])
	case *Call:
		v, err = s.call(e.Name, values)
	default:
		panic(fmt.Sprintf("odata: no evaluation of %T", e))
	}
	return v, at(e, err)
}

// path follows p.
func (s *scope) path(p *Path) (any, error) {
	v, err := s.root(p.Root)
	for _, segment := range p.Segments {
		if err != nil {
			return nil, err
		}
		v, err = s.step(v, segment)
	}
	if err != nil {
		return nil, err
	}
	return fromJSON(v)
}

// root returns what a path starts from.
func (s *scope) root(name string) (any, error) {
	switch name {
	case "", "$it", "$this":
		return s.item, nil
	}
	for in := s; in != nil; in = in.outer {
		if in.name == name {
			return in.value, nil
		}
	}
	return nil, fmt.Errorf("%s can't be evaluated", name)
}

// step follows one segment from v.
func (s *scope) step(v any, segment Segment) (any, error) {
	items, isCollection := v.([]any)
	switch {
	case segment.Args != nil, segment.Options != nil, segment.Aggregate != nil:
		return nil, fmt.Errorf("%s can't be evaluated", segment)
	case segment.Name == "$count" && (isCollection || v == nil):
		return len(items), nil
	case v == nil:
		return nil, nil
	case segment.IsCast() && isCollection:
		return s.ofType(items, segment.Name)
	case segment.IsCast():
		if ok, err := s.isOf(v, segment.Name); !ok {
			return nil, err
		}
		return v, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s of %s can't be evaluated", segment.Name, describe(v))
	}
	return member(object, segment.Name)
}

// member returns the member of that name, in any letter case if there is none
// in that of name, and nil if there is none at all.
func member(object map[string]any, name string) (any, error) {
	if v, ok := object[name]; ok {
		return v, nil
	}
	var found []string
	for n := range object {
		if strings.EqualFold(n, name) {
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return object[found[0]], nil
	}
	slices.Sort(found)
	return nil, fmt.Errorf("%s may be any of %s", name, strings.Join(found, ", "))
}

// ofType returns the items that are of type typ.
func (s *scope) ofType(items []any, typ string) (any, error) {
	kept := make([]any, 0, len(items))
	for _, item := range items {
		ok, err := s.isOf(item, typ)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

func (s *scope) isOf(v any, typ string) (bool, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return false, fmt.Errorf("whether %s is of type %s is unknown", describe(v), typ)
	}
	if s.ev.IsOf != nil {
		return s.ev.IsOf(object, typ)
	}
	named, _ := object["@odata.type"].(string)
	if strings.EqualFold(strings.TrimPrefix(named, "#"), typ) {
		return true, nil
	}
	if named == "" {
		return false, fmt.Errorf("whether the item is of type %s is unknown, since it has no @odata.type", typ)
	}
	return false, fmt.Errorf("whether type %s is derived from %s is unknown", named, typ)
}

// lambda evaluates any and all. A condition that is null is not fulfilled.
func (s *scope) lambda(e *Lambda) (any, error) {
	v, err := s.eval(e.Collection)
	if err != nil {
		return nil, err
	}
	items, ok := v.([]any)
	if !ok && v != nil {
		return nil, at(e, fmt.Errorf("%s is %s, not a collection", e.Collection, describe(v)))
	}
	if e.Body == nil {
		return len(items) > 0, nil
	}
	fulfilled := 0
	for _, item := range items {
		inner := &scope{ev: s.ev, item: s.item, name: e.Var, value: item, outer: s}
		v, err := inner.eval(e.Body)
		if err != nil {
			return nil, err
		}
		switch v {
		case true:
			fulfilled++
		case false, nil:
		default:
			return nil, at(e.Body, fmt.Errorf("the condition is %s, not true or false", describe(v)))
		}
	}
	if e.Op == All {
		return fulfilled == len(items), nil
	}
	return fulfilled > 0, nil
}

var errNotBool = errors.New("not, and and or want true or false")

func unary(op Op, x any) (any, error) {
	if x == nil {
		return nil, nil
	}
	if op == Neg {
		return arithmetic(Sub, new(big.Rat), x)
	}
	if b, ok := x.(bool); ok {
		return !b, nil
	}
	return nil, errNotBool
}

func binary(op Op, a, b any) (any, error) {
	switch op {
	case And, Or:
		return logic(op, a, b)
	case Has:
		return has(a, b)
	case In:
		return in(a, b)
	case Add, Sub, Mul, Div, DivBy, Mod:
		if a == nil || b == nil {
			return nil, nil
		}
		return arithmetic(op, a, b)
	}
	return relate(op, a, b)
}

// logic combines two of true, false and null. One of the two values decides
// alone, false for and, true for or; otherwise null makes null.
func logic(op Op, a, b any) (any, error) {
	for _, v := range []any{a, b} {
		if _, ok := v.(bool); !ok && v != nil {
			return nil, errNotBool
		}
	}
	decides := op == Or
	switch {
	case a == decides || b == decides:
		return decides, nil
	case a == nil || b == nil:
		return nil, nil
	}
	return !decides, nil
}

// relate compares a and b by one of eq, ne, gt, ge, lt and le.
func relate(op Op, a, b any) (any, error) {
	if a == nil || b == nil {
		same := a == nil && b == nil
		return op == Ne && !same || same && (op == Eq || op == Ge || op == Le), nil
	}
	_, enumA := a.(enum)
	_, enumB := b.(enum)
	if (enumA || enumB) && op != Eq && op != Ne {
		return nil, errors.New("the order of the members of an enumeration is unknown")
	}
	c, err := compare(a, b)
	switch op {
	case Eq:
		return c == 0, err
	case Ne:
		return c != 0, err
	case Gt:
		return c > 0, err
	case Ge:
		return c >= 0, err
	case Lt:
		return c < 0, err
	}
	return c <= 0, err
}

// in tells whether a equals a member of the list or collection b.
func in(a, b any) (any, error) {
	items, isList := b.(list)
	if !isList {
		collection, ok := b.([]any)
		if !ok && b != nil {
			return nil, fmt.Errorf("%s is not a collection", describe(b))
		}
		for _, item := range collection {
			v, err := fromJSON(item)
			if err != nil {
				return nil, err
			}
			items = append(items, v)
		}
	}
	found := false
	for _, item := range items {
		equal, err := relate(Eq, a, item)
		if err != nil {
			return nil, err
		}
		found = found || equal == true
	}
	return found, nil
}

// has tells whether a has all the members of an enumeration that b names.
func has(a, b any) (any, error) {
	if a == nil {
		return nil, nil
	}
	if s, ok := a.(string); ok {
		a = newEnum(s)
	}
	if s, ok := b.(string); ok {
		b = newEnum(s)
	}
	flags, isEnum := a.(enum)
	if !isEnum {
		return nil, fmt.Errorf("%s is no member of an enumeration", describe(a))
	}
	wanted := b.(enum) // by the grammar
	if err := sameNaming(flags, wanted); err != nil {
		return nil, err
	}
	missing := slices.ContainsFunc(wanted, func(member string) bool { return !slices.Contains(flags, member) })
	return !missing, nil
}
