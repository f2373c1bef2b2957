package mock_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/corpus"
	"github.com/graphmock/graphmock/mock"
)

// BenchmarkMetadataInProcess posts a user and gets a message, each answered with an example that is
// checked too.
func BenchmarkMetadataInProcess(b *testing.B) {
	set, err := corpus.Contract(filepath.Join(sharedFiles, "csdl/graph-v1.0.csdl"))
	if err != nil {
		b.Skipf("no metadata to measure with: %v", err)
	}
	srv, err := mock.New(mock.Config{Contracts: set, Limits: mock.Limits{Calls: 100}})
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: srv.Transport()}
	for name, call := range map[string][3]string{
		"post": {"POST", "/users", `{"accountEnabled": true, "displayName": "Adele Vance", "mailNickname": "AdeleV", "userPrincipalName": "adelev@contoso.com",
			"passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "xWwvJ]6NMw+bWH-d"}, "businessPhones": ["+1 425 555 0109"], "usageLocation": "US"}`},
		"get": {"GET", "/me?$select=id,displayName", ""},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req, err := http.NewRequest(call[0], "https://graph.microsoft.com/v1.0"+call[1], strings.NewReader(call[2]))
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer token")
				if call[2] != "" {
					req.Header.Set("Content-Type", "application/json")
				}
				resp, err := client.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode >= 300 {
					b.Fatal(resp.Status)
				}
			}
		})
	}
}
