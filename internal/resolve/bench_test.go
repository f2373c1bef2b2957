package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
)

// generate makes a model with so many operations, spread over types of ten each.
func generate(tb testing.TB, operations int) *edm.Model {
	tb.Helper()
	var types, ops, sets strings.Builder
	for i := range max(operations/10, 1) {
		fmt.Fprintf(&types, `<EntityType Name="t%d" BaseType="g.entity"><Property Name="name" Type="Edm.String"/>`+
			`<NavigationProperty Name="children" Type="Collection(g.t%d)" ContainsTarget="true"/></EntityType>`, i, i)
		for j := range 10 {
			fmt.Fprintf(&ops, `<Action Name="act%d" IsBound="true"><Parameter Name="b" Type="g.t%d"/></Action>`, j, i)
		}
		fmt.Fprintf(&sets, `<EntitySet Name="set%d" EntityType="g.t%d"/>`, i, i)
	}
	return parse(tb, []byte(`<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>`+
		`<Schema Namespace="generated" Alias="g" xmlns="http://docs.oasis-open.org/odata/ns/edm">`+
		`<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/></EntityType>`+
		types.String()+ops.String()+`<EntityContainer Name="C">`+sets.String()+`</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`))
}

// BenchmarkPath resolves paths of four segments: what it costs must not depend on
// how many operations a model has.
func BenchmarkPath(b *testing.B) {
	run := func(b *testing.B, m *edm.Model, paths ...string) {
		segments := make([][]string, len(paths))
		for i, path := range paths {
			segments[i] = split(path)
			if _, f := Path(m, segments[i]); f != nil {
				b.Fatalf("%s: %+v", path, f)
			}
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			Path(m, segments[i%len(segments)])
		}
	}
	for _, n := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprintf("operations=%d", n), func(b *testing.B) {
			run(b, generate(b, n), "set0/a1/children/b2", "set0/a1/act9", "SET0/a1/CHILDREN/b2", "set0/a1/g.act3")
		})
	}
	b.Run("graph", func(b *testing.B) {
		run(b, metadata(b), "users/adele%40contoso.com/messages/AAMk", "groups/g1/members/graph.user", "teams/t1/channels/c1/messages",
			"me/drive/root:/a/b.txt:/content", "drives/d1/root/search(q='x')", "USERS/u1/mailfolders/inbox")
	})
}
