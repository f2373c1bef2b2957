package resolve

import (
	"strings"
	"testing"
	"time"
)

// hostile are paths that take their time, or more than that, if they are not read with care.
var hostile = []struct{ name, path string }{
	{"many keys", "me" + strings.Repeat("/folders/x", 5000)},
	{"many items", "drives/1/root" + strings.Repeat("/children/x", 5000)},
	{"many names in another letter case", "me" + strings.Repeat("/FOLDERS/x", 5000)},
	{"many open quotes", "people" + strings.Repeat("/x('", 10_000)},
	{"many keys with open quotes", "drives/1/root" + strings.Repeat("/children/x('", 5000)},
	{"many keys with open quotes, and an end", "drives/1/root" + strings.Repeat("/children/x('", 5000) + "/children/x')')"},
	{"many paths", "drives/1/root:" + strings.Repeat("/x:/children/x:", 5000)},
	{"one long path", "drives/1/root:" + strings.Repeat("/x", 10_000)},
	{"many escapes", "me" + strings.Repeat("/folders/%28%27", 5000)},
	{"many calls", "sheets/1" + strings.Repeat("/range(address='A1')/format", 5000)},
	{"many results", "drives/1/" + strings.Repeat("search(q='a')/", 5000)},
	{"many casts", "members" + strings.Repeat("/graph.person/graph.member", 5000)},
	{"many empty segments", "people" + strings.Repeat("/", 10_000)},
	{"many parentheses", "people" + strings.Repeat("(", 100_000)},
	{"closed parentheses", "people" + strings.Repeat("(", 50_000) + strings.Repeat(")", 50_000)},
	{"parentheses in a call", "drives/1/search(q=" + strings.Repeat("(", 50_000) + strings.Repeat(")", 50_000) + ")"},
	{"many parameters", "drives/1/search(" + strings.Repeat("q='a',", 20_000) + "q='a')"},
	{"many placeholders", "drives/1/search(" + strings.Repeat("q={a},", 20_000) + "q={a})"},
	{"open placeholders", "drives/1/search(" + strings.Repeat("q={", 20_000) + ")"},
	{"long name", strings.Repeat("x", 1_000_000)},
	{"long key", "people('" + strings.Repeat("''", 500_000) + "')"},
}

func TestHostile(t *testing.T) {
	m := office(t)
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			checkInvariants(t, m, split(test.path))
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func FuzzPath(f *testing.F) {
	for _, path := range []string{
		"", "$metadata", "people/ada%40contoso.com/folders/inbox/letters", "people('O''Hara')/manager/$ref", "people(mail='a',badge=1)", "people/mail=a",
		"meters(7)/readings(year=1,day='a/b')", "teams/1/members/graph.person/2/drive/root:/a/b:/children", "drives/1/items/root%3A%2Fname.bin%3A/content",
		"drives/1/search(q='a/b')('2')", "sheets/1/cell(row={row},column=<c>)/format/size/$value", "people/1/ext_a", "sites/a:/b:/drive/root:/c",
		"members/1/self.alarm", "people/delta()", "people/1/ADDRESS/floor", "weather(day=2026-11-25)", "sheets/names()/$count", "people//x", "people/%2F/%25/%zz",
	} {
		f.Add(path)
	}
	m := office(f)
	f.Fuzz(func(t *testing.T, path string) {
		start := time.Now()
		checkInvariants(t, m, split(path))
		if took := time.Since(start); took > time.Second+time.Duration(len(path))*time.Microsecond {
			t.Errorf("%d bytes took %v", len(path), took)
		}
	})
}
