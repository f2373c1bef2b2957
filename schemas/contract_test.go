package schemas

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestEmbeddedContracts holds every embedded contract to load, and every
// schema that it names to compile.
func TestEmbeddedContracts(t *testing.T) {
	var names []string
	for _, c := range Embedded().Contracts() {
		names = append(names, c.Name)
		for _, op := range c.Operations() {
			for _, s := range []*Schema{op.Response.Schema, requestSchema(op)} {
				if s == nil {
					continue
				}
				if err := s.Compile(); err != nil {
					t.Errorf("%s, %s: %v", c, op.ID, err)
				}
			}
			if op.Summary == "" || op.Reference == "" || op.Response.Status == 0 {
				t.Errorf("%s, %s: summary, reference and status must be there", c, op.ID)
			}
		}
	}
	want := []string{"beta-2025-10", "beta-2025-11", "beta-2026-04", "beta-2026-06", "v1.0"}
	if len(names) != len(want) {
		t.Fatalf("contracts %v, want %v", names, want)
	}
	if err := errorSchema().Compile(); err != nil {
		t.Error(err)
	}
}

func requestSchema(op *Operation) *Schema {
	if op.Request == nil {
		return nil
	}
	return op.Request.Schema
}

// TestContractFiles holds the files to the schemas that editors use for them.
func TestContractFiles(t *testing.T) {
	files, err := fs.Sub(embedded, "contracts")
	if err != nil {
		t.Fatal(err)
	}
	lib := newLibrary(files)
	for pattern, schema := range map[string]string{"*/contract.json": "contract.schema.json", "*/*.csv.json": "csv.schema.json"} {
		compiled, err := lib.compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		matches, err := fs.Glob(files, pattern)
		if err != nil || len(matches) == 0 {
			t.Fatalf("%s: %v, %v", pattern, matches, err)
		}
		for _, file := range matches {
			data, err := fs.ReadFile(files, file)
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if err := compiled.Validate(value); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestShape: one superset becomes the answer of each revision.
func TestShape(t *testing.T) {
	superset := map[string]any{
		"id": "1", "status": "active", "referenceId": "i", "expirationDateTime": "2024-03-07T01:35:12Z", "source": "s",
		"data":  map[string]any{"accessReviewId": "d", "reviewDefinitionId": "d", "accessReviewInstanceId": "i", "reviewInstanceId": "i"},
		"files": []any{map[string]any{"id": "f", "name": "a.csv"}},
	}
	tests := map[string]string{
		"beta-2025-11": `{"expirationDateTime":"2024-03-07T01:35:12Z","files":[{"name":"a.csv"}],"id":"1","status":"Active"}`,
		"v1.0": `{"@odata.type":"#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",` +
			`"data":{"@odata.type":"#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData","reviewDefinitionId":"d","reviewInstanceId":"i"},` +
			`"files":[{"id":"f","name":"a.csv"}],"id":"1","referenceId":"i","status":"active"}`,
	}
	for name, want := range tests {
		c, err := Embedded().Contract(name)
		if err != nil {
			t.Fatal(err)
		}
		shaped, err := c.Operation("uploadSession.create").Response.Schema.Shape(superset)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(shaped)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	if superset["status"] != "active" || len(superset) != 7 {
		t.Error("Shape changed its argument")
	}
}

func TestUnknownContract(t *testing.T) {
	_, err := Embedded().Contract("beta-2026-05")
	if err == nil || err.Error() != `no contract "beta-2026-05": there are beta-2025-10, beta-2025-11, beta-2026-04, beta-2026-06, v1.0; did you mean "beta-2026-04"?` {
		t.Errorf("got %v", err)
	}
}
