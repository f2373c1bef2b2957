package bind

import (
	"fmt"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// A signature is the classes of the arguments of a function, and what it returns: a
// type, or that of its first argument.
type signature struct {
	args   [3]class
	result edm.Primitive // NoPrimitive for the type of the first argument
}

// functions are those of OData 4.01, URL conventions, section 5.1.1.5 to 5.1.1.11, but
// for cast and isof. On collections only those are defined here that Graph can mean.
var functions = map[string]signature{
	"contains":           {[3]class{text, text}, edm.Boolean},
	"startswith":         {[3]class{text, text}, edm.Boolean},
	"endswith":           {[3]class{text, text}, edm.Boolean},
	"matchesPattern":     {[3]class{text, text, text}, edm.Boolean},
	"indexof":            {[3]class{text | collection, text | collection}, edm.Int32},
	"length":             {[3]class{text | collection}, edm.Int32},
	"concat":             {[3]class{text | collection, text | collection}, edm.NoPrimitive},
	"substring":          {[3]class{text | collection, number, number}, edm.NoPrimitive},
	"tolower":            {[3]class{text}, edm.String},
	"toupper":            {[3]class{text}, edm.String},
	"trim":               {[3]class{text}, edm.String},
	"hassubset":          {[3]class{collection, collection}, edm.Boolean},
	"hassubsequence":     {[3]class{collection, collection}, edm.Boolean},
	"year":               {[3]class{date | dateTime}, edm.Int32},
	"month":              {[3]class{date | dateTime}, edm.Int32},
	"day":                {[3]class{date | dateTime}, edm.Int32},
	"hour":               {[3]class{dateTime | timeOfDay}, edm.Int32},
	"minute":             {[3]class{dateTime | timeOfDay}, edm.Int32},
	"second":             {[3]class{dateTime | timeOfDay}, edm.Int32},
	"fractionalseconds":  {[3]class{dateTime | timeOfDay}, edm.Decimal},
	"totalseconds":       {[3]class{duration}, edm.Decimal},
	"totaloffsetminutes": {[3]class{dateTime}, edm.Int32},
	"date":               {[3]class{dateTime}, edm.Date},
	"time":               {[3]class{dateTime}, edm.TimeOfDay},
	"now":                {result: edm.DateTimeOffset},
	"mindatetime":        {result: edm.DateTimeOffset},
	"maxdatetime":        {result: edm.DateTimeOffset},
	"round":              {[3]class{number}, edm.NoPrimitive},
	"floor":              {[3]class{number}, edm.NoPrimitive},
	"ceiling":            {[3]class{number}, edm.NoPrimitive},
	"geo.distance":       {[3]class{geo, geo}, edm.Double},
	"geo.length":         {[3]class{geo}, edm.Double},
	"geo.intersects":     {[3]class{geo, geo}, edm.Boolean},
	"isdefined":          {[3]class{^class(0)}, edm.Boolean},
}

// call returns what a function of OData returns.
func (c *checker) call(e *odata.Call) operand {
	if e.Name == "cast" || e.Name == "isof" {
		return c.typed(e)
	}
	if e.Name == "endswith" {
		c.need("endswith", e)
	}
	f, known := functions[e.Name]
	var first operand
	for i, a := range e.Args {
		o := c.expr(a)
		if i == 0 {
			first = o
		}
		if known && i < len(f.args) {
			c.argument(e.Name, i, f.args[i], o)
		}
	}
	switch {
	case !known:
		return operand{class: unknown, expr: e}
	case f.result != edm.NoPrimitive:
		return of(e, f.result)
	case first.class&(null|f.args[0]) == 0:
		return operand{class: unknown, expr: e}
	}
	return operand{class: first.class, typ: first.typ, expr: e}
}

// argument reports an argument that a function does not take.
func (c *checker) argument(function string, i int, wanted class, o operand) {
	switch {
	case o.is(wanted | null), c.full():
	case wanted == text && o.class == guid && o.lit != nil:
		c.guidQuotes(operand{class: text, typ: edm.Type{Primitive: edm.String}}, o)
	default:
		shown := clip(o.expr.String())
		c.add(Problem{
			Rule: ruleArgument, Offset: o.expr.Offset(), Found: o.expr.String(), Wanted: wanted.String(),
			Suggestion: c.instead(wanted, o.lit),
			Message:    fmt.Sprintf("%s takes %s, and argument %d, %s, is %s", function, wanted, i+1, shown, o.describe()),
		})
	}
}

// typed returns what cast and isof return.
func (c *checker) typed(e *odata.Call) operand {
	from := value(nil, c.item)
	if len(e.Args) > 1 {
		from = c.expr(e.Args[0])
	}
	var to edm.Type
	if name, ok := e.Args[len(e.Args)-1].(*odata.TypeName); ok {
		to = c.typeName(name.Name, name.Offset())
		if a, b := from.typ.Struct, to.Struct; from.class == structured && to != (edm.Type{}) && (b == nil || !a.IsA(b) && !b.IsA(a)) {
			c.add(Problem{
				Rule: ruleType, Offset: name.Offset(), Found: name.Name, Wanted: "a type derived from " + a.FullName(), Pos: posOf(to),
				Message: fmt.Sprintf("%s is never a %s", a.FullName(), to),
			})
		}
	}
	if e.Name == "isof" {
		return of(e, edm.Boolean)
	}
	return value(e, to)
}
