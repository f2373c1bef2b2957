package tenant

import (
	"testing"
	"time"

	"github.com/graphmock/graphmock/internal/ident"
	"github.com/graphmock/graphmock/schemas"
)

// TestBareCalls: no operation falls over when all that a call may lack is missing.
func TestBareCalls(t *testing.T) {
	for id, handle := range handlers {
		tenant := New(Config{Now: time.Now, IDs: ident.NewSource(1), PageSize: 10, SessionLifetime: time.Hour})
		tenant.Reset(Seed{Resources: []Resource{{ID: "r"}}})
		session, ok := tenant.AddSession(Session{ResourceID: "r"})
		if !ok {
			t.Fatal("no resource")
		}
		call := &Call{Verdict: &schemas.Verdict{
			Operation: &schemas.Operation{ID: id},
			Keys:      []schemas.Key{{Name: "resourceId", Value: "r"}, {Name: "uploadSessionId", Value: session}},
		}}
		var a Answer
		err := handle(tenant, call, &a)
		if (id == "uploadSession.uploadFile" || id == "file.create") && (err == nil || err.Message != "The request has no file.") {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestReset: the seed is all that is left.
func TestReset(t *testing.T) {
	tenant := New(Config{Now: time.Now, IDs: ident.NewSource(1)})
	tenant.AddCatalog(Catalog{ID: "old"})
	tenant.Reset(Seed{Catalogs: []Catalog{{ID: "new"}}, Resources: []Resource{{ID: "r"}}})
	if tenant.catalogs.get("old") != nil || len(tenant.catalogs.items) != 1 || tenant.resources.get("r").catalogID != "new" {
		t.Errorf("catalogs %v, resources %v", tenant.catalogs, tenant.resources)
	}
}
