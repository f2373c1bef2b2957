package schemas

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/bind"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/spell"
)

// systemNames are the options that start with "$", in the order of the reference.
var systemNames = strings.Fields("$select $filter $expand $orderby $top $skip $count $search $skiptoken $deltatoken $format $apply $compute $levels $id")

// customNames are options without "$" that parts of Graph take and the metadata does not declare.
var customNames = strings.Fields("startDateTime endDateTime token includeHiddenMessages model format includeAllVersionsMetadata " +
	"includePersonalNotebooks requiresReview top skip select expand filter orderby count search api-version")

// checkDerivedQuery holds query options to the model.
func (c *checker) checkDerivedQuery(options []odata.Option) {
	q := c.verdict.Query
	params := c.paramNames()
	var given []odata.Option // of the parameters
	for _, o := range options {
		switch {
		case isPlaceholder(o.Value):
			c.add(Finding{
				Rule: "query.placeholder", In: InQuery, Pointer: o.Sent, Found: clip(o.Value), Wanted: "a value",
				Message: fmt.Sprintf("%q looks like a placeholder that nobody filled in", clip(o.Value)),
			})
			given = append(given, o)
		case !o.System && strings.HasPrefix(o.Sent, "$"):
			c.add(Finding{
				Rule: "query.unknown-option", In: InQuery, Pointer: o.Sent, Found: clip(o.Sent), Wanted: strings.Join(systemNames, ", "),
				Suggestion: spell.Closest(o.Sent, systemNames), Message: fmt.Sprintf("%q is not an option of OData", clip(o.Sent)),
			})
		case strings.HasPrefix(o.Sent, "@"):
			if !strings.EqualFold(o.Sent, "@id") { // of $ref: a URL, not an expression
				c.setOption(o)
			}
		case contains(params, o.Sent) && (!o.System || o.Bare):
			given = append(given, o)
		case !o.System:
			c.checkCustom(o)
		case c.Method != "GET" && o.Name != "$select" && o.Name != "$expand" && c.op.overloads == nil:
			c.add(Finding{
				Rule: "query.undocumented-option", In: InQuery, Pointer: o.Sent, Found: clip(o.Sent), Wanted: "$select or $expand",
				Message: fmt.Sprintf("%s is for GET; Graph ignores it here", o.Name),
			})
			c.setOption(o)
		default:
			if o.Bare && c.op.Contract.Version != "beta" {
				c.add(Finding{
					Rule: "query.no-dollar", In: InQuery, Pointer: o.Sent, Found: clip(o.Sent), Suggestion: o.Name,
					Message: fmt.Sprintf("%q works without $ on beta, and on v1.0 not everywhere", o.Sent),
				})
			}
			c.setOption(o)
		}
	}
	c.checkArgs(c.verdict.resource)
	c.checkCall(given)
	target := c.op.target
	target.Eventual = strings.EqualFold(c.Header.Get(consistencyLevel), "eventual")
	for _, p := range bind.Check(q, target) {
		c.add(Finding{
			Rule: p.Rule, In: InQuery, Pointer: p.Option, Line: 1, Column: column(c.values[p.Option], p.Offset),
			Found: clip(p.Found), Wanted: p.Wanted, Suggestion: p.Suggestion, Message: p.Message, Source: c.op.Contract.declaration(p.Pos),
		})
	}
}

// checkCustom says of an option without "$" what it may be meant for.
func (c *checker) checkCustom(o odata.Option) {
	if contains(customNames, o.Sent) {
		return
	}
	known := slices.Concat(systemNames, c.paramNames())
	c.add(Finding{
		Rule: "query.custom-option", In: InQuery, Pointer: o.Sent, Found: clip(o.Sent), Suggestion: spell.Closest("$"+o.Sent, known),
		Message: fmt.Sprintf("%q is no option that is declared here; Graph ignores what it does not know", clip(o.Sent)),
	})
}

// contains reports whether a name is one of several, in any letter case.
func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// paramNames returns the names of the parameters of the function that is called.
func (c *checker) paramNames() []string {
	var names []string
	for _, o := range c.op.overloads {
		for _, p := range o.Params {
			if !o.Action {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// checkCall finds the overload of a function that the parameters in the path and in the query
// belong to, and reports those that are missing.
func (c *checker) checkCall(given []odata.Option) {
	functions := c.op.overloads
	if len(functions) == 0 || functions[0].Action {
		return
	}
	var names, call []string // call is how it should have been
	for _, a := range c.verdict.resource.Args {
		if a.Index < len(c.segments)-1 { // of a function on the way
			continue
		}
		names = append(names, a.Name)
		if a.Op != nil && a.Value != nil {
			call = append(call, a.Name+"="+a.Value.String())
		}
	}
	for _, o := range given {
		names = append(names, o.Sent)
	}
	if isWorkbook(functions[0]) && c.Method != "PATCH" && len(c.Body) > 0 { // Excel takes them in the body too
		body, _ := c.json().value.(map[string]any)
		names = slices.AppendSeq(names, maps.Keys(body))
	}
	var missing []string
	for _, f := range functions {
		var lacks []string
		for _, p := range f.Params {
			if !p.Optional() && !contains(names, p.Name) {
				lacks = append(lacks, p.Name)
			}
		}
		if lacks == nil {
			return
		}
		if missing == nil || len(lacks) < len(missing) {
			missing = lacks
		}
	}
	name := functions[0].Name
	for _, m := range missing {
		call = append(call, m+"={}")
	}
	c.add(Finding{
		Rule: "path.missing-parameter", In: InPath, Pointer: c.segments[len(c.segments)-1], Found: "nothing", Wanted: strings.Join(missing, ", "), Source: c.op.Contract.declaration(functions[0].Pos),
		Suggestion: name + "(" + strings.Join(call, ",") + ")",
		Message:    fmt.Sprintf("the function %s needs the parameter %s", name, strings.Join(missing, ", ")),
	})
}
