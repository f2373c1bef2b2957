package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

func TestReportHoldsNoCredentials(t *testing.T) {
	findings := []schemas.Finding{{
		Rule: "body.type", Severity: schemas.Error, In: schemas.InBody, Pointer: "/data",
		Found: `[{"password":"TOPSECRET1"}]`, Message: `[{"password":"TOPSECRET1"}] is no object`, Suggestion: "client_secret=TOPSECRET2",
	}}
	c := NewCollector(schemas.Embedded())
	c.Add(Call{Seq: 1, Method: "GET", URL: entitlement + "/catalogs?client_secret=TOPSECRET3", Contract: "v1.0", Operation: "catalog.list", Findings: findings})
	if !strings.Contains(findings[0].Found, "TOPSECRET1") {
		t.Error("the findings of the call were changed")
	}
	r := c.Report()
	var b bytes.Buffer
	if err := errors.Join(r.WriteText(&b, TextOptions{}), r.WriteJSON(&b), r.WriteJUnit(&b)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "TOPSECRET") {
		t.Error(b.String())
	}
}
