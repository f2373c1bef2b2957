package edm

import (
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
)

// The terms that graphmock knows, as Graph writes them.
const (
	core         = "Org.OData.Core.V1."
	capabilities = "Org.OData.Capabilities.V1."

	Description       = core + "Description"
	LongDescription   = core + "LongDescription"
	Computed          = core + "Computed"
	Immutable         = core + "Immutable"
	OptionalParameter = core + "OptionalParameter"
	Permissions       = core + "Permissions"
	Revisions         = core + "Revisions"
	AlternateKeys     = core + "AlternateKeys"
	AutoExpand        = core + "AutoExpand"
	IsURL             = core + "IsURL"

	CountRestrictions      = capabilities + "CountRestrictions"
	DeleteRestrictions     = capabilities + "DeleteRestrictions"
	ExpandRestrictions     = capabilities + "ExpandRestrictions"
	FilterRestrictions     = capabilities + "FilterRestrictions"
	InsertRestrictions     = capabilities + "InsertRestrictions"
	NavigationRestrictions = capabilities + "NavigationRestrictions"
	ReadRestrictions       = capabilities + "ReadRestrictions"
	SearchRestrictions     = capabilities + "SearchRestrictions"
	SelectSupport          = capabilities + "SelectSupport"
	SkipSupported          = capabilities + "SkipSupported"
	SortRestrictions       = capabilities + "SortRestrictions"
	TopSupported           = capabilities + "TopSupported"
	UpdateRestrictions     = capabilities + "UpdateRestrictions"
)

// Annotations are what is said of one element: first where it is declared, then
// elsewhere in the document. Terms have their namespace, also where the document has an
// alias.
type Annotations []csdl.Annotation

// Find returns the value of a term; ok is false if it is not there. Of several with
// different qualifiers the first counts.
func (as Annotations) Find(term string) (v csdl.Value, ok bool) {
	for _, a := range as {
		if a.Term == term {
			return a.Value, true
		}
	}
	return csdl.Value{}, false
}

// Flag reports whether a tagging term is there and not false.
func (as Annotations) Flag(term string) bool {
	v, ok := as.Find(term)
	return ok && v.Text != "false"
}

// Bool returns a truth value: that of the term itself or, if member is not "",
// that of a member of its record. ok is false if neither is there.
func (as Annotations) Bool(term, member string) (value, ok bool) {
	v, ok := as.Find(term)
	if ok && member != "" {
		v, ok = v.Property(member)
	}
	if !ok || v.Kind != csdl.Bool {
		return false, false
	}
	return v.Text == "true", true
}

// Paths returns the property paths in a collection that is a member of a term's
// record, nil if it is not there.
func (as Annotations) Paths(term, member string) []string {
	v, ok := as.Find(term)
	if !ok {
		return nil
	}
	if v, ok = v.Property(member); !ok {
		return nil
	}
	var paths []string
	for _, item := range v.Items {
		paths = append(paths, item.Text)
	}
	return paths
}

// A Revision says since when, and how, an element is deprecated or otherwise changed
// (Core.Revisions). Fields that are not given are "".
type Revision struct {
	Version     string
	Kind        string // "Added", "Modified", "Deprecated"
	Description string
	Date        string // yyyy-mm-dd
	RemovalDate string
}

// Revisions returns the revisions of an element, in order of the document.
func (as Annotations) Revisions() []Revision {
	v, ok := as.Find(Revisions)
	if !ok {
		return nil
	}
	var list []Revision
	for _, item := range v.Items {
		text := func(member string) string {
			p, _ := item.Property(member)
			return p.Text
		}
		kind := text("Kind")
		list = append(list, Revision{
			Version: text("Version"), Kind: kind[strings.LastIndexByte(kind, '/')+1:],
			Description: text("Description"), Date: text("Date"), RemovalDate: text("RemovalDate"),
		})
	}
	return list
}

// Permissions returns the scopes that allow an operation (Core.Permissions) or, of an entity
// set or a navigation property, reading and writing (the permissions in their
// restrictions), those of all schemes together, sorted.
func (as Annotations) Permissions() []string {
	var scopes []string
	var visit func(csdl.Value)
	visit = func(v csdl.Value) {
		for _, item := range v.Items {
			visit(item)
		}
		for _, p := range v.Properties {
			if p.Property == "Scope" && p.Value.Text != "" {
				scopes = append(scopes, p.Value.Text)
			}
			visit(p.Value)
		}
	}
	for _, term := range []string{Permissions, ReadRestrictions, InsertRestrictions, UpdateRestrictions, DeleteRestrictions} {
		if v, ok := as.Find(term); ok {
			visit(v)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// AlternateKeys returns the alternate keys of s and of its bases, its own first.
func (s *Struct) AlternateKeys() []AlternateKey {
	var keys []AlternateKey
	for ; s != nil; s = s.Base {
		v, _ := s.Annotations.Find(AlternateKeys)
		for _, item := range v.Items {
			parts, _ := item.Property("Key")
			var key AlternateKey
			for _, part := range parts.Items {
				name, _ := part.Property("Name")
				alias, ok := part.Property("Alias")
				if !ok {
					alias = name
				}
				key = append(key, KeyPart{Alias: alias.Text, Property: name.Text})
			}
			if len(key) > 0 {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// An AlternateKey is another key of an entity, by its parts.
type AlternateKey []KeyPart

// A KeyPart is one part of an alternate key.
type KeyPart struct {
	Alias    string // by which it is given in a URL
	Property string // path of the property
}
