package odata

import (
	"fmt"
	"strings"
)

// A Pos is the place of a node: bytes from the start of the text it was parsed
// from, the whole option value for nested options. The place of a [Binary] is
// that of its operator; all other nodes have that of their first character.
type Pos int

// Offset returns p as a number of bytes.
func (p Pos) Offset() int { return int(p) }

// An Expr is an expression of $filter or $orderby: one of [*Literal], [*Path],
// [*Unary], [*Binary], [*List], [*Call], [*TypeName] and [*Lambda].
type Expr interface {
	fmt.Stringer // canonical text
	Offset() int // place in the text, see [Pos]
	appendTo(b []byte) []byte
}

// A Kind is the type of a literal, under its name in OData.
type Kind string

const (
	NullKind           Kind = "null"
	BoolKind           Kind = "Edm.Boolean"
	IntKind            Kind = "Edm.Int64"   // digits only
	DecimalKind        Kind = "Edm.Decimal" // with a decimal point
	DoubleKind         Kind = "Edm.Double"  // with an exponent, INF or NaN
	StringKind         Kind = "Edm.String"
	GuidKind           Kind = "Edm.Guid"
	DateKind           Kind = "Edm.Date"
	DateTimeOffsetKind Kind = "Edm.DateTimeOffset"
	TimeOfDayKind      Kind = "Edm.TimeOfDay"
	DurationKind       Kind = "Edm.Duration"
	BinaryKind         Kind = "Edm.Binary" // in base64url
	EnumKind           Kind = "Edm.EnumType"
	GeographyKind      Kind = "Edm.Geography"
	GeometryKind       Kind = "Edm.Geometry"
)

// A Literal is a constant.
type Literal struct {
	Pos
	Kind Kind
	Type string // of an EnumKind: its qualified name
	Text string // without prefix and quotes, '' undone; a GuidKind in lower case
}

// A Path leads to a value, a collection or the number of its members.
type Path struct {
	Pos
	// Root is where the path starts: "" the item itself, "$it" and "$this" the
	// same spelt out, "$root" the service, "@p" a parameter alias, and anything
	// else the variable of an enclosing Lambda.
	Root     string
	Segments []Segment // may be empty if Root is not
}

// A Segment is one step of a path.
type Segment struct {
	Pos
	// Name is a property (displayName), a type to cast to
	// (microsoft.graph.user), an annotation (@Core.Messages), "$count" or, in
	// $select and $expand, "*", "$ref" or "$value".
	Name string
	Keys []Key // of an entity set; only in paths from $root
}

// IsCast tells whether the segment names a type, qualified by its namespace.
func (s Segment) IsCast() bool {
	return !strings.HasPrefix(s.Name, "@") && strings.Contains(s.Name, ".")
}

// A Key is one part of a key predicate: ID='x', or just 'x'.
type Key struct {
	Pos
	Name  string // "" if only the value is given
	Value *Literal
}

// An Op is an operator, under its canonical name.
type Op string

const (
	Or    Op = "or"
	And   Op = "and"
	Eq    Op = "eq"
	Ne    Op = "ne"
	Gt    Op = "gt"
	Ge    Op = "ge"
	Lt    Op = "lt"
	Le    Op = "le"
	Add   Op = "add"
	Sub   Op = "sub"
	Mul   Op = "mul"
	Div   Op = "div"
	DivBy Op = "divby"
	Mod   Op = "mod"
	Has   Op = "has"
	In    Op = "in"
	Not   Op = "not" // unary
	Neg   Op = "-"   // unary
	Any   Op = "any" // of a Lambda
	All   Op = "all" // of a Lambda
)

// A Unary is not X or -X.
type Unary struct {
	Pos
	Op Op // Not or Neg
	X  Expr
}

// A Binary is two operands and what stands between them.
type Binary struct {
	Pos
	Op          Op
	Left, Right Expr // after In, Right is a *List or a *Path; after Has, a *Literal
}

// A List is what an operand of In is compared with.
type List struct {
	Pos
	Items []Expr // at least one
}

// A Call is a call of a function of OData.
type Call struct {
	Pos
	Name string // canonical, such as "startswith" or "geo.distance"
	Args []Expr // the last one of cast and isof is a *TypeName
}

// A TypeName is an argument of cast and isof.
type TypeName struct {
	Pos
	Name string // Edm.Int32, microsoft.graph.user, Collection(Edm.String)
}

// A Lambda asks about the members of a collection.
type Lambda struct {
	Pos
	Op         Op // Any or All
	Collection *Path
	Var        string // "" for any() without a condition
	Body       Expr   // nil for any() without a condition
}

// Precedences, from OData 4.01 URL conventions, section 5.1.1.17.
const (
	unaryPrecedence   = 7
	primaryPrecedence = 9
)

var precedences = map[Op]int{
	Or: 1, And: 2, Eq: 3, Ne: 3, Gt: 4, Ge: 4, Lt: 4, Le: 4,
	Add: 5, Sub: 5, Mul: 6, Div: 6, DivBy: 6, Mod: 6, Has: 8, In: 8,
}

func precedence(e Expr) int {
	switch e := e.(type) {
	case *Binary:
		return precedences[e.Op]
	case *Unary:
		return unaryPrecedence
	}
	return primaryPrecedence
}

func (e *Literal) String() string  { return string(e.appendTo(nil)) }
func (e *Path) String() string     { return string(e.appendTo(nil)) }
func (e *Unary) String() string    { return string(e.appendTo(nil)) }
func (e *Binary) String() string   { return string(e.appendTo(nil)) }
func (e *List) String() string     { return string(e.appendTo(nil)) }
func (e *Call) String() string     { return string(e.appendTo(nil)) }
func (e *TypeName) String() string { return e.Name }
func (e *Lambda) String() string   { return string(e.appendTo(nil)) }
func (s Segment) String() string   { return string(s.appendTo(nil)) }

// prefixes stand before the quotes of a literal.
var prefixes = map[Kind]string{
	DurationKind: "duration", BinaryKind: "binary", GeographyKind: "geography", GeometryKind: "geometry",
}

func (e *Literal) appendTo(b []byte) []byte {
	switch e.Kind {
	case StringKind, EnumKind, DurationKind, BinaryKind, GeographyKind, GeometryKind:
		b = append(b, prefixes[e.Kind]...)
		b = append(b, e.Type...)
		return appendQuoted(b, e.Text)
	}
	return append(b, e.Text...)
}

func appendQuoted(b []byte, s string) []byte {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(s, "'", "''")...)
	return append(b, '\'')
}

func (e *Path) appendTo(b []byte) []byte {
	b = append(b, e.Root...)
	if e.Root != "" && len(e.Segments) > 0 {
		b = append(b, '/')
	}
	return appendJoined(b, e.Segments, "/", Segment.appendTo)
}

func (s Segment) appendTo(b []byte) []byte {
	b = append(b, s.Name...)
	if len(s.Keys) == 0 {
		return b
	}
	b = append(b, '(')
	b = appendJoined(b, s.Keys, ",", Key.appendTo)
	return append(b, ')')
}

func (k Key) appendTo(b []byte) []byte {
	if k.Name != "" {
		b = append(b, k.Name...)
		b = append(b, '=')
	}
	return k.Value.appendTo(b)
}

func (e *Unary) appendTo(b []byte) []byte {
	b = append(b, e.Op...)
	operand := string(appendOperand(nil, e.X, unaryPrecedence))
	if e.Op == Not || startsNumber("-"+operand) {
		b = append(b, ' ') // -5 is a literal, - 5 is not
	}
	return append(b, operand...)
}

func (e *Binary) appendTo(b []byte) []byte {
	p := precedences[e.Op]
	b = appendOperand(b, e.Left, p)
	b = append(b, ' ')
	b = append(b, e.Op...)
	b = append(b, ' ')
	return appendOperand(b, e.Right, p+1)
}

// appendOperand prints e, in parentheses if it binds less than weakest.
func appendOperand(b []byte, e Expr, weakest int) []byte {
	if precedence(e) >= weakest {
		return e.appendTo(b)
	}
	b = append(b, '(')
	b = e.appendTo(b)
	return append(b, ')')
}

func (e *List) appendTo(b []byte) []byte {
	b = append(b, '(')
	b = appendJoined(b, e.Items, ", ", Expr.appendTo)
	return append(b, ')')
}

func (e *Call) appendTo(b []byte) []byte {
	b = append(b, e.Name...)
	b = append(b, '(')
	b = appendJoined(b, e.Args, ", ", Expr.appendTo)
	return append(b, ')')
}

func (e *TypeName) appendTo(b []byte) []byte { return append(b, e.Name...) }

func (e *Lambda) appendTo(b []byte) []byte {
	b = e.Collection.appendTo(b)
	b = append(b, '/')
	b = append(b, e.Op...)
	b = append(b, '(')
	if e.Body != nil {
		b = append(b, e.Var...)
		b = append(b, ':')
		b = e.Body.appendTo(b)
	}
	return append(b, ')')
}

func appendJoined[T any](b []byte, items []T, sep string, appendTo func(T, []byte) []byte) []byte {
	for i, item := range items {
		if i > 0 {
			b = append(b, sep...)
		}
		b = appendTo(item, b)
	}
	return b
}
