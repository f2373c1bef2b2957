package mock_test

import (
	"strings"
	"testing"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// TestEmbeddedSessions sends the requests of every embedded session twice: to
// their own replay, which has to use up every interaction, and to the tenant, which has to agree
// wherever the answer was not a fault of the day.
func TestEmbeddedSessions(t *testing.T) {
	sessions, err := fixtures.Load(fixtures.Embedded(), "*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(sessions) < 30 {
		t.Fatalf("%d sessions", len(sessions))
	}
	for _, session := range sessions {
		t.Run(session.Contract+"/"+session.Name, func(t *testing.T) {
			set, err := schemas.Embedded().Pin(session.Contract)
			if err != nil {
				t.Fatal(err)
			}
			replay := start(t, mock.Config{Contracts: set, Sessions: []*fixtures.Session{session}, Replay: mock.ReplayMode{Strict: true}})
			live := start(t, mock.Config{Contracts: set, Now: func() time.Time { return session.Interactions[0].Started }})
			for _, i := range session.Interactions { // the tenant that the session was recorded from
				if v := set.CheckRequest(i.Request.Message()); v.Key("resourceId") != "" {
					live.AddResource(mock.Resource{ID: v.Key("resourceId"), CatalogID: v.Key("catalogId")})
				}
			}
			ids := make(map[string]string) // recorded → live
			for _, i := range session.Interactions {
				contentType := i.Request.Headers.Get("Content-Type")
				client(t, replay).do(i.Request.Method, i.Request.URL, contentType, i.Request.Body.Bytes()).want(t, i.Response.Status)
				if i.Response.Status == 401 || i.Response.Status == 429 {
					continue
				}
				url := i.Request.URL
				for recorded, id := range ids {
					url = strings.ReplaceAll(url, recorded, id)
				}
				if session.Name == "conflict" && len(ids) == 0 && i.Response.Status == 409 {
					client(t, live).do(i.Request.Method, url, contentType, i.Request.Body.Bytes()) // the one that came first
				}
				answer := client(t, live).do(i.Request.Method, url, contentType, i.Request.Body.Bytes()).want(t, i.Response.Status)
				if i.Operation == "uploadSession.create" && answer.StatusCode == 201 {
					recorded := reply{body: i.Response.Body.Bytes()}
					ids[recorded.json(t)["id"].(string)] = answer.json(t)["id"].(string)
				}
			}
			if unused := replay.UnusedInteractions(); len(unused) > 0 {
				t.Errorf("never used: %v", unused)
			}
			for _, call := range live.Calls() {
				if len(call.AnswerFindings) > 0 {
					t.Errorf("%v: the answer breaks the contract: %v", call, call.AnswerFindings)
				}
			}
		})
	}
}
