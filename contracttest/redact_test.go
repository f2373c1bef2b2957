package contracttest_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

func TestExplainHoldsNoCredentials(t *testing.T) {
	text := contracttest.Explain(
		mock.Call{Request: mock.Request{Method: "GET", URL: "/v1.0/x?client_secret=TOPSECRET1"}},
		[]schemas.Finding{{Rule: "body.syntax", In: schemas.InBody, Found: `"client_secret":"TOPSECRET2"}`, Message: `"client_secret":"TOPSECRET3" is there twice`}},
	)
	if strings.Contains(text, "TOPSECRET") || strings.Count(text, "REDACTED") != 3 {
		t.Error(text)
	}
}

// TestFindingsHoldNoCredentials sends requests with a secret in the wrong
// place: neither the control API nor a message may repeat it, and bytes that are not
// UTF-8 must not keep the calls from being told.
func TestFindingsHoldNoCredentials(t *testing.T) {
	const secret = "TOPSECRET123456"
	srv, err := mock.Start(mock.Config{Control: true})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	const path = "/v1.0/identityGovernance/entitlementManagement/"
	send := func(method, target, body string) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nUser-Agent: M\xfcller\r\nConnection: close\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, target, len(body), body)
		if _, err := io.ReadAll(conn); err != nil {
			t.Fatal(err)
		}
	}
	for _, body := range []string{
		`{"client_secret":"a","client_secret":"` + secret + `"}`,
		`{"data":[{"password":"` + secret + `"}]}`,
		`{"data":{"reviewInstanceId":"Bearer ` + secret + `"}}`,
		`{"data":{"reviewInstanceId":"https://u:` + secret + `@h"}}`,
		`{'client_secret':'` + secret + `'}`,
		`{"client_secret":'` + secret + `'}`,
		`{"client_secret":` + secret + `}`,
		`{"a":1 "client_secret":"` + secret + `"}`,
		`{"client_secret":"` + secret,
		`{"clientSecret":["` + secret + `"]}`,
	} {
		send("POST", path+"uploadSessions", body)
	}
	for _, target := range []string{
		"catalogs?$filter=client_secret=" + secret, "catalogs?$filter=client_secret%20eq%20'" + secret + "'", "catalogs?client_secret=" + secret,
		"catalogs?$top=Bearer%20" + secret, "catalogs/Bearer%20" + secret + "/x", "catalogs?$filter=\xfc",
	} {
		send("GET", path+target, "")
	}
	check := func(name, text string) {
		for line := range strings.Lines(text) {
			if strings.Contains(line, "TOPSECRET") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
	for _, name := range []string{"findings", "calls"} {
		r, err := http.Get(srv.URL + "/_graphmock/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || len(text) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
		check(name, string(text))
	}
	for _, call := range srv.Calls() {
		check("Explain", contracttest.Explain(call, slices.Concat(call.Findings, call.AnswerFindings)))
	}
}
