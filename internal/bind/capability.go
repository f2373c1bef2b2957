package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// Capabilities are what annotations of the metadata (Org.OData.Capabilities.V1)
// say of the options that may be given. The zero value says nothing, so that
// everything may be.
type Capabilities struct {
	layers [3]edm.Annotations // the first that speaks of a matter decides
}

// CapabilitiesOf returns what is said of a navigation property, of an entity set and of
// a type; each may be nil. The navigation property counts most and the type
// least.
//
// On a navigation property Expandable=false says that itself can't be expanded, and
// nothing of requests to it: Graph has it on user/messages, whose items are
// documented with $expand. What is said of a type does not count for the types derived
// from it, nor for collections in which such may be: Graph says of directoryObject
// that it has no $select, which all of its derived types and the members of a group have.
func CapabilitiesOf(set *edm.EntitySet, nav *edm.Property, typ *edm.Struct) Capabilities {
	var c Capabilities
	if nav != nil {
		c.layers[0] = nav.Annotations
	}
	if set != nil {
		c.layers[1] = set.Annotations
	}
	if typ != nil && len(typ.Derived) == 0 {
		c.layers[2] = typ.Annotations
	}
	return c
}

// A capability is one matter that annotations speak of.
type capability struct {
	term   string
	member string // of the term's record; "" if the term itself is the truth value
	except string // member that lists what is excluded; "" if there is none
	option string
}

var (
	countable     = &capability{edm.CountRestrictions, "Countable", "", "$count"}
	expandable    = &capability{edm.ExpandRestrictions, "Expandable", "NonExpandableProperties", "$expand"}
	filterable    = &capability{edm.FilterRestrictions, "Filterable", "NonFilterableProperties", "$filter"}
	searchable    = &capability{edm.SearchRestrictions, "Searchable", "", "$search"}
	selectable    = &capability{edm.SelectSupport, "Supported", "", "$select"}
	skipSupported = &capability{edm.SkipSupported, "", "", "$skip"}
	sortable      = &capability{edm.SortRestrictions, "Sortable", "NonSortableProperties", "$orderby"}
	topSupported  = &capability{edm.TopSupported, "", "", "$top"}
)

// denied reports whether something is not offered, and where that is said.
func (c *Capabilities) denied(what *capability) (pos csdl.Pos, denied bool) {
	for i, layer := range c.layers {
		if i == 0 && what == expandable {
			continue
		}
		if pos, allowed, said := says(layer, what); said {
			return pos, !allowed
		}
	}
	return 0, false
}

// says returns what annotations say of a matter, and where. Of two that
// contradict each other, as Graph has them, the one that allows counts.
func says(as edm.Annotations, what *capability) (pos csdl.Pos, allowed, said bool) {
	for i := range as {
		a := &as[i]
		if a.Term != what.term {
			continue
		}
		if v := member(&a.Value, what.member); v != nil && v.Kind == csdl.Bool {
			pos, said = a.Pos, true
			allowed = allowed || v.Text != "false"
		}
	}
	return pos, allowed, said
}

// excluded returns the paths that are not offered. The caller must not change them.
func (c *Capabilities) excluded(what *capability) []csdl.Value {
	for _, layer := range c.layers {
		for i := range layer {
			if a := &layer[i]; a.Term == what.term {
				if v := member(&a.Value, what.except); v != nil && len(v.Items) > 0 {
					return v.Items
				}
			}
		}
	}
	return nil
}

// member returns a member of a record, or the value itself for the name "";
// nil if there is none.
func member(v *csdl.Value, name string) *csdl.Value {
	if name == "" {
		return v
	}
	for i := range v.Properties {
		if v.Properties[i].Property == name {
			return &v.Properties[i].Value
		}
	}
	return nil
}

// offers reports an option that the metadata says is not offered.
func (c *checker) offers(caps *Capabilities, what *capability, offset int, at *odata.Segment) {
	pos, denied := caps.denied(what)
	if !denied {
		return
	}
	whose := "what is addressed"
	if at != nil {
		whose = at.Name
	}
	c.add(Problem{
		Rule: ruleCapability, Offset: offset, Found: what.option, Pos: pos,
		Message: fmt.Sprintf("the metadata says that %s does not offer %s", whose, what.option),
	})
}

// exclude reports a path that the metadata excludes from the option.
func (c *checker) exclude(path []odata.Segment, paths []csdl.Value, what *capability) {
	for i := range paths {
		name := paths[i].Text
		if !names(path, name) {
			continue
		}
		c.add(Problem{
			Rule: ruleCapability, Offset: path[0].Offset(), Found: name, Pos: paths[i].Pos,
			Message: fmt.Sprintf("the metadata says that %s may not stand in %s", name, what.option),
		})
		return
	}
}

// names reports whether a path starts with the properties of another one, casts
// left out.
func names(path []odata.Segment, other string) bool {
	for i := range path {
		if path[i].IsCast() {
			continue
		}
		first, rest, more := strings.Cut(other, "/")
		if !strings.EqualFold(first, path[i].Name) {
			return false
		}
		if !more {
			return true
		}
		other = rest
	}
	return false
}

// Denied returns the options that the metadata says are not offered, as "$filter".
func (c *Capabilities) Denied() []string {
	var options []string
	for _, what := range []*capability{countable, expandable, filterable, sortable, searchable, selectable, skipSupported, topSupported} {
		if _, denied := c.denied(what); denied {
			options = append(options, what.option)
		}
	}
	return options
}

// Options returns the options that a GET of the target may have, in the order of OData's
// specification, without those that its capabilities deny.
func (t *Target) Options() []string {
	var options []string
	switch {
	case t.Counted:
		options = []string{"$filter", "$search"}
	case t.Type.IsEntity() && t.Type.Collection:
		options = []string{"$select", "$expand", "$filter", "$search", "$orderby", "$top", "$skip", "$count"}
	case t.Type.Struct != nil && !t.Type.Collection:
		options = []string{"$select", "$expand"}
	}
	denied := t.Capabilities.Denied()
	return slices.DeleteFunc(options, func(o string) bool { return slices.Contains(denied, o) })
}

// Directory reports whether the target is directory objects, whose advanced queries need a header.
func (t *Target) Directory() bool { return t.Type.Collection && isDirectory(t.Type) }
