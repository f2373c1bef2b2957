package metadata

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const text = `<?xml version="1.0"?><edmx:Edmx/>`

// serve answers everything with a function, on a real socket.
func serve(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	return srv
}

func TestFetch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string // of the error; "" if there is none
	}{
		{"plain", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) }, ""},
		{"gzip", func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				t.Errorf("Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
			}
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, text)
			z.Close()
		}, ""},
		{"not found", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "\n  {\"error\": {\"code\": \"ResourceNotFound\"}}\x1b[31m\nmore")
		}, `: the answer is 404 Not Found: {"error": {"code": "ResourceNotFound"}} [31m`},
		{"no body", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }, ": the answer is 502 Bad Gateway"},
		{"empty success", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) }, ": the answer is 204 No Content"},
		{"long line", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, strings.Repeat("x", 10_000))
		}, ": the answer is 403 Forbidden: " + strings.Repeat("x", 200) + "…"},
		{"sign-in page", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "<html>")
		}, ": the answer is a web page: does a proxy want you to sign in?"},
		{"too large", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 1001)) }, ": the document has more than 1000 bytes"},
		{"too large when unpacked", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 1<<20))
			z.Close()
		}, ": the document has more than 1000 bytes"},
		{"cut", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, text)
		}, ": the connection was cut within the document"},
		{"cut gzip", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			io.WriteString(z, text)
			z.Close()
			w.Write(b.Bytes()[:b.Len()-9])
		}, ": the connection was cut within the document"},
		{"redirect to http", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.com/x?token=secret", http.StatusFound)
		}, ": it redirects to http://example.com/x: want https"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := serve(t, tt.answer)
			f := &Fetcher{Limit: 1000}
			got, err := f.Fetch(t.Context(), strings.Replace(srv.URL, "://", "://user:secret@", 1)+"/v1.0/$metadata?sig=secret")
			if tt.want == "" {
				if string(got) != text || err != nil {
					t.Errorf("got %q, %v", got, err)
				}
				return
			}
			if want := srv.URL + "/v1.0/$metadata" + tt.want; err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
}

func TestFetchFollowsRedirectsToHTTPS(t *testing.T) {
	t.Parallel()
	var srv *httptest.Server
	srv = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/first":
			http.Redirect(w, r, srv.URL+"/second", http.StatusMovedPermanently)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			io.WriteString(w, text)
		}
	}))
	defer srv.Close()
	f := &Fetcher{Transport: srv.Client().Transport}
	got, err := f.Fetch(t.Context(), srv.URL+"/first")
	if string(got) != text || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	_, err = f.Fetch(t.Context(), srv.URL+"/loop")
	if err == nil || !strings.HasSuffix(err.Error(), "it redirects more than 5 times") {
		t.Errorf("got %v", err)
	}
}

func TestFetchEndsInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-release
	})
	defer close(release)
	_, err := (&Fetcher{Timeout: 20 * time.Millisecond}).Fetch(t.Context(), srv.URL)
	if err == nil || err.Error() != srv.URL+": it took longer than 20ms" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := new(Fetcher).Fetch(ctx, srv.URL); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("got %v", err)
	}
}

func TestFetchTakesHTTPSOnly(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"http://example.com/x?a=secret": "http://example.com/x: want https: on the way anyone could change the document",
		"ftp://example.com/x":           "ftp://example.com/x: want https",
		"https://":                      "https:: want an absolute URL",
		"https://u:secret@ex ample/":    "https://…: want an absolute URL",
	} {
		_, err := new(Fetcher).Fetch(t.Context(), address)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", address, err, want)
		}
	}
}

func ExampleRedact() {
	fmt.Println(Redact("https://user:password@example.com/graph.csdl?sig=abc#x"))
	// Output: https://example.com/graph.csdl
}

func TestURLOfEveryCloud(t *testing.T) {
	t.Parallel()
	var got []string
	for _, cloud := range Clouds() {
		got = append(got, DefaultName("beta", cloud)+" "+URL("beta", cloud))
	}
	want := []string{
		"graph-beta https://graph.microsoft.com/beta/$metadata",
		"graph-beta-usgov https://graph.microsoft.us/beta/$metadata",
		"graph-beta-dod https://dod-graph.microsoft.us/beta/$metadata",
		"graph-beta-china https://microsoftgraph.chinacloudapi.cn/beta/$metadata",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
