package schemas_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestMatrix: every operation of every contract refuses what is wrong with a
// request to it, one corruption of each kind, when all contracts compete. That it
// accepts the request without the corruption is tested by TestSamples.
func TestMatrix(t *testing.T) {
	const fewest = 5 // kinds of refusal
	all := samples(t)
	for _, contract := range schemas.Embedded().Contracts() {
		for _, op := range contract.Operations() {
			t.Run(contract.Name+"/"+op.ID, func(t *testing.T) {
				var kinds []string
				for _, s := range all {
					if s.op != op {
						continue
					}
					for _, c := range corruptions(t, s) {
						if !slices.Contains(kinds, c.kind) && c.refused(t, s) {
							kinds = append(kinds, c.kind)
						}
					}
				}
				if len(kinds) < fewest {
					t.Errorf("refused for %d reasons, want %d: %q", len(kinds), fewest, kinds)
				}
				t.Logf("refused for %d reasons: %s", len(kinds), strings.Join(kinds, ", "))
			})
		}
	}
}

// refused reports whether the corruption is an error, in the right place, and
// the request fits no contract. It fails t if that is so only of the sample's own.
func (c corruption) refused(t *testing.T, s sample) bool {
	t.Helper()
	own := s.set(t).CheckRequest(c.request)
	if c.want.missing(schemas.Errors(own.Findings)) != "" {
		return false // a warning, or an exception of TestMutations
	}
	if len(own.Fits) > 0 {
		t.Errorf("%s (%s): fits %v in spite of %v", c.kind, c.what, own.Fits, own.Findings)
	}
	if problem := c.amongAll(); problem != "" && !slices.ContainsFunc(exceptions, c.matches) {
		t.Errorf("%s (%s): %s", c.kind, c.what, problem)
	}
	return true
}

// Families of paths that lead to the upload sessions of a resource, in one
// version or the other.
const (
	old     = "/identityGovernance/entitlementManagement/accessPackageCatalogs/{c}/accessPackageResources/{r}/uploadSessions"
	preview = "/identityGovernance/catalogs/{c}/accessPackageResources/{r}/uploadSessions"
	current = "/identityGovernance/entitlementManagement/catalogs/{c}/resources/{r}/uploadSessions"
	short   = "/identityGovernance/catalogs/{c}/resources/{r}/uploadSessions"
	mixed   = "/identityGovernance/entitlementManagement/catalogs/{c}/accessPackageResources/{r}/uploadSessions"

	direct      = "/identityGovernance/entitlementManagement/resources/{r}/uploadSessions"
	ofRole      = "/identityGovernance/entitlementManagement/catalogs/{c}/resourceRoles/{x}/resource/uploadSessions"
	environment = "/identityGovernance/entitlementManagement/resourceEnvironments/{x}/resources/{r}/scopes/{x}/resource/uploadSessions"
	ofPackage   = "/identityGovernance/entitlementManagement/accessPackages/{x}/resourceRoleScopes/{x}/role/resource/scopes/{x}/resource/uploadSessions"
)

// TestPathFamilies: each family of paths leads to what the revisions document
// under it, and in no other version or revision anywhere.
func TestPathFamilies(t *testing.T) {
	const first, second, third, fourth, general = "beta-2025-10", "beta-2025-11", "beta-2026-04", "beta-2026-06", "v1.0"
	tests := []struct {
		request string // method and path
		want    map[string]string
	}{
		{"POST " + old, map[string]string{first: "uploadSession.create", second: "uploadSession.create"}},
		{"GET " + old, nil},
		{"POST " + old + "/{s}", map[string]string{first: "file.create"}},
		{"GET " + old + "/{s}", map[string]string{second: "uploadSession.get"}},
		{"PATCH " + old + "/{s}", map[string]string{second: "uploadSession.update", third: "uploadSession.update", fourth: "uploadSession.update"}},
		{"POST " + old + "/{s}/uploadFile", map[string]string{second: "uploadSession.uploadFile", third: "uploadSession.uploadFile"}},
		{"DELETE " + old + "/{s}", nil},
		{"POST " + preview, map[string]string{third: "uploadSession.create", fourth: "uploadSession.create"}},
		{"GET " + preview, map[string]string{third: "uploadSession.list", fourth: "uploadSession.list"}},
		{"GET " + preview + "/{s}", map[string]string{third: "uploadSession.get", fourth: "uploadSession.get"}},
		{"PATCH " + preview + "/{s}", map[string]string{third: "uploadSession.update", fourth: "uploadSession.update"}},
		{"POST " + preview + "/{s}/uploadFile", map[string]string{third: "uploadSession.uploadFile", fourth: "uploadSession.uploadFile"}},
		{"DELETE " + preview + "/{s}", map[string]string{third: "uploadSession.delete", fourth: "uploadSession.delete"}},
		{"GET " + mixed, map[string]string{third: "uploadSession.list", fourth: "uploadSession.list"}},
		{"POST " + mixed, nil},
	}
	for _, family := range []string{current, short, direct, ofRole, environment, ofPackage} {
		for request, id := range map[string]string{
			"POST " + family: "create", "GET " + family: "list", "GET " + family + "/{s}": "get",
			"PATCH " + family + "/{s}": "update", "DELETE " + family + "/{s}": "delete", "POST " + family + "/{s}/uploadFile": "uploadFile",
		} {
			tests = append(tests, struct {
				request string
				want    map[string]string
			}{request, map[string]string{general: "uploadSession." + id}})
		}
	}
	for _, test := range tests {
		t.Run(test.request, func(t *testing.T) {
			for _, contract := range schemas.Embedded().Contracts() {
				got := ""
				if v := route(t, contract, test.request); v.Operation != nil {
					got = v.Operation.ID
				} else if len(v.Findings) != 1 || v.Findings[0].Rule != "path.unknown-segment" && v.Findings[0].Rule != "method.not-allowed" {
					t.Errorf("%s: %v", contract, v.Findings)
				}
				if want := test.want[contract.Name]; got != want {
					t.Errorf("%s: operation %q, want %q", contract, got, want)
				}
			}
		})
	}
}

// route checks a request without a body against one contract and returns what
// that says of the path.
func route(tb testing.TB, contract *schemas.Contract, request string) *schemas.Verdict {
	tb.Helper()
	set, err := schemas.Embedded().Pin(contract.Name)
	if err != nil {
		tb.Fatal(err)
	}
	method, path, _ := strings.Cut(request, " ")
	path = strings.NewReplacer("{c}", catalogID, "{r}", resourceID, "{s}", sessionID, "{x}", "x").Replace(path)
	v := set.CheckRequest(&schemas.Request{Method: method, URL: "/" + contract.Version + path, Recorded: true})
	v.Findings = slices.DeleteFunc(v.Findings, func(f schemas.Finding) bool { return f.Rule == "body.missing" })
	return v
}

const (
	catalogID  = "3c9f2b1e-8a4d-4e7f-9d2a-6b3e1c7f5a9d"
	resourceID = "15eeb4df-bd15-4d8b-9679-e75791dbc1d9"
	sessionID  = "0b64df22-1a83-472c-9556-6c3dc41742b9"
)

// TestPathForms: a path may be written in several ways.
func TestPathForms(t *testing.T) {
	const base = "/v1.0/identityGovernance/entitlementManagement/catalogs/" + catalogID + "/resources/" + resourceID
	const full = base + "/uploadSessions/" + sessionID + "/uploadFile"
	keys := []schemas.Key{{Name: "catalogId", Value: catalogID}, {Name: "resourceId", Value: resourceID}, {Name: "uploadSessionId", Value: sessionID}}
	tests := []struct {
		name, url string
		rules     []string
	}{
		{"keys as segments", full, nil},
		{"absolute", "https://graph.microsoft.com" + full, nil},
		{"fragment", full + "#here", nil},
		{"slashes at both ends", "/" + full + "/", nil},
		{"keys in parentheses", strings.NewReplacer("/"+catalogID, "('"+catalogID+"')", "/"+resourceID, "('"+resourceID+"')", "/"+sessionID, "('"+sessionID+"')").Replace(full), nil},
		{"keys in parentheses, bare", strings.NewReplacer("/"+catalogID, "("+catalogID+")", "/"+resourceID, "("+resourceID+")", "/"+sessionID, "("+sessionID+")").Replace(full), nil},
		{"key by name", strings.Replace(full, "/"+catalogID, "(id='"+catalogID+"')", 1), nil},
		{"parentheses encoded", strings.Replace(full, "/"+catalogID, "%28%27"+catalogID+"%27%29", 1), nil},
		{"segment encoded", strings.Replace(full, "catalogs", "%63atalogs", 1), nil},
		{"version in capitals", strings.Replace(full, "v1.0", "V1.0", 1), nil},
		{"capitals", strings.Replace(full, "/entitlementManagement/catalogs", "/EntitlementManagement/Catalogs", 1), []string{"path.case", "path.case"}},
		{"capitals with a key", strings.Replace(full, "catalogs/"+catalogID, "Catalogs('"+catalogID+"')", 1), []string{"path.case"}},
		{"cast of the resource", strings.Replace(full, "/uploadSessions", "/microsoft.graph.customDataProvidedResource/uploadSessions", 1), nil},
		{"cast by the alias", strings.Replace(full, "/uploadSessions", "/graph.customDataProvidedResource/uploadSessions", 1), nil},
		{"cast twice", strings.Replace(full, "/uploadSessions", strings.Repeat("/graph.customDataProvidedResource", 2)+"/uploadSessions", 1), nil},
		{"cast of the session", strings.Replace(full, "/uploadFile", "/microsoft.graph.customDataProvidedResourceAccessReviewUploadSession/uploadFile", 1), nil},
		{"action with its namespace", strings.Replace(full, "uploadFile", "microsoft.graph.uploadFile", 1), nil},
		{"action with the alias", strings.Replace(full, "uploadFile", "graph.uploadFile", 1), nil},
		{"action with parentheses", full + "()", nil},
		{"cast to another type", strings.Replace(full, "/uploadSessions", "/microsoft.graph.group/uploadSessions", 1), []string{"path.unknown-segment"}},
		{"navigation property with a namespace", strings.Replace(full, "uploadSessions", "microsoft.graph.uploadSessions", 1), []string{"path.unknown-segment"}},
		{"half a namespace", strings.Replace(full, "uploadFile", "microsoft.uploadFile", 1), []string{"path.unknown-segment"}},
		{"empty segment", strings.Replace(full, "/resources", "//resources", 1), []string{"path.unknown-segment"}},
		{"no key", strings.Replace(full, "/"+catalogID, "", 1), []string{"path.unknown-segment"}},
		{"empty key", strings.Replace(full, "/"+catalogID, "('')", 1), []string{"path.unknown-segment"}},
		{"more behind it", full + "/more", []string{"path.unknown-segment"}},
		{"nothing behind it", "/v1.0/identityGovernance/entitlementManagement", []string{"path.unknown-segment"}},
		{"only the version", "/v1.0", []string{"path.unknown-segment"}},
		{"no version", strings.TrimPrefix(full, "/v1.0"), []string{"path.version"}},
		{"nothing", "", []string{"path.version"}},
		{"placeholder", strings.Replace(full, catalogID, "{catalogId}", 1), []string{"path.placeholder"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := schemas.Embedded().CheckRequest(&schemas.Request{Method: "POST", URL: test.url, Recorded: true})
			var rules []string
			for _, f := range v.Findings {
				if f.Rule != "body.missing" {
					rules = append(rules, f.Rule)
				}
			}
			if !slices.Equal(rules, test.rules) {
				t.Errorf("%s: found %v, want %q", test.url, v.Findings, test.rules)
			}
			if len(schemas.Errors(v.Findings)) == 1 && len(test.rules) == 0 && !slices.Equal(v.Keys, keys) {
				t.Errorf("%s: keys %v, want %v", test.url, v.Keys, keys)
			}
		})
	}
}

// TestKeys: what a key may hold.
func TestKeys(t *testing.T) {
	for sent, want := range map[string]string{
		"/O%27Neil": "O'Neil", "('O''Neil')": "O'Neil", "/a%2Fb": "a/b", "('a%2Fb')": "a/b", "/a(b)": "a(b)", "/a%20b": "a b", "/%E2%82%AC": "€", "/100%25": "100%",
	} {
		v := schemas.Embedded().CheckRequest(&schemas.Request{Method: "GET", URL: "/v1.0/identityGovernance/catalogs" + sent, Recorded: true})
		if len(v.Findings) > 0 || v.Key("catalogId") != want {
			t.Errorf("%s: key %q, want %q; %v", sent, v.Key("catalogId"), want, v.Findings)
		}
	}
}

// TestDrift: a request to an older revision of beta, if it does not fit the
// newest any more, says so, and names the last revision that it fits.
func TestDrift(t *testing.T) {
	const newest = "beta-2026-06"
	old := make(map[string]string) // sample that drifted → newest revision that it fits
	for _, s := range samples(t) {
		if s.contract.Version != "beta" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			v := schemas.Embedded().CheckRequest(s.request)
			i := slices.IndexFunc(v.Findings, func(f schemas.Finding) bool { return f.Rule == "contract.drift" })
			if fits := slices.Contains(v.Fits, newest); fits != (i < 0) {
				t.Fatalf("fits %v: %v", v.Fits, v.Findings)
			}
			if i < 0 {
				return
			}
			drift := v.Findings[i]
			old[s.name] = drift.Found
			if drift.Found != v.Fits[len(v.Fits)-1] || drift.Wanted != newest || drift.Severity != schemas.Warning {
				t.Errorf("%v: from %q to %q, want from %q to %q", drift, drift.Found, drift.Wanted, v.Fits[len(v.Fits)-1], newest)
			}
			set, err := schemas.Embedded().Pin(newest)
			if err != nil {
				t.Fatal(err)
			}
			reason := schemas.Errors(set.CheckRequest(s.request).Findings)[0]
			if drift.In != reason.In || drift.Pointer != reason.Pointer || drift.Line != reason.Line || !strings.Contains(drift.Message, reason.Message) {
				t.Errorf("%v, want it to give the reason %v", drift, reason)
			}
			if suggested := set.CheckRequest(&schemas.Request{Method: s.request.Method, URL: drift.Suggestion, Recorded: true}); reason.In == schemas.InPath &&
				drift.Suggestion != "" && (suggested.Operation == nil || suggested.Operation.ID != s.op.ID) {
				t.Errorf("suggested %q, where %v answers", drift.Suggestion, suggested.Operation)
			}
		})
	}
	for sample, want := range map[string]string{
		"beta-2025-10/uploadSession.create":                                  "beta-2025-11",
		"beta-2025-10/uploadSession.create with the type of its data":        "beta-2025-10",
		"beta-2025-10/file.create":                                           "beta-2025-10",
		"beta-2025-11/uploadSession.create":                                  "beta-2025-11",
		"beta-2025-11/uploadSession.get":                                     "beta-2025-11",
		"beta-2025-11/uploadSession.uploadFile":                              "beta-2026-04",
		"beta-2025-11/uploadSession.update":                                  "",
		"beta-2025-11/uploadSession.update with the type that kiota sends":   "beta-2026-04",
		"beta-2026-04/uploadSession.create":                                  "beta-2026-04",
		"beta-2026-04/uploadSession.uploadFile":                              "beta-2026-04",
		"beta-2026-04/uploadSession.uploadFile with the columns of the type": "",
		"beta-2026-04/uploadSession.list with some properties":               "beta-2026-04",
		"beta-2026-04/uploadSession.get":                                     "",
		"beta-2026-04/uploadSession.delete":                                  "",
		"beta-2025-10/catalog.create":                                        "",
		"beta-2025-10/resourceRequest.create with a resource as it was read": "",
		"beta-2026-06/uploadSession.create":                                  "",
		"beta-2026-06/uploadSession.uploadFile with the optional columns":    "",
	} {
		if old[sample] != want {
			t.Errorf("%s drifted from %q, want %q", sample, old[sample], want)
		}
	}
}
