package contracttest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

const learn = "https://learn.microsoft.com/"

func TestNewServerSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		name    string
		method  string
		path    string
		body    string
		message []string
	}{
		{"misspelt member", "POST", sessionsPath, misspelt, []string{
			"#1 POST " + sessionsPath + " → 400 (uploadSession.create) breaks the contract v1.0",
			"body.unknown-property", "at:", "body /data/reviewInstanzId (line 6, column 4)",
			"did you mean:", "reviewInstanceId", "declared in:", "v1.0/accessReviewContextData.json", "see:", learn,
		}},
		{"wrong type", "POST", sessionsPath, strings.Replace(goodBody, `"f5744a40-bca0-4506-a286-a8afac513d1c"`, "7", 1), []string{
			"POST " + sessionsPath, "body.type", "at:", "body /data/reviewDefinitionId", "found:", "wanted:", "string", "see:", learn,
		}},
		{"no such path", "GET", "/v1.0/identityGovernance/entitlementManagement/catalog", "", []string{
			"GET /v1.0/identityGovernance/entitlementManagement/catalog → 400 (no operation)", "path.unknown-segment", "did you mean:", "catalogs",
		}},
		{"no such version", "GET", "/v2.0/me", "", []string{"GET /v2.0/me", "breaks the contract of every version", "path.version"}},
		{"filter", "GET", sessionsPath + "?$filter=createdDateTime+gt+2026-01-01T00:00:00Z", "", []string{
			"GET " + sessionsPath + "?$filter=", "query.not-filterable", "at:", "query $filter",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			try(func(tb testing.TB) {
				send(tb, contracttest.NewServer(tb), tt.method, tt.path, tt.body)
			}).fails(t, tt.message...)
		})
	}
}

func TestNewServerPasses(t *testing.T) {
	for name, body := range map[string]string{"good call": goodBody, "warning": typoCase} {
		t.Run(name, func(t *testing.T) {
			tb := try(func(tb testing.TB) {
				if status := send(tb, contracttest.NewServer(tb), "POST", sessionsPath, body); status != http.StatusCreated {
					tb.Errorf("status %d, want 201", status)
				}
			})
			tb.passes(t)
			if log := tb.output.String(); !strings.Contains(log, "operation=uploadSession.create status=201") {
				t.Errorf("the test's output lacks the call:\n%s", log)
			}
		})
	}
}

func TestNewServerTellsOfEachCall(t *testing.T) {
	tb := try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb)
		send(tb, srv, "POST", sessionsPath, misspelt)
		send(tb, srv, "POST", sessionsPath, goodBody)
		send(tb, srv, "POST", sessionsPath, `{"source": 1, "type": 2}`)
	})
	if len(tb.errors) != 2 {
		t.Fatalf("%d messages, want one for each of the 2 bad calls:\n%s", len(tb.errors), strings.Join(tb.errors, "\n"))
	}
	for _, member := range []string{"/source", "/type", "/data"} {
		if !strings.Contains(tb.errors[1], "body "+member) {
			t.Errorf("the second message does not speak of %s:\n%s", member, tb.errors[1])
		}
	}
}

func TestScriptedAnswerAgainstTheContract(t *testing.T) {
	try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb)
		srv.Next("uploadSession.create", mock.Answer{Status: 201, Body: `{"id": 5}`})
		send(tb, srv, "POST", sessionsPath, goodBody)
	}).fails(t, "POST "+sessionsPath+" → 201", "response.type", "at:", "response-body /id", "found:", "5")
}

func TestAllow(t *testing.T) {
	tests := []struct {
		allow  []string
		passes bool
	}{
		{[]string{"body.unknown-property"}, false}, // body.missing-property is left
		{[]string{"body.unknown-property", "body.missing-property"}, true},
		{[]string{"body.*"}, true},
		{[]string{"csv.*"}, false},
		{[]string{"*"}, true},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.allow, " "), func(t *testing.T) {
			tb := try(func(tb testing.TB) {
				send(tb, contracttest.NewServer(tb, contracttest.Allow(tt.allow...)), "POST", sessionsPath, misspelt)
			})
			if tb.Failed() == tt.passes {
				t.Errorf("failed: %v\n%s", tb.Failed(), strings.Join(tb.errors, "\n"))
			}
		})
	}
	t.Run("no operation", func(t *testing.T) {
		try(func(tb testing.TB) {
			send(tb, contracttest.NewServer(tb, contracttest.Allow("*")), "GET", "/v1.0/nowhere", "")
		}).passes(t)
	})
}

func TestNewServerRefusesOptions(t *testing.T) {
	tests := []struct {
		name    string
		option  contracttest.Option
		message []string
	}{
		{"rule", contracttest.Allow("body.unknown-propertie"), []string{"allow", `no rule "body.unknown-propertie"`, `did you mean "body.unknown-property"?`}},
		{"pattern", contracttest.Allow("cvs.*"), []string{"allow", `no rule "cvs.*"`}},
		{"malformed pattern", contracttest.Allow("[*"), []string{"allow", `no rule "[*"`}},
		{"contract", contracttest.WithContract("beta-2026-6"), []string{`no contract "beta-2026-6"`, `did you mean "beta-2026-06"?`}},
		{"rules", contracttest.WithRules(schemas.Rules{"csv.bomb": schemas.Error}), []string{`no rule "csv.bomb"`, `did you mean "csv.bom"?`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tb := try(func(tb testing.TB) { contracttest.NewServer(tb, tt.option) })
			tb.fails(t, append([]string{"start a mock server: "}, tt.message...)...)
			if !tb.stopped {
				t.Error("the test went on")
			}
		})
	}
}

func TestUnused(t *testing.T) {
	interaction := fixtures.Interaction{
		Request:  fixtures.Request{Method: "GET", URL: "/v1.0/identityGovernance/entitlementManagement/catalogs"},
		Response: fixtures.Response{Status: 503},
	}
	session := &fixtures.Session{Name: "a bad day", Interactions: []fixtures.Interaction{interaction}}
	script := func(tb testing.TB, options ...contracttest.Option) {
		contracttest.NewServer(tb, options...).Next("uploadSession.create", mock.Throttled(time.Second))
	}
	try(func(tb testing.TB) { script(tb) }).
		fails(t, "scripted and never asked for: answer 429 to uploadSession.create")
	try(func(tb testing.TB) { contracttest.NewServer(tb, contracttest.WithSessions(session)) }).
		fails(t, "interaction never used:", "a bad day", "GET /v1.0/identityGovernance")
	try(func(tb testing.TB) { script(tb, contracttest.AllowUnused(), contracttest.WithSessions(session)) }).
		passes(t)
}

// lastYear is the body of the preview of 2025.
const lastYear = `{
	"source": "BuildingAccessData",
	"type": "#microsoft.graph.accessReviewDataUploadTriggerCallbackData",
	"data": {
		"accessReviewId": "f5744a40-bca0-4506-a286-a8afac513d1c",
		"accessReviewInstanceId": "ca24f9b9-5917-4971-9b5b-07aae0aa74e8"
	}
}`

func TestWithContract(t *testing.T) {
	const path = "/beta/identityGovernance/catalogs/" + mock.CatalogID + "/accessPackageResources/" + mock.ResourceID + "/uploadSessions"
	create := func(options ...contracttest.Option) *fakeTB {
		return try(func(tb testing.TB) { send(tb, contracttest.NewServer(tb, options...), "POST", path, lastYear) })
	}
	create(contracttest.WithContract("beta-2026-04")).passes(t)
	create(contracttest.WithContract("v1.0", "beta-2026-06")).
		fails(t, "POST "+path, "breaks the contract beta-2026-06", "body.unknown-property", "/data/accessReviewId")
}

func TestWithRules(t *testing.T) {
	rules := contracttest.WithRules(schemas.Rules{"body.property-case": schemas.Error, "csv.*": schemas.Off})
	try(func(tb testing.TB) { send(tb, contracttest.NewServer(tb, rules), "POST", sessionsPath, typoCase) }).
		fails(t, "body.property-case", "did you mean:", "reviewInstanceId")
}

func TestWithRulesAddUp(t *testing.T) {
	rules := []contracttest.Option{
		contracttest.WithRules(schemas.Rules{"body.property-case": schemas.Off}),
		contracttest.WithRules(schemas.Rules{"body.unknown-property": schemas.Warning}),
		contracttest.WithRules(schemas.Rules{"body.property-case": schemas.Error}),
	}
	try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb, rules...)
		send(tb, srv, "POST", sessionsPath, typoCase)
		send(tb, srv, "PATCH", sessionsPath+"/0b64df22-1a83-472c-9556-6c3dc41742b9", `{"isUploadDone":true,"zzz":1}`)
	}).fails(t, "#1 POST", "body.property-case")
}

// A call that fits no operation fails the test, however its findings are graded.
func TestUnexpectedCall(t *testing.T) {
	get := func(options ...contracttest.Option) *fakeTB {
		return try(func(tb testing.TB) { send(tb, contracttest.NewServer(tb, options...), "GET", "/v1.0/me", "") })
	}
	get(contracttest.WithRules(schemas.Rules{"path.*": schemas.Warning})).
		fails(t, "#1 GET /v1.0/me", "it fits no operation of the contract v1.0")
	get(contracttest.Allow("path.*")).fails(t, "#1 GET /v1.0/me", "it fits no operation")
	get(contracttest.Allow("*")).passes(t)
}

func TestWithSessionsStrict(t *testing.T) {
	sessions, err := fixtures.Load(fixtures.Embedded(), "v1.0/throttled.json")
	if err != nil {
		t.Fatal(err)
	}
	// The order of options does not matter: WithConfig keeps the sessions.
	options := []contracttest.Option{
		contracttest.WithSessions(sessions...),
		contracttest.WithConfig(mock.Config{Replay: mock.ReplayMode{Strict: true}}),
	}
	try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb, options...)
		first, second := send(tb, srv, "POST", sessionsPath, goodBody), send(tb, srv, "POST", sessionsPath, goodBody)
		if first != 429 || second != 201 {
			tb.Errorf("statuses %d and %d, want those of the session: 429 and 201", first, second)
		}
	}).passes(t)

	tb := try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb, options...)
		send(tb, srv, "POST", sessionsPath, strings.Replace(goodBody, "ca24f9b9", "00000000", 1))
		send(tb, srv, "POST", sessionsPath, goodBody)
		send(tb, srv, "POST", sessionsPath, goodBody)
	})
	tb.fails(t, "#1 POST "+sessionsPath+" → 501", "no interaction matches", `session "throttled", interaction 1`, "/data/reviewInstanceId")
}

func TestDroppedCalls(t *testing.T) {
	try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb, contracttest.WithConfig(mock.Config{Limits: mock.Limits{Calls: 1}}))
		send(tb, srv, "POST", sessionsPath, misspelt)
		send(tb, srv, "POST", sessionsPath, goodBody)
	}).fails(t, "1 calls were dropped", "broke the contract", "Limits.Calls")
}

func TestInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := contracttest.NewServer(t, contracttest.InProcess())
		if srv.URL != "" {
			t.Errorf("the server listens at %s", srv.URL)
		}
		srv.Next("uploadSession.create", mock.Throttled(2*time.Minute))
		began := time.Now()
		target := contracttest.Target{BaseURL: "https://graph.microsoft.com/v1.0", HTTP: &http.Client{Transport: srv.Transport()}}
		if err := (client{files: 1}).run(t.Context(), target); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != 2*time.Minute {
			t.Errorf("waited %v of the bubble's time, want 2m", waited)
		}
		contracttest.Sequence(t, srv, "uploadSession.create", "uploadSession.create", "uploadSession.uploadFile", "uploadSession.update")
		contracttest.WaitedBeforeRetry(t, srv)
	})
}

func TestTakeOver(t *testing.T) {
	before := http.DefaultTransport
	tb := try(func(tb testing.TB) {
		srv := contracttest.NewServer(tb)
		contracttest.TakeOver(tb, srv)
		req, err := http.NewRequest("GET", "https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catalogs", nil)
		if err != nil {
			tb.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer any")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			tb.Fatal(err)
		}
		defer resp.Body.Close()
		if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), mock.CatalogID) {
			tb.Errorf("%s: %s", resp.Status, body)
		}
		contracttest.CalledTimes(tb, srv, "catalog.list", 1)
	})
	tb.passes(t)
	if http.DefaultTransport != before {
		t.Error("http.DefaultTransport was not restored")
	}
}

func TestServersAtOnce(t *testing.T) {
	for i := range 20 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			srv := contracttest.NewServer(t)
			send(t, srv, "POST", sessionsPath, goodBody)
			contracttest.CalledTimes(t, srv, "uploadSession.create", 1)
		})
	}
}
