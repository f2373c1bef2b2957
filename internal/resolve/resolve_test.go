package resolve

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
)

// office is the model of testdata/office.csdl.
func office(tb testing.TB) *edm.Model {
	tb.Helper()
	text, err := os.ReadFile("testdata/office.csdl")
	if err != nil {
		tb.Fatal(err)
	}
	return parse(tb, text)
}

func parse(tb testing.TB, text []byte) *edm.Model {
	tb.Helper()
	m, err := edm.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// split returns the segments of a path without the slash at its start.
func split(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

var kinds = [...]string{
	"Root", "Metadata", "Batch", "EntityCollection", "Entity", "Complex", "Primitive", "Collection", "Dynamic",
	"Stream", "Value", "Count", "Reference", "References", "Call",
}

var noteKinds = [...]string{"Respelt", "Uncast", "BareKey"}

// show writes a resource on a line: kind, type, template, context, and what there is of
// keys, parameters and notes.
func show(r *Resource) string {
	parts := []string{kinds[r.Kind], strings.ReplaceAll(r.Type.String(), "microsoft.graph", "graph"), r.Template, r.Context("ME")}
	for _, k := range r.Keys {
		parts = append(parts, fmt.Sprintf("%s=%s@%d", k.Name, k.Value, k.Index))
	}
	for _, a := range r.Args {
		switch {
		case a.Err != nil:
			parts = append(parts, a.Name+"?")
		default:
			parts = append(parts, a.Name+":"+a.Value.String())
		}
		if a.Op == nil {
			parts[len(parts)-1] += " (unknown)"
		}
	}
	for _, n := range r.Notes {
		parts = append(parts, fmt.Sprintf("%s %s→%s", noteKinds[n.Kind], n.Segment, n.Meant))
	}
	return strings.Join(parts, " | ")
}

// check holds what is found to a line of show, and the result to its invariants.
func check(t *testing.T, m *edm.Model, path, want string) {
	t.Helper()
	r, failure := Path(m, split(path))
	if failure != nil {
		t.Errorf("%s: no %q behind %q (%s)\nwant %s", path, failure.Segment, failure.Behind, failure.Reason, want)
		return
	}
	if got := show(r); got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", path, got, want)
	}
	checkInvariants(t, m, split(path))
}

// checkInvariants holds the result for any path to what is always so.
func checkInvariants(tb testing.TB, m *edm.Model, segments []string) {
	tb.Helper()
	r, failure := Path(m, segments)
	if (r == nil) == (failure == nil) {
		tb.Fatalf("%q: got resource %v and failure %v", segments, r, failure)
	}
	if failure != nil {
		if failure.Index < 0 || failure.Index >= len(segments) {
			tb.Errorf("%q: failure at %d", segments, failure.Index)
		}
		if before, f := Path(m, split(strings.TrimPrefix(failure.Template, "/"))); f != nil || before.Template != failure.Template {
			tb.Errorf("%q: failure behind %q, which leads nowhere", segments, failure.Template)
		}
		return
	}
	for _, k := range r.Keys {
		if k.Index < 0 || k.Index >= len(segments) || k.Name == "" || k.Of == nil {
			tb.Errorf("%q: key %+v", segments, k)
		}
	}
	for _, a := range r.Args {
		if a.Index < 0 || a.Index >= len(segments) || a.Err == nil && a.Value == nil {
			tb.Errorf("%q: parameter %+v", segments, a)
		}
	}
	if r.Kind == Call && len(r.Operations) == 0 {
		tb.Errorf("%q: a call of nothing", segments)
	}
	r.Context("me")
	again, f := Path(m, split(strings.TrimPrefix(r.Template, "/")))
	switch {
	case f != nil:
		tb.Errorf("%q: template %q leads nowhere: no %q behind %q", segments, r.Template, f.Segment, f.Behind)
	case again.Template != r.Template || again.Kind != r.Kind || again.Type != r.Type:
		tb.Errorf("%q: template %q becomes %q", segments, r.Template, again.Template)
	}
}

func TestPath(t *testing.T) {
	m := office(t)
	tests := []struct{ path, want string }{
		{"", "Root |  |  | "},
		{"$metadata", "Metadata |  | /$metadata | "},
		{"$BATCH", "Batch |  | /$batch |  | Respelt $BATCH→$batch"},

		// entity sets, singletons and keys
		{"people", "EntityCollection | Collection(office.person) | /people | #people"},
		{"PEOPLE", "EntityCollection | Collection(office.person) | /people | #people | Respelt PEOPLE→people"},
		{"people/a1", "Entity | office.person | /people/{id} | #people/$entity | id=a1@1"},
		{"people/ada%40contoso.com", "Entity | office.person | /people/{id} | #people/$entity | id=ada@contoso.com@1"},
		{"people/ada@contoso.com/phones", "Collection | Collection(Edm.String) | /people/{id}/phones | #people('ada%40contoso.com')/phones | id=ada@contoso.com@1"},
		{"people('a1')", "Entity | office.person | /people/{id} | #people/$entity | id=a1@0"},
		{"people('O''Hara')/folders", "EntityCollection | Collection(office.folder) | /people/{id}/folders | #people('O%27%27Hara')/folders | id=O'Hara@0"},
		{"people('$ada@contoso.com')", "Entity | office.person | /people/{id} | #people/$entity | id=$ada@contoso.com@0"},
		{"people(id='a1')", "Entity | office.person | /people/{id} | #people/$entity | id=a1@0"},
		{"people(ID='a1')", "Entity | office.person | /people/{id} | #people/$entity | id=a1@0 | Respelt ID→id"},
		{"people('a/b')/manager", "Entity | office.member | /people/{id}/manager | #members/$entity | id=a/b@0"},
		{"people(a1)", "Entity | office.person | /people/{id} | #people/$entity | id=a1@0"},
		{"people/AAMk=", "Entity | office.person | /people/{id} | #people/$entity | id=AAMk=@1"},
		{"people/AAMk%3D", "Entity | office.person | /people/{id} | #people/$entity | id=AAMk=@1"},
		{"people/19:x%40thread.v2/drive", "Entity | office.drive | /people/{id}/drive | #people('19%3Ax%40thread.v2')/drive/$entity | id=19:x@thread.v2@1"},
		{"people/50%25", "Entity | office.person | /people/{id} | #people/$entity | id=50%@1"},
		{"people/50%", "Entity | office.person | /people/{id} | #people/$entity | id=50%@1"},
		{"people/a%2Fb", "Entity | office.person | /people/{id} | #people/$entity | id=a/b@1"},
		{"people/a(b)", "Entity | office.person | /people/{id} | #people/$entity | id=a(b)@1"},
		{"people/a b", "Entity | office.person | /people/{id} | #people/$entity | id=a b@1"},
		{"people/O'Hara/mail", "Primitive | Edm.String | /people/{id}/mail | #people('O%27%27Hara')/mail | id=O'Hara@1"},
		{"people/{id}", "Entity | office.person | /people/{id} | #people/$entity | id={id}@1"},
		{"meters(7)/readings", "EntityCollection | Collection(office.reading) | /meters/{id}/readings | #meters(7)/readings | number=7@0"},
		{"meters/7/readings(year=2026,day='1 May')", "Entity | office.reading | /meters/{id}/readings(year='{year}',day='{day}') | #meters(7)/readings/$entity | number=7@1 | year=2026@2 | day=1 May@2"},
		{"meters/7/readings(Day='1',year=2026)", "Entity | office.reading | /meters/{id}/readings(year='{year}',day='{day}') | #meters(7)/readings/$entity | number=7@1 | year=2026@2 | day=1@2 | Respelt Day→day"},
		{"me", "Entity | office.person | /me | #users/$entity"},
		{"boss", "Entity | office.person | /boss | #boss"},
		{"boss/mail", "Primitive | Edm.String | /boss/mail | #boss/mail"},

		// alternate keys
		{"people(mail='ada@contoso.com')", "Entity | office.person | /people(mail='{mail}') | #people/$entity | mail=ada@contoso.com@0"},
		{"people(MAIL='a')/mail", "Primitive | Edm.String | /people(mail='{mail}')/mail | #people('a')/mail | mail=a@0 | Respelt MAIL→mail"},
		{"people(badge=7,city='Oslo')", "Entity | office.person | /people(city='{city}',badge='{badge}') | #people/$entity | city=Oslo@0 | badge=7@0"},
		{"people(mail={mail})", "Entity | office.person | /people(mail='{mail}') | #people/$entity | mail={mail}@0"},
		{"people(mail=<mail>)", "Entity | office.person | /people(mail='{mail}') | #people/$entity | mail=<mail>@0"},
		{"people/mail='a'", "Entity | office.person | /people/{id} | #people/$entity | mail=a@1 | BareKey mail='a'→people(mail='a')"},
		{"people/Mail=a/mail", "Primitive | Edm.String | /people/{id}/mail | #people('a')/mail | mail=a@1 | BareKey Mail=a→people(mail='a')"},

		// properties
		{"people/1/mail/$value", "Value | Edm.String | /people/{id}/mail/$value |  | id=1@1"},
		{"people/1/phones/$count", "Count | Collection(Edm.String) | /people/{id}/phones/$count |  | id=1@1"},
		{"people/1/address/city", "Primitive | Edm.String | /people/{id}/address/city | #people('1')/address/city | id=1@1"},
		{"people/1/address/graph.homeAddress/floor", "Primitive | Edm.Int32 | /people/{id}/address/office.homeAddress/floor | #people('1')/address/office.homeAddress/floor | id=1@1"},
		{"people/1/address/floor", "Primitive | Edm.Int32 | /people/{id}/address/floor | #people('1')/address/floor | id=1@1 | Uncast floor→office.homeAddress"},
		{"people/1/picture", "Stream | Edm.Stream | /people/{id}/picture |  | id=1@1"},
		{"letters/1/$value", "Stream | office.letter | /letters/{id}/$value |  | id=1@1"},
		{"people/1/Phones/$Count", "Count | Collection(Edm.String) | /people/{id}/phones/$count |  | id=1@1 | Respelt Phones→phones | Respelt $Count→$count"},
		{"people/1/ext8gz1vd_size", "Dynamic | office.person | /people/{id}/ext8gz1vd_size | #people('1')/ext8gz1vd_size | id=1@1"},
		{"people/1/contoso_x/$value", "Value | office.person | /people/{id}/contoso_x/$value |  | id=1@1"},

		// navigation
		{"people/1/manager", "Entity | office.member | /people/{id}/manager | #members/$entity | id=1@1"},
		{"people/1/manager/$ref", "Reference | office.member | /people/{id}/manager/$ref | #$ref | id=1@1"},
		{"people/1/teams/$ref", "References | Collection(office.team) | /people/{id}/teams/$ref | #Collection($ref) | id=1@1"},
		{"teams/1/members/2/$ref", "Reference | office.member | /teams/{id}/members/{id}/$ref | #$ref | id=1@1 | id=2@3"},
		{"people/1/teams/2/members", "EntityCollection | Collection(office.member) | /people/{id}/teams/{id}/members | #members | id=1@1 | id=2@3"},
		{"people('1')/folders('2')/folders('3')/letters", "EntityCollection | Collection(office.letter) | /people/{id}/folders/{id}/folders/{id}/letters | #people('1')/folders('2')/folders('3')/letters | id=1@0 | id=2@1 | id=3@2"},
		{"me/folders/inbox/letters/$count", "Count | Collection(office.letter) | /me/folders/{id}/letters/$count |  | id=inbox@2"},
		{"me/folders", "EntityCollection | Collection(office.folder) | /me/folders | #users('ME')/folders"},
		{"me/folders/f/letters/l/answers", "EntityCollection | Collection(office.letter) | /me/folders/{id}/letters/{id}/answers | #letters | id=f@2 | id=l@4"},
		{"teams/1/members/2/motto", "Primitive | Edm.String | /teams/{id}/members/{id}/motto | #members('2')/motto | id=1@1 | id=2@3 | Uncast motto→office.team"},
		{"teams/1/members/2/Drive", "Entity | office.drive | /teams/{id}/members/{id}/drive | #members('2')/drive/$entity | id=1@1 | id=2@3 | Uncast Drive→office.person | Respelt Drive→drive"},

		// casts
		{"teams/1/members/office.person", "EntityCollection | Collection(office.person) | /teams/{id}/members/office.person | #people | id=1@1"},
		{"teams/1/members/graph.person/$count", "Count | Collection(office.person) | /teams/{id}/members/office.person/$count |  | id=1@1"},
		{"teams/1/members/graph.Person/2", "Entity | office.person | /teams/{id}/members/office.person/{id} | #people/$entity | id=1@1 | id=2@4 | Respelt Person→person"},
		{"teams/1/members/graph.person('2')/mail", "Primitive | Edm.String | /teams/{id}/members/office.person/{id}/mail | #people('2')/mail | id=1@1 | id=2@3"},
		{"members/self.guard", "EntityCollection | Collection(office.security.guard) | /members/office.security.guard | #members/office.security.guard"},
		{"members/1/office.security.guard/keys", "Collection | Collection(Edm.String) | /members/{id}/office.security.guard/keys | #members('1')/keys | id=1@1"},
		{"members/graph.entity", "EntityCollection | Collection(office.entity) | /members/office.entity | #members/office.entity"},
		{"members/john.doe", "Entity | office.member | /members/{id} | #members/$entity | id=john.doe@1"},

		// operations
		{"letters/1/send", "Call | office.letter | /letters/{id}/send |  | id=1@1"},
		{"letters/1/graph.send", "Call | office.letter | /letters/{id}/send |  | id=1@1"},
		{"letters/1/Office.SEND", "Call | office.letter | /letters/{id}/send |  | id=1@1 | Respelt SEND→send"},
		{"people/1/self.alarm", "Call | office.security.guard | /people/{id}/alarm |  | id=1@1 | Uncast self.alarm→office.security.guard"},
		{"people/delta", "Call | Collection(office.person) | /people/delta | #people"},
		{"people/delta()", "Call | Collection(office.person) | /people/delta | #people"},
		{"people/graph.delta()", "Call | Collection(office.person) | /people/delta | #people"},
		{"people/Delta()", "Call | Collection(office.person) | /people/delta | #people | Respelt Delta→delta"},
		{"people/.delta", "Entity | office.person | /people/{id} | #people/$entity | id=.delta@1"},
		{"people/other.delta", "Entity | office.person | /people/{id} | #people/$entity | id=other.delta@1"},
		{"people('delta')", "Entity | office.person | /people/{id} | #people/$entity | id=delta@0"},
		{"people/search", "Entity | office.person | /people/{id} | #people/$entity | id=search@1"},
		{"drives/1/search(q='a')", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'a'"},
		{"drives/1/search(q='a/b''c')", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'a/b''c'"},
		{"drives/1/search(q='a%2Fb')", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'a/b'"},
		{"drives/1/search(q='a=<b>')", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'a=<b>'"},
		{"drives/1/search(q='a)b')", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'a)b'"},
		{"drives/1/search(Q=@p)", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:@p | Respelt Q→q"},
		{"drives/1/search(q={text})", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q:'{text}'"},
		{"drives/1/search(x='a')", "Call | office.drive | /drives/{id}/search | #Collection(office.driveItem) | id=1@1 | x:'a' (unknown)"},
		{"drives/1/search(q='a)", "Call | office.drive | /drives/{id}/search(q={q}) | #Collection(office.driveItem) | id=1@1 | q?"},
		{"drives/1/search('a')", "Call | office.drive | /drives/{id}/search | #Collection(office.driveItem) | id=1@1 | :'a' (unknown)"},
		{"sheets/1/cell(column=2,row=1)", "Call | office.sheet | /sheets/{id}/cell(row={row},column={column}) | #office.range | id=1@1 | column:2 | row:1"},
		{"sheets/1/cell(row=<row>,column={c})", "Call | office.sheet | /sheets/{id}/cell(row={row},column={column}) | #office.range | id=1@1 | row:'<row>' | column:'{c}'"},
		{"sheets/1/cell(row=1)/text", "Primitive | Edm.String | /sheets/{id}/cell(row={row})/text | #office.range/text | id=1@1 | row:1"},
		{"sheets/1/range(address='A1:B2')/format", "Entity | office.folder | /sheets/{id}/range(address={address})/format | #office.range/format/$entity | id=1@1 | address:'A1:B2'"},
		{"sheets/1/range/format/size/$value", "Value | Edm.Int32 | /sheets/{id}/range/format/size/$value |  | id=1@1"},
		{"sheets/names()/$count", "Count | Collection(Edm.String) | /sheets/names/$count | "},
		{"drives/1/search(q='a')/2/children", "EntityCollection | Collection(office.driveItem) | /drives/{id}/search(q={q})/{id}/children | #office.driveItem('2')/children | id=1@1 | id=2@3 | q:'a'"},
		{"drives/1/search(q='a')('2')", "Entity | office.driveItem | /drives/{id}/search(q={q})/{id} | #office.driveItem/$entity | id=1@1 | id=2@2 | q:'a'"},
		{"weather(day=2026-11-25)", "Call |  | /weather(day={day}) | #Edm.String | day:2026-11-25"},
		{"Close", "Call |  | /close |  | Respelt Close→close"},

		// items by path
		{"drives/1/root:/a/b.txt:/content", "Stream | Edm.Stream | /drives/{id}/root:/{path}:/content |  | id=1@1 | path=a/b.txt@4"},
		{"drives/1/root:/a%20b.txt:/children", "EntityCollection | Collection(office.driveItem) | /drives/{id}/root:/{path}:/children | #drives('1')/root/children | id=1@1 | path=a b.txt@3"},
		{"drives/1/root:/a/b.txt", "Entity | office.driveItem | /drives/{id}/root:/{path}: | #drives('1')/root/$entity | id=1@1 | path=a/b.txt@4"},
		{"drives/1/root:/a/b.txt:", "Entity | office.driveItem | /drives/{id}/root:/{path}: | #drives('1')/root/$entity | id=1@1 | path=a/b.txt@4"},
		{"drives/1/root%3A%2Fa%2Fb.bin%3A/content", "Stream | Edm.Stream | /drives/{id}/root:/{path}:/content |  | id=1@1 | path=a/b.bin@2"},
		{"drives/1/items/root%3A%2Fname.bin%3A/content", "Stream | Edm.Stream | /drives/{id}/items/{id}:/{path}:/content |  | id=1@1 | id=root@3 | path=name.bin@3"},
		{"drives/1/items/i1:/b.txt:/children", "EntityCollection | Collection(office.driveItem) | /drives/{id}/items/{id}:/{path}:/children | #drives('1')/items('i1')/children | id=1@1 | id=i1@3 | path=b.txt@4"},
		{"drives/1/root:/{path}:/content", "Stream | Edm.Stream | /drives/{id}/root:/{path}:/content |  | id=1@1 | path={path}@3"},
		{"drives/1/ROOT:/a:/content", "Stream | Edm.Stream | /drives/{id}/root:/{path}:/content |  | id=1@1 | path=a@3 | Respelt ROOT→root"},
		{"drives/1/root:", "Entity | office.driveItem | /drives/{id}/root | #drives('1')/root/$entity | id=1@1"},
		{"drives/1/root:/:/content", "Stream | Edm.Stream | /drives/{id}/root/content |  | id=1@1"},
		{"me/drive/special/documents:/a.txt:/content", "Stream | Edm.Stream | /me/drive/special/{id}:/{path}:/content |  | id=documents@3 | path=a.txt@4"},
		{"drives/1/root/children/x:y", "Entity | office.driveItem | /drives/{id}/root/children/{id} | #drives('1')/root/children/$entity | id=1@1 | id=x:y@4"},
		{"sites/contoso.com:/teams/hr:/lists", "EntityCollection | Collection(office.folder) | /sites/{id}:/{path}:/lists | #sites('contoso.com')/lists | id=contoso.com@1 | path=teams/hr@3"},
		{"sites/contoso.com:/teams/hr", "Entity | office.site | /sites/{id}:/{path}: | #sites/$entity | id=contoso.com@1 | path=teams/hr@3"},
		{"sites/contoso.com:/teams/hr:/drive/root:/a/b.txt:/content", "Stream | Edm.Stream | /sites/{id}:/{path}:/drive/root:/{path}:/content |  | id=contoso.com@1 | path=teams/hr@3 | path=a/b.txt@7"},
		{"sites/contoso.com,1,2/lists", "EntityCollection | Collection(office.folder) | /sites/{id}/lists | #sites('contoso.com%2C1%2C2')/lists | id=contoso.com,1,2@1"},
		{"people/a:/b", ""}, // no drive, no path: "a:" is a key, and b is nothing
	}
	for _, test := range tests {
		if test.want == "" {
			if r, _ := Path(m, split(test.path)); r != nil {
				t.Errorf("%s: got %s, want a failure", test.path, show(r))
			}
			continue
		}
		check(t, m, test.path, test.want)
	}
}

func TestFailures(t *testing.T) {
	m := office(t)
	tests := []struct {
		path     string
		index    int
		segment  string
		at       string
		template string
		wanted   string // one of them
		reason   string
	}{
		{"peple", 0, "peple", "", "", "people", ""},
		{"$value", 0, "$value", "", "", "$batch", ""},
		{"people/1/maill", 2, "maill", "office.person", "/people/{id}", "mail", ""},
		{"people/1/folder/2", 2, "folder", "office.person", "/people/{id}", "folders", ""},
		{"people//mail", 1, "", "Collection(office.person)", "/people", "", "two slashes in a row"},
		{"people/", 1, "", "Collection(office.person)", "/people", "", "two slashes in a row"},
		{"people/$counts", 1, "$counts", "Collection(office.person)", "/people", "$count", ""},
		{"people/$ada@contoso.com", 1, "$ada@contoso.com", "Collection(office.person)", "/people", "{id}", ""},
		{"people/$count/1", 2, "1", "Collection(office.person)", "/people/$count", "", "nothing may follow $count"},
		{"people/$ref/1", 2, "1", "Collection(office.person)", "/people/$ref", "", "nothing may follow $ref"},
		{"letters/1/$value/x", 3, "x", "office.letter", "/letters/{id}/$value", "", "nothing may follow $value"},
		{"$batch/1", 1, "1", "", "/$batch", "", "nothing may follow $batch"},
		{"people/1/$count", 2, "$count", "office.person", "/people/{id}", "mail", ""},
		{"people/1/address/$value", 3, "$value", "office.address", "/people/{id}/address", "city", ""},
		{"people/1/address/$ref", 3, "$ref", "office.address", "/people/{id}/address", "city", ""},
		{"people/1/mail/x", 3, "x", "Edm.String", "/people/{id}/mail", "$value", ""},
		{"people/1/phones/0", 3, "0", "Collection(Edm.String)", "/people/{id}/phones", "$count", ""},
		{"people/1/picture/$value", 3, "$value", "Edm.Stream", "/people/{id}/picture", "", "nothing may follow picture"},
		{"people/1/mail('x')", 2, "mail('x')", "office.person", "/people/{id}", "", "mail is a property and takes no key"},
		{"people/1/ext_a%2Fb", 2, "ext_a/b", "office.person", "/people/{id}", "mail", ""},
		{"people/1/ext_a('b')", 2, "ext_a('b')", "office.person", "/people/{id}", "mail", ""},
		{"letters/1/ext_a", 2, "ext_a", "office.letter", "/letters/{id}", "answers", ""},

		{"boss('1')", 0, "boss('1')", "", "", "", "there is only one office.person here, without a key"},
		{"people/1/manager('1')", 2, "manager('1')", "office.person", "/people/{id}", "", "there is only one office.member here, without a key"},
		{"people()", 0, "people()", "", "", "('{id}')", "there is no key in the parentheses"},
		{"people(1", 0, "people(1", "", "", "people", ""},
		{"people('1'", 0, "people('1'", "", "", "people", ""},
		{"people('1')('2')", 0, "people('1')('2')", "", "", "", "nothing may follow the key in parentheses"},
		{"people(name='x')", 0, "people(name='x')", "", "", "(mail='{mail}')", "name is no key of office.person"},
		{"people(city='x')", 0, "people(city='x')", "", "", "(city='{city}',badge='{badge}')", "city is no key of office.person"},
		{"people(mail='x',mail='y')", 0, "people(mail='x',mail='y')", "", "", "(mail='{mail}')", "mail, mail is no key of office.person"},
		{"people(id='1',mail='x')", 0, "people(id='1',mail='x')", "", "", "(id='{id}')", "id, mail is no key of office.person"},
		{"me/badges('x')", 1, "badges('x')", "office.person", "/me", "(year='{year}',day='{day}')", "the key has several parts"},
		{"me/badges(year=1)", 1, "badges(year=1)", "office.person", "/me", "(year='{year}',day='{day}')", "year is no key of office.reading"},
		{"me/badges/x", 2, "x", "Collection(office.reading)", "/me/badges", "(year='{year}',day='{day}')", "the key has several parts, which stand in parentheses"},

		{"members/graph.persn", 1, "graph.persn", "Collection(office.member)", "/members", "office.person", ""},
		{"members/graph.Delt", 1, "graph.Delt", "Collection(office.member)", "/members", "office.delta", ""},
		{"members/graph.folder", 1, "graph.folder", "Collection(office.member)", "/members", "office.person", "office.folder is not derived from office.member"},
		{"members/1/self.gard/keys", 2, "self.gard", "office.member", "/members/{id}", "office.security.guard", ""},
		{"members/1/graph.person('x')", 2, "graph.person('x')", "office.member", "/members/{id}", "", "a cast to a type takes no key here"},
		{"members/graph.person('x", 1, "graph.person('x", "Collection(office.member)", "/members", "office.person", ""},

		{"people/1/delta", 2, "delta", "office.person", "/people/{id}", "mail", ""}, // bound to collections
		{"people/delta()/x", 2, "x", "Collection(office.person)", "/people/delta", "", "nothing may follow the function delta, which is not composable"},
		{"people/delta()x", 1, "delta()x", "Collection(office.person)", "/people", "", "the parentheses do not end with the segment"},
		{"letters/1/send/x", 3, "x", "office.letter", "/letters/{id}/send", "", "nothing may follow the action send"},
		{"weather(day=2026-11-25)/x", 1, "x", "", "/weather(day={day})", "", "nothing may follow the function weather, which is not composable"},
		{"close/x", 1, "x", "", "/close", "", "nothing may follow the action close"},
		{"sheets/1/export/x", 3, "x", "Edm.Stream", "/sheets/{id}/export", "", "nothing may follow export"},
		{"sheets/1/range()('x')", 2, "range()('x')", "office.sheet", "/sheets/{id}", "", "there is only one office.range here, without a key"},
		{"sheets/names()('x')", 1, "names()('x')", "Collection(office.sheet)", "/sheets", "", "Collection(Edm.String) takes no key"},
		{"sheets/1/range/txt", 3, "txt", "office.range", "/sheets/{id}/range", "text", ""},
		{"sheets/1/range/", 3, "", "office.sheet", "/sheets/{id}/range", "", "two slashes in a row"},

		{"drives/1/rot:/a", 2, "rot:", "office.drive", "/drives/{id}", "root", ""},
		{"drives/1/root:/a:/conten", 4, "conten", "office.driveItem", "/drives/{id}/root:/{path}:", "content", ""},
		{"drives/1/items/:/a", 4, "a", "office.driveItem", "/drives/{id}/items/{id}", "content", ""}, // ":" is a key
		{"people/1/address:/a", 2, "address:", "office.person", "/people/{id}", "address", ""},
	}
	for _, test := range tests {
		r, f := Path(m, split(test.path))
		if f == nil {
			t.Errorf("%s: got %s, want a failure", test.path, show(r))
			continue
		}
		if f.Index != test.index || f.Segment != test.segment || f.At.String() != test.at || f.Template != test.template || f.Reason != test.reason {
			t.Errorf("%s:\ngot  %d %q at %q behind %s: %q\nwant %d %q at %q behind %s: %q", test.path,
				f.Index, f.Segment, f.At, f.Template, f.Reason, test.index, test.segment, test.at, test.template, test.reason)
		}
		if test.wanted == "" && len(f.Wanted) > 0 || test.wanted != "" && !slices.Contains(f.Wanted, test.wanted) {
			t.Errorf("%s: wanted are %q, want %q among them", test.path, f.Wanted, test.wanted)
		}
		behind := ""
		if f.Index > 0 {
			behind = decode(split(test.path)[f.Index-1])
		}
		if f.Behind != behind {
			t.Errorf("%s: failure behind %q, want %q", test.path, f.Behind, behind)
		}
		checkInvariants(t, m, split(test.path))
	}
}

// TestOperations shows which overloads a call may mean.
func TestOperations(t *testing.T) {
	m := office(t)
	tests := []struct{ path, want string }{ // parameters of each overload
		{"sheets/1/range", "() (address)"},
		{"sheets/1/range()", "() (address)"},
		{"sheets/1/range(address='A1')", "(address)"},
		{"sheets/1/range(x='A1')", "() (address)"},
		{"sheets/1/cell(row=1)", "(row,column)"},
	}
	for _, test := range tests {
		r, f := Path(m, split(test.path))
		if f != nil {
			t.Errorf("%s: %+v", test.path, f)
			continue
		}
		var got []string
		for _, op := range r.Operations {
			var names []string
			for _, p := range op.Params {
				names = append(names, p.Name)
			}
			got = append(got, "("+strings.Join(names, ",")+")")
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.path, got, test.want)
		}
	}
}

func TestEndsOfPath(t *testing.T) {
	m := office(t)
	r, f := Path(m, split("people/1/folders/2/size"))
	if f != nil {
		t.Fatal(f)
	}
	if r.Set != m.Sets["people"] || r.Navigation != m.Struct("graph.person").Member("folders") || r.Property != m.Struct("graph.folder").Member("size") {
		t.Errorf("set %v, navigation %v, property %v", r.Set, r.Navigation, r.Property)
	}
	if r.Keys[0].Of != m.Struct("graph.person") || r.Keys[1].Of != m.Struct("graph.folder") || r.Keys[0].Type.Primitive != edm.String {
		t.Errorf("keys %+v", r.Keys)
	}
	for path, want := range map[string]edm.Primitive{"meters/x": edm.Int32, "people(badge=7,city='x')": edm.NoPrimitive} {
		r, f := Path(m, split(path))
		if f != nil || r.Keys[0].Type.Primitive != want {
			t.Errorf("%s: keys %+v, failure %v", path, r, f)
		}
	}
	for name, want := range map[string]bool{
		"extension_ab12_size": true, "ext8gz1vd_size": true, "contoso_größe": true,
		"": false, "_x": false, "x_": false, "size": false, "a_b c": false, "a_b/c": false, "a_b:": false, "a_%41": false, "a_('b')": false,
	} {
		if got := IsExtension(name); got != want {
			t.Errorf("IsExtension(%q) = %v, want %v", name, got, want)
		}
	}
}

// metadata makes a model of a metadata document of Microsoft Graph, or skips the test.
func metadata(tb testing.TB) *edm.Model {
	tb.Helper()
	return parse(tb, shared(tb, "csdl", "graph-v1.0.csdl"))
}

func shared(tb testing.TB, names ...string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "..", "shared"}, names...)...))
	if err != nil {
		tb.Skipf("no data of Microsoft Graph here: %v", err)
	}
	return text
}
