package schemas_test

import (
	"slices"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestOddKey holds keys that are rather misspelt names to be found, also where the
// path or the method leads nowhere because of them, and other keys to pass.
func TestOddKey(t *testing.T) {
	t.Parallel()
	contract, err := schemas.OpenMetadata("testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	set := schemas.Embedded().With(contract)
	for _, c := range []struct{ method, path, key, meant string }{
		{"GET", "users/detla", "detla", "delta"},
		{"GET", "users/edlta", "edlta", "delta"},
		{"GET", "users/selta", "selta", "delta"},
		{"GET", "users/elta", "elta", "delta"},
		{"GET", "users/ddelta", "ddelta", "delta"},
		{"POST", "users/delt", "delt", "delta"},
		{"GET", "users/delat(a='b')", "delat(a='b')", "delta"},
		{"GET", "users/microsoft.grph.delta", "microsoft.grph.delta", "microsoft.graph.delta"},
		{"GET", "directoryObjects/micrsoft.graph.user", "micrsoft.graph.user", "microsoft.graph.user"},
		{"GET", "directoryObjects/micrsoft.graph.user/$count", "micrsoft.graph.user", "microsoft.graph.user"},
		{"GET", "users/adele", "", ""},
		{"GET", "users/beta", "", ""},
		{"GET", "users/adele.vance.contoso", "", ""},
		{"GET", "users/delt@contoso.com", "", ""},
		{"GET", "users/delta", "", ""},
	} {
		v := set.CheckRequest(&schemas.Request{Method: c.method, URL: "/v1.0/" + c.path, Recorded: true})
		i := slices.IndexFunc(v.Findings, func(f schemas.Finding) bool { return f.Rule == "path.odd-key" })
		switch {
		case i < 0 && c.key != "":
			t.Errorf("%s %s: no finding path.odd-key in %v", c.method, c.path, v.Findings)
		case i < 0:
		case v.Findings[i].Pointer != c.key || v.Findings[i].Suggestion != c.meant:
			t.Errorf("%s %s: got %v, want key %q and suggestion %q", c.method, c.path, v.Findings[i], c.key, c.meant)
		}
	}
}
