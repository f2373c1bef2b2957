package edmschema

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// A builder makes the schemas of one document.
type builder struct {
	Maker
	use      Use
	prefixes map[string][]string // namespace → spellings of it
	defs     map[string]object   // name in $defs → schema; nil while it is made
}

// A variant is a second form of a type in one document.
type variant string

const (
	plain         variant = ""
	changeVariant variant = "-change" // an item of a page of changes
)

func ref(name string) object { return object{{"$ref", "#/$defs/" + name}} }

// define makes the entry of that name in $defs, unless it is there, and returns
// the name. Names hold letters, digits, "_", "." and "-", which need no escape in a reference.
func (b *builder) define(name string, make func() object) string {
	if _, ok := b.defs[name]; !ok {
		b.defs[name] = nil // stops the recursion of types that contain themselves
		b.defs[name] = make()
	}
	return name
}

// value returns the schema of values of type t. Of a collection nullable speaks
// of its items, as the collection itself is never null.
func (b *builder) value(t edm.Type, nullable bool) object {
	switch {
	case t.Collection:
		return object{{"type", "array"}, {"items", b.value(t.Item(), nullable)}}
	case t.Enum != nil:
		return orNull(ref(b.enum(t.Enum)), nullable)
	case t.Struct != nil && t.Struct.AnyJSON, t.Primitive == edm.Untyped:
		return object{}
	case t.Struct != nil:
		return orNull(ref(b.declared(t.Struct, plain)), nullable)
	}
	return b.primitive(t.Primitive, nullable)
}

func orNull(s object, nullable bool) object {
	if !nullable {
		return s
	}
	return object{{"anyOf", []any{s, object{{"type", "null"}}}}}
}

func (b *builder) primitive(p edm.Primitive, nullable bool) object {
	shape, ok := shapes[p]
	if !ok { // a stream, which has no value in JSON
		return object{{"not", object{}}}
	}
	types := shape.types
	if nullable {
		types = append(slices.Clone(types), "null")
	}
	s := object{{"type", types}}
	if len(types) == 1 {
		s = object{{"type", types[0]}}
	}
	if shape.named {
		return append(s, ref(b.define(p.String(), func() object { return shape.limits }))...)
	}
	return append(s, shape.limits...)
}

func (b *builder) enum(e *edm.Enum) string {
	return b.define(e.FullName(), func() object {
		s := object{{"type", "string"}}
		switch names := e.Names(); {
		case len(names) == 0: // the document keeps them to itself
		case e.Flags:
			for i, name := range names {
				names[i] = regexp.QuoteMeta(name)
			}
			one := "(" + strings.Join(names, "|") + ")"
			s = s.with("pattern", "^"+one+"(, ?"+one+")*$")
		default:
			s = s.with("enum", names)
		}
		return notes(s, e.Annotations)
	})
}

// declared returns the name in $defs of values that are declared as s, and so may be of
// a type that is derived from it.
func (b *builder) declared(s *edm.Struct, v variant) string {
	concrete := s.Concrete()
	if len(concrete) == 1 && concrete[0] == s {
		return b.exact(s, v)
	}
	return b.define(s.FullName()+"-or-derived"+string(v), func() object {
		var types []string
		var choices []any
		untyped := b.use != Create || !s.Abstract // "@odata.type" may be left out
		if untyped {
			choices = append(choices, object{{"if", object{{"required", []string{typeMember}}}}, {"else", ref(b.exact(s, v))}})
		}
		for _, c := range concrete {
			spellings := b.spellings(c)
			types = append(types, spellings...)
			choices = append(choices, object{
				{"if", object{
					{"type", "object"}, {"properties", object{{typeMember, object{{"enum", spellings}}}}}, {"required", []string{typeMember}},
				}},
				{"then", ref(b.exact(c, v))},
			})
		}
		schema := object{{"type", "object"}, {"properties", object{{typeMember, enumeration(types)}}}}
		if !untyped {
			schema = schema.with("required", []string{typeMember})
		}
		if len(choices) > 0 {
			schema = schema.with("allOf", choices)
		}
		return notes(schema, s.Annotations)
	})
}

const typeMember = "@odata.type"

// enumeration returns the schema of one of the strings in list; of none if it is empty.
func enumeration(list []string) object {
	if len(list) == 0 {
		return object{{"not", object{}}}
	}
	return object{{"enum", list}}
}

// spellings returns the ways to name s in "@odata.type", the usual one first.
func (b *builder) spellings(s *edm.Struct) []string {
	var list []string
	for _, hash := range []string{"#", ""} {
		for _, prefix := range b.prefixes[s.Namespace] {
			list = append(list, hash+prefix+"."+s.Name)
		}
	}
	return list
}

// exact returns the name in $defs of values that are of type s and of none derived from it.
func (b *builder) exact(s *edm.Struct, v variant) string {
	return b.define(s.FullName()+string(v), func() object {
		properties := object{}
		if !s.Abstract { // "or-derived" says what may stand there
			properties = properties.with(typeMember, object{{"enum", b.spellings(s)}})
		}
		if v == changeVariant {
			properties = properties.with("@removed", removed)
		}
		for _, p := range s.Members() {
			properties = append(properties, b.property(p, s.Open, v)...)
		}
		if s.Open {
			return notes(open(properties), s.Annotations)
		}
		return notes(closed(properties, nil), s.Annotations)
	})
}

var removed = closed(object{{"reason", object{{"enum", []string{"changed", "deleted"}}}}}, []string{"reason"})

// property returns the members of an object that a property stands for: itself and
// those of its annotations that are not allowed everywhere. A stream is left out of a
// closed type, and refused by an open one.
func (b *builder) property(p *edm.Property, open bool, v variant) object {
	var members object
	switch {
	case p.Type.Primitive == edm.Stream:
		if open {
			members = members.with(p.Name, false)
		}
	case p.Navigation && !b.Navigation:
		members = members.with(p.Name, b.notes(p, anyEntity(p)))
	default:
		members = members.with(p.Name, b.notes(p, withLength(b.value(p.Type, p.Nullable), p)))
	}
	if p.Navigation && b.use.input() {
		members = members.with(p.Name+"@odata.bind", links)
	}
	if p.Navigation && p.Type.Collection && v == changeVariant {
		members = members.with(p.Name+"@delta", object{{"type", "array"}, {"items", object{{"type", "object"}}}})
	}
	return members
}

// links are the addresses of entities.
var links = object{{"type", []string{"string", "array"}}, {"items", object{{"type", "string"}}}}

// anyEntity returns a schema that says of a navigation property only how much it holds.
func anyEntity(p *edm.Property) object {
	switch {
	case p.Type.Collection:
		return object{{"type", "array"}, {"items", object{{"type", "object"}}}}
	case p.Nullable:
		return object{{"type", []string{"object", "null"}}}
	}
	return object{{"type", "object"}}
}

// withLength adds the facet MaxLength of a string. That of bytes is not looked at.
func withLength(s object, p *edm.Property) object {
	n, err := strconv.Atoi(p.MaxLength)
	if err != nil || p.Type.Primitive != edm.String { // "max", or none
		return s
	}
	if !p.Type.Collection {
		return s.with("maxLength", n)
	}
	items := &s[len(s)-1]
	items.value = items.value.(object).with("maxLength", n)
	return s
}

// notes adds what the metadata says of a property.
func (b *builder) notes(p *edm.Property, s object) object {
	s = notes(s, p.Annotations)
	if p.Computed() || b.use == Update && p.Immutable() {
		s = s.with("readOnly", true)
	}
	return s
}

// notes adds the description of an element, and whether it is deprecated.
func notes(s object, as edm.Annotations) object {
	for _, term := range []string{edm.Description, edm.LongDescription} {
		if v, ok := as.Find(term); ok && v.Text != "" {
			s = append(object{{"description", v.Text}}, s...)
			break
		}
	}
	if slices.ContainsFunc(as.Revisions(), func(r edm.Revision) bool { return r.Kind == "Deprecated" }) {
		s = s.with("deprecated", true)
	}
	return s
}

func sorted(defs map[string]object) object {
	var o object
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		o = o.with(name, defs[name])
	}
	return o
}
