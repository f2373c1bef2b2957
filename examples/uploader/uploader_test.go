package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
)

// sampleJob is what the command does without flags.
func sampleJob() Job {
	return Job{
		Catalog: mock.CatalogName, Resource: mock.ResourceName,
		Definition: "f5744a40-bca0-4506-a286-a8afac513d1c", Instance: "ca24f9b9-5917-4971-9b5b-07aae0aa74e8",
		Files: samples(),
	}
}

// client returns a client for a mock server that listens.
func client(srv *mock.Server) *Graph {
	return &Graph{BaseURL: srv.URL + "/v1.0", Token: srv.Token(mock.TokenOptions{}), HTTP: srv.Client()}
}

func silent(string, ...any) {}

func TestUpload(t *testing.T) {
	srv := contracttest.NewServer(t)
	var steps strings.Builder
	report := func(format string, args ...any) { fmt.Fprintf(&steps, format+"\n", args...) }
	if err := upload(t.Context(), client(srv), sampleJob(), report); err != nil {
		t.Fatal(err)
	}

	contracttest.Sequence(t, srv, "catalog.list", "resource.list", "uploadSession.create",
		"uploadSession.uploadFile", "uploadSession.uploadFile", "uploadSession.update")
	contracttest.NoFindings(t, srv)
	contracttest.SentJSON(t, srv.CallsOf("uploadSession.create")[0], `{
		"@odata.type": "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
		"data": {
			"@odata.type": "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
			"reviewDefinitionId": "f5744a40-bca0-4506-a286-a8afac513d1c",
			"reviewInstanceId": "ca24f9b9-5917-4971-9b5b-07aae0aa74e8"
		}
	}`)
	contracttest.SentJSON(t, srv.CallsOf("uploadSession.update")[0], `{"isUploadDone": true}`)
	for i, call := range srv.CallsOf("uploadSession.uploadFile") {
		checkForm(t, call, sampleJob().Files[i])
		if length := call.Request.Header.Get("Content-Length"); length != fmt.Sprint(len(call.Request.Body)) {
			t.Errorf("%s: Content-Length %q, want %d", call, length, len(call.Request.Body))
		}
	}

	const guid = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	wantSteps := `^catalog "Building access" is ` + guid + `
resource "BuildingAccessData" is ` + guid + `
created session ` + guid + `
uploaded building-a\.csv, 350 bytes
uploaded building-b\.csv, 228 bytes
completed: 2 files, 578 bytes
$`
	if !regexp.MustCompile(wantSteps).MatchString(steps.String()) {
		t.Errorf("reported\n%s\nwant\n%s", steps.String(), wantSteps)
	}
	seen := make(map[string]bool)
	for _, call := range srv.Calls() {
		id := call.Request.Header.Get("client-request-id")
		if seen[id] || !regexp.MustCompile("^"+guid+"$").MatchString(id) {
			t.Errorf("%s has the client-request-id %q, want a GUID of its own", call, id)
		}
		seen[id] = true
	}
}

// checkForm fails t unless the call uploads the whole file under its name.
func checkForm(t *testing.T, call mock.Call, f File) {
	t.Helper()
	_, params, err := mime.ParseMediaType(call.Request.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(bytes.NewReader(call.Request.Body), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	part := form.File["file"][0]
	sent, err := part.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer sent.Close()
	file, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, _ := io.ReadAll(sent)
	want, _ := io.ReadAll(file)
	if part.Filename != f.Name || !bytes.Equal(got, want) {
		t.Errorf("%s: uploaded %q with %d bytes, want %q with %d", call, part.Filename, len(got), f.Name, len(want))
	}
}

// The client keeps to the contract of v1.0 and survives every embedded scenario. It all
// runs in bubbles of testing/synctest: waiting costs no time.
func TestContract(t *testing.T) {
	contracttest.Suite{
		Client: func(ctx context.Context, target contracttest.Target) error {
			return upload(ctx, &Graph{BaseURL: target.BaseURL, Token: target.Token, HTTP: target.HTTP}, sampleJob(), silent)
		},
		Options: []contracttest.Option{contracttest.InProcess()},
	}.Run(t)
}

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		graph := contracttest.NewServer(t, contracttest.InProcess())
		graph.Next("uploadSession.create", mock.Throttled(120*time.Second), mock.Unavailable(1500*time.Millisecond))
		graph.Nth("uploadSession.uploadFile", 2, mock.Unavailable(0))

		began := time.Now()
		g := &Graph{BaseURL: "https://graph.microsoft.com/v1.0", Token: "any", HTTP: &http.Client{Transport: graph.Transport()}}
		if err := upload(t.Context(), g, sampleJob(), silent); err != nil {
			t.Fatal(err)
		}
		if waited, want := time.Since(began), 123500*time.Millisecond; waited != want {
			t.Errorf("waited %v of the bubble's time, want %v", waited, want)
		}
		contracttest.CalledTimes(t, graph, "uploadSession.create", 3)
		contracttest.CalledTimes(t, graph, "uploadSession.uploadFile", 3)
		contracttest.WaitedBeforeRetry(t, graph)
		checkForm(t, graph.CallsOf("uploadSession.uploadFile")[2], samples()[1])
	})
}

func TestGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		graph := contracttest.NewServer(t, contracttest.InProcess())
		graph.Every("catalog.list", mock.Unavailable(time.Minute))
		g := &Graph{BaseURL: "https://graph.microsoft.com/v1.0", Token: "any", HTTP: &http.Client{Transport: graph.Transport()}}

		err := upload(t.Context(), g, sampleJob(), silent)
		if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Status != http.StatusServiceUnavailable {
			t.Errorf("error %v, want an *Error with status 503", err)
		}
		contracttest.CalledTimes(t, graph, "catalog.list", maxTries)

		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		err = upload(ctx, g, sampleJob(), silent)
		if _, ok := errors.AsType[*Error](err); !ok || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline and the *Error that made it wait", err)
		}
		contracttest.CalledTimes(t, graph, "catalog.list", maxTries+2)
	})
}

// The body of the preview of 2025 is refused. The test allows the findings, which
// would fail it otherwise.
func TestLastYear(t *testing.T) {
	srv := contracttest.NewServer(t, contracttest.Allow("body.*"))
	job := sampleJob()
	job.LastYear = true

	err := upload(t.Context(), client(srv), job, silent)
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Status != http.StatusBadRequest || refusal.Code == "" || refusal.RequestID == "" {
		t.Errorf("error %v, want an *Error with status 400, code and request id", err)
	}
	contracttest.Sequence(t, srv, "catalog.list", "resource.list", "uploadSession.create")
	var unknown []string
	for _, f := range srv.CallsOf("uploadSession.create")[0].Findings {
		if f.Rule == "body.unknown-property" {
			unknown = append(unknown, f.Pointer)
		}
	}
	slices.Sort(unknown)
	if want := []string{"/data/accessReviewId", "/data/accessReviewInstanceId", "/source", "/type"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown properties %q, want %q", unknown, want)
	}
}

// A run that was cut off is taken up by the next one.
func TestResumes(t *testing.T) {
	srv := contracttest.NewServer(t)
	srv.Nth("uploadSession.uploadFile", 2, mock.CutConnection())
	if err := upload(t.Context(), client(srv), sampleJob(), silent); err == nil {
		t.Fatal("no error, though the connection was cut")
	}
	srv.ClearCalls()

	var steps strings.Builder
	report := func(format string, args ...any) { fmt.Fprintf(&steps, format+"\n", args...) }
	if err := upload(t.Context(), client(srv), sampleJob(), report); err != nil {
		t.Fatal(err)
	}
	contracttest.Sequence(t, srv, "catalog.list", "resource.list", "uploadSession.create", "uploadSession.list",
		"uploadSession.uploadFile", "uploadSession.update")
	for _, step := range []string{"resumed session ", "building-a.csv is there already", "uploaded building-b.csv", "completed: 2 files"} {
		if !strings.Contains(steps.String(), step) {
			t.Errorf("reported\n%s\nwant %q", steps.String(), step)
		}
	}

	// Now it is complete, for good.
	err := upload(t.Context(), client(srv), sampleJob(), silent)
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Status != http.StatusConflict || !strings.Contains(err.Error(), " is complete") {
		t.Errorf("error %v, want the 409 and that the session is complete", err)
	}
}

func TestPaging(t *testing.T) {
	srv := contracttest.NewServer(t, contracttest.WithConfig(mock.Config{PageSize: 2}))
	catalog := srv.AddCatalog(mock.Catalog{DisplayName: "Ann's doors"})
	for _, name := range []string{"Badges", "Keys", "Gates", "Lifts", "Cars"} {
		srv.AddResource(mock.Resource{CatalogID: catalog, DisplayName: name})
	}
	job := sampleJob()
	job.Catalog, job.Resource = "Ann's doors", "Cars"
	if err := upload(t.Context(), client(srv), job, silent); err != nil {
		t.Fatal(err)
	}
	contracttest.CalledTimes(t, srv, "resource.list", 3)
}

func TestTokenStaysAtGraph(t *testing.T) {
	srv := contracttest.NewServer(t)
	srv.Next("catalog.list", mock.Answer{Status: 200, Body: `{"value": [], "@odata.nextLink": "http://127.0.0.1:1/v1.0/catalogs?$skiptoken=x"}`})
	err := upload(t.Context(), client(srv), sampleJob(), silent)
	if err == nil || !strings.Contains(err.Error(), "the next page is at http://127.0.0.1:1/") {
		t.Errorf("error %v, want a refusal to go there", err)
	}
}

func TestNotFound(t *testing.T) {
	tests := []struct {
		name string
		edit func(*Job)
		want string
	}{
		{"catalog", func(j *Job) { j.Catalog = "Garages" }, `there are 0 catalogs "Garages", want one`},
		{"resource", func(j *Job) { j.Resource = "Cars" }, `the catalog "Building access" has 1 custom data provided resources, and none is called "Cars"`},
		{"file", func(j *Job) { j.Files = filesAt([]string{"testdata/nowhere.csv"}) }, "nowhere.csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := contracttest.NewServer(t)
			job := sampleJob()
			tt.edit(&job)
			if err := upload(t.Context(), client(srv), job, silent); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestBrokenAnswers(t *testing.T) {
	tests := []struct {
		name   string
		answer mock.Answer
		want   string
	}{
		{"cut", mock.Truncated(20), "unexpected EOF"},
		{"no JSON", mock.Answer{Status: 200, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}, Unchecked: true}, "invalid character"},
		{"error without Graph's shape", mock.Answer{Status: 502, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}, "Request-Id": {"7"}}, Unchecked: true},
			"502 Bad Gateway (request-id 7)"},
		{"error", mock.Answer{Status: 403, Header: http.Header{"Request-Id": {"7"}}},
			`find the catalog "Building access": 403 Authorization_RequestDenied: Insufficient privileges to complete the operation. (request-id 7)`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := contracttest.NewServer(t)
			srv.Next("catalog.list", tt.answer)
			if err := upload(t.Context(), client(srv), sampleJob(), silent); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 8, 3, 9, 15, 0, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Duration
	}{
		{"2", 2 * time.Second},
		{"0.25", 250 * time.Millisecond},
		{"Mon, 03 Aug 2026 09:15:30 GMT", 30 * time.Second},
		{"Mon, 03 Aug 2026 09:14:30 GMT", 0},
		{"", 0}, {"soon", 0}, {"-5", 0}, {"NaN", 0}, {"Inf", 0}, {"1e300", 0},
	}
	for _, tt := range tests {
		if got := retryAfter(tt.value, now); got != tt.want {
			t.Errorf("retryAfter(%q) = %v, want %v", tt.value, got, tt.want)
		}
	}
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "doors.csv")
	sample, err := os.ReadFile("testdata/building-a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, sample, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		token  string // name of the variable
		status int
		stdout string
		stderr string
	}{
		{"samples", nil, "GRAPHMOCK_TOKEN", 0, "completed: 2 files, 578 bytes\n", ""},
		{"files", []string{file}, "GRAPH_TOKEN", 0, "uploaded doors.csv, 350 bytes\n", ""},
		{"flags", []string{"-catalog", "Garages"}, "GRAPH_TOKEN", 1, "", `uploader: error: there are 0 catalogs "Garages"`},
		{"last year", []string{"-last-year"}, "GRAPH_TOKEN", 1, "", "uploader: error: create a session: 400 BadRequest: "},
		{"no token", nil, "OTHER", 2, "", "uploader: hint: set GRAPH_TOKEN"},
		{"unknown flag", []string{"-nope"}, "GRAPH_TOKEN", 2, "", "usage: uploader"},
		{"help", []string{"-h"}, "GRAPH_TOKEN", 0, "", "usage: uploader"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := contracttest.NewServer(t, contracttest.Allow("body.*"))
			env := map[string]string{"GRAPH_BASE_URL": srv.URL + "/v1.0/", tt.token: srv.Token(mock.TokenOptions{})}
			var stdout, stderr strings.Builder
			status := run(t.Context(), tt.args, func(name string) string { return env[name] }, &stdout, &stderr)
			if status != tt.status {
				t.Errorf("status %d, want %d", status, tt.status)
			}
			if !strings.Contains(stdout.String(), tt.stdout) || !strings.Contains(stderr.String(), tt.stderr) {
				t.Errorf("stdout:\n%s\nwant %q\nstderr:\n%s\nwant %q", stdout.String(), tt.stdout, stderr.String(), tt.stderr)
			}
		})
	}
}
