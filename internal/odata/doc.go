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
// Every option has a parse function of its own too, such as [ParseFilter].
// All of them take values that are already percent-decoded, stop at the first
// mistake and report it as a [*SyntaxError]. What they return shares no state:
// it may be read by several goroutines at once. Each node prints as canonical
// text, and that text parses to an equal node.
//
// The grammar is the OData 4.01 ABNF
// (https://github.com/oasis-tcs/odata-abnf), with these differences.
//
// Accepted beyond it, as Graph does: options, operators and functions in any
// letter case in every place; blanks around commas and parentheses, or none
// where a quote or parenthesis already ends a word; a type name in quotes in
// isof('microsoft.graph.user').
//
// Refused, since Graph does not offer it: JSON arrays and objects, functions
// of the service's own, case(), options of a $count segment, $filter segments,
// key predicates outside $root, qualifiers of annotations, $compute and
// parameter aliases among nested options, and years beyond 9999.
package odata
