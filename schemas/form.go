package schemas

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/edmschema"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// A use says what a value of a type is for.
type use uint8

const (
	forCreate use = iota // the body of POST
	forUpdate            // the body of PATCH or PUT
	forAnswer
)

// A form is what a JSON body may be, by the metadata: a value of a type, the
// parameters of an action, or one of Graph's envelopes around values. It says what
// a schema of internal/edmschema says in JSON Schema, and a test holds the two to
// each other; walking the model is ten times as fast, and knows better what was meant.
type form struct {
	contract *Contract
	typ      edm.Type // of the value, or of the value in the envelope
	use      use
	envelope envelope
	action   *edm.Operation // whose parameters they are
	delta    bool           // the values are changes, and may be partial or removed
}

// An envelope is what stands around a value.
type envelope uint8

const (
	bare       envelope = iota // nothing: the body is the value
	inValue                    // {"value": …}
	parameters                 // {"name": value, …} of an action
	link                       // {"@odata.id": …}
	links                      // {"value": [{"@odata.id": …}, …]}
)

// Name returns what the form is made from.
func (f *form) Name() string {
	switch f.envelope {
	case parameters:
		return f.action.FullName()
	case link:
		return "a reference"
	case links:
		return "references"
	}
	return f.typ.String()
}

// Compile has nothing to do: a model is whole.
func (f *form) Compile() error { return nil }

// judge reports what is wrong with a decoded body, and returns it in the model's
// spelling of names.
func (f *form) judge(c *checker, value any, in Location) any {
	j := &judge{checker: c, contract: f.contract, model: f.contract.model, in: in, use: f.use}
	switch f.envelope {
	case bare:
		j.value(value, f.typ, false, nil)
	case inValue:
		j.enveloped(value, f.typ)
	case parameters:
		j.parameters(value, f.action)
	case link:
		j.link(value, f.typ.Struct, nil)
	case links:
		j.enveloped(value, edm.Type{Primitive: edm.Untyped, Collection: true})
		object, _ := value.(map[string]any)
		items, _ := object["value"].([]any)
		for i, item := range items {
			j.link(item, nil, &place{parent: &place{name: "value"}, item: i + 1})
		}
	}
	return j.respell(value)
}

// A judge holds one body to the model.
type judge struct {
	*checker
	contract *Contract
	model    *edm.Model
	in       Location
	use      use
	edits    []edit
}

// An edit is how the contract writes what was sent otherwise: the name of a member, or a value.
type edit struct {
	at       *place
	declared string // name of the member; "" for a value
	value    any
}

// A place is a member or an item of the parent. Nil is the whole body.
type place struct {
	parent *place
	name   string   // of a member
	item   int      // number of an item, from 1; 0 for a member
	decl   csdl.Pos // where a member is declared, 0 if that is not known
}

func (p *place) tokens() []string {
	if p == nil {
		return nil
	}
	if p.item > 0 {
		return append(p.parent.tokens(), strconv.Itoa(p.item-1))
	}
	return append(p.parent.tokens(), p.name)
}

// report adds a finding about a place. pos is the declaration behind it; if it is 0, that of the member
// counts.
func (j *judge) report(rule string, at *place, pos csdl.Pos, f Finding) {
	rule = ruleIn(j.in, rule)
	if j.muted(rule, j.in) {
		return
	}
	for p := at; p != nil && pos == 0; p = p.parent {
		pos = p.decl
	}
	f.Rule, f.In, f.Pointer = rule, j.in, pointer(at.tokens())
	f.Source = j.contract.declaration(pos)
	j.add(f)
}

func (p *place) String() string { return nameOf(p.tokens()) }

// value checks a value of a declared type.
func (j *judge) value(v any, t edm.Type, nullable bool, at *place) {
	if t.Collection {
		items, ok := v.([]any)
		switch {
		case v == nil:
			j.report("body.null", at, 0, Finding{Found: "null", Wanted: "an array", Message: fmt.Sprintf("null is not a valid value for %s: a collection without items is []", at)})
		case !ok:
			j.wrongType(v, "an array", at)
		}
		for i, item := range items {
			if j.full(j.in) {
				break
			}
			j.value(item, t.Item(), nullable, &place{parent: at, item: i + 1})
		}
		return
	}
	if v == nil {
		if !nullable && t.Primitive != edm.Untyped && (t.Struct == nil || !t.Struct.AnyJSON) {
			j.report("body.null", at, 0, Finding{Found: "null", Wanted: t.String(), Message: fmt.Sprintf("null is not a valid value for %s", at)})
		}
		return
	}
	switch {
	case t.Struct != nil:
		j.object(v, t.Struct, at)
	case t.Enum != nil:
		j.member(v, t.Enum, at)
	default:
		j.primitive(v, t.Primitive, at)
	}
}

func (j *judge) wrongType(v any, wanted string, at *place) {
	j.report("body.type", at, 0, Finding{
		Found: show(v), Wanted: wanted, Message: fmt.Sprintf("%s is %s, not %s", at, kindOf(v), wanted),
	})
}

// kindOf names the JSON type of a decoded value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a truth value"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return "a number"
}

func (j *judge) primitive(v any, p edm.Primitive, at *place) {
	switch p.Check(v) {
	case edm.WrongKind:
		f := Finding{Found: show(v), Wanted: p.Wanted(), Message: fmt.Sprintf("%s is %s, not %s", at, kindOf(v), p.Wanted())}
		if text, ok := v.(string); ok && unquotes(text, p) {
			f.Suggestion = text
		}
		j.report("body.type", at, 0, f)
	case edm.Malformed:
		j.report("body.format", at, 0, Finding{
			Found: show(v), Wanted: p.Wanted(), Message: fmt.Sprintf("%s is not %s", at, p.Wanted()),
		})
	case edm.OutOfRange:
		j.report("body.constraint", at, 0, Finding{
			Found: show(v), Wanted: p.Wanted(), Message: fmt.Sprintf("%s is out of range: want %s", at, p.Wanted()),
		})
	}
}

// unquotes reports whether a string holds a value of the type that should have no quotes.
func unquotes(text string, p edm.Primitive) bool {
	value, ok, problems := strictjson.Parse([]byte(text), 1)
	return ok && problems == nil && p.Check(value) == edm.Fits
}

// member checks a member of an enumeration, or several of one with flags.
func (j *judge) member(v any, e *edm.Enum, at *place) {
	text, ok := v.(string)
	if !ok {
		j.wrongType(v, "a member of "+e.FullName(), at)
		return
	}
	names := []string{text}
	if e.Flags {
		names = strings.Split(text, ",")
	}
	for i, name := range names {
		name = strings.TrimSpace(name)
		m, known := e.Member(name)
		if names[i] = name; known {
			names[i] = m.Name
		}
		switch sentinel := e.Sentinel(); {
		case !known && isWhole(name) && len(e.Members) > 0: // members may be given by number
		case !known && (len(e.Members) > 0 || name == ""):
			declared := e.Names()
			j.report("body.enum", at, e.Pos, Finding{
				Found: show(v), Wanted: strings.Join(declared, " or "), Suggestion: spell.Closest(name, declared),
				Message: fmt.Sprintf("%q is no member of %s", clip(name), e.FullName()),
			})
		case !known:
		case m.Name != name:
			j.report("body.enum-case", at, m.Pos, Finding{
				Found: show(v), Wanted: m.Name, Suggestion: m.Name, Message: j.inCase(m.Name),
			})
		case j.use != forAnswer && sentinel >= 0 && e.Members[sentinel].Name == m.Name:
			j.report("body.enum-sentinel", at, m.Pos, Finding{
				Found: show(v), Wanted: "a member that stands for something",
				Message: fmt.Sprintf("%q stands in answers for members that the client does not know yet; it is nothing to send", m.Name),
			})
		}
	}
	if declared := strings.Join(names, ","); declared != text {
		j.write(at, declared)
	}
}

func isWhole(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// sortedNames returns the names of the members of an object.
func sortedNames(object map[string]any) []string {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// object checks a value of a structured type.
func (j *judge) object(v any, declared *edm.Struct, at *place) {
	if declared.AnyJSON {
		return
	}
	object, ok := v.(map[string]any)
	if !ok {
		j.wrongType(v, "an object", at)
		return
	}
	s := j.actualType(object, declared, at)
	for _, name := range sortedNames(object) {
		here := &place{parent: at, name: name}
		if isAnnotation(name) {
			j.annotation(name, object[name], s, here)
			continue
		}
		p := s.Member(name)
		if p == nil {
			if p = j.undeclared(name, object, s, at, here); p == nil {
				continue
			}
		}
		here.decl = p.Pos
		if j.use != forAnswer && p.Computed() {
			j.report("body.read-only", here, 0, Finding{
				Found: clip(name), Wanted: "nothing", Message: fmt.Sprintf("%q is made by Graph, which ignores it here", p.Name),
			})
		}
		if j.use == forUpdate && p.Immutable() {
			j.report("body.read-only", here, 0, Finding{
				Found: clip(name), Wanted: "nothing", Message: fmt.Sprintf("%q can be given at creation only", p.Name),
			})
		}
		if j.use != forAnswer {
			if r := deprecation(p.Annotations); r != nil {
				j.report("body.deprecated", here, p.Pos, r.finding(clip(name)))
			}
		}
		j.value(object[name], p.Type, p.Nullable, here)
	}
}

// undeclared says what a member that the type does not declare may be, and returns
// the property that it stands for, nil if there is none.
func (j *judge) undeclared(name string, object map[string]any, s *edm.Struct, at, here *place) *edm.Property {
	if p := s.MemberFold(name); p != nil {
		j.respelt("body.property-case", at, name, p.Name)
		j.twice(object, name, p.Name, here)
		return p
	}
	if below := s.Below(name); len(below) > 0 {
		p, certain := closest(below, object, s.Namespace)
		f := Finding{Found: clip(name), Wanted: "@odata.type"}
		if certain {
			f.Suggestion = "#" + p.Owner.FullName()
			f.Message = fmt.Sprintf("%q is declared by %s: name the type in @odata.type", p.Name, p.Owner.FullName())
		} else {
			f.Message = fmt.Sprintf("%q is declared by %d types derived from %s: name the type in @odata.type", p.Name, len(below), s.FullName())
		}
		j.report("body.derived-property", here, p.Pos, f)
		return p
	}
	rule, rest := "body.unknown-property", ""
	switch {
	case s.Open && (s.IsBag() || resolve.IsExtension(name)):
		return nil
	case s.Open:
		rule, rest = "body.open-property", "; the type is open, so that Graph may take it for a member of its own"
	}
	if j.muted(ruleIn(j.in, rule), j.in) { // there may be a million of them
		return nil
	}
	names := s.Names()
	j.report(rule, here, s.Pos, Finding{
		Found: clip(name), Wanted: strings.Join(names, ", "), Suggestion: spell.Closest(name, names),
		Message: fmt.Sprintf("%s has no member %q%s", j.typed(s, at), clip(name), rest),
	})
	return nil
}

// closest returns that of several properties whose type has most of the members of an
// object, and whether no other type has as many; types of the namespace count more.
func closest(properties []*edm.Property, object map[string]any, namespace string) (best *edm.Property, certain bool) {
	most := -1
	for _, p := range properties {
		n := 0
		if p.Owner.Namespace == namespace {
			n = len(object)
		}
		for name := range object {
			if !isAnnotation(name) && p.Owner.MemberFold(name) != nil {
				n++
			}
		}
		if n >= most {
			certain = n > most
		}
		if n > most {
			best, most = p, n
		}
	}
	return best, certain
}

func (j *judge) typed(s *edm.Struct, at *place) string {
	if at == nil {
		return s.FullName()
	}
	return fmt.Sprintf("%s, which is %s,", at, s.FullName())
}

func (j *judge) respelt(rule string, at *place, sent, declared string) {
	here := &place{parent: at, name: sent}
	j.edits = append(j.edits, edit{at: here, declared: declared})
	j.report(rule, here, 0, Finding{
		Found: clip(sent), Wanted: declared, Suggestion: declared, Message: j.inCase(declared),
	})
}

// inCase says of a name in another letter case how the contract writes it.
func (j *judge) inCase(declared string) string {
	who := "Graph accepts any letter case"
	if j.use == forAnswer {
		who = "clients may not accept another letter case"
	}
	return fmt.Sprintf("the contract writes %q; %s", declared, who)
}

// respell returns a body as the contract writes it. A member that is there in the right spelling
// already stays. The body that was sent is not changed.
func (j *judge) respell(value any) any {
	if len(j.edits) == 0 {
		return value
	}
	value = clone(value)
	for _, e := range slices.Backward(j.edits) { // what is deeper comes later
		parent := valueAt(value, e.at.parent.tokens())
		switch parent := parent.(type) {
		case []any:
			parent[e.at.item-1] = e.value
		case map[string]any:
			if e.declared == "" {
				parent[e.at.name] = e.value
				continue
			}
			if _, taken := parent[e.declared]; !taken {
				parent[e.declared] = parent[e.at.name]
			}
			delete(parent, e.at.name)
		}
	}
	return value
}

// write notes that the contract writes a value otherwise.
func (j *judge) write(at *place, value any) {
	if at != nil {
		j.edits = append(j.edits, edit{at: at, value: value})
	}
}

// actualType returns the type that an object says it is of, the declared one if it
// says nothing of use.
func (j *judge) actualType(object map[string]any, declared *edm.Struct, at *place) *edm.Struct {
	v, given := object[typeMember]
	if !given && !declared.Abstract {
		return declared
	}
	here := &place{parent: at, name: typeMember}
	text, isText := v.(string)
	switch {
	case !given:
		likely := j.likely(object, declared)
		j.report("body.abstract-type", here, declared.Pos, Finding{
			Found: "nothing", Wanted: strings.Join(typeNames(declared), " or "), Suggestion: likely,
			Message: fmt.Sprintf("%s is of the abstract type %s: \"@odata.type\" has to name a concrete one", at, declared.FullName()),
		})
		if s := j.model.Struct(strings.TrimPrefix(likely, "#")); s != nil {
			return s
		}
		return declared
	case !isText:
		return declared // reported with the annotations
	}
	name := strings.TrimPrefix(text, "#")
	s := j.model.StructFold(name)
	switch {
	case s == nil:
		j.report("body.odata-type", here, declared.Pos, Finding{
			Found: clip(text), Wanted: strings.Join(typeNames(declared), " or "), Suggestion: spell.Closest("#"+name, typeNames(declared)),
			Message: fmt.Sprintf("there is no type %q", clip(name)),
		})
		return declared
	case !s.IsA(declared) && !declared.IsA(s):
		j.report("body.odata-type", here, declared.Pos, Finding{
			Found: clip(text), Wanted: strings.Join(typeNames(declared), " or "), Suggestion: spell.Closest("#"+name, typeNames(declared)),
			Message: fmt.Sprintf("%q may not stand here: %s is %s", name, at, declared.FullName()),
		})
		return s
	case s.Abstract:
		j.report("body.abstract-type", here, s.Pos, Finding{
			Found: clip(text), Wanted: strings.Join(typeNames(s), " or "), Suggestion: j.likely(object, s),
			Message: fmt.Sprintf("%q is abstract: name a concrete type", name),
		})
		return s
	case !strings.HasPrefix(text, "#"):
		j.report("body.type-hash", here, s.Pos, Finding{
			Found: clip(text), Wanted: "#" + s.FullName(), Suggestion: "#" + s.FullName(),
			Message: fmt.Sprintf("%q should start with #; Graph accepts it without", text),
		})
	}
	if full := "#" + s.FullName(); text != full {
		j.write(here, full)
	}
	if last := name[strings.LastIndexByte(name, '.')+1:]; last != s.Name {
		j.report("body.type-case", here, s.Pos, Finding{
			Found: clip(text), Wanted: "#" + s.FullName(), Suggestion: "#" + s.FullName(),
			Message: fmt.Sprintf("the contract writes %q; Graph accepts any letter case", s.FullName()),
		})
	}
	if declared.IsA(s) { // a base of what is declared
		return declared
	}
	return s
}

// typeNames returns what @odata.type may be.
func typeNames(declared *edm.Struct) []string {
	var names []string
	for _, s := range declared.Concrete() {
		names = append(names, "#"+s.FullName())
	}
	return names
}

// likely returns the concrete type that has most of the members of an object, as
// @odata.type has it; "" if none has more than all have.
func (j *judge) likely(object map[string]any, declared *edm.Struct) string {
	best, most := "", 0
	for _, s := range declared.Concrete() {
		n := 0
		for name := range object {
			if !isAnnotation(name) && s.MemberFold(name) != nil && declared.MemberFold(name) == nil {
				n++
			}
		}
		if n > most {
			best, most = "#"+s.FullName(), n
		}
	}
	if concrete := declared.Concrete(); best == "" && len(concrete) == 1 {
		return "#" + concrete[0].FullName()
	}
	return best
}

// enveloped checks {"value": …} with the annotations around it.
func (j *judge) enveloped(v any, t edm.Type) {
	object, ok := v.(map[string]any)
	if !ok {
		j.wrongType(v, `an object with a member "value"`, nil)
		return
	}
	for _, name := range sortedNames(object) {
		here := &place{name: name}
		switch {
		case name == "value":
			j.value(object[name], t, true, here)
		case isAnnotation(name):
			j.annotation(name, object[name], nil, here)
		default:
			j.report("body.unknown-property", here, 0, Finding{
				Found: clip(name), Wanted: "value", Suggestion: spell.Closest(name, []string{"value"}),
				Message: fmt.Sprintf("the body has no member %q", clip(name)),
			})
		}
	}
	if _, ok := object["value"]; !ok {
		j.report("body.missing-property", &place{name: "value"}, 0, Finding{
			Found: "nothing", Wanted: t.String(), Message: `the body needs a member "value"`,
		})
	}
}

// parameters checks the body of an action.
func (j *judge) parameters(v any, action *edm.Operation) {
	object, ok := v.(map[string]any)
	if !ok {
		j.wrongType(v, "an object", nil)
		return
	}
	var names []string
	for _, p := range action.Params {
		names = append(names, p.Name)
	}
	for _, name := range sortedNames(object) {
		here := &place{name: name}
		if isAnnotation(name) {
			j.annotation(name, object[name], nil, here)
			continue
		}
		p := action.Param(name)
		if p == nil {
			j.report("body.unknown-property", here, action.Pos, Finding{
				Found: clip(name), Wanted: cmp.Or(strings.Join(names, ", "), "no parameter"), Suggestion: spell.Closest(name, names),
				Message: fmt.Sprintf("%s has no parameter %q", action.Name, clip(name)),
			})
			continue
		}
		if p.Name != name {
			j.spellParameter(name, p.Name)
			j.twice(object, name, p.Name, here)
		}
		here.decl = p.Pos
		j.value(object[name], p.Type, p.Nullable, here)
	}
	for _, p := range action.Params {
		if !action.Action || !requiredParam(p) || slices.ContainsFunc(slices.Collect(maps.Keys(object)), func(name string) bool { return strings.EqualFold(name, p.Name) }) {
			continue
		}
		j.report("body.missing-property", &place{name: p.Name}, p.Pos, Finding{
			Found: "nothing", Wanted: p.Type.String(), Message: fmt.Sprintf("%s needs the parameter %q", action.Name, p.Name),
		})
	}
}

// twice reports a member that is there in two spellings.
func (j *judge) twice(object map[string]any, sent, declared string, at *place) {
	if _, ok := object[declared]; ok {
		j.report("body.duplicate-member", at, 0, Finding{
			Found: clip(sent), Wanted: "each member once", Message: fmt.Sprintf("the object has %q too, which is the same member", declared),
		})
	}
}

// spellParameter writes a parameter as the metadata does. Where that starts with a capital, as
// Outlook's does, the reference and the clients start with a small letter: that is as good.
func (j *judge) spellParameter(sent, declared string) {
	if sent == edmschema.Camel(declared) {
		j.edits = append(j.edits, edit{at: &place{name: sent}, declared: declared})
		return
	}
	j.respelt("body.parameter-case", nil, sent, declared)
}

// requiredParam reports whether an action can't do without a parameter.
func requiredParam(p *edm.Param) bool { return !p.Nullable && !p.Optional() && !p.Type.Collection }

// link checks the body of a $ref.
func (j *judge) link(v any, of *edm.Struct, at *place) {
	object, ok := v.(map[string]any)
	if !ok {
		j.wrongType(v, `an object with a member "@odata.id"`, at)
		return
	}
	const id = "@odata.id"
	for _, name := range sortedNames(object) {
		here := &place{parent: at, name: name}
		switch {
		case name == id:
			j.address(object[name], of, here)
		case isAnnotation(name):
			j.annotation(name, object[name], nil, here)
		case name != "id":
			j.report("body.unknown-property", here, 0, Finding{
				Found: clip(name), Wanted: id, Suggestion: spell.Closest(name, []string{id}),
				Message: fmt.Sprintf("a reference has no member %q", clip(name)),
			})
		}
	}
	if _, ok := object[id]; !ok {
		j.report("body.missing-property", &place{parent: at, name: id}, 0, Finding{
			Found: "nothing", Wanted: "the URL of an entity", Message: `a reference needs a member "@odata.id"`,
		})
	}
}

// address checks the URL of an entity, which has to be of a type unless that is nil.
func (j *judge) address(v any, of *edm.Struct, at *place) {
	text, ok := v.(string)
	if !ok {
		j.wrongType(v, "the URL of an entity", at)
		return
	}
	u, err := url.Parse(text)
	if err != nil || text == "" || strings.ContainsAny(text, " \t\r\n") {
		j.report("body.format", at, 0, Finding{
			Found: show(v), Wanted: "the URL of an entity", Message: fmt.Sprintf("%s is not a URL", at),
		})
		return
	}
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	if version, rest, ok := strings.Cut(path, "/"); ok && isVersion(version) {
		path = rest
	}
	r, failure := resolve.Path(j.model, splitPath(path))
	f := Finding{Found: show(v), Wanted: "the URL of an entity"}
	switch {
	case failure != nil:
		f.Message = fmt.Sprintf("%s leads nowhere: there is no %q", at, clip(failure.Segment))
		f.Suggestion = spell.Closest(failure.Segment, failure.Wanted)
	case r.Kind != resolve.Entity:
		f.Message = fmt.Sprintf("%s leads to no single entity", at)
	case of != nil && !r.Type.Struct.IsA(of) && !of.IsA(r.Type.Struct):
		f.Wanted = "the URL of a " + of.FullName()
		f.Message = fmt.Sprintf("%s leads to a %s, not to a %s", at, r.Type.Struct.FullName(), of.FullName())
	default:
		return
	}
	j.report("body.link", at, 0, f)
}

// control are the annotations of OData, each with what its value is.
var control = map[string]edm.Primitive{
	"type": edm.String, "id": edm.String, "etag": edm.String, "context": edm.String, "count": edm.Int64,
	"nextLink": edm.String, "deltaLink": edm.String, "bind": edm.Untyped, "editLink": edm.String, "readLink": edm.String,
	"navigationLink": edm.String, "associationLink": edm.String, "metadataEtag": edm.String,
	"mediaContentType": edm.String, "mediaReadLink": edm.String, "mediaEditLink": edm.String, "mediaEtag": edm.String,
	"removed": edm.Untyped, "delta": edm.Untyped, "error": edm.Untyped, "collectionAnnotations": edm.Untyped,
}

var controlNames = slices.Sorted(maps.Keys(control))

// annotation checks a member with an @ in its name. s is the type of the object, nil
// if it has none.
func (j *judge) annotation(name string, v any, s *edm.Struct, at *place) {
	property, term, _ := strings.Cut(name, "@")
	bare, isControl := strings.CutPrefix(term, "odata.")
	switch {
	case isControl && bare == "bind" && s != nil:
		j.bind(property, v, s, at)
	case isControl:
		p, known := control[bare]
		if !known {
			j.unknownAnnotation(name, property+"@odata.", bare, controlNames, at)
		} else if v != nil {
			j.primitive(v, p, at)
		}
	default:
		j.instanceAnnotation(name, property, term, v, at)
	}
}

func (j *judge) unknownAnnotation(name, prefix, bare string, known []string, at *place) {
	f := Finding{Found: clip(name), Wanted: strings.Join(known, ", "), Message: fmt.Sprintf("there is no annotation %q", clip(name))}
	if meant := spell.Closest(bare, known); meant != "" {
		f.Suggestion = prefix + meant
	}
	j.report("body.annotation", at, 0, f)
}

// instanceAnnotation checks an annotation that the metadata declares. Others of Graph's
// are reported, and those of other namespaces are none of ours.
func (j *judge) instanceAnnotation(name, property, term string, v any, at *place) {
	dot := strings.LastIndexByte(term, '.')
	if dot < 0 || !j.model.HasNamespace(term[:dot]) {
		return
	}
	declared := j.model.Term(term)
	if declared == nil {
		var known []string
		for full := range j.model.Terms {
			known = append(known, full[strings.LastIndexByte(full, '.')+1:])
		}
		slices.Sort(known)
		j.unknownAnnotation(name, property+"@"+term[:dot+1], term[dot+1:], known, at)
		return
	}
	if t, err := j.model.Type(declared.Type); err == nil && v != nil {
		j.value(v, t, true, at)
	}
}

// bind checks navigation@odata.bind: the URL of an entity, or an array of such.
func (j *judge) bind(name string, v any, s *edm.Struct, at *place) {
	p := s.MemberFold(name)
	if p == nil {
		if below := s.Below(name); len(below) > 0 {
			p = below[0]
		}
	}
	if p == nil || !p.Navigation {
		if p == nil && s.IsBag() {
			return
		}
		var names []string
		for _, m := range s.Members() {
			if m.Navigation {
				names = append(names, m.Name)
			}
		}
		f := Finding{
			Found: clip(name), Wanted: strings.Join(names, ", "),
			Message: fmt.Sprintf("%s has no navigation property %q", s.FullName(), clip(name)),
		}
		if meant := spell.Closest(name, names); meant != "" {
			f.Suggestion = meant + "@odata.bind"
		}
		j.report("body.unknown-property", at, s.Pos, f)
		return
	}
	if items, ok := v.([]any); ok && p.Type.Collection {
		for i, item := range items {
			j.address(item, p.Type.Struct, &place{parent: at, item: i + 1})
		}
		return
	}
	if p.Type.Collection {
		j.wrongType(v, "an array of URLs of entities", at)
		return
	}
	if v != nil { // null removes the reference
		j.address(v, p.Type.Struct, at)
	}
}
