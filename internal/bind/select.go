package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/spell"
)

// selectItems checks the items of $select.
func (c *checker) selectItems(items []odata.SelectItem, typ edm.Type) {
	for i := range items {
		item := &items[i]
		t, at := c.selected(item.Path, typ.Item())
		if at != nil && given(&item.Options) {
			c.query(&item.Options, t, Capabilities{}, at)
		}
	}
}

// selected returns what a path in $select leads to from a value of type t, and
// its last segment; nil if that names no property.
func (c *checker) selected(path []odata.Segment, t edm.Type) (edm.Type, *odata.Segment) {
	var nav *edm.Property
	for i := range path {
		s := &path[i]
		switch {
		case t == (edm.Type{}):
			return t, s
		case strings.HasSuffix(s.Name, "*"):
			return edm.Type{}, nil
		case s.Name[0] == '@':
			t = edm.Type{}
		case s.IsCast():
			t = c.cast(t, s)
		case s.Args != nil:
			if ops := c.Model.Bound(t, s.Name); len(ops) == 0 {
				c.noFunction(t, s)
			}
			return edm.Type{}, nil
		case nav != nil:
			c.add(Problem{
				Rule: rulePath, Offset: s.Offset(), Found: s.Name, Pos: nav.Pos, Wanted: "$expand=" + nav.Name + "($select=" + s.Name + ")",
				Message: fmt.Sprintf("a path in $select can't go on behind the navigation property %s", nav.Name),
			})
			return edm.Type{}, nil
		default:
			p := c.member(t.Struct, t, s)
			if p == nil {
				return edm.Type{}, s
			}
			if t = p.Type; p.Navigation {
				nav = p
			}
		}
	}
	return t, &path[len(path)-1]
}

// given reports whether a query has any option.
func given(q *odata.Query) bool {
	return q.Filter != nil || q.Search != nil || q.OrderBy != nil || q.Select != nil || q.Expand != nil || q.Count != nil ||
		q.Top != nil || q.Skip != nil || q.Levels != nil || q.Compute != nil || q.Apply != nil
}

// expandItems checks the items of $expand. The capabilities are those of what is expanded.
func (c *checker) expandItems(items []odata.ExpandItem, typ edm.Type, caps *Capabilities) {
	excluded := caps.excluded(expandable)
	for i := range items {
		item := &items[i]
		c.exclude(item.Path, excluded, expandable)
		nav, t, at := c.expanded(item.Path, typ.Item())
		if at != nil && given(&item.Options) {
			c.query(&item.Options, t, CapabilitiesOf(nil, nav, t.Struct), at)
		}
	}
}

// expanded returns the navigation property that a path in $expand leads to from a
// value of type t, nil if nothing is known of it; the type of what it leads to; and the
// segment of the property, nil if the path ends otherwise.
func (c *checker) expanded(path []odata.Segment, t edm.Type) (nav *edm.Property, to edm.Type, at *odata.Segment) {
	for i := range path {
		s := &path[i]
		switch {
		case s.Name == "$ref", s.Name == "$count", s.Name == "$value":
		case s.Name == "*":
			nav, t, at = nil, edm.Type{}, nil
		case t == (edm.Type{}):
			at = s
		case s.Name[0] == '@':
			t = edm.Type{}
		case s.IsCast():
			t = c.cast(t, s)
		case nav != nil:
			way := (&odata.Path{Segments: path[:i]}).String()
			rest := (&odata.Path{Segments: path[i:]}).String()
			c.add(Problem{
				Rule: rulePath, Offset: path[0].Offset(), Found: way + "/" + rest, Pos: nav.Pos, Suggestion: way + "($expand=" + rest + ")",
				Message: fmt.Sprintf("a path in $expand can't go on behind the navigation property %s", nav.Name),
			})
			return nil, edm.Type{}, nil
		default:
			at = s
			if nav, t = c.expandStep(t, s, path[i+1:]); nav != nil {
				continue
			}
		}
	}
	return nav, t, at
}

// expandStep returns where a segment leads: the navigation property, or just the
// type for a complex property with a path behind it. What is neither is reported, and
// of unknown type.
func (c *checker) expandStep(t edm.Type, s *odata.Segment, rest []odata.Segment) (*edm.Property, edm.Type) {
	if st := t.Struct; st != nil && st.Open && st.MemberFold(s.Name) == nil && len(st.Below(s.Name)) == 0 {
		c.noNavigation(st, s) // what is not declared can't be expanded
		return nil, edm.Type{}
	}
	p := c.member(t.Struct, t, s)
	switch {
	case p == nil:
		return nil, edm.Type{}
	case p.Navigation:
		if pos, allowed, said := says(p.Annotations, expandable); said && !allowed {
			c.add(Problem{
				Rule: ruleCapability, Offset: s.Offset(), Found: s.Name, Pos: pos,
				Message: fmt.Sprintf("the metadata says that %s of %s can't be expanded", p.Name, p.Owner.FullName()),
			})
		}
		return p, p.Type
	case p.Type.Struct != nil && len(rest) > 0, classOf(p.Type) == stream && len(rest) > 0, classOf(p.Type) == unknown:
		return nil, p.Type
	}
	c.add(Problem{
		Rule: ruleNotExpandable, Offset: s.Offset(), Found: s.Name, Wanted: navigations(t.Struct), Pos: p.Pos,
		Message: fmt.Sprintf("%s of %s is no navigation property and can't be expanded; it comes with the object, or by $select", p.Name, t.Struct.FullName()),
	})
	return nil, edm.Type{}
}

func (c *checker) noNavigation(st *edm.Struct, s *odata.Segment) {
	if c.full() {
		return
	}
	c.add(Problem{
		Rule: ruleUnknown, Offset: s.Offset(), Found: s.Name, Wanted: navigations(st), Suggestion: spell.Closest(s.Name, st.Names()), Pos: st.Pos,
		Message: fmt.Sprintf("%s has no navigation property %q", st.FullName(), s.Name),
	})
}

// navigations lists the names of the navigation properties of s, "" if they are many.
func navigations(s *edm.Struct) string {
	var list []string
	for _, p := range s.Members() {
		if p.Navigation {
			list = append(list, p.Name)
		}
	}
	const few = 12
	if len(list) > few {
		return ""
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
