package cli

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestPullOverHTTP pulls from a server on a real socket, good answers and bad ones.
func TestPullOverHTTP(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/metadata/library.csdl")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/gzip/$metadata", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		z.Write(text)
	})
	mux.HandleFunc("/page/$metadata", func(w http.ResponseWriter, r *http.Request) { // Go guesses text/html
		io.WriteString(w, "<!DOCTYPE html><title>Sign in</title>")
	})
	mux.HandleFunc("/xml-page/$metadata", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		io.WriteString(w, "<!DOCTYPE html><title>Sign in</title>")
	})
	mux.HandleFunc("/cut/$metadata", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		w.Write(text)
	})
	mux.HandleFunc("/half/$metadata", func(w http.ResponseWriter, r *http.Request) { w.Write(text[:len(text)/2]) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)

	dir := t.TempDir()
	pull := func(path string) (status int, stdout, stderr string) {
		from := strings.Replace(srv.URL, "://", "://user:secret@", 1) + path + "/$metadata?sig=secret"
		return run(t, nil, nil, "contract", "pull", "v1.0", "--dir", dir, "--from", from)
	}
	status, stdout, stderr := pull("/gzip")
	if status != 0 || !strings.HasPrefix(stdout, "wrote "+filepath.ToSlash(dir)+"/graph-v1.0.csdl: ") {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	list, err := os.ReadFile(filepath.Join(dir, "contracts.json"))
	if want := `"origin": "` + srv.URL + `/gzip/$metadata"`; err != nil || !strings.Contains(string(list), want) || strings.Contains(string(list), "secret") {
		t.Errorf("want %s in\n%s", want, list)
	}
	if c, err := schemas.OpenMetadata(filepath.Join(dir, "graph-v1.0.csdl")); err != nil || c.Name != "graph-v1.0" {
		t.Errorf("got %v, %v", c, err)
	}
	for path, want := range map[string]string{
		"/nowhere":  ": the answer is 404 Not Found: 404 page not found",
		"/page":     ": the answer is a web page: does a proxy want you to sign in?",
		"/xml-page": ":1:1: found an HTML page",
		"/cut":      ": the connection was cut within the document",
		"/half":     "the document ends",
	} {
		status, stdout, stderr := pull(path)
		if status != 1 || stdout != "" || !strings.Contains(stderr, want) || strings.Contains(stderr, "secret") {
			t.Errorf("%s: status %d, want %q in\n%s%s", path, status, want, stdout, stderr)
		}
	}
	after, err := os.ReadFile(filepath.Join(dir, "contracts.json"))
	if err != nil || string(after) != string(list) {
		t.Errorf("failures changed the list: %s, %v", after, err)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "graph-v1.0.csdl")); err != nil || string(kept) != string(text) {
		t.Errorf("failures changed the document: %v", err)
	}
}

// TestPullWholeGraph takes the real document through all commands.
func TestPullWholeGraph(t *testing.T) {
	t.Parallel()
	const real = "../../../shared/csdl/graph-v1.0.csdl"
	if _, err := os.Stat(real); err != nil {
		t.Skip("the document is not here: ", err)
	}
	dir := t.TempDir()
	status, stdout, stderr := run(t, nil, nil, "contract", "pull", "v1.0", "--dir", dir, "--from", real)
	if status != 0 || !strings.Contains(stdout, "3.2 MiB, 3822 types, 1183 actions and functions, 72 entry points") {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	file := filepath.Join(dir, "graph-v1.0.csdl")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"contract", "lint", file}, "1 document, 3822 types: 0 errors, 1 note"},
		{[]string{"contract", "list", "--dir", dir}, "3822 types, 1183 actions and functions"},
		{[]string{"contract", "show", "--contract", file, "USER"}, "\n  mailNickname "},
		{[]string{"contract", "show", "--contract", file, "GET https://graph.microsoft.com/v1.0/users/1/messages?$top=1"}, "GET /users/{id}/messages\n"},
		{[]string{"contract", "show", "--contract", file, "--schema", "user"}, `"title": "microsoft.graph.user in the body of a POST"`},
		{[]string{"contract", "show", "--contract", file, "microsoft.graph.security.alert"}, "entity type, derived from entity"},
	} {
		status, stdout, stderr := run(t, nil, nil, tt.args...)
		if status != 0 || !strings.Contains(stdout, tt.want) {
			t.Errorf("%v: status %d, want %q in\n%.2000s%s", tt.args, status, tt.want, stdout, stderr)
		}
	}
}
