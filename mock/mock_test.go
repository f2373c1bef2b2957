package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/mock"
)

// start returns a server that ends with the test.
func start(tb testing.TB, cfg mock.Config) *mock.Server {
	tb.Helper()
	srv, err := mock.Start(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := srv.Close(); err != nil {
			tb.Error(err)
		}
	})
	return srv
}

// A graph is a client of one server.
type graph struct {
	tb   testing.TB
	base string // without version
	http *http.Client
	head http.Header // sent with every request
}

func client(tb testing.TB, srv *mock.Server) *graph {
	return &graph{tb, srv.URL, srv.Client(), http.Header{"Authorization": {"Bearer token"}}}
}

// A reply is a response with its body read.
type reply struct {
	*http.Response
	body []byte
}

// json returns the decoded body.
func (r reply) json(tb testing.TB) map[string]any {
	tb.Helper()
	var v map[string]any
	if err := json.Unmarshal(r.body, &v); err != nil {
		tb.Fatalf("%s: the body is not JSON: %v: %q", r.Request.URL, err, r.body)
	}
	return v
}

// code returns the code of an error body.
func (r reply) code(tb testing.TB) string {
	tb.Helper()
	e, _ := r.json(tb)["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

func (g *graph) request(method, url, contentType string, body []byte) *http.Request {
	g.tb.Helper()
	if strings.HasPrefix(url, "/") {
		url = g.base + url
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		g.tb.Fatal(err)
	}
	req.Header = g.head.Clone()
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func (g *graph) do(method, url, contentType string, body []byte) reply {
	g.tb.Helper()
	r, err := g.try(g.request(method, url, contentType, body))
	if err != nil {
		g.tb.Fatal(err)
	}
	return r
}

func (g *graph) try(req *http.Request) (reply, error) {
	resp, err := g.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	return reply{resp, data}, err
}

// want fails the test unless the reply has the status.
func (r reply) want(tb testing.TB, status int) reply {
	tb.Helper()
	if r.StatusCode != status {
		tb.Fatalf("%s %s: status %d, want %d: %s", r.Request.Method, r.Request.URL, r.StatusCode, status, r.body)
	}
	return r
}

const (
	sessionsV1   = "/v1.0/identityGovernance/entitlementManagement/catalogs/" + mock.CatalogID + "/resources/" + mock.ResourceID + "/uploadSessions"
	sessionsP1   = "/beta/identityGovernance/entitlementManagement/accessPackageCatalogs/" + mock.CatalogID + "/accessPackageResources/" + mock.ResourceID + "/uploadSessions"
	sessionsP2   = "/beta/identityGovernance/catalogs/" + mock.CatalogID + "/accessPackageResources/" + mock.ResourceID + "/uploadSessions"
	jsonType     = "application/json"
	definitionID = "9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b"
)

func newBody(instance string) []byte {
	return fmt.Appendf(nil, `{"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession","data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData","reviewDefinitionId":%q,"reviewInstanceId":%q}}`, definitionID, instance)
}

func oldBody(instance string) []byte {
	return fmt.Appendf(nil, `{"source":"BuildingAccessData","type":"#microsoft.graph.accessReviewDataUploadTriggerCallbackData","data":{"accessReviewId":%q,"accessReviewInstanceId":%q}}`, definitionID, instance)
}

func instance(n int) string { return fmt.Sprintf("15eeb4df-8a4d-4f8e-9b7a-%012d", n) }

const sixColumns = "principalId,principalType,permissionId,permissionName,permissionDescription,permissionType\n" +
	"550e8400-e29b-41d4-a716-446655440000,EntraIdUser,6ba7b810-9dad-11d1-80b4-00c04fd430c8,Access,May enter,Physical\n"

// form returns a multipart body with one file.
func form(tb testing.TB, name, csv string) (contentType string, body []byte) {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		tb.Fatal(err)
	}
	io.WriteString(part, csv)
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// create creates an upload session in v1.0 and returns its URL.
func (g *graph) create(n int) string {
	g.tb.Helper()
	created := g.do("POST", sessionsV1, jsonType, newBody(instance(n))).want(g.tb, 201).json(g.tb)
	return sessionsV1 + "/" + created["id"].(string)
}

func (g *graph) upload(session, name, csv string) reply {
	g.tb.Helper()
	contentType, body := form(g.tb, name, csv)
	return g.do("POST", session+"/uploadFile", contentType, body)
}

// clockAt returns a config whose server stands at a fixed time.
func clockAt(t time.Time) mock.Config { return mock.Config{Now: func() time.Time { return t }} }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
