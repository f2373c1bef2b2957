// Package example makes values as Graph would answer with them, from its data
// model alone:
//
//	m := &example.Maker{Seed: 1, Now: time.Now()}
//	user := m.Entity(model.Struct("graph.user"), "", "users", example.Options{})
//	// {"displayName": "Priya Hughes", "mail": "priya.hughes@contoso.com", …}
//
// A value is valid by the model and depends only on the seed, the time, the type
// and the key that it stands for: neither the order of calls nor other values
// change it. What an entity holds follows from its id, so that an item of a list
// and the same item fetched alone agree, and the name that an identity has is the
// one that the user of its id has.
//
// # What there is of a type
//
// Navigation properties are left out unless they are to be expanded, streams
// always. Single values that can't be null are there; those that can be are, too,
// except:
//   - user, group and driveItem have the members that the service gives without
//     $select, and one of file and folder.
//   - Of a type with very many members the first 48 that can be null are there, and
//     of the other collections none has items.
//   - Complex values are within each other to a depth of four, and none is within
//     another of its type.
//   - Members that are deprecated are left out.
//   - Members without a value in the usual case ("deletedDateTime", "error"), and
//     strings for which nothing sensible is known, are null in entities, as the
//     directory and Teams write them. In complex values and in drives they are
//     left out, as SharePoint does.
//
// $select brings each of these back, as far as it names them.
//
// # Where we differ from Graph
//
// Relations between values end at the object: nothing says that the group of a
// groupId exists, and totals do not add up. Members of enumerations above the
// sentinel never occur. Links lead to hosts of contoso.com, but those of Outlook
// and Teams are written as the service does.
package example

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
)

// A Maker makes values. The zero value is ready to use; its methods may be called
// by several goroutines at once. It must not be copied or changed after first use.
type Maker struct {
	// Seed chooses between values that are equally good.
	Seed uint64
	// Now is what times are relative to: what was created or modified was so on
	// an earlier day. The same value has the same times as long as Now stays
	// on one day (UTC). If zero, the start of 2026 is used.
	Now time.Time

	plans sync.Map // *edm.Struct → *plan
}

// Options say what is asked of a structured value, as $select and $expand do. The
// zero value asks for what the service gives by itself.
type Options struct {
	// Select names the members to give, in any letter case; keys are there as
	// well. If empty, or with "*", the usual ones are given. Names that the type
	// does not have are passed over, also "a/b".
	Select []string
	// Expand lists the navigation properties to give.
	Expand []Expand
}

// An Expand is a navigation property that is asked for, and what is asked of its targets.
type Expand struct {
	Name string // in any letter case
	Options
}

// Value returns a value of a type as decoded JSON: map[string]any, []any, string,
// [json.Number], bool or nil. The key says what the value stands for, such as the
// path of the request. A collection holds three items that differ. The options
// are for structured types. It is nil for streams, and for types that have no
// values: an abstract type with nothing derived from it, an enumeration without members.
func (m *Maker) Value(t edm.Type, key string, opt Options) any {
	root := m.root(key)
	f := &field{Property: &edm.Property{Type: t}, hash: text(t.String())}
	f.prepare(nil)
	if t.Collection {
		return root.items(f, 3, &opt)
	}
	v, _ := root.single(f, 0, &opt)
	return v
}

// Entity returns an entity of a type that is declared as s; the runtime type is one
// derived from it if s is abstract, and given as "@odata.type". The id is that of
// the request; if it is "", the key chooses one. An id of a user that is an
// address is taken for the userPrincipalName. Of an id that can't be a value of the key
// property (a word where a number is wanted) the content is chosen all the same. The
// result is nil if no type that is derived from s has values.
func (m *Maker) Entity(s *edm.Struct, id, key string, opt Options) map[string]any {
	root := m.root(key)
	o := root.entity(s, &field{}, id, mix(root.h, text(s.FullName())))
	if o == nil {
		return nil
	}
	return o.build(s, &opt)
}

// nowhere is the plan of what holds a value that is part of nothing.
var nowhere = &plan{Struct: new(edm.Struct)}

func (m *Maker) root(key string) *object {
	h := mix(m.Seed, text(key))
	return &object{m: m, plan: nowhere, of: new(field), h: h, n: h}
}

// An object is an entity or a complex value in the making. What its members say
// about it as a whole (a person, times) is chosen once, here.
type object struct {
	m      *Maker
	parent *object // that a complex value is part of, or an entity expanded from
	*plan
	of    *field // of the parent; never nil
	kind  kind
	h     uint64 // what all choices follow from
	n     uint64 // chooses from tables: different for each item of a collection
	id    string // of entities
	upn   string // that stood for the id, or ""
	depth int    // of complex values; 0 is the entity

	times   *times
	someone *person
}

// entity starts an object for an entity, nil if there can't be any. An id that is
// not given is made from h.
func (o *object) entity(s *edm.Struct, of *field, id string, h uint64) *object {
	if id == "" {
		id = o.m.identifier(o.m.plan(s).ids, h)
	}
	upn := ""
	if strings.Contains(id, "@") && s.Member("userPrincipalName") != nil {
		upn, id = id, guid(mix(o.m.Seed, text(strings.ToLower(id))))
	}
	h = mix(o.m.Seed, text(id))
	s = choose(s, of.lower, h)
	if s == nil {
		return nil
	}
	e := &object{m: o.m, parent: o, plan: o.m.plan(s), of: of, h: h, id: id, upn: upn}
	e.classify()
	return e
}

// complex starts an object for a complex value, nil if there can't be any.
func (o *object) complex(s *edm.Struct, of *field, h uint64) *object {
	s = choose(s, of.lower, h)
	if s == nil {
		return nil
	}
	c := &object{m: o.m, parent: o, plan: o.m.plan(s), of: of, h: h, depth: o.depth + 1}
	c.classify()
	return c
}

// classify finds the kind of an object: by its type or, if that says nothing, by the
// property that it is the value of.
func (o *object) classify() {
	o.n = o.h
	o.kind = o.plan.kind
	if o.kind == thing {
		o.kind = o.of.role
	}
	switch {
	case o.name == "driveitem" && o.n%4 == 3, o.name == "itemreference":
		o.kind = folder
	case o.kind == human:
		o.n = mix(o.m.Seed, text(o.personID()))
	}
}

// choose returns the type of a value that is declared as s.
func choose(s *edm.Struct, property string, h uint64) *edm.Struct {
	preferred := kindly[strings.ToLower(s.Name)]
	if t := memberTypes[property]; t != "" && preferred != nil {
		preferred = []string{t}
	}
	if !s.Abstract && preferred == nil {
		return s
	}
	var among []*edm.Struct
	for _, c := range s.Concrete() {
		if slices.Contains(preferred, c.Name) {
			among = append(among, c)
		}
	}
	switch {
	case among != nil:
	case !s.Abstract:
		return s
	default:
		among = s.Concrete()
	}
	if len(among) == 0 {
		return nil
	}
	return pick(among, h)
}

// build makes the members. The type that is declared decides whether the type is named.
func (o *object) build(declared *edm.Struct, opt *Options) map[string]any {
	if o.AnyJSON {
		return map[string]any{"name": pick(names[policy], o.n), "enabled": true}
	}
	everything := slices.Contains(opt.Select, "*")
	selected := len(opt.Select) > 0 && !everything
	out := make(map[string]any, o.size)
	if o.Struct != declared {
		out["@odata.type"] = "#" + o.FullName()
	}
	if o.etag && !selected {
		out["@odata.etag"] = `W/"` + o.changeKey() + `"`
	}
	for i := range o.members {
		f := &o.members[i]
		chosen := selected && (f.key || named(opt.Select, f.Name))
		if selected && !chosen || !selected && !everything && f.usage == never {
			continue
		}
		if v, ok := o.member(f, chosen); ok {
			out[f.Name] = v
		}
	}
	for i := range opt.Expand {
		x := &opt.Expand[i]
		f := o.navigation(x.Name)
		if f == nil {
			continue
		}
		if f.Type.Collection {
			out[f.Name] = o.items(f, 1+int(o.draw(f, 0)%2), &x.Options)
		} else if v, ok := o.single(f, 0, &x.Options); ok {
			out[f.Name] = v
		}
	}
	return out
}

func named(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// maxDepth is how many complex values are within one another.
const maxDepth = 4

// member makes the value of a structural property; ok is false if it is left out.
// One that was chosen by $select is not.
func (o *object) member(f *field, chosen bool) (v any, ok bool) {
	empty := f.nothing || f.usage == idle && !chosen
	if o.name == "driveitem" && (f.lower == "file" || f.lower == "folder") { // which of them it is
		empty = empty || (o.kind == folder) != (f.lower == "folder")
	}
	deep := f.Type.Struct != nil && o.tooDeep(f.Type.Struct)
	if f.Type.Collection {
		n := 2 + int(o.draw(f, 0)%2)
		switch {
		case empty, deep:
			n = 0
		case f.lower == "locations", f.lower == "categories", f.lower == "emailaddresses", o.depth > 0:
			n = 1
		}
		return o.items(f, n, &Options{}), true
	}
	withNull := chosen || o.Entity && !o.sparse
	switch {
	case !f.Nullable:
	case deep:
		return nil, chosen
	case empty:
		return nil, withNull
	}
	v, ok = o.single(f, 0, &Options{})
	if v == nil && f.Nullable {
		ok = withNull
	}
	return v, ok
}

// tooDeep reports whether a complex value of type s is too deep within others.
func (o *object) tooDeep(s *edm.Struct) bool {
	if o.depth >= maxDepth {
		return true
	}
	for p := o; p != nil && !p.Entity; p = p.parent {
		if p.IsA(s) || s.IsA(p.Struct) {
			return true
		}
	}
	return false
}

// endless is the depth that only types reach which hold themselves and can't be null:
// they have no finite value.
const endless = 32

// single makes the value of a property, or the item number i of a collection; ok is
// false if there can't be any.
func (o *object) single(f *field, i int, opt *Options) (v any, ok bool) {
	if f.Type.Struct == nil {
		v = o.scalar(f, i)
		return v, v != nil
	}
	if o.depth > endless {
		return nil, false
	}
	child := o.child(f, i, 0)
	if child == nil {
		return nil, false
	}
	return child.build(f.Type.Struct, opt), true
}

// child starts the object of a property. It is another one for each try.
func (o *object) child(f *field, i int, try uint64) *object {
	h := mix(o.draw(f, i), try)
	if f.Type.Struct.Entity {
		return o.entity(f.Type.Struct, f, "", h)
	}
	return o.complex(f.Type.Struct, f, h)
}

// items makes up to n items that differ; there may be fewer of those.
func (o *object) items(f *field, n int, opt *Options) []any {
	out := []any{}
	if f.Type.Struct == nil {
		for i := range n {
			if v := o.scalar(f, i); v != nil && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return out
	}
	if o.depth > endless {
		return out
	}
	seen := make([]uint64, 0, n) // places in tables
	for i := range n {
		const tries = 8
		for try := range uint64(tries) {
			child := o.child(f, i, try)
			if child == nil {
				return out
			}
			place := child.n % uint64(len(topics))
			if slices.Contains(seen, place) && try < tries-1 {
				continue
			}
			seen = append(seen, place)
			out = append(out, child.build(f.Type.Struct, opt))
			break
		}
	}
	return out
}
