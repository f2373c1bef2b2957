package edmschema

import (
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// A Use is what a body is for.
type Use uint8

// The uses of a type. Nothing is required in a body but "@odata.type" where Create needs it.
const (
	Create Use = iota // body of a POST or PUT, or a parameter of an action
	Update            // body of a PATCH
	Output            // part of an answer
)

func (u Use) String() string { return [...]string{"create", "update", "output"}[u] }

func (u Use) input() bool { return u != Output }

// DefaultBase is what the $id of a document starts with. Nothing can ever be found
// there, as names below .invalid lead nowhere (RFC 2606).
const DefaultBase = "https://graphmock.invalid/"

// A Maker makes schemas of a model. It may be used by several goroutines at once.
type Maker struct {
	// Model holds the types. It must not be nil.
	Model *edm.Model
	// Base is what the $id of each document starts with, with a "/" at its end; what
	// comes then is its own for each document of one model, such as
	// "microsoft.graph.user/create.json". If "", DefaultBase is used. Documents of two
	// models that meet in one validator need two bases.
	Base string
	// Navigation puts the types of navigation properties into the schemas.
	// In Graph nearly all types are connected by these: documents grow by a factor of 20 and more.
	// Otherwise a navigation property holds any object, or any objects.
	Navigation bool
}

// Type returns the schema of values of type t, as JSON.
func (k Maker) Type(t edm.Type, use Use) []byte {
	b := k.builder(use)
	title := t.String() + map[Use]string{Create: " in the body of a POST", Update: " in the body of a PATCH", Output: " in an answer"}[use]
	return b.document(t.String()+"/"+use.String(), title, b.value(t, false))
}

// Parameters returns the schema of the body of a POST that calls an action, as
// JSON. Parameters are values as for Create.
func (k Maker) Parameters(op *edm.Operation) []byte {
	b := k.builder(Create)
	var required []string
	var either []any
	properties := object{}
	for _, p := range op.Params {
		s := b.value(p.Type, p.Nullable)
		properties = properties.with(p.Name, notes(s, p.Annotations))
		camel := Camel(p.Name)
		if camel != p.Name {
			properties = properties.with(camel, notes(s, p.Annotations))
		}
		switch {
		case p.Nullable || p.Optional() || p.Type.Collection:
		case camel != p.Name:
			either = append(either, object{{"oneOf", []any{
				object{{"required", []string{p.Name}}}, object{{"required", []string{camel}}},
			}}})
		default:
			required = append(required, p.Name)
		}
	}
	id := op.FullName() + "/parameters"
	if op.Bound {
		id = op.Binding.String() + "/" + id
	}
	schema := closed(properties, required)
	if either != nil {
		schema = schema.with("allOf", either)
	}
	return b.document(id, "parameters of "+op.FullName(), schema)
}

// Camel returns a name with a small first letter: how Graph's reference and its clients write
// parameters that the metadata of Outlook starts with a capital.
func Camel(name string) string {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return name
	}
	return string(name[0]|0x20) + name[1:]
}

// Answer returns the schema of an answer that holds a value of type t, as JSON: an
// entity or a complex value itself, any other value within {"value": …}, a collection as
// a page. If nullable is true, a primitive value and the items of a collection may be null.
func (k Maker) Answer(t edm.Type, nullable bool) []byte {
	b := k.builder(Output)
	id, title := t.String()+"/answer", "answer with "+t.String()
	switch {
	case t.Collection:
		return b.document(id, title, page(b.value(t, nullable)))
	case t.Struct != nil:
		return b.document(id, title, b.value(t, false))
	}
	return b.document(id, title, closed(object{
		{"@odata.context", object{{"type", "string"}}},
		{"value", b.value(t, nullable)},
	}, []string{"value"}))
}

// Delta returns the schema of a page of changes to a collection of entities of
// type t, as JSON. Items are partial; those that were removed have an
// "@removed", and links that changed are in "x@delta".
func (k Maker) Delta(t *edm.Struct) []byte {
	b := k.builder(Output)
	collection := edm.Type{Collection: true, Struct: t}
	items := object{{"type", "array"}, {"items", ref(b.declared(t, changeVariant))}}
	return b.document(collection.String()+"/delta", "page of changes to "+collection.String(), page(items))
}

// page returns the schema of a collection in an answer.
func page(items object) object {
	text := object{{"type", "string"}}
	return closed(object{
		{"@odata.context", text},
		{"@odata.count", object{{"type", []string{"integer", "string"}}, {"minimum", 0}, {"pattern", "^[0-9]+$"}}},
		{"@odata.nextLink", text},
		{"@odata.deltaLink", text},
		{"value", items},
	}, []string{"value"})
}

// closed returns the schema of an object that may have annotations beside its properties.
func closed(properties object, required []string) object {
	s := object{{"type", "object"}, {"properties", properties}}
	if required != nil {
		s = s.with("required", required)
	}
	return s.with("patternProperties", annotations).with("additionalProperties", false)
}

// open returns the schema of an object that may have other properties too. It is
// no "additionalProperties": true, which would let "x@odata.bind" pass for any x.
func open(properties object) object {
	return object{
		{"type", "object"}, {"properties", properties},
		{"patternProperties", append(object{{"^[^@]*$", true}}, annotations...)}, {"additionalProperties", false},
	}
}

// annotations are the members that any object may have: "@ns.term", where "odata" is a
// namespace too, behind the name of a property or not. The pattern leaves out the term
// "bind", which is listed with the properties that may have it.
var annotations = object{{annotationPattern, true}}

const annotationPattern = `^[^@]*@[^@]+\.(b|bi|bin|([^b@.]|b[^i@.]|bi[^n@.]|bin[^d@.]|bind[^@.])[^@.]*)$`

func (k Maker) builder(use Use) *builder {
	return &builder{Maker: k, use: use, prefixes: prefixes(k.Model), defs: make(map[string]object)}
}

// document returns root, with what it refers to, as a document of its own.
func (b *builder) document(id, title string, root object) []byte {
	base := b.Base
	if base == "" {
		base = DefaultBase
	}
	doc := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"$id", base + id + ".json"}, {"title", title}}
	doc = append(doc, root...)
	if len(b.defs) > 0 {
		doc = doc.with("$defs", sorted(b.defs))
	}
	return encode(doc)
}

// prefixes returns, for each namespace, the spellings of it that may stand before
// the name of a type: the namespace itself first, then its aliases.
//
// A model does not list its aliases. Those found are the ones that services use: the last part of a
// namespace, and "self" and "Self".
func prefixes(m *edm.Model) map[string][]string {
	spellings := make(map[string][]string)
	candidates := []string{"self", "Self"}
	for _, namespace := range m.Namespaces() {
		candidates = append(candidates, namespace[strings.LastIndexByte(namespace, '.')+1:])
	}
	slices.Sort(candidates)
	candidates = slices.Compact(candidates)
	for _, s := range m.Structs() {
		known := spellings[s.Namespace]
		if known != nil {
			continue
		}
		known = []string{s.Namespace}
		for _, alias := range candidates {
			if alias != s.Namespace && m.Struct(alias+"."+s.Name) == s {
				known = append(known, alias)
			}
		}
		spellings[s.Namespace] = known
	}
	return spellings
}
