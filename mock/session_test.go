package mock_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// TestLifeCycle walks an upload session from its creation to its end.
func TestLifeCycle(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)

	session := g.create(1)
	g.do("POST", sessionsV1, jsonType, newBody(instance(1))).want(t, 409)
	if code := g.do("POST", sessionsV1, jsonType, newBody(strings.ToUpper(instance(1)))).want(t, 409).code(t); code != "Conflict" {
		t.Errorf("code %q", code)
	}
	g.do("POST", sessionsV1, jsonType, newBody(instance(2))).want(t, 201)

	first := g.upload(session, "a.csv", sixColumns).want(t, 200).json(t)
	if stats := first["stats"].(map[string]any); stats["filesUploaded"] != 1.0 || stats["totalBytesUploaded"] != float64(len(sixColumns)) {
		t.Errorf("stats after the first file: %v", stats)
	}
	second := g.upload(session, "b.csv", sixColumns).want(t, 200).json(t)
	files := second["files"].([]any)
	if f := files[1].(map[string]any); len(files) != 2 || f["name"] != "b.csv" || f["size"] != float64(len(sixColumns)) || f["id"] == files[0].(map[string]any)["id"] {
		t.Errorf("files: %v", files)
	}
	if got := g.do("GET", session, "", nil).want(t, 200).json(t); got["files"] != nil || got["status"] != "active" {
		t.Errorf("without $expand: %v", got)
	}
	expanded := g.do("GET", session+"?$expand=Files($filter=name%20eq%20'b.csv';$orderby=name)", "", nil).want(t, 200).json(t)
	if files := expanded["files"].([]any); len(files) != 1 {
		t.Errorf("expanded and filtered: %v", files)
	}

	done := g.do("PATCH", session, jsonType, []byte(`{"isUploadDone":true}`)).want(t, 200).json(t)
	if done["status"] != "complete" || done["isUploadDone"] != true {
		t.Errorf("completed: %v", done)
	}
	g.do("PATCH", session, jsonType, []byte(`{"isUploadDone":true}`)).want(t, 409)
	g.upload(session, "c.csv", sixColumns).want(t, 409)
	g.do("DELETE", session, "", nil).want(t, 409)
	g.do("POST", sessionsV1, jsonType, newBody(instance(1))).want(t, 409)

	for _, call := range srv.Calls() {
		if len(call.AnswerFindings) > 0 {
			t.Errorf("%v: the answer breaks the contract: %v", call, call.AnswerFindings)
		}
		if len(call.Findings) > 0 {
			t.Errorf("%v: %v", call, call.Findings)
		}
	}
}

func TestDeleteFreesThePair(t *testing.T) {
	g := client(t, start(t, mock.Config{}))
	session := g.create(1)
	if r := g.do("DELETE", session, "", nil).want(t, 204); len(r.body) != 0 || r.Header.Get("Content-Type") != "" {
		t.Errorf("204 with %q, %v", r.body, r.Header)
	}
	if code := g.do("GET", session, "", nil).want(t, 404).code(t); code != "ResourceNotFound" {
		t.Errorf("code %q", code)
	}
	g.create(1)
}

func TestExpiry(t *testing.T) {
	srv := start(t, mock.Config{SessionLifetime: time.Hour})
	g := client(t, srv)
	session := g.create(1)
	srv.Advance(59 * time.Minute)
	g.upload(session, "a.csv", sixColumns).want(t, 200)
	srv.Advance(time.Minute)
	if got := g.do("GET", session, "", nil).want(t, 200).json(t); got["status"] != "expired" {
		t.Errorf("status %v after an hour", got["status"])
	}
	g.upload(session, "b.csv", sixColumns).want(t, 409)
	g.do("PATCH", session, jsonType, []byte(`{"isUploadDone":true}`)).want(t, 409)
	g.create(1) // the pair is free again
	g.do("DELETE", session, "", nil).want(t, 204)
}

// TestRevisions: the answer takes the shape of the revision that the request fits.
func TestRevisions(t *testing.T) {
	cfg := clockAt(time.Date(2024, 3, 6, 1, 35, 12, 123_000_000, time.UTC))
	srv := start(t, cfg)
	g := client(t, srv)
	tests := []struct {
		name, path string
		body       []byte
		fits       string
		want       map[string]any // without id
	}{
		{"the first page's", sessionsP1, oldBody(instance(1)), "beta-2025-10 beta-2025-11", map[string]any{
			"status": "Active", "isUploadDone": false, "files": []any{},
			"stats":           map[string]any{"filesUploaded": 0.0, "totalBytesUploaded": 0.0},
			"createdDateTime": "2024-03-06T01:35:12.123Z", "expirationDateTime": "2024-03-07T01:35:12.123Z",
		}},
		{"April 2026", sessionsP2, oldBody(instance(2)), "beta-2026-04", map[string]any{
			"@odata.context": srv.URL + "/beta/$metadata#identityGovernance/catalogs('" + mock.CatalogID + "')/accessPackageResources('" + mock.ResourceID + "')/uploadSessions/$entity",
			"status":         "active", "isUploadDone": false, "files": []any{}, "referenceId": instance(2),
			"source": "BuildingAccessData", "type": "#microsoft.graph.accessReviewDataUploadTriggerCallbackData",
			"stats":           map[string]any{"filesUploaded": 0.0, "totalBytesUploaded": 0.0},
			"createdDateTime": "2024-03-06T01:35:12.123Z",
			"data": map[string]any{
				"@odata.type":    "#microsoft.graph.accessReviewResourceDataUploadSessionContextData",
				"accessReviewId": definitionID, "accessReviewInstanceId": instance(2),
			},
		}},
		{"June 2026", sessionsP2, newBody(instance(3)), "beta-2026-06", nil},
		{"v1.0", sessionsV1, newBody(instance(4)), "v1.0", map[string]any{
			"@odata.context": srv.URL + "/v1.0/$metadata#identityGovernance/entitlementManagement/catalogs('" + mock.CatalogID + "')/resources('" + mock.ResourceID + "')/uploadSessions/$entity",
			"@odata.type":    "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
			"status":         "active", "isUploadDone": false, "files": []any{}, "referenceId": instance(4),
			"stats":           map[string]any{"filesUploaded": 0.0, "totalBytesUploaded": 0.0},
			"createdDateTime": "2024-03-06T01:35:12.123Z",
			"data": map[string]any{
				"@odata.type":        "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
				"reviewDefinitionId": definitionID, "reviewInstanceId": instance(4),
			},
		}},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := g.do("POST", tt.path, jsonType, tt.body).want(t, 201).json(t)
			delete(got, "id")
			if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			call := srv.Calls()[i]
			if fits := strings.Join(call.Fits, " "); fits != tt.fits {
				t.Errorf("fits %s, want %s", fits, tt.fits)
			}
			drifted := len(call.Findings) > 0 && call.Findings[0].Rule == "contract.drift"
			if newest := strings.Contains(tt.fits, "beta-2026-06") || tt.fits == "v1.0"; drifted == newest {
				t.Errorf("findings %v", call.Findings)
			}
			if len(call.AnswerFindings) > 0 {
				t.Errorf("the answer breaks the contract: %v", call.AnswerFindings)
			}
		})
	}
}

// TestFirstPage sends the request of the page that the project began with: as
// printed, which is not JSON, and cleaned.
func TestFirstPage(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	const path = "/beta/identityGovernance/entitlementManagement/accessPackageCatalogs/6f4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b/accessPackageResources/7b8a1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b/uploadSessions"
	printed := "{\n" +
		"\"source\": \"BuildingAccessData\", // CustomDataProvidedResource name\n" +
		"\"type\":  \"#microsoft.graph.accessReviewDataUploadTriggerCallbackData\",\n" +
		"    \"data\": {\n" +
		"    \"accessReviewId\": \"9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b\",\n" +
		"    \"accessReviewInstanceId\": \"6a9b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b\",\n" +
		"    }\n}"
	refused := g.do("POST", path, jsonType, []byte(printed)).want(t, 400)
	for _, want := range []string{"JSON has no comments (line 2, column 33)", "(line 6, column 69)"} {
		if !strings.Contains(string(refused.body), want) {
			t.Errorf("the refusal does not say %q: %s", want, refused.body)
		}
	}
	var places []string
	for _, f := range srv.Calls()[0].Errors() {
		places = append(places, fmt.Sprintf("%s %d:%d", f.Rule, f.Line, f.Column))
	}
	if diff := cmp.Diff([]string{"body.comment 2:33", "body.trailing-comma 6:69"}, places); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}

	cleaned := strings.NewReplacer(" // CustomDataProvidedResource name", "", "4a6b\",\n    }", "4a6b\"\n    }").Replace(printed)
	created := g.do("POST", path, jsonType, []byte(cleaned)).want(t, 201).json(t)
	var members []string
	for _, name := range []string{"id", "status", "isUploadDone", "stats", "files", "createdDateTime", "expirationDateTime"} {
		if _, ok := created[name]; ok {
			members = append(members, name)
		}
	}
	if len(members) != 7 || len(created) != 7 || created["status"] != "Active" {
		t.Errorf("not the draft's shape: %v", created)
	}
}

// TestDraftUpload: the draft posts the file to the session itself and gets the file.
func TestDraftUpload(t *testing.T) {
	set, err := schemas.Embedded().Pin("beta-2025-10")
	if err != nil {
		t.Fatal(err)
	}
	g := client(t, start(t, mock.Config{Contracts: set}))
	created := g.do("POST", sessionsP1, jsonType, oldBody(instance(1))).want(t, 201).json(t)
	contentType, body := form(t, "building.csv", "PrincipalAADId,ResourceId,ResourceName,ResourceDescription,ResourceType,PermissionId,PermissionName,PermissionDescription,PermissionType,ResourceOwners\nu,r,n,d,t,p,n,d,t,o\n")
	file := g.do("POST", sessionsP1+"/"+created["id"].(string), contentType, body).want(t, 201).json(t)
	if file["name"] != "building.csv" || file["size"] == nil || file["uploadedDateTime"] == nil || file["stats"] != nil {
		t.Errorf("got %v, want a file", file)
	}
}

func TestPaths(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	session := g.create(1)
	id := session[strings.LastIndexByte(session, '/')+1:]
	resource := g.do("GET", "/v1.0/identityGovernance/entitlementManagement/catalogs/"+mock.CatalogID+"/resources?$expand=roles,scopes,environment", "", nil).
		want(t, 200).json(t)["value"].([]any)[0].(map[string]any)
	idOf := func(v any) string { return v.(map[string]any)["id"].(string) }
	role, scope, environment := idOf(resource["roles"].([]any)[0]), idOf(resource["scopes"].([]any)[0]), idOf(resource["environment"])
	const em = "/v1.0/identityGovernance/entitlementManagement"
	for _, way := range []string{
		em + "/catalogs('" + mock.CatalogID + "')/resources('" + mock.ResourceID + "')",
		"/v1.0/identityGovernance/catalogs/" + mock.CatalogID + "/resources/" + mock.ResourceID,
		em + "/resources/" + mock.ResourceID,
		em + "/catalogs/" + mock.CatalogID + "/resourceRoles/" + role + "/resource",
		em + "/resourceEnvironments/" + environment + "/resources/" + mock.ResourceID + "/scopes/" + scope + "/resource",
		em + "/resources/" + mock.ResourceID + "/graph.customDataProvidedResource",
		"/V1.0/identitygovernance/ENTITLEMENTMANAGEMENT/catalogs/" + mock.CatalogID + "/Resources/" + mock.ResourceID,
	} {
		if got := g.do("GET", way+"/uploadSessions/"+id, "", nil).want(t, 200).json(t); got["id"] != id {
			t.Errorf("%s leads to %v", way, got["id"])
		}
	}
	g.do("GET", sessionsV1+"/$count", "", nil).want(t, 400)
	g.do("GET", em+"/resources/"+role+"/uploadSessions/"+id, "", nil).want(t, 404)
	other := srv.AddResource(mock.Resource{CatalogID: mock.CatalogID})
	g.do("GET", em+"/resources/"+other+"/uploadSessions/"+id, "", nil).want(t, 404) // another resource's session
}

// TestAdoption: ids of the caller's environment are taken on trust where
// nothing speaks against them.
func TestAdoption(t *testing.T) {
	const unknown = "/v1.0/identityGovernance/entitlementManagement/catalogs/aaaaaaaa-0000-4000-8000-000000000001/resources/aaaaaaaa-0000-4000-8000-000000000002/uploadSessions"
	srv := start(t, mock.Config{})
	g := client(t, srv)
	g.do("GET", unknown, "", nil).want(t, 404)
	g.do("POST", unknown, jsonType, newBody(instance(1))).want(t, 201)
	calls := srv.Calls()
	if f := calls[len(calls)-1].Findings; len(f) != 2 || f[0].Rule != "tenant.adopted" || f[0].Severity != schemas.Note {
		t.Errorf("findings %v", f)
	}
	if list := g.do("GET", unknown, "", nil).want(t, 200).json(t)["value"].([]any); len(list) != 1 {
		t.Errorf("sessions %v", list)
	}
	// A known catalog does not take in a resource that is not its own.
	g.do("POST", strings.Replace(sessionsV1, mock.ResourceID, "aaaaaaaa-0000-4000-8000-000000000003", 1), jsonType, newBody(instance(1))).want(t, 404)

	strict := client(t, start(t, mock.Config{StrictIDs: true}))
	strict.do("POST", unknown, jsonType, newBody(instance(1))).want(t, 404)
}

// TestWithoutCatalog: what names no catalog belongs to the one that a server begins with.
func TestWithoutCatalog(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	const em = "/v1.0/identityGovernance/entitlementManagement"
	const unknown = "aaaaaaaa-0000-4000-8000-000000000002"
	added := srv.AddResource(mock.Resource{DisplayName: "Garage"})
	g.do("POST", em+"/resources/"+unknown+"/uploadSessions", jsonType, newBody(instance(1))).want(t, 201)
	for _, id := range []string{added, unknown} {
		g.do("GET", em+"/catalogs/"+mock.CatalogID+"/resources/"+id+"/uploadSessions", "", nil).want(t, 200)
	}
	if list := g.do("GET", em+"/catalogs", "", nil).want(t, 200).json(t)["value"].([]any); len(list) != 1 {
		t.Errorf("%d catalogs", len(list))
	}
}

// TestLoweredRules: whatever the user lets pass, the tenant answers it and does not fall over.
func TestLoweredRules(t *testing.T) {
	lowered := func(t *testing.T, rules schemas.Rules) *graph {
		set, err := schemas.Embedded().WithRules(rules)
		if err != nil {
			t.Fatal(err)
		}
		return client(t, start(t, mock.Config{Contracts: set}))
	}
	pathOff := lowered(t, schemas.Rules{"path.*": schemas.Off, "method.*": schemas.Note})
	for _, path := range []string{"/v1.0/nothing", "/v2.0/users", "/"} {
		pathOff.do("GET", path, "", nil).want(t, 501)
	}
	pathOff.do("PUT", sessionsV1, jsonType, []byte("{}")).want(t, 501)

	all := make(schemas.Rules)
	for _, rule := range schemas.AllRules() {
		all[rule.ID] = schemas.Off
	}
	g := lowered(t, all)
	session := g.create(1)
	contentType, _ := form(t, "a.csv", sixColumns)
	const em = "/v1.0/identityGovernance/entitlementManagement"
	tests := []struct {
		method, path, contentType, body string
		status                          int
	}{
		{"POST", session + "/uploadFile", "", "", 400},
		{"POST", session + "/uploadFile", contentType, "nothing", 400},
		{"POST", session + "/uploadFile", jsonType, "{}", 400},
		{"PATCH", session, "", "", 200},
		{"PATCH", session, jsonType, `{"isUploadDone":"yes"}`, 200},
		{"PATCH", session, jsonType, `{"isUploadDone":false}`, 200},
		{"POST", sessionsV1, "", "", 201},
		{"POST", sessionsV1, jsonType, "[", 409}, // the pair of no instance
		{"POST", sessionsV1, jsonType, `{"data":5}`, 409},
		{"POST", em + "/catalogs", jsonType, "null", 201},
		{"POST", em + "/catalogs", "", "", 201},
		{"POST", em + "/resourceRequests", jsonType, "5", 400},
		{"POST", em + "/resourceRequests", jsonType, `{"catalog":{"id":"` + mock.CatalogID + `"},"requestType":"adminAdd"}`, 201},
		{"POST", em + "/resourceRequests", jsonType, `{"catalog":{"id":"` + mock.CatalogID + `"}}`, 201},
		{"GET", sessionsV1 + "?$filter=(&$top=-1&$skip=-1&$expand=,&$select=,&$orderby=%zz", "", "", 200},
		{"GET", sessionsV1 + "?$top=1&$top=2&$expand=nothing", "", "", 400},
		{"GET", sessionsV1 + "?$search=a&$count=maybe", "", "", 200}, // not offered, so not looked at
		{"GET", em + "/catalogs?$expand=*&$select=*", "", "", 400},
		{"GET", em + "/catalogs?$expand=resources($expand=roles;$top=-1)", "", "", 200},
	}
	for _, tt := range tests {
		r := g.do(tt.method, tt.path, tt.contentType, []byte(tt.body))
		if r.StatusCode != tt.status {
			t.Errorf("%s %s %s: %d %s, want %d", tt.method, tt.path, tt.body, r.StatusCode, r.body, tt.status)
		}
	}
	if got := g.do("GET", session, "", nil).want(t, 200).json(t); got["status"] != "active" {
		t.Errorf("completed without isUploadDone: %v", got)
	}
}

func TestCatalogsAndResources(t *testing.T) {
	g := client(t, start(t, mock.Config{}))
	const em = "/v1.0/identityGovernance/entitlementManagement"
	catalog := g.do("POST", em+"/catalogs", jsonType, []byte(`{"displayName":"Staff parking","state":"unpublished","isExternallyVisible":true}`)).want(t, 201).json(t)
	if catalog["state"] != "unpublished" || catalog["catalogType"] != "userManaged" || catalog["isExternallyVisible"] != true {
		t.Errorf("catalog %v", catalog)
	}
	id := catalog["id"].(string)
	found := g.do("GET", em+"/catalogs?$filter=contains(tolower(displayName),'staff')&$select=id,displayName", "", nil).want(t, 200).json(t)["value"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["id"] != id || len(found[0].(map[string]any)) != 2 {
		t.Errorf("found %v", found)
	}
	g.do("GET", em+"/catalogs/"+id, "", nil).want(t, 200)

	ask := func(requestType, more string) map[string]any {
		t.Helper()
		return g.do("POST", em+"/resourceRequests", jsonType, fmt.Appendf(nil, `{"requestType":%q,"catalog":{"id":%q},"resource":{"@odata.type":"#microsoft.graph.customDataProvidedResource","originId":"2f1099a6-d4fc-4cc9-a0ef-ddd3f1bf0b7e","originSystem":"CustomDataProvidedResource"%s}}`, requestType, id, more)).want(t, 201).json(t)
	}
	list := func() []any {
		t.Helper()
		return g.do("GET", em+"/catalogs/"+id+"/resources?$filter=originSystem%20eq%20'CustomDataProvidedResource'", "", nil).want(t, 200).json(t)["value"].([]any)
	}
	if r := ask("adminAdd", `,"displayName":"Parking"`); r["state"] != "delivered" {
		t.Errorf("request %v", r)
	}
	if r := ask("adminAdd", ""); r["state"] != "deliveryFailed" {
		t.Errorf("a second resource of one origin: %v", r)
	}
	ask("adminUpdate", `,"notificationEndpointConfiguration":{"@odata.type":"#microsoft.graph.logicAppTriggerEndpointConfiguration","url":"https://example.com/hook"}`)
	resource := list()[0].(map[string]any)
	if endpoint, _ := resource["notificationEndpointConfiguration"].(map[string]any); resource["displayName"] != "Parking" || endpoint["url"] != "https://example.com/hook" {
		t.Errorf("resource %v", resource)
	}
	g.do("GET", em+"/catalogs/"+id+"/resources/"+resource["id"].(string), "", nil).want(t, 200)
	g.do("POST", em+"/catalogs/"+id+"/resources/"+resource["id"].(string)+"/uploadSessions", jsonType, newBody(instance(1))).want(t, 201)
	ask("adminRemove", "")
	if r := ask("adminAdd", `,"id":"ignored"`); r["state"] != "delivered" {
		t.Errorf("added again: %v", r)
	}
	byID := list()[0].(map[string]any)["id"].(string)
	removed := g.do("POST", em+"/resourceRequests", jsonType, fmt.Appendf(nil, `{"requestType":"adminRemove","catalog":{"id":%q},"resource":{"id":%q}}`, id, byID)).want(t, 201).json(t)
	if removed["state"] != "delivered" {
		t.Errorf("removed by id: %v", removed)
	}
	if left := list(); len(left) != 0 {
		t.Errorf("left %v", left)
	}

	beta := g.do("POST", "/beta/identityGovernance/entitlementManagement/accessPackageResourceRequests", jsonType, fmt.Appendf(nil, `{"requestType":"AdminAdd","catalogId":%q,"accessPackageResource":{"originId":"2f1099a6-d4fc-4cc9-a0ef-ddd3f1bf0b7e","originSystem":"CustomDataProvidedResource"}}`, id)).want(t, 201).json(t)
	if beta["requestState"] != "Delivered" || beta["requestStatus"] != "Fulfilled" || beta["state"] != nil {
		t.Errorf("beta request %v", beta)
	}
}

// TestPaging follows next links to the end, with the query kept.
func TestPaging(t *testing.T) {
	srv := start(t, mock.Config{PageSize: 4})
	g := client(t, srv)
	for n := range 10 {
		g.create(n)
	}
	for _, query := range []string{"", "?$top=3&$count=true", "?$filter=status%20eq%20'active'&$orderby=createdDateTime%20desc"} {
		seen := make(map[string]bool)
		pages := 0
		for next := g.base + sessionsV1 + query; next != ""; pages++ {
			page := g.do("GET", next, "", nil).want(t, 200).json(t)
			for _, item := range page["value"].([]any) {
				seen[item.(map[string]any)["id"].(string)] = true
			}
			next, _ = page["@odata.nextLink"].(string)
		}
		if len(seen) != 10 || pages < 3 {
			t.Errorf("%q: %d sessions on %d pages", query, len(seen), pages)
		}
	}
	g.do("GET", sessionsV1+"?$skiptoken=nonsense", "", nil).want(t, 400)
	calls := srv.Calls()
	if rules := ruleIDs(calls[len(calls)-1].Errors()); !slices.Equal(rules, []string{"query.not-evaluated"}) {
		t.Errorf("rules %v", rules)
	}
}

func TestDeterminism(t *testing.T) {
	run := func() string {
		srv := start(t, clockAt(noon))
		g := client(t, srv)
		session := g.create(1)
		r := g.upload(session, "a.csv", sixColumns).want(t, http.StatusOK)
		return session + string(r.body[strings.Index(string(r.body), `"createdDateTime"`):]) + r.Header.Get("request-id")
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
}
