// Package odata parses the query options of OData 4.01 as Microsoft Graph uses
// them, and evaluates filters and orders on decoded JSON. It knows nothing of
// HTTP servers, and nothing of the properties and types a service declares.
//
//	options, err := odata.ParseQuery(r.URL.RawQuery)
//	...
//	var q odata.Query
//	for _, o := range options {
//		if err := q.Set(o); err != nil { ... }
//	}
//	ok, err := odata.Matches(q.Filter, user)
//
// Every option has a parse function of its own too, such as [ParseFilter], and
// [ParseSegment] is for segments of the path. All of them take values that are already percent-decoded, stop at the first
// mistake and report it as a [*SyntaxError]. What they return shares no state:
// it may be read by several goroutines at once. Each node prints as canonical
// text, and that text parses to an equal node.
//
// The grammar is the OData 4.01 ABNF, and for $apply that of the extension for
// data aggregation (https://github.com/oasis-tcs/odata-abnf), also for what Graph
// has none of. It differs in the following.
//
// Accepted beyond it, as Graph does: options, operators and functions in any
// letter case in every place; blanks around commas and parentheses, or none
// where a quote or parenthesis already ends a word; a type name in quotes in
// isof('microsoft.graph.user'); any expression in a list, as in a in (b,c);
// matchesPattern with flags; $expand within $select; keys without quotes in
// segments of the path; Collection for GeometryCollection in geo literals and a
// plus sign before durations, which OData 4.0 has.
//
// Without declarations some texts have two meanings. A name in front of a
// parenthesis is a function of OData if there is one of that name and no slash
// before it; otherwise it has a key predicate or arguments, which don't differ. A
// name after @ is a parameter alias where a path starts, unless it has a
// namespace or a qualifier. A string may stand for a duration, or for a member of
// an enumeration.
//
// Refused: words of $search with other characters than letters, digits, commas
// and dots, which Graph wants in quotes, and $search in single quotes; AND, OR and
// NOT as words of $search; an empty list in a in (), and behind in what can't be
// a collection; a slash at the end of a path; a function without parentheses,
// which is a property here; in $apply the transformations of earlier drafts, such
// as expand.
package odata
