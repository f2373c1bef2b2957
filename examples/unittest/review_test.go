package unittest

import (
	"testing"
	"time"

	"github.com/graphmock/graphmock/contracttest"
	"github.com/graphmock/graphmock/mock"
)

func TestOpenUpload(t *testing.T) {
	graph := contracttest.NewServer(t) // fails the test, when it ends, for every wrong call
	open := func() error {
		_, err := OpenUpload(t.Context(), graph.Client(), graph.URL+"/v1.0", "any token", mock.CatalogID, mock.ResourceID,
			"9e4b1c6f-2a3d-4f8e-9b7a-5c1e2d3f4a6b", "15eeb4df-8a4d-4f8e-9b7a-6b3e1c7f5a9d")
		return err
	}

	graph.Next("uploadSession.create", mock.Throttled(2*time.Second)) // what Graph does on a bad day
	if open() == nil {
		t.Error("a throttled create was taken for a success")
	}
	if err := open(); err != nil {
		t.Error(err)
	}
}
