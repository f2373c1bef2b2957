package cli

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/fixtures"
)

// linked is an answer with links to these places, the last of which is no link to follow.
func linked(next, delta, other string) string {
	return fmt.Sprintf(`{"@odata.nextLink": "%s/v1.0/x?$skiptoken=1","a@odata.deltaLink":"%s/v1.0/y","id":"%s/z"}`, next, delta, other)
}

// TestRecordKeepsClientsOnLinks: a client that follows a link stays with the
// recorder, and the recording has the link as it came.
func TestRecordKeepsClientsOnLinks(t *testing.T) {
	var upstream *httptest.Server
	upstream = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := linked(upstream.URL, strings.ReplaceAll(upstream.URL, "/", `\/`), upstream.URL)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		switch r.URL.Path {
		case "/text":
			w.Header().Set("Content-Type", "text/plain")
		case "/other":
			text = `{"@odata.nextLink":"https://example.com/v1.0/x","@odata.deltaLink":"` + upstream.URL + `0/x"}`
		case "/gzip":
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write([]byte(text))
			z.Close()
			text = b.String()
			w.Header().Set("Content-Encoding", "gzip")
		case "/cut":
			w.Header().Set("Content-Length", "1000")
		}
		io.WriteString(w, text)
	}))
	defer upstream.Close()
	file := filepath.Join(t.TempDir(), "x.json")
	recorder, err := fixtures.NewRecorder(file, fixtures.Session{Name: "x"}, fixtures.RecorderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer((&recordCommand{env: &Env{log: io.Discard}, upstream: target}).proxy(recorder))
	defer proxy.Close()

	original := linked(upstream.URL, strings.ReplaceAll(upstream.URL, "/", `\/`), upstream.URL)
	rewritten := linked(proxy.URL, proxy.URL, upstream.URL)
	other := `{"@odata.nextLink":"https://example.com/v1.0/x","@odata.deltaLink":"` + upstream.URL + `0/x"}`
	for _, tt := range []struct {
		path, want string // none: an error
	}{{"/json", rewritten}, {"/gzip", rewritten}, {"/text", original}, {"/other", other}, {"/cut", ""}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, proxy.URL+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := http.DefaultTransport.RoundTrip(req)
		var got []byte
		if err == nil {
			got, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if (err != nil) != (tt.want == "") || err == nil && string(got) != tt.want {
			t.Errorf("%s: got %s, %v\nwant %s", tt.path, got, err, tt.want)
		}
	}
	proxy.Close()
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	sessions, err := fixtures.LoadPath(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sessions[0].Interactions {
		if link := `"` + upstream.URL + "/v1.0/x"; !strings.Contains(x.Response.Body.String(), link) && !strings.HasSuffix(x.Request.URL, "/other") {
			t.Errorf("%v: no %s in the recording: %s", &x.Request, link, x.Response.Body)
		}
		if cut := strings.HasSuffix(x.Request.URL, "/cut"); x.Response.Cut != cut {
			t.Errorf("%v: cut %v", &x.Request, x.Response.Cut)
		}
	}
}
