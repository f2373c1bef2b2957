package bind

import (
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// A class is a kind of values that operators and functions treat alike. Several
// of them form a set.
type class uint16

const (
	boolean class = 1 << iota
	number
	text
	guid
	date
	dateTime
	timeOfDay
	duration
	binary
	geo
	stream
	enum
	structured
	collection
	null
	unknown
)

// classNames are the names of classes in messages.
var classNames = [...]struct {
	of   class
	name string
}{
	{boolean, "Edm.Boolean"}, {number, "a number"}, {text, "Edm.String"}, {guid, "Edm.Guid"}, {date, "Edm.Date"},
	{dateTime, "Edm.DateTimeOffset"}, {timeOfDay, "Edm.TimeOfDay"}, {duration, "Edm.Duration"},
	{binary, "Edm.Binary"}, {geo, "a shape"}, {stream, "Edm.Stream"}, {enum, "an enumeration"},
	{structured, "a structured value"}, {collection, "a collection"},
}

// String lists the classes of a set.
func (c class) String() string {
	var list []string
	for _, n := range classNames {
		if c&n.of != 0 {
			list = append(list, n.name)
		}
	}
	return strings.Join(list, " or ")
}

var classes = [...]class{
	edm.NoPrimitive: unknown, edm.Untyped: unknown, edm.Binary: binary, edm.Boolean: boolean, edm.Byte: number,
	edm.Date: date, edm.DateTimeOffset: dateTime, edm.Decimal: number, edm.Double: number, edm.Duration: duration,
	edm.Geography: geo, edm.Geometry: geo, edm.Guid: guid, edm.Int16: number, edm.Int32: number, edm.Int64: number,
	edm.SByte: number, edm.Single: number, edm.Stream: stream, edm.String: text, edm.TimeOfDay: timeOfDay,
}

func classOf(t edm.Type) class {
	switch {
	case t.Collection:
		return collection
	case t.Enum != nil:
		return enum
	case t.Struct != nil && t.Struct.AnyJSON:
		return unknown
	case t.Struct != nil:
		return structured
	}
	return classes[t.Primitive]
}

// An operand is a value with its type.
type operand struct {
	class
	typ  edm.Type       // the zero Type for null and what is unknown
	expr odata.Expr     // nil for a value that is not in the text
	lit  *odata.Literal // that expr is, or that an alias stands for; otherwise nil
}

func value(e odata.Expr, t edm.Type) operand { return operand{class: classOf(t), typ: t, expr: e} }

func of(e odata.Expr, p edm.Primitive) operand { return value(e, edm.Type{Primitive: p}) }

// is reports whether the operand may be of one of several classes.
func (o operand) is(set class) bool { return o.class&(set|unknown) != 0 }

// kindOf returns the type of a literal of a kind, NoPrimitive where the kind does not tell.
func kindOf(k odata.Kind) edm.Primitive {
	switch k {
	case odata.BoolKind:
		return edm.Boolean
	case odata.IntKind:
		return edm.Int64
	case odata.DecimalKind:
		return edm.Decimal
	case odata.DoubleKind:
		return edm.Double
	case odata.StringKind:
		return edm.String
	case odata.GuidKind:
		return edm.Guid
	case odata.DateKind:
		return edm.Date
	case odata.DateTimeOffsetKind:
		return edm.DateTimeOffset
	case odata.TimeOfDayKind:
		return edm.TimeOfDay
	case odata.DurationKind:
		return edm.Duration
	case odata.BinaryKind:
		return edm.Binary
	case odata.GeographyKind:
		return edm.Geography
	case odata.GeometryKind:
		return edm.Geometry
	}
	return edm.NoPrimitive
}

// literal returns the operand that a literal is.
func (c *checker) literal(l *odata.Literal) operand {
	o := operand{expr: l, lit: l}
	switch l.Kind {
	case odata.NullKind:
		o.class = null
	case odata.JSONKind:
		o.class = unknown
		if strings.HasPrefix(l.Text, "[") {
			o.class, o.typ = collection, edm.Type{Collection: true}
		}
	case odata.EnumKind:
		o.typ = c.typeName(l.Type, l.Offset())
		if o.class = classOf(o.typ); o.class != enum && o.class != unknown {
			c.mistyped(o, "an enumeration", ", no enumeration")
			o.class = unknown
		}
	default:
		o.typ = edm.Type{Primitive: kindOf(l.Kind)}
		o.class = classOf(o.typ)
	}
	return o
}
