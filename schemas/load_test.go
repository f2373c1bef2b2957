package schemas

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// TestLoad: what could fail at the first request fails when a contract is loaded.
func TestLoad(t *testing.T) {
	const good = `{"name":"x","version":"v1.0","routes":{"thing":["/things/{id}"]},"operations":[
		{"id":"thing.create","method":"POST","paths":["/things"],"request":{"mediaType":"application/json","schema":"thing.json"},"response":{"status":201,"schema":"thing.json"}}]}`
	files := func(contract, schema string) fstest.MapFS {
		return fstest.MapFS{"x/contract.json": {Data: []byte(contract)}, "x/thing.json": {Data: []byte(schema)}}
	}
	if _, err := Load(files(good, `{"type":"object"}`)); err != nil {
		t.Fatal(err)
	}
	twice := files(good, `{}`)
	twice["y/contract.json"], twice["y/thing.json"] = twice["x/contract.json"], twice["x/thing.json"]
	tests := []struct {
		name  string
		files fs.FS
		want  string
	}{
		{"no contract", fstest.MapFS{}, "no contract"},
		{"unknown member", files(strings.Replace(good, `"name"`, `"nam"`, 1), `{}`), `unknown field "nam"`},
		{"text behind it", files(good+"{}", `{}`), "something follows"},
		{"no name", files(strings.Replace(good, `"name":"x"`, `"name":""`, 1), `{}`), "want a name"},
		{"no path", files(strings.Replace(good, `["/things"]`, `[]`, 1), `{}`), "at least one path"},
		{"method", files(strings.Replace(good, `POST`, `post`, 1), `{}`), "upper case"},
		{"status", files(strings.Replace(good, `201`, `0`, 1), `{}`), "want 200 to 299"},
		{"no schema", files(strings.Replace(good, `,"schema":"thing.json"}`, `}`, 1), `{}`), "request.schema is missing"},
		{"media type", files(strings.Replace(good, `application/json`, `text/xml`, 1), `{}`), "request.mediaType"},
		{"broken schema", files(good, `{"type":"objekt"}`), "thing.json"},
		{"missing schema", files(strings.Replace(good, `"schema":"thing.json"`, `"schema":"thin.json"`, 1), `{}`), "thin.json"},
		{"route to itself", files(strings.Replace(good, `"/things/{id}"`, `"<thing>/x"`, 1), `{}`), "from the root"},
		{"unknown route", files(strings.Replace(good, `["/things"]`, `["<other>/things"]`, 1), `{}`), "known <route>"},
		{"one name twice", twice, `another contract "x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Load(tt.files); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestResponseOutsideContracts: an answer to a request that led nowhere.
func TestResponseOutsideContracts(t *testing.T) {
	set := Embedded()
	verdict := set.CheckRequest(&Request{Method: "GET", URL: "/v9/users"})
	jsonHeader := http.Header{"Content-Type": {"application/json"}}
	tests := []struct {
		name     string
		response Response
		want     []string
	}{
		{"error", Response{Status: 400, Header: jsonHeader, Body: []byte(`{"error":{"code":"BadRequest","message":"no","innererror":{},"localizedMessage":"nein"}}`)}, nil},
		{"odd error", Response{Status: 400, Header: jsonHeader, Body: []byte(`{"error":{"code":5,"mesage":"no"}}`)}, []string{"response.error-shape", "response.error-shape", "response.error-shape"}},
		{"cut error", Response{Status: 400, Header: jsonHeader, Body: []byte(`{"err`), Omitted: true}, nil},
		{"success", Response{Status: 200}, []string{"response.status"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var rules []string
			for _, f := range set.CheckResponse(verdict, &tt.response) {
				rules = append(rules, f.Rule)
			}
			if diff := cmp.Diff(tt.want, rules); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSeveralSpellings: of two members that differ from a declared one by letter
// case alone, always the same is taken for it.
func TestSeveralSpellings(t *testing.T) {
	r := &Request{
		Method: "POST", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs",
		Header: http.Header{"Content-Type": {"application/json"}}, Recorded: true,
		Body: []byte(`{"DISPLAYNAME":1,"DisplayName":"b"}`),
	}
	first := Embedded().CheckRequest(r).Findings
	for range 50 {
		if diff := cmp.Diff(first, Embedded().CheckRequest(r).Findings); diff != "" {
			t.Fatalf("the verdict changes:\n%s", diff)
		}
	}
}

func TestURLInAKey(t *testing.T) {
	v := Embedded().CheckRequest(&Request{Method: "GET", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs/a:%2F%2Fb", Recorded: true})
	if v.Key("catalogId") != "a://b" {
		t.Errorf("keys %v, findings %v", v.Keys, v.Findings)
	}
	v = Embedded().CheckRequest(&Request{Method: "GET", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs/a://b", Recorded: true})
	if len(v.Findings) == 0 || v.Findings[0].Rule != "path.unknown-segment" {
		t.Errorf("findings %v", v.Findings)
	}
}

// TestConditions: what stands in $filter is true or false, and so is what stands
// behind not.
func TestConditions(t *testing.T) {
	tests := []struct {
		filter string
		found  []string // that are neither true nor false
	}{
		{"displayName", []string{"displayName"}},
		{"1", []string{"1"}},
		{"not displayName eq 'x'", []string{"displayName"}},
		{"not (displayName eq 'x')", nil},
		{"not isExternallyVisible", nil},
		{"isExternallyVisible and not isExternallyVisible", nil},
		{"displayName eq 'x' or 5", []string{"5"}},
		{"contains(displayName,'x')", nil},
		{"1 add 2", []string{"1 add 2"}},
	}
	for _, tt := range tests {
		var found []string
		r := &Request{Method: "GET", Recorded: true, URL: "/v1.0/identityGovernance/entitlementManagement/catalogs?$filter=" + strings.ReplaceAll(tt.filter, " ", "%20")}
		for _, f := range Errors(Embedded().CheckRequest(r).Findings) {
			if f.Rule != "query.type" {
				t.Errorf("%s: %v", tt.filter, f)
			}
			found = append(found, f.Found)
		}
		if diff := cmp.Diff(tt.found, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.filter, diff)
		}
	}
}

func TestEmptySegments(t *testing.T) {
	const rest = "identityGovernance/entitlementManagement/catalogs"
	for url, ok := range map[string]bool{
		"/v1.0/" + rest: true, "//v1.0/" + rest: true, "/v1.0/" + rest + "/": true,
		"/v1.0//" + rest: false, "/v1.0/identityGovernance//entitlementManagement/catalogs": false, "/v1.0/" + rest + "//": false,
	} {
		v := Embedded().CheckRequest(&Request{Method: "GET", URL: url, Recorded: true})
		if (len(v.Findings) == 0) != ok {
			t.Errorf("%s: %v", url, v.Findings)
		}
	}
}
