package bind

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// A Target is what the options of a request are about.
type Target struct {
	// Model is where types and functions are looked up. It may not be nil.
	Model *edm.Model
	// Type is that of what the path addresses: a collection if it addresses one. The
	// zero Type is something that the model doesn't describe; names are then
	// not looked up.
	Type edm.Type
	// Capabilities are those of what the path addresses. The zero value says nothing.
	Capabilities Capabilities
	// Counted tells that the path ends in /$count behind a collection, whose
	// type is Type.
	Counted bool
	// Eventual tells that the request has the header ConsistencyLevel: eventual.
	Eventual bool
}

// A Problem is one way in which options don't fit the model.
type Problem struct {
	Rule    string // stable name, one of [Rules]
	Option  string // canonical name, such as "$filter"
	Offset  int    // of the mistake, in bytes from the start of the option's value
	Found   string // the text that is wrong, in canonical form
	Wanted  string // what could have stood there; "" if there is no short answer
	Message string // one sentence

	// Suggestion is what was probably meant in place of Found, "" if there is no
	// good guess.
	Suggestion string
	// Pos is the place of the declaration behind the rule, 0 if there is none.
	Pos csdl.Pos
}

// The rules.
const (
	ruleUnsupported   = "query.unsupported-option"
	ruleValue         = "query.value"
	rulePageSize      = "query.page-size"
	ruleUnknown       = "query.unknown-property"
	ruleDerived       = "query.derived-property"
	ruleOpen          = "query.open-property"
	ruleCase          = "query.property-case"
	rulePath          = "query.path"
	ruleType          = "query.type"
	ruleGUID          = "query.guid-quotes"
	ruleEnum          = "query.enum"
	ruleEnumCase      = "query.enum-case"
	ruleFunction      = "query.unknown-function"
	ruleArgument      = "query.argument"
	ruleUnknownType   = "query.unknown-type"
	ruleAlias         = "query.alias"
	ruleNotSortable   = "query.not-sortable"
	ruleNotExpandable = "query.not-expandable"
	ruleCombination   = "query.combination"
	ruleSearchClause  = "query.search-clause"
	ruleCapability    = "query.capability"
	ruleConsistency   = "query.consistency-level"
	ruleCountIgnored  = "query.count-ignored"
	ruleAdvanced      = "query.advanced"
)

// Rules returns the names of all rules.
func Rules() []string {
	return []string{
		ruleUnsupported, ruleValue, rulePageSize, ruleUnknown, ruleDerived, ruleOpen, ruleCase, rulePath,
		ruleType, ruleGUID, ruleEnum, ruleEnumCase, ruleFunction, ruleArgument, ruleUnknownType, ruleAlias,
		ruleNotSortable, ruleNotExpandable, ruleCombination, ruleSearchClause, ruleCapability, ruleConsistency,
		ruleCountIgnored, ruleAdvanced,
	}
}

// Check holds options to what they are about, and returns what is wrong: for
// one option after the other in order of place, and last what queries of directory
// objects lack. After a hundred problems it reports no more. It changes neither q nor
// the model, and may be called by several goroutines at once.
func Check(q *odata.Query, t Target) []Problem {
	c := checker{Target: t}
	c.cycles(q.Aliases)
	c.query(q, t.Type, t.Capabilities, nil)
	c.other(q)
	c.directory(q)
	return c.problems
}

// A checker checks the options of one request.
type checker struct {
	Target
	scope
	option   string // that is being checked
	counting bool   // whether needs are to be noted
	needs    []need // what $filter holds
	problems []Problem
	lookups  int // searches for what was meant that take long
}

const (
	mostProblems = 100
	mostLookups  = 5
)

func (c *checker) add(p Problem) {
	if len(c.problems) < mostProblems {
		p.Option = c.option
		c.problems = append(c.problems, p)
	}
}

// full reports whether no more problems are kept: what takes long to describe is
// then left out.
func (c *checker) full() bool { return len(c.problems) >= mostProblems }

// lookup reports whether one more long search may be made.
func (c *checker) lookup() bool {
	c.lookups++
	return c.lookups <= mostLookups && !c.full()
}

// A scope is what the names in an expression stand for.
type scope struct {
	item  edm.Type // where a path without a root starts; the zero Type is unknown
	it    edm.Type // $it
	inner bool     // item is a member of a collection within the item of the query
	vars  []variable
	alias map[string]odata.Expr

	exclusive *capability  // of the option; nil if it excludes no paths from item
	excluded  []csdl.Value // paths that the metadata excludes
}

// A variable is that of a lambda.
type variable struct {
	name string
	typ  edm.Type
}

// query checks a set of options: of the request or, with the segment that leads to
// what they are about, of an item of $select or $expand.
func (c *checker) query(q *odata.Query, typ edm.Type, caps Capabilities, at *odata.Segment) {
	c.known(q, typ, at)
	outer := c.scope
	defer func() { c.scope = outer }()
	c.scope = scope{item: typ.Item(), it: typ.Item(), alias: q.Aliases}
	if at != nil {
		c.it = edm.Type{} // OData and its implementations differ on what it is here
		c.alias = join(outer.alias, q.Aliases)
	}
	if q.Filter != nil {
		mark := c.start(at, "$filter")
		c.offers(&caps, filterable, q.Filter.Offset(), at)
		c.exclusive, c.excluded = filterable, caps.excluded(filterable)
		c.counting = at == nil
		c.condition(q.Filter)
		c.counting = false
		c.sort(mark)
	}
	if q.OrderBy != nil {
		mark := c.start(at, "$orderby")
		c.offers(&caps, sortable, q.OrderBy[0].Offset(), at)
		c.exclusive, c.excluded = sortable, caps.excluded(sortable)
		c.orderBy(q.OrderBy)
		c.sort(mark)
	}
	c.exclusive = nil
	if q.Search != nil {
		mark := c.start(at, "$search")
		c.offers(&caps, searchable, q.Search.Offset(), at)
		if at == nil {
			c.search(q.Search)
		}
		c.sort(mark)
	}
	if q.Select != nil {
		mark := c.start(at, "$select")
		c.offers(&caps, selectable, q.Select[0].Offset(), at)
		c.selectItems(q.Select, typ)
		c.sort(mark)
	}
	if q.Expand != nil {
		mark := c.start(at, "$expand")
		c.offers(&caps, expandable, q.Expand[0].Offset(), at)
		c.expandItems(q.Expand, typ, &caps)
		c.sort(mark)
	}
	for _, o := range [...]struct {
		*capability
		given bool
	}{{countable, q.Count != nil && *q.Count}, {topSupported, q.Top != nil}, {skipSupported, q.Skip != nil}} {
		if o.given {
			c.start(at, o.option)
			c.offers(&caps, o.capability, offset(at), at)
		}
	}
}

// join returns the aliases of two queries; those of the inner one count.
func join(outer, inner map[string]odata.Expr) map[string]odata.Expr {
	if inner == nil {
		return outer
	}
	all := maps.Clone(inner)
	for name, value := range outer {
		if _, ok := all[name]; !ok {
			all[name] = value
		}
	}
	return all
}

// start goes on to another option, and returns where its problems will start.
// Nested ones belong to $select or $expand, as which c.option stays.
func (c *checker) start(at *odata.Segment, option string) (mark int) {
	if at == nil {
		c.option = option
	}
	return len(c.problems)
}

func offset(at *odata.Segment) int {
	if at == nil {
		return 0
	}
	return at.Offset()
}

// sort brings the problems from mark on, which are of one option, in order of place.
func (c *checker) sort(mark int) {
	if len(c.problems) > mark+1 {
		slices.SortStableFunc(c.problems[mark:], func(a, b Problem) int { return cmp.Compare(a.Offset, b.Offset) })
	}
}

// known reports options that can't be given for what they are about.
func (c *checker) known(q *odata.Query, typ edm.Type, at *odata.Segment) {
	if q.Apply != nil {
		c.unsupported("$apply", "Graph does not offer $apply", at)
	}
	if q.Compute != nil {
		c.unsupported("$compute", "Graph does not offer $compute", at)
	}
	if typ == (edm.Type{}) || typ.Primitive == edm.Stream { // reports are streams, and take options
		return
	}
	if typ.Struct == nil && !c.Counted {
		if q.Select != nil {
			c.unsupported("$select", fmt.Sprintf("%s has no properties to choose from by $select", typ.Item()), at)
		}
		if q.Expand != nil {
			c.unsupported("$expand", fmt.Sprintf("%s has no navigation properties for $expand", typ.Item()), at)
		}
	}
	if typ.Collection {
		return
	}
	for _, o := range [...]struct {
		name  string
		given bool
	}{
		{"$filter", q.Filter != nil}, {"$orderby", q.OrderBy != nil}, {"$search", q.Search != nil},
		{"$count", q.Count != nil && *q.Count}, {"$top", q.Top != nil}, {"$skip", q.Skip != nil},
	} {
		if o.given {
			c.unsupported(o.name, fmt.Sprintf("%s is for collections, and this is a single %s", o.name, typ), at)
		}
	}
}

func (c *checker) unsupported(name, message string, at *odata.Segment) {
	c.start(at, name)
	c.add(Problem{Rule: ruleUnsupported, Offset: offset(at), Found: name, Message: message})
}

// other checks options that are given as text.
func (c *checker) other(q *odata.Query) {
	for _, o := range q.Other {
		if !o.System {
			continue
		}
		c.option = o.Name
		format, _, _ := strings.Cut(strings.ToLower(o.Value), ";")
		switch o.Name {
		case "$levels", "$index":
			c.add(Problem{Rule: ruleUnsupported, Found: o.Name, Message: fmt.Sprintf("Graph does not offer %s here", o.Name)})
		case "$format":
			if strings.EqualFold(o.Value, "atom") || strings.HasSuffix(format, "xml") {
				c.add(Problem{
					Rule: ruleValue, Found: o.Value, Wanted: "json", Suggestion: "json",
					Message: fmt.Sprintf("Graph answers in JSON and not as %q", o.Value),
				})
			}
		}
	}
}
