// Package resolve finds what a path of Microsoft Graph leads to, by walking the
// entity data model: entity sets, keys, navigation properties, casts, bound
// operations and properties, in every form of addressing that Graph takes.
//
//	r, failure := resolve.Path(model, []string{"users", "adele%40contoso.com", "messages"})
//	r.Kind      // EntityCollection
//	r.Type      // Collection(microsoft.graph.message)
//	r.Template  // "/users/{id}/messages"
//
// There is no list of paths: the cost of a path is that of its segments, however
// many operations the model has.
package resolve

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// A Kind is what sort of thing a path leads to.
type Kind uint8

const (
	Root             Kind = iota // the service document
	Metadata                     // $metadata
	Batch                        // $batch
	EntityCollection             // an entity set, or the targets of a navigation property
	Entity                       // one entity
	Complex                      // a complex value
	Primitive                    // a primitive value, or a member of an enumeration
	Collection                   // of complex or primitive values
	Dynamic                      // a member of an open type that is not declared
	Stream                       // a stream property, or the media of an entity
	Value                        // $value of a property
	Count                        // $count
	Reference                    // $ref of one entity
	References                   // $ref of a collection
	Call                         // a function or an action, see Operations
)

// A Resource is what a path leads to.
type Resource struct {
	Kind Kind
	// Type is the type of the value, collections included. For Reference and References
	// it is that of the entities, for Value and Stream that of what
	// stands before. For Call it is what the operation is bound to.
	Type edm.Type
	Set  *edm.EntitySet // that the path starts with, nil for Root, Metadata, Batch and imports
	// Navigation is the last navigation property on the way to the entities; nil
	// if they are those of Set.
	Navigation *edm.Property
	Property   *edm.Property // the last structural property, if it is what the path ends at
	// Operations are the overloads that a Call may mean, at least one.
	Operations []*edm.Operation
	Args       []Arg // those in parentheses, of all functions on the way

	// Template is the path as the model spells it, with {id} for every key and {name}
	// for other values: "/users/{id}/messages", "/users/{id}/drive/root:/{path}:/children",
	// "/applications(appId='{appId}')". It leads to the same kind of resource, and
	// to the same template.
	Template string
	Keys     []Key  // in order
	Notes    []Note // what Graph accepts and the model spells otherwise

	model *edm.Model
	trail []step
}

// A Key is one value by which an entity is chosen.
type Key struct {
	Name  string // of the key property, or of a part of an alternate key: "id", "appId"; "path" for a path between colons
	Value string // decoded
	Type  edm.Type
	Of    *edm.Struct // the type of the entities
	Index int         // of the segment
}

// An Arg is a parameter that is given in parentheses.
type Arg struct {
	Name  string // as declared; as sent if no overload has it
	Value odata.Expr
	Index int            // of the segment
	Op    *edm.Operation // of the overloads one that has the parameter, nil if none has
	Err   error          // what is wrong with the text in the parentheses; Value is nil then
}

// A NoteKind says what is worth knowing about a segment.
type NoteKind uint8

const (
	Respelt NoteKind = iota // in another letter case than the model's
	Uncast                  // a member of a derived type, without a cast to it
	BareKey                 // an alternate key without parentheses
)

// A Note is something that Graph takes and that is worth knowing.
type Note struct {
	Kind    NoteKind
	Segment string // as sent, decoded
	Meant   string
}

// A Failure says where a path leads nowhere.
type Failure struct {
	Index   int    // of the segment
	Segment string // decoded; "" for an empty one
	// At is the type of what stands before, zero at the root.
	At edm.Type
	// Behind is the segment before, decoded; "" at the root.
	Behind string
	Wanted []string // what could have stood there, nil if nothing
	Reason string   // in place of "there is no …", "" if that says it
	// Template is the template of what stands before.
	Template string
}

// step is one part of the way, for the context of answers. One of its fields is set.
type step struct {
	set    *edm.EntitySet
	nav    *edm.Property
	member string // structural property, declared or not
	cast   *edm.Struct
	key    *Key
	result *edm.Type // of a function that the path goes on behind
}

// Path resolves the segments of a path behind the version, which are as sent:
// percent-encoded, without slashes. Exactly one of the results is nil.
func Path(m *edm.Model, segments []string) (*Resource, *Failure) {
	w := &walker{Resource: &Resource{model: m}, segments: make([]string, len(segments))}
	for i, s := range segments {
		w.segments[i] = decode(s)
	}
	for w.at < len(w.segments) {
		w.start, w.before = len(w.template), w.Type
		w.at += w.step()
		if w.failure != nil {
			return nil, w.failure
		}
	}
	w.Template = string(w.template)
	return w.Resource, nil
}

// A walker follows a path.
type walker struct {
	*Resource
	segments []string // decoded
	at       int      // the segment to be read
	template []byte
	failure  *Failure

	start  int      // length of the template before the segment
	before edm.Type // Type before the segment
}

// step reads the next segment, or several that are one name, and returns how many
// those are.
func (w *walker) step() (used int) {
	text, used := w.name()
	if text == "" {
		w.fail(text, "two slashes in a row", nil)
		return used
	}
	name, path, isPath := strings.Cut(text, ":/")
	if !isPath {
		name, isPath = strings.CutSuffix(text, ":")
	}
	if !isPath || !w.takesPath(name) {
		w.follow(text)
		return used
	}
	w.follow(name)
	if w.failure != nil {
		return used
	}
	return used + w.swallow(path, w.at+used)
}

// name returns the next segment, or several if a quote that is open within
// parentheses is closed in a later one.
func (w *walker) name() (text string, used int) {
	text = w.segments[w.at]
	if !strings.Contains(text, "(") || strings.Count(text, "'")%2 == 0 {
		return text, 1
	}
	quotes := 1
	for i := w.at + 1; i < len(w.segments); i++ {
		quotes += strings.Count(w.segments[i], "'")
		if quotes%2 == 0 && strings.HasSuffix(w.segments[i], ")") {
			return strings.Join(w.segments[w.at:i+1], "/"), i + 1 - w.at
		}
	}
	return text, 1
}

func decode(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	if text, err := url.PathUnescape(segment); err == nil {
		return text
	}
	return segment // reported by the check of the path
}

// takesPath reports whether name leads to something below which things are found
// by path: root:/folder/file.txt:/content, sites/contoso.com:/teams/hr:/lists.
func (w *walker) takesPath(name string) bool {
	t := w.Type
	switch w.Kind {
	case EntityCollection: // of which name is a key
		if simple, _, _ := cutParens(name); name == "" || name[0] == '$' || len(w.model.Bound(t, simple)) > 0 {
			return false
		}
	case Entity:
		p := t.Struct.MemberFold(name)
		if p == nil || p.Type.Collection {
			return false
		}
		t = p.Type
	default:
		return false
	}
	return t.Struct != nil && (t.Struct.Name == "driveItem" || t.Struct.Name == "site")
}

// swallow reads a path that ends in a colon or with the URL; the resource stays what it
// is. The start of the path, and the segment that it goes on in, are given. It returns how
// many segments it took.
func (w *walker) swallow(path string, from int) (used int) {
	path, closed := strings.CutSuffix(path, ":")
	end := from
	for ; !closed && end < len(w.segments); end++ {
		closed = strings.HasSuffix(w.segments[end], ":")
	}
	if end > from {
		path = strings.TrimSuffix(path+"/"+strings.Join(w.segments[from:end], "/"), ":")
	}
	if path = strings.TrimPrefix(path, "/"); path != "" {
		w.template = append(w.template, ":/{path}:"...)
		w.Keys = append(w.Keys, Key{Name: "path", Value: path, Of: w.Type.Struct, Index: end - 1})
	}
	return end - from
}

// follow goes from the current place to where a segment leads, or fails.
func (w *walker) follow(text string) {
	switch w.Kind {
	case Root:
		w.fromRoot(text)
	case EntityCollection:
		w.fromCollection(text)
	case Entity, Complex:
		w.fromStruct(text)
	case Call:
		if w.result(text) {
			w.before = w.Type
			w.follow(text)
		}
	case Collection:
		if !w.ends(text, "$count", Count) {
			w.fail(text, "", []string{"$count"})
		}
	case Primitive, Dynamic:
		if !w.ends(text, "$value", Value) {
			w.fail(text, "", []string{"$value"})
		}
	default: // Metadata, Batch, Stream, Value, Count, Reference, References
		w.fail(text, "nothing may follow "+w.behind(), nil)
	}
}

// ends ends the path, with a resource of that kind, if text is the segment, which
// starts with "$", in any letter case.
func (w *walker) ends(text, segment string, k Kind) bool {
	if !strings.EqualFold(text, segment) {
		return false
	}
	w.respelt(text, segment)
	w.Kind = k
	w.write(segment)
	return true
}

func (w *walker) write(segment string) {
	w.template = append(append(w.template, '/'), segment...)
}

func (w *walker) note(k NoteKind, segment, meant string) {
	w.Notes = append(w.Notes, Note{k, segment, meant})
}

func (w *walker) behind() string {
	if w.at == 0 {
		return ""
	}
	return w.segments[w.at-1]
}

// fail ends the walk. An empty reason is that there is no such thing.
func (w *walker) fail(text, reason string, wanted []string) {
	w.failure = &Failure{
		Index: w.at, Segment: text, At: w.before, Behind: w.behind(), Wanted: wanted, Reason: reason,
		Template: string(w.template[:w.start]),
	}
}

func (w *walker) fromRoot(text string) {
	if w.ends(text, "$metadata", Metadata) || w.ends(text, "$batch", Batch) {
		return
	}
	name, inside, hasParens := cutParens(text)
	if set := w.model.Set(name); set != nil {
		w.respelt(name, set.Name)
		w.Set = set
		w.trail = append(w.trail, step{set: set})
		w.write(set.Name)
		w.stand(edm.Type{Struct: set.Type, Collection: !set.Singleton})
		if hasParens {
			w.key(text, inside)
		}
		return
	}
	if imp := w.model.Import(name); imp != nil {
		w.respelt(name, imp.Name)
		w.call(text, imp.Name, imp.Operations)
		return
	}
	w.fail(text, "", append(w.model.Entries(), "$batch", "$metadata"))
}

// stand comes to a value of a type.
func (w *walker) stand(t edm.Type) {
	w.Type = t
	switch {
	case t.Primitive == edm.Stream:
		w.Kind = Stream
	case t.IsEntity() && t.Collection:
		w.Kind = EntityCollection
	case t.IsEntity():
		w.Kind = Entity
	case t.Collection:
		w.Kind = Collection
	case t.Struct != nil:
		w.Kind = Complex
	default:
		w.Kind = Primitive
	}
}

func (w *walker) respelt(sent, declared string) {
	if sent != declared {
		w.note(Respelt, sent, declared)
	}
}

// cutParens splits name(inside).
func cutParens(text string) (name, inside string, ok bool) {
	name, inside, ok = strings.Cut(text, "(")
	if !ok || !strings.HasSuffix(inside, ")") {
		return text, "", false
	}
	return name, strings.TrimSuffix(inside, ")"), true
}

// fromCollection goes on from a collection of entities: to one of them, to those
// of a type, to an operation on all of them.
func (w *walker) fromCollection(text string) {
	switch {
	case w.ends(text, "$count", Count) || w.ends(text, "$ref", References):
		return
	case text[0] == '$':
		w.fail(text, "", []string{"$count", "$ref", "{id}"})
		return
	}
	name, inside, hasParens := cutParens(text)
	switch {
	case w.operation(text):
	case w.cast(name):
		if hasParens && w.failure == nil {
			w.key(text, inside)
		}
	default:
		w.keySegment(text)
	}
}

// operation goes to an operation that is bound to the type, and reports whether there
// is one of that name.
func (w *walker) operation(text string) bool {
	name, _, _ := strings.Cut(text, "(")
	ops := w.model.Bound(w.Type, name)
	if len(ops) == 0 {
		return false
	}
	w.respelt(name[strings.LastIndexByte(name, '.')+1:], ops[0].Name)
	w.call(text, ops[0].Name, ops)
	return true
}

// uncast goes to an operation that is bound to a derived type, without a cast to it.
func (w *walker) uncast(text string) bool {
	name, _, _ := strings.Cut(text, "(")
	types := w.model.BoundTypes(w.Type, name)
	if len(types) == 0 {
		return false
	}
	w.note(Uncast, name, types[0].FullName())
	w.Type.Struct = types[0]
	return w.operation(text)
}

// cast narrows the type to a qualified type that is related to it. It fails for a name
// that is qualified by a namespace of the model and leads nowhere, and reports
// whether name was a matter for it.
func (w *walker) cast(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !w.model.HasNamespace(name[:dot]) {
		return false
	}
	to := w.model.StructFold(name)
	switch {
	case to == nil:
		w.fail(name, "", w.related())
	case !to.IsA(w.Type.Struct) && !w.Type.Struct.IsA(to):
		w.fail(name, to.FullName()+" is not derived from "+w.Type.Struct.FullName(), w.related())
	default:
		w.respelt(name[dot+1:], to.Name)
		w.Type.Struct = to
		w.write(to.FullName())
		w.trail = append(w.trail, step{cast: to})
	}
	return true
}

// related returns what a qualified name may be: a type to cast to, or an operation.
func (w *walker) related() []string {
	var names []string
	for _, s := range w.Type.Struct.Concrete() {
		names = append(names, s.FullName())
	}
	for _, name := range w.model.BoundNames(w.Type) {
		names = append(names, w.model.Bound(w.Type, name)[0].FullName())
	}
	return names
}

// keySegment takes a whole segment for the key of an entity. Graph takes an alternate
// key there too, name=value, although it belongs in parentheses.
func (w *walker) keySegment(text string) {
	if name, value, ok := strings.Cut(text, "="); ok {
		if form := w.keyOf([]odata.SegmentArg{{Name: name}}); form != nil && !form.primary {
			value = strings.Trim(value, "'")
			alias := form.parts[0].Alias
			w.note(BareKey, text, w.behind()+"("+alias+"='"+value+"')")
			w.choose("/{id}", w.newKey(form.parts[0], value))
			return
		}
	}
	form := w.keyForms()[0]
	if len(form.parts) > 1 {
		w.fail(text, "the key has several parts, which stand in parentheses", []string{form.String()})
		return
	}
	w.choose("/{id}", w.newKey(form.parts[0], text))
}

// A keyForm is one of the ways in which an entity is chosen: by its key or by an alternate key.
type keyForm struct {
	parts   edm.AlternateKey
	primary bool
}

// String returns the form in parentheses: (appId='{appId}').
func (f keyForm) String() string {
	var parts []string
	for _, p := range f.parts {
		parts = append(parts, p.Alias+"='{"+p.Alias+"}'")
	}
	return "(" + strings.Join(parts, ",") + ")"
}

// keyForms returns the ways in which entities of the type are chosen, that by the key first.
// What has no key is taken to have "id".
func (w *walker) keyForms() []keyForm {
	primary := keyForm{primary: true}
	for _, name := range w.Type.Struct.Key() {
		primary.parts = append(primary.parts, edm.KeyPart{Alias: name, Property: name})
	}
	if primary.parts == nil {
		primary.parts = edm.AlternateKey{{Alias: "id", Property: "id"}}
	}
	forms := []keyForm{primary}
	for _, key := range w.Type.Struct.AlternateKeys() {
		forms = append(forms, keyForm{parts: key})
	}
	return forms
}

// keyOf returns the form that has just the parts that are named, in any letter case; a
// value without a name is the key itself. It returns nil if there is none.
func (w *walker) keyOf(args []odata.SegmentArg) *keyForm {
	for _, form := range w.keyForms() {
		fits := len(form.parts) == len(args)
		for _, p := range form.parts {
			fits = fits && slices.ContainsFunc(args, func(a odata.SegmentArg) bool {
				return strings.EqualFold(a.Name, p.Alias) || a.Name == "" && form.primary
			})
		}
		if fits {
			return &form
		}
	}
	return nil
}

func (w *walker) newKey(part edm.KeyPart, value string) Key {
	k := Key{Name: part.Alias, Value: value, Of: w.Type.Struct, Index: w.at}
	if p := w.Type.Struct.Member(part.Property); p != nil {
		k.Type = p.Type
	}
	return k
}

// choose goes to one entity.
func (w *walker) choose(template string, keys ...Key) {
	w.Kind, w.Type.Collection = Entity, false
	w.template = append(w.template, template...)
	w.Keys = append(w.Keys, keys...)
	w.trail = append(w.trail, step{key: &keys[0]})
}

// key reads a key in parentheses: 'x', 5, id='x', appId='x'.
func (w *walker) key(text, inside string) {
	if !w.Type.Collection {
		w.fail(text, "there is only one "+w.Type.String()+" here, without a key", nil)
		return
	}
	segment, err := parseSegment("key(" + inside + ")")
	switch {
	case err != nil:
		w.fail(text, "the key in parentheses is not well-formed: "+err.Error(), []string{"('{id}')"})
	case len(segment.Args) == 0:
		w.fail(text, "there is no key in the parentheses", []string{"('{id}')"})
	case segment.Keys != nil:
		w.fail(text, "nothing may follow the key in parentheses", nil)
	default:
		w.keys(text, segment.Args)
	}
}

// keys goes to the entity that is chosen by the values in parentheses.
func (w *walker) keys(text string, args []odata.SegmentArg) {
	form := w.keyOf(args)
	if form == nil {
		var names, wanted []string
		for _, a := range args {
			names = append(names, a.Name)
		}
		for _, f := range w.keyForms() {
			wanted = append(wanted, f.String())
		}
		reason := "the key has several parts"
		if args[0].Name != "" {
			reason = strings.Join(names, ", ") + " is no key of " + w.Type.Struct.FullName()
		}
		w.fail(text, reason, wanted)
		return
	}
	var keys []Key
	for _, p := range form.parts {
		i := max(slices.IndexFunc(args, func(a odata.SegmentArg) bool { return strings.EqualFold(a.Name, p.Alias) }), 0)
		if args[i].Name != "" {
			w.respelt(args[i].Name, p.Alias)
		}
		value := args[i].Raw
		if l, ok := args[i].Value.(*odata.Literal); ok {
			value = l.Text
		}
		keys = append(keys, w.newKey(p, value))
	}
	template := form.String()
	if form.primary && len(keys) == 1 {
		template = "/{id}"
	}
	w.choose(template, keys...)
}

// fromStruct goes on from one entity or complex value.
func (w *walker) fromStruct(text string) {
	// Outlook's items, and some more, have media that the model does not tell of.
	if w.Kind == Entity && (w.ends(text, "$value", Stream) || w.ends(text, "$ref", Reference)) {
		return
	}
	name, inside, hasParens := cutParens(text)
	s := w.Type.Struct
	p := s.Member(name)
	if p == nil {
		if w.operation(text) || strings.Contains(name, ".") && w.uncast(text) {
			return
		}
		if w.cast(name) {
			if hasParens && w.failure == nil {
				w.fail(text, "a cast to a type takes no key here", nil)
			}
			return
		}
		p = s.MemberFold(name)
	}
	if p != nil {
		w.respelt(name, p.Name)
		w.member(text, p, inside, hasParens)
		return
	}
	if below := s.Below(name); len(below) > 0 {
		w.note(Uncast, name, below[0].Owner.FullName())
		w.respelt(name, below[0].Name)
		w.member(text, below[0], inside, hasParens)
		return
	}
	if w.uncast(text) {
		return
	}
	if p := s.Member("small"); p != nil && s.Name == "thumbnailSet" && isSize(text) {
		w.write(text)
		w.stand(p.Type)
		w.Property = p
		w.trail = append(w.trail, step{member: text})
		return
	}
	if s.Open && IsExtension(text) {
		w.Kind, w.Property = Dynamic, nil
		w.write(text)
		w.trail = append(w.trail, step{member: text})
		return
	}
	w.fail(text, "", w.members())
}

// IsExtension reports whether a name is that of a directory or schema extension,
// which the model can't know: extension_…_name, ext8gz1vd_name, contoso_name.
func IsExtension(name string) bool {
	i := strings.IndexByte(name, '_')
	return i > 0 && i < len(name)-1 && !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// isSize reports whether a name is that of a thumbnail in a size that is not declared:
// smallSquare, c300x400, c300x400_crop.
func isSize(name string) bool {
	switch name {
	case "smallSquare", "mediumSquare", "largeSquare":
		return true
	}
	wide, high, ok := strings.Cut(strings.TrimPrefix(name, "c"), "x")
	digits := func(s string) bool {
		return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	}
	return ok && name[0] == 'c' && digits(wide) && digits(strings.TrimSuffix(high, "_crop"))
}

// members returns what may follow an entity or a complex value.
func (w *walker) members() []string {
	names := append(w.Type.Struct.Names(), w.model.BoundNames(w.Type)...)
	if w.Kind == Entity {
		names = append(names, "$ref")
	}
	if w.Type.Struct.HasStream {
		names = append(names, "$value")
	}
	return names
}

// member goes to a property.
func (w *walker) member(text string, p *edm.Property, inside string, hasParens bool) {
	w.write(p.Name)
	w.stand(p.Type)
	if p.Navigation {
		w.Navigation, w.Property = p, nil
		w.trail = append(w.trail, step{nav: p})
		if hasParens {
			w.key(text, inside)
		}
		return
	}
	w.Property = p
	w.trail = append(w.trail, step{member: p.Name})
	if hasParens {
		w.fail(text, p.Name+" is a property and takes no key", nil)
	}
}

// call goes to an operation. Of its overloads those stay that take the
// parameters in parentheses; the others may still come in the query.
func (w *walker) call(text, name string, ops []*edm.Operation) {
	w.Kind, w.Operations, w.Property = Call, ops, nil
	w.write(name)
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return
	}
	if !strings.HasSuffix(text, ")") {
		w.fail(text, "the parentheses do not end with the segment", nil)
		return
	}
	segment, err := parseSegment(text)
	if err != nil {
		segment.Args = looseArgs(text[open+1 : len(text)-1])
	}
	first := len(w.Args)
	for _, a := range segment.Args {
		w.Args = append(w.Args, Arg{Name: a.Name, Value: a.Value, Index: w.at, Err: err})
	}
	w.arguments(w.Args[first:])
	if segment.Keys != nil && w.result(text) {
		if !w.Type.IsEntity() {
			w.fail(text, w.Type.String()+" takes no key", nil)
			return
		}
		if w.Type.Collection {
			w.keys(text, segment.Keys)
		} else {
			w.key(text, "")
		}
	}
}

// arguments chooses the overloads that have the parameters, and writes those
// that are declared in the order of the declaration. Empty parentheses are not written: they
// say nothing.
func (w *walker) arguments(args []Arg) {
	w.Operations = fitting(w.Operations, args)
	var names []string
	for _, op := range w.Operations {
		for _, p := range op.Params {
			for i := range args {
				if a := &args[i]; a.Op == nil && strings.EqualFold(a.Name, p.Name) {
					w.respelt(a.Name, p.Name)
					a.Name, a.Op = p.Name, op
					names = append(names, p.Name+"={"+p.Name+"}")
				}
			}
		}
	}
	if names != nil {
		w.template = append(w.template, "("+strings.Join(names, ",")+")"...)
	}
}

// parseSegment is [odata.ParseSegment], which also takes parameters that nobody filled in:
// row={row}, row=<row>.
func parseSegment(text string) (odata.PathSegment, error) {
	segment, err := odata.ParseSegment(text)
	if err == nil {
		return segment, nil
	}
	if filled := placeholders.ReplaceAllString(text, "$1'$2'"); filled != text {
		if segment, err := odata.ParseSegment(filled); err == nil {
			return segment, nil
		}
	}
	return segment, err
}

var placeholders = regexp.MustCompile(`(=\s*)(\{[^{}'":]*\}|<[^<>']*>)`)

// looseArgs reads the names of parameters whose values are not well-formed.
func looseArgs(inside string) []odata.SegmentArg {
	var args []odata.SegmentArg
	for part := range strings.SplitSeq(inside, ",") {
		name, value, _ := strings.Cut(part, "=")
		args = append(args, odata.SegmentArg{Name: strings.TrimSpace(name), Raw: value})
	}
	return args
}

// fitting returns the overloads that have all parameters, or all overloads if none has.
func fitting(ops []*edm.Operation, args []Arg) []*edm.Operation {
	var fit []*edm.Operation
	for _, op := range ops {
		if !slices.ContainsFunc(args, func(a Arg) bool { return op.Param(a.Name) == nil }) {
			fit = append(fit, op)
		}
	}
	if fit == nil {
		return ops
	}
	return fit
}

// result goes from a function to what it returns, and reports whether the path may
// go on there.
func (w *walker) result(text string) bool {
	name := w.Operations[0].Name
	functions := slices.DeleteFunc(slices.Clone(w.Operations), func(op *edm.Operation) bool { return op.Action || op.Return == nil })
	composable := slices.IndexFunc(functions, func(op *edm.Operation) bool { return op.Composable })
	switch {
	case len(functions) == 0:
		w.fail(text, "nothing may follow the action "+name, nil)
		return false
	case composable < 0:
		w.fail(text, "nothing may follow the function "+name+", which is not composable", nil)
		return false
	}
	result := functions[composable].Return
	w.Operations, w.Navigation = nil, nil
	w.trail = append(w.trail, step{result: result})
	w.stand(*result)
	return true
}
