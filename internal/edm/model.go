package edm

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/spell"
)

// A Model is all that a metadata document declares.
type Model struct {
	// Sets are the entity sets and singletons, by name.
	Sets map[string]*EntitySet
	// Imports are the unbound operations, by name.
	Imports map[string]*Import
	// Container is the qualified name of the entity container.
	Container string
	// Annotations are those of the entity container.
	Annotations Annotations
	// Terms are the annotations that the document declares, by qualified name.
	Terms map[string]*csdl.Term
	// Issues are what was not understood and has no effect, in order of place.
	Issues []Issue

	doc     *csdl.Document
	aliases map[string]string                // alias → namespace
	types   map[string]Type                  // qualified name → type; of a type definition the primitive type behind it
	bound   map[Type]map[string][]*Operation // what it is bound to → name in lower case → overloads
	ordered []*Struct                        // in order of the document
	enumsIn []*Enum
	ops     []*Operation
	folded  func() *foldedNames // made once
}

// foldedNames are names in lower case. Of two that differ only in case the first in the
// document counts.
type foldedNames struct {
	namespaces map[string]string // namespace or alias → namespace
	types      map[string]Type   // qualified name → type
	sets       map[string]*EntitySet
	imports    map[string]*Import
}

// An Issue is something in the document that was passed over.
type Issue struct {
	Line, Column int
	Message      string
}

func (i Issue) String() string { return fmt.Sprintf("%d:%d: %s", i.Line, i.Column, i.Message) }

// New makes a model of a document. Names that lead nowhere and other
// contradictions are errors; all of them are collected in a [csdl.ErrorList]. What does
// no harm (an annotation of something that is not there) is an issue of the model
// instead. Beyond [csdl.MaxErrors] of either it only says how many there are.
//
// The model shares the memory of the document, which is not changed.
func New(doc *csdl.Document) (*Model, error) {
	m := &Model{
		doc: doc, Sets: make(map[string]*EntitySet), Imports: make(map[string]*Import), Terms: make(map[string]*csdl.Term),
		aliases: make(map[string]string), types: make(map[string]Type), bound: make(map[Type]map[string][]*Operation),
	}
	m.folded = sync.OnceValue(m.fold)
	b := &builder{Model: m, declared: make(map[*Struct]*csdl.StructuredType), resolved: make(map[string]Type)}
	b.unknown()
	b.declare()
	b.inherit()
	b.members()
	b.operations()
	b.container()
	b.targets()
	b.terms()
	if errs := b.errs.located(doc); len(errs) > 0 {
		var list csdl.ErrorList
		for _, e := range errs {
			list = append(list, &csdl.Error{Line: e.Line, Column: e.Column, Message: e.Message})
		}
		return nil, list
	}
	m.Issues = b.issues.located(doc)
	return m, nil
}

// Parse parses a metadata document and makes a model of it. The mistakes of its text and
// the contradictions in it are reported together.
func Parse(text []byte) (*Model, error) {
	doc, err := csdl.ParseAll(text)
	if doc == nil {
		return nil, err
	}
	model, contradictions := New(doc)
	if err == nil {
		return model, contradictions
	}
	all, _ := errors.AsType[csdl.ErrorList](err)
	more, _ := errors.AsType[csdl.ErrorList](contradictions)
	all = append(slices.Clone(all), more...)
	slices.SortStableFunc(all, func(x, y *csdl.Error) int {
		return cmp.Or(cmp.Compare(x.Line, y.Line), cmp.Compare(x.Column, y.Column))
	})
	return nil, all
}

// Position returns the line and column of a place in the document, from 1.
func (m *Model) Position(p csdl.Pos) (line, column int) { return m.doc.Position(p) }

// Namespaces returns the namespaces of the document, sorted.
func (m *Model) Namespaces() []string {
	var names []string
	for _, s := range m.doc.Schemas {
		names = append(names, s.Namespace)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// HasNamespace reports whether there is a namespace, or an alias of one, of that name in
// any letter case.
func (m *Model) HasNamespace(name string) bool {
	_, ok := m.folded().namespaces[strings.ToLower(name)]
	return ok
}

// Structs returns the entity and complex types, in order of the document. The
// caller must not change them.
func (m *Model) Structs() []*Struct { return m.ordered }

// Enums returns the enumerations, in order of the document. The caller must not
// change them.
func (m *Model) Enums() []*Enum { return m.enumsIn }

// Operations returns the actions and functions, in order of the document. The
// caller must not change them.
func (m *Model) Operations() []*Operation { return m.ops }

// Struct returns an entity or complex type by its qualified name, with its
// namespace or an alias of it, nil if there is none. The letter case has to be right.
func (m *Model) Struct(name string) *Struct { return m.types[m.qualified(name)].Struct }

// Enum returns an enumeration by its qualified name, as [Model.Struct] does.
func (m *Model) Enum(name string) *Enum { return m.types[m.qualified(name)].Enum }

// StructFold is [Model.Struct] for a name in any letter case.
func (m *Model) StructFold(name string) *Struct { return m.typeFold(name).Struct }

// EnumFold is [Model.Enum] for a name in any letter case.
func (m *Model) EnumFold(name string) *Enum { return m.typeFold(name).Enum }

// typeFold returns a type by its qualified name in any letter case, the zero type
// if there is none.
func (m *Model) typeFold(name string) Type {
	if t, ok := m.types[m.qualified(name)]; ok {
		return t
	}
	namespace, simple := split(name)
	names := m.folded()
	return names.types[strings.ToLower(names.namespaces[strings.ToLower(namespace)]+"."+simple)]
}

// fold makes the names in lower case, the last first, so that the first stays.
func (m *Model) fold() *foldedNames {
	names := &foldedNames{
		make(map[string]string), make(map[string]Type, len(m.types)), make(map[string]*EntitySet), make(map[string]*Import),
	}
	for _, s := range slices.Backward(m.doc.Schemas) {
		names.namespaces[strings.ToLower(s.Namespace)] = s.Namespace
		if s.Alias != "" {
			names.namespaces[strings.ToLower(s.Alias)] = s.Namespace
		}
		for _, c := range s.Containers {
			for _, d := range slices.Backward(c.Sets) {
				names.sets[strings.ToLower(d.Name)] = m.Sets[d.Name]
			}
			for _, d := range slices.Backward(c.Imports) {
				names.imports[strings.ToLower(d.Name)] = m.Imports[d.Name]
			}
		}
	}
	for _, e := range slices.Backward(m.enumsIn) {
		names.types[strings.ToLower(e.full)] = Type{Enum: e}
	}
	for _, s := range slices.Backward(m.ordered) {
		names.types[strings.ToLower(s.full)] = Type{Struct: s}
	}
	return names
}

// Set returns an entity set or singleton by its name in any letter case, nil if there is none.
func (m *Model) Set(name string) *EntitySet {
	if s := m.Sets[name]; s != nil {
		return s
	}
	return m.folded().sets[strings.ToLower(name)]
}

// Import returns an unbound operation by its name in any letter case, nil if there is none.
func (m *Model) Import(name string) *Import {
	if i := m.Imports[name]; i != nil {
		return i
	}
	return m.folded().imports[strings.ToLower(name)]
}

// Entries returns the names at the root: entity sets, singletons and imports, sorted.
func (m *Model) Entries() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(m.Sets)), maps.Keys(m.Imports))
	slices.Sort(names)
	return names
}

// Bound returns the overloads of an operation that is bound to values of type t,
// or of a type that t is derived from. The name, in any letter case, may be qualified by
// a namespace or an alias. Those bound to the most derived type come first.
func (m *Model) Bound(t Type, name string) []*Operation {
	var found []*Operation
	for s := t.Struct; s != nil; s = s.Base {
		found = append(found, m.boundTo(Type{Struct: s, Collection: t.Collection}, name)...)
	}
	return found
}

// boundTo is [Model.Bound] without the types that t is derived from.
func (m *Model) boundTo(t Type, name string) []*Operation {
	namespace, simple := split(name)
	ops := m.bound[t][strings.ToLower(simple)]
	if simple == name || len(ops) == 0 {
		return ops
	}
	namespace = m.folded().namespaces[strings.ToLower(namespace)]
	return slices.DeleteFunc(slices.Clone(ops), func(op *Operation) bool { return op.Namespace != namespace })
}

// BoundNames returns the names of the operations that are bound to values of type t,
// or of a type that t is derived from, sorted.
func (m *Model) BoundNames(t Type) []string {
	var names []string
	for s := t.Struct; s != nil; s = s.Base {
		for _, ops := range m.bound[Type{Struct: s, Collection: t.Collection}] {
			names = append(names, ops[0].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// BoundTypes returns the types derived from t to which an operation of that name, as
// for [Model.Bound], is bound; each comes before those that are derived from it.
func (m *Model) BoundTypes(t Type, name string) []*Struct {
	if t.Struct == nil {
		return nil
	}
	var types []*Struct
	for d := range t.Struct.descendants {
		if len(m.boundTo(Type{Struct: d, Collection: t.Collection}, name)) > 0 {
			types = append(types, d)
		}
	}
	return types
}

// split cuts a qualified name at its last dot; the namespace is "" if it has none.
func split(name string) (namespace, simple string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

// qualified replaces an alias in a qualified name by its namespace.
func (m *Model) qualified(name string) string {
	namespace, simple := split(name)
	if full, ok := m.aliases[namespace]; ok {
		return full + "." + simple
	}
	return name
}

// Type returns the type of that name, which may be qualified by an alias, be
// within Collection() and start with "#". The letter case has to be right. It is an
// error, which says what was probably meant, if there is no such type.
func (m *Model) Type(name string) (Type, error) {
	if t, ok := m.typeOf(name); ok {
		return t, nil
	}
	name = strings.TrimPrefix(name, "#")
	if inner, ok := cutCollection(name); ok {
		if _, twice := cutCollection(inner); twice {
			return Type{}, errors.New("a collection of collections")
		}
		name = inner
	}
	if simple, ok := strings.CutPrefix(name, "Edm."); ok {
		return Type{}, fmt.Errorf("no primitive type %q%s", name, spell.Hint(simple, slices.Sorted(maps.Keys(primitives))))
	}
	return Type{}, fmt.Errorf("no type %q%s", name, spell.Hint(m.qualified(name), slices.Sorted(maps.Keys(m.types))))
}

// typeOf is [Model.Type] without a word on what is wrong.
func (m *Model) typeOf(name string) (t Type, ok bool) {
	inner, collection := cutCollection(strings.TrimPrefix(name, "#"))
	if p, isEdm := primitiveNamed(inner); isEdm {
		return Type{Primitive: p, Collection: collection}, true
	}
	t, ok = m.types[m.qualified(inner)]
	t.Collection = ok && collection
	return t, ok
}

// cutCollection returns what is within Collection(), or name itself.
func cutCollection(name string) (inner string, ok bool) {
	if inner, ok := strings.CutPrefix(name, "Collection("); ok && strings.HasSuffix(inner, ")") {
		return inner[:len(inner)-1], true
	}
	return name, false
}

// TypeNames returns the qualified names of the entity types, complex types and
// enumerations, sorted.
func (m *Model) TypeNames() []string {
	var names []string
	for name, t := range m.types {
		if t.Primitive == NoPrimitive {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Term returns the declaration of an annotation by its qualified name, nil if there is none.
func (m *Model) Term(name string) *csdl.Term { return m.Terms[m.qualified(name)] }
