package mock_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// TestHeaders holds answers to the headers that Graph sends.
func TestHeaders(t *testing.T) {
	g := client(t, start(t, clockAt(noon)))
	id := regexp.MustCompile(`^[0-9a-f-]{36}$`)

	ok := g.do("GET", sessionsV1, "", nil).want(t, 200)
	refused := g.do("GET", sessionsV1+"?$nonsense=1", "", nil).want(t, 400)
	for _, r := range []reply{ok, refused} {
		h := r.Header
		if !id.MatchString(h.Get("request-id")) || h.Get("client-request-id") != h.Get("request-id") {
			t.Errorf("request-id %q, client-request-id %q", h.Get("request-id"), h.Get("client-request-id"))
		}
		if h.Get("Date") != "Mon, 23 Nov 2026 12:00:00 GMT" || h.Get("Strict-Transport-Security") == "" || h.Get("x-ms-ags-diagnostic") == "" {
			t.Errorf("headers %v", h)
		}
	}
	if v := ok.Header.Get("OData-Version"); v != "4.0" || refused.Header.Get("OData-Version") != "" {
		t.Errorf("OData-Version %q on success, %q on an error", v, refused.Header.Get("OData-Version"))
	}
	if !strings.HasPrefix(ok.Header.Get("Content-Type"), "application/json;odata.metadata=minimal") || refused.Header.Get("Content-Type") != "application/json" {
		t.Errorf("content types %q, %q", ok.Header.Get("Content-Type"), refused.Header.Get("Content-Type"))
	}

	g.head.Set("client-request-id", "6d42bb3a-1b5c-4f6e-8d0e-1a2b3c4d5e6f")
	refused = g.do("GET", sessionsV1+"/none", "", nil).want(t, 404)
	inner := refused.json(t)["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["client-request-id"] != g.head.Get("client-request-id") || refused.Header.Get("client-request-id") != g.head.Get("client-request-id") {
		t.Errorf("client-request-id is not echoed: %v, %v", inner, refused.Header)
	}
	if inner["date"] != "2026-11-23T12:00:00" || inner["request-id"] != refused.Header.Get("request-id") {
		t.Errorf("innerError %v", inner)
	}
}

// TestRefusals: the status, code and message with which each kind of fault is answered.
func TestRefusals(t *testing.T) {
	tests := []struct {
		name, method, path, contentType, body string
		head                                  http.Header
		status                                int
		code, message                         string
	}{
		{"no token", "GET", sessionsV1, "", "", http.Header{}, 401, "InvalidAuthenticationToken", "Access token is empty."},
		{"basic", "GET", sessionsV1, "", "", http.Header{"Authorization": {"Basic eDp5"}}, 401, "InvalidAuthenticationToken", "Access token is empty."},
		{"the token comes before the path", "GET", "/v1.0/nothing", "", "", http.Header{}, 401, "InvalidAuthenticationToken", ""},
		{"version", "GET", "/v2.0/users", "", "", nil, 400, "BadRequest", "Invalid version: v2.0"},
		{"segment", "GET", "/v1.0/identityGovernance/entitlementManagment/catalogs", "", "", nil, 400, "BadRequest", "Resource not found for the segment 'entitlementManagment'."},
		{"method", "PUT", sessionsV1, jsonType, "{}", nil, 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."},
		{"media type", "POST", sessionsV1, "text/xml", "<a/>", nil, 415, "BadRequest", "Entity only allows writes with a JSON Content-Type header."},
		{"no body", "POST", sessionsV1, jsonType, "", nil, 400, "BadRequest", "Empty Payload. JSON content expected."},
		{"not JSON", "POST", sessionsV1, jsonType, "{", nil, 400, "BadRequest", "Unable to read JSON request payload."},
		{"schema", "POST", sessionsV1, jsonType, `{"data":null}`, nil, 400, "BadRequest", ""},
		{"query", "GET", sessionsV1 + "?$filter=size%20eq%201", "", "", nil, 400, "BadRequest", "Could not find a property named 'size'."},
	}
	srv := start(t, mock.Config{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := client(t, srv)
			if tt.head != nil {
				g.head = tt.head
			}
			r := g.do(tt.method, tt.path, tt.contentType, []byte(tt.body)).want(t, tt.status)
			e := r.json(t)["error"].(map[string]any)
			if e["code"] != tt.code || !strings.HasPrefix(e["message"].(string), tt.message) || e["message"] == "" {
				t.Errorf("got %v, want %s: %s", e, tt.code, tt.message)
			}
			if details, _ := e["details"].([]any); len(details) == 0 {
				t.Error("the details say nothing")
			}
			if (tt.status == 401) != (r.Header.Get("WWW-Authenticate") != "") || (tt.status == 405) != (r.Header.Get("Allow") != "") {
				t.Errorf("headers %v", r.Header)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	strict := start(t, mock.Config{Auth: mock.AuthStrict})
	lax := start(t, mock.Config{})
	tests := []struct {
		name        string
		token       func(*mock.Server) string
		lax, strict int
	}{
		{"any text", func(*mock.Server) string { return "secret" }, 200, 401},
		{"made here", func(s *mock.Server) string { return s.Token(mock.TokenOptions{}) }, 200, 200},
		{"expired", func(s *mock.Server) string { return s.Token(mock.TokenOptions{Lifetime: -time.Minute}) }, 401, 401},
		{"another audience", func(s *mock.Server) string { return s.Token(mock.TokenOptions{Audience: "https://vault.azure.net"}) }, 401, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for srv, want := range map[*mock.Server]int{lax: tt.lax, strict: tt.strict} {
				g := client(t, srv)
				g.head.Set("Authorization", "bearer "+tt.token(srv))
				g.do("GET", sessionsV1, "", nil).want(t, want)
			}
		})
	}
	token := lax.Token(mock.TokenOptions{})
	g := client(t, lax)
	g.head.Set("Authorization", "Bearer "+token)
	lax.Advance(2 * time.Hour)
	r := g.do("GET", sessionsV1, "", nil).want(t, 401)
	if !strings.Contains(string(r.body), "Lifetime validation failed, the token is expired.") {
		t.Errorf("body %s", r.body)
	}
}

func TestScripts(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	srv.Next("uploadSession.list", mock.Throttled(2128*time.Millisecond), mock.Unavailable(0))
	srv.Nth("uploadSession.list", 4, mock.Answer{Status: 500, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}, Unchecked: true})
	srv.Every("uploadSession.create", mock.Unauthorized())
	srv.Next(mock.AnyOperation, mock.Answer{Status: 418})

	statuses := func(n int) (list []int) {
		for range n {
			list = append(list, g.do("GET", sessionsV1, "", nil).StatusCode)
		}
		return list
	}
	throttled := g.do("GET", sessionsV1, "", nil).want(t, 429)
	if after := throttled.Header.Get("Retry-After"); after != "2.128" || throttled.code(t) != "TooManyRequests" {
		t.Errorf("Retry-After %q, code %q", after, throttled.code(t))
	}
	if got := statuses(4); !slices.Equal(got, []int{503, 418, 500, 200}) {
		t.Errorf("statuses %v", got)
	}
	for range 2 {
		g.do("POST", sessionsV1, jsonType, newBody(instance(1))).want(t, 401)
	}
	if unused := srv.UnusedScripts(); len(unused) > 0 {
		t.Errorf("unused %v", unused)
	}
	srv.Next("catalog.get", mock.Throttled(time.Second), mock.CutConnection())
	if got := strings.Join(srv.UnusedScripts(), "; "); got != "answer 429 to catalog.get; cut the connection to catalog.get" {
		t.Errorf("unused %q", got)
	}
	if c := srv.Calls()[0]; c.Source != mock.FromScript || c.Operation != "uploadSession.list" {
		t.Errorf("call %+v", c)
	}

	srv.Reset()
	srv.Next("catalog.get", mock.Answer{}, mock.Delayed(time.Second), mock.Truncated(5))
	if got := strings.Join(srv.UnusedScripts(), "; "); got != "answer as usual to catalog.get; delay the answer by 1s to catalog.get; truncate the answer to catalog.get" {
		t.Errorf("unused %q", got)
	}
}

func TestMisuse(t *testing.T) {
	srv := start(t, mock.Config{})
	for name, misuse := range map[string]func(){
		`did you mean "uploadSession.create"?`: func() { srv.Next("uploadsession.creat", mock.Unauthorized()) },
		`Nth("catalog.get", 0): calls count`:   func() { srv.Nth("catalog.get", 0, mock.Unauthorized()) },
		`Wait("catalog.get", 0): calls count`:  func() { srv.Wait(t.Context(), "catalog.get", 0) },
		"can't be JSON":                        func() { srv.Next("catalog.get", mock.Answer{Status: 200, Body: func() {}}) },
		"status 99: want 200 to 599":           func() { srv.Every("catalog.get", mock.Answer{Status: 99}) },
		"status 600":                           func() { srv.Nth("catalog.get", 1, mock.Answer{Status: 600}) },
		"delay -1s: want 0 or more":            func() { srv.Next("catalog.get", mock.Delayed(-time.Second)) },
		"truncate -2: want a number of bytes":  func() { srv.After("catalog.get", 1, mock.Answer{Truncate: -2}) },
		"Retry-After -0.5: want 0 or more":     func() { srv.Next("catalog.get", mock.Throttled(-time.Second/2)) },
		"Truncated(0): want at least one byte": func() { mock.Truncated(0) },
		"Truncated(-2)":                        func() { mock.Truncated(-2) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, name) {
					t.Errorf("panic %q, want %q", got, name)
				}
			}()
			misuse()
		}()
	}
}

// TestScriptedContractBreach: an answer that a test scripts against the
// contract is reported.
func TestScriptedContractBreach(t *testing.T) {
	srv := start(t, mock.Config{})
	srv.Next("uploadSession.get", mock.Answer{Status: 200, Body: map[string]any{"id": 5}})
	client(t, srv).do("GET", sessionsV1+"/x", "", nil).want(t, 200)
	if rules := ruleIDs(srv.Calls()[0].AnswerFindings); !slices.Contains(rules, "response.type") || !slices.Contains(rules, "response.missing-property") {
		t.Errorf("findings %v", rules)
	}
}

func ruleIDs(list []schemas.Finding) (ids []string) {
	for _, f := range list {
		ids = append(ids, f.Rule)
	}
	return ids
}

// TestConnectionFaults meets cut connections and truncated bodies over TCP and
// in process.
func TestConnectionFaults(t *testing.T) {
	for _, way := range []string{"socket", "in process"} {
		t.Run(way, func(t *testing.T) {
			srv := start(t, mock.Config{})
			g := client(t, srv)
			if way == "in process" {
				g.http = &http.Client{Transport: srv.Transport()}
			}
			g.http.Timeout = 10 * time.Second
			srv.Next("uploadSession.create", mock.CutConnection(), mock.Truncated(10), mock.Truncated(-1))

			if _, err := g.try(g.request("POST", sessionsV1, jsonType, newBody(instance(1)))); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut: %v", err)
			}
			r, err := g.try(g.request("POST", sessionsV1, jsonType, newBody(instance(1))))
			if !errors.Is(err, io.ErrUnexpectedEOF) || len(r.body) != 10 {
				t.Errorf("truncated: %v, %q", err, r.body)
			}
			r, err = g.try(g.request("POST", sessionsV1, jsonType, newBody(instance(2))))
			if !errors.Is(err, io.ErrUnexpectedEOF) || len(r.body) != 0 || r.StatusCode != 201 {
				t.Errorf("headers only: %v, %v", err, r.Response)
			}
			g.do("POST", sessionsV1, jsonType, newBody(instance(1))).want(t, 409) // the truncated call took effect, the cut one did not
			calls := srv.Calls()
			if !calls[0].Response.Cut || calls[0].Response.Status != 0 || !calls[1].Response.Cut || len(calls[1].Response.Body) != 10 {
				t.Errorf("recorded %+v, %+v", calls[0].Response, calls[1].Response)
			}
		})
	}
}

// TestCutIsSeen: however much of the body was to arrive, the client notices the cut.
func TestCutIsSeen(t *testing.T) {
	const whole = `{"value":[]}`
	recorded := func(body string) mock.Config {
		return mock.Config{Sessions: []*fixtures.Session{{Name: "cut", Interactions: []fixtures.Interaction{{
			Request:  fixtures.Request{Method: "GET", URL: sessionsV1},
			Response: fixtures.Response{Status: 200, Body: fixtures.NewBody(jsonType, []byte(body)), Cut: true},
		}}}}}
	}
	tests := []struct {
		name   string
		cfg    mock.Config
		answer mock.Answer
		want   string
	}{
		{"headers only", mock.Config{}, mock.Answer{Status: 200, Body: whole, Truncate: -1}, ""},
		{"a part", mock.Config{}, mock.Answer{Status: 200, Body: whole, Truncate: 5}, whole[:5]},
		{"the whole body", mock.Config{}, mock.Answer{Status: 200, Body: whole, Truncate: len(whole)}, whole},
		{"more than the body", mock.Config{}, mock.Answer{Status: 200, Body: whole, Truncate: 1000}, whole},
		{"no body", mock.Config{}, mock.Answer{Status: 200, Truncate: 1000}, ""},
		{"recorded", recorded("[1,"), mock.Answer{}, "[1,"},
		{"recorded without a body", recorded(""), mock.Answer{}, ""},
	}
	for _, tt := range tests {
		for _, way := range []string{"socket", "in process"} {
			t.Run(tt.name+", "+way, func(t *testing.T) {
				srv := start(t, tt.cfg)
				g := client(t, srv)
				if way == "in process" {
					g.http = &http.Client{Transport: srv.Transport()}
				}
				srv.Next("uploadSession.list", tt.answer)
				r, err := g.try(g.request("GET", sessionsV1, "", nil))
				if !errors.Is(err, io.ErrUnexpectedEOF) || string(r.body) != tt.want || r.ContentLength <= int64(len(tt.want)) {
					t.Errorf("%v: %q of %d bytes, want %q of more", err, r.body, r.ContentLength, tt.want)
				}
			})
		}
	}
}

// TestVirtualTime: a client that waits out Retry-After costs no time inside a
// synctest bubble.
func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, err := mock.New(mock.Config{})
		if err != nil {
			t.Fatal(err)
		}
		g := &graph{t, "https://graph.microsoft.com", &http.Client{Transport: srv.Transport()}, http.Header{"Authorization": {"Bearer x"}}}
		session := g.create(1)
		srv.Next("uploadSession.get", mock.Delayed(20*time.Hour), mock.Throttled(120*time.Second))
		began := time.Now()
		g.do("GET", session, "", nil).want(t, 200)
		if waited := time.Since(began); waited != 20*time.Hour {
			t.Errorf("the delay took %v", waited)
		}
		after, err := time.ParseDuration(g.do("GET", session, "", nil).want(t, 429).Header.Get("Retry-After") + "s")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		time.Sleep(4 * time.Hour)
		if got := g.do("GET", session, "", nil).want(t, 200).json(t); got["status"] != "expired" {
			t.Errorf("status %v a day later", got["status"])
		}

		srv.Next("uploadSession.get", mock.Delayed(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = g.try(g.request("GET", session, "", nil).WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a client that gives up during a delay: %v", err)
		}
	})
}

// TestTransport answers Graph's hosts without a socket, and no others.
func TestTransport(t *testing.T) {
	srv, err := mock.New(mock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	transport := srv.Transport()
	g := &graph{t, "", &http.Client{Transport: transport}, http.Header{"Authorization": {"Bearer x"}}}
	for _, host := range []string{"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn", "GRAPH.microsoft.com"} {
		got := g.do("GET", "https://"+host+sessionsV1, "", nil).want(t, 200)
		if context := got.json(t)["@odata.context"].(string); !strings.HasPrefix(context, "https://"+host+"/v1.0/$metadata#") {
			t.Errorf("%s: context %s", host, context)
		}
		if got.Response.Request == nil || got.Response.ContentLength != int64(len(got.body)) {
			t.Errorf("%s: response %+v", host, got.Response)
		}
	}
	if _, err := g.try(g.request("GET", "https://example.com/v1.0/users", "", nil)); err == nil || !strings.Contains(err.Error(), "not Graph's") {
		t.Errorf("a foreign host: %v", err)
	}
	transport.RegisterResponder("GET", "https://graph.microsoft.com/v1.0/me", httpmock.NewStringResponder(200, "mine"))
	if r := g.do("GET", "https://graph.microsoft.com/v1.0/me", "", nil); string(r.body) != "mine" {
		t.Errorf("a responder of the test's own: %s", r.body)
	}
	if n := len(srv.Calls()); n != 5 {
		t.Errorf("%d calls recorded", n)
	}
}

// TestTransportClosesBodies: whoever writes the body learns that nobody reads on.
func TestTransportClosesBodies(t *testing.T) {
	srv, err := mock.New(mock.Config{Limits: mock.Limits{JSONBody: 10}})
	if err != nil {
		t.Fatal(err)
	}
	for name, url := range map[string]string{
		"over the limit": "https://graph.microsoft.com" + sessionsV1,
		"a foreign host": "https://example.com/",
	} {
		t.Run(name, func(t *testing.T) {
			r, w := io.Pipe()
			written := make(chan error, 1)
			go func() {
				_, err := w.Write(make([]byte, 1000))
				written <- err
			}()
			req, err := http.NewRequest("POST", url, r)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := srv.Transport().RoundTrip(req); err == nil && resp.StatusCode < 400 {
				t.Errorf("status %s", resp.Status)
			}
			if err := <-written; !errors.Is(err, io.ErrClosedPipe) {
				t.Errorf("the writer got %v", err)
			}
		})
	}
}

func TestActivate(t *testing.T) {
	srv, err := mock.New(mock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	before := http.DefaultTransport
	deactivate := srv.Activate()
	resp, err := http.Get("https://graph.microsoft.com/v1.0/x")
	if err != nil || resp.StatusCode != 401 {
		t.Errorf("%v, %v", resp, err)
	}
	deactivate()
	if http.DefaultTransport != before {
		t.Error("the default transport is not back")
	}
}

func TestTLS(t *testing.T) {
	srv := start(t, mock.Config{TLS: true})
	g := client(t, srv)
	g.base = srv.TLSURL
	got := g.do("GET", sessionsV1, "", nil).want(t, 200)
	if context := got.json(t)["@odata.context"].(string); !strings.HasPrefix(context, srv.TLSURL) {
		t.Errorf("context %s", context)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(srv.CA()) {
		t.Fatal("CA is not PEM")
	}
	g.http = &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer g.http.CloseIdleConnections()
	if r := g.do("GET", strings.Replace(srv.TLSURL, "127.0.0.1", "localhost", 1)+sessionsV1, "", nil).want(t, 200); r.ProtoMajor != 2 {
		t.Errorf("protocol %s", r.Proto)
	}
	if _, err := http.Get(srv.TLSURL); err == nil {
		t.Error("a client that does not know the CA trusts it")
	}
}

// TestGzip takes compressed bodies, and no decompression bomb.
func TestGzip(t *testing.T) {
	srv := start(t, mock.Config{Limits: mock.Limits{JSONBody: 1 << 20}})
	g := client(t, srv)
	pack := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(data)
		w.Close()
		return b.Bytes()
	}
	post := func(encoding string, body []byte) reply {
		req := g.request("POST", sessionsV1, jsonType, body)
		req.Header.Set("Content-Encoding", encoding)
		r, err := g.try(req)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	post("gzip", pack(newBody(instance(1)))).want(t, 201)
	if got := srv.Calls()[0].Request.Body; !bytes.Equal(got, newBody(instance(1))) {
		t.Errorf("recorded %q", got)
	}
	tests := []struct {
		name, encoding string
		body           []byte
		status         int
		rule           string
	}{
		{"bomb", "gzip", pack(make([]byte, 16<<20)), 413, "limit.body"},
		{"cut gzip", "gzip", pack(newBody(instance(2)))[:40], 400, "limit.gzip"},
		{"not gzip", "gzip", newBody(instance(2)), 400, "limit.gzip"},
		{"brotli", "br", newBody(instance(2)), 415, "header.content-encoding"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			post(tt.encoding, tt.body).want(t, tt.status)
			calls := srv.Calls()
			if rules := ruleIDs(calls[len(calls)-1].Errors()); !slices.Equal(rules, []string{tt.rule}) {
				t.Errorf("rules %v, want %s", rules, tt.rule)
			}
		})
	}
	post("gzip", pack(newBody(instance(2)))).want(t, 201) // a refusal has no side effect
}

func TestLimits(t *testing.T) {
	srv := start(t, mock.Config{Limits: mock.Limits{URL: 500, Header: 400, JSONBody: 1000, Upload: 2000, Calls: 3, CallBytes: 100_000}})
	g := client(t, srv)
	session := g.create(1)
	tests := []struct {
		name   string
		send   func() reply
		status int
		rule   string
	}{
		{"JSON body", func() reply { return g.do("POST", sessionsV1, jsonType, bytes.Repeat([]byte(" "), 1001)) }, 413, "limit.body"},
		{"upload", func() reply { return g.upload(session, "a.csv", strings.Repeat("x", 2000)) }, 413, "limit.body"},
		{"URL", func() reply { return g.do("GET", sessionsV1+"?"+strings.Repeat("x", 500), "", nil) }, 414, "limit.url"},
		{"header", func() reply {
			req := g.request("GET", sessionsV1, "", nil)
			req.Header.Set("X-Long", strings.Repeat("x", 400))
			r, err := g.try(req)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}, 431, "limit.header"},
		{"depth", func() reply { return g.do("POST", sessionsV1, jsonType, bytes.Repeat([]byte("["), 101)) }, 400, "body.too-deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.send().want(t, tt.status)
			calls := srv.Calls()
			if len(calls) > 3 {
				t.Errorf("%d calls kept", len(calls))
			}
			if rules := ruleIDs(calls[len(calls)-1].Errors()); !slices.Contains(rules, tt.rule) {
				t.Errorf("rules %v, want %s", rules, tt.rule)
			}
		})
	}
	req := g.request("GET", sessionsV1+"?"+strings.Repeat("x", 500), "", nil)
	req.Header.Set("X-Long", strings.Repeat("x", 400))
	if r, err := g.try(req); err != nil || r.StatusCode != 414 {
		t.Errorf("URL and header: %v, %d", err, r.StatusCode)
	}
	if rules := ruleIDs(srv.Calls()[2].Errors()); !slices.Contains(rules, "limit.url") || !slices.Contains(rules, "limit.header") {
		t.Errorf("URL and header: rules %v", rules)
	}
	if n, worst := srv.DroppedCalls(); n != 4 || worst != schemas.Error {
		t.Errorf("dropped %d, worst %v", n, worst)
	}
	if calls := srv.Calls(); calls[0].Seq != 5 {
		t.Errorf("the oldest kept call is #%d", calls[0].Seq)
	}
}

func TestWait(t *testing.T) {
	srv := start(t, mock.Config{})
	go client(t, srv).do("GET", sessionsV1, "", nil)
	call, err := srv.Wait(t.Context(), "uploadSession.list", 1)
	if err != nil || call.Operation != "uploadSession.list" {
		t.Fatalf("%v, %v", call, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := srv.Wait(ctx, "uploadSession.list", 2); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "there were 1") {
		t.Errorf("got %v", err)
	}
}

func TestReset(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	first := g.create(1)
	srv.Every("catalog.list", mock.Unauthorized())
	srv.Advance(time.Hour)
	srv.Reset()
	if len(srv.Calls()) != 0 || len(srv.UnusedScripts()) != 0 || time.Since(srv.Now()) > time.Minute {
		t.Error("something is left")
	}
	if again := g.create(1); again != first {
		t.Errorf("ids do not start again: %s, %s", first, again)
	}
	if c := srv.Calls()[0]; c.Seq != 2 {
		t.Errorf("the first call after a reset is #%d", c.Seq)
	}
}

// TestResetIsWhole: no request meets a tenant without its resource.
func TestResetIsWhole(t *testing.T) {
	srv, err := mock.New(mock.Config{TrustAnswers: true})
	if err != nil {
		t.Fatal(err)
	}
	g := &graph{t, "https://graph.microsoft.com", &http.Client{Transport: srv.Transport()}, http.Header{"Authorization": {"Bearer x"}}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 300 {
			srv.Reset()
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		g.do("GET", sessionsV1, "", nil).want(t, 200)
	}
}

func TestSessionReplay(t *testing.T) {
	sessions, err := fixtures.Load(fixtures.Embedded(), "v1.0/happy-path.json")
	if err != nil {
		t.Fatal(err)
	}
	srv := start(t, mock.Config{Sessions: sessions, Replay: mock.ReplayMode{Strict: true}})
	g := client(t, srv)
	interactions := sessions[0].Interactions
	for _, i := range interactions[:len(interactions)-1] {
		r := g.do(i.Request.Method, i.Request.URL, i.Request.Headers.Get("Content-Type"), i.Request.Body.Bytes()).want(t, i.Response.Status)
		if bytes.Contains(r.body, []byte("https://graph.microsoft.com")) {
			t.Errorf("an answer leads away from the server: %s", r.body)
		}
	}
	if unused := srv.UnusedInteractions(); len(unused) != 1 {
		t.Errorf("unused %v", unused)
	}
	missed := g.do("GET", sessionsV1+"/0b64df22-1a83-472c-9556-6c3dc41742b8", "", nil).want(t, 501)
	if call := srv.Calls()[len(interactions)-1]; call.Miss == "" || !call.Unexpected() || !strings.Contains(string(missed.body), "no interaction of the session matches") {
		t.Errorf("miss %q, body %s", call.Miss, missed.body)
	}

	// The recorded answer goes before the contract's refusal.
	srv.Reset()
	g.head.Del("Authorization")
	first := interactions[0].Request
	g.do(first.Method, first.URL, jsonType, first.Body.Bytes()).want(t, interactions[0].Response.Status)
	if c := srv.Calls()[0]; c.Source != mock.FromSession || !slices.Contains(ruleIDs(c.Errors()), "header.authorization") {
		t.Errorf("without a token: %s, %v", c.Source, c.Errors())
	}

	falling := start(t, mock.Config{Sessions: sessions})
	client(t, falling).create(1)
	if c := falling.Calls()[0]; c.Source != mock.FromTenant {
		t.Errorf("answered by the %s", c.Source)
	}
}

// TestRecord: what the fake answered replays, and checks clean.
func TestRecord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.json")
	recorder, err := fixtures.NewRecorder(file, fixtures.Session{Name: "recorded", Contract: "v1.0"}, fixtures.RecorderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	srv := start(t, mock.Config{Recorder: recorder})
	g := client(t, srv)
	g.head.Set("Authorization", "Bearer very-secret-token")
	session := g.create(1)
	g.upload(session, "a.csv", sixColumns).want(t, 200)
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	sessions, err := fixtures.LoadPath(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := sessions[0].Encode()
	if err != nil || bytes.Contains(text, []byte("very-secret-token")) {
		t.Errorf("%v: the token is in the file", err)
	}
	again := client(t, start(t, mock.Config{Sessions: sessions, Replay: mock.ReplayMode{Strict: true}}))
	again.do("POST", sessionsV1, jsonType, newBody(instance(1))).want(t, 201)
	again.upload(session, "a.csv", sixColumns).want(t, 200)

	srv.Next("uploadSession.create", mock.CutConnection())
	if _, err := g.try(g.request("POST", sessionsV1, jsonType, newBody(instance(2)))); err == nil {
		t.Error("the connection was not cut")
	}
	if n := len(srv.Session("calls").Interactions); n != 2 {
		t.Errorf("%d interactions, want the 2 with an answer", n)
	}
	fromCalls, err := srv.Session("calls").Encode()
	if err != nil || bytes.Contains(fromCalls, []byte("very-secret-token")) || !bytes.Contains(fromCalls, []byte("uploadSession.create")) {
		t.Errorf("%v: session from calls: %s", err, fromCalls)
	}
}

// TestConcurrency puts 64 clients on one server; -race holds it to its word.
func TestConcurrency(t *testing.T) {
	var log bytes.Buffer
	srv := start(t, mock.Config{Logger: slog.New(slog.NewTextHandler(&syncWriter{w: &log}, nil)), Limits: mock.Limits{Calls: 100}})
	var wg sync.WaitGroup
	for n := range 64 {
		wg.Go(func() {
			g := client(t, srv)
			g.head.Set("Authorization", "Bearer hidden-credential")
			if n%2 == 0 {
				g.http = &http.Client{Transport: srv.Transport()}
			}
			session := g.create(n)
			g.upload(session, "a.csv", sixColumns).want(t, 200)
			srv.Calls()
			g.do("PATCH", session, jsonType, []byte(`{"isUploadDone":true}`)).want(t, 200)
			g.do("GET", sessionsV1+"?$top=100", "", nil).want(t, 200)
			srv.Advance(time.Microsecond)
		})
	}
	wg.Wait()
	list := client(t, srv).do("GET", sessionsV1+"?$filter=status%20eq%20'complete'&$count=true", "", nil).want(t, 200).json(t)
	if list["@odata.count"] != 64.0 {
		t.Errorf("%v sessions are complete", list["@odata.count"])
	}
	if n, _ := srv.DroppedCalls(); n != 64*4+1-100 {
		t.Errorf("%d calls dropped", n)
	}
	if strings.Contains(log.String(), "hidden-credential") || !strings.Contains(log.String(), "operation=uploadSession.create") {
		t.Error("the log holds a token, or no calls")
	}
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func TestHandler(t *testing.T) {
	srv, err := mock.New(mock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", sessionsV1, nil)
	r.Header.Set("Authorization", "Bearer x")
	srv.ServeHTTP(w, r)
	if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestStartErrors(t *testing.T) {
	taken := start(t, mock.Config{})
	if _, err := mock.Start(mock.Config{Addr: strings.TrimPrefix(taken.URL, "http://")}); err == nil || !strings.Contains(err.Error(), "start the mock server") {
		t.Errorf("an address that is taken: %v", err)
	}
	srv, err := mock.Start(mock.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestCloseNamesWhatHangs: closing a server waits for requests in process too, and
// says on which it waited in vain.
func TestCloseNamesWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		srv, err := mock.New(mock.Config{OnCall: func(c mock.Call) {
			if c.Operation == "catalog.get" {
				<-release
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/v1.0/identityGovernance/entitlementManagement/catalogs/1?$select=id", sessionsV1} {
			go srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		}
		synctest.Wait()
		began := time.Now()
		err = srv.Close()
		close(release)
		if want := "close the mock server: still running after 5s: GET /v1.0/identityGovernance/entitlementManagement/catalogs/1"; err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if waited := time.Since(began); waited != 5*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		srv, err := mock.New(mock.Config{OnCall: func(mock.Call) { time.Sleep(3 * time.Second) }})
		if err != nil {
			t.Fatal(err)
		}
		go srv.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", sessionsV1, nil))
		synctest.Wait()
		began := time.Now()
		if err := srv.Close(); err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// TestConfig: what no server can be made from is refused at once.
func TestConfig(t *testing.T) {
	tests := []struct {
		cfg  mock.Config
		want string
	}{
		{mock.Config{PageSize: -1}, "PageSize is -1: want 0 for the default, or more"},
		{mock.Config{SessionLifetime: -time.Hour}, "SessionLifetime is -1h0m0s: want 0 for the default, or more"},
		{mock.Config{Limits: mock.Limits{JSONBody: -5}}, "Limits.JSONBody is -5: want 0 for the default, or more"},
		{mock.Config{Limits: mock.Limits{URL: -1, CallBytes: -2}}, "Limits.URL is -1: want 0 for the default, or more\nLimits.CallBytes is -2: want 0 for the default, or more"},
		{mock.Config{Limits: mock.Limits{ReadTimeout: -1}}, "Limits.ReadTimeout is -1ns: want 0 for the default, or more"},
		{mock.Config{Auth: 7}, "field Auth is 7: want AuthAny or AuthStrict"},
		{mock.Config{Sessions: []*fixtures.Session{nil}}, "session 0 is nil"},
		{mock.Config{Replay: mock.ReplayMode{Strict: true}}, "field Replay.Strict is set and Sessions is empty: every call would be refused"},
	}
	for _, tt := range tests {
		if _, err := mock.New(tt.cfg); err == nil || err.Error() != "mock.Config: "+tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

// TestCloseEndsDelays: closing a server does not wait out a scripted delay.
func TestCloseEndsDelays(t *testing.T) {
	srv := start(t, mock.Config{})
	srv.Next("uploadSession.list", mock.Delayed(time.Hour))
	arrived := make(chan struct{})
	go func() {
		close(arrived)
		client(t, srv).try(client(t, srv).request("GET", sessionsV1, "", nil))
	}()
	<-arrived
	for len(srv.UnusedScripts()) > 0 { // until the request has taken the script
		time.Sleep(time.Millisecond)
	}
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
}

// TestSlowClient: a client that stops in the middle of its body is cut off after
// ReadTimeout, and the call says so.
func TestSlowClient(t *testing.T) {
	srv := start(t, mock.Config{Limits: mock.Limits{ReadTimeout: 100 * time.Millisecond}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", sessionsV1)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	call, err := srv.Wait(t.Context(), "uploadSession.create", 1)
	if err != nil || resp.StatusCode != 400 || !slices.Contains(ruleIDs(call.Errors()), "body.cut") {
		t.Errorf("%v: status %d, %v", err, resp.StatusCode, call.Errors())
	}
}

// TestManyParts: a body of many parts costs a finding for each that is read, and
// no more are read than a few.
func TestManyParts(t *testing.T) {
	srv := start(t, mock.Config{})
	g := client(t, srv)
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for range 1000 {
		part, err := w.CreateFormFile("file", "a.csv")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(part, sixColumns)
	}
	w.Close()
	g.do("POST", g.create(1)+"/uploadFile", w.FormDataContentType(), b.Bytes()).want(t, 400)
	if n := len(srv.Calls()[1].Errors()); n < 10 || n > 20 {
		t.Errorf("%d errors", n)
	}
}

// TestCallString: the line that stands in logs of tests holds no credential.
func TestCallString(t *testing.T) {
	call := mock.Call{Seq: 1, Request: mock.Request{Method: "GET", URL: "/v1.0/x?client_secret=hidden&$top=1"}}
	if line := call.String(); strings.Contains(line, "hidden") || !strings.Contains(line, "$top=1") {
		t.Errorf("got %s", line)
	}
}

// TestDroppedUnexpectedCalls: a call outside the contract is not forgotten
// quietly, however its rules are graded.
func TestDroppedUnexpectedCalls(t *testing.T) {
	set, err := schemas.Embedded().WithRules(schemas.Rules{"path.*": schemas.Note})
	if err != nil {
		t.Fatal(err)
	}
	srv := start(t, mock.Config{Contracts: set, Limits: mock.Limits{Calls: 1}})
	g := client(t, srv)
	g.do("GET", "/v1.0/me", "", nil).want(t, 501)
	g.do("GET", sessionsV1, "", nil).want(t, 200)
	if n, worst := srv.DroppedCalls(); n != 1 || worst != schemas.Error {
		t.Errorf("dropped %d, worst %v", n, worst)
	}
}
