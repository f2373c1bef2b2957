// Package benchmarks compares graphmock with kin-openapi, the OpenAPI 3 validator that
// most programs in Go use. Both are given the same requests, and the same contract: graphmock
// a metadata document, kin-openapi an OpenAPI document that is made from it.
//
//	go -C benchmarks test -run '^$' -bench . -count 5
//
// It is a module of its own, so that the programs that use graphmock do not depend
// on what is only measured against. docs/performance.md has the figures.
package benchmarks
