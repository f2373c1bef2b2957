package edm

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/graphmock/graphmock/internal/csdl"
)

// garden is the model of testdata/garden.csdl.
func garden(tb testing.TB) *Model {
	tb.Helper()
	m, err := Parse(gardenText(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func gardenText(tb testing.TB) []byte {
	tb.Helper()
	text, err := os.ReadFile("testdata/garden.csdl")
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

func names[T interface{ FullName() string }](list []T) string {
	var out []string
	for _, t := range list {
		out = append(out, t.FullName())
	}
	return strings.Join(out, " ")
}

// members writes properties as owner/name.
func members(list []*Property) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Owner.Name+"/"+p.Name)
	}
	return strings.Join(out, " ")
}

func TestLookUp(t *testing.T) {
	m := garden(t)
	if len(m.Issues) > 0 {
		t.Errorf("got issues %v, want none", m.Issues)
	}
	tests := []struct{ name, exact, fold string }{
		{"garden.plant", "garden.plant", "garden.plant"},
		{"graph.plant", "garden.plant", "garden.plant"},
		{"GRAPH.Plant", "", "garden.plant"},
		{"Garden.plant", "", "garden.plant"},
		{"self.alert", "garden.security.alert", "garden.security.alert"},
		{"garden.security.alert", "garden.security.alert", "garden.security.alert"},
		{"GARDEN.SECURITY.ALERT", "", "garden.security.alert"},
		{"garden.alert", "garden.alert", "garden.alert"},
		{"garden.security", "garden.security", "garden.security"}, // a namespace too
		{"graph.security", "garden.security", "garden.security"},
		{"plant", "", ""},
		{".plant", "", ""},
		{"garden.", "", ""},
		{"", "", ""},
		{"garden.colour", "", ""}, // an enumeration
		{"garden.metres", "", ""}, // a definition
		{"Core.plant", "", ""},
		{"garden.security.plant", "", ""},
	}
	full := func(s *Struct) string {
		if s == nil {
			return ""
		}
		return s.FullName()
	}
	for _, test := range tests {
		if got := full(m.Struct(test.name)); got != test.exact {
			t.Errorf("Struct(%q) = %q, want %q", test.name, got, test.exact)
		}
		if got := full(m.StructFold(test.name)); got != test.fold {
			t.Errorf("StructFold(%q) = %q, want %q", test.name, got, test.fold)
		}
	}
	if m.Enum("graph.colour") == nil || m.Enum("graph.Colour") != nil || m.EnumFold("GRAPH.Colour") != m.Enum("garden.colour") || m.EnumFold("graph.plant") != nil {
		t.Error("enumerations are not found as types are")
	}
	for name, want := range map[string]bool{"garden": true, "GRAPH": true, "self": true, "Garden.Security": true, "Core": false, "plant": false, "": false} {
		if got := m.HasNamespace(name); got != want {
			t.Errorf("HasNamespace(%q) = %v, want %v", name, got, want)
		}
	}
	if got := strings.Join(m.Namespaces(), " "); got != "garden garden.security" {
		t.Errorf("namespaces %s", got)
	}
	if m.Set("Plants") != m.Sets["plants"] || m.Set("plant") != nil || m.Set("forecast") != nil || m.Import("FORECAST") != m.Imports["forecast"] || m.Import("plants") != nil {
		t.Error("sets and imports are not found in any letter case")
	}
	if got := strings.Join(m.Entries(), " "); got != "close forecast plants shed" {
		t.Errorf("entries %s", got)
	}
	if got := len(m.Imports["forecast"].Operations); got != 2 {
		t.Errorf("forecast has %d overloads, want 2", got)
	}
	if m.Term("graph.ripe") == nil || m.Term("graph.plant") != nil {
		t.Error("terms are not found by their names")
	}
	if got := strings.Join(m.TypeNames(), " "); got != "garden.Json garden.alert garden.bag garden.colour garden.entity garden.flower garden.fruit garden.label garden.oak "+
		"garden.plant garden.season garden.security garden.security.alert garden.shed garden.tree" {
		t.Errorf("types %s", got)
	}
	if line, column := m.Position(m.Struct("graph.plant").Pos); line != 12 || column != 7 {
		t.Errorf("plant is at %d:%d, want 12:7", line, column)
	}
}

func TestType(t *testing.T) {
	m := garden(t)
	tests := []struct{ name, want, err string }{
		{"Edm.String", "Edm.String", ""},
		{"Collection(Edm.Int64)", "Collection(Edm.Int64)", ""},
		{"#graph.plant", "garden.plant", ""},
		{"#Collection(graph.colour)", "Collection(garden.colour)", ""},
		{"garden.metres", "Edm.Decimal", ""},
		{"Edm.EntityType", "Edm.Untyped", ""},
		{"Edm.GeographyPoint", "Edm.Geography", ""},
		{"Edm.Strin", "", `no primitive type "Edm.Strin"; did you mean "String"?`},
		{"Edm.", "", `no primitive type "Edm."`},
		{"graph.plnt", "", `no type "graph.plnt"; did you mean "garden.plant"?`},
		{"garden.metre", "", `no type "garden.metre"; did you mean "garden.metres"?`},
		{"Collection(graph.plnt)", "", `no type "graph.plnt"; did you mean "garden.plant"?`},
		{"Collection(Collection(Edm.Int64))", "", "a collection of collections"},
		{"Collection()", "", `no type ""`},
		{"String", "", `no type "String"`},
	}
	for _, test := range tests {
		got, err := m.Type(test.name)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got.String() != test.want || text != test.err {
			t.Errorf("Type(%q) = %q, %q; want %q, %q", test.name, got, text, test.want, test.err)
		}
	}
	c, err := m.Type("Collection(graph.tree)")
	if err != nil || !c.IsEntity() || c.Item() != (Type{Struct: m.Struct("graph.tree")}) || c.Item() != c.Item().Item() {
		t.Errorf("collection of trees: %v, %v", c, err)
	}
}

func TestStruct(t *testing.T) {
	m := garden(t)
	plant, tree, oak := m.Struct("graph.plant"), m.Struct("graph.tree"), m.Struct("graph.oak")
	if got := members(oak.Members()); got != "entity/id plant/name plant/Name plant/label plant/planted plant/height plant/colours plant/neighbours "+
		"tree/rings tree/fruits oak/tag oak/Rings" {
		t.Errorf("members of oak: %s", got)
	}
	if got := oak.Names(); len(got) != 12 || got[0] != "id" || got[11] != "Rings" {
		t.Errorf("names of oak: %q", got)
	}
	for name, want := range map[string]string{"name": "name", "Name": "Name", "NAME": "name", "RINGS": "rings", "Rings": "Rings", "ID": "id", "": "", "x": ""} {
		got := ""
		if p := oak.MemberFold(name); p != nil {
			got = p.Name
		}
		if got != want {
			t.Errorf("MemberFold(%q) = %q, want %q", name, got, want)
		}
	}
	if oak.Member("ID") != nil || oak.Member("id").Owner.Name != "entity" || m.Struct("graph.shed").Member("id") != nil {
		t.Error("members are not found by their exact names")
	}
	if !oak.Open || !oak.HasStream || plant.HasStream || !plant.Abstract || oak.Abstract || m.Struct("graph.entity").Open {
		t.Error("open and media are not inherited downwards, or abstract is")
	}
	if !oak.IsA(plant) || !oak.IsA(oak) || plant.IsA(oak) || oak.IsA(nil) {
		t.Error("IsA is wrong")
	}
	if got := names(plant.Derived); got != "garden.tree garden.flower" {
		t.Errorf("derived from plant: %s", got)
	}
	if got := names(plant.Concrete()); got != "garden.tree garden.oak garden.flower" {
		t.Errorf("concrete plants: %s", got)
	}
	if got := names(tree.Concrete()); got != "garden.tree garden.oak" {
		t.Errorf("concrete trees: %s", got)
	}
	if got := members(plant.Below("RINGS")); got != "tree/rings oak/Rings flower/rings" {
		t.Errorf("rings below plant: %s", got)
	}
	if got := plant.Below("name"); got != nil {
		t.Errorf("below plant there is %v", members(got))
	}
	if got := oak.Key(); !slices.Equal(got, []string{"id"}) {
		t.Errorf("key of oak: %q", got)
	}
	if got := m.Struct("graph.shed").Key(); got != nil {
		t.Errorf("key of shed: %q", got)
	}
	if diff := cmp.Diff([]AlternateKey{{{"tag", "tag"}}, {{"code", "label/code"}, {"name", "name"}}}, oak.AlternateKeys()); diff != "" {
		t.Errorf("alternate keys of oak (-want +got):\n%s", diff)
	}
	for name, want := range map[string]bool{"graph.bag": true, "graph.plant": false, "graph.Json": false} {
		if got := m.Struct(name).IsBag(); got != want {
			t.Errorf("%s is a bag: %v, want %v", name, got, want)
		}
	}
	label := m.Struct("graph.label")
	code := label.Member("code")
	if !m.Struct("graph.Json").AnyJSON || label.AnyJSON || m.Struct("graph.alert").AnyJSON || code.MaxLength != "8" || *code.Default != "none" || !code.Nullable {
		t.Error("label is not as declared")
	}
	fruits, colours := tree.Member("fruits"), tree.Member("colours")
	if !fruits.Navigation || !fruits.Contained || tree.Member("neighbours").Contained || colours.Nullable || colours.Type.Enum != m.Enum("graph.colour") {
		t.Error("properties of tree are not as declared")
	}
	if got := m.Struct("self.alert").Member("of").Type.String(); got != "garden.alert" {
		t.Errorf("self.alert/of is %s", got)
	}
}

func TestEnum(t *testing.T) {
	m := garden(t)
	colour, season := m.Enum("graph.colour"), m.Enum("graph.season")
	for name, want := range map[string]int64{"red": 0, "Red": 1, "RED": 0, "UnknownFutureValue": 2} {
		if got, ok := colour.Member(name); !ok || got.Value != want {
			t.Errorf("colour %s is %d, %v; want %d", name, got.Value, ok, want)
		}
	}
	if _, ok := colour.Member("green"); ok {
		t.Error("there is a green")
	}
	if colour.Sentinel() != 2 || season.Sentinel() != -1 || !season.Flags || colour.Flags || season.Underlying != Int64 || colour.Underlying != Int32 {
		t.Error("enumerations are not as declared")
	}
	if got := strings.Join(season.Names(), " "); got != "spring autumn" {
		t.Errorf("seasons: %s", got)
	}
}

func TestBound(t *testing.T) {
	m := garden(t)
	typ := func(name string) Type {
		t.Helper()
		typ, err := m.Type(name)
		if err != nil {
			t.Fatal(err)
		}
		return typ
	}
	tests := []struct{ to, name, want string }{
		{"graph.plant", "water", "garden.water"},
		{"graph.plant", "WATER", "garden.water"},
		{"graph.oak", "water", "garden.security.water garden.water"}, // most derived first
		{"graph.oak", "graph.water", "garden.water"},
		{"graph.oak", "self.Water", "garden.security.water"},
		{"graph.oak", "Garden.Security.water", "garden.security.water"},
		{"graph.oak", "other.water", ""},
		{"graph.oak", ".water", ""},
		{"graph.oak", "", ""},
		{"graph.fruit", "water", ""},
		{"Collection(graph.plant)", "water", "garden.water"},
		{"Collection(graph.plant)", "delta", "garden.delta garden.delta"},
		{"Collection(graph.oak)", "delta", "garden.delta garden.delta garden.delta"},
		{"graph.plant", "delta", ""},
		{"Edm.String", "delta", ""},
	}
	for _, test := range tests {
		if got := names(m.Bound(typ(test.to), test.name)); got != test.want {
			t.Errorf("%s of %s: got %q, want %q", test.name, test.to, got, test.want)
		}
	}
	if got := strings.Join(m.BoundNames(typ("Collection(graph.oak)")), " "); got != "delta water" {
		t.Errorf("bound to oaks: %s", got)
	}
	if got := names(m.BoundTypes(typ("Collection(graph.plant)"), "graph.Delta")); got != "garden.tree" {
		t.Errorf("types with delta: %s", got)
	}
	if m.BoundNames(typ("Edm.String")) != nil || m.BoundTypes(typ("Edm.String"), "delta") != nil {
		t.Error("something is bound to strings")
	}
	water := m.Bound(typ("graph.plant"), "water")[0]
	if len(water.Params) != 2 || water.Binding != typ("graph.plant") || water.Return != nil || water.Params[0].Nullable || water.Param("LITRES") != water.Params[0] || water.Param("bindingParameter") != nil {
		t.Error("water is not as declared")
	}
	delta := m.Bound(typ("Collection(graph.plant)"), "delta")
	if !delta[0].Composable || delta[0].Nullable || !delta[1].Params[0].Optional() || delta[1].Return.String() != "Collection(garden.plant)" {
		t.Error("delta is not as declared")
	}
	if got := len(m.Operations()); got != 9 {
		t.Errorf("%d operations, want 9", got)
	}
}

func TestAnnotations(t *testing.T) {
	m := garden(t)
	describe := func(as Annotations) string {
		v, _ := as.Find(Description)
		return v.Text
	}
	tree := m.Struct("graph.tree")
	colour := m.Enum("graph.colour")
	red, _ := colour.Member("Red")
	deltas := m.Bound(Type{Struct: tree, Collection: true}, "delta") // of trees, of plants, of plants by token
	water := m.Bound(Type{Struct: tree}, "water")[0]
	tests := []struct {
		of   string
		as   Annotations
		want string
	}{
		{"type", m.Struct("graph.plant").Annotations, "grows"},
		{"derived type", tree.Annotations, ""},
		{"enumeration", colour.Annotations, "of the bloom"},
		{"member of it", red.Annotations, "very red"},
		{"term", m.Term("garden.ripe").Annotations, "can be eaten"},
		{"container", m.Annotations, "the garden"},
		{"set, inline", m.Sets["plants"].Annotations, "all plants"},
		{"import", m.Imports["forecast"].Annotations, "the weather"},
		{"one overload", m.Bound(Type{Struct: tree, Collection: true}, "water")[0].Annotations, "all of them"},
		{"parameter", water.Params[0].Annotations, "how much"},
		{"the other parameter", water.Params[1].Annotations, ""},
		{"the other overload", water.Annotations, ""},
		{"all overloads, first", deltas[0].Annotations, "changes"},
		{"all overloads, last", deltas[2].Annotations, "changes"},
		{"what is returned", deltas[0].ReturnAnnotations, "trees"},
		{"what is returned, inline", deltas[1].ReturnAnnotations, "inline"},
		{"unbound action", m.Imports["close"].Operations[0].Annotations, "go home"},
	}
	for _, test := range tests {
		if got := describe(test.as); got != test.want {
			t.Errorf("description of %s: got %q, want %q", test.of, got, test.want)
		}
	}
	if !tree.Member("name").Immutable() || tree.Member("Name").Immutable() || !tree.Member("planted").Computed() || tree.Member("name").Computed() {
		t.Error("flags are wrong")
	}
	if !m.Sets["plants"].Annotations.Flag("garden.ripe") {
		t.Error("the set has lost its second annotation")
	}
	fruits := tree.Member("fruits").Annotations
	if value, ok := fruits.Bool(ReadRestrictions, "Readable"); !ok || value {
		t.Errorf("readable: %v, %v", value, ok)
	}
	if _, ok := fruits.Bool(ReadRestrictions, "Countable"); ok {
		t.Error("there is a Countable")
	}
	if _, ok := fruits.Bool(ReadRestrictions, ""); ok {
		t.Error("a record is a truth value")
	}
	if value, ok := m.Sets["plants"].Annotations.Bool("garden.ripe", ""); !ok || !value {
		t.Errorf("ripe: %v, %v", value, ok)
	}
	if got := fruits.Paths(ExpandRestrictions, "NonExpandableProperties"); !slices.Equal(got, []string{"neighbours", "label/code"}) {
		t.Errorf("not expandable: %q", got)
	}
	if fruits.Paths(ExpandRestrictions, "Others") != nil || fruits.Paths(FilterRestrictions, "Others") != nil {
		t.Error("paths that are not there")
	}
	if got := fruits.Permissions(); !slices.Equal(got, []string{"Fruit.Eat", "Fruit.Read"}) {
		t.Errorf("permissions: %q", got)
	}
	if diff := cmp.Diff([]Revision{{"2026-06", "Deprecated", "it rains", "2026-06-01", "2027-06-01"}}, water.Annotations.Revisions()); diff != "" {
		t.Errorf("revisions (-want +got):\n%s", diff)
	}
	if water.Params[0].Annotations.Revisions() != nil {
		t.Error("revisions that are not there")
	}
}

// TestDocumentStays makes models of one document at once: it must only be read.
func TestDocumentStays(t *testing.T) {
	text := gardenText(t)
	doc, err := csdl.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	models := make([]*Model, 4)
	for i := range models {
		all.Go(func() {
			m, err := New(doc)
			if err != nil {
				t.Error(err)
				return
			}
			m.StructFold("GRAPH.TREE").MemberFold("RINGS")
			models[i] = m
		})
	}
	all.Wait()
	for _, m := range models {
		all.Go(func() {
			models[0].StructFold("GRAPH.OAK").Below("x")
			models[0].Struct("graph.oak").Members()
		})
		if got := len(m.Enum("graph.colour").Members[1].Annotations); got != 1 {
			t.Errorf("red has %d annotations, want 1", got)
		}
	}
	all.Wait()
	again, err := csdl.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again.Schemas, doc.Schemas); diff != "" {
		t.Errorf("the document changed:\n%s", diff)
	}
}

// metadata reads a metadata document of Microsoft Graph, or skips the test.
func metadata(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "csdl", name))
	if err != nil {
		tb.Skipf("no metadata of Microsoft Graph here: %v", err)
	}
	return text
}

func TestGraph(t *testing.T) {
	tests := []struct {
		file                                     string
		structs, enums, operations, sets, issues int
	}{
		{"graph-v1.0.csdl", 1182 + 1779, 861, 1183, 41 + 31, 1},
		{"graph-v1.0-mooncake.csdl", 582 + 709, 412, 360, 37 + 18, 0},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			m, err := Parse(metadata(t, test.file))
			if err != nil {
				t.Fatal(err)
			}
			got := []int{len(m.Structs()), len(m.Enums()), len(m.Operations()), len(m.Sets), len(m.Issues)}
			if want := []int{test.structs, test.enums, test.operations, test.sets, test.issues}; !slices.Equal(got, want) {
				t.Errorf("types, enumerations, operations, sets, issues: got %v, want %v; %v", got, want, m.Issues)
			}
			for _, i := range m.Issues { // a parenthesis too many in the document
				if !strings.Contains(i.Message, `"microsoft.graph.applicationTemplate)"`) {
					t.Errorf("unexpected issue %v", i)
				}
			}
			alternate := 0
			for _, s := range m.Structs() {
				if m.StructFold(strings.ToUpper(s.FullName())) != s || len(s.Members()) < len(s.Own) {
					t.Errorf("%s is not found", s.FullName())
				}
				for _, key := range s.AlternateKeys() {
					for _, part := range key {
						// accessPackage and accessPackageCatalog have no such property in July 2026.
						if s.Member(part.Property) == nil && part.Property != "uniqueName" {
							t.Errorf("alternate key %s of %s is no property", part.Property, s.FullName())
						}
					}
				}
				if s.Base == nil || len(s.AlternateKeys()) > len(s.Base.AlternateKeys()) {
					alternate += len(s.AlternateKeys())
				}
			}
			if test.structs == 1182+1779 && alternate != 17 {
				t.Errorf("%d alternate keys, want 17", alternate)
			}
			for _, op := range m.Operations() {
				if !slices.Contains(m.Bound(op.Binding, op.FullName()), op) {
					t.Errorf("%s of %s is not found", op.FullName(), op.Binding)
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	doc, err := csdl.Parse(metadata(b, "graph-v1.0.csdl"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(doc); err != nil {
			b.Fatal(err)
		}
	}
}
