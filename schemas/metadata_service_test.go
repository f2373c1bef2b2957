package schemas_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// services is metadata of services whose reference has more than the metadata says.
const services = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
  <ComplexType Name="Json" OpenType="true"/>
  <ComplexType Name="thumbnail"><Property Name="url" Type="Edm.String"/><Property Name="content" Type="Edm.Stream"/></ComplexType>
  <EntityType Name="thumbnailSet" BaseType="graph.entity" OpenType="true"><Property Name="small" Type="graph.thumbnail"/></EntityType>
  <ComplexType Name="identity"><Property Name="displayName" Type="Edm.String"/></ComplexType>
  <ComplexType Name="emailIdentity" BaseType="graph.identity"><Property Name="email" Type="Edm.String"/></ComplexType>
  <ComplexType Name="guestIdentity" BaseType="graph.identity"><Property Name="email" Type="Edm.String"/><Property Name="tenant" Type="Edm.String"/></ComplexType>
  <EntityType Name="item" BaseType="graph.entity">
    <Property Name="owner" Type="graph.identity"/>
    <NavigationProperty Name="sheet" Type="graph.workbookSheet" ContainsTarget="true"/>
    <NavigationProperty Name="thumbnails" Type="Collection(graph.thumbnailSet)" ContainsTarget="true"/>
  </EntityType>
  <EntityType Name="workbookSheet" BaseType="graph.entity"/>
  <EntityType Name="workbookRange" BaseType="graph.entity"><Property Name="values" Type="graph.Json"/></EntityType>
  <Function Name="range" IsBound="true" IsComposable="true">
    <Parameter Name="bindingParameter" Type="graph.workbookSheet"/><Parameter Name="address" Type="Edm.String"/>
    <ReturnType Type="graph.workbookRange"/>
  </Function>
  <Function Name="cell" IsBound="true" IsComposable="true">
    <Parameter Name="bindingParameter" Type="graph.workbookRange"/>
    <Parameter Name="row" Type="Edm.Int32" Nullable="false"/><Parameter Name="column" Type="Edm.Int32" Nullable="false"/>
    <ReturnType Type="graph.workbookRange"/>
  </Function>
  <Function Name="peers" IsBound="true" IsComposable="true">
    <Parameter Name="bindingParameter" Type="graph.item"/>
    <ReturnType Type="graph.item"/>
  </Function>
  <Action Name="add" IsBound="true">
    <Parameter Name="bindingParameter" Type="Collection(graph.item)"/>
    <ReturnType Type="Collection(graph.identity)"/>
  </Action>
  <EntityContainer Name="GraphService"><EntitySet Name="items" EntityType="graph.item"/></EntityContainer>
</Schema>
</edmx:DataServices>
</edmx:Edmx>`

func TestServices(t *testing.T) {
	t.Parallel()
	contract, err := schemas.ParseMetadata("v1.0", "v1.0", "services.csdl", []byte(services))
	if err != nil {
		t.Fatal(err)
	}
	set := schemas.Embedded().With(contract)
	for _, c := range []struct {
		method, path, body string
		operation          string
		findings           []string // rule, pointer and suggestion
	}{
		// Excel's reference updates ranges.
		{"PATCH", "items/1/sheet/range(address='A1')", `{"values":[[1]]}`, "PATCH /items/{id}/sheet/range(address={address})", nil},
		{"PATCH", "items/1/sheet/range/cell(row=1,column=2)", `{"values":[[1]]}`, "PATCH /items/{id}/sheet/range/cell(row={row},column={column})", nil},
		{"PATCH", "items/1/sheet/range(address='A1')", `{"formula":[[1]]}`, "PATCH /items/{id}/sheet/range(address={address})",
			[]string{"body.unknown-property /formula "}},
		{"PATCH", "items/1/peers", `{}`, "", []string{"method.not-allowed  GET"}},
		// What stands on the way is no parameter of the last function.
		{"GET", "items/1/sheet/range(address='A1')/cell", "", "GET /items/{id}/sheet/range(address={address})/cell",
			[]string{"path.missing-parameter cell cell(row={},column={})"}},
		{"GET", "items/1/sheet/range/cell(row=1,column=1)/cell(row=2)", "", "GET /items/{id}/sheet/range/cell(row={row},column={column})/cell(row={row})",
			[]string{"path.missing-parameter cell(row=2) cell(row=2,column={})"}},
		{"PATCH", "items/1/sheet/range/cell(row=1)", `{"column":2}`, "PATCH /items/{id}/sheet/range/cell(row={row})",
			[]string{"path.missing-parameter cell(row=1) cell(row=1,column={})", "body.unknown-property /column "}},
		// Thumbnails come in sizes that are not declared.
		{"GET", "items/1/thumbnails/0/smallSquare", "", "GET /items/{id}/thumbnails/{id}/smallSquare", nil},
		{"GET", "items/1/thumbnails/0/c300x400", "", "GET /items/{id}/thumbnails/{id}/c300x400", nil},
		{"GET", "items/1/thumbnails/0/c30x40_crop/content", "", "GET /items/{id}/thumbnails/{id}/c30x40_crop/content", nil},
		{"GET", "items/1/thumbnails/0/c300", "", "", []string{"path.unknown-segment c300 "}},
		{"GET", "items/1/thumbnails/0/300x400", "", "", []string{"path.unknown-segment 300x400 "}},
		// Several types may have a member: the others tell which is meant.
		{"PATCH", "items/1", `{"owner":{"email":"a@b.c"}}`, "PATCH /items/{id}", []string{"body.derived-property /owner/email "}},
		{"PATCH", "items/1", `{"owner":{"email":"a@b.c","tenant":"x"}}`, "PATCH /items/{id}", []string{
			"body.derived-property /owner/email #microsoft.graph.guestIdentity", "body.derived-property /owner/tenant #microsoft.graph.guestIdentity",
		}},
	} {
		r := &schemas.Request{Method: c.method, URL: "/v1.0/" + c.path, Header: http.Header{}, Body: []byte(c.body), Recorded: true}
		if c.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		v := set.CheckRequest(r)
		var operation string
		if v.Operation != nil {
			operation = v.Operation.ID
		}
		var findings []string
		for _, f := range v.Findings {
			findings = append(findings, strings.Join([]string{f.Rule, f.Pointer, f.Suggestion}, " "))
		}
		if operation != c.operation || !slices.Equal(findings, c.findings) {
			t.Errorf("%s %s %s: got %q %q, want %q %q", c.method, c.path, c.body, operation, findings, c.operation, c.findings)
		}
	}
}

// TestServiceAnswers holds answers that services give to be accepted.
func TestServiceAnswers(t *testing.T) {
	t.Parallel()
	contract, err := schemas.ParseMetadata("v1.0", "v1.0", "services.csdl", []byte(services))
	if err != nil {
		t.Fatal(err)
	}
	set := schemas.Embedded().With(contract)
	for _, c := range []struct {
		method, path, body string
		status             int
		answer             string
		findings           []string // rule, pointer and message
	}{
		// Actions may succeed in part.
		{"POST", "items/add", "", 207, `{"value":[]}`, nil},
		{"POST", "items/add", "", 200, `{"value":[]}`, nil},
		{"POST", "items/add", "", 206, `{"value":[]}`, []string{"response.status  POST /items/add answers 200, not 206"}},
		{"PATCH", "items/1/sheet/range", `{}`, 200, `{"id":"1","values":[[1]]}`, nil},
		{"PATCH", "items/1/sheet/range", `{}`, 204, "", nil},
		// What Graph accepts is no matter in its answers.
		{"GET", "items/1", "", 200, `{"id":"1","Owner":{}}`, []string{
			`response.property-case /Owner the contract writes "owner"; clients may not accept another letter case`,
		}},
	} {
		r := &schemas.Request{Method: c.method, URL: "/v1.0/" + c.path, Header: http.Header{}, Body: []byte(c.body), Recorded: true}
		if c.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		answer := &schemas.Response{Status: c.status, Header: http.Header{}, Body: []byte(c.answer)}
		if c.answer != "" {
			answer.Header.Set("Content-Type", "application/json")
		}
		var findings []string
		for _, f := range set.CheckResponse(set.CheckRequest(r), answer) {
			findings = append(findings, strings.Join([]string{f.Rule, f.Pointer, f.Message}, " "))
		}
		if !slices.Equal(findings, c.findings) {
			t.Errorf("%s %s: %d %s: got %q, want %q", c.method, c.path, c.status, c.answer, findings, c.findings)
		}
	}
}
