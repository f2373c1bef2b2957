package edmschema

import (
	"os"
	"slices"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
)

// every returns how many types a test takes one of: all of them if EDMSCHEMA_ALL is set.
func every() int {
	switch {
	case os.Getenv("EDMSCHEMA_ALL") != "":
		return 1
	case testing.Short():
		return 100
	}
	return 20
}

var important = []string{
	"application", "authenticationMethod", "chatMessage", "deviceConfiguration", "directoryObject", "driveItem", "event", "group", "message",
	"security.auditData", "servicePrincipal", "team", "user", "workbookRange",
}

// TestRealTypes compiles schemas of real types, which the meta-schema has to accept. That of
// microsoft.graph.entity, from which nearly all entity types are derived, takes ten seconds: only
// EDMSCHEMA_ALL has it.
func TestRealTypes(t *testing.T) {
	for _, file := range []string{"graph-v1.0.csdl", "graph-v1.0-mooncake.csdl"} {
		t.Run(file, func(t *testing.T) {
			m := real(t, file)
			maker := Maker{Model: m}
			documents, bytes := 0, 0
			try := func(what string, doc []byte) {
				documents, bytes = documents+1, bytes+len(doc)
				if _, err := compiled(doc); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			for i, s := range m.Structs() {
				name := s.FullName()
				if i%every() != 0 && !slices.Contains(important, name[len("microsoft.graph."):]) || name == "microsoft.graph.entity" && every() > 1 {
					continue
				}
				try(name, maker.Type(edm.Type{Struct: s}, Use(documents%3)))
				if s.Entity && i%5 == 0 {
					try(name+" delta", maker.Delta(s))
				}
			}
			for i, op := range m.Operations() {
				if i%every() != 0 {
					continue
				}
				if op.Action {
					try(op.FullName(), maker.Parameters(op))
				}
				if op.Return != nil {
					try(op.FullName()+" answer", maker.Answer(*op.Return, op.Nullable))
				}
			}
			t.Logf("%d documents, %d KB", documents, bytes>>10)
		})
	}
}

// TestRealBodies tries bodies of the kinds that clients send.
func TestRealBodies(t *testing.T) {
	m := real(t, "graph-v1.0.csdl")
	maker := Maker{Model: m}
	for _, test := range []struct {
		typ    string
		use    Use
		checks []check
	}{
		{"graph.user", Create, []check{
			{userBody, ""},
			{`{"@odata.type":"#microsoft.graph.user","manager@odata.bind":"https://graph.microsoft.com/v1.0/users/1","extension_1_a":true}`, ""},
			{`{"ageGroup":7,"businessPhones":null,"birthday":"1974-07-22"}`, "/ageGroup type, /birthday pattern, /businessPhones type"},
			{`{"photo":5}`, "/photo type"},
		}},
		{"graph.message", Update, []check{
			{`{"isRead":true,"toRecipients":[{"emailAddress":{"address":"a@b.c"}}],"singleValueExtendedProperties":[{"id":"a","value":"b"}]}`, ""},
			{`{"body":{"contentType":"html","content":"a"},"importance":"low"}`, ""},
			{`{"importance":"lowest"}`, "/importance enum, /importance type"},
		}},
		{"graph.authenticationMethod", Create, []check{
			{`{"@odata.type":"#microsoft.graph.emailAuthenticationMethod","emailAddress":"a@b.c"}`, ""},
			{`{"emailAddress":"a@b.c"}`, "/ required"},
		}},
		{"graph.driveItem", Create, []check{
			{`{"name":"New","folder":{},"@microsoft.graph.conflictBehavior":"rename"}`, ""},
		}},
	} {
		t.Run(test.typ, func(t *testing.T) { run(t, maker.Type(structType(t, m, test.typ), test.use), test.checks) })
	}
}

// userBody is a user of 1 KB.
const userBody = `{
  "accountEnabled": true, "displayName": "Vera Holt", "mailNickname": "verah", "userPrincipalName": "verah@fabrikam.example",
  "passwordProfile": {"forceChangePasswordNextSignIn": true, "password": "correct horse battery"},
  "givenName": "Vera", "surname": "Holt", "jobTitle": "Analyst", "department": "Finance", "officeLocation": "4/1022",
  "businessPhones": ["+49 30 5550100"], "mobilePhone": "+49 170 5550100", "city": "Berlin", "country": "Germany", "state": null,
  "postalCode": "10115", "streetAddress": "Chausseestrasse 1", "usageLocation": "DE", "preferredLanguage": "de-DE",
  "employeeId": "E-1022", "employeeType": "Employee", "employeeHireDate": "2026-11-25T08:30:00Z", "companyName": "Fabrikam",
  "employeeOrgData": {"division": "EMEA", "costCenter": "1022"}, "otherMails": ["vera@holt.example"],
  "onPremisesExtensionAttributes": {"extensionAttribute1": "a", "extensionAttribute2": null},
  "identities": [{"signInType": "emailAddress", "issuer": "fabrikam.example", "issuerAssignedId": "vera@holt.example"}],
  "interests": ["chess", "cycling"], "aboutMe": "Counts beans.", "manager@odata.bind": "https://graph.microsoft.com/v1.0/users/7"
}`

func BenchmarkMake(b *testing.B) {
	for _, name := range []string{"user", "message"} {
		b.Run(name, func(b *testing.B) {
			m := real(b, "graph-v1.0.csdl")
			t := structType(b, m, "graph."+name)
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(int64(len(Maker{Model: m}.Type(t, Create))))
			}
		})
	}
}

func BenchmarkMakeAndCompile(b *testing.B) {
	for _, name := range []string{"user", "message"} {
		b.Run(name, func(b *testing.B) {
			m := real(b, "graph-v1.0.csdl")
			t := structType(b, m, "graph."+name)
			b.ReportAllocs()
			for b.Loop() {
				compile(b, Maker{Model: m}.Type(t, Create))
			}
		})
	}
}

func BenchmarkValidateUser(b *testing.B) {
	m := real(b, "graph-v1.0.csdl")
	s := compile(b, Maker{Model: m}.Type(structType(b, m, "graph.user"), Create))
	v := decode(b, userBody)
	b.SetBytes(int64(len(userBody)))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Validate(v); err != nil {
			b.Fatal(err)
		}
	}
}
