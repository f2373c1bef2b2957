package schemas_test

import (
	"net/http"
	"os"
	"runtime"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

const wholeMetadata = "../../shared/csdl/graph-v1.0.csdl"

func metadataText(b *testing.B) []byte {
	b.Helper()
	text, err := os.ReadFile(wholeMetadata)
	if err != nil {
		b.Skipf("no metadata to measure with: %v", err)
	}
	return text
}

func parse(b *testing.B, text []byte) *schemas.Set {
	b.Helper()
	c, err := schemas.ParseMetadata("graph-v1.0", "v1.0", "graph-v1.0.csdl", text)
	if err != nil {
		b.Fatal(err)
	}
	return schemas.Embedded().With(c)
}

// userRequest is a POST with a body of about 300 bytes.
func userRequest() *schemas.Request {
	return &schemas.Request{
		Method: "POST", URL: "/v1.0/users",
		Header: http.Header{"Authorization": {"Bearer token"}, "Content-Type": {"application/json"}},
		Body: []byte(`{"accountEnabled": true, "displayName": "Adele Vance", "mailNickname": "AdeleV", "userPrincipalName": "adelev@contoso.com", ` +
			`"passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "xWwvJ]6NMw+bWH-d"}, "businessPhones": ["+1 425 555 0109"], "usageLocation": "US"}`),
	}
}

// BenchmarkMetadataLoad reads the whole of v1.0.
func BenchmarkMetadataLoad(b *testing.B) {
	text := metadataText(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		parse(b, text)
	}
}

// BenchmarkMetadataFirst reads the whole of v1.0 and checks a first request, and reports what
// stays in memory, the text of the document included.
func BenchmarkMetadataFirst(b *testing.B) {
	text := metadataText(b)
	var set *schemas.Set
	for b.Loop() {
		set = parse(b, text)
		if v := set.CheckRequest(userRequest()); len(v.Findings) > 0 {
			b.Fatal(v.Findings)
		}
	}
	var before, after runtime.MemStats
	set = nil
	runtime.GC()
	runtime.ReadMemStats(&before)
	set = parse(b, text)
	set.CheckRequest(userRequest())
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc+uint64(len(text)))/1e6, "MB")
	runtime.KeepAlive(set)
}

// BenchmarkMetadataCheck holds requests of several kinds to the whole of v1.0.
func BenchmarkMetadataCheck(b *testing.B) {
	set := parse(b, metadataText(b))
	for name, r := range map[string]*schemas.Request{
		"get":    {Method: "GET", URL: "/v1.0/users/adelev@contoso.com/messages", Header: http.Header{"Authorization": {"Bearer token"}}},
		"filter": {Method: "GET", URL: "/v1.0/me/messages?$filter=startswith(subject,'a')%20and%20isRead%20eq%20false&$select=id,subject&$top=10", Header: http.Header{"Authorization": {"Bearer token"}}},
		"post":   userRequest(),
		"deep":   {Method: "GET", URL: "/v1.0/me/drive/root:/a/b.xlsx:/workbook/worksheets('Sheet1')/range(address='A1:B2')/format/fill", Header: http.Header{"Authorization": {"Bearer token"}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v := set.CheckRequest(r); len(schemas.Errors(v.Findings)) > 0 {
					b.Fatal(v.Findings)
				}
			}
		})
	}
}
