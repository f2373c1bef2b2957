package bind

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
)

var small = sync.OnceValues(func() (*edm.Model, error) {
	text, err := os.ReadFile("testdata/model.csdl")
	if err != nil {
		return nil, err
	}
	return edm.Parse(text)
})

// about returns the target that a path names: a set, a singleton, or set/ for one
// entity of a set; /$count may follow. "!" behind all is the header.
func about(tb testing.TB, path string) Target {
	tb.Helper()
	m, err := small()
	if err != nil {
		tb.Fatal(err)
	}
	t := Target{Model: m}
	path, t.Eventual = strings.CutSuffix(path, "!")
	path, t.Counted = strings.CutSuffix(path, "/$count")
	name, one := strings.CutSuffix(path, "/")
	if name == "" {
		return t
	}
	set := m.Set(name)
	t.Type = edm.Type{Struct: set.Type, Collection: !one && !set.Singleton}
	t.Capabilities = CapabilitiesOf(set, nil, set.Type)
	return t
}

// show prints the parts of problems that tests compare.
func show(problems []Problem) []string {
	var list []string
	for _, p := range problems {
		s := fmt.Sprintf("%s %s:%d %s", strings.TrimPrefix(p.Rule, "query."), p.Option, p.Offset, p.Found)
		if p.Suggestion != "" {
			s += " → " + p.Suggestion
		}
		list = append(list, s)
	}
	return list
}

var checks = []struct {
	about, query string
	want         []string
}{
	// $select
	{"messages", "$select=subject,importance,origin/city,stops/city,attachments,*", nil},
	{"messages", "$select=origin,@odata.etag", nil},
	{"messages", "$select=Subject", []string{"property-case $select:0 Subject → subject"}},
	{"messages", "$select=id,subjct", []string{"unknown-property $select:3 subjct → subject"}},
	{"messages", "$select=origin/town", []string{"unknown-property $select:7 town"}},
	{"messages", "$select=subject/length", []string{"unknown-property $select:8 length"}},
	{"messages", "$select=extra/any/thing", nil},
	{"messages", "$select=author/mail", []string{"path $select:7 mail"}},
	{"messages", "$select=microsoft.graph.preview,microsoft.graph.*", nil},
	{"messages", "$select=microsoft.graph.user/mail", []string{"type $select:0 microsoft.graph.user"}},
	{"messages", "$select=microsoft.graph.usr/mail", []string{"unknown-type $select:0 microsoft.graph.usr → microsoft.graph.user"}},
	{"messages", "$select=attachments($top=1;$filter=nam eq 'x')", []string{"unknown-property $select:27 nam → name"}},
	{"messages", "$select=preview(zoom)", nil},
	{"messages", "$select=previw(zoom)", []string{"unknown-function $select:0 previw → preview"}},
	{"users", "$select=displayName,extension_0123_size,ext12345678_x,my_prop", nil},
	{"users", "$select=displayNam", []string{"open-property $select:0 displayNam → displayName"}},
	{"users", "$select=shoeSize", []string{"open-property $select:0 shoeSize"}},
	{"objects", "$select=id,microsoft.graph.user/mail,graph.group/visibility", nil},
	{"objects", "$select=mail", []string{"derived-property $select:0 mail → microsoft.graph.user/mail"}},
	{"me", "$select=displayName", nil},

	// $expand
	{"messages", "$expand=attachments,author($select=displayName),*", nil},
	{"messages", "$expand=attachments/$ref,attachments/$count,raw/$value", nil},
	{"messages", "$expand=attachments($filter=name eq 'x';$orderby=name;$top=1;$count=true)", nil},
	{"messages", "$expand=attachments/microsoft.graph.itemAttachment/item", []string{"path $expand:0 attachments/microsoft.graph.itemAttachment/item → attachments/microsoft.graph.itemAttachment($expand=item)"}},
	{"messages", "$expand=origin/mayor($select=mail)", nil},
	{"messages", "$expand=subject", []string{"not-expandable $expand:0 subject"}},
	{"messages", "$expand=origin", []string{"not-expandable $expand:0 origin"}},
	{"messages", "$expand=attachment", []string{"unknown-property $expand:0 attachment → attachments"}},
	{"messages", "$expand=author($select=mail;$expand=managr)", []string{"unknown-property $expand:28 managr → manager"}},
	{"messages", "$expand=author($top=1;$filter=mail eq 'x')", []string{"unsupported-option $expand:0 $filter", "unsupported-option $expand:0 $top"}},
	{"messages", "$expand=author/manager", []string{"path $expand:0 author/manager → author($expand=manager)"}},
	{"me", "$expand=manager($levels=max;$select=id)", nil},
	{"me", "$expand=secrets", []string{"capability $expand:0 secrets"}},
	{"notes", "$expand=owner", nil},
	{"notes", "$expand=readers", []string{"capability $expand:0 readers"}},

	// $orderby
	{"messages", "$orderby=received desc,origin/city,author/mail,importance,length(subject),attachments/$count", nil},
	{"messages", "$orderby=origin", []string{"not-sortable $orderby:0 origin"}},
	{"messages", "$orderby=size,tags desc,raw", []string{"not-sortable $orderby:5 tags", "not-sortable $orderby:15 raw"}},
	{"messages", "$orderby=sise", []string{"unknown-property $orderby:0 sise → size"}},

	// $filter: names
	{"messages", "$filter=SUBJECT eq 'x'", []string{"property-case $filter:0 SUBJECT → subject"}},
	{"messages", "$filter=subjct eq 'x' or siz gt 1", []string{"unknown-property $filter:0 subjct → subject", "unknown-property $filter:17 siz → size"}},
	{"messages", "$filter=author/displayNam eq 'x'", []string{"open-property $filter:7 displayNam → displayName"}},
	{"messages", "$filter=author/shoeSize gt 40 and author/shoeSize eq 'large'", []string{"open-property $filter:7 shoeSize", "open-property $filter:33 shoeSize"}},
	{"messages", "$filter=author/my_value/part gt 40", nil},
	{"messages", "$filter=extra/any eq 1", nil},
	{"messages", "$filter=@Core.Messages/text eq 'x' and subject/@x.y eq 1", nil},

	{"messages", "$filter=importance eq high", []string{"unknown-property $filter:14 high → 'high'"}},
	{"users", "$filter=mail eq mial", []string{"open-property $filter:8 mial → 'mial'"}},

	// $filter: comparisons
	{"messages", "$filter=subject eq 'x' and size gt 1 and weight lt 2.5 and weight le 3 and isRead and isRead eq false", nil},
	{"messages", "$filter=received ge 2026-01-01T00:00:00Z and due eq 2026-01-01 and due lt 2026-01-01T00:00:00Z and received gt 2026-01-01", nil},
	{"messages", "$filter=alarm gt 10:20:00 and effort lt duration'PT1H' and thread eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", nil},
	{"messages", "$filter=subject eq null and author ne null and origin eq null and size ne null", nil},
	{"messages", "$filter=id eq CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46",
		[]string{"guid-quotes $filter:6 cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46 → 'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46'"}},
	{"messages", "$filter='cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46' eq thread",
		[]string{"guid-quotes $filter:0 'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46' → cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"}},
	{"messages", "$filter=thread eq 'x'", []string{"type $filter:10 'x'"}},
	{"messages", "$filter=thread eq subject", []string{"type $filter:10 subject"}},
	{"messages", "$filter=received ge '2026-01-01T00:00:00Z'", []string{"type $filter:12 '2026-01-01T00:00:00Z' → 2026-01-01T00:00:00Z"}},
	{"messages", "$filter=received ge '2026-01-01'", []string{"type $filter:12 '2026-01-01' → 2026-01-01"}},
	{"messages", "$filter=isRead eq 'true'", []string{"type $filter:10 'true' → true"}},
	{"messages", "$filter='5' lt size", []string{"type $filter:0 '5' → 5"}},
	{"messages", "$filter=subject eq 5", []string{"type $filter:11 5 → '5'"}},
	{"messages", "$filter=subject eq size", []string{"type $filter:11 size"}},
	{"messages", "$filter=tags eq 'x'", []string{"type $filter:0 tags"}},
	{"messages", "$filter=tags eq null", []string{"type $filter:0 tags"}},
	{"messages", "$filter=origin eq 'x'", []string{"type $filter:0 origin"}},
	{"messages", "$filter=stops/city eq 'x'", []string{"type $filter:6 city"}},
	{"messages", "$filter=raw eq 'x'", []string{"type $filter:0 raw"}},
	{"messages", "$filter=size in (1, 2) and importance in ('low','high') and subject in tags and size in [1,2]", nil},
	{"messages", "$filter=size in (1,'2')", []string{"type $filter:11 '2' → 2"}},
	{"messages", "$filter=tags in ('a','b')", []string{"type $filter:0 tags"}},
	{"messages", "$filter=size in subject", []string{"type $filter:8 subject"}},
	{"messages", "$filter=size in tags", []string{"type $filter:8 tags"}},

	// $filter: enumerations
	{"messages", "$filter=importance eq 'high' and importance gt microsoft.graph.importance'low' and importance eq graph.importance'2'", nil},
	{"messages", "$filter=importance eq 'High'", []string{"enum-case $filter:14 High → high"}},
	{"messages", "$filter=importance eq 'hihg'", []string{"enum $filter:14 hihg → high"}},
	{"messages", "$filter=importance eq 'low,high'", []string{"enum $filter:14 low,high"}},
	{"messages", "$filter=importance eq microsoft.graph.color'red'", []string{"type $filter:14 microsoft.graph.color'red'"}},
	{"messages", "$filter=importance eq microsoft.graph.colour'red'", []string{"unknown-type $filter:14 microsoft.graph.colour → microsoft.graph.color"}},
	{"messages", "$filter=importance eq microsoft.graph.user'red'", []string{"type $filter:14 microsoft.graph.user'red'"}},
	{"messages", "$filter=importance eq 2", []string{"type $filter:14 2 → '2'"}},
	{"messages", "$filter=importance eq colors", []string{"type $filter:14 colors"}},
	{"messages", "$filter=colors has 'red,blue' and colors has graph.color'green' and mood eq 'any'", nil},
	{"messages", "$filter=colors has 'rad'", []string{"enum $filter:11 rad → red"}},
	{"messages", "$filter=subject has 'red'", []string{"type $filter:0 subject"}},

	// $filter: conditions
	{"messages", "$filter=subject", []string{"type $filter:0 subject"}},
	{"messages", "$filter=isRead or size", []string{"type $filter:10 size"}},
	{"messages", "$filter=not subject", []string{"type $filter:4 subject"}},
	{"messages", "$filter=null or true", nil},

	// $filter: arithmetic
	{"messages", "$filter=size add 1 gt 2 and weight mul 2.5 lt -size and received add effort lt now() and received sub received gt effort", nil},
	{"messages", "$filter=subject add 1 gt 2", []string{"type $filter:0 subject"}},
	{"messages", "$filter=received add 1 gt now()", []string{"type $filter:13 1"}},
	{"messages", "$filter=-subject gt 2", []string{"type $filter:1 subject"}},

	// $filter: functions
	{"messages", "$filter=startswith(subject,'x') and contains(tolower(subject),'y') and length(subject) gt 2 and indexof(subject,'a') eq 1", nil},
	{"messages", "$filter=year(received) eq 2026 and date(received) eq due and hour(alarm) eq 1 and totalseconds(effort) gt 2.5 and round(weight) eq 2", nil},
	{"messages", "$filter=substring(subject,1) eq 'x' and concat(subject,'x') eq 'y' and trim(substring(subject,1,2)) eq 'x'", nil},
	{"messages", "$filter=startswith(size,'1')", []string{"argument $filter:11 size"}},
	{"messages", "$filter=startswith(subject,1)", []string{"argument $filter:19 1 → '1'"}},
	{"messages", "$filter=contains(tags,'x')", []string{"argument $filter:9 tags"}},
	{"messages", "$filter=year(due) eq '2026'", []string{"type $filter:13 '2026' → 2026"}},
	{"messages", "$filter=year(subject) eq 1", []string{"argument $filter:5 subject"}},
	{"messages", "$filter=startswith(id,cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46)",
		[]string{"guid-quotes $filter:14 cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46 → 'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46'"}},
	{"messages", "$filter=tolower(subject)", []string{"type $filter:0 tolower(subject)"}},
	{"messages", "$filter=geo.distance(origin/center, geography'SRID=4326;Point(1 2)') lt 5", nil},
	{"messages", "$filter=case(isRead: 1, true: 2) gt 1", nil},
	{"messages", "$filter=case(size: 1, true: 2) eq 'x'", []string{"type $filter:5 size", "type $filter:26 'x'"}},

	// $filter: collections
	{"messages", "$filter=tags/any() and tags/any(t:t eq 'x') and attachments/all(a:contains(a/name,subject)) and tags/$count gt 2", nil},
	{"messages", "$filter=tags/any(t:t eq 1)", []string{"type $filter:16 1 → '1'"}},
	{"messages", "$filter=tags/any(t:t)", []string{"type $filter:11 t"}},
	{"messages", "$filter=attachments/any(a:a/nam eq 'x')", []string{"unknown-property $filter:20 nam → name"}},
	{"messages", "$filter=attachments/any(a:attachments/any(b:b/name eq a/name and a/nme eq 'x'))", []string{"unknown-property $filter:59 nme → name"}},
	{"messages", "$filter=subject/any(s:s eq 'x')", []string{"type $filter:0 subject"}},
	{"messages", "$filter=subject/$count gt 1", []string{"type $filter:8 $count"}},
	{"messages", "$filter=tags/$count eq 'x'", []string{"type $filter:15 'x'"}},
	{"messages", "$filter=attachments/$count($filter=nam eq 'x') gt 1", []string{"unknown-property $filter:27 nam → name"}},
	{"messages", "$filter=attachments/$filter(name eq 'x')/any()", nil},
	{"messages", "$filter=author/licenses/any(l:l/skuId eq 'x')", []string{"type $filter:33 'x'"}},

	// $filter: casts, functions of the service, keys
	{"messages", "$filter=attachments/any(a:a/microsoft.graph.fileAttachment/contentId eq 'x')", nil},
	{"messages", "$filter=attachments/any(a:a/contentId eq 'x')", []string{"derived-property $filter:20 contentId → microsoft.graph.fileAttachment/contentId"}},
	{"messages", "$filter=attachments/any(a:a/length eq 'x' or a/length eq 1)",
		[]string{"derived-property $filter:20 length → microsoft.graph.fileAttachment/length", "derived-property $filter:39 length → microsoft.graph.fileAttachment/length"}},
	{"messages", "$filter=author/graph.group/visibility eq 'x'", []string{"type $filter:7 graph.group"}},
	{"messages", "$filter=isof('microsoft.graph.message') and isof(author,graph.user) and cast(subject,Edm.Int32) eq 2", nil},
	{"messages", "$filter=isof(graph.mesage)", []string{"unknown-type $filter:5 graph.mesage → microsoft.graph.message"}},
	{"messages", "$filter=isof(graph.user)", []string{"type $filter:5 graph.user"}},
	{"messages", "$filter=cast(subject,Edm.Int33) eq 2", []string{"unknown-type $filter:13 Edm.Int33"}},
	{"messages", "$filter=cast(subject,Edm.Int32) eq 'x'", []string{"type $filter:27 'x'"}},
	{"messages", "$filter=graph.preview(zoom=2)/city eq 'x' and attachments/graph.largest()/name eq 'x'", nil},
	{"messages", "$filter=graph.preview(zoom='2')/city eq 'x'", []string{"type $filter:19 '2' → 2"}},
	{"messages", "$filter=graph.preview(size=2)/city eq 'x'", []string{"argument $filter:0 graph.preview(size=2)"}},
	{"messages", "$filter=graph.previw(zoom=2)/city eq 'x'", []string{"unknown-function $filter:0 graph.previw → preview"}},
	{"messages", "$filter=attachments('x')/name eq 'x'", nil},
	{"messages", "$filter=attachments(id=5)/name eq 'x'", []string{"type $filter:15 5 → '5'"}},
	{"messages", "$filter=$it/size eq 1 and $root/users('x')/mail eq subject and $root/me/mail eq 'x'", nil},
	{"messages", "$filter=$root/user('x')/mail eq subject", []string{"unknown-property $filter:6 user → users"}},
	{"messages", "$filter=size eq @p and subject eq @q&@p=5", []string{"alias $filter:26 @q"}},
	{"messages", "$filter=size eq @p&@p='x'", []string{"type $filter:8 @p"}},
	{"messages", "$expand=attachments($filter=name eq @p)&@p='x'", nil},

	// $search
	{"messages", `$search="from:me"`, nil},
	{"messages", `$search=x&$orderby=received`, []string{"combination $orderby:0 $orderby"}},
	{"users!", `$search="displayName:x" OR NOT "mail:y"&$orderby=mail`, nil},
	{"users!", `$search="displayNam:x"`, []string{"open-property $search:1 displayNam → displayName"}},
	{"users!", `$search=x`, []string{"search-clause $search:0 x"}},
	{"users", `$search="mail:x"`, []string{"consistency-level $search:0 $search"}},

	// Options that can't be
	{"me", "$filter=mail eq 'x'&$top=1&$count=true", []string{"unsupported-option $filter:0 $filter", "unsupported-option $count:0 $count", "unsupported-option $top:0 $top"}},
	{"me", "$count=false&$select=mail&$expand=manager", nil},
	{"messages", "$apply=aggregate(size with sum as total)&$compute=size add 1 as more", []string{"unsupported-option $apply:0 $apply", "unsupported-option $compute:0 $compute"}},
	{"messages", "$format=json&$skiptoken=x&$top=0", nil},
	{"messages", "$format=application/json;odata.metadata=full", nil},
	{"messages", "$format=application/atom%2Bxml", []string{"value $format:0 application/atom+xml → json"}},
	{"messages", "$format=XML", []string{"value $format:0 XML → json"}},
	{"messages", "$levels=2", []string{"unsupported-option $levels:0 $levels"}},

	// Capabilities
	{"notes", "$search=x&$filter=title eq 'x'&$select=title", nil},
	{"notes", "$count=true&$top=1&$skip=1&$orderby=title", []string{"capability $orderby:0 $orderby", "capability $count:0 $count", "capability $top:0 $top", "capability $skip:0 $skip"}},
	{"notes", "$filter=pages gt 1 and owner/mail eq 'x' and owner/displayName eq 'x'", []string{"capability $filter:0 pages", "capability $filter:15 owner/mail"}},
	{"objects!", "$select=id&$count=true", nil},

	// Directory objects
	{"users", "$filter=mail eq 'x'&$top=999", nil},
	{"users", "$orderby=displayName", nil},
	{"users", "$orderby=mail", []string{"advanced $orderby:0 mail"}},
	{"users", "$top=1000", []string{"page-size $top:0 1000"}},
	{"users", "$count=true", []string{"count-ignored $count:0 $count=true"}},
	{"users!", "$count=true&$filter=mail ne 'x' and not(mail eq 'y')&$orderby=mail", nil},
	{"users!", "$filter=mail ne 'x' and mail ne 'y'", []string{"consistency-level $filter:5 ne"}},
	{"users", "$filter=endswith(mail,'x') or licenses/$count eq 0 or not(mail eq 'y')",
		[]string{"consistency-level $filter:0 endswith", "consistency-level $filter:31 /$count", "consistency-level $filter:46 not"}},
	{"users!", "$filter=mail eq 'x'&$orderby=displayName", []string{"consistency-level $orderby:0 $orderby"}},
	{"users", "$filter=mail ne 'x'&$skiptoken=x", nil},
	{"users/$count", "", []string{"consistency-level $count:0 /$count"}},
	{"users/$count!", "$filter=mail ne 'x'", nil},
	{"messages", "$filter=subject ne 'x'&$orderby=received&$count=true", nil},

	// Nothing known
	{"", "$select=x&$filter=x eq 1 and y/any(z:z/w eq 2)&$orderby=x&$expand=x($select=y)&$top=1", nil},
	{"", "$filter=x/$count eq 'x' or startswith(1,'x')", []string{"type $filter:12 'x'", "argument $filter:30 1 → '1'"}},
}

func TestCheck(t *testing.T) {
	for _, tt := range checks {
		got := show(Check(parse(t, tt.query), about(t, tt.about)))
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s?%s\n got: %q\nwant: %q", tt.about, tt.query, got, tt.want)
		}
	}
}

func TestCheckIsBounded(t *testing.T) {
	target := about(t, "messages")
	for name, query := range map[string]string{
		"properties": "$select=" + strings.Repeat("subjct,", 5000) + "id",
		"types":      "$filter=" + strings.Repeat("isof(graph.mesage) or ", 2000) + "isRead",
		"chain":      "$filter=size" + strings.Repeat(" eq 'x'", 5000),
		"flags":      "$filter=size" + strings.Repeat(" has 'x'", 5000),
		"members":    "$filter=importance in (" + strings.Repeat("'hihg',", 5000) + "'low')",
		"functions":  "$filter=" + strings.Repeat("graph.previw() or ", 2000) + "isRead",
	} {
		start := time.Now()
		got := len(Check(parse(t, query), target))
		if want := mostProblems; name != "types" && got != want || name == "types" && got != mostLookups {
			t.Errorf("%s: %d problems", name, got)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

// Messages are one sentence, and every rule has a case.
func TestMessages(t *testing.T) {
	seen := make(map[string]bool)
	for _, tt := range checks {
		for _, p := range Check(parse(t, tt.query), about(t, tt.about)) {
			seen[p.Rule] = true
			if p.Message == "" || strings.HasSuffix(p.Message, ".") || strings.Contains(p.Message, "%!") || p.Found == "" || p.Option == "" {
				t.Errorf("%s?%s: %+v", tt.about, tt.query, p)
			}
		}
	}
	for _, rule := range Rules() {
		if !seen[rule] {
			t.Errorf("no case of %s", rule)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	target := about(t, "messages")
	q := parse(t, "$filter=subjct eq 'x' and attachments/any(a:a/name eq 'x')&$select=SUBJECT&$expand=author($select=mial)")
	want := show(Check(q, target))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := show(Check(q, target)); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	group.Wait()
}

func TestNoAllocations(t *testing.T) {
	target := about(t, "messages")
	q := parse(t, "$filter=subject eq 'x' and received ge 2026-01-01T00:00:00Z and importance eq 'high'&$select=subject,origin/city&$expand=author($select=mail)&$orderby=received&$top=5")
	if n := testing.AllocsPerRun(100, func() { Check(q, target) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
