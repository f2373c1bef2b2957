// Package schemas holds what Graph promises, and holds messages to it.
//
//	verdict := schemas.Embedded().CheckRequest(&schemas.Request{
//		Method: "GET", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs?$top=5",
//		Header: http.Header{"Authorization": {"Bearer …"}},
//	})
//	for _, f := range verdict.Findings {
//		fmt.Println(f) // rule, place, what is wrong, what was probably meant
//	}
//
// A [Contract] is what Graph promises at one version: its operations, with the
// schemas of their messages, as files that people read (contracts/README.md).
// A [Set] is the contracts that a message is held to; [Embedded] returns those
// that come with graphmock. Sets, contracts, operations and schemas never change,
// and may be used by several goroutines at once.
//
// docs/rules.md shows every rule with an example, docs/differences.md says what
// was decided where Graph's documentation is silent.
package schemas
