package schemas

import (
	"encoding/json"
	"net/http"
	"testing"
)

// BenchmarkCheckRequest checks one create of an upload session: a body of 300
// bytes that is right, and one that is wrong. Beside it the body is only decoded
// with encoding/json.
func BenchmarkCheckRequest(b *testing.B) {
	const good = `{"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession","data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData","reviewDefinitionId":"9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b","reviewInstanceId":"15eeb4df-8a4d-4f8e-9b7a-6b3e1c7f5a9d"}}`
	const wrong = `{"data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData","reviewDefinitionId":5,"reviewInstance":"15eeb4df-8a4d-4f8e-9b7a-6b3e1c7f5a9d"}}`
	const path = "/identityGovernance/entitlementManagement/catalogs/3c9f2b1e-8a4d-4e7f-9d2a-6b3e1c7f5a9d/resources/15eeb4df-bd15-4d8b-9679-e75791dbc1d9/uploadSessions"
	const old = "/beta/identityGovernance/catalogs/3c9f2b1e-8a4d-4e7f-9d2a-6b3e1c7f5a9d/accessPackageResources/15eeb4df-bd15-4d8b-9679-e75791dbc1d9/uploadSessions"
	header := http.Header{"Authorization": {"Bearer x"}, "Content-Type": {"application/json"}}
	run := func(name, url, body string, fits int) {
		b.Run(name, func(b *testing.B) {
			r := &Request{Method: "POST", URL: url, Header: header, Body: []byte(body)}
			set := Embedded()
			if v := set.CheckRequest(r); len(v.Fits) != fits {
				b.Fatal(v.Findings)
			}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				set.CheckRequest(r)
			}
		})
	}
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(good)))
		b.ReportAllocs()
		for b.Loop() {
			var v any
			if err := json.Unmarshal([]byte(good), &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	run("v1.0", "/v1.0"+path, good, 1)
	run("v1.0,wrong", "/v1.0"+path, wrong, 0)
	run("beta,four revisions", old, good, 1)
}
