package schemas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestClients: what the real clients send is understood. Each request was seen
// on the wire, or is built from parts that were; what is found in it is exactly
// what is said here, as "severity rule location pointer".
func TestClients(t *testing.T) {
	const (
		resource  = "/v1.0/identityGovernance/entitlementManagement/catalogs/" + catalogID + "/resources/" + resourceID
		sessions  = resource + "/uploadSessions"
		session   = sessions + "/" + sessionID
		csv       = "principalId,principalType,permissionId,permissionName,permissionDescription,permissionType\n550e8400-e29b-41d4-a716-446655440000,EntraIdUser,p1,Access,Enter,Physical\n"
		jsonBody  = "Content-Type: application/json\n\n"
		derived   = `"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession"`
		data      = `"data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData"`
		reviewIDs = `"reviewDefinitionId":"9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b","reviewInstanceId":"15eeb4df-8a4d-4f8e-9b7a-6b3e1c7f5a9d"`
	)
	tests := []struct {
		name, request string
		want          []string
	}{
		{"kiota for Go, create", "POST " + sessions + "\nSdkVersion: graph-go/1.89.0, graph-go-core/1.4.0 (hostOS=linux; hostArch=amd64; runtimeEnvironment=go1.26;)\n" +
			"User-Agent: kiota-go/1.5.4\nAccept: application/json\nclient-request-id: 6f4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b\nRetry-Attempt: 1\n" +
			jsonBody + "{" + derived + "," + data + "," + reviewIDs + "}}", nil},
		{"kiota for Go, file: Content-Type first and no file name", "POST " + session + "/uploadFile\nContent-Type: multipart/form-data; boundary=b1\n\n" +
			"--b1\nContent-Type: text/csv\nContent-Disposition: form-data; name=\"file\"\n\n" + csv + "\n--b1--\n",
			[]string{"warning multipart.no-file-name part file"}},
		{"kiota for Go, bare action without a body", "POST " + session + "/uploadFile\nAccept: application/json",
			[]string{"error body.missing body "}},
		{"kiota for Go, encoded query", "GET " + sessions + "?$filter=status%20eq%20%27active%27&$orderby=createdDateTime%20desc&$expand=files%28$filter%3Dsize%20gt%2010%29", nil},
		{"kiota for Go, text for a count", "GET " + sessions + "\nAccept: text/plain;q=0.9", []string{"warning header.accept header Accept"}},
		{"kiota for Go, PATCH with a type", "PATCH " + session + "\n" + jsonBody + "{" + derived + `,"isUploadDone":true}`, nil},
		{"kiota for Go, the page's snippet: the abstract session", "POST " + sessions + "\n" + jsonBody +
			strings.Replace("{"+derived+","+data+","+reviewIDs+"}}", "AccessReviewUploadSession", "UploadSession", 1),
			[]string{"error body.abstract-type body /@odata.type"}},
		{"snippet without a type", "POST " + sessions + "\n" + jsonBody + "{" + data + "," + reviewIDs + "}}",
			[]string{"error body.abstract-type body /@odata.type"}},
		{"abstract data", "POST " + sessions + "\n" + jsonBody +
			strings.Replace("{"+derived+","+data+","+reviewIDs+"}}", "accessReviewContextData", "accessReviewContextDataBase", 1),
			[]string{"error body.abstract-type body /data/@odata.type"}},
		{"preview of the typed client for TypeScript: the ids are lost", "POST " + sessions + "\nSdkVersion: graph-typescript/1.0.0-preview.90\n" + jsonBody + "{" + derived + "," + data + "}}",
			[]string{"error body.missing-property body /data/reviewDefinitionId", "error body.missing-property body /data/reviewInstanceId"}},
		{"typed client for TypeScript, query", "GET " + resource + "?$select=id,displayName&$expand=roles%2Cscopes", nil},
		{"batch item with encoded names", "GET " + sessions + "?%24select=id%2Cstatus&%24top=1",
			[]string{"warning query.undocumented-option query $select"}},
		{"client for JavaScript, raw query with a semicolon", "GET " + sessions + "?$expand=files($filter=size%20gt%2010;$orderby=name%20desc)\nAccept: */*\nSdkVersion: graph-js/3.0.7 (featureUsage=2)\n" +
			"client-request-id: 5e0c5a43-87a1-e5c6-d0f7-0c2a4f1b9d3e", nil},
		{"client for JavaScript, encoded semicolon", "GET " + sessions + "?$expand=files($filter=size%20gt%2010%3B$orderby=name%20desc)", nil},
		{"client-request-id that is none", "GET " + sessions + "\nclient-request-id: request-1", []string{"note header.client-request-id header client-request-id"}},
		{"fetch in Node.js, file", "POST " + session + "/uploadFile\nContent-Type: multipart/form-data; boundary=----formdata-undici-064917820429\n\n" +
			"------formdata-undici-064917820429\nContent-Disposition: form-data; name=\"file\"; filename=\"zugänge.csv\"\nContent-Type: text/csv\n\n" + csv + "\n------formdata-undici-064917820429--\n", nil},
		{"curl, file", "POST " + session + "/uploadFile\nContent-Type: multipart/form-data; boundary=------------------------d74496d66958873e\n\n" +
			"--------------------------d74496d66958873e\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\nContent-Type: application/octet-stream\n\n" + csv + "\n--------------------------d74496d66958873e--\n", nil},
		{"reference page of the preview: last delimiter without hyphens", "POST " + session + "/uploadFile\nContent-Type: multipart/form-data; boundary=MyPartBoundary198374\n\n" +
			"--MyPartBoundary198374\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\nContent-Type: application/octet-stream\n\n" + csv + "\n--MyPartBoundary198374\n",
			[]string{"error multipart.not-closed part file"}},
		{"seed page: comment and comma", "POST " + sessions + "\n" + jsonBody + "{" + derived + "," + data + "," + reviewIDs + ",} // ids\n}",
			[]string{"error body.trailing-comma body ", "error body.comment body "}},
		{"sample of the logic app: the body of 2025", "POST " + sessions + "\n" + jsonBody +
			`{"source":"s","type":"t","data":{"@odata.type":"#microsoft.graph.accessReviewInstance","accessReviewId":"d","accessReviewInstanceId":"i"}}`,
			oldBody("error body.odata-type body /data/@odata.type", 5)},
		{"type without #, names and members in other letter case", "POST " + sessions + "\n" + jsonBody +
			strings.NewReplacer("#microsoft", "microsoft", "reviewInstanceId", "ReviewInstanceID").Replace("{"+derived+","+data+","+reviewIDs+"}}"),
			[]string{"warning body.type-hash body /@odata.type", "warning body.type-hash body /data/@odata.type", "warning body.property-case body /data/ReviewInstanceID"}},
		{"annotations", "POST " + sessions + "\n" + jsonBody + `{"@odata.id":"x","data@odata.type":"#a",` + derived + "," + data + "," + reviewIDs + `,"@microsoft.graph.temporaryId":1}}`, nil},
		{"JSON with parameters", "PATCH " + session + "\nContent-Type: application/json;odata.metadata=minimal;charset=UTF-8\n\n" + `{"isUploadDone":true}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := parseRequest(t, test.request)
			r.Header.Set("Authorization", "bearer eyJ0eXAi")
			v := schemas.Embedded().CheckRequest(r)
			if got := describe(v.Findings); !slices.Equal(got, test.want) {
				t.Errorf("found %q\nwant  %q\n%v", got, test.want, v.Findings)
			}
			if v.Operation == nil {
				t.Error("there is no operation")
			}
		})
	}
}

// describe writes findings as "severity rule location pointer".
func describe(findings []schemas.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s %s %s %s", f.Severity, f.Rule, f.In, f.Pointer))
	}
	return out
}

// TestQueries: queries that clients and people write, and what is found in them.
func TestQueries(t *testing.T) {
	const (
		sessions = "GET /v1.0/identityGovernance/entitlementManagement/catalogs/" + catalogID + "/resources/" + resourceID + "/uploadSessions"
		catalogs = "GET /v1.0/identityGovernance/entitlementManagement/catalogs"
		beta     = "GET /beta/identityGovernance/catalogs/" + catalogID + "/accessPackageResources/" + resourceID + "/uploadSessions"
	)
	tests := []struct {
		request string
		want    []string
	}{
		{sessions + "?$filter=status eq 'Active'", nil},
		{sessions + "?$filter=status eq microsoft.graph.customDataProvidedResourceUploadStatus'active'", nil},
		{sessions + "?$filter=referenceId eq ca24f9b9-5917-4971-9b5b-07aae0aa74e8", nil},
		{sessions + "?$filter=referenceId eq null", nil},
		{sessions + "?$filter=ReferenceID eq 'x'&$OrderBy=createdDateTime", nil},
		{sessions + "?$filter=not(status eq 'active')", nil},
		{sessions + "?$expand=files", nil},
		{sessions + "?$expand=Files($orderBy=Name)", nil},
		{sessions + "?$expand=files&$skiptoken=abc", nil},
		{sessions + "?&&$top=1&", nil},
		{sessions + "?$top=0", nil},
		{sessions + "?top=5", []string{"warning query.no-dollar query top"}},
		{beta + "?top=5", nil},
		{sessions + "?$filter=createdDateTime gt 2026-01-01T00:00:00Z", []string{"error query.not-filterable query $filter"}},
		{sessions + "?$filter=contains(referenceId,'a')", []string{"error query.operator query $filter"}},
		{sessions + "?$filter=stats/filesUploaded gt 1", []string{"error query.not-filterable query $filter"}},
		{sessions + "?$filter=referenceId in ('a',5)", []string{"error query.operator query $filter", "error query.type query $filter"}},
		{sessions + "?$orderby=stats/filesUploaded", []string{"error query.not-sortable query $orderby"}},
		{sessions + "?$orderby=createdDateTime sideways", []string{"error query.syntax query $orderby"}},
		{sessions + "?$expand=files($top=1)", []string{"error query.unsupported-option query $expand"}},
		{sessions + "?$expand=files($filter=size gt '1')", []string{"error query.type query $expand"}},
		{sessions + "?$expand=session", []string{"error query.not-expandable query $expand"}},
		{sessions + "?$search=%22a%22", []string{"error query.unsupported-option query $search"}},
		{sessions + "?$filter", []string{"error query.syntax query $filter"}},
		{sessions + "?$filter=referenceId eq 'é' and nme eq 'x' and status eq 'activ'",
			[]string{"error query.unknown-property query $filter", "error query.enum query $filter"}},
		{catalogs + "?$filter=contains(displayName,'a') or startswith(description,'b')&$select=id", nil},
		{catalogs + "?$filter=contains(displayName,5)", []string{"error query.type query $filter"}},
		{catalogs + "?$filter=isExternallyVisible", nil},
		{catalogs + "?$filter=isExternallyVisible eq 'true'", []string{"error query.type query $filter"}},
		{catalogs + "?$filter=createdDateTime ge 2026-01-01", nil},
		{catalogs + "?$select=id,accessPackages", nil},
		{catalogs + "/" + catalogID + "?$filter=id eq 'a'", []string{"error query.unsupported-option query $filter"}},
	}
	for _, test := range tests {
		t.Run(test.request, func(t *testing.T) {
			r := parseRequest(t, test.request)
			r.Recorded = true
			v := schemas.Embedded().CheckRequest(r)
			findings := slices.DeleteFunc(v.Findings, func(f schemas.Finding) bool { return f.Rule == "query.undocumented-option" })
			if got := describe(findings); !slices.Equal(got, test.want) {
				t.Errorf("found %q\nwant  %q\n%v", got, test.want, findings)
			}
		})
	}
}

// TestColumnCountsRunes: places in the value of an option count letters, not bytes.
func TestColumnCountsRunes(t *testing.T) {
	const value = "referenceId eq 'é€😀' and nme eq 'x'"
	r := parseRequest(t, "GET /v1.0/identityGovernance/catalogs/c/resources/r/uploadSessions?$filter="+value)
	f := schemas.Embedded().CheckRequest(r).Findings[1] // behind the Authorization that lacks
	if from(value, f.Line, f.Column) != "nme eq 'x'" {
		t.Errorf("%v", f)
	}
}
