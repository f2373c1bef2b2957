package csdl

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/graphmock/graphmock/internal/spell"
)

// Parse parses a metadata document: an edmx:Edmx element of version 4.0 or 4.01
// with one or more schemas, in UTF-8, of at most [MaxSize] bytes and
// [MaxDepth] levels.
//
// All mistakes of the document are found in one run; the error is then an [ErrorList] and
// the document nil. Nothing of a text that is cut off is returned.
//
// The document shares the memory of text, which must not be changed any more.
func Parse(text []byte) (*Document, error) {
	doc, err := ParseAll(text)
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// ParseAll is [Parse] for those who look for further mistakes: it returns a document also
// with an error, unless the text is no whole document. What was wrong is left out of it.
func ParseAll(text []byte) (*Document, error) {
	if len(text) > MaxSize {
		return nil, ErrorList{{1, 1, fmt.Sprintf("the document has %d bytes, want at most %d", len(text), MaxSize)}}
	}
	if isUTF16(text) {
		return nil, ErrorList{{1, 1, "the document is in UTF-16, want UTF-8"}}
	}
	p := &parser{scanner: scanner{text: unsafe.String(unsafe.SliceData(text), len(text))}}
	p.doc = &Document{text: p.text}
	if strings.HasPrefix(p.text, bom) {
		p.i = len(bom)
	}
	if p.mayBeXML() {
		if bad := badChar(text); bad >= 0 {
			p.errorf(bad, "found %q, which is not a character of XML in UTF-8", text[bad:bad+1])
		}
		p.document()
	}
	err := p.err(p.text)
	if p.fatal {
		return nil, err
	}
	return p.doc, err
}

// isUTF16 reports whether text starts as XML in UTF-16 does, with or without a
// byte order mark.
func isUTF16(text []byte) bool {
	for _, start := range []string{"\xff\xfe", "\xfe\xff", "<\x00", "\x00<"} {
		if bytes.HasPrefix(text, []byte(start)) {
			return true
		}
	}
	return false
}

// A parser makes the tree. Its methods named after elements read one whose start tag
// was read, up to its end tag.
type parser struct {
	scanner
	doc *Document

	types       pool[StructuredType]
	properties  pool[Property]
	navigations pool[NavigationProperty]
	enums       pool[EnumType]
	operations  pool[Operation]
	parameters  pool[Parameter]
	returns     pool[ReturnType]
	targets     pool[Target]

	propertyLists   list[*Property]
	navigationLists list[*NavigationProperty]
	parameterLists  list[*Parameter]
	members         list[Member]
	bindingLists    list[Binding]
	annotationLists list[Annotation]
	values          list[Value]
	propertyValues  list[PropertyValue]

	memberOf map[string]*EnumType // name of a member → enumeration that had it last
}

const foundHTML = "found an HTML page (of a sign-in or an error?), want the XML of a metadata document"

// mayBeXML reports a text that is something else.
func (p *parser) mayBeXML() bool {
	at := p.i
	start := strings.TrimLeft(p.text[at:], blank)
	switch at = len(p.text) - len(start); {
	case start == "":
		p.fatalf(at, "the document is empty, want XML")
	case start[0] == '{' || start[0] == '[':
		p.fatalf(at, "found JSON (an error reply?) %q, want the XML of a metadata document", shorten(start))
	case start[0] != '<':
		p.fatalf(at, "found %q, want the XML of a metadata document", shorten(start))
	}
	return !p.ended
}

// next goes on to the next child of the innermost open element and reads its
// start tag. At the end of the element it returns false.
func (p *parser) next() bool {
	for {
		if !p.empty {
			p.space()
		}
		switch p.step() {
		case startTag:
			return true
		case endTag:
			return false
		case characters:
			if text := strings.Trim(p.data, blank); text != "" {
				p.stray(text)
			}
		}
	}
}

// stray notes a text where only elements may stand.
func (p *parser) stray(text string) {
	if len(p.open) == 0 {
		p.errorf(int(p.dataPos), "found text %q outside of all elements", shorten(text))
		return
	}
	p.doc.Unknown = append(p.doc.Unknown, Unknown{Pos: p.dataPos, Element: p.open[len(p.open)-1].tag, Text: text})
}

// unknown passes over the element.
func (p *parser) unknown() {
	p.doc.Unknown = append(p.doc.Unknown, Unknown{Pos: p.pos, Element: p.tag})
	p.skip()
}

func (p *parser) skip() {
	for {
		switch token := p.step(); token {
		case startTag:
			p.skip()
		case endTag:
			return
		}
	}
}

// leaf reads an element that has no children.
func (p *parser) leaf() {
	for p.next() {
		p.unknown()
	}
}

// unknownAttribute notes an attribute that the element should not have.
func (p *parser) unknownAttribute(a attribute) {
	p.doc.Unknown = append(p.doc.Unknown, Unknown{Pos: a.pos, Element: p.tag, Attribute: a.name})
}

// need reports a required attribute that is missing or empty.
func (p *parser) need(name, value string) {
	if value != "" || p.ended || p.broken {
		return
	}
	var others []string
	for _, a := range p.attributes {
		if a.name == name {
			p.errorf(int(a.pos), "attribute %s of %s is empty", name, p.tag)
			return
		}
	}
	for i := len(p.doc.Unknown) - 1; i >= 0 && p.doc.Unknown[i].Pos > p.pos; i-- {
		others = append(others, p.doc.Unknown[i].Attribute)
	}
	if found := spell.Closest(name, others); found != "" {
		p.errorf(int(p.pos), "element %s has attribute %s, want %s", p.tag, found, name)
		return
	}
	p.errorf(int(p.pos), "element %s has no attribute %s", p.tag, name)
}

// boolean reads an attribute of type xs:boolean.
func (p *parser) boolean(a attribute) bool {
	switch a.value {
	case "true", "1":
		return true
	case "false", "0":
		return false
	}
	p.wrong(a, `"true" or "false"`, "true", "false")
	return false
}

var yes, no = true, false // nodes point to them; nobody writes

func (p *parser) optional(a attribute) *bool {
	if p.boolean(a) {
		return &yes
	}
	return &no
}

// wrong reports an attribute with a value that it can't have.
func (p *parser) wrong(a attribute, want string, candidates ...string) {
	p.errorf(int(a.pos), "attribute %s of %s is %q, want %s%s", a.name, p.tag, shorten(a.value), want, spell.Hint(a.value, candidates))
}

// document reads the whole text.
func (p *parser) document() {
	found := false
	for p.next() {
		switch {
		case found:
			p.errorf(int(p.pos), "found element %s behind the end of the document", p.tag)
			p.skip()
		case p.name == "edmx:Edmx":
			found = true
			p.edmx()
		default:
			p.fatalf(int(p.pos), "%s", p.wrongRoot())
		}
	}
	if !found && len(p.list) == 0 {
		p.errorf(len(p.text), "the document has no element, want edmx:Edmx")
	}
}

// wrongRoot says what the document is if its first element is not edmx:Edmx.
func (p *parser) wrongRoot() string {
	_, local := split(p.tag)
	switch {
	case strings.EqualFold(local, "html"):
		return foundHTML
	case strings.HasPrefix(p.uri, "http://schemas.microsoft.com/ado/"):
		return fmt.Sprintf("found %s of OData version 1 to 3 (namespace %q), want version 4 (edmx:Edmx in namespace %q)", p.tag, p.uri, edmx)
	case p.name == "Schema":
		return fmt.Sprintf("found a Schema without wrapper, want it in an edmx:DataServices in an edmx:Edmx (namespace %q)", edmx)
	case local == "Edmx":
		return fmt.Sprintf("found %s in namespace %q, want %q", p.tag, p.uri, edmx)
	}
	return fmt.Sprintf("found element %s in namespace %q, want edmx:Edmx in %q", shorten(p.tag), p.uri, edmx)
}

func (p *parser) edmx() {
	start := p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Version":
			if p.doc.Version = a.value; a.value != "4.0" && a.value != "4.01" {
				p.wrong(a, `"4.0" or "4.01"`)
			}
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Version", p.doc.Version)
	services := false
	for p.next() {
		switch p.name {
		case "edmx:Reference":
			p.doc.References = append(p.doc.References, p.reference())
		case "edmx:DataServices":
			if services {
				p.errorf(int(p.pos), "found a second %s, want one", p.tag)
			}
			services = true
			p.dataServices()
		default:
			p.unknown()
		}
	}
	if !services && !p.ended {
		p.errorf(int(start), "the document has no edmx:DataServices")
	}
}

func (p *parser) reference() Reference {
	n := Reference{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Uri":
			n.URI = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Uri", n.URI)
	annotations := p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "edmx:Include":
			n.Includes = append(n.Includes, p.include())
		case "edmx:IncludeAnnotations":
			n.Annotated = append(n.Annotated, p.includeAnnotations())
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

func (p *parser) include() Include {
	n := Include{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Namespace":
			n.Namespace = a.value
		case "Alias":
			n.Alias = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Namespace", n.Namespace)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) includeAnnotations() IncludeAnnotations {
	n := IncludeAnnotations{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "TermNamespace":
			n.TermNamespace = a.value
		case "Qualifier":
			n.Qualifier = a.value
		case "TargetNamespace":
			n.TargetNamespace = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("TermNamespace", n.TermNamespace)
	p.leaf()
	return n
}

func (p *parser) dataServices() {
	start := p.pos
	for _, a := range p.attributes {
		p.unknownAttribute(a)
	}
	found := false
	for p.next() {
		_, local := split(p.tag)
		switch {
		case p.name == "Schema":
			found = true
			p.doc.Schemas = append(p.doc.Schemas, p.schema())
		case local == "Schema":
			found = true
			p.errorf(int(p.pos), "found %s in namespace %q, want %q", p.tag, p.uri, edm)
			p.skip()
		default:
			p.unknown()
		}
	}
	if !found && !p.ended {
		p.errorf(int(start), "the document has no Schema")
	}
}

func (p *parser) schema() *Schema {
	n := &Schema{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Namespace":
			n.Namespace = a.value
		case "Alias":
			n.Alias = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Namespace", n.Namespace)
	annotations := p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "EntityType":
			n.Types = append(n.Types, p.structuredType(true))
		case "ComplexType":
			n.Types = append(n.Types, p.structuredType(false))
		case "EnumType":
			n.Enums = append(n.Enums, p.enumType())
		case "TypeDefinition":
			n.Definitions = append(n.Definitions, p.typeDefinition())
		case "Action":
			n.Operations = append(n.Operations, p.operation(true))
		case "Function":
			n.Operations = append(n.Operations, p.operation(false))
		case "Term":
			n.Terms = append(n.Terms, p.term())
		case "EntityContainer":
			n.Containers = append(n.Containers, p.container())
		case "Annotations":
			n.Targets = append(n.Targets, p.target())
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

func (p *parser) structuredType(entity bool) *StructuredType {
	n := p.types.new()
	n.Pos, n.Entity = p.pos, entity
	for _, a := range p.attributes {
		switch {
		case a.name == "Name":
			n.Name = a.value
		case a.name == "BaseType":
			n.BaseType = a.value
		case a.name == "Abstract":
			n.Abstract = p.boolean(a)
		case a.name == "OpenType":
			n.Open = p.boolean(a)
		case a.name == "HasStream" && entity:
			n.HasStream = p.boolean(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	properties, navigations, annotations := p.propertyLists.mark(), p.navigationLists.mark(), p.annotationLists.mark()
	for p.next() {
		switch {
		case p.name == "Property":
			p.propertyLists.add(p.property())
		case p.name == "NavigationProperty":
			p.navigationLists.add(p.navigationProperty())
		case p.name == "Key" && entity:
			p.key(n)
		case p.name == "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Properties = p.propertyLists.since(properties)
	n.Navigations = p.navigationLists.since(navigations)
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

func (p *parser) key(t *StructuredType) {
	start := p.pos
	for _, a := range p.attributes {
		p.unknownAttribute(a)
	}
	if t.Key != nil {
		p.errorf(int(start), "%s has a second Key, want one", t.Name)
	}
	found := false
	for p.next() {
		if p.name != "PropertyRef" {
			p.unknown()
			continue
		}
		found = true
		t.Key = append(t.Key, p.propertyRef())
	}
	if !found && !p.ended {
		p.errorf(int(start), "the Key of %s has no PropertyRef", t.Name)
	}
}

func (p *parser) propertyRef() PropertyRef {
	n := PropertyRef{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Alias":
			n.Alias = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	p.leaf()
	return n
}

// Which facets an element may have beside MaxLength, Precision, Scale, SRID
// and Unicode.
const (
	mayBeNullable = 1 << iota
	mayHaveDefault
)

// facet reads an attribute that is a facet, or is unknown.
func (p *parser) facet(f *Facets, a attribute, may int) {
	switch {
	case a.name == "Nullable" && may&mayBeNullable != 0:
		f.Nullable = p.optional(a)
	case a.name == "DefaultValue" && may&mayHaveDefault != 0:
		value := a.value
		f.DefaultValue = &value
	case a.name == "MaxLength":
		f.MaxLength = p.number(a, "max")
	case a.name == "Precision":
		f.Precision = p.number(a)
	case a.name == "Scale":
		f.Scale = p.number(a, "floating", "variable")
	case a.name == "SRID":
		f.SRID = p.number(a, "variable")
	case a.name == "Unicode":
		f.Unicode = p.optional(a)
	default:
		p.unknownAttribute(a)
	}
}

// number checks that an attribute is a number that is not negative, or one of words.
func (p *parser) number(a attribute, words ...string) string {
	if a.value != "" && strings.Trim(a.value, "0123456789") == "" {
		return a.value
	}
	want := "a number"
	for _, w := range words {
		if a.value == w {
			return a.value
		}
		want += fmt.Sprintf(" or %q", w)
	}
	p.wrong(a, want, words...)
	return a.value
}

func (p *parser) property() *Property {
	n := p.properties.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Type":
			n.Type = a.value
		default:
			p.facet(&n.Facets, a, mayBeNullable|mayHaveDefault)
		}
	}
	p.need("Name", n.Name)
	p.need("Type", n.Type)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) navigationProperty() *NavigationProperty {
	n := p.navigations.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Type":
			n.Type = a.value
		case "Nullable":
			n.Nullable = p.optional(a)
		case "Partner":
			n.Partner = a.value
		case "ContainsTarget":
			n.ContainsTarget = p.boolean(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	p.need("Type", n.Type)
	annotations := p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "ReferentialConstraint":
			n.Constraints = append(n.Constraints, p.constraint())
		case "OnDelete":
			p.onDelete(n)
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

func (p *parser) constraint() Constraint {
	n := Constraint{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Property":
			n.Property = a.value
		case "ReferencedProperty":
			n.ReferencedProperty = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Property", n.Property)
	p.need("ReferencedProperty", n.ReferencedProperty)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) onDelete(n *NavigationProperty) {
	if n.OnDelete != "" {
		p.errorf(int(p.pos), "%s has a second OnDelete, want one", n.Name)
	}
	for _, a := range p.attributes {
		switch a.name {
		case "Action":
			n.OnDelete = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Action", n.OnDelete)
	n.OnDeleteAnnotations = p.annotations()
}

func (p *parser) enumType() *EnumType {
	n := p.enums.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "UnderlyingType":
			n.Underlying = a.value
		case "IsFlags":
			n.Flags = p.boolean(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	members, annotations := p.members.mark(), p.annotationLists.mark()
	last := int64(-1)
	for p.next() {
		switch p.name {
		case "Member":
			m := p.member(n, last)
			p.members.add(m)
			last = m.Value
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Members = p.members.since(members)
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

// member reads a member of an enumeration; last is the value of the one before.
func (p *parser) member(of *EnumType, last int64) Member {
	n := Member{Pos: p.pos, Value: last + 1}
	given := false
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Value":
			given = true
			v, err := strconv.ParseInt(a.value, 10, 64)
			if err != nil {
				p.wrong(a, "an integer of at most 64 bits")
			}
			n.Value = v
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	if !given && last == math.MaxInt64 {
		p.errorf(int(n.Pos), "member %s has no value, and %d of the member before is the last one", n.Name, last)
	}
	if p.memberOf == nil {
		p.memberOf = make(map[string]*EnumType)
	}
	if p.memberOf[n.Name] == of && n.Name != "" {
		p.errorf(int(n.Pos), "%s has member %s twice", of.Name, n.Name)
	}
	p.memberOf[n.Name] = of
	n.Annotations = p.annotations()
	return n
}

func (p *parser) typeDefinition() *TypeDefinition {
	n := &TypeDefinition{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "UnderlyingType":
			n.Underlying = a.value
		default:
			p.facet(&n.Facets, a, 0)
		}
	}
	p.need("Name", n.Name)
	p.need("UnderlyingType", n.Underlying)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) operation(action bool) *Operation {
	n := p.operations.new()
	n.Pos, n.Action = p.pos, action
	tag := p.tag
	for _, a := range p.attributes {
		switch {
		case a.name == "Name":
			n.Name = a.value
		case a.name == "IsBound":
			n.Bound = p.boolean(a)
		case a.name == "EntitySetPath":
			n.EntitySetPath = a.value
		case a.name == "IsComposable" && !action:
			n.Composable = p.boolean(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	parameters, annotations := p.parameterLists.mark(), p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "Parameter":
			p.parameterLists.add(p.parameter())
		case "ReturnType":
			if n.Return != nil {
				p.errorf(int(p.pos), "%s has a second ReturnType, want one", n.Name)
			}
			n.Return = p.returnType()
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Parameters = p.parameterLists.since(parameters)
	n.Annotations = p.annotationLists.since(annotations)
	if !action && n.Return == nil && !p.ended {
		p.errorf(int(n.Pos), "%s %s has no ReturnType", tag, n.Name)
	}
	return n
}

func (p *parser) parameter() *Parameter {
	n := p.parameters.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Type":
			n.Type = a.value
		default:
			p.facet(&n.Facets, a, mayBeNullable)
		}
	}
	p.need("Name", n.Name)
	p.need("Type", n.Type)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) returnType() *ReturnType {
	n := p.returns.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Type":
			n.Type = a.value
		default:
			p.facet(&n.Facets, a, mayBeNullable)
		}
	}
	p.need("Type", n.Type)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) term() *Term {
	n := &Term{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Type":
			n.Type = a.value
		case "BaseTerm":
			n.BaseTerm = a.value
		case "AppliesTo":
			n.AppliesTo = a.value
		default:
			p.facet(&n.Facets, a, mayBeNullable|mayHaveDefault)
		}
	}
	p.need("Name", n.Name)
	p.need("Type", n.Type)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) container() *Container {
	n := &Container{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Name":
			n.Name = a.value
		case "Extends":
			n.Extends = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	annotations := p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "EntitySet":
			n.Sets = append(n.Sets, p.entitySet("EntityType", false))
		case "Singleton":
			n.Sets = append(n.Sets, p.entitySet("Type", true))
		case "ActionImport":
			n.Imports = append(n.Imports, p.operationImport("Action", true))
		case "FunctionImport":
			n.Imports = append(n.Imports, p.operationImport("Function", false))
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

// entitySet reads an entity set or a singleton; kind is the name of the attribute with its type.
func (p *parser) entitySet(kind string, singleton bool) *EntitySet {
	n := &EntitySet{Pos: p.pos, Singleton: singleton}
	for _, a := range p.attributes {
		switch {
		case a.name == "Name":
			n.Name = a.value
		case a.name == kind:
			n.Type = a.value
		case a.name == "Nullable" && singleton:
			n.Nullable = p.optional(a)
		case a.name == "IncludeInServiceDocument" && !singleton:
			n.Listed = p.optional(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	p.need(kind, n.Type)
	bindings, annotations := p.bindingLists.mark(), p.annotationLists.mark()
	for p.next() {
		switch p.name {
		case "NavigationPropertyBinding":
			p.bindingLists.add(p.binding())
		case "Annotation":
			p.annotation()
		default:
			p.unknown()
		}
	}
	n.Bindings = p.bindingLists.since(bindings)
	n.Annotations = p.annotationLists.since(annotations)
	return n
}

func (p *parser) binding() Binding {
	n := Binding{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Path":
			n.Path = a.value
		case "Target":
			n.Target = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Path", n.Path)
	p.need("Target", n.Target)
	p.leaf()
	return n
}

// operationImport reads an action or function import; kind is the name of the
// attribute with its operation.
func (p *parser) operationImport(kind string, action bool) *Import {
	n := &Import{Pos: p.pos, Action: action}
	for _, a := range p.attributes {
		switch {
		case a.name == "Name":
			n.Name = a.value
		case a.name == kind:
			n.Operation = a.value
		case a.name == "EntitySet":
			n.EntitySet = a.value
		case a.name == "IncludeInServiceDocument" && !action:
			n.Listed = p.optional(a)
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Name", n.Name)
	p.need(kind, n.Operation)
	n.Annotations = p.annotations()
	return n
}

func (p *parser) target() *Target {
	n := p.targets.new()
	n.Pos = p.pos
	for _, a := range p.attributes {
		switch a.name {
		case "Target":
			n.Path = a.value
		case "Qualifier":
			n.Qualifier = a.value
		default:
			p.unknownAttribute(a)
		}
	}
	p.need("Target", n.Path)
	n.Annotations = p.annotations()
	return n
}
