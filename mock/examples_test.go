package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// exampleServer returns a server for a small metadata document, and a function that calls it in
// process.
func exampleServer(t *testing.T, cfg mock.Config) (*mock.Server, func(method, url, body string, headers ...string) (*http.Response, map[string]any)) {
	t.Helper()
	c, err := schemas.OpenMetadata("../schemas/testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Contracts = schemas.Embedded().With(c)
	cfg.Now = func() time.Time { return time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC) }
	srv, err := mock.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: srv.Transport()}
	return srv, func(method, url, body string, headers ...string) (*http.Response, map[string]any) {
		t.Helper()
		if !strings.HasPrefix(url, "https://") {
			url = "https://graph.microsoft.com/v1.0" + url
		}
		req, err := http.NewRequest(method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer token")
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body = io.NopCloser(bytes.NewReader(data))
		var object map[string]any
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			if err := json.Unmarshal(data, &object); err != nil {
				t.Fatalf("%s %s: %v\n%s", method, url, err, data)
			}
		}
		calls := srv.Calls()
		for _, f := range calls[len(calls)-1].AnswerFindings {
			t.Errorf("%s %s: the answer breaks the contract: %s\n%s", method, url, f, data)
		}
		return resp, object
	}
}

func TestExamplePages(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	var ids []any
	next := "/users?$select=id,displayName&$top=2&$count=true"
	for pages := 0; next != ""; pages++ {
		if pages > 3 {
			t.Fatal("the pages have no end")
		}
		_, page := call("GET", next, "", "ConsistencyLevel", "eventual")
		if page["@odata.count"] != 5.0 {
			t.Errorf("page %d: @odata.count is %v, want 5", pages, page["@odata.count"])
		}
		if context := page["@odata.context"]; context != "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)" {
			t.Errorf("page %d: @odata.context is %v", pages, context)
		}
		for _, item := range page["value"].([]any) {
			user := item.(map[string]any)
			if len(user) != 2 || user["displayName"] == nil {
				t.Errorf("page %d has %v, want id and displayName", pages, user)
			}
			ids = append(ids, user["id"])
		}
		next, _ = page["@odata.nextLink"].(string)
	}
	if len(ids) != 5 {
		t.Errorf("the pages have %d users, want 5", len(ids))
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			t.Errorf("%v is there twice", id)
		}
	}
}

func TestExampleFilter(t *testing.T) {
	srv, call := exampleServer(t, mock.Config{})
	_, all := call("GET", "/me/messages?$select=subject", "")
	subject := all["value"].([]any)[0].(map[string]any)["subject"].(string)
	_, some := call("GET", "/me/messages?$filter=subject%20eq%20'"+strings.ReplaceAll(subject, " ", "%20")+"'", "")
	for _, item := range some["value"].([]any) {
		if got := item.(map[string]any)["subject"]; got != subject {
			t.Errorf("the filter let %v through", got)
		}
	}
	if len(some["value"].([]any)) == 0 {
		t.Error("the filter let nothing through")
	}
	_, none := call("GET", "/me/messages?$search=lunch", "")
	if len(none["value"].([]any)) != 0 {
		t.Error("$search let something through, and nothing was evaluated")
	}
	calls := srv.Calls()
	if last := calls[len(calls)-1]; !hasRule(last.Findings, "example.empty") || last.Source != mock.FromExample {
		t.Errorf("the call does not say why it has no items: %v", last.Findings)
	}
}

func TestExampleChanges(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	resp, made := call("POST", "/me/messages", `{"Subject": "Lunch", "importance": "HIGH", "size": 7}`)
	if resp.StatusCode != http.StatusCreated || made["subject"] != "Lunch" || made["importance"] != "high" || made["size"] != 7.0 || made["id"] == nil {
		t.Errorf("POST is answered with %d %v", resp.StatusCode, made)
	}
	if context, _ := made["@odata.context"].(string); !strings.HasSuffix(context, "/messages/$entity") {
		t.Errorf("@odata.context of a new message is %q", context)
	}
	if location := resp.Header.Get("Location"); !strings.HasPrefix(location, "https://graph.microsoft.com/v1.0/me/messages/") {
		t.Errorf("Location is %q", location)
	}
	resp, file := call("POST", "/me/messages/x/attachments", `{"@odata.type": "microsoft.graph.fileAttachment", "contentBytes": "YQ=="}`)
	if resp.StatusCode != http.StatusCreated || file["@odata.type"] != "#microsoft.graph.fileAttachment" || file["contentBytes"] != "YQ==" {
		t.Errorf("POST of an attachment is answered with %d %v", resp.StatusCode, file)
	}
	for _, step := range []struct {
		method, url, body, prefer string
		status                    int
	}{
		{"PATCH", "/users/x", `{"mail": "a@contoso.com"}`, "", http.StatusNoContent},
		{"PATCH", "/users/x", `{"mail": "a@contoso.com"}`, "return=representation", http.StatusOK},
		{"PATCH", "/me/messages/x", `{"size": 1}`, "", http.StatusOK},
		{"PATCH", "/me/messages/x", `{"size": 1}`, "return=minimal", http.StatusNoContent},
		{"DELETE", "/me/messages/x", "", "", http.StatusNoContent},
		{"POST", "/groups/x/members/$ref", `{"@odata.id": "https://graph.microsoft.com/v1.0/users/y"}`, "", http.StatusNoContent},
		{"POST", "/me/sendMail", `{"Message": {"subject": "Lunch"}}`, "", http.StatusAccepted},
	} {
		resp, _ := call(step.method, step.url, step.body, "Prefer", step.prefer)
		if resp.StatusCode != step.status {
			t.Errorf("%s %s with Prefer %q is answered with %d, want %d", step.method, step.url, step.prefer, resp.StatusCode, step.status)
		}
		if applied := resp.Header.Get("Preference-Applied"); applied != step.prefer {
			t.Errorf("%s %s: Preference-Applied is %q, want %q", step.method, step.url, applied, step.prefer)
		}
	}
}

func TestExampleKinds(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	for url, want := range map[string]string{
		"/":                           `"name":"users"`,
		"/$metadata":                  `<Schema Namespace="microsoft.graph"`,
		"/me/messages/$count":         "5",
		"/me/displayName":             `"value":"`,
		"/me/phones":                  `"value":[`,
		"/me/home":                    `@odata.context`,
		"/me/photo/$value":            "/me/photo/$value",
		"/groups/x/members/$ref":      `"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`,
		"/users/delta":                `"@odata.deltaLink":"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=`,
		"/users/delta?$deltatoken=1":  `"value":[]`,
		"/planner/tasks/x/daysLate()": `"value":`,
		"/workbooks/x/sheets/y/range(address='A1')": `"address":`,
		"/me/manager": `"@odata.type":"#microsoft.graph.`,
	} {
		resp, _ := call("GET", url, "")
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("GET %s: %d %s\nwant %s", url, resp.StatusCode, body, want)
		}
	}
}

// TestExamplesRepeat: the same seed gives the same answers, whatever was asked before.
func TestExamplesRepeat(t *testing.T) {
	read := func(seed uint64, before string) string {
		_, call := exampleServer(t, mock.Config{Seed: seed})
		if before != "" {
			call("GET", before, "")
		}
		_, user := call("GET", "/users/9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b", "")
		text, err := json.Marshal(user)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	first := read(1, "")
	if again := read(1, "/groups"); again != first {
		t.Errorf("one seed gives\n%s\nand\n%s", first, again)
	}
	if other := read(2, ""); other == first {
		t.Errorf("two seeds give %s", first)
	}
}

func TestBatch(t *testing.T) {
	srv, call := exampleServer(t, mock.Config{})
	srv.Next("GET /users/{id}", mock.Throttled(2*time.Second))
	resp, answer := call("POST", "/$batch", `{"requests": [
		{"id": "a", "method": "GET", "url": "/me?%24select=id"},
		{"id": "b", "method": "POST", "url": "me/sendMail", "headers": {"content-type": "application/json"}, "body": {"Mesage": {}}},
		{"id": "c", "method": "DELETE", "url": "/me/messages/x", "dependsOn": ["b"]},
		{"id": "d", "method": "DELETE", "url": "/me/messages/x", "headers": {}, "body": null, "dependsOn": []},
		{"id": "e", "method": "GET", "url": "/users/x"}
	]}`)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %v", resp.StatusCode, answer)
	}
	var got []string
	for _, r := range answer["responses"].([]any) {
		item := r.(map[string]any)
		got = append(got, item["id"].(string)+" "+json.Number(jsonText(t, item["status"])).String())
		if _, ok := item["body"]; ok == (item["status"] == 204.0) {
			t.Errorf("%v: a body is there with every status but 204", item)
		}
	}
	if want := []string{"a 200", "b 400", "c 424", "d 204", "e 429"}; !slices.Equal(got, want) {
		t.Errorf("the batch is answered with %v, want %v", got, want)
	}
	throttled := answer["responses"].([]any)[4].(map[string]any)["headers"].(map[string]any)
	if throttled["Retry-After"] != "2" {
		t.Errorf("headers of the throttled request: %v", throttled)
	}
	batch := srv.Calls()[0]
	if batch.Operation != "POST /$batch" || batch.Source != mock.FromBatch || len(batch.Steps) != 4 {
		t.Errorf("the batch is recorded as %s from %s with %d steps", batch, batch.Source, len(batch.Steps))
	}
	wrong := schemas.Errors(batch.Findings)
	if len(wrong) != 2 || wrong[0].Step != "b" || !strings.HasPrefix(wrong[0].Pointer, "/requests/1/body") {
		t.Errorf("the findings of the batch are %v", wrong)
	}
	if n := len(srv.CallsOf("DELETE /me/messages/{id}")); n != 1 {
		t.Errorf("%d calls of DELETE are recorded, want 1: the other one was not made", n)
	}
}

// TestBatchAnswerFindings: an answer within a batch is held to the contract as well.
func TestBatchAnswerFindings(t *testing.T) {
	c, err := schemas.OpenMetadata("../schemas/testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	srv, err := mock.New(mock.Config{Contracts: schemas.Embedded().With(c)})
	if err != nil {
		t.Fatal(err)
	}
	srv.Next("GET /users/{id}", mock.Answer{Status: 200, Body: map[string]any{"id": 5}})
	body := `{"requests": [{"id": "a", "method": "GET", "url": "/me"}, {"id": "b", "method": "GET", "url": "/users/x"}]}`
	req := httptest.NewRequest("POST", "/v1.0/$batch", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer token")
	srv.ServeHTTP(httptest.NewRecorder(), req)
	got := srv.Calls()[0].Errors()
	if len(got) != 1 || got[0].Rule != "response.type" || got[0].Step != "b" || got[0].Pointer != "/responses/1/body/id" {
		t.Errorf("errors of the batch: %v, want one of response.type at /responses/1/body/id", got)
	}
}

// TestBatchDependencyCase: ids of requests are the same in any letter case.
func TestBatchDependencyCase(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	_, answer := call("POST", "/$batch", `{"requests": [
		{"id": "A", "method": "GET", "url": "/nowhere"},
		{"id": "b", "method": "GET", "url": "/me", "dependsOn": ["a"]}
	]}`)
	last := answer["responses"].([]any)[1].(map[string]any)
	if last["status"] != 424.0 {
		t.Errorf("the request that waits for one that failed is answered with %v, want 424", last)
	}
}

// TestExampleDay moves the clock: times of examples follow it.
func TestExampleDay(t *testing.T) {
	srv, call := exampleServer(t, mock.Config{})
	received := func() any {
		_, message := call("GET", "/me/messages/x", "")
		return message["receivedDateTime"]
	}
	first := received()
	srv.Advance(time.Hour)
	if again := received(); again != first {
		t.Errorf("on the same day, %v becomes %v", first, again)
	}
	srv.Advance(365 * 24 * time.Hour)
	if later := received(); later == first {
		t.Errorf("a year later, the message was received at %v still", later)
	}
}

// TestBatchURLInQuery: a URL in the query of a request makes it no absolute one.
func TestBatchURLInQuery(t *testing.T) {
	srv, call := exampleServer(t, mock.Config{})
	call("POST", "/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/users?$filter=mail eq 'https://contoso.com'"}]}`)
	if got := srv.Calls()[0].Findings; hasRule(got, "batch.url") {
		t.Errorf("findings: %v, want none of batch.url", got)
	}
}

// TestExampleOdd asks for what has no example of its own; each answer is held to the contract.
func TestExampleOdd(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	if _, page := call("GET", "/me/messages?$skip=1&$top=9223372036854775807", ""); len(page["value"].([]any)) != 4 {
		t.Errorf("a page without an end holds %v, want all but one of 5", page["value"])
	}
	if _, answer := call("GET", "/me/extension_a_b", ""); answer["displayName"] != nil {
		t.Errorf("an undeclared member is answered with %v", answer)
	}
	for _, body := range []string{`{"value":[{"mail":"a@contoso.com"}]}`, `{"value":[]}`} {
		_, answer := call("PUT", "/me/messages/x/recipients", body, "Prefer", "return=representation")
		want := map[string]any{}
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		if got := jsonText(t, answer["value"]); got != jsonText(t, want["value"]) {
			t.Errorf("PUT %s is answered with %s", body, got)
		}
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBatchRefused: what is wrong with a batch itself refuses the whole of it.
func TestBatchRefused(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	for body, rule := range map[string]string{
		`{"requests": []}`: "batch.empty",
		`{"requests": [{"id": "1", "method": "GET", "url": "/me"}, {"id": "1", "method": "GET", "url": "/me"}]}`: "batch.duplicate-id",
		`{"requests": [{"id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/me"}]}`:             "batch.url",
		`{"requests": [{"id": "1", "method": "POST", "url": "/$batch"}]}`:                                        "batch.nested",
		`{"requests": [{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}]}`:                         "batch.dependency",
		`{"requests": [` + strings.Repeat(`{"id": "1", "method": "GET", "url": "/me"},`, 20) + `{"id": 1}]}`:     "batch.too-many",
		`{"requests": [{"id": "1", "method": "POST", "url": "/me/messages", "body": {"subject": "Lunch"}}]}`:     "batch.content-type",
		`{"requests": [{"id": "1", "method": "GET", "url": "/me", "headers": {"Retry-After": 1}}]}`:              "body.type",
		`{"requests": [{"id": "1", "metod": "GET", "method": "GET", "url": "/me"}]}`:                             "body.unknown-property",
		`{"requests": [{"id": "1", "url": "/me"}]}`:                                                              "body.missing-property",
		`[]`: "body.type",
	} {
		resp, answer := call("POST", "/$batch", body)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(jsonText(t, answer), `"`+rule+`"`) {
			t.Errorf("%.80s: %d %s, want 400 and %s", body, resp.StatusCode, jsonText(t, answer), rule)
		}
	}
}

// TestReplayPages: a session that was recorded here is replayed at another address, links included.
func TestReplayPages(t *testing.T) {
	first, call := exampleServer(t, mock.Config{})
	_, page := call("GET", "https://graph.microsoft.us/v1.0/users?$top=4", "")
	call("GET", page["@odata.nextLink"].(string), "")
	session := first.Session("pages")

	_, again := exampleServer(t, mock.Config{Sessions: []*fixtures.Session{session}, Replay: mock.ReplayMode{Strict: true}})
	_, page = again("GET", "/users?$top=4", "")
	next, _ := page["@odata.nextLink"].(string)
	if !strings.HasPrefix(next, "https://graph.microsoft.com/v1.0/users?") {
		t.Fatalf("the recorded link leads to %q", next)
	}
	if _, page = again("GET", next, ""); page["value"] == nil {
		t.Errorf("the second page is %v", page)
	}
}

// TestExampleKeys: an entity that is asked for by an alternate key has it.
func TestExampleKeys(t *testing.T) {
	_, call := exampleServer(t, mock.Config{})
	if _, user := call("GET", "/users(userPrincipalName='a@b.c')?$select=userPrincipalName", ""); user["userPrincipalName"] != "a@b.c" {
		t.Errorf("the user is %v", user)
	}
	_, user := call("GET", "/users/9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b", "")
	if _, name := call("GET", "/users/9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b/displayName", ""); name["value"] != user["displayName"] {
		t.Errorf("the name of %v is %v", user, name["value"])
	}
}

// TestMetadataIsPublic: $metadata needs no token.
func TestMetadataIsPublic(t *testing.T) {
	srv, _ := exampleServer(t, mock.Config{})
	client := &http.Client{Transport: srv.Transport()}
	resp, err := client.Get("https://graph.microsoft.com/v1.0/$metadata")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// TestUnknownOperation: an id that is no operation's says what was meant.
func TestUnknownOperation(t *testing.T) {
	srv, _ := exampleServer(t, mock.Config{})
	for id, meant := range map[string]string{"GET /users/delta()": "GET /users/delta", "get /v1.0/Users/x": "GET /users/{id}"} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), meant) {
					t.Errorf("%s: %v, want a panic that names %s", id, r, meant)
				}
			}()
			srv.Next(id, mock.Throttled(time.Second))
		}()
	}
}
