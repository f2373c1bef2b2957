package edm

import (
	"slices"
	"strings"
	"sync"

	"github.com/graphmock/graphmock/internal/csdl"
)

// A Primitive is one of the built-in types. The zero value is none.
type Primitive uint8

// The primitive types of OData 4.01, and the abstract ones.
const (
	NoPrimitive Primitive = iota
	Binary
	Boolean
	Byte
	Date
	DateTimeOffset
	Decimal
	Double
	Duration
	Geography
	Geometry
	Guid
	Int16
	Int32
	Int64
	SByte
	Single
	Stream
	String
	TimeOfDay
	Untyped // any value: Edm.Untyped, Edm.PrimitiveType, Edm.EntityType, Edm.ComplexType
)

var primitiveNames = [...]string{
	Binary: "Edm.Binary", Boolean: "Edm.Boolean", Byte: "Edm.Byte", Date: "Edm.Date",
	DateTimeOffset: "Edm.DateTimeOffset", Decimal: "Edm.Decimal", Double: "Edm.Double", Duration: "Edm.Duration",
	Geography: "Edm.Geography", Geometry: "Edm.Geometry", Guid: "Edm.Guid", Int16: "Edm.Int16", Int32: "Edm.Int32",
	Int64: "Edm.Int64", SByte: "Edm.SByte", Single: "Edm.Single", Stream: "Edm.Stream", String: "Edm.String",
	TimeOfDay: "Edm.TimeOfDay", Untyped: "Edm.Untyped",
}

var primitives = func() map[string]Primitive { // name without "Edm." → primitive
	byName := map[string]Primitive{"PrimitiveType": Untyped, "EntityType": Untyped, "ComplexType": Untyped}
	for p, name := range primitiveNames {
		if name != "" {
			byName[strings.TrimPrefix(name, "Edm.")] = Primitive(p)
		}
	}
	for _, shape := range strings.Fields("Point LineString Polygon MultiPoint MultiLineString MultiPolygon Collection") {
		byName["Geography"+shape], byName["Geometry"+shape] = Geography, Geometry
	}
	return byName
}()

// primitiveNamed returns the primitive type of a name such as "Edm.String".
func primitiveNamed(name string) (p Primitive, ok bool) {
	simple, ok := strings.CutPrefix(name, "Edm.")
	if ok {
		p, ok = primitives[simple]
	}
	return p, ok
}

// String returns the name, such as "Edm.String"; "" for NoPrimitive.
func (p Primitive) String() string { return primitiveNames[p] }

// A Type is what a value may be: a primitive type, an enumeration or a structured
// type, or a collection of such. Exactly one of Primitive, Enum and Struct is set.
type Type struct {
	Collection bool
	Primitive  Primitive
	Enum       *Enum
	Struct     *Struct
}

// Item returns the type of the items of a collection; any other type is its own.
func (t Type) Item() Type {
	t.Collection = false
	return t
}

// IsEntity reports whether values are entities, or collections of them.
func (t Type) IsEntity() bool { return t.Struct != nil && t.Struct.Entity }

// String returns the qualified name, within Collection() if it is one; "" for the zero Type.
func (t Type) String() string {
	name := ""
	switch {
	case t.Enum != nil:
		name = t.Enum.FullName()
	case t.Struct != nil:
		name = t.Struct.FullName()
	case t.Primitive != NoPrimitive:
		name = t.Primitive.String()
	}
	if t.Collection {
		return "Collection(" + name + ")"
	}
	return name
}

// A Struct is an entity type or a complex type.
type Struct struct {
	Namespace string
	Name      string
	Entity    bool // otherwise complex
	Abstract  bool
	Open      bool // itself or by inheritance: members that are not declared are legal
	HasStream bool // itself or by inheritance: entities are media
	// AnyJSON says that a value may be any JSON: the empty complex type "Json" that
	// Graph uses in place of Edm.Untyped.
	AnyJSON     bool
	Base        *Struct   // nil if there is none
	Derived     []*Struct // directly, in order of the document
	Own         []*Property
	Annotations Annotations
	Pos         csdl.Pos

	full string
	key  []string

	once   sync.Once
	all    []*Property          // with inherited ones, which come first
	byName map[string]*Property // by exact name
	folded map[string]*Property // by name in lower case

	derivedOnce sync.Once
	concrete    []*Struct
	below       map[string][]*Property // name in lower case → properties that types derived from this one add
}

// FullName returns the name with its namespace, such as "microsoft.graph.user".
func (s *Struct) FullName() string { return s.full }

// IsA reports whether s is base or derived from it.
func (s *Struct) IsA(base *Struct) bool {
	for ; s != nil; s = s.Base {
		if s == base {
			return true
		}
	}
	return false
}

// Key returns the names of the key properties, nil for a type without a key. The
// caller must not change them.
func (s *Struct) Key() []string {
	for ; s != nil; s = s.Base {
		if s.key != nil {
			return s.key
		}
	}
	return nil
}

// Members returns the structural and navigation properties of s, inherited ones
// first. The caller must not change them.
func (s *Struct) Members() []*Property {
	s.flatten()
	return s.all
}

// Member returns a property by its exact name, nil if there is none.
func (s *Struct) Member(name string) *Property {
	s.flatten()
	return s.byName[name]
}

// MemberFold returns a property by its name in any letter case, nil if there is none;
// of several the one that is spelt exactly so, or else the first.
func (s *Struct) MemberFold(name string) *Property {
	if p := s.Member(name); p != nil {
		return p
	}
	return s.folded[strings.ToLower(name)]
}

// Names returns the names of the members in order.
func (s *Struct) Names() []string {
	var names []string
	for _, p := range s.Members() {
		names = append(names, p.Name)
	}
	return names
}

func (s *Struct) flatten() {
	s.once.Do(func() {
		if s.Base != nil {
			s.all = slices.Clone(s.Base.Members())
		}
		for _, p := range s.Own {
			if i := slices.IndexFunc(s.all, func(base *Property) bool { return base.Name == p.Name }); i >= 0 {
				s.all[i] = p
			} else {
				s.all = append(s.all, p)
			}
		}
		s.byName = make(map[string]*Property, len(s.all))
		s.folded = make(map[string]*Property, len(s.all))
		for _, p := range s.all {
			s.byName[p.Name] = p
			if fold := strings.ToLower(p.Name); s.folded[fold] == nil {
				s.folded[fold] = p
			}
		}
	})
}

// Concrete returns the types that a value declared as s may have: s and what is
// derived from it, each before its own derived types, without the abstract ones. The
// caller must not change them.
func (s *Struct) Concrete() []*Struct {
	s.spread()
	return s.concrete
}

// Below returns the properties of that name, in any letter case, that types
// derived from s add to it, in the order of [Struct.Concrete]. The caller must not
// change them.
func (s *Struct) Below(name string) []*Property {
	s.spread()
	return s.below[strings.ToLower(name)]
}

func (s *Struct) spread() {
	s.derivedOnce.Do(func() {
		if !s.Abstract {
			s.concrete = append(s.concrete, s)
		}
		s.below = make(map[string][]*Property)
		for d := range s.descendants {
			if !d.Abstract {
				s.concrete = append(s.concrete, d)
			}
			for _, p := range d.Own {
				fold := strings.ToLower(p.Name)
				s.below[fold] = append(s.below[fold], p)
			}
		}
	})
}

// descendants yields the types that are derived from s, each before its own.
func (s *Struct) descendants(yield func(*Struct) bool) { s.descend(yield) }

func (s *Struct) descend(yield func(*Struct) bool) bool {
	for _, d := range s.Derived {
		if !yield(d) || !d.descend(yield) {
			return false
		}
	}
	return true
}

// A Property is a structural or a navigation property.
type Property struct {
	Name        string
	Owner       *Struct // that declares it
	Type        Type
	Nullable    bool // single values; for a collection: whether items may be null
	Navigation  bool
	Contained   bool   // a navigation property whose targets live below their owner
	Partner     string // of a navigation property
	Default     *string
	MaxLength   string // a number, "max" or ""
	Precision   string
	Scale       string
	Annotations Annotations
	Pos         csdl.Pos
}

// Computed reports whether the service makes the value (Core.Computed).
func (p *Property) Computed() bool { return p.Annotations.Flag(Computed) }

// Immutable reports whether the value can be given at creation only (Core.Immutable).
func (p *Property) Immutable() bool { return p.Annotations.Flag(Immutable) }

// An Enum is an enumeration.
type Enum struct {
	Namespace   string
	Name        string
	Flags       bool // several members may be given, separated by commas
	Underlying  Primitive
	Members     []csdl.Member // with the annotations that stand elsewhere
	Annotations Annotations
	Pos         csdl.Pos

	full string
}

// FullName returns the name with its namespace.
func (e *Enum) FullName() string { return e.full }

// Names returns the names of the members in order.
func (e *Enum) Names() []string {
	var names []string
	for _, m := range e.Members {
		names = append(names, m.Name)
	}
	return names
}

// Member returns a member by its name in any letter case; of two the one that is spelt
// exactly so. ok is false if there is none.
func (e *Enum) Member(name string) (m csdl.Member, ok bool) {
	for _, candidate := range e.Members {
		switch {
		case candidate.Name == name:
			return candidate, true
		case !ok && strings.EqualFold(candidate.Name, name):
			m, ok = candidate, true
		}
	}
	return m, ok
}

// Sentinel returns the position in Members of the member that stands for those
// to come ("unknownFutureValue"), -1 if there is none.
func (e *Enum) Sentinel() int {
	return slices.IndexFunc(e.Members, func(m csdl.Member) bool { return strings.EqualFold(m.Name, "unknownFutureValue") })
}

// An Operation is one overload of an action or a function.
type Operation struct {
	Namespace   string
	Name        string
	Action      bool // otherwise a function
	Composable  bool
	Bound       bool
	Binding     Type // of a bound operation
	Params      []*Param
	Return      *Type // nil if nothing is returned
	Nullable    bool  // the result may be null
	SetPath     string
	Annotations Annotations
	Pos         csdl.Pos
	// ReturnAnnotations are those of what is returned.
	ReturnAnnotations Annotations

	binding string // name of the parameter that it is bound to
}

// FullName returns the name with its namespace.
func (o *Operation) FullName() string { return o.Namespace + "." + o.Name }

// Param returns a parameter by its name in any letter case, nil if there is none.
func (o *Operation) Param(name string) *Param {
	for _, p := range o.Params {
		if strings.EqualFold(p.Name, name) {
			return p
		}
	}
	return nil
}

// A Param is a parameter of an operation, the binding one left out.
type Param struct {
	Name        string
	Type        Type
	Nullable    bool
	Annotations Annotations
	Pos         csdl.Pos
}

// Optional reports whether the parameter may be left out (Core.OptionalParameter).
func (p *Param) Optional() bool { return p.Annotations.Flag(OptionalParameter) }

// An EntitySet is an entity set or a singleton: where paths start.
type EntitySet struct {
	Name        string
	Singleton   bool
	Type        *Struct
	Bindings    map[string]string // path of a navigation property → target, as written
	Annotations Annotations
	Pos         csdl.Pos
}

// An Import is an unbound operation at the root.
type Import struct {
	Name       string
	Operations []*Operation // overloads, at least one
	EntitySet  string
	Pos        csdl.Pos

	Annotations Annotations
}
