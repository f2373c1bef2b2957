package benchmarks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/graphmock/graphmock/schemas"
)

// The document that is measured with: the whole of v1.0 where it is to be had,
// otherwise one that was written for tests.
const (
	wholeMetadata = "../../shared/csdl/graph-v1.0.csdl"
	smallMetadata = "../schemas/testdata/metadata/small.csdl"
)

// fewHundred is how many operations the OpenAPI document has where nothing else is said.
const fewHundred = 300

// metadata returns the document, and the requests of it that are checked.
func metadata(tb testing.TB) (text []byte, requests []sample) {
	tb.Helper()
	if text, err := os.ReadFile(wholeMetadata); err == nil {
		return text, wholeRequests
	}
	text, err := os.ReadFile(smallMetadata)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Log("measured with a small document: the whole of Graph is not there")
	return text, smallRequests
}

// A sample is a request that is right, and one like it that both sides refuse.
type sample struct {
	kind      string
	method    string
	url, body string
	wrongURL  string // "" if it is url
	wrongBody string // "" if it is body
}

func (s sample) wrong() sample {
	if s.wrongURL != "" {
		s.url = s.wrongURL
	}
	if s.wrongBody != "" {
		s.body = s.wrongBody
	}
	return s
}

var wholeRequests = []sample{
	{
		kind: "get", method: "GET", url: "/v1.0/users/adelev@contoso.com/messages/AAMkAGI2TG93AAA=",
		wrongURL: "/v1.0/users/adelev@contoso.com/mesages/AAMkAGI2TG93AAA=",
	},
	{
		kind: "list", method: "GET",
		url:      "/v1.0/users/adelev@contoso.com/messages?$select=id,subject,from&$filter=isRead%20eq%20false&$orderby=receivedDateTime%20desc&$top=25",
		wrongURL: "/v1.0/users/adelev@contoso.com/messages?$select=id,subject,from&$filter=isRead%20eq%20false&$orderby=receivedDateTime%20desc&$top=many",
	},
	{
		kind: "post,300B", method: "POST", url: "/v1.0/users",
		body: `{"accountEnabled": true, "displayName": "Adele Vance", "mailNickname": "AdeleV", "userPrincipalName": "adelev@contoso.com", ` +
			`"passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "xWwvJ]6NMw+bWH-d"}, "businessPhones": ["+1 425 555 0109"], "usageLocation": "US"}`,
		wrongBody: `{"accountEnabled": "yes", "displayName": "Adele Vance", "mailNickname": "AdeleV", "userPrincipalName": "adelev@contoso.com"}`,
	},
	{
		kind: "post,1kB", method: "POST", url: "/v1.0/users/adelev@contoso.com/events",
		body: `{"subject": "Plan the summer campaign", "importance": "high", "sensitivity": "private", "showAs": "busy", "isAllDay": false, ` +
			`"body": {"contentType": "html", "content": "<p>Two hours to settle the budget, the dates and who does what. Please read the two proposals before; there will be coffee.</p>"}, ` +
			`"start": {"dateTime": "2026-12-03T09:00:00", "timeZone": "W. Europe Standard Time"}, "end": {"dateTime": "2026-12-03T11:00:00", "timeZone": "W. Europe Standard Time"}, ` +
			`"location": {"displayName": "Room 2.14", "locationType": "conferenceRoom", "address": {"street": "Hafenstrasse 7", "city": "Hamburg", "countryOrRegion": "Germany", "postalCode": "20359"}}, ` +
			`"attendees": [{"type": "required", "emailAddress": {"name": "Diego Siciliani", "address": "diegos@contoso.com"}}, {"type": "optional", "emailAddress": {"name": "Lidia Holloway", "address": "lidiah@contoso.com"}}], ` +
			`"reminderMinutesBeforeStart": 30, "isReminderOn": true, "recurrence": null, "allowNewTimeProposals": true, "transactionId": "7e2b5c7a-51d1-4a5f-8d6e-0c39ab7f4f10"}`,
		wrongBody: `{"subject": "Plan the summer campaign", "start": "2026-12-03T09:00:00"}`,
	},
	{
		kind: "patch", method: "PATCH", url: "/v1.0/users/adelev@contoso.com",
		body:      `{"jobTitle": "Retail Manager", "officeLocation": "18/2111", "businessPhones": ["+1 425 555 0109"], "city": null}`,
		wrongBody: `{"jobTitle": "Retail Manager", "businessPhones": "+1 425 555 0109"}`,
	},
}

var smallRequests = []sample{
	{kind: "get", method: "GET", url: "/v1.0/users/ann/messages/m1", wrongURL: "/v1.0/users/ann/mesages/m1"},
	{
		kind: "list", method: "GET",
		url:      "/v1.0/users/ann/messages?$select=id,subject&$filter=size%20gt%205&$orderby=receivedDateTime%20desc&$top=25",
		wrongURL: "/v1.0/users/ann/messages?$select=id,subject&$filter=size%20gt%205&$orderby=receivedDateTime%20desc&$top=many",
	},
	{
		kind: "post,300B", method: "POST", url: "/v1.0/users",
		body:      `{"displayName": "Ann", "userPrincipalName": "ann@example.com", "accountEnabled": true, "phones": ["+49 40 12345"], "home": {"street": "Hafenstrasse 7", "city": "Hamburg"}, "days": "early"}`,
		wrongBody: `{"displayName": "Ann", "accountEnabled": "yes"}`,
	},
	{
		kind: "post,1kB", method: "POST", url: "/v1.0/users/ann/messages",
		body:      `{"subject": "Summer", "importance": "high", "receivedDateTime": "2026-11-25T08:30:00Z", "size": 5, "recipients": [{"mail": "ben@example.com"}, {"mail": "cleo@example.com"}]}`,
		wrongBody: `{"subject": "Summer", "size": "5"}`,
	},
	{
		kind: "patch", method: "PATCH", url: "/v1.0/users/ann", body: `{"displayName": "Ann B.", "phones": [], "home": null}`,
		wrongBody: `{"displayName": "Ann B.", "phones": "none"}`,
	},
}

// loadGraphmock makes the contract of a metadata document.
func loadGraphmock(text []byte) (*schemas.Set, *schemas.Contract, error) {
	contract, err := schemas.ParseMetadata("graph-v1.0", "v1.0", "graph-v1.0.csdl", text)
	if err != nil {
		return nil, nil, err
	}
	return schemas.Embedded().With(contract), contract, nil
}

// message returns the request as graphmock takes it.
func (s sample) message() *schemas.Request {
	header := http.Header{"Authorization": {"Bearer token"}}
	if s.body != "" {
		header["Content-Type"] = []string{"application/json"}
	}
	return &schemas.Request{Method: s.method, URL: s.url, Header: header, Body: []byte(s.body)}
}

// loadKin reads an OpenAPI document as kin-openapi's README does: parse, validate,
// and make a gorillamux router, the one that it recommends.
func loadKin(text []byte) (routers.Router, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
}

// kinOptions are what makes kin-openapi look at the same things.
var kinOptions = &openapi3filter.Options{
	MultiError:                        true,
	RejectWhenRequestBodyNotSpecified: true,
	AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
		if !strings.HasPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ") {
			return errors.New("no bearer token")
		}
		return nil
	},
}

// A kinRequest is a request as kin-openapi takes it, which can be checked repeatedly.
type kinRequest struct {
	*http.Request
	body []byte
}

func (s sample) kin() *kinRequest {
	m := s.message()
	r := httptest.NewRequest(s.method, s.url, bytes.NewReader(m.Body))
	r.Header = m.Header
	return &kinRequest{r, m.Body}
}

// check finds the operation of the request and validates it.
func (r *kinRequest) check(router routers.Router) error {
	route, params, err := router.FindRoute(r.Request)
	if err != nil {
		return err
	}
	if r.body != nil {
		r.Body = io.NopCloser(bytes.NewReader(r.body)) // validating reads it
	}
	return openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: r.Request, PathParams: params, Route: route, Options: kinOptions,
	})
}

// both returns the two sides, the second with an OpenAPI document of so many operations.
func both(tb testing.TB, text []byte, operations int) (*schemas.Set, routers.Router, *openAPI) {
	tb.Helper()
	set, contract, err := loadGraphmock(text)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := newOpenAPI(contract, text, operations)
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := doc.JSON()
	if err != nil {
		tb.Fatal(err)
	}
	router, err := loadKin(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return set, router, doc
}

// refusal returns the errors of graphmock's verdict as one.
func refusal(v *schemas.Verdict) error {
	if errs := schemas.Errors(v.Findings); len(errs) > 0 {
		return fmt.Errorf("%v", errs)
	}
	return nil
}

// TestSameWork holds both sides to the same answers, so that the benchmarks compare the same
// work: the good requests are accepted, the wrong ones refused.
func TestSameWork(t *testing.T) {
	text, requests := metadata(t)
	set, router, doc := both(t, text, fewHundred)
	t.Logf("OpenAPI document: %d operations on %d paths, %d schemas", doc.operations, len(doc.paths), len(doc.components))
	for _, s := range requests {
		t.Run(s.kind, func(t *testing.T) {
			if err := refusal(set.CheckRequest(s.message())); err != nil {
				t.Errorf("graphmock refuses it: %v", err)
			}
			if err := s.kin().check(router); err != nil {
				t.Errorf("kin-openapi refuses it: %v", err)
			}
			wrong := s.wrong()
			if refusal(set.CheckRequest(wrong.message())) == nil {
				t.Errorf("graphmock accepts the wrong one")
			}
			if wrong.kin().check(router) == nil {
				t.Errorf("kin-openapi accepts the wrong one")
			}
		})
	}
	t.Run("every path", func(t *testing.T) {
		for _, url := range doc.gets {
			s := sample{method: "GET", url: url}
			if err := refusal(set.CheckRequest(s.message())); err != nil {
				t.Errorf("graphmock refuses GET %s: %v", url, err)
			}
			if err := s.kin().check(router); err != nil {
				t.Errorf("kin-openapi refuses GET %s: %v", url, err)
			}
		}
	})
}
