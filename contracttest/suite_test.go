package contracttest_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

func scenario(t *testing.T, name string) contracttest.Scenario {
	t.Helper()
	all, err := contracttest.Scenarios("v1.0")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(sc contracttest.Scenario) bool { return sc.Name == name })
	if i < 0 {
		t.Fatalf("there is no scenario %q", name)
	}
	return all[i]
}

// play runs a client through a scenario in a bubble.
func play(t *testing.T, c contracttest.Client, sc contracttest.Scenario) (tb *fakeTB, idle string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		suite := contracttest.Suite{Client: c, Options: []contracttest.Option{contracttest.InProcess()}}
		tb = try(func(tb testing.TB) { idle = suite.Play(tb, sc) })
	})
	return tb, idle
}

func TestSuitePasses(t *testing.T) {
	good := client{files: 2}.run
	t.Run("in process", func(t *testing.T) {
		contracttest.Suite{Client: good, Options: []contracttest.Option{contracttest.InProcess()}}.Run(t)
	})
	t.Run("socket", func(t *testing.T) {
		contracttest.Suite{Client: good, Scenarios: []contracttest.Scenario{scenario(t, "happy-path"), scenario(t, "conflict")}}.Run(t)
	})
	t.Run("idle scenarios", func(t *testing.T) {
		contracttest.Suite{
			Client:  func(context.Context, contracttest.Target) error { return errors.New("did nothing") },
			Options: []contracttest.Option{contracttest.InProcess()}, Scenarios: []contracttest.Scenario{scenario(t, "conflict")},
		}.Run(t)
	})
}

// What a client does in each embedded scenario is judged, not skipped.
func TestSuiteMeetsFaults(t *testing.T) {
	all, err := contracttest.Scenarios("v1.0")
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		tb, idle := play(t, client{files: 2}.run, sc)
		tb.passes(t)
		if idle != "" {
			t.Errorf("%s: %s", sc.Name, idle)
		}
	}
}

func TestSuiteFails(t *testing.T) {
	tests := []struct {
		name     string
		client   contracttest.Client
		scenario string
		message  []string
	}{
		{"claims success on 409", client{files: 2, blind: true}.run, "complete-then-upload", []string{
			"the client claims success, but could not have any: Graph gave 409 to call 2 and later ones of uploadSession.uploadFile",
			"scenario complete-then-upload: Uploads a file after", "its calls:",
			"/uploadFile → 200", "/uploadFile → 409 (uploadSession.uploadFile) Conflict: The upload session is complete", "PATCH",
		}},
		{"claims success on 400", client{files: 1, blind: true}.run, "bad-csv", []string{
			"the client claims success, but could not have any: Graph gave 400 to call 1 and later ones of uploadSession.uploadFile",
			"→ 400 (uploadSession.uploadFile) BadRequest: The file 'building-a-access.csv' lacks",
		}},
		{"claims success on 409 on create", surrender, "conflict", []string{
			"the client claims success, but could not have any: Graph gave 409 to call 1 and later ones of uploadSession.create",
		}},
		{"ignores 429", surrender, "throttled", []string{
			"the client claims success, but no call of uploadSession.create succeeded", "scenario throttled:", "→ 429 (uploadSession.create) TooManyRequests",
		}},
		{"ignores Retry-After", client{files: 1, patience: time.Second}.run, "throttled", []string{
			"#2 POST " + sessionsPath + " → 201", "repeats #1 after 1s, which asked to wait: Retry-After: 2",
		}},
		{"can't cope with 429", quitter, "throttled", []string{
			"the client should have coped, but reports: it did not work", "scenario throttled:", "→ 429",
		}},
		{"never uploads", client{}.run, "happy-path", []string{
			"the client claims success, but no call of uploadSession.uploadFile succeeded", "scenario happy-path:", "POST " + sessionsPath + " → 201", "PATCH",
		}},
		{"does nothing", func(context.Context, contracttest.Target) error { return nil }, "expired-token", []string{
			"the client claims success, but no call of uploadSession.create succeeded", "it called nothing",
		}},
		{"sends a wrong body", client{files: 1, body: misspelt}.run, "drift", []string{
			"#1 POST " + sessionsPath + " → 400", "breaks the contract v1.0", "body.unknown-property", "/data/reviewInstanzId", "did you mean:", "reviewInstanceId",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tb, idle := play(t, tt.client, scenario(t, tt.scenario))
			tb.fails(t, tt.message...)
			if idle != "" {
				t.Errorf("skipped: %s", idle)
			}
		})
	}
}

// surrender creates an upload session and is content with any answer.
func surrender(ctx context.Context, target contracttest.Target) error {
	_, err := sendWith(ctx, target.HTTP, "POST", strings.TrimSuffix(target.BaseURL, "/v1.0")+sessionsPath, "application/json", goodBody)
	return err
}

// quitter is surrender, but reports failure.
func quitter(ctx context.Context, target contracttest.Target) error {
	surrender(ctx, target)
	return errors.New("it did not work")
}

func TestSuiteSkips(t *testing.T) {
	nothing := func(context.Context, contracttest.Target) error { return nil }
	tests := []struct {
		name     string
		client   contracttest.Client
		scenario contracttest.Scenario
		reason   []string
	}{
		{"operation never called", nothing, contracttest.Scenario{Faults: []contracttest.Fault{{Operation: "catalog.list", Answer: mock.Unavailable(0)}}},
			[]string{"nothing to judge", "503 to call 1 of catalog.list (it made 0)"}},
		{"not often enough", client{files: 1}.run, scenario(t, "complete-then-upload"),
			[]string{"nothing to judge", "409 to call 2 and later ones of uploadSession.uploadFile (it made 1)"}},
		{"failure that was not met", nothing, contracttest.Scenario{Outcome: fixtures.Failure, Faults: []contracttest.Fault{{Operation: "uploadSession.create", Answer: mock.Answer{Status: 409}}}},
			[]string{"409 to call 1 of uploadSession.create (it made 0)"}},
		{"failed before", quitter, scenario(t, "bad-csv"),
			[]string{"400 to call 1 and later ones of uploadSession.uploadFile (it made 0)", "it reports: it did not work"}},
		{"failure, only a passing fault was met", client{files: 1}.run, contracttest.Scenario{Outcome: fixtures.Failure, Faults: []contracttest.Fault{
			{Operation: "uploadSession.create", Answer: mock.Throttled(time.Second)},
			{Operation: "uploadSession.uploadFile", Call: 2, Lasts: true, Answer: mock.Answer{Status: 409}},
		}}, []string{"409 to call 2 and later ones of uploadSession.uploadFile (it made 1)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tb, idle := play(t, tt.client, tt.scenario)
			tb.passes(t)
			for _, r := range tt.reason {
				if !strings.Contains(idle, r) {
					t.Errorf("the reason lacks %q: %s", r, idle)
				}
			}
		})
	}
}

// The tenant itself refuses a client that uploads to an upload session which it completed.
func TestUploadAfterCompletion(t *testing.T) {
	tb, idle := play(t, client{files: 1, afterwards: true}.run, scenario(t, "complete-then-upload"))
	tb.passes(t)
	if idle != "" {
		t.Error(idle)
	}
	tb, _ = play(t, client{files: 1, afterwards: true, blind: true}.run, scenario(t, "complete-then-upload"))
	tb.fails(t, "the client claims success, but could not have any: Graph gave 409")
}

func TestLastingFault(t *testing.T) {
	stubborn := client{files: 2, tries: 10}
	sc := contracttest.Scenario{
		Outcome: fixtures.Failure,
		Faults: []contracttest.Fault{
			{Operation: "uploadSession.uploadFile", Call: 1, Answer: mock.Throttled(time.Minute)},
			{Operation: "uploadSession.uploadFile", Call: 3, Lasts: true, Answer: mock.Throttled(time.Minute)},
		},
		Check: func(tb testing.TB, srv *mock.Server) {
			var got []int
			for _, c := range srv.CallsOf("uploadSession.uploadFile") {
				got = append(got, c.Response.Status)
			}
			if want := append([]int{429, 200}, slices.Repeat([]int{429}, 10)...); !slices.Equal(got, want) {
				tb.Errorf("statuses %v, want %v", got, want)
			}
		},
	}
	tb, idle := play(t, stubborn.run, sc)
	tb.passes(t)
	if idle != "" {
		t.Error(idle)
	}
}

func TestScenarioHooks(t *testing.T) {
	var order []string
	note := func(s string) func(*mock.Server) { return func(*mock.Server) { order = append(order, s) } }
	synctest.Test(t, func(t *testing.T) {
		suite := contracttest.Suite{
			Client: func(context.Context, contracttest.Target) error {
				order = append(order, "client")
				return nil
			},
			Prepare: note("suite"),
			Options: []contracttest.Option{contracttest.InProcess()},
		}
		try(func(tb testing.TB) {
			suite.Play(tb, contracttest.Scenario{
				Prepare: note("scenario"),
				Check:   func(tb testing.TB, _ *mock.Server) { tb.Errorf("checked") },
			})
		}).fails(t, "checked")
	})
	if want := []string{"suite", "scenario", "client"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

func TestUnknownOperation(t *testing.T) {
	sc := contracttest.Scenario{Name: "typo", Faults: []contracttest.Fault{{Operation: "uploadSession.creat", Answer: mock.Unavailable(0)}}}
	tb, _ := play(t, client{}.run, sc)
	tb.fails(t, `scenario "typo": 503 to call 1 of uploadSession.creat`, "no such operation")
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		suite := contracttest.Suite{
			Client: func(ctx context.Context, _ contracttest.Target) error {
				<-ctx.Done()
				return ctx.Err()
			},
			Options: []contracttest.Option{contracttest.InProcess()},
		}
		try(func(tb testing.TB) { suite.Play(tb, contracttest.Scenario{Outcome: fixtures.Success}) }).
			fails(t, "should have coped, but reports: context deadline exceeded", "it called nothing")
		if waited := time.Since(began); waited != time.Hour {
			t.Errorf("ended after %v, want 1h", waited)
		}
	})
}

// A suite for beta runs the scenarios of beta's newest contract.
func TestSuiteOfBeta(t *testing.T) {
	var urls []string
	contracttest.Suite{
		Version: "beta",
		Client: func(_ context.Context, target contracttest.Target) error {
			urls = append(urls, target.BaseURL)
			return errors.New("did nothing")
		},
		Scenarios: []contracttest.Scenario{{Name: "one"}},
		Options:   []contracttest.Option{contracttest.InProcess(), contracttest.WithContract("beta-2025-11")},
	}.Run(t)
	if want := []string{"https://graph.microsoft.com/beta"}; !slices.Equal(urls, want) {
		t.Errorf("base URLs %v, want %v", urls, want)
	}
}

func TestFromSession(t *testing.T) {
	const create = `"request": {"method": "POST", "url": "` + sessionsPath + `", "headers": {"Content-Type": "application/json"}, "body": {}}`
	session := `{
		"name": "nightly", "description": "what the nightly run met", "outcome": "failure",
		"interactions": [
			{` + create + `, "response": {"status": 503, "headers": {"retry-after": "1.5", "Date": "Mon, 03 Aug 2026 09:15:24 GMT"}}},
			{` + create + `, "response": {"status": 201, "body": {"id": "x"}, "cut": true}},
			{` + create + `, "response": {"status": 201, "body": {}}},
			{"request": {"method": "GET", "url": "/v1.0/nowhere"}, "response": {"status": 400}},
			{"request": {"method": "GET", "url": "` + sessionsPath + `"}, "response": {"status": 200, "body": {"value": []}}},
			{"operation": "uploadSession.update", "request": {"method": "PATCH", "url": "/v1.0/x"}, "response": {"status": 503}},
			{"operation": "uploadSession.update", "request": {"method": "PATCH", "url": "/v1.0/x"}, "response": {"status": 409, "text": "no"}}
		]
	}`
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "nightly.json"), []byte(session), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := contracttest.LoadScenarios(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	sc := all[0]
	if len(all) != 1 || sc.Name != "nightly" || sc.Description != "what the nightly run met" || sc.Outcome != fixtures.Failure {
		t.Errorf("scenarios %+v", all)
	}
	if want := []string{"uploadSession.create"}; !slices.Equal(sc.Needs, want) {
		t.Errorf("needs %v, want %v", sc.Needs, want)
	}
	var faults []string
	for _, f := range sc.Faults {
		faults = append(faults, f.String())
	}
	want := []string{
		"503 to call 1 of uploadSession.create", "a broken answer to call 2 of uploadSession.create",
		"503 to call 1 of uploadSession.update", "409 to call 2 and later ones of uploadSession.update",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(faults, "\n"), strings.Join(want, "\n"))
	}
	if h := sc.Faults[0].Answer.Header; len(h) != 1 || h.Get("Retry-After") != "1.5" {
		t.Errorf("header %v, want Retry-After only", h)
	}
	if n := sc.Faults[1].Answer.Truncate; n != len(`{"id":"x"}`) {
		t.Errorf("cut behind %d bytes, want %d", n, len(`{"id":"x"}`))
	}
}

// Operations are those of the set: the first revision has no uploadSession.list.
func TestFromSessionOfOtherContracts(t *testing.T) {
	session := &fixtures.Session{Interactions: []fixtures.Interaction{{
		Request:  fixtures.Request{Method: "GET", URL: "/beta/identityGovernance/catalogs/" + mock.CatalogID + "/accessPackageResources/" + mock.ResourceID + "/uploadSessions"},
		Response: fixtures.Response{Status: 503},
	}}}
	for contract, want := range map[string]int{"beta-2025-10": 0, "beta-2026-06": 1} {
		set, err := schemas.Embedded().Pin(contract)
		if err != nil {
			t.Fatal(err)
		}
		if sc := contracttest.FromSession(set, session); len(sc.Faults) != want {
			t.Errorf("%s: faults %v, want %d", contract, sc.Faults, want)
		}
	}
}

// Every revision has scenarios, for operations that it has.
func TestEmbeddedScenarios(t *testing.T) {
	for _, contract := range schemas.Embedded().Contracts() {
		all, err := contracttest.Scenarios(contract.Name)
		if err != nil {
			t.Error(err)
		}
		for _, sc := range all {
			for _, f := range sc.Faults {
				if contract.Operation(f.Operation) == nil {
					t.Errorf("%s: scenario %s: %v: the contract has no such operation", contract, sc.Name, f)
				}
			}
			for _, id := range sc.Needs {
				if contract.Operation(id) == nil {
					t.Errorf("%s: scenario %s needs %s, which the contract lacks", contract, sc.Name, id)
				}
			}
		}
	}
}

func TestLoadScenariosFails(t *testing.T) {
	if _, err := contracttest.Scenarios("v1.1"); err == nil || !strings.Contains(err.Error(), `contract "v1.1"`) {
		t.Errorf("error %v", err)
	}
	if _, err := contracttest.LoadScenarios(os.DirFS(t.TempDir())); err == nil {
		t.Error("no error for a folder without sessions")
	}
}

// The error of a fault reaches the client as it was recorded.
func TestFaultOnTheWire(t *testing.T) {
	var got *answer
	play(t, func(ctx context.Context, target contracttest.Target) (err error) {
		got, err = sendWith(ctx, target.HTTP, "POST", "https://graph.microsoft.com"+sessionsPath, "application/json", goodBody)
		return err
	}, scenario(t, "expired-token"))
	if got.StatusCode != http.StatusUnauthorized || !strings.Contains(got.Header.Get("Www-Authenticate"), "Bearer") {
		t.Errorf("%s, header %v", got.Status, got.Header)
	}
	if id := got.Header.Get("Request-Id"); id == "" || !strings.Contains(string(got.body), `"request-id":"`+id+`"`) {
		t.Errorf("request-id %q of the header is not that of the body %s", id, got.body)
	}
}
