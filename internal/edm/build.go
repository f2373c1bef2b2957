package edm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/spell"
)

// A builder makes a model, phase by phase: names first, then what refers to them.
type builder struct {
	*Model
	errs, issues notes
	declared     map[*Struct]*csdl.StructuredType
	resolved     map[string]Type // spelling → type, of those that were looked up
	sink         Annotations     // of what can be annotated to no effect
}

// notes are messages whose lines are not known yet, no more than [csdl.MaxErrors] of them.
type notes struct {
	list []note
	more int // that did not fit in the list
}

type note struct {
	pos     csdl.Pos
	message string
}

func (n *notes) add(pos csdl.Pos, format string, args ...any) {
	if len(n.list) >= csdl.MaxErrors {
		n.more++
		return
	}
	n.list = append(n.list, note{pos, fmt.Sprintf(format, args...)})
}

// located returns the notes in order of place.
func (n *notes) located(doc *csdl.Document) []Issue {
	slices.SortStableFunc(n.list, func(x, y note) int { return cmp.Compare(x.pos, y.pos) })
	var list []Issue
	for _, note := range n.list {
		line, column := doc.Position(note.pos)
		list = append(list, Issue{line, column, note.message})
	}
	if n.more > 0 {
		last := list[len(list)-1]
		list = append(list, Issue{last.Line, last.Column, fmt.Sprintf("and %d more", n.more)})
	}
	return list
}

// unknown reports what the parser passed over.
func (b *builder) unknown() {
	for _, u := range b.doc.Unknown {
		switch {
		case u.Text != "":
			b.issues.add(u.Pos, "text %q in <%s>", u.Text, u.Element)
		case u.Attribute != "":
			b.issues.add(u.Pos, "unknown attribute %q of <%s>", u.Attribute, u.Element)
		default:
			b.issues.add(u.Pos, "unknown element <%s>", u.Element)
		}
	}
}

// declare notes the names of all namespaces, aliases, types and terms.
func (b *builder) declare() {
	for _, r := range b.doc.References {
		for _, i := range r.Includes {
			b.alias(i.Pos, i.Alias, i.Namespace)
		}
	}
	for _, s := range b.doc.Schemas {
		b.alias(s.Pos, s.Alias, s.Namespace)
	}
	for _, s := range b.doc.Schemas {
		b.declareStructs(s)
		for _, e := range s.Enums {
			b.declareEnum(s.Namespace, e)
		}
		for _, d := range s.Definitions {
			p, ok := primitiveNamed(d.Underlying)
			if !ok {
				b.errs.add(d.Pos, "type definition %q has the underlying type %q: want a primitive type", d.Name, d.Underlying)
			}
			b.claim(d.Pos, s.Namespace+"."+d.Name, Type{Primitive: p})
		}
		for _, t := range s.Terms {
			term := *t
			b.Terms[s.Namespace+"."+t.Name] = &term
		}
	}
}

func (b *builder) alias(pos csdl.Pos, alias, namespace string) {
	if alias == "" {
		return
	}
	if other, ok := b.aliases[alias]; ok && other != namespace {
		b.errs.add(pos, "alias %q stands for %q and for %q", alias, other, namespace)
	}
	b.aliases[alias] = namespace
}

func (b *builder) declareStructs(schema *csdl.Schema) {
	structs := make([]Struct, len(schema.Types))
	for i, t := range schema.Types {
		s := &structs[i]
		*s = Struct{
			Namespace: schema.Namespace, Name: t.Name, Entity: t.Entity, Abstract: t.Abstract, Open: t.Open,
			HasStream: t.HasStream, Annotations: b.annotations(t.Annotations), Pos: t.Pos, full: schema.Namespace + "." + t.Name,
		}
		s.AnyJSON = !t.Entity && t.Name == "Json" && t.BaseType == "" && len(t.Properties)+len(t.Navigations) == 0
		for _, ref := range t.Key {
			s.key = append(s.key, ref.Name)
		}
		b.claim(t.Pos, s.full, Type{Struct: s})
		b.declared[s] = t
		b.ordered = append(b.ordered, s)
	}
}

func (b *builder) declareEnum(namespace string, d *csdl.EnumType) {
	e := &Enum{
		Namespace: namespace, Name: d.Name, Flags: d.Flags, Underlying: Int32, Members: slices.Clone(d.Members),
		Annotations: b.annotations(d.Annotations), Pos: d.Pos, full: namespace + "." + d.Name,
	}
	for i := range e.Members {
		e.Members[i].Annotations = b.annotations(e.Members[i].Annotations)
	}
	if d.Underlying != "" {
		e.Underlying, _ = primitiveNamed(d.Underlying)
	}
	switch e.Underlying {
	case Byte, SByte, Int16, Int32, Int64:
	default:
		b.errs.add(d.Pos, "enumeration %q has the underlying type %q: want Edm.Byte, Edm.SByte, Edm.Int16, Edm.Int32 or Edm.Int64", d.Name, d.Underlying)
	}
	b.claim(d.Pos, e.full, Type{Enum: e})
	b.enumsIn = append(b.enumsIn, e)
}

// claim gives a qualified name to a type.
func (b *builder) claim(pos csdl.Pos, full string, t Type) {
	if _, taken := b.types[full]; taken {
		b.errs.add(pos, "there is another type %q", full)
		return
	}
	b.types[full] = t
}

// annotations returns a list in which no term is named by an alias.
func (b *builder) annotations(list []csdl.Annotation) Annotations {
	out := Annotations(list)
	for i, a := range list {
		if full := b.qualified(a.Term); full != a.Term {
			if &out[0] == &list[0] {
				out = slices.Clone(out)
			}
			out[i].Term = full
		}
	}
	return out
}

// resolve returns the type of that name; the zero type, with an error of the
// document, if there is none.
func (b *builder) resolve(pos csdl.Pos, name string) Type {
	t, ok := b.resolved[name]
	if ok {
		return t
	}
	if t, ok = b.typeOf(name); ok {
		b.resolved[name] = t
		return t
	}
	if len(b.errs.list) >= csdl.MaxErrors { // looking for what was meant takes its time
		b.errs.more++
		return Type{}
	}
	_, err := b.Type(name)
	b.errs.add(pos, "%v", err)
	return Type{}
}

// inherit joins types with their bases.
func (b *builder) inherit() {
	for _, s := range b.ordered {
		d := b.declared[s]
		if d.BaseType == "" {
			continue
		}
		base := b.resolve(d.Pos, d.BaseType)
		switch {
		case base == Type{}:
		case base.Struct == nil || base.Collection:
			b.errs.add(d.Pos, "the base type of %q is %s: want an entity or a complex type", s.Name, base)
		case base.Struct.Entity != s.Entity:
			b.errs.add(d.Pos, "the base type of %q is %s: an entity type and a complex type can't inherit from each other", s.Name, base)
		case base.Struct.IsA(s):
			b.errs.add(d.Pos, "%q is its own base type", s.Name)
		default:
			s.Base = base.Struct
			s.Base.Derived = append(s.Base.Derived, s)
		}
	}
	for _, s := range b.ordered { // bases may come later in the document
		for base := s.Base; base != nil; base = base.Base {
			s.Open = s.Open || base.Open
			s.HasStream = s.HasStream || base.HasStream
		}
	}
}

// members makes the properties of all types.
func (b *builder) members() {
	for _, s := range b.ordered {
		b.own(s, b.declared[s])
	}
	for _, s := range b.ordered { // bases have their properties now
		for _, ref := range b.declared[s].Key {
			if name, _, _ := strings.Cut(ref.Name, "/"); member(s, name) == nil {
				b.errs.add(ref.Pos, "the key of %q is %q, which is no property of it", s.Name, ref.Name)
			}
		}
		for _, p := range s.Own {
			if base := member(s.Base, p.Name); base != nil {
				b.issues.add(p.Pos, "the property %q of %q takes the place of that of its base type %q", p.Name, s.Name, base.Owner.Name)
			}
		}
	}
}

// own makes the properties that a type declares itself.
func (b *builder) own(s *Struct, d *csdl.StructuredType) {
	props := make([]Property, 0, len(d.Properties)+len(d.Navigations))
	for _, p := range d.Properties {
		props = append(props, Property{
			Name: p.Name, Owner: s, Type: b.resolve(p.Pos, p.Type), Nullable: orTrue(p.Nullable),
			Default: p.DefaultValue, MaxLength: p.MaxLength, Precision: p.Precision, Scale: p.Scale,
			Annotations: b.annotations(p.Annotations), Pos: p.Pos,
		})
	}
	for _, n := range d.Navigations {
		t := b.resolve(n.Pos, n.Type)
		if (t != Type{}) && !t.IsEntity() {
			b.errs.add(n.Pos, "navigation property %q leads to %s: want an entity type", n.Name, t)
		}
		props = append(props, Property{
			Name: n.Name, Owner: s, Type: t, Nullable: orTrue(n.Nullable), Navigation: true,
			Contained: n.ContainsTarget, Partner: n.Partner, Annotations: b.annotations(n.Annotations), Pos: n.Pos,
		})
	}
	names := make(map[string]bool, len(props))
	for i := range props {
		p := &props[i]
		if names[p.Name] {
			b.errs.add(p.Pos, "%q has the property %q twice", s.Name, p.Name)
		}
		names[p.Name] = true
		s.Own = append(s.Own, p)
	}
}

// orTrue is a facet whose default is true.
func orTrue(facet *bool) bool { return facet == nil || *facet }

// member is [Struct.Member] before all members are known.
func member(s *Struct, name string) *Property {
	for ; s != nil; s = s.Base {
		for _, p := range s.Own {
			if p.Name == name {
				return p
			}
		}
	}
	return nil
}

func (b *builder) operations() {
	for _, schema := range b.doc.Schemas {
		for _, d := range schema.Operations {
			op := b.operation(schema.Namespace, d)
			b.ops = append(b.ops, op)
			switch {
			case !d.Bound:
			case len(d.Parameters) == 0:
				b.errs.add(d.Pos, "%q is bound and has no parameter: want the type that it is bound to as the first", d.Name)
			case op.Binding.Struct != nil:
				names := b.bound[op.Binding]
				if names == nil {
					names = make(map[string][]*Operation)
					b.bound[op.Binding] = names
				}
				fold := strings.ToLower(op.Name)
				names[fold] = append(names[fold], op)
			case op.Binding != Type{}:
				b.issues.add(d.Pos, "%q is bound to %s, behind which no path can go on", d.Name, op.Binding)
			}
		}
	}
}

func (b *builder) operation(namespace string, d *csdl.Operation) *Operation {
	op := &Operation{
		Namespace: namespace, Name: d.Name, Action: d.Action, Composable: d.Composable, Bound: d.Bound,
		SetPath: d.EntitySetPath, Annotations: b.annotations(d.Annotations), Pos: d.Pos,
	}
	for i, p := range d.Parameters {
		t := b.resolve(p.Pos, p.Type)
		if d.Bound && i == 0 {
			op.Binding, op.binding = t, p.Name
			continue
		}
		op.Params = append(op.Params, &Param{
			Name: p.Name, Type: t, Nullable: orTrue(p.Nullable), Annotations: b.annotations(p.Annotations), Pos: p.Pos,
		})
	}
	if r := d.Return; r != nil {
		t := b.resolve(r.Pos, r.Type)
		op.Return, op.Nullable, op.ReturnAnnotations = &t, orTrue(r.Nullable), b.annotations(r.Annotations)
	}
	return op
}

// container makes the entity sets, singletons and imports.
func (b *builder) container() {
	for _, schema := range b.doc.Schemas {
		for _, c := range schema.Containers {
			if b.Container != "" {
				b.errs.add(c.Pos, "there is another entity container, %q", b.Container)
			} else {
				b.Container, b.Annotations = schema.Namespace+"."+c.Name, b.annotations(c.Annotations)
			}
			if c.Extends != "" {
				b.issues.add(c.Pos, "entity container %q extends %q, which is not followed", c.Name, c.Extends)
			}
			for _, s := range c.Sets {
				b.entitySet(s)
			}
			for _, i := range c.Imports {
				b.operationImport(i)
			}
		}
	}
	if b.Container == "" {
		b.errs.add(0, "there is no entity container: no path leads anywhere")
	}
}

// isFree reports whether a name at the root is not taken yet.
func (b *builder) isFree(pos csdl.Pos, name string) bool {
	if b.Sets[name] == nil && b.Imports[name] == nil {
		return true
	}
	b.errs.add(pos, "there is another entity set, singleton or import %q", name)
	return false
}

func (b *builder) entitySet(d *csdl.EntitySet) {
	t := b.resolve(d.Pos, d.Type)
	switch {
	case t == Type{}:
		return
	case !t.IsEntity() || t.Collection:
		b.errs.add(d.Pos, "%q holds %s: want an entity type", d.Name, t)
		return
	case !b.isFree(d.Pos, d.Name):
		return
	}
	set := &EntitySet{
		Name: d.Name, Singleton: d.Singleton, Type: t.Struct, Annotations: b.annotations(d.Annotations), Pos: d.Pos,
		Bindings: make(map[string]string, len(d.Bindings)),
	}
	for _, binding := range d.Bindings {
		set.Bindings[binding.Path] = binding.Target
	}
	b.Sets[d.Name] = set
}

func (b *builder) operationImport(d *csdl.Import) {
	full := b.qualified(d.Operation)
	imp := &Import{Name: d.Name, EntitySet: d.EntitySet, Pos: d.Pos, Annotations: b.annotations(d.Annotations)}
	for _, op := range b.ops {
		if !op.Bound && op.Action == d.Action && op.FullName() == full {
			imp.Operations = append(imp.Operations, op)
		}
	}
	if len(imp.Operations) == 0 {
		b.errs.add(d.Pos, "%q imports %q, which is no unbound operation", d.Name, d.Operation)
	} else if b.isFree(d.Pos, d.Name) {
		b.Imports[d.Name] = imp
	}
}

// targets gives annotations that stand elsewhere to what they speak of.
func (b *builder) targets() {
	operations := make(map[string][]*Operation)
	for _, op := range b.ops {
		operations[op.FullName()] = append(operations[op.FullName()], op)
	}
	for _, schema := range b.doc.Schemas {
		for _, t := range schema.Targets {
			found := b.target(t.Path, operations)
			if len(found) == 0 {
				b.issues.add(t.Pos, "annotations of %q, which is not there", t.Path)
			}
			for _, as := range found { // never appended in place: the first of them are the document's
				*as = slices.Concat(*as, b.annotations(t.Annotations))
			}
		}
	}
}

// target returns the annotations of what a path names: of a type or a term, of
// one of its members, of the entity container or something in it, of the overloads of an
// operation, of their parameters or of what they return. There are several only for an
// operation without a signature.
func (b *builder) target(path string, operations map[string][]*Operation) []*Annotations {
	if open := strings.IndexByte(path, '('); open > 0 {
		return b.signatureTarget(path, open, operations)
	}
	head, member, _ := strings.Cut(path, "/")
	full := b.qualified(head)
	if full == b.Container {
		return one(b.containerTarget(member))
	}
	if t, ok := b.types[full]; ok {
		return one(b.typeTarget(t, member))
	}
	if term := b.Terms[full]; term != nil && member == "" {
		return one((*Annotations)(&term.Annotations))
	}
	var found []*Annotations
	for _, op := range operations[full] {
		found = append(found, one(b.operationTarget(op, member))...)
	}
	return found
}

func one(as *Annotations) []*Annotations {
	if as == nil {
		return nil
	}
	return []*Annotations{as}
}

func (b *builder) containerTarget(name string) *Annotations {
	switch {
	case name == "":
		return &b.Annotations
	case b.Sets[name] != nil:
		return &b.Sets[name].Annotations
	case b.Imports[name] != nil:
		return &b.Imports[name].Annotations
	}
	return nil
}

func (b *builder) typeTarget(t Type, name string) *Annotations {
	switch {
	case t.Struct != nil && name == "":
		return &t.Struct.Annotations
	case t.Struct != nil:
		if p := member(t.Struct, name); p != nil {
			return &p.Annotations
		}
	case t.Enum != nil && name == "":
		return &t.Enum.Annotations
	case t.Enum != nil:
		for i := range t.Enum.Members {
			if m := &t.Enum.Members[i]; m.Name == name {
				return (*Annotations)(&m.Annotations)
			}
		}
	case name == "":
		return &b.sink // of a type definition
	}
	return nil
}

func (b *builder) operationTarget(op *Operation, name string) *Annotations {
	switch {
	case name == "":
		return &op.Annotations
	case name == "$ReturnType":
		return &op.ReturnAnnotations
	case op.Bound && name == op.binding:
		return &b.sink
	}
	if p := op.Param(name); p != nil {
		return &p.Annotations
	}
	return nil
}

// signatureTarget finds the overload that a signature names: ns.name(T1,Collection(T2)).
// That of a bound action may also be just the type that it is bound to, that of
// an unbound one be empty.
func (b *builder) signatureTarget(path string, open int, operations map[string][]*Operation) []*Annotations {
	end := strings.LastIndexByte(path, ')')
	if end < open {
		return nil
	}
	var types []Type
	for name := range strings.SplitSeq(path[open+1:end], ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		t, ok := b.typeOf(name)
		if !ok {
			return nil
		}
		types = append(types, t)
	}
	member := strings.TrimPrefix(path[end+1:], "/")
	for _, op := range operations[b.qualified(path[:open])] {
		signature := op.signature()
		if slices.Equal(types, signature) || op.Action && slices.Equal(types, signature[:len(signature)-len(op.Params)]) {
			return one(b.operationTarget(op, member))
		}
	}
	return nil
}

// signature returns the types of the parameters, the binding one first.
func (o *Operation) signature() []Type {
	var types []Type
	if o.Bound {
		types = append(types, o.Binding)
	}
	for _, p := range o.Params {
		types = append(types, p.Type)
	}
	return types
}

// terms reports annotations that nobody could understand, of a namespace that is
// neither OData's nor the document's own, and terms that apply to nothing.
func (b *builder) terms() {
	b.known(b.Annotations)
	for _, name := range b.Entries() {
		b.known(*b.containerTarget(name))
	}
	for _, s := range b.ordered {
		b.known(s.Annotations)
		for _, p := range s.Own {
			b.known(p.Annotations)
		}
	}
	for _, e := range b.enumsIn {
		b.known(e.Annotations)
		for _, m := range e.Members {
			b.known(m.Annotations)
		}
	}
	for _, op := range b.ops {
		b.known(op.Annotations)
		b.known(op.ReturnAnnotations)
		for _, p := range op.Params {
			b.known(p.Annotations)
		}
	}
	for _, schema := range b.doc.Schemas {
		for _, t := range schema.Terms {
			for to := range strings.FieldsSeq(strings.ReplaceAll(t.AppliesTo, ",", " ")) {
				if strings.Contains(to, ".") && b.types[b.qualified(to)] == (Type{}) {
					b.issues.add(t.Pos, "term %q applies to %q, which is not there%s", t.Name, to, spell.Hint(to, b.TypeNames()))
				}
			}
		}
	}
}

// known reports those annotations whose terms are not.
func (b *builder) known(as Annotations) {
	for _, a := range as {
		if !strings.HasPrefix(a.Term, "Org.OData.") && b.Terms[a.Term] == nil {
			b.issues.add(a.Pos, "annotation %q is declared nowhere", a.Term)
		}
	}
}
