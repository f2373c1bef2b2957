package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/mock"
)

func TestControl(t *testing.T) {
	srv := start(t, mock.Config{Control: true, Now: func() time.Time { return noon }})
	g := client(t, srv)
	tests := []struct {
		method, path, body string
		status             int
		want               string // part of the answer
	}{
		{"GET", "operations", "", 200, `"uploadSession.create"`},
		{"POST", "answers", `{"operation":"uploadSession.list","fault":"throttled","retryAfter":2.5}`, 204, ""},
		{"POST", "answers", `{"operation":"uploadSession.list","nth":2,"status":503,"text":"busy","headers":{"Content-Type":"text/plain"}}`, 204, ""},
		{"POST", "answers", `{"operation":"catalog.list","every":true,"status":200,"body":{"value":[]}}`, 204, ""},
		{"GET", "answers", "", 200, "answer 429 to uploadSession.list"},
		{"POST", "answers", `{"operation":"uploadSession.lst","fault":"cut"}`, 400, `did you mean \"uploadSession.list\"?`},
		{"POST", "answers", `{"operation":"*","fault":"throtled"}`, 400, `did you mean \"throttled\"?`},
		{"POST", "answers", `{"operation":"*","fault":"earthquake"}`, 400, "unavailable]\"\n"},
		{"POST", "answers", `{"operation":"*","fault":"throttled","retryAfter":-1}`, 400, "want seconds from 0"},
		{"POST", "answers", `{"operation":"*","delayMs":-5}`, 400, "delay -5ms: want 0 or more"},
		{"POST", "answers", `{"operation":"*","truncate":-2}`, 400, "truncate -2: want a number of bytes"},
		{"POST", "answers", `{"operation":"*","fault":"cut","status":500}`, 400, "one of fault and status"},
		{"POST", "answers", `{"operation":"*","statsu":500}`, 400, "statsu"},
		{"POST", "answers", `{"operation":"*"}`, 400, "says nothing"},
		{"POST", "answers", `{"operation":"*","status":99}`, 400, "want 200 to 599"},
		{"POST", "answers", `{"operation":"*","fault":"cut","nth":1,"every":true}`, 400, "one of nth, times and every"},
		{"POST", "answers", `{"operation":"*","delayMs":5,"retryAfter":2}`, 400, "with a fault or a status"},
		{"POST", "answers", `{"operation":"*","fault":"throttled","retryAfter":-3}`, 400, "want seconds"},
		{"POST", "answers", `{"operation":"*","fault":"cut"} {}`, 400, "something follows"},
		{"POST", "answers", `{`, 400, "the body is not what POST /_graphmock/answers takes"},
		{"GET", "calls?operation=nothing", "", 400, "no operation"},
		{"GET", "calls?after=x", "", 400, "want the seq"},
		{"GET", "findings?severity=bad", "", 400, "want off, note, warning or error"},
		{"GET", "clock", "", 200, "2026-11-23T12:00:00Z"},
		{"POST", "clock", `{"advance":"25h"}`, 200, "2026-11-24T13:00:00Z"},
		{"POST", "clock", `{"now":"2030-01-01T00:00:00Z"}`, 200, "2030-01-01T00:00:00Z"},
		{"POST", "clock", `{"advance":"soon"}`, 400, "want a duration"},
		{"POST", "clock", `{}`, 400, "want one of now"},
		{"GET", "nothing", "", 404, "openapi.json lists what there is"},
		{"GET", "openapi.json", "", 200, "openapi"},
	}
	for _, tt := range tests {
		r := g.do(tt.method, "/_graphmock/"+tt.path, "", []byte(tt.body))
		if r.StatusCode != tt.status || !strings.Contains(string(r.body), tt.want) {
			t.Errorf("%s %s %s: %d %s, want %d %s", tt.method, tt.path, tt.body, r.StatusCode, r.body, tt.status, tt.want)
		}
	}

	if after := g.do("GET", sessionsV1, "", nil).want(t, 429).Header.Get("Retry-After"); after != "2.5" {
		t.Errorf("Retry-After %q", after)
	}
	if r := g.do("GET", sessionsV1, "", nil).want(t, 503); string(r.body) != "busy" {
		t.Errorf("body %s", r.body)
	}
	g.do("POST", sessionsV1, jsonType, []byte(`{"data":{}}`)).want(t, 400)

	calls := g.do("GET", "/_graphmock/calls?operation=uploadSession.create&after=1", "", nil).want(t, 200)
	if list := calls.json(t)["calls"].([]any); len(list) != 1 || strings.Contains(string(calls.body), "Bearer") {
		t.Errorf("calls %s", calls.body)
	}
	findings := g.do("GET", "/_graphmock/findings?severity=error", "", nil).want(t, 200).json(t)["findings"].([]any)
	if f := findings[0].(map[string]any); f["call"] != 3.0 || f["rule"] == "" || f["operation"] != "uploadSession.create" {
		t.Errorf("findings %v", findings)
	}
	g.do("DELETE", "/_graphmock/calls", "", nil).want(t, 204)
	if n := len(srv.Calls()); n != 0 {
		t.Errorf("%d calls are left", n)
	}
	g.do("POST", "/_graphmock/reset", "", nil).want(t, 204)
	if unused := srv.UnusedScripts(); len(unused) != 0 || !srv.Now().Equal(noon) {
		t.Errorf("after a reset: %v, %v", unused, srv.Now())
	}
}

func TestControlIsLocal(t *testing.T) {
	srv, err := mock.New(mock.Config{Control: true})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		remote, host string
		status       int
	}{
		{"127.0.0.1:1000", "127.0.0.1:8080", 200},
		{"[::1]:1000", "localhost:8080", 200},
		{"192.168.1.5:1000", "127.0.0.1:8080", 403},
		{"127.0.0.1:1000", "evil.example", 403}, // a name that leads here
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/_graphmock/calls", nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("from %s to %s: %d, want %d", tt.remote, tt.host, w.Code, tt.status)
		}
	}
	off := client(t, start(t, mock.Config{}))
	off.do("GET", "/_graphmock/calls", "", nil).want(t, http.StatusBadRequest)
}

// TestControlOrigin: pages of other origins in a browser are refused, also those of
// this machine, and whatever the method is.
func TestControlOrigin(t *testing.T) {
	g := client(t, start(t, mock.Config{Control: true}))
	tests := []struct {
		method, origin, site string
		status               int
	}{
		{"GET", "", "", 200},
		{"GET", g.base, "", 200},
		{"POST", g.base, "same-origin", 204},
		{"POST", "", "none", 204},
		{"POST", "https://evil.example", "", 403},
		{"GET", "https://evil.example", "", 403},
		{"POST", "null", "", 403},
		{"POST", "", "cross-site", 403},
		{"GET", "http://localhost:1", "same-site", 403},
	}
	for _, tt := range tests {
		path := map[string]string{"GET": "calls", "POST": "reset"}[tt.method]
		req := g.request(tt.method, "/_graphmock/"+path, "text/plain", nil)
		for name, value := range map[string]string{"Origin": tt.origin, "Sec-Fetch-Site": tt.site} {
			if value != "" {
				req.Header.Set(name, value)
			}
		}
		r, err := g.try(req)
		if err != nil || r.StatusCode != tt.status {
			t.Errorf("%s from %q, %q: %v, %d %s, want %d", tt.method, tt.origin, tt.site, err, r.StatusCode, r.body, tt.status)
		}
	}
}

// TestControlDocs holds the definition and the page to what is served.
func TestControlDocs(t *testing.T) {
	data, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var definition struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(data, &definition); err != nil {
		t.Fatal(err)
	}
	var defined []string
	for path, methods := range definition.Paths {
		for method := range methods {
			defined = append(defined, strings.ToUpper(method)+" "+path)
		}
	}
	page, err := os.ReadFile("../docs/control-api.md")
	if err != nil {
		t.Fatal(err)
	}
	var described []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /_graphmock/\\w+)`").FindAllStringSubmatch(string(page), -1) {
		described = append(described, m[1])
	}
	served := mock.ControlRoutes()
	for _, list := range [][]string{defined, described, served} {
		slices.Sort(list)
	}
	if !slices.Equal(defined, served) || !slices.Equal(described, served) {
		t.Errorf("served    %v\ndefined   %v\ndescribed %v", served, defined, described)
	}
	g := client(t, start(t, mock.Config{Control: true}))
	for _, line := range regexp.MustCompile(`(?m)^curl -s (\S+) -d '(.*)'$`).FindAllStringSubmatch(string(page), -1) {
		path := strings.TrimPrefix(line[1], "http://127.0.0.1:8080")
		g.do("POST", path, "", []byte(line[2])).want(t, http.StatusNoContent)
	}
}

// TestOpenAPISchemas holds the members of the definition to those of the API.
func TestOpenAPISchemas(t *testing.T) {
	srv := start(t, mock.Config{Control: true})
	g := client(t, srv)
	g.do("POST", sessionsV1, jsonType, []byte(`{}`)).want(t, 400)
	served := g.do("GET", "/_graphmock/calls", "", nil).want(t, 200).json(t)["calls"].([]any)[0].(map[string]any)
	definition := g.do("GET", "/_graphmock/openapi.json", "", nil).want(t, 200).json(t)
	properties := func(name string) map[string]any {
		return definition["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)["properties"].(map[string]any)
	}
	check := func(what string, got map[string]any, want map[string]any) {
		for name := range got {
			if want[name] == nil {
				t.Errorf("%s: %q is not defined", what, name)
			}
		}
	}
	check("call", served, properties("Call"))
	check("finding", served["findings"].([]any)[0].(map[string]any), properties("Finding"))
	for name := range properties("Answer") {
		body := fmt.Sprintf(`{"operation":"*","fault":"cut",%q:null}`, name)
		if name == "operation" || name == "fault" {
			body = `{"operation":"*","fault":"cut"}`
		}
		g.do("POST", "/_graphmock/answers", "", []byte(body)).want(t, http.StatusNoContent)
	}
}
