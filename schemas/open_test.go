package schemas_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphmock/graphmock/internal/metadata"
	"github.com/graphmock/graphmock/schemas"
)

func ExampleOpenMetadata() {
	// A document as "graphmock contract pull v1.0" keeps it; this one is a small one.
	contract, err := schemas.OpenMetadata("testdata/metadata/small.csdl")
	if err != nil {
		fmt.Println(err)
		return
	}
	set := schemas.Embedded().With(contract)
	verdict := set.CheckRequest(&schemas.Request{
		Method: "PATCH", URL: "/v1.0/me/messages/1", Recorded: true,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   []byte(`{"subjct": "Lunch", "size": "large"}`),
	})
	fmt.Println(verdict.Operation.ID)
	for _, f := range verdict.Findings {
		fmt.Println(f)
	}
	// Output:
	// PATCH /me/messages/{id}
	// error body.unknown-property at body /subjct (line 1, column 2): microsoft.graph.message has no member "subjct" (did you mean "subject"?)
	// error body.type at body /size (line 1, column 21): "size" is a string, not a whole number from -2147483648 to 2147483647
}

func TestOpenMetadata(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "my-beta.csdl")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := schemas.OpenMetadata(file)
	if err != nil || c.Name != "my-beta" || c.Version != "beta" || c.Source != file || !c.FromMetadata() {
		t.Fatalf("got %+v, %v", c, err)
	}
	if n := c.Counts(); n.Types != len(c.TypeNames()) || n.Operations == 0 || n.Entries == 0 {
		t.Errorf("got %+v", n)
	}

	folder, err := metadata.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := folder.Keep(metadata.Entry{
		Name: "garden", Version: "beta", Cloud: "china", Origin: "-", Pulled: "2026-11-25T02:00:00Z",
	}, text)
	if err != nil {
		t.Fatal(err)
	}
	file = folder.Path(pulled.Entry)
	if c, err = schemas.OpenMetadata(file); err != nil || c.Name != "garden" || c.Version != "beta" {
		t.Errorf("got %+v, %v", c, err)
	}
	if err := os.WriteFile(file, append(text, '\n'), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err = schemas.OpenMetadata(file); err == nil || !strings.Contains(err.Error(), "graphmock contract pull beta --cloud china --name garden --from "+file) {
		t.Errorf("an edited file: got %v", err)
	}
	if _, err = schemas.OpenMetadata(filepath.Join(dir, "no.csdl")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestMetadataErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/metadata/small.csdl")
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.NewReplacer(`"Edm.Int32"`, `"Edm.Int33"`).Replace(string(text))
	_, err = schemas.ParseMetadata("x", "v1.0", "dir/x.csdl", []byte(bad))
	first, ok := errors.AsType[*schemas.MetadataError](err)
	if want := 1 + strings.Count(bad[:strings.Index(bad, "Edm.Int33")], "\n"); !ok || first.Source != "dir/x.csdl" || first.Line != want {
		t.Errorf("got %+v, want line %d", first, want)
	}
	for line := range strings.SplitSeq(fmt.Sprint(err), "\n") {
		if !strings.HasPrefix(line, "dir/x.csdl:") {
			t.Errorf("the line does not start with the place: %s", line)
		}
	}
	if want := strings.Count(bad, "Edm.Int33"); strings.Count(fmt.Sprint(err), "no primitive type") != want {
		t.Errorf("want %d lines:\n%v", want, err)
	}
}

func TestPathOfHandWritten(t *testing.T) {
	t.Parallel()
	c, err := schemas.Embedded().Contract("v1.0")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/identityGovernance/entitlementManagement/catalogs":                                "catalog.list catalog.create",
		"/v1.0/identityGovernance/entitlementManagement/catalogs/1?$select=id":              "catalog.get",
		"https://graph.microsoft.com/v1.0/identityGovernance/entitlementManagement/catlogs": `there is no "catlogs" in v1.0; did you mean "catalogs"?`,
		"/identityGovernance": "the path ends too early in v1.0; want catalogs, entitlementManagement",
		"/users":              `there is no "users" in v1.0; want identityGovernance`,
	} {
		ops, err := c.Path(path)
		var ids []string
		for _, op := range ops {
			ids = append(ids, op.ID)
		}
		got := strings.Join(ids, " ")
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	// Every template leads to its operation.
	for _, c := range schemas.Embedded().Contracts() {
		for _, op := range c.Operations() {
			for _, path := range op.Templates() {
				ops, err := c.Path(path)
				found := false
				for _, other := range ops {
					found = found || other == op
				}
				if err != nil || !found {
					t.Errorf("%s of %s: %s leads to %v, %v", op.ID, c, path, ops, err)
				}
			}
		}
	}
}

// TestTypeDeprecated reads types that are deprecated with and without a date and a reason.
func TestTypeDeprecated(t *testing.T) {
	t.Parallel()
	const revision = `<ComplexType Name="%s"><Annotation Term="Org.OData.Core.V1.Revisions"><Collection><Record>
		<PropertyValue Property="Kind" EnumMember="Org.OData.Core.V1.RevisionKind/Deprecated" />%s</Record></Collection></Annotation></ComplexType>`
	const date, reason = `<PropertyValue Property="Date" Date="2026-01-31" />`, `<PropertyValue Property="Description" String="use b" />`
	text := `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
		<Schema Namespace="n" xmlns="http://docs.oasis-open.org/odata/ns/edm">` +
		fmt.Sprintf(revision, "bare", "") + fmt.Sprintf(revision, "dated", date) + fmt.Sprintf(revision, "why", reason) + fmt.Sprintf(revision, "both", date+reason) +
		`<ComplexType Name="current" /><EntityContainer Name="c" /></Schema></edmx:DataServices></edmx:Edmx>`
	c, err := schemas.ParseMetadata("m", "v1.0", "m.csdl", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"bare": "yes", "dated": "since 2026-01-31", "why": "use b", "both": "since 2026-01-31: use b", "current": "",
	} {
		info, err := c.Type("n." + name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Deprecated != want || info.Members == nil {
			t.Errorf("%s: deprecated %q, members %v; want %q and an empty list", name, info.Deprecated, info.Members, want)
		}
	}
}
