package schemas_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/schemas"
)

// intended lists what is wrong with embedded sessions on purpose: contract,
// session and index of the interaction → severity, rule and place. All else in
// them is flawless.
var intended = map[string][]string{
	"beta-2025-10/bad-csv/1": {"error csv.unknown-column csv PermissionLevel", "error csv.missing-column csv PermissionType"},
	"beta-2025-11/bad-csv/1": {"error csv.missing-column csv ResourceOwners"},
	"beta-2026-04/bad-csv/1": {"error csv.unknown-column csv PermisionName", "error csv.missing-column csv PermissionName"},
	"beta-2026-06/bad-csv/1": {"error csv.unknown-column csv PrincipalAADId", "error csv.missing-column csv principalId"},
	"v1.0/bad-csv/1": {
		"error csv.unknown-column csv userId", "error csv.unknown-column csv type",
		"error csv.missing-column csv permissionType", "error csv.missing-column csv principalId",
	},
	"beta-2025-10/drift/0": newBody,
	"beta-2025-11/drift/0": newBody,
	"beta-2026-04/drift/0": newBody,
	"beta-2026-06/drift/0": oldBody("error body.odata-type body /data/@odata.type", 5),
	"v1.0/drift/0":         oldBody("error body.abstract-type body /data/@odata.type", 3),
}

// newBody is what the revisions before June 2026 say of a body of today.
var newBody = []string{
	"error body.missing-property body /source", "error body.missing-property body /type", "error body.odata-type body /@odata.type",
	"error body.missing-property body /data/accessReviewId", "error body.missing-property body /data/accessReviewInstanceId",
	"error body.odata-type body /data/@odata.type",
	"error body.unknown-property body /data/reviewDefinitionId", "error body.unknown-property body /data/reviewInstanceId",
}

// oldBody is what today's revisions say of a body of 2025, in which the type of
// the data is missing or another; place is where that stands among the findings.
func oldBody(dataType string, place int) []string {
	list := []string{
		"error body.abstract-type body /@odata.type", "error body.unknown-property body /source", "error body.unknown-property body /type",
		"error body.missing-property body /data/reviewDefinitionId", "error body.missing-property body /data/reviewInstanceId",
		"error body.unknown-property body /data/accessReviewId", "error body.unknown-property body /data/accessReviewInstanceId",
	}
	return slices.Insert(list, place, dataType)
}

// TestSessions holds the embedded sessions to the contracts that they name.
func TestSessions(t *testing.T) {
	sessions, err := fixtures.Load(fixtures.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, session := range sessions {
		set, err := schemas.Embedded().Pin(session.Contract)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range session.Interactions {
			name := fmt.Sprintf("%s/%s/%d", session.Contract, session.Name, i)
			seen[name] = true
			t.Run(name, func(t *testing.T) {
				v := set.CheckRequest(x.Request.Message())
				if v.Operation == nil || v.Operation.ID != x.Operation {
					t.Errorf("%s: operation %v, want %s", x.Request.URL, v.Operation, x.Operation)
				}
				findings := v.Findings
				if x.Response.Omitted == "" && !x.Response.Cut {
					findings = append(findings, set.CheckResponse(v, x.Response.Message())...)
				}
				if got, want := describe(findings), intended[name]; !slices.Equal(got, want) {
					t.Errorf("found %q\nwant  %q\n%v", got, want, findings)
				}
			})
		}
	}
	for name := range intended {
		if !seen[name] {
			t.Errorf("there is no interaction %s", name)
		}
	}
}
