package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

// A need is something in $filter for which directory objects want an advanced
// query.
type need struct {
	what   string
	offset int
}

// need notes the first of each.
func (c *checker) need(what string, at interface{ Offset() int }) {
	if !c.counting || c.Eventual && c.Counted || !isDirectory(c.Type) {
		return
	}
	if !slices.ContainsFunc(c.needs, func(n need) bool { return n.what == what }) {
		c.needs = append(c.needs, need{what, at.Offset()})
	}
}

// directoryTypes are the types, of microsoft.graph, whose queries Graph divides
// into basic and advanced ones: https://learn.microsoft.com/graph/aad-advanced-queries.
var directoryTypes = map[string]bool{
	"administrativeUnit": true, "application": true, "appRoleAssignment": true, "device": true, "directoryObject": true,
	"group": true, "oAuth2PermissionGrant": true, "orgContact": true, "servicePrincipal": true, "user": true,
}

func isDirectory(t edm.Type) bool {
	return t.Struct != nil && t.Struct.Namespace == "microsoft.graph" && directoryTypes[t.Struct.Name]
}

// sortedAnyway are the properties by which a basic query may sort.
var sortedAnyway = map[string][]string{"group": {"displayName"}, "user": {"displayName", "userPrincipalName"}}

// directory holds the options of a collection of directory objects to what its
// queries need. A request for a further page is left alone: clients don't repeat headers.
func (c *checker) directory(q *odata.Query) {
	if !c.Type.Collection {
		return
	}
	if q.Search != nil && q.OrderBy != nil && c.Type.IsEntity() && c.Type.Struct.FullName() == "microsoft.graph.message" {
		c.option = "$orderby"
		c.add(Problem{Rule: ruleCombination, Found: "$orderby", Message: "messages can't be sorted by $orderby in a $search"})
	}
	if !isDirectory(c.Type) || furtherPage(q) {
		return
	}
	const mostItems = 999
	if q.Top != nil && (*q.Top < 1 || *q.Top > mostItems) {
		c.option = "$top"
		c.add(Problem{
			Rule: rulePageSize, Found: fmt.Sprint(*q.Top), Wanted: fmt.Sprintf("1 to %d", mostItems),
			Message: fmt.Sprintf("a page of %s has 1 to %d items, not %d", c.Type.Item(), mostItems, *q.Top),
		})
	}
	c.header(q)
	c.advanced(q)
}

func furtherPage(q *odata.Query) bool {
	return slices.ContainsFunc(q.Other, func(o odata.Option) bool {
		return o.System && (o.Name == "$skiptoken" || o.Name == "$deltatoken")
	})
}

// header checks what needs the header alone.
func (c *checker) header(q *odata.Query) {
	if c.Eventual {
		return
	}
	need := func(option, what string) {
		c.option = option
		c.add(Problem{
			Rule: ruleConsistency, Found: what, Wanted: "the header ConsistencyLevel: eventual",
			Message: fmt.Sprintf("%s of %s needs the header ConsistencyLevel: eventual", what, c.Type.Item()),
		})
	}
	if q.Search != nil {
		need("$search", "$search")
	}
	if c.Counted {
		need("$count", "/$count")
	} else if q.Count != nil && *q.Count {
		c.option = "$count"
		c.add(Problem{
			Rule: ruleCountIgnored, Found: "$count=true", Wanted: "the header ConsistencyLevel: eventual",
			Message: fmt.Sprintf("without the header ConsistencyLevel: eventual %s are not counted", c.Type.Item()),
		})
	}
}

// advanced checks what needs the header and $count=true.
func (c *checker) advanced(q *odata.Query) {
	if c.Counted || c.Eventual && q.Count != nil && *q.Count {
		return
	}
	wanted := "$count=true"
	switch {
	case q.Count != nil && *q.Count:
		wanted = "the header ConsistencyLevel: eventual"
	case !c.Eventual:
		wanted = "the header ConsistencyLevel: eventual and $count=true"
	}
	report := func(rule, option string, offset int, found, what string) {
		c.option = option
		c.add(Problem{
			Rule: rule, Offset: offset, Found: found, Wanted: wanted,
			Message: fmt.Sprintf("%s in a query of %s needs %s", what, c.Type.Item(), wanted),
		})
	}
	for _, n := range c.needs {
		report(ruleConsistency, "$filter", n.offset, n.what, n.what)
	}
	switch {
	case q.OrderBy == nil || q.Search != nil: // $search needs the header only
	case q.Filter != nil:
		report(ruleConsistency, "$orderby", 0, "$orderby", "$orderby beside $filter")
	default:
		for i := range q.OrderBy {
			if text := q.OrderBy[i].Expr.String(); !slices.ContainsFunc(sortedAnyway[c.Type.Struct.Name], func(name string) bool { return strings.EqualFold(name, text) }) {
				report(ruleAdvanced, "$orderby", q.OrderBy[i].Offset(), text, "$orderby="+text)
			}
		}
	}
}

// search checks the clauses of a search of directory objects.
func (c *checker) search(e odata.SearchExpr) {
	if !isDirectory(c.Type) {
		return
	}
	switch e := e.(type) {
	case *odata.SearchNot:
		c.search(e.X)
	case *odata.SearchBinary:
		c.search(e.Left)
		c.search(e.Right)
	case *odata.SearchTerm:
		name, _ := e.Clause()
		if name == "" {
			c.add(Problem{
				Rule: ruleSearchClause, Offset: e.Offset(), Found: e.String(), Wanted: `"property:text"`,
				Message: fmt.Sprintf(`a search of %s is made of clauses "property:text"`, c.Type.Item()),
			})
			return
		}
		c.member(c.Type.Struct, c.Type, &odata.Segment{Pos: odata.Pos(e.Offset() + len(`"`)), Name: name})
	}
}
