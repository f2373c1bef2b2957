package odata

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A Pos is the place of a node: bytes from the start of the text it was parsed
// from, the whole option value for nested options. The place of a [Binary] is
// that of its operator; all other nodes have that of their first character.
type Pos int

// Offset returns p as a number of bytes.
func (p Pos) Offset() int { return int(p) }

// An Expr is an expression, as in $filter, $orderby and $compute: one of
// [*Literal], [*Path], [*Unary], [*Binary], [*List], [*Array], [*Object],
// [*Call], [*Case], [*TypeName] and [*Lambda].
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
	JSONKind           Kind = "Edm.Untyped" // an array or object without expressions in it
)

// A Literal is a constant.
type Literal struct {
	Pos
	Kind Kind
	Type string // of an EnumKind: its qualified name
	// Text is without prefix and quotes, '' undone; a GuidKind is in lower case, a
	// JSONKind without blanks between its tokens.
	Text string
}

// A Path leads to a value, a collection or the number of its members.
type Path struct {
	Pos
	// Root is where the path starts: "" the item itself, "$it" and "$this" the
	// same spelt out, "$these" the collection of the items, "$root" the service,
	// "@p" a parameter alias, and anything else the variable of an enclosing Lambda.
	Root     string
	Segments []Segment // may be empty if Root is not
}

// A Segment is one step of a path.
type Segment struct {
	Pos
	// Name is a property (displayName), a type to cast to
	// (microsoft.graph.user), a function of the service (microsoft.graph.delta),
	// an annotation with its qualifier, if any (@Core.Messages#q), "$count",
	// "$filter", "aggregate" or, in $select and $expand, "*", "microsoft.graph.*",
	// "$ref" or "$value".
	Name string
	// Args is what stands in parentheses behind the name: a key predicate or the
	// arguments of a function, which only declarations can tell apart; the
	// condition, without a name, of "$filter". It is nil without parentheses and
	// empty for "f()".
	Args []Arg
	Keys []Arg // of a second pair of parentheses, a key predicate; nil without
	// Options are those of "$count" in parentheses: Filter and Search. Nil without.
	Options   *Query
	Aggregate *AggregateItem // of "aggregate", otherwise nil
}

// IsCast tells whether the segment names a type, qualified by its namespace. One
// with parentheses is taken for a function.
func (s Segment) IsCast() bool {
	return !strings.HasPrefix(s.Name, "@") && strings.Contains(s.Name, ".") && s.Args == nil
}

// An Arg is one part of a key predicate, ID='x' or just 'x', or an argument of a
// function.
type Arg struct {
	Pos
	Name  string // "" if only the value is given
	Value Expr   // nil in $select, which lists the names of parameters only
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
	Op Op
	// After In, Right is a *List, *Path, *Call, *Case, *Array or a *Literal of
	// JSONKind; after Has, a *Literal.
	Left, Right Expr
}

// A List is what an operand of In is compared with.
type List struct {
	Pos
	Items []Expr // at least one
}

// An Array is an array in which expressions stand; an array of constants in JSON
// is a [*Literal].
type Array struct {
	Pos
	Items []Expr
}

// An Object is an object in which expressions stand; one of constants in JSON is
// a [*Literal].
type Object struct {
	Pos
	Members []Member
}

// A Member is one member of an Object.
type Member struct {
	Pos
	Name  string // without quotes, escapes undone
	Value Expr
}

// A Case has the value of the first of its branches whose condition is true.
type Case struct {
	Pos
	Branches []Branch // at least one
}

// A Branch is one condition of a Case with its value.
type Branch struct {
	When, Then Expr
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
func (e *Array) String() string    { return string(e.appendTo(nil)) }
func (e *Object) String() string   { return string(e.appendTo(nil)) }
func (e *Case) String() string     { return string(e.appendTo(nil)) }
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
	for _, args := range [][]Arg{s.Args, s.Keys} {
		if args != nil {
			b = append(b, '(')
			b = appendJoined(b, args, ",", Arg.appendTo)
			b = append(b, ')')
		}
	}
	if s.Options != nil {
		b = fmt.Appendf(b, "(%v)", s.Options)
	}
	if s.Aggregate != nil {
		b = fmt.Appendf(b, "(%v)", s.Aggregate)
	}
	return b
}

func (a Arg) appendTo(b []byte) []byte {
	b = append(b, a.Name...)
	if a.Value == nil {
		return b
	}
	if a.Name != "" {
		b = append(b, '=')
	}
	return a.Value.appendTo(b)
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

func (e *Array) appendTo(b []byte) []byte {
	b = append(b, '[')
	b = appendJoined(b, e.Items, ",", Expr.appendTo)
	return append(b, ']')
}

func (e *Object) appendTo(b []byte) []byte {
	b = append(b, '{')
	b = appendJoined(b, e.Members, ",", Member.appendTo)
	return append(b, '}')
}

func (m Member) appendTo(b []byte) []byte {
	b, _ = jsontext.AppendQuote(b, m.Name) // fails only where UTF-8 is not valid
	b = append(b, ':')
	return m.Value.appendTo(b)
}

func (e *Case) appendTo(b []byte) []byte {
	b = append(b, "case("...)
	b = appendJoined(b, e.Branches, ", ", Branch.appendTo)
	return append(b, ')')
}

// appendTo leaves a blank behind the colon: 10: 20 is not the time 10:20.
func (c Branch) appendTo(b []byte) []byte {
	b = c.When.appendTo(b)
	b = append(b, ": "...)
	return c.Then.appendTo(b)
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
