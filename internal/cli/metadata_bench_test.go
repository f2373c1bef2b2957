package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/graphmock/graphmock/internal/report"
	"github.com/graphmock/graphmock/schemas"
)

// wholeGraph is v1.0's metadata, beside a checkout that has it.
const wholeGraph = "../../../shared/csdl/graph-v1.0.csdl"

// BenchmarkVerifyMetadata checks calls of all of Graph, one in eight of them wrong, with the output that
// programs read. One operation is 20,000 calls.
func BenchmarkVerifyMetadata(b *testing.B) {
	contract, err := schemas.OpenMetadata(wholeGraph)
	if err != nil {
		b.Skipf("no metadata to measure with: %v", err)
	}
	set := schemas.Embedded().With(contract)
	calls := []string{
		`{"id":%d,"method":"GET","url":"/v1.0/users/adelev@contoso.com/messages?$select=id,subject&$top=25","headers":{},"body":null}`,
		`{"id":%d,"method":"GET","url":"/v1.0/me/drive/root:/Reports/2026.xlsx:/workbook/worksheets('Sheet1')/range(address='A1:B2')","headers":{},"body":null}`,
		`{"id":%d,"method":"POST","url":"/v1.0/me/events","headers":{"Content-Type":"application/json"},"body":"{\"subject\":\"Lunch\",\"start\":{\"dateTime\":\"2026-12-03T12:00:00\",\"timeZone\":\"UTC\"},\"end\":{\"dateTime\":\"2026-12-03T13:00:00\",\"timeZone\":\"UTC\"}}"}`,
		`{"id":%d,"method":"PATCH","url":"/v1.0/groups/02bd9fd6-8f93-4758-87c3-1fb73740a315","headers":{"Content-Type":"application/json"},"body":"{\"description\":\"All of sales\",\"visibility\":\"Private\"}"}`,
		`{"id":%d,"method":"GET","url":"/v1.0/users?$filter=startswith(displayName,'A') and accountEnabled eq true&$select=id,displayName","headers":{},"body":null}`,
		`{"id":%d,"method":"DELETE","url":"/v1.0/groups/02bd9fd6/members/15eeb4df/$ref","headers":{},"body":null}`,
		`{"id":%d,"method":"POST","url":"/v1.0/teams/02bd9fd6/channels/19:4a95@thread.tacv2/messages","headers":{"Content-Type":"application/json"},"body":"{\"body\":{\"contentType\":\"html\",\"content\":\"<b>Hello</b>\"}}"}`,
		`{"id":%d,"method":"GET","url":"/v1.0/me/mesages","headers":{},"body":null}`,
	}
	var in bytes.Buffer
	for i := range 20_000 {
		fmt.Fprintf(&in, calls[i%len(calls)]+"\n", i)
	}
	b.SetBytes(int64(in.Len()))
	checked := 0
	for b.Loop() {
		v := &verifier{
			set: set, lines: true, calls: report.NewCollector(set),
			env: &Env{Stdin: bytes.NewReader(in.Bytes()), Stdout: io.Discard, log: io.Discard},
		}
		if err := v.run(context.Background(), []string{"-"}); err != nil {
			b.Fatal(err)
		}
		if checked += v.count; v.unread > 0 {
			b.Fatalf("%d lines could not be read", v.unread)
		}
	}
	b.ReportMetric(float64(checked)/b.Elapsed().Seconds(), "calls/s")
}
