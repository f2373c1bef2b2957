package contracttest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// t stands for the parameter of a test.
var t *testing.T

// CreateSession is the code under test in the examples.
func CreateSession(client *http.Client, baseURL, token, body string) error {
	url := strings.TrimSuffix(baseURL, "/v1.0") + sessionsPath
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Upload is the code under test where a client is wanted.
func Upload(ctx context.Context, client *http.Client, baseURL, token string) error {
	return CreateSession(client, baseURL, token, goodBody)
}

// The test fails when it ends, for a misspelt property that the code under test sent.
func ExampleNewServer() {
	test := func(t testing.TB) {
		graph := contracttest.NewServer(t)

		body := `{
			"@odata.type": "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
			"data": {
				"@odata.type": "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
				"reviewDefinitionId": "f5744a40-bca0-4506-a286-a8afac513d1c",
				"reviewInstanceId": "ca24f9b9-5917-4971-9b5b-07aae0aa74e8"
			},
			"Source": "BuildingAccessData"
		}`
		if err := CreateSession(graph.Client(), graph.URL+"/v1.0", "any token", body); err != nil {
			t.Fatal(err)
		}
	}

	fmt.Println(strings.ReplaceAll(try(test).errors[0], sessionsPath, "…/uploadSessions"))
	// Output:
	// #1 POST …/uploadSessions → 400 (uploadSession.create) breaks the contract v1.0
	//   body.unknown-property: the body has no member "Source"
	//     at:           body /Source (line 8, column 4)
	//     found:        Source
	//     wanted:       @odata.type, data
	//     declared in:  v1.0/uploadSession.create.json#
	//     see:          https://learn.microsoft.com/en-us/graph/api/accesspackageresource-post-uploadsessions?view=graph-rest-1.0
}

// A test that expects a finding allows it, and looks at it.
func ExampleAllow() {
	graph := contracttest.NewServer(t, contracttest.Allow("body.*"))
	if err := CreateSession(graph.Client(), graph.URL+"/v1.0", "any token", `{"source": "old"}`); err != nil {
		t.Fatal(err)
	}
	for _, f := range graph.Calls()[0].Findings {
		t.Log(f.Rule, f.Pointer)
	}
}

// In a bubble of testing/synctest, a client that honours Retry-After waits without
// costing time.
func ExampleInProcess() {
	synctest.Test(t, func(t *testing.T) {
		graph := contracttest.NewServer(t, contracttest.InProcess())
		graph.Next("uploadSession.create", mock.Throttled(2*time.Minute))

		client := &http.Client{Transport: graph.Transport()}
		if err := Upload(t.Context(), client, "https://graph.microsoft.com/v1.0", "any token"); err != nil {
			t.Fatal(err)
		}
		contracttest.CalledTimes(t, graph, "uploadSession.create", 2)
		contracttest.WaitedBeforeRetry(t, graph)
	})
}

// For code that uses http.DefaultClient and has Graph's address wired in.
func ExampleTakeOver() {
	contracttest.TakeOver(t, contracttest.NewServer(t))
	if err := Upload(t.Context(), http.DefaultClient, "https://graph.microsoft.com/v1.0", "any token"); err != nil {
		t.Fatal(err)
	}
}

// A whole contract test of a client: every embedded session, in no time.
func ExampleSuite() {
	contracttest.Suite{
		Client: func(ctx context.Context, target contracttest.Target) error {
			return Upload(ctx, target.HTTP, target.BaseURL, target.Token)
		},
		Options: []contracttest.Option{contracttest.InProcess()},
	}.Run(t)
}

// Scenarios may come from files of one's own, or be written down.
func ExampleSuite_scenarios() {
	scenarios, err := contracttest.LoadScenarios(os.DirFS("testdata/sessions"))
	if err != nil {
		t.Fatal(err)
	}
	scenarios = append(scenarios, contracttest.Scenario{
		Name:        "unavailable",
		Description: "Graph is unavailable while the second file is uploaded.",
		Outcome:     fixtures.Success,
		Faults:      []contracttest.Fault{{Operation: "uploadSession.uploadFile", Call: 2, Answer: mock.Unavailable(time.Minute)}},
		Needs:       []string{"uploadSession.update"},
		Check: func(tb testing.TB, graph *mock.Server) {
			contracttest.CalledTimes(tb, graph, "uploadSession.uploadFile", 3)
		},
	})
	contracttest.Suite{
		Client: func(ctx context.Context, target contracttest.Target) error {
			return Upload(ctx, target.HTTP, target.BaseURL, target.Token)
		},
		Scenarios: scenarios,
		Prepare: func(graph *mock.Server) { // where the client looks for its files' place
			graph.AddResource(mock.Resource{DisplayName: "Badges", CatalogID: graph.AddCatalog(mock.Catalog{DisplayName: "Doors"})})
		},
		Options: []contracttest.Option{contracttest.InProcess()},
	}.Run(t)
}

func ExampleFromSession() {
	sessions, err := fixtures.Load(fixtures.Embedded(), "v1.0/throttled.json", "v1.0/conflict.json")
	if err != nil {
		panic(err)
	}
	for _, s := range sessions {
		sc := contracttest.FromSession(schemas.Embedded(), s)
		fmt.Printf("%s should end in %s\n  faults: %v\n  needs: %v\n", sc.Name, sc.Outcome, sc.Faults, sc.Needs)
	}
	// Output:
	// conflict should end in failure
	//   faults: [409 to call 1 and later ones of uploadSession.create]
	//   needs: []
	// throttled should end in success
	//   faults: [429 to call 1 of uploadSession.create]
	//   needs: [uploadSession.create]
}

func ExampleCoverage() {
	coverage := contracttest.NewCoverage(schemas.Embedded(), "v1.0")
	coverage.Add(mock.Call{Operation: "catalog.list"}, mock.Call{Operation: "resource.list"})
	called, missed := coverage.Covered()
	fmt.Println(called)
	fmt.Println(len(missed), "were not called")
	// Output:
	// [catalog.list resource.list]
	// 10 were not called
}
