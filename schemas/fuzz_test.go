package schemas_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/graphmock/graphmock/schemas"
)

// checkProperties holds the check of any request to what is true of all: it
// does not panic, says the same twice, makes no more findings than is of use,
// and every finding has a known rule and a place that exists.
func checkProperties(t *testing.T, set *schemas.Set, r *schemas.Request) *schemas.Verdict {
	t.Helper()
	v := set.CheckRequest(r)
	if again := set.CheckRequest(r).Findings; !slices.Equal(v.Findings, again) {
		t.Errorf("found %v\nand then %v", v.Findings, again)
	}
	checkFindings(t, v.Findings, r.Body, v.File)
	if fits, errors := len(v.Fits) > 0, slices.ContainsFunc(schemas.Errors(v.Findings), func(f schemas.Finding) bool { return f.Step == "" }); fits == errors || v.Operation == nil && fits {
		t.Errorf("fits %v, operation %v, found %v", v.Fits, v.Operation, v.Findings)
	}
	for _, status := range []int{200, 201, 204, 400, 503} {
		header := http.Header{"Content-Type": {"application/json"}}
		checkFindings(t, set.CheckResponse(v, &schemas.Response{Status: status, Header: header, Body: r.Body}), r.Body, nil)
	}
	return v
}

// most is how many findings of one severity there may be about one part of a message.
const most = 100

func checkFindings(t *testing.T, findings []schemas.Finding, body []byte, file *schemas.File) {
	t.Helper()
	counts := make(map[string]int)
	for _, f := range findings {
		if rule, err := schemas.RuleByID(f.Rule); err != nil || f.Severity != rule.Severity {
			t.Errorf("%v: %v", f, err)
		}
		if f.Message == "" || !utf8.ValidString(f.Found+f.Pointer+f.Message) || len(f.Found) > 200 || strings.Contains(f.String()+f.Found, secret) {
			t.Errorf("%v, found %q", f, f.Found)
		}
		if counts[f.Severity.String()+string(f.In)]++; counts[f.Severity.String()+string(f.In)] > most+1 { // 1 for drift
			t.Fatalf("%d findings", len(findings))
		}
		switch f.In {
		case schemas.InBody, schemas.InResponseBody:
			if !strings.HasPrefix(f.Pointer, "/") && f.Pointer != "" || !inText(body, f.Line, f.Column) {
				t.Errorf("%v is not in the body %q", f, body)
			}
		case schemas.InCSV:
			if file == nil || f.Column < 1 || f.Line < 1 || f.Line > 1+bytes.Count(file.Data, []byte("\n")) {
				t.Errorf("%v is not in the file %v", f, file)
			}
		}
	}
}

// secret is the token of fuzzed requests, which no finding may show.
const secret = "eyJ0eXAi"

// inText reports whether there is such a place, or the end of the line.
func inText(text []byte, line, column int) bool {
	lines := bytes.Split(text, []byte("\n"))
	if line == 0 && column == 0 {
		return true
	}
	return line >= 1 && line <= len(lines) && column >= 1 && column <= utf8.RuneCount(lines[line-1])+1
}

func fuzzRequest(method, url, contentType string, body []byte) *schemas.Request {
	header := http.Header{"Authorization": {"Bearer " + secret}}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return &schemas.Request{Method: method, URL: url, Header: header, Body: body}
}

// jsonOperations are the requests whose bodies are fuzzed.
var jsonOperations = []string{
	"POST /v1.0/identityGovernance/catalogs/c/resources/r/uploadSessions",
	"POST /beta/identityGovernance/catalogs/c/accessPackageResources/r/uploadSessions",
	"POST /v1.0/identityGovernance/entitlementManagement/resourceRequests",
	"PATCH /v1.0/identityGovernance/catalogs/c/resources/r/uploadSessions/s",
}

func FuzzCheckJSON(f *testing.F) {
	for _, s := range samples(f) {
		if s.op.Request == nil || s.op.Request.Schema == nil {
			continue
		}
		for i := range jsonOperations {
			f.Add(uint8(i), s.request.Body)
		}
		for i, c := range corruptions(f, s) {
			if i%100 == 0 {
				f.Add(uint8(i), c.request.Body)
			}
		}
	}
	f.Fuzz(func(t *testing.T, operation uint8, body []byte) {
		method, url, _ := strings.Cut(jsonOperations[int(operation)%len(jsonOperations)], " ")
		v := checkProperties(t, schemas.Embedded(), fuzzRequest(method, url, "application/json", body))
		if v.Operation == nil {
			t.Errorf("no operation: %v", v.Findings)
		}
	})
}

// derivedOperations are the requests to derived operations whose bodies are fuzzed.
var derivedOperations = []string{
	"POST /v1.0/users", "PATCH /v1.0/users/x", "POST /v1.0/me/messages", "POST /v1.0/me/messages/x/attachments", "POST /v1.0/me/sendMail",
	"POST /v1.0/groups/x/members/$ref", "PATCH /v1.0/planner/tasks/x", "PUT /v1.0/me/phones", "POST /v1.0/$batch",
}

func FuzzDerivedBody(f *testing.F) {
	set := schemas.Embedded().With(smallMetadata(f))
	for i, body := range []string{
		`{"displayName": "Adele", "days": "monday, FRIDAY", "home": {"city": null}, "manager@odata.bind": "https://graph.microsoft.com/v1.0/users/x"}`,
		`{"@odata.type": "microsoft.graph.User", "phones": ["1", null], "jobTitel": 1, "@microsoft.graph.x": 1, "mail@odata.tpye": ""}`,
		`{"Subject": 5, "importance": "HIGH", "receivedDateTime": "2026-02-30T00:00:00Z", "size": 2147483648, "recipients": {}}`,
		`{"@odata.type": "#microsoft.graph.attachment", "contentBytes": "a"}`,
		`{"message": {"subject": "Lunch"}, "SaveToSentItems": "true"}`,
		`{"@odata.id": "https://graph.microsoft.com/v1.0/messages/x", "@odata.ID": 1}`,
		`{"percentComplete": 1e2, "assignments": {"a": {"@odata.type": "x"}}, "": 1, "@": 1}`,
		`{"value": ["1"], "@odata.count": "x"}`,
		`{"requests": [{"id": "1", "method": "GET", "url": "/me?$select=x"}, {"id": "1", "method": "POST", "url": "/users", "body": {"mail": 1}, "dependsOn": ["2"], "headers": {"a": 1}}]}`,
	} {
		for operation := range derivedOperations {
			f.Add(uint8(operation), []byte(body))
		}
		f.Add(uint8(i), bytes.Repeat([]byte(body), 2))
	}
	f.Fuzz(func(t *testing.T, operation uint8, body []byte) {
		method, url, _ := strings.Cut(derivedOperations[int(operation)%len(derivedOperations)], " ")
		if v := checkProperties(t, set, fuzzRequest(method, url, "application/json", body)); v.Operation == nil {
			t.Errorf("no operation: %v", v.Findings)
		}
	})
}

func FuzzDerivedURL(f *testing.F) {
	small := smallMetadata(f)
	set := schemas.Embedded().With(small)
	for _, url := range []string{
		"/users/x/messages?$select=subject&$filter=size gt 5 and recipients/any(r:r/address eq 'a')&$orderby=size desc&$top=5&$count=true",
		"/users('it''s')/microsoft.graph.user/messages/$count", "/users(userPrincipalName='a@b.c')/manager/$ref", "/me/photo/$value",
		"/users/delta(token='x')?$select=mail", "/workbooks/w/sheets/s/range(address=@a)?@a='A1:B2'", "/groups/x/members/graph.user?$expand=manager($select=id)",
		"/workbooks/w/sheets/s/cell(row=1,column=2)/values", "/planner/tasks/x/daysLate()/$value", "/%24metadata", "/users?$search=\"displayName:a\"&$apply=identity",
		"//users/x//y(", "/users/x(/y)", "/users?%24filter=a%20eq&$filter=&=&&$=", "/runbooks/r/revisions/x", "/USERS/x/Extension_a_b",
	} {
		f.Add("GET", url)
		f.Add("DELETE", url)
	}
	f.Fuzz(func(t *testing.T, method, url string) {
		v := checkProperties(t, set, fuzzRequest(method, "/v1.0"+url, "", nil))
		if v.Operation == nil || !v.Operation.Derived() {
			return
		}
		if again := v.Operation.Contract.Operation(v.Operation.ID); again == nil || again.ID != v.Operation.ID {
			t.Errorf("%q is %s, which is found as %v", url, v.Operation.ID, again)
		}
	})
}

func FuzzMultipart(f *testing.F) {
	for _, s := range samples(f) {
		if s.op.Request != nil && s.op.Request.CSV != nil {
			f.Add(s.request.Header.Get("Content-Type"), s.request.Body)
			for _, c := range multipartCorruptions(s)[:12] {
				f.Add(s.request.Header.Get("Content-Type"), c.request.Body)
			}
		}
	}
	f.Add(`multipart/form-data; boundary="a b"`, []byte("--a b\nContent-Disposition: form-data; name=file; filename*=utf-8''%zz\n\n\n--a b--"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		v := checkProperties(t, schemas.Embedded(), fuzzRequest("POST", "/v1.0/identityGovernance/catalogs/c/resources/r/uploadSessions/s/uploadFile", contentType, body))
		if len(v.Fits) > 0 && (v.File == nil || !bytes.Contains(body, v.File.Data)) {
			t.Errorf("accepted without a file: %q", body)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, s := range samples(f) {
		if s.op.Request != nil && s.op.Request.CSV != nil {
			file := readCSV(f, s.request)
			f.Add([]byte(writeCSV(file.rows, ',')))
			for i, c := range csvCorruptions(f, s) {
				if i%15 != 0 {
					continue
				}
				f.Add(bytes.TrimSuffix(bytes.TrimPrefix(c.request.Body, []byte(file.head)), []byte(file.tail)))
			}
		}
	}
	f.Add([]byte("principalId,\xe9\n\xe9,\xe9\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, url := range []string{
			"/v1.0/identityGovernance/catalogs/c/resources/r/uploadSessions/s/uploadFile",
			"/beta/identityGovernance/entitlementManagement/accessPackageCatalogs/c/accessPackageResources/r/uploadSessions/s/uploadFile",
		} {
			const boundary = "MyPartBoundary198374"
			head := "--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n"
			body := slices.Concat([]byte(head), data, []byte("\r\n--"+boundary+"--\r\n"))
			v := checkProperties(t, schemas.Embedded(), fuzzRequest("POST", url, "multipart/form-data; boundary="+boundary, body))
			if bytes.Contains(data, []byte(boundary)) {
				continue
			}
			if v.File == nil || !bytes.Equal(v.File.Data, data) {
				t.Errorf("file %v, want %q", v.File, data)
			}
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.request.Method, s.request.URL)
		for i, c := range slices.Concat(messageCorruptions(s), queryCorruptions(s)) {
			if i%15 == 0 {
				f.Add(c.request.Method, c.request.URL)
			}
		}
	}
	f.Add("\xbb", "/beta/identityGovernance/catalogs/\xff?$filter=\xfe")
	f.Fuzz(func(t *testing.T, method, url string) {
		v := checkProperties(t, schemas.Embedded(), fuzzRequest(method, url, "", nil))
		if len(v.Fits) > 0 && v.Operation.Response.Context != "" {
			if context := v.Context(); strings.Contains(context, "{") {
				t.Errorf("context %q", context)
			}
		}
		if decoded := strings.Count(url, "%25"); decoded == 0 { // a key is what was sent, decoded once
			for _, k := range v.Keys {
				if k.Value == "" {
					t.Errorf("keys %v of %q", v.Keys, url)
				}
			}
		}
	})
}
