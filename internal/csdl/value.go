package csdl

import (
	"fmt"
	"strings"

	"github.com/graphmock/graphmock/internal/spell"
)

// An expression is what is known of an expression by its name.
type expression struct {
	kind      ValueKind
	attribute bool // it may be written as an attribute too
	text      bool // as an element it holds text
	min, max  int  // operands of an Other as an element
}

const many = 1 << 30

var expressions = map[string]expression{
	"Binary":                  {kind: Binary, attribute: true, text: true},
	"Bool":                    {kind: Bool, attribute: true, text: true},
	"Date":                    {kind: Date, attribute: true, text: true},
	"DateTimeOffset":          {kind: DateTimeOffset, attribute: true, text: true},
	"Decimal":                 {kind: Float, attribute: true, text: true},
	"Duration":                {kind: Duration, attribute: true, text: true},
	"EnumMember":              {kind: EnumMember, attribute: true, text: true},
	"Float":                   {kind: Float, attribute: true, text: true},
	"Guid":                    {kind: Guid, attribute: true, text: true},
	"Int":                     {kind: Int, attribute: true, text: true},
	"String":                  {kind: String, attribute: true, text: true},
	"TimeOfDay":               {kind: TimeOfDay, attribute: true, text: true},
	"AnnotationPath":          {kind: Path, attribute: true, text: true},
	"ModelElementPath":        {kind: Path, attribute: true, text: true},
	"NavigationPropertyPath":  {kind: Path, attribute: true, text: true},
	"Path":                    {kind: Path, attribute: true, text: true},
	"PropertyPath":            {kind: Path, attribute: true, text: true},
	"UrlRef":                  {kind: Other, attribute: true, min: 1, max: 1},
	"LabeledElementReference": {kind: Other, text: true},
	"LabeledElement":          {kind: Other, max: 1},
	"Collection":              {kind: Collection, max: many},
	"Record":                  {kind: Record},
	"Null":                    {kind: Null},
	"Apply":                   {kind: Other, max: many},
	"Cast":                    {kind: Other, min: 1, max: 1},
	"IsOf":                    {kind: Other, min: 1, max: 1},
	"If":                      {kind: Other, min: 2, max: 3},
	"Not":                     {kind: Other, min: 1, max: 1},
	"Neg":                     {kind: Other, min: 1, max: 1},
	"And":                     {kind: Other, min: 2, max: 2},
	"Or":                      {kind: Other, min: 2, max: 2},
	"Eq":                      {kind: Other, min: 2, max: 2},
	"Ne":                      {kind: Other, min: 2, max: 2},
	"Gt":                      {kind: Other, min: 2, max: 2},
	"Ge":                      {kind: Other, min: 2, max: 2},
	"Lt":                      {kind: Other, min: 2, max: 2},
	"Le":                      {kind: Other, min: 2, max: 2},
	"Has":                     {kind: Other, min: 2, max: 2},
	"In":                      {kind: Other, min: 2, max: 2},
	"Add":                     {kind: Other, min: 2, max: 2},
	"Sub":                     {kind: Other, min: 2, max: 2},
	"Mul":                     {kind: Other, min: 2, max: 2},
	"Div":                     {kind: Other, min: 2, max: 2},
	"DivBy":                   {kind: Other, min: 2, max: 2},
	"Mod":                     {kind: Other, min: 2, max: 2},
}

// annotations reads the children of an element that has only annotations.
func (p *parser) annotations() []Annotation {
	mark := p.annotationLists.mark()
	for p.next() {
		if p.name == "Annotation" {
			p.annotation()
		} else {
			p.unknown()
		}
	}
	return p.annotationLists.since(mark)
}

// annotation reads an annotation and adds it to the list at hand.
func (p *parser) annotation() {
	n := Annotation{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Term":
			n.Term = a.value
		case "Qualifier":
			n.Qualifier = a.value
		default:
			p.inline(&n.Value, a)
		}
	}
	p.need("Term", n.Term)
	n.Annotations = p.valued(&n.Value)
	p.annotationLists.add(n)
}

// propertyValue reads a member of a record and adds it to the list at hand.
func (p *parser) propertyValue() {
	n := PropertyValue{Pos: p.pos}
	for _, a := range p.attributes {
		switch a.name {
		case "Property":
			n.Property = a.value
		default:
			p.inline(&n.Value, a)
		}
	}
	p.need("Property", n.Property)
	n.Annotations = p.valued(&n.Value)
	p.propertyValues.add(n)
}

// inline reads an attribute that is an expression, or is unknown.
func (p *parser) inline(v *Value, a attribute) {
	e := expressions[a.name]
	if !e.attribute {
		p.unknownAttribute(a)
		return
	}
	if v.Kind != NoValue {
		p.errorf(int(a.pos), "element %s has a second value %s beside %s, want one", p.tag, a.name, v.Name)
	}
	*v = Value{Pos: a.pos, Kind: e.kind, Name: a.name, Text: a.value}
	p.check(v)
}

// valued reads the children of an element that has a value and annotations.
// The value may have been given by an attribute.
func (p *parser) valued(v *Value) []Annotation {
	tag := p.tag
	mark := p.annotationLists.mark()
	for p.next() {
		e, known := expressions[p.name]
		switch {
		case p.name == "Annotation":
			p.annotation()
		case !known:
			p.unknown()
		default:
			if v.Kind != NoValue {
				p.errorf(int(p.pos), "element %s has a second value %s beside %s, want one", tag, p.name, v.Name)
			}
			*v = p.value(e)
		}
	}
	return p.annotationLists.since(mark)
}

// value reads an expression that is an element.
func (p *parser) value(e expression) Value {
	n := Value{Pos: p.pos, Kind: e.kind, Name: p.name}
	tag, broken := p.tag, p.broken
	values, properties, annotations := p.values.mark(), p.propertyValues.mark(), p.annotationLists.mark()
	for _, a := range p.attributes {
		p.valueAttribute(&n, a)
	}
	if n.Name == "LabeledElement" {
		p.need("Name", n.Text)
	}
	if e.text {
		n.Text = p.content(n.Kind == String)
		p.check(&n)
		return n
	}
	for p.next() {
		inner, known := expressions[p.name]
		switch {
		case p.name == "Annotation" && n.Kind != Collection:
			p.annotation()
		case p.name == "PropertyValue" && n.Kind == Record:
			p.propertyValue()
		case known && e.max > 0:
			p.values.add(p.value(inner))
		default:
			p.unknown()
		}
	}
	n.Items = p.values.since(values)
	n.Properties = p.propertyValues.since(properties)
	n.Annotations = p.annotationLists.since(annotations)
	if count := len(n.Items); (count < e.min || count > e.max) && !p.ended && !broken {
		p.errorf(int(n.Pos), "element %s has %d operands, want %s", tag, count, e.operands())
	}
	return n
}

// operands says how many operands an expression has.
func (e expression) operands() string {
	if e.min == e.max {
		return fmt.Sprint(e.min)
	}
	return fmt.Sprintf("%d or %d", e.min, e.max)
}

// valueAttribute reads an attribute of an expression that is an element.
func (p *parser) valueAttribute(v *Value, a attribute) {
	typed := v.Name == "Cast" || v.Name == "IsOf"
	switch {
	case a.name == "Type" && (typed || v.Kind == Record):
		v.Type = a.value
	case a.name == "Function" && v.Name == "Apply", a.name == "Name" && v.Name == "LabeledElement":
		v.Text = a.value
	case v.Name == "LabeledElement":
		var item Value
		if p.inline(&item, a); item.Kind != NoValue {
			p.values.add(item)
		}
	case typed:
		f := v.Facets
		if f == nil {
			f = new(Facets)
		}
		if p.facet(f, a, 0); *f != (Facets{}) {
			v.Facets = f
		}
	default:
		p.unknownAttribute(a)
	}
}

// content reads the text of an element up to its end tag, with or without the
// blanks around it.
func (p *parser) content(blanks bool) string {
	var text string
	var pieces []string // if there are several
	for token := p.step(); token != endTag; token = p.step() {
		switch {
		case token == startTag:
			p.unknown()
		case text == "":
			text = p.data
		default:
			pieces = append(pieces, p.data)
		}
	}
	if pieces != nil {
		text += strings.Join(pieces, "")
	}
	if !blanks {
		text = strings.Trim(text, blank)
	}
	return text
}

// check reports a text that is not a constant of its kind.
func (p *parser) check(v *Value) {
	switch v.Kind {
	case Bool:
		if v.Text != "true" && v.Text != "false" && !p.ended {
			p.errorf(int(v.Pos), `%s is %q, want "true" or "false"%s`, v.Name, shorten(v.Text), spell.Hint(v.Text, []string{"true", "false"}))
		}
	case Int:
		digits := strings.TrimLeft(v.Text, "+-")
		if (digits == "" || len(v.Text)-len(digits) > 1 || strings.Trim(digits, "0123456789") != "") && !p.ended {
			p.errorf(int(v.Pos), "%s is %q, want an integer", v.Name, shorten(v.Text))
		}
	}
}
