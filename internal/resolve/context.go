package resolve

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// Context returns the fragment of @odata.context for the answer to a GET, with
// "#": "#users", "#users('x')/messages/$entity", "#Collection(microsoft.graph.driveItem)".
// The id of the signed-in user stands for the key of /me. It is "" for what has
// no context, such as $count.
func (r *Resource) Context(me string) string {
	c := contextWriter{model: r.model}
	for _, s := range r.trail {
		c.add(s, me)
	}
	switch r.Kind {
	case EntityCollection, Complex, Primitive, Collection, Dynamic:
		return "#" + string(c.frag)
	case Entity:
		if last := r.trail[len(r.trail)-1].set; last != nil && last.Name != signedIn {
			return "#" + last.Name // a singleton
		}
		return "#" + string(c.frag) + "/$entity"
	case References:
		return "#Collection($ref)"
	case Reference:
		return "#$ref"
	case Call:
		return r.resultContext(string(c.frag))
	}
	return ""
}

// signedIn is the singleton of the signed-in user, which is one of the users.
const signedIn = "me"

// resultContext names what a call returns. A delta function returns the collection
// that it is bound to.
func (r *Resource) resultContext(bound string) string {
	op := r.Operations[0]
	switch {
	case op.Return == nil || op.Return.Primitive == edm.Stream:
		return ""
	case op.Name == "delta" && op.Return.IsEntity() && op.Binding.Collection:
		return "#" + bound
	}
	return "#" + op.Return.String()
}

// A contextWriter builds the fragment along a path.
type contextWriter struct {
	model    *edm.Model
	bindings *edm.EntitySet // whose bindings apply; nil where none are known
	way      []string       // navigation properties since bindings
	frag     []byte
	key      *Key // that was given last, and is not written yet
}

// start begins the fragment anew.
func (c *contextWriter) start(frag string) {
	c.frag, c.way, c.key, c.bindings = append(c.frag[:0], frag...), nil, nil, c.model.Sets[frag]
}

func (c *contextWriter) add(s step, me string) {
	switch {
	case s.set != nil && s.set.Name == signedIn:
		c.start("users")
		c.bindings, c.key = s.set, &Key{Value: me}
	case s.set != nil:
		c.start(s.set.Name)
	case s.result != nil:
		c.start(s.result.Item().String())
	case s.key != nil:
		c.key = s.key
	case s.cast != nil:
		if set := c.setOf(s.cast); set != "" {
			key := c.key
			c.start(set)
			c.key = key
		} else if c.key == nil {
			c.frag = append(append(c.frag, '/'), s.cast.FullName()...)
		}
	case s.member != "":
		c.below(s.member)
	case s.nav.Contained:
		c.way = append(c.way, s.nav.Name)
		c.below(s.nav.Name)
	default:
		c.link(s.nav)
	}
}

// link goes to what is not contained: to where it is bound to, or to the entity set
// of its type. If there is none it is named as if it were contained, as Graph does.
func (c *contextWriter) link(nav *edm.Property) {
	c.way = append(c.way, nav.Name)
	target := ""
	if c.bindings != nil {
		target = c.bindings.Bindings[strings.Join(c.way, "/")]
	}
	if target = cmp.Or(target, c.setOf(nav.Type.Struct)); target != "" {
		c.start(target)
	} else {
		c.below(nav.Name)
	}
}

// setOf returns the name of the entity set of a type, the first by name if there are
// several, "" if there is none.
func (c *contextWriter) setOf(t *edm.Struct) string {
	name := ""
	for _, set := range c.model.Sets {
		if t != nil && !set.Singleton && set.Type == t && (name == "" || set.Name < name) {
			name = set.Name
		}
	}
	return name
}

// below appends a name, behind the key that was given last.
func (c *contextWriter) below(name string) {
	if c.key != nil {
		c.frag = append(append(append(c.frag, '('), keyLiteral(c.key)...), ')')
		c.key = nil
	}
	c.frag = append(append(c.frag, '/'), name...)
}

// keyLiteral writes a key as Graph does: whole numbers bare, all else in quotes and escaped.
func keyLiteral(k *Key) string {
	switch k.Type.Primitive {
	case edm.Byte, edm.SByte, edm.Int16, edm.Int32, edm.Int64:
		return url.QueryEscape(k.Value)
	}
	escaped := url.QueryEscape(strings.ReplaceAll(k.Value, "'", "''"))
	return "'" + strings.ReplaceAll(escaped, "+", "%20") + "'"
}
