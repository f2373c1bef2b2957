package bind

import (
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/odata"
)

func BenchmarkCheck(b *testing.B) {
	m := graphModel(b)
	users := m.Set("users")
	t := Target{
		Model: m, Type: edm.Type{Struct: users.Type, Collection: true}, Eventual: true,
		Capabilities: CapabilitiesOf(users, nil, users.Type),
	}
	messages := t
	nav := users.Type.Member("messages")
	messages.Type, messages.Capabilities = nav.Type, CapabilitiesOf(nil, nav, nav.Type.Struct)
	for _, bm := range []struct {
		name   string
		target Target
		query  string
	}{
		{"select", t, "$select=id,displayName,mail,userPrincipalName&$top=50"},
		{"filter", messages, "$filter=receivedDateTime ge 2026-01-01T00:00:00Z and importance eq 'high' and startswith(subject,'x')&$orderby=receivedDateTime"},
		{"lambda", t, "$filter=assignedLicenses/any(l:l/skuId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46) and not(userType eq 'Guest')&$count=true"},
		{"expand", t, "$expand=manager($select=id,deletedDateTime),memberOf($top=5)&$select=id"},
		{"wrong", t, "$select=id,displayNam,mial&$filter=accountEnabled eq 'true'"},
	} {
		q := parse(b, bm.query)
		b.Run(bm.name, func(b *testing.B) {
			for _, p := range Check(q, bm.target) {
				b.Logf("%+v", p)
			}
			b.ReportAllocs()
			for b.Loop() {
				Check(q, bm.target)
			}
		})
	}
}

// parse parses a query that is not percent-encoded.
func parse(tb testing.TB, query string) *odata.Query {
	tb.Helper()
	options, err := odata.ParseQuery(query)
	if err != nil {
		tb.Fatal(err)
	}
	q := new(odata.Query)
	for _, o := range options {
		if err := q.Set(o); err != nil {
			tb.Fatalf("%s: %v", query, err)
		}
	}
	return q
}
