package odata

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// decode decodes a JSON object with json.Number for numbers.
func decode(tb testing.TB, text string) map[string]any {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		tb.Fatalf("decode %s: %v", text, err)
	}
	return object
}

func mustParse(tb testing.TB, filter string) Expr {
	tb.Helper()
	e, err := ParseFilter(filter)
	if err != nil {
		tb.Fatalf("ParseFilter(%q): %v", filter, err)
	}
	return e
}

const person = `{
	"@odata.type": "#microsoft.graph.user",
	"id": "0AAA0000-0000-0000-0000-0000000000ff",
	"displayName": "Zoë O'Neil",
	"accountEnabled": true,
	"age": 42,
	"ratio": 0.1,
	"big": 9007199254740993,
	"empty": "",
	"nothing": null,
	"created": "2024-02-29T23:30:00.1234567Z",
	"createdLocal": "2024-03-01T01:30:00.1234567+02:00",
	"birthday": "1990-05-08",
	"opens": "08:30:00.000",
	"timeout": "P1DT2H",
	"number": "12",
	"color": "Red,Blue",
	"tags": ["a", "B", null],
	"none": [],
	"sizes": [1, 2, 3],
	"address": {"city": "Köln", "lines": ["x", "y"]},
	"identities": [
		{"issuer": "contoso.com", "rank": 1},
		{"issuer": "fabrikam.com", "rank": 2, "issuerAssignedId": "zoe"}
	],
	"members": [
		{"@odata.type": "#microsoft.graph.user", "id": "1"},
		{"@odata.type": "#microsoft.graph.user", "id": "2"}
	],
	"Twin": 1, "twiN": 2
}`

func TestMatches(t *testing.T) {
	item := decode(t, person)
	groups := []struct {
		name     string
		yes, no  []string
		unknowns []string // null: neither they nor their negation match
	}{
		{
			name: "equality",
			yes: []string{
				"accountEnabled", "accountEnabled eq true", "true", "not false",
				"displayName eq 'ZOË o''neil'", "displayName ne 'Zoe O''Neil'",
				"id eq 0aaa0000-0000-0000-0000-0000000000FF", "id eq '0aaa0000-0000-0000-0000-0000000000ff'",
				"age eq 42", "age eq 42.0", "age eq 4.2e1", "ratio eq 0.1", "age ne 43",
				"big eq 9007199254740993", "big ne 9007199254740992",
				"address/CITY eq 'KÖLN'", "DISPLAYNAME ne null", "Twin eq 1 and twiN eq 2",
				"microsoft.graph.user/age eq 42", "$it/age eq $this/age",
			},
			no: []string{"false", "accountEnabled eq false", "displayName eq ''", "age eq 41", "id eq 0bbb0000-0000-0000-0000-0000000000ff"},
		},
		{
			name: "null",
			yes: []string{
				"nothing eq null", "missing eq null", "displayName ne null", "null eq null", "nothing ge null",
				"missing/deeper/still eq null", "not (nothing ne null)", "nothing in (1,null)", "nothing eq missing",
				"address ne null", "tags ne null", "not (nothing gt 1)", "not (nothing lt 1)", "not (1 ge nothing)",
				"nothing ne 1", "true or nothing", "nothing or true", "not (false and nothing)", "missing/$count eq 0",
				"contains(nothing,'x') eq null",
			},
			no: []string{"nothing eq 1", "nothing gt 1", "nothing le 1", "nothing ne null", "false and nothing", "nothing in (1,2)", "empty eq null"},
			unknowns: []string{
				"nothing", "null", "nothing and true", "true and nothing", "nothing or false", "contains(nothing,'x')",
				"startswith(displayName,null)", "nothing has 'x'", "not nothing", "isof(nothing,microsoft.graph.user)",
			},
		},
		{
			name: "order",
			yes: []string{
				"age gt 41", "age ge 42", "age lt 42.5", "age le 42", "ratio gt 0.09", "-age lt 0",
				"displayName gt 'zo'", "displayName ge 'Zoë O''Neil'", "'a' lt 'B'", "true gt false",
			},
			no: []string{"age gt 42", "age lt 42", "displayName lt 'A'"},
		},
		{
			name: "time",
			yes: []string{
				"created eq 2024-02-29T23:30:00.1234567Z", "created eq createdLocal", "created in (createdLocal)",
				"created gt 2024-02-29T23:30:00Z", "created lt 2024-02-29T23:31Z", "createdLocal lt 2024-03-01",
				"created ge 2024-02-29", "created gt '2024-02-29T23:30:00Z'", "created eq '2024-02-29t23:30:00.1234567000+00:00'",
				"birthday eq 1990-05-08", "birthday lt 1990-05-08T00:00:01Z", "2024-01-01 lt created",
				"opens eq 08:30", "opens lt 08:30:00.1", "timeout eq duration'PT26H'", "timeout gt duration'-P1D'",
				"year(created) eq 2024 and month(created) eq 2 and day(created) eq 29", "day(createdLocal) eq 1",
				"hour(created) eq 23 and minute(created) eq 30 and second(created) eq 0", "hour(opens) eq 8",
				"year(birthday) eq 1990", "date(created) eq 2024-02-29", "date(createdLocal) eq 2024-03-01",
				"time(createdLocal) gt 01:30:00", "created lt now()", "year(2024-01-31) eq 2024",
			},
			no: []string{"created lt 2024-02-29T23:30:00Z", "created eq 2024-02-29", "birthday gt 1990-05-08"},
		},
		{
			name: "lists and lambdas",
			yes: []string{
				"age in (1,42)", "displayName in ('x','zoë o''neil')", "'b' in tags", "2 in sizes",
				"tags/any()", "not none/any()", "not missing/any()", "tags/any(t:t eq 'b')", "tags/any(t:t eq null)",
				"sizes/all(s:s gt 0)", "none/all(s:false)", "missing/all(s:false)", "not sizes/all(s:s gt 1)",
				"identities/any(i:i/issuer eq 'contoso.com' and i/rank eq 1)",
				"not identities/any(i:i/issuer eq 'contoso.com' and i/rank eq 2)",
				"identities/any(i:i/issuerAssignedId eq 'ZOE')", "identities/any(i:i/rank add 40 eq $it/age)",
				"identities/any(i:i/rank add 40 eq age)", "identities/any(i:sizes/any(s:s eq i/rank and s gt 1))",
				"identities/any(x:sizes/any(x:x eq 3))", "not tags/all(t:startswith(t,'a'))",
				"tags/$count eq 3", "none/$count eq 0", "identities/$count gt 1", "address/lines/any(l:l eq 'Y')",
				"members/microsoft.graph.user/$count eq 2", "members/microsoft.graph.user/any(u:u/id eq '2')",
			},
			no: []string{"age in (1,2)", "'c' in tags", "1 in none", "1 in nothing", "tags/any(t:t eq 'c')", "tags/all(t:t eq 'a')"},
		},
		{
			name: "enumerations",
			yes: []string{
				"color eq 'red,blue'", "color eq ns.color'Blue,Red'", "color has ns.color'blue'", "color has 'red'",
				"color ne ns.color'red'", "color in (ns.color'red',ns.color'blue,red')",
			},
			no: []string{"color has ns.color'green'", "color has 'red,green'", "color eq ns.color'red'"},
		},
		{
			name: "functions",
			yes: []string{
				"contains(displayName,'o''NEIL')", "startswith(displayName,'zo')", "endswith(displayName,'EIL')",
				"contains(displayName,'')", "tolower(displayName) eq 'x' or toupper('ä') eq 'Ä'", "trim(' x ') eq 'x'",
				"length(displayName) eq 10", "length(tags) eq 3", "indexof(displayName,'O') eq 1",
				"indexof(displayName,'ë O') eq 2", "indexof(displayName,'!') eq -1", "concat(concat('a','b'),'c') eq 'abc'",
				"substring(displayName,2,1) eq 'ë'", "substring(displayName,4) eq 'O''Neil'",
				"substring(displayName,99) eq ''", "substring(displayName,9,99) eq 'l'",
				"round(2.5) eq 3", "round(-2.5) eq -3", "round(2.4) eq 2", "floor(-0.5) eq -1", "floor(2) eq 2",
				"ceiling(0.5) eq 1", "ceiling(-0.5) eq 0",
				"cast(number,Edm.Int32) eq 12", "cast(number,Edm.Double) lt 12.5", "cast(displayName,Edm.Int64) eq null",
				"cast('99999',Edm.Int16) eq null", "cast(id,Edm.Guid) eq 0aaa0000-0000-0000-0000-0000000000ff",
				"cast('true',Edm.Boolean)", "cast(created,Edm.DateTimeOffset) gt 2024-01-01", "cast(nothing,Edm.Int32) eq null",
				"isof(microsoft.graph.user)", "isof('Microsoft.Graph.User')", "isof($it,microsoft.graph.user)",
				"cast(microsoft.graph.user) ne null",
			},
			no: []string{"contains(displayName,'x')", "startswith(displayName,'o')", "endswith(displayName,'zo')"},
		},
		{
			name: "arithmetic",
			yes: []string{
				"age add 1 eq 43", "age sub 50 eq -8", "age mul 2 eq 84", "age div 2 eq 21", "age divby 4 eq 10.5",
				"age mod 5 eq 2", "-7 mod 3 eq -1", "7.5 mod 2 eq 1.5", "ratio add 0.2 eq 0.3", "7 div 2.5 eq 2.8",
				"-(age) eq -42", "- -5 eq 5", "big add 1 eq 9007199254740994", "(4 add 5) mod (4 sub 1) eq 0",
				"age add nothing eq null", "-nothing eq null",
			},
		},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			check := func(filter string, want bool) {
				t.Helper()
				got, err := Matches(mustParse(t, filter), item)
				if got != want || err != nil {
					t.Errorf("Matches(%q) is %v, %v, want %v", filter, got, err, want)
				}
			}
			for _, f := range g.yes {
				check(f, true)
				check("not ("+f+")", false)
			}
			for _, f := range g.no {
				check(f, false)
				check("not ("+f+")", true)
			}
			for _, f := range g.unknowns {
				check(f, false)
				check("not ("+f+")", false)
				check("("+f+") eq null", true)
			}
		})
	}
}

func TestMatchesErrors(t *testing.T) {
	item := decode(t, person)
	tests := []struct{ filter, want string }{
		{"displayName", `offset 0: the filter is the string "Zoë O'Neil", not true or false`},
		{"age add 1", "offset 4: the filter is a number, not true or false"},
		{"age eq '42'", `offset 4: a number and the string "42" don't compare`},
		{"accountEnabled eq 1", "offset 15: a truth value and a number don't compare"},
		{"accountEnabled eq 'true'", `offset 15: a truth value and the string "true" don't compare`},
		{"displayName gt 2024-01-01", `offset 12: "Zoë O'Neil" is not an Edm.DateTimeOffset`},
		{"displayName lt 10:00", `offset 12: "Zoë O'Neil" is not an Edm.TimeOfDay`},
		{"displayName lt duration'PT1S'", `offset 12: "Zoë O'Neil" is not an Edm.Duration`},
		{"address eq 'x'", `offset 8: an object and the string "x" don't compare`},
		{"address eq address", "offset 8: an object can only be compared with null"},
		{"tags eq tags", "offset 5: a collection can only be compared with null"},
		{"tags/x eq 1", "offset 0: x of a collection can't be evaluated"},
		{"displayName/x eq 1", `offset 0: x of the string "Zoë O'Neil" can't be evaluated`},
		{"displayName/any(x:x eq 1)", `offset 0: displayName is the string "Zoë O'Neil", not a collection`},
		{"tags/any(t:t)", `offset 11: the condition is the string "a", not true or false`},
		{"age in displayName", `offset 4: the string "Zoë O'Neil" is not a collection`},
		{"'x' and true", "offset 4: not, and and or want true or false"},
		{"not age", "offset 0: not, and and or want true or false"},
		{"false and age", "offset 6: not, and and or want true or false"},
		{"false and geo.length(address) gt 1", "offset 10: geo.length can't be evaluated for an object"},
		{"twin eq 1", "offset 0: twin may be any of Twin, twiN"},
		{"$root/me eq null", "offset 0: $root can't be evaluated"},
		{"age eq @p", "offset 7: @p can't be evaluated"},
		{"color gt ns.color'red'", "offset 6: the order of the members of an enumeration is unknown"},
		{"color eq ns.color'1'", "offset 6: the numbers of the members of an enumeration are unknown"},
		{"color has ns.color'4'", "offset 6: the numbers of the members of an enumeration are unknown"},
		{"age has 'x'", "offset 4: a number is no member of an enumeration"},
		{"contains(age,'4')", "offset 0: argument 1 is a number, not a string"},
		{"contains(tags,'a')", "offset 0: argument 1 is a collection, not a string"},
		{"length(age) eq 1", "offset 0: a number has no length"},
		{"substring(displayName,-1) eq ''", "offset 0: substring wants whole numbers that are not negative"},
		{"round('x') eq 1", `offset 0: round can't be evaluated for the string "x"`},
		{"year(displayName) eq 1", `offset 0: year can't be evaluated for the string "Zoë O'Neil"`},
		{"hour(birthday) eq 1", `offset 0: hour can't be evaluated for the string "1990-05-08"`},
		{"matchesPattern(displayName,'x')", "offset 0: matchesPattern can't be evaluated"},
		{"mindatetime() lt created", "offset 0: mindatetime can't be evaluated"},
		{"cast(age,Edm.String) eq '42'", "offset 0: a cast of a number to Edm.String can't be evaluated"},
		{"cast(displayName,ns.x) eq 'x'", `offset 0: a cast of the string "Zoë O'Neil" to ns.x can't be evaluated`},
		{"isof(microsoft.graph.group)", "offset 0: whether type #microsoft.graph.user is derived from microsoft.graph.group is unknown"},
		{"isof(address,ns.address)", "offset 0: whether the item is of type ns.address is unknown, since it has no @odata.type"},
		{"isof(age,Edm.Int32)", "offset 0: whether a number is of type Edm.Int32 is unknown"},
		{"ns.group/x eq 1", "offset 0: whether type #microsoft.graph.user is derived from ns.group is unknown"},
		{"members/ns.group/$count eq 1", "offset 0: whether type #microsoft.graph.user is derived from ns.group is unknown"},
		{"age div 4 eq 10", "offset 4: whether div leaves a fraction depends on the types of the numbers; divby does"},
		{"age mod 0 eq 1", "offset 4: division by zero"},
		{"displayName add 1 eq 1", `offset 12: add of the string "Zoë O'Neil" and a number can't be evaluated`},
		{"-displayName eq 1", `offset 0: sub of a number and the string "Zoë O'Neil" can't be evaluated`},
		{"created add duration'P1D' gt 2024-01-01", `offset 8: add of the string "2024-02-29T23:30:00.1234567Z" and a duration can't be evaluated`},
		{"age lt INF", `offset 7: "INF" can't be evaluated`},
		{"age lt 1e99999", `offset 7: "1e99999" has too many digits`},
		{"timeout lt duration'P99999999D'", `offset 11: "P99999999D" is not an Edm.Duration`},
		{"id eq binary'Zg'", "offset 6: an Edm.Binary can't be evaluated"},
		{"id eq geography'SRID=0;Point(1 2)'", "offset 6: an Edm.Geography can't be evaluated"},
		{"missing eq [1,2]", "offset 11: an Edm.Untyped can't be evaluated"},
		{"missing in [age]", "offset 11: [age] can't be evaluated"},
		{`address eq {"city":displayName}`, `offset 11: {"city":displayName} can't be evaluated`},
		{"case(true:false)", "offset 0: case(true: false) can't be evaluated"},
		{"isdefined(missing)", "offset 0: isdefined can't be evaluated"},
		{"ns.f()", "offset 0: ns.f() can't be evaluated"},
		{"missing/ns.f(x=1) eq null", "offset 0: ns.f(x=1) can't be evaluated"},
		{"members('x')/id eq null", "offset 0: members('x') can't be evaluated"},
		{"missing/$count($filter=a) eq 0", "offset 0: $count($filter=a) can't be evaluated"},
		{"missing/$filter(a)/$count eq 0", "offset 0: $filter(a) can't be evaluated"},
		{"missing/aggregate(a with sum) eq null", "offset 0: aggregate(a with sum) can't be evaluated"},
		{"$these/$count gt 0", "offset 0: $these can't be evaluated"},
		{"birthday lt 12024-01-01", `offset 12: "12024-01-01" is not an Edm.Date`},
		{"created lt 2016-12-31T23:59:60Z", `offset 11: "2016-12-31T23:59:60Z" is not an Edm.DateTimeOffset`},
		{"1e400 mul 1e400 mul 1e400 mul 1e400 gt 1", "offset 26: the result has too many digits"},
	}
	for _, tt := range tests {
		ok, err := Matches(mustParse(t, tt.filter), item)
		if err == nil || err.Error() != tt.want {
			t.Errorf("Matches(%q): error is %v, want %s", tt.filter, err, tt.want)
		}
		if _, isEval := errors.AsType[*EvalError](err); ok || !isEval {
			t.Errorf("Matches(%q) is %v with a %T", tt.filter, ok, err)
		}
	}
}

func TestMatchesKindsOfNumbers(t *testing.T) {
	e := mustParse(t, "n eq 5 and n lt 5.5 and n in (4,5.0)")
	for _, n := range []any{5, int64(5), 5.0, json.Number("5"), json.Number("5.0"), json.Number("0.5e1")} {
		if ok, err := Matches(e, map[string]any{"n": n}); !ok || err != nil {
			t.Errorf("Matches with %T %v is %v, %v", n, n, ok, err)
		}
	}
	if _, err := Matches(e, map[string]any{"n": uint8(5)}); err == nil {
		t.Error("no error for a value that is not decoded JSON")
	}
	if ok, err := Matches(mustParse(t, "n eq 0.1"), map[string]any{"n": 0.1}); !ok || err != nil {
		t.Errorf("0.1 eq 0.1 is %v, %v", ok, err)
	}
	if ok, err := Matches(nil, nil); !ok || err != nil {
		t.Errorf("no filter is %v, %v", ok, err)
	}
}

func TestEvaluator(t *testing.T) {
	bases := map[string][]string{"user": {"ns.user", "ns.object"}, "admin": {"ns.admin", "ns.user", "ns.object"}}
	ev := &Evaluator{
		Now: func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) },
		IsOf: func(item map[string]any, typ string) (bool, error) {
			kind, _ := item["kind"].(string)
			if bases[kind] == nil {
				return false, fmt.Errorf("unknown kind %q", kind)
			}
			return slices.Contains(bases[kind], typ), nil
		},
	}
	item := decode(t, `{"kind": "user", "level": 5, "at": "2020-01-01T00:00:00Z",
		"members": [{"kind": "user"}, {"kind": "admin", "level": 1}], "other": {}}`)
	tests := map[string]bool{
		"at eq now()":                                       true,
		"isof(ns.object)":                                   true,
		"isof(ns.admin)":                                    false,
		"ns.user/level eq 5":                                true,
		"ns.admin/level eq 5":                               false,
		"ns.admin/level eq null":                            true,
		"cast(ns.admin) eq null":                            true,
		"members/ns.admin/$count eq 1":                      true,
		"members/any(m:m/ns.admin/level eq 1)":              true,
		"members/ns.admin/all(m:m/level eq 1)":              true,
		"members/all(m:isof(m,ns.admin))":                   false,
		"isof(level,ns.admin) or true":                      false, // error
		"isof(other,ns.user) or true":                       false, // error
		"members/any(m:isof(m,ns.admin) and isof(ns.user))": true,
	}
	for filter, want := range tests {
		got, err := ev.Matches(mustParse(t, filter), item)
		if got != want || (err != nil) != strings.HasSuffix(filter, "or true") {
			t.Errorf("Matches(%q) is %v, %v, want %v", filter, got, err, want)
		}
	}
}

func TestSort(t *testing.T) {
	items := func() []map[string]any {
		var list []map[string]any
		for _, text := range []string{
			`{"id": "1", "name": "b", "n": 10, "at": "2024-01-01T10:00:00Z", "on": true, "mixed": 1, "address": {"city": "X"}}`,
			`{"id": "2", "name": "A", "n": 9.5, "at": "2024-01-01T09:30:00.5-01:00", "on": false, "mixed": "a", "address": {"city": null}}`,
			`{"id": "3", "n": null, "at": "2024-01-01T10:00:00.000Z", "on": null}`,
			`{"id": "4", "name": "B", "n": 1e1, "at": "2024-01-01T12:00:00+02:30", "on": true, "address": {"city": "a"}}`,
			`{"id": "5", "name": "a", "n": -1, "on": false, "address": {"city": "b"}}`,
		} {
			list = append(list, decode(t, text))
		}
		return list
	}
	order := func(list []map[string]any) string {
		var ids strings.Builder
		for _, item := range list {
			ids.WriteString(item["id"].(string))
		}
		return ids.String()
	}
	tests := []struct{ orderBy, want string }{
		{"name", "32514"},
		{"name desc", "14253"},
		{"name,id desc", "35241"},
		{"NAME desc,n desc,id desc", "41253"},
		{"n", "35214"},
		{"n desc", "14253"},
		{"at", "54132"},
		{"on,id desc", "35241"},
		{"address/city", "23451"},
		{"length(name) desc", "12453"},
		{"n eq 10 desc", "14235"},
		{"date(at)", "51234"},
		{"nothing", "12345"},
		{"1", "12345"},
	}
	for _, tt := range tests {
		by, err := ParseOrderBy(tt.orderBy)
		if err != nil {
			t.Fatal(err)
		}
		list := items()
		if err := Sort(list, by); err != nil {
			t.Errorf("Sort by %s: %v", tt.orderBy, err)
		}
		if got := order(list); got != tt.want {
			t.Errorf("Sort by %s is %s, want %s", tt.orderBy, got, tt.want)
		}
	}

	for _, orderBy := range []string{"mixed", "address", "name,geo.length(name)", "id,address/city/x"} {
		by, err := ParseOrderBy(orderBy)
		if err != nil {
			t.Fatal(err)
		}
		list := items()
		slices.Reverse(list)
		err = Sort(list, by)
		if _, ok := errors.AsType[*EvalError](err); !ok || order(list) != "54321" {
			t.Errorf("Sort by %s is %s, %v", orderBy, order(list), err)
		}
	}
	if err := Sort(items(), nil); err != nil {
		t.Error(err)
	}
}

// Strings that are times in part only are ordered as text, all of them.
func TestSortMixedTimes(t *testing.T) {
	by, err := ParseOrderBy("at")
	if err != nil {
		t.Fatal(err)
	}
	list := []map[string]any{{"at": "2024-01-01T12:00:00+05:00"}, {"at": "2024-01-01T10:00:00Z"}, {"at": "2024-01-01T11"}}
	if err := Sort(list, by); err != nil {
		t.Fatal(err)
	}
	if list[0]["at"] != "2024-01-01T10:00:00Z" || list[2]["at"] != "2024-01-01T12:00:00+05:00" {
		t.Errorf("order is %v", list)
	}
}

func TestConcurrentUse(t *testing.T) {
	e := mustParse(t, "identities/any(i:i/rank eq 2) and startswith(displayName,'zo') and created gt 2024-01-01")
	item := decode(t, person)
	ev := &Evaluator{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if ok, err := ev.Matches(e, item); !ok || err != nil {
				t.Errorf("Matches is %v, %v", ok, err)
			}
			if e.String() == "" || len(Uses(e)) != 4 {
				t.Error("expression differs")
			}
		})
	}
	wg.Wait()
}
