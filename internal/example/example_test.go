package example

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/golden"
)

var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

func parse(tb testing.TB, file string) *edm.Model {
	tb.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	model, err := edm.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return model
}

func small(tb testing.TB) *edm.Model { return parse(tb, "testdata/model.csdl") }

// real returns Graph's own metadata; the test is skipped where it is not at hand.
func real(tb testing.TB, name string) *edm.Model {
	tb.Helper()
	file := filepath.Join("../../../shared/csdl", name)
	if _, err := os.Stat(file); err != nil {
		tb.Skipf("the metadata of Graph is not there: %v", err)
	}
	return parse(tb, file)
}

func encode(tb testing.TB, v any) string {
	tb.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// checkAll makes values of all types of a model and holds them against it.
func checkAll(t *testing.T, model *edm.Model) {
	for seed := range uint64(4) {
		m := &Maker{Seed: seed, Now: noon}
		v := &validator{model: model, now: noon}
		for _, s := range model.Structs() {
			for _, collection := range []bool{false, true} {
				typ := edm.Type{Struct: s, Collection: collection}
				got := m.Value(typ, "key", Options{})
				if got == nil {
					if len(s.Concrete()) > 0 {
						t.Errorf("%s: no value", typ)
					}
					continue
				}
				v.check(s.FullName(), typ, got)
			}
		}
		for _, e := range model.Enums() {
			if got := m.Value(edm.Type{Enum: e}, "key", Options{}); got != nil {
				v.check(e.FullName(), edm.Type{Enum: e}, got)
			} else if len(e.Members) > 0 {
				t.Errorf("%s: no value", e.FullName())
			}
		}
		for i, f := range v.findings {
			if i == 30 {
				t.Errorf("… %d in all", len(v.findings))
				break
			}
			t.Error(f)
		}
	}
}

func TestValid(t *testing.T) { checkAll(t, small(t)) }

func TestValidReal(t *testing.T) {
	for _, name := range []string{"graph-v1.0.csdl", "graph-v1.0-mooncake.csdl"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkAll(t, real(t, name))
		})
	}
}

// All members can be had by $select, and expanded values are valid, too.
func TestSelectAllExpandAll(t *testing.T) {
	for _, model := range []*edm.Model{small(t), real(t, "graph-v1.0.csdl")} {
		m := &Maker{Seed: 7, Now: noon}
		v := &validator{model: model, now: noon, expanded: true, partial: true}
		for _, s := range model.Structs() {
			if !s.Entity || s.Abstract {
				continue
			}
			opt := Options{Select: s.Names()}
			for _, p := range s.Members() {
				if p.Navigation {
					opt.Expand = append(opt.Expand, Expand{Name: p.Name})
				}
			}
			got := m.Entity(s, "", "key", opt)
			v.check(s.FullName(), edm.Type{Struct: s}, map[string]any(got))
			for _, p := range s.Members() {
				possible := p.Type.Collection || p.Type.Struct == nil || len(p.Type.Struct.Concrete()) > 0
				if _, ok := got[p.Name]; !ok && possible && p.Type.Primitive != edm.Stream && got["@odata.type"] == nil {
					t.Errorf("%s/%s was selected and is not there", s.Name, p.Name)
				}
			}
		}
		for _, f := range v.findings[:min(len(v.findings), 30)] {
			t.Error(f)
		}
	}
}

func TestGolden(t *testing.T) {
	model := small(t)
	m := &Maker{Seed: 1, Now: noon}
	for _, name := range []string{"user", "group", "message", "event", "driveItem"} {
		got := m.Entity(model.Struct("graph."+name), "", name, Options{})
		golden.Check(t, "testdata/"+name+".json", encode(t, got))
	}
	users := m.Value(edm.Type{Collection: true, Struct: model.Struct("graph.user")}, "users", Options{
		Select: []string{"displayname", "USAGELOCATION", "no/such", "messages"},
		Expand: []Expand{{Name: "Manager"}, {Name: "memberOf", Options: Options{Select: []string{"displayName"}}}, {Name: "nothing"}},
	})
	golden.Check(t, "testdata/users-expanded.json", encode(t, users))
}

// A value depends on nothing but what it stands for.
func TestDeterminism(t *testing.T) {
	model := small(t)
	one, two := &Maker{Seed: 3, Now: noon}, &Maker{Seed: 3, Now: noon}
	structs := model.Structs()
	values := make([]any, len(structs))
	for i, s := range structs {
		values[i] = one.Value(edm.Type{Struct: s}, "k", Options{})
	}
	var wg sync.WaitGroup
	for i := len(structs) - 1; i >= 0; i-- {
		wg.Go(func() {
			if got := two.Value(edm.Type{Struct: structs[i]}, "k", Options{}); !reflect.DeepEqual(got, values[i]) {
				t.Errorf("%s: two values for one key", structs[i].Name)
			}
		})
	}
	wg.Wait()

	user := model.Struct("graph.user")
	m := &Maker{Seed: 3, Now: noon}
	all := m.Entity(user, "", "k", Options{Select: []string{"*"}})
	some := m.Entity(user, "", "k", Options{Select: []string{"city", "mail"}})
	if want := map[string]any{"id": all["id"], "city": all["city"], "mail": all["mail"]}; !reflect.DeepEqual(some, want) {
		t.Errorf("$select changes values: got %v, want %v", some, want)
	}
	other := (&Maker{Seed: 4, Now: noon}).Entity(user, "", "k", Options{})
	if other["id"] == all["id"] || other["displayName"] == all["displayName"] {
		t.Errorf("another seed gives the same user %v", other)
	}
	later := (&Maker{Seed: 3, Now: noon.Add(5 * time.Hour)}).Entity(user, "", "k", Options{Select: []string{"*"}})
	if !reflect.DeepEqual(later, all) {
		t.Error("times change within the day")
	}
}

func TestDifferentKeysDifferentPeople(t *testing.T) {
	user := small(t).Struct("graph.user")
	m := &Maker{Now: noon}
	seen := make(map[any]int)
	for i := range 100 {
		seen[m.Entity(user, "", strings.Repeat("k", i), Options{})["displayName"]]++
	}
	if len(seen) < 80 {
		t.Errorf("100 keys give %d people", len(seen))
	}
	for i := range 50 {
		users := m.Value(edm.Type{Collection: true, Struct: user}, strings.Repeat("l", i), Options{}).([]any)
		names := make(map[any]bool)
		for _, u := range users {
			names[u.(map[string]any)["displayName"]] = true
		}
		if len(names) != 3 {
			t.Errorf("list %d: %d people, want 3", i, len(names))
		}
	}
}

// An item of a list, and whoever did something, can be fetched by id.
func TestSameByID(t *testing.T) {
	model := small(t)
	user := model.Struct("graph.user")
	m := &Maker{Seed: 9, Now: noon}
	for _, item := range m.Value(edm.Type{Collection: true, Struct: user}, "users", Options{}).([]any) {
		listed := item.(map[string]any)
		if got := m.Entity(user, listed["id"].(string), "another key", Options{}); !reflect.DeepEqual(got, listed) {
			t.Errorf("got %v, want %v as in the list", got, listed)
		}
	}
	item := m.Entity(model.Struct("graph.driveItem"), "", "item", Options{})
	by := item["createdBy"].(map[string]any)["user"].(map[string]any)
	if got := m.Entity(user, by["id"].(string), "", Options{}); got["displayName"] != by["displayName"] {
		t.Errorf("user %v is %v, but %v made the item", by["id"], got["displayName"], by["displayName"])
	}
}

func TestGivenID(t *testing.T) {
	model := small(t)
	m := &Maker{Seed: 2, Now: noon}
	for _, c := range []struct{ typ, id, member, want string }{
		{"user", "5b2f1c8e-0d65-4c38-9f4b-3a1f6f0c7d11", "id", "5b2f1c8e-0d65-4c38-9f4b-3a1f6f0c7d11"},
		{"user", "adele.vance@contoso.com", "userPrincipalName", "adele.vance@contoso.com"},
		{"user", "adele.vance@contoso.com", "displayName", "Adele Vance"},
		{"message", "AAMkAGI2", "id", "AAMkAGI2"},
		{"everything", "42", "number", "42"},
	} {
		got := m.Entity(model.Struct("graph."+c.typ), c.id, "key", Options{})[c.member]
		if n, ok := got.(json.Number); ok {
			got = string(n)
		}
		if got != c.want {
			t.Errorf("%s %q: %s is %v, want %q", c.typ, c.id, c.member, got, c.want)
		}
	}
	if id := m.Entity(model.Struct("graph.user"), "adele.vance@contoso.com", "", Options{})["id"].(string); !isGUID(id) {
		t.Errorf("the id of a user that was named by address is %q", id)
	}
	for _, odd := range []string{"@", "_", ".@x", " ", "ä@b", "a b@c", strings.Repeat("x", 5000)} {
		for _, s := range model.Structs() {
			if s.Entity {
				m.Entity(s, odd, "", Options{})
			}
		}
	}
}

func TestPolymorphic(t *testing.T) {
	model := small(t)
	m := &Maker{Seed: 5, Now: noon}
	user := m.Entity(model.Struct("graph.user"), "", "u", Options{Expand: []Expand{{Name: "memberOf"}, {Name: "manager"}, {Name: "messages", Options: Options{Expand: []Expand{{Name: "attachments"}}}}}})
	for _, g := range user["memberOf"].([]any) {
		if got := g.(map[string]any)["@odata.type"]; got != "#microsoft.graph.group" {
			t.Errorf("member of a %v", got)
		}
	}
	if got := user["manager"].(map[string]any)["@odata.type"]; got != "#microsoft.graph.user" {
		t.Errorf("the manager is a %v", got)
	}
	messages := user["messages"].([]any)
	if n := len(messages); n < 1 || n > 2 {
		t.Errorf("%d messages, want one or two", n)
	}
	attachment := messages[0].(map[string]any)["attachments"].([]any)[0].(map[string]any)
	if attachment["@odata.type"] != "#microsoft.graph.fileAttachment" {
		t.Errorf("attachment %v", attachment)
	}
}

func TestScalars(t *testing.T) {
	model := small(t)
	m := &Maker{Now: noon}
	v := &validator{model: model, now: noon}
	for _, name := range []string{
		"Edm.Binary", "Edm.Boolean", "Edm.Byte", "Edm.Date", "Edm.DateTimeOffset", "Edm.Decimal", "Edm.Double", "Edm.Duration", "Edm.Guid", "Edm.Int16",
		"Edm.Int32", "Edm.Int64", "Edm.SByte", "Edm.Single", "Edm.String", "Edm.TimeOfDay", "Edm.Untyped", "graph.age", "Collection(Edm.String)", "Collection(Edm.Guid)", "Collection(graph.Json)",
	} {
		typ, err := model.Type(name)
		if err != nil {
			t.Fatal(err)
		}
		got := m.Value(typ, "key", Options{})
		v.check(name, typ, got)
		if list, ok := got.([]any); ok && len(list) != 3 {
			t.Errorf("%s: %v", name, list)
		}
	}
	if got := m.Value(edm.Type{Primitive: edm.Stream}, "key", Options{}); got != nil {
		t.Errorf("a stream is %v", got)
	}
	for _, f := range v.findings {
		t.Error(f)
	}
}

func TestZeroMaker(t *testing.T) {
	var m Maker
	if got := m.Entity(small(t).Struct("graph.user"), "", "", Options{}); got["displayName"] == nil {
		t.Errorf("got %v", got)
	}
}

func TestSplit(t *testing.T) {
	for name, want := range map[string]string{
		"displayName": "display name", "iCalUId": "i cal u id", "webURL": "web url", "onPremisesSID": "on premises sid", "v10_0": "v10 0",
		"IPAddress": "ip address", "sha256Hash": "sha256 hash", "": "", "Json": "json", "eTag": "e tag", "osVersion": "os version",
	} {
		if got := strings.Join(split(name), " "); got != want {
			t.Errorf("split(%q) = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkUser(b *testing.B) { benchmark(b, small(b), "microsoft.graph.user") }

func BenchmarkReal(b *testing.B) {
	model := real(b, "graph-v1.0.csdl")
	for _, name := range []string{"user", "message", "event", "driveItem", "application", "windows10GeneralConfiguration"} {
		b.Run(name, func(b *testing.B) { benchmark(b, model, "microsoft.graph."+name) })
	}
}

func benchmark(b *testing.B, model *edm.Model, name string) {
	m := &Maker{Now: noon}
	s := model.Struct(name)
	b.ReportAllocs()
	for b.Loop() {
		m.Entity(s, "", "key", Options{})
	}
}
