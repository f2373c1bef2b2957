package schemas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/example"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/resolve"
)

// An Exampler answers operations that were derived from metadata, out of nothing: with
// values that the contract allows and that look like Graph's. What it answers depends only on
// the request, the seed and the day. It may be used by several goroutines at once, and
// must not be changed or copied after first use.
type Exampler struct {
	Seed uint64
	Now  func() time.Time // if nil, time.Now; it may be called from several goroutines

	mu     sync.Mutex
	day    time.Time // that makers are for
	makers map[*edm.Model]*example.Maker
}

// An Example is what an operation answers.
type Example struct {
	Status int
	Header http.Header // beyond what every answer has
	JSON   any         // nil if there is no JSON body
	Raw    []byte      // any other body; its media type is in Header
	// Ignored are the query options that an example has no answer to. The collection is
	// empty then.
	Ignored []string
}

// collectionSize is how many entities there are in a collection of examples, and
// pageSize how many are in one page unless the client asks otherwise.
const (
	collectionSize = 5
	pageSize       = 3
)

// Derived reports whether the operation was derived from metadata.
func (op *Operation) Derived() bool { return op.resource != nil }

// IsBatch reports whether the operation is POST /$batch.
func (op *Operation) IsBatch() bool { return op.resource != nil && op.resource.Kind == resolve.Batch }

// Answer returns an example of the answer to a request without errors, whose
// operation is [Operation.Derived]. Links in it start with base: "https://graph.microsoft.com/v1.0".
// The path is that of the request behind the version, with "/" at its start; query is as sent.
func (e *Exampler) Answer(v *Verdict, base, path, query string, header http.Header) *Example {
	x := &exampling{v: v, maker: e.maker(v.Operation.Contract.model), r: v.resource, base: base, path: path, query: query, sent: header}
	x.Example = &Example{Status: v.Operation.Response.Status, Header: make(http.Header)}
	if v.Operation.Method == http.MethodGet || x.r.Kind == resolve.Call {
		x.get()
	} else {
		x.change()
	}
	return x.Example
}

// maker returns what makes the values of a model today.
func (e *Exampler) maker(m *edm.Model) *example.Maker {
	now := time.Now
	if e.Now != nil {
		now = e.Now
	}
	day := now().UTC().Truncate(24 * time.Hour)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.makers == nil || !day.Equal(e.day) {
		e.day, e.makers = day, make(map[*edm.Model]*example.Maker)
	}
	if e.makers[m] == nil {
		e.makers[m] = &example.Maker{Seed: e.Seed, Now: day}
	}
	return e.makers[m]
}

// exampling is one example in the making.
type exampling struct {
	*Example
	v                 *Verdict
	maker             *example.Maker
	r                 *resolve.Resource
	base, path, query string
	sent              http.Header
}

// get makes the answer to GET, or to a function or action.
func (x *exampling) get() {
	switch x.r.Kind {
	case resolve.Root:
		x.JSON = x.serviceDocument()
	case resolve.Metadata:
		x.raw("application/xml", x.v.Operation.Contract.text)
	case resolve.EntityCollection:
		x.collection(x.r.Type.Struct)
	case resolve.Entity:
		object := x.entityOf(x.r.Type.Struct, x.lastID())
		x.giveKeys(object)
		x.entity(object)
	case resolve.Complex, resolve.Primitive, resolve.Collection, resolve.Dynamic:
		x.value(valueType(x.r))
	case resolve.Value:
		x.raw("text/plain", fmt.Append(nil, cmp.Or(x.member(), x.maker.Value(valueType(x.r), x.path, example.Options{}))))
	case resolve.Stream:
		x.raw("application/octet-stream", []byte("An example from graphmock: the content of "+x.path+"\n"))
	case resolve.Count:
		x.raw("text/plain", []byte(strconv.Itoa(collectionSize)))
	case resolve.Reference:
		x.JSON = map[string]any{"@odata.id": x.link(x.r.Type.Struct, "")}
	case resolve.References:
		var items []any
		for i := range pageSize {
			items = append(items, map[string]any{"@odata.id": x.link(x.r.Type.Struct, strconv.Itoa(i))})
		}
		x.envelope(items)
	case resolve.Call:
		x.result()
	}
}

func (x *exampling) raw(mediaType string, body []byte) {
	x.Header.Set("Content-Type", mediaType)
	x.Raw = body
}

func (x *exampling) serviceDocument() any {
	m := x.v.Operation.Contract.model
	var items []any
	for _, name := range m.Entries() {
		if set := m.Sets[name]; set != nil {
			kind := "EntitySet"
			if set.Singleton {
				kind = "Singleton"
			}
			items = append(items, map[string]any{"name": name, "kind": kind, "url": name})
		}
	}
	return map[string]any{"@odata.context": x.base + "/$metadata", "value": items}
}

// lastID returns the key of the entity that the path ends at, "" if it ends in a
// navigation property or the key is none of the entity's own.
func (x *exampling) lastID() string {
	if len(x.r.Keys) == 0 || !strings.HasSuffix(x.r.Template, "{id}") {
		return ""
	}
	id := x.r.Keys[len(x.r.Keys)-1].Value
	if isWord(id) { // a well-known name, such as inbox or root
		return ""
	}
	return id
}

// options returns what $select and $expand ask for.
func options(q *odata.Query) example.Options {
	var o example.Options
	if q == nil {
		return o
	}
	for _, item := range q.Select {
		name := item.Path[0].Name
		if item.Path[0].IsCast() && len(item.Path) > 1 {
			name = item.Path[1].Name
		}
		o.Select = append(o.Select, name)
	}
	for _, item := range q.Expand {
		o.Expand = append(o.Expand, example.Expand{Name: item.Path[len(item.Path)-1].Name, Options: options(&item.Options)})
	}
	return o
}

// giveKeys gives an entity the alternate key by which it was asked for, as far as the answer has it.
func (x *exampling) giveKeys(object map[string]any) {
	if !strings.HasSuffix(x.r.Template, ")") {
		return
	}
	for _, k := range x.r.Keys {
		if p := x.r.Type.Struct.MemberFold(k.Name); p != nil && p.Type.Primitive == edm.String && k.Of == x.r.Type.Struct {
			if _, ok := object[p.Name]; ok {
				object[p.Name] = k.Value
			}
		}
	}
}

func (x *exampling) entityOf(s *edm.Struct, id string) map[string]any {
	return x.maker.Entity(s, id, x.path, options(x.v.Query))
}

// entity answers with one entity or complex value.
func (x *exampling) entity(object map[string]any) {
	x.withContext(object)
	x.JSON = object
}

func (x *exampling) withContext(object map[string]any) {
	if context := x.v.context(x.me()); context != "" {
		object["@odata.context"] = x.base + "/$metadata" + context
	}
}

// me returns the id of the signed-in user.
func (x *exampling) me() string {
	if x.r.Set == nil || x.r.Set.Name != "me" {
		return ""
	}
	id, _ := x.maker.Entity(x.r.Set.Type, "", "/me", example.Options{})["id"].(string)
	return id
}

func (x *exampling) envelope(value any) {
	object := map[string]any{"value": value}
	x.withContext(object)
	x.JSON = object
}

// value answers with a value that is no entity.
func (x *exampling) value(t edm.Type) {
	v := x.member()
	if v == nil {
		v = x.maker.Value(t, x.path, options(x.v.Query))
	}
	if t.Collection && v == nil {
		v = []any{}
	}
	if object, ok := v.(map[string]any); ok && t.Struct != nil && !t.Struct.AnyJSON {
		x.entity(object)
		return
	}
	x.envelope(v)
}

// member returns the value of the property that the path ends at, as the entity or complex
// value around it has it; nil if the path ends elsewhere.
func (x *exampling) member() any {
	p := x.r.Property
	if p == nil {
		return nil
	}
	only := example.Options{Select: []string{p.Name}}
	if p.Owner.Entity {
		id := ""
		if n := len(x.r.Keys); n > 0 && strings.Contains(x.r.Template, "{id}/"+p.Name) {
			id = x.r.Keys[n-1].Value
		}
		return x.maker.Entity(p.Owner, id, x.path, only)[p.Name]
	}
	object, _ := x.maker.Value(edm.Type{Struct: p.Owner}, x.path, only).(map[string]any)
	return object[p.Name]
}

// link returns the URL of an entity.
func (x *exampling) link(s *edm.Struct, key string) string {
	id, _ := x.maker.Entity(s, "", x.path+key, example.Options{})["id"].(string)
	return x.base + "/directoryObjects/" + url.PathEscape(id)
}

// collection answers with one page.
func (x *exampling) collection(s *edm.Struct) {
	items := x.items(s)
	object := make(map[string]any)
	if x.v.Query.Count != nil && *x.v.Query.Count {
		object["@odata.count"] = json.Number(strconv.Itoa(len(items)))
	}
	size, from := pageSize, 0
	if x.v.Query.Top != nil && *x.v.Query.Top > 0 {
		size = *x.v.Query.Top
	}
	if x.v.Query.Skip != nil {
		from = *x.v.Query.Skip
	}
	if token, ok := x.v.Query.Text("$skiptoken"); ok {
		from, _ = strconv.Atoi(token) // a strange token starts anew
	}
	from = min(max(from, 0), len(items))
	to := from + min(size, len(items)-from)
	if to < len(items) {
		object["@odata.nextLink"] = x.linkWith("$skiptoken", strconv.Itoa(to))
	}
	object["value"] = items[from:to]
	x.withContext(object)
	x.JSON = object
}

// items returns the entities of the collection that the query keeps, in its order.
func (x *exampling) items(s *edm.Struct) []any {
	all := example.Options{}
	if x.v.Query.Filter != nil || x.v.Query.OrderBy != nil {
		all.Select = s.Names()
	}
	full := make([]map[string]any, collectionSize) // with all members, for the query to look at
	for i := range full {
		full[i] = x.maker.Entity(s, "", x.path+"#"+strconv.Itoa(i), all)
	}
	q := x.v.Query
	if q.Search != nil {
		x.Ignored = append(x.Ignored, "$search")
	}
	kept := full[:0:0]
	for _, item := range full {
		ok, err := odata.Matches(q.Filter, item)
		if err != nil {
			x.Ignored = append(x.Ignored, "$filter")
			break
		}
		if ok {
			kept = append(kept, item)
		}
	}
	if q.OrderBy != nil {
		if err := odata.Sort(kept, q.OrderBy); err != nil {
			x.Ignored = append(x.Ignored, "$orderby")
		}
	}
	out := []any{}
	if len(x.Ignored) > 0 {
		return out
	}
	asked := options(q)
	again := asked.Select != nil || asked.Expand != nil || all.Select != nil
	for _, item := range kept {
		if id, _ := item["id"].(string); id != "" && again {
			item = x.maker.Entity(s, id, x.path, asked)
		}
		out = append(out, item)
	}
	return out
}

// linkWith returns the URL of the request with another value of an option.
func (x *exampling) linkWith(option, value string) string {
	return x.base + x.path + "?" + odata.WithOption(x.query, option, value)
}

// result answers with what a function or an action returns.
func (x *exampling) result() {
	o := x.v.Operation.overloads[0]
	if o.Return == nil || x.Status == http.StatusAccepted || x.Status == http.StatusNoContent {
		return
	}
	t := *o.Return
	switch {
	case t.Primitive == edm.Stream:
		x.raw("application/octet-stream", []byte("An example from graphmock: what "+o.Name+" returns\n"))
	case isDelta(o):
		items := x.items(t.Struct)
		if _, ok := x.v.Query.Text("$deltatoken"); ok {
			items = []any{}
		}
		object := map[string]any{"value": items, "@odata.deltaLink": x.linkWith("$deltatoken", "1")}
		x.withContext(object)
		x.JSON = object
	case t.IsEntity() && t.Collection && o.Action: // has no pages: nobody can GET the next one
		x.envelope(x.items(t.Struct))
	case t.IsEntity() && t.Collection:
		x.collection(t.Struct)
	case t.IsEntity():
		x.entity(x.entityOf(t.Struct, ""))
	case t.Collection && t.Primitive == edm.String && strings.Contains(o.Name, "Member"): // ids of groups
		var ids []any
		for i := range pageSize {
			ids = append(ids, x.maker.Value(edm.Type{Primitive: edm.Guid}, x.path+strconv.Itoa(i), example.Options{}))
		}
		x.envelope(ids)
	default:
		x.value(t)
		if session, ok := x.JSON.(map[string]any); ok && t.Struct != nil && t.Struct.Name == "uploadSession" {
			session["nextExpectedRanges"] = []any{"0-"} // clients upload what is asked for, and fail if nothing is
		}
	}
}

// change makes the answer to a method that changes something: what was sent, within
// an example of the entity.
func (x *exampling) change() {
	x.prefer()
	schema := x.v.Operation.Response.Schema
	if x.Status == http.StatusNoContent || schema == nil {
		return
	}
	sent, _ := x.v.JSON.(map[string]any)
	t := valueType(x.r)
	if t.Struct == nil || t.Collection && x.r.Kind != resolve.EntityCollection {
		if value, ok := sent["value"]; ok {
			x.envelope(value)
		} else {
			x.value(t)
		}
		return
	}
	s, declared := t.Struct, t.Struct
	if name, ok := sent[typeMember].(string); ok {
		if t := x.v.Operation.Contract.model.StructFold(strings.TrimPrefix(name, "#")); t != nil && t.IsA(s) {
			s = t
		}
	}
	id := x.lastID()
	if x.r.Kind == resolve.EntityCollection {
		id = ""
	}
	object := x.maker.Entity(s, id, x.path+fmt.Sprint(sent), options(x.v.Query))
	if !s.Entity {
		object, _ = x.maker.Value(edm.Type{Struct: s}, x.path, options(x.v.Query)).(map[string]any)
	}
	if object == nil {
		object = make(map[string]any)
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if p := s.Member(name); p != nil && !p.Navigation && !p.Computed() {
			object[name] = sent[name]
		} else if p == nil && s.Open && !isAnnotation(name) && (s.IsBag() || resolve.IsExtension(name)) {
			object[name] = sent[name]
		}
	}
	if s != declared {
		object[typeMember] = "#" + s.FullName()
	}
	if id, ok := object["id"].(string); ok && x.Status == http.StatusCreated {
		x.Header.Set("Location", x.base+x.path+"/"+url.PathEscape(id))
	}
	x.entity(object)
	if context, ok := object["@odata.context"].(string); ok && x.r.Kind == resolve.EntityCollection {
		object["@odata.context"] = context + "/$entity"
	}
}

// prefer does what the Prefer header asks of an update.
func (x *exampling) prefer() {
	if x.v.Operation.Method == http.MethodDelete || x.v.Operation.Response.Schema == nil {
		return
	}
	for value := range strings.SplitSeq(strings.Join(x.sent.Values("Prefer"), ","), ",") {
		switch strings.TrimSpace(value) {
		case "return=minimal":
			x.Status = http.StatusNoContent
		case "return=representation":
			if x.Status == http.StatusNoContent {
				x.Status = http.StatusOK
			}
		default:
			continue
		}
		x.Header.Set("Preference-Applied", strings.TrimSpace(value))
	}
}
