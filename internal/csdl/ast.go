package csdl

// A Pos is a place in a document: bytes from its start. [Document.Position]
// turns it into line and column.
type Pos int32

// A Document is the syntax tree of one metadata document. It is only read once
// it is parsed, and may be used by several goroutines at once. Its strings share the
// memory of the text that was parsed.
type Document struct {
	Version string // of the edmx wrapper, such as "4.0"
	Schemas []*Schema
	// References are the URIs of other documents that this one includes. They are
	// not followed.
	References []Reference
	// Unknown is what the document has and CSDL 4.01 does not have at that place,
	// in order of place: elements, attributes and text that were passed over.
	Unknown []Unknown

	text string
}

// A Reference is an edmx:Reference.
type Reference struct {
	Pos
	URI         string
	Includes    []Include
	Annotated   []IncludeAnnotations
	Annotations []Annotation
}

// An Include names a schema of a referenced document.
type Include struct {
	Pos
	Namespace, Alias string
	Annotations      []Annotation
}

// An IncludeAnnotations says which annotations of a referenced document are
// included. An empty field does not choose.
type IncludeAnnotations struct {
	Pos
	TermNamespace, Qualifier, TargetNamespace string
}

// An Unknown is an element, an attribute or a text that the parser passed over. An
// element was passed over with all that it holds.
type Unknown struct {
	Pos
	Element   string // name of the element, with its prefix
	Attribute string // name of the attribute, with its prefix; "" if it is not an attribute
	Text      string // text that stands in the element; "" if it is not a text
}

// A Schema is one namespace, or a part of one.
type Schema struct {
	Pos
	Namespace string
	Alias     string // "" if there is none

	Types       []*StructuredType // entity and complex types, in order of the document
	Enums       []*EnumType
	Definitions []*TypeDefinition
	Operations  []*Operation
	Terms       []*Term
	Containers  []*Container
	Targets     []*Target
	Annotations []Annotation // of the schema itself
}

// A StructuredType is an entity type or a complex type.
type StructuredType struct {
	Pos
	Entity      bool // otherwise complex
	Name        string
	BaseType    string // as written; "" if there is none
	Abstract    bool
	Open        bool
	HasStream   bool
	Key         []PropertyRef
	Properties  []*Property
	Navigations []*NavigationProperty
	Annotations []Annotation
}

// A PropertyRef is one part of a key.
type PropertyRef struct {
	Pos
	Name  string // a path for a part within a complex property
	Alias string
}

// Facets bound the values of a type. Nil and "" mean that a facet is not given.
type Facets struct {
	Nullable     *bool
	MaxLength    string // a number or "max"
	Precision    string
	Scale        string // a number, "floating" or "variable"
	SRID         string
	Unicode      *bool
	DefaultValue *string
}

// A Property is a structural property.
type Property struct {
	Pos
	Name string
	Type string // as written: "Edm.String", "Collection(graph.user)"
	Facets
	Annotations []Annotation
}

// A NavigationProperty leads to other entities.
type NavigationProperty struct {
	Pos
	Name           string
	Type           string
	Nullable       *bool
	Partner        string
	ContainsTarget bool
	OnDelete       string // action, such as "Cascade"; "" if there is none
	Constraints    []Constraint
	Annotations    []Annotation

	OnDeleteAnnotations []Annotation // of the OnDelete element
}

// A Constraint is a ReferentialConstraint.
type Constraint struct {
	Pos
	Property, ReferencedProperty string
	Annotations                  []Annotation
}

// An EnumType is an enumeration.
type EnumType struct {
	Pos
	Name        string
	Underlying  string // "" for Edm.Int32
	Flags       bool
	Members     []Member
	Annotations []Annotation
}

// A Member is one name of an enumeration. If no value is given it is one more than
// the member before has, and 0 for the first one.
type Member struct {
	Pos
	Name        string
	Value       int64
	Annotations []Annotation
}

// A TypeDefinition gives a primitive type another name.
type TypeDefinition struct {
	Pos
	Name       string
	Underlying string
	Facets
	Annotations []Annotation
}

// An Operation is one overload of an action or a function.
type Operation struct {
	Pos
	Action        bool // otherwise a function
	Name          string
	Bound         bool
	Composable    bool
	EntitySetPath string
	Parameters    []*Parameter // of a bound operation the first is what it is bound to
	Return        *ReturnType  // nil if nothing is returned
	Annotations   []Annotation
}

// A Parameter is a parameter of an operation.
type Parameter struct {
	Pos
	Name string
	Type string
	Facets
	Annotations []Annotation
}

// A ReturnType is what an operation returns.
type ReturnType struct {
	Pos
	Type string
	Facets
	Annotations []Annotation
}

// A Term declares an annotation.
type Term struct {
	Pos
	Name      string
	Type      string
	BaseTerm  string
	AppliesTo string // as written
	Facets
	Annotations []Annotation
}

// A Container holds the places where paths start.
type Container struct {
	Pos
	Name        string
	Extends     string
	Sets        []*EntitySet
	Imports     []*Import
	Annotations []Annotation
}

// An EntitySet is an entity set or a singleton.
type EntitySet struct {
	Pos
	Singleton   bool
	Name        string
	Type        string // of one entity
	Nullable    *bool  // only of a singleton
	Listed      *bool  // IncludeInServiceDocument, only of an entity set
	Bindings    []Binding
	Annotations []Annotation
}

// A Binding says in which set the targets of a navigation property are found.
type Binding struct {
	Pos
	Path, Target string
}

// An Import exposes an unbound operation at the root.
type Import struct {
	Pos
	Action      bool // otherwise a function
	Name        string
	Operation   string // qualified name
	EntitySet   string
	Listed      *bool // IncludeInServiceDocument, only of a function
	Annotations []Annotation
}

// A Target is an Annotations element: annotations of something declared elsewhere.
type Target struct {
	Pos
	Path        string // as written
	Qualifier   string
	Annotations []Annotation
}

// An Annotation says something about what it stands in.
type Annotation struct {
	Pos
	Term        string // as written
	Qualifier   string
	Value       Value // of kind NoValue if the annotation has none
	Annotations []Annotation
}

// A ValueKind says how a Value was written.
type ValueKind uint8

// The kinds of values. All but Collection, Record and Other are text.
const (
	NoValue ValueKind = iota
	String
	Bool
	Int
	Float // Float and Decimal
	Date
	DateTimeOffset
	Duration
	TimeOfDay
	Guid
	Binary
	EnumMember
	Path // Path, PropertyPath, NavigationPropertyPath, AnnotationPath, ModelElementPath
	Null
	Collection
	Record
	Other // any other expression: If, Apply, Cast …; its operands are in Items
)

// A Value is an expression: the value of an annotation or of a property of a
// record, an item of a collection or an operand.
type Value struct {
	Pos
	Kind       ValueKind
	Name       string          // of the attribute or element it was written as: "String", "PropertyPath"
	Text       string          // of an Other: the Function of Apply, the Name of LabeledElement, the URL or the name itself of others
	Items      []Value         // of a Collection, or the operands of an Other
	Type       string          // of a Record, Cast or IsOf, as written; "" if it is not given
	Facets     *Facets         // of a Cast or IsOf; nil if there are none
	Properties []PropertyValue // of a Record

	Annotations []Annotation // of the expression itself, not of what it is the value of
}

// A PropertyValue is one member of a record.
type PropertyValue struct {
	Pos
	Property    string
	Value       Value
	Annotations []Annotation
}

// Property returns the value of a member of a record; ok is false if there is none.
func (v Value) Property(name string) (value Value, ok bool) {
	for _, p := range v.Properties {
		if p.Property == name {
			return p.Value, true
		}
	}
	return Value{}, false
}
