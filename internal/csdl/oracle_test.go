package csdl

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkTree compares a tree with what encoding/xml reads from the same text: the place and
// name of each element, its attributes and its text. Both are written as one line for
// each element. Left out are Edmx, DataServices, Key and OnDelete, which are no nodes.
func checkTree(tb testing.TB, text []byte, doc *Document) {
	tb.Helper()
	want, err := dumpXML(text)
	if err != nil {
		tb.Fatalf("encoding/xml refuses what Parse takes: %v", err)
	}
	if diff := cmp.Diff(want, dumpTree(doc)); diff != "" {
		tb.Fatalf("the tree differs (-encoding/xml +Parse):\n%s", diff)
	}
}

// falseByDefault are the attributes that a tree has as a bool.
var falseByDefault = []string{"Abstract", "OpenType", "HasStream", "IsFlags", "IsBound", "IsComposable", "ContainsTarget"}

func dumpXML(text []byte) ([]string, error) {
	type open struct {
		line *string
		text string
	}
	var lines []*string
	var stack []open
	member := int64(-1)
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		at := d.InputOffset()
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			var line *string
			switch t.Name.Local {
			case "Edmx", "DataServices", "Key", "OnDelete":
			default:
				line = new(string)
				*line = node(int(at), t.Name.Local, xmlAttributes(t, &member)...)
				lines = append(lines, line)
			}
			stack = append(stack, open{line: line})
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		case xml.EndElement:
			e := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if x := expressions[t.Name.Local]; e.line != nil && x.text {
				if x.kind != String {
					e.text = strings.Trim(e.text, blank)
				}
				*e.line += fmt.Sprintf(" = %q", e.text)
			}
		}
	}
	var dump []string
	for _, l := range lines {
		dump = append(dump, *l)
	}
	return dump, nil
}

// xmlAttributes returns the attributes as a tree has them; member is the value of
// the last member of an enumeration.
func xmlAttributes(t xml.StartElement, member *int64) []string {
	var pairs []string
	value := *member + 1
	for _, a := range t.Attr {
		switch name := a.Name.Local; {
		case a.Name.Space == "xmlns" || name == "xmlns":
		case slices.Contains(falseByDefault, name) && (a.Value == "false" || a.Value == "0"):
		case slices.Contains(falseByDefault, name) || name == "Nullable" || name == "Unicode" || name == "IncludeInServiceDocument":
			b, _ := strconv.ParseBool(a.Value)
			pairs = append(pairs, name, strconv.FormatBool(b))
		case name == "Value" && t.Name.Local == "Member":
			value, _ = strconv.ParseInt(a.Value, 10, 64)
		case name == "DefaultValue" || expressions[name].attribute && t.Name.Local != "NavigationPropertyBinding":
			pairs = append(pairs, name, a.Value+"!")
		default:
			pairs = append(pairs, name, a.Value)
		}
	}
	switch t.Name.Local {
	case "EnumType":
		*member = -1
	case "Member":
		*member = value
		pairs = append(pairs, "Value", strconv.FormatInt(value, 10))
	}
	return pairs
}

// node returns the line of an element. An attribute without value is left out.
func node(at int, name string, pairs ...string) string {
	var attributes []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attributes = append(attributes, fmt.Sprintf(" %s=%q", pairs[i], strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(pairs[i+1])))
		}
	}
	slices.Sort(attributes)
	return fmt.Sprintf("%d %s%s", at, name, strings.Join(attributes, ""))
}

// A dumper writes the lines of a tree.
type dumper struct {
	text  string
	lines map[Pos]string
}

func dumpTree(doc *Document) []string {
	d := &dumper{doc.text, make(map[Pos]string)}
	for _, r := range doc.References {
		d.add(r.Pos, "Reference", "Uri", r.URI)
		d.annotations(r.Annotations)
		for _, i := range r.Includes {
			d.add(i.Pos, "Include", "Namespace", i.Namespace, "Alias", i.Alias)
			d.annotations(i.Annotations)
		}
		for _, i := range r.Annotated {
			d.add(i.Pos, "IncludeAnnotations", "TermNamespace", i.TermNamespace, "Qualifier", i.Qualifier, "TargetNamespace", i.TargetNamespace)
		}
	}
	for _, s := range doc.Schemas {
		d.schema(s)
	}
	var places []Pos
	for p := range d.lines {
		places = append(places, p)
	}
	slices.Sort(places)
	var dump []string
	for _, p := range places {
		dump = append(dump, d.lines[p])
	}
	return dump
}

func (d *dumper) add(at Pos, name string, pairs ...string) {
	if line, twice := d.lines[at]; twice {
		name += " beside " + line
	}
	d.lines[at] = node(int(at), name, pairs...)
}

func (d *dumper) schema(s *Schema) {
	d.add(s.Pos, "Schema", "Namespace", s.Namespace, "Alias", s.Alias)
	d.annotations(s.Annotations)
	for _, t := range s.Types {
		d.structuredType(t)
	}
	for _, e := range s.Enums {
		d.add(e.Pos, "EnumType", "Name", e.Name, "UnderlyingType", e.Underlying, "IsFlags", flag(e.Flags))
		d.annotations(e.Annotations)
		for _, m := range e.Members {
			d.add(m.Pos, "Member", "Name", m.Name, "Value", strconv.FormatInt(m.Value, 10))
			d.annotations(m.Annotations)
		}
	}
	for _, t := range s.Definitions {
		d.add(t.Pos, "TypeDefinition", append(facets(&t.Facets), "Name", t.Name, "UnderlyingType", t.Underlying)...)
		d.annotations(t.Annotations)
	}
	for _, o := range s.Operations {
		d.operation(o)
	}
	for _, t := range s.Terms {
		d.add(t.Pos, "Term", append(facets(&t.Facets), "Name", t.Name, "Type", t.Type, "BaseTerm", t.BaseTerm, "AppliesTo", t.AppliesTo)...)
		d.annotations(t.Annotations)
	}
	for _, c := range s.Containers {
		d.container(c)
	}
	for _, t := range s.Targets {
		d.add(t.Pos, "Annotations", "Target", t.Path, "Qualifier", t.Qualifier)
		d.annotations(t.Annotations)
	}
}

func (d *dumper) structuredType(t *StructuredType) {
	name := "ComplexType"
	if t.Entity {
		name = "EntityType"
	}
	d.add(t.Pos, name, "Name", t.Name, "BaseType", t.BaseType, "Abstract", flag(t.Abstract), "OpenType", flag(t.Open), "HasStream", flag(t.HasStream))
	d.annotations(t.Annotations)
	for _, k := range t.Key {
		d.add(k.Pos, "PropertyRef", "Name", k.Name, "Alias", k.Alias)
	}
	for _, p := range t.Properties {
		d.add(p.Pos, "Property", append(facets(&p.Facets), "Name", p.Name, "Type", p.Type)...)
		d.annotations(p.Annotations)
	}
	for _, p := range t.Navigations {
		d.add(p.Pos, "NavigationProperty", "Name", p.Name, "Type", p.Type, "Nullable", optional(p.Nullable), "Partner", p.Partner, "ContainsTarget", flag(p.ContainsTarget))
		d.annotations(p.Annotations)
		d.annotations(p.OnDeleteAnnotations)
		for _, c := range p.Constraints {
			d.add(c.Pos, "ReferentialConstraint", "Property", c.Property, "ReferencedProperty", c.ReferencedProperty)
			d.annotations(c.Annotations)
		}
	}
}

func (d *dumper) operation(o *Operation) {
	name := "Function"
	if o.Action {
		name = "Action"
	}
	d.add(o.Pos, name, "Name", o.Name, "IsBound", flag(o.Bound), "IsComposable", flag(o.Composable), "EntitySetPath", o.EntitySetPath)
	d.annotations(o.Annotations)
	for _, p := range o.Parameters {
		d.add(p.Pos, "Parameter", append(facets(&p.Facets), "Name", p.Name, "Type", p.Type)...)
		d.annotations(p.Annotations)
	}
	if r := o.Return; r != nil {
		d.add(r.Pos, "ReturnType", append(facets(&r.Facets), "Type", r.Type)...)
		d.annotations(r.Annotations)
	}
}

func (d *dumper) container(c *Container) {
	d.add(c.Pos, "EntityContainer", "Name", c.Name, "Extends", c.Extends)
	d.annotations(c.Annotations)
	for _, s := range c.Sets {
		name, kind := "EntitySet", "EntityType"
		if s.Singleton {
			name, kind = "Singleton", "Type"
		}
		d.add(s.Pos, name, "Name", s.Name, kind, s.Type, "Nullable", optional(s.Nullable), "IncludeInServiceDocument", optional(s.Listed))
		d.annotations(s.Annotations)
		for _, b := range s.Bindings {
			d.add(b.Pos, "NavigationPropertyBinding", "Path", b.Path, "Target", b.Target)
		}
	}
	for _, i := range c.Imports {
		name, kind := "FunctionImport", "Function"
		if i.Action {
			name, kind = "ActionImport", "Action"
		}
		d.add(i.Pos, name, "Name", i.Name, kind, i.Operation, "EntitySet", i.EntitySet, "IncludeInServiceDocument", optional(i.Listed))
		d.annotations(i.Annotations)
	}
}

func (d *dumper) annotations(list []Annotation) {
	for _, a := range list {
		d.add(a.Pos, "Annotation", append(d.value(a.Value), "Term", a.Term, "Qualifier", a.Qualifier)...)
		d.annotations(a.Annotations)
	}
}

// value writes a value that is an element, and returns one that is an attribute.
func (d *dumper) value(v Value) []string {
	if v.Kind == NoValue {
		return nil
	}
	if d.text[v.Pos] != '<' {
		return []string{v.Name, v.Text + "!"}
	}
	pairs := []string{"Type", v.Type}
	if v.Facets != nil {
		pairs = append(pairs, facets(v.Facets)...)
	}
	switch v.Name {
	case "Apply":
		pairs = append(pairs, "Function", v.Text)
	case "LabeledElement":
		pairs = append(pairs, "Name", v.Text)
	}
	for _, item := range v.Items {
		pairs = append(pairs, d.value(item)...)
	}
	d.add(v.Pos, v.Name, pairs...)
	if expressions[v.Name].text {
		d.lines[v.Pos] += fmt.Sprintf(" = %q", v.Text)
	}
	for _, p := range v.Properties {
		d.add(p.Pos, "PropertyValue", append(d.value(p.Value), "Property", p.Property)...)
		d.annotations(p.Annotations)
	}
	d.annotations(v.Annotations)
	return nil
}

func facets(f *Facets) []string {
	pairs := []string{
		"Nullable", optional(f.Nullable), "MaxLength", f.MaxLength, "Precision", f.Precision, "Scale", f.Scale,
		"SRID", f.SRID, "Unicode", optional(f.Unicode),
	}
	if f.DefaultValue != nil {
		pairs = append(pairs, "DefaultValue", *f.DefaultValue+"!")
	}
	return pairs
}

func optional(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

func flag(b bool) string {
	if b {
		return "true"
	}
	return ""
}
