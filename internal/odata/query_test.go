package odata

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseQuery(t *testing.T) {
	tests := []struct {
		name, query string
		want        []Option
	}{
		{"empty", "", nil},
		{"system option", "$filter=a+eq%20'b'", []Option{
			{Name: "$filter", Sent: "$filter", Value: "a eq 'b'", System: true},
		}},
		{"any letter case", "$orderBy=a&$SKIPTOKEN=b", []Option{
			{Name: "$orderby", Sent: "$orderBy", Value: "a", System: true},
			{Pos: 11, Name: "$skiptoken", Sent: "$SKIPTOKEN", Value: "b", System: true},
		}},
		{"encoded dollar", "%24select=id&%24top=1", []Option{
			{Name: "$select", Sent: "$select", Value: "id", System: true},
			{Pos: 13, Name: "$top", Sent: "$top", Value: "1", System: true},
		}},
		{"no dollar", "Filter=a&token=b", []Option{
			{Name: "$filter", Sent: "Filter", Value: "a", System: true, Bare: true},
			{Pos: 9, Name: "token", Sent: "token", Value: "b"},
		}},
		{"unknown system option", "$orderbydisplayName&$filter =x", []Option{
			{Name: "$orderbydisplayName", Sent: "$orderbydisplayName"},
			{Pos: 20, Name: "$filter ", Sent: "$filter ", Value: "x"},
		}},
		{"semicolon separates nothing", "$expand=files($filter=size gt 10;$orderby=name)&a;b=c", []Option{
			{Name: "$expand", Sent: "$expand", Value: "files($filter=size gt 10;$orderby=name)", System: true},
			{Pos: 48, Name: "a;b", Sent: "a;b", Value: "c"},
		}},
		{"encoded as by the Go SDK", "$expand=files%28$filter%3Dsize%20gt%2010%29", []Option{
			{Name: "$expand", Sent: "$expand", Value: "files($filter=size gt 10)", System: true},
		}},
		{"separators within a value", "@id=a=b%26c%2Bd", []Option{
			{Name: "@id", Sent: "@id", Value: "a=b&c+d"},
		}},
		{"empty parts", "&a&&b=&=c&", []Option{
			{Pos: 1, Name: "a", Sent: "a"},
			{Pos: 4, Name: "b", Sent: "b"},
			{Pos: 7, Value: "c"},
		}},
		{"decoded once", "a=%2541", []Option{{Name: "a", Sent: "a", Value: "%41"}}},
		{"repeated", "$top=1&$top=2", []Option{
			{Name: "$top", Sent: "$top", Value: "1", System: true},
			{Pos: 7, Name: "$top", Sent: "$top", Value: "2", System: true},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseQuery(tt.query)
			if err != nil {
				t.Fatalf("ParseQuery(%q): %v", tt.query, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("ParseQuery(%q) differs (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

func TestParseQueryBadEncoding(t *testing.T) {
	const query = "a=%zz1&$top=%4&%&n%C3%BC=J%F6rg&$skip=3"
	got, err := ParseQuery(query)
	want := []Option{
		{Name: "a", Sent: "a", Value: "%zz1"},
		{Pos: 7, Name: "$top", Sent: "$top", Value: "%4", System: true},
		{Pos: 15, Name: "%", Sent: "%"},
		{Pos: 17, Name: "nü", Sent: "nü", Value: "J\xf6rg"},
		{Pos: 32, Name: "$skip", Sent: "$skip", Value: "3", System: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options differ (-want +got):\n%s", diff)
	}
	wantErr := []string{
		`offset 2: found "%zz", want two hexadecimal digits after %; did you mean "%25zz"?`,
		`offset 12: found "%4", want two hexadecimal digits after %; did you mean "%254"?`,
		`offset 15: found "%", want two hexadecimal digits after %; did you mean "%25"?`,
		`offset 25: found "J%F6rg", want percent-encoded UTF-8`,
	}
	if err == nil || err.Error() != strings.Join(wantErr, "\n") {
		t.Errorf("error is %v", err)
	}
	checkSyntaxError(t, query, err)
}

func TestSystemOptions(t *testing.T) {
	const names = "filter select expand orderby search count top skip skiptoken deltatoken format apply compute levels index schemaversion id"
	for name := range strings.FieldsSeq(names) {
		for _, sent := range []string{"$" + name, name, strings.ToUpper(name), "%24" + name} {
			options, err := ParseQuery(sent + "=x")
			if err != nil || len(options) != 1 || !options[0].System || options[0].Name != "$"+name {
				t.Errorf("ParseQuery(%q) is %+v, %v", sent+"=x", options, err)
			}
		}
	}
}

func TestQuerySet(t *testing.T) {
	options, err := ParseQuery("$filter=a eq 1&$select=id,b&$expand=c($top=2)&$orderby=d desc&$search=e&$count=TRUE&top=5&$skip=6" +
		"&$levels=max&$skiptoken=f&model=g")
	if err != nil {
		t.Fatal(err)
	}
	var q Query
	for _, o := range options {
		if err := q.Set(o); err != nil {
			t.Errorf("Set(%s): %v", o, err)
		}
	}
	const want = "$filter=a eq 1;$search=e;$orderby=d desc;$select=id,b;$expand=c($top=2);$count=true;$top=5;$skip=6"
	if got := q.String(); got != want {
		t.Errorf("query is %s, want %s", got, want)
	}
	var others []string
	for _, o := range q.Other {
		others = append(others, o.String())
	}
	if got, want := strings.Join(others, "&"), "$levels=max&$skiptoken=f&model=g"; got != want {
		t.Errorf("other options are %s, want %s", got, want)
	}

	for _, o := range options {
		err := q.Set(o)
		if repeated := errors.Is(err, ErrRepeated); repeated != o.System {
			t.Errorf("second Set(%s): error is %v", o, err)
		}
	}
	if got := q.String(); got != want {
		t.Errorf("query is %s after repetition, want %s", got, want)
	}
}

func TestQuerySetKeepsQueryOnError(t *testing.T) {
	var q Query
	for _, query := range []string{"$filter=a = 1", "$expand=a($top=x)", "$count=1", "$top=", "$skip=-1"} {
		options, err := ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		err = q.Set(options[0])
		if err == nil {
			t.Errorf("Set(%s): no error", query)
			continue
		}
		checkSyntaxError(t, options[0].Value, err)
		if diff := cmp.Diff(Query{}, q); diff != "" {
			t.Errorf("Set(%s) leaves a query (-want +got):\n%s", query, diff)
		}
	}
}

func TestParseNumbers(t *testing.T) {
	for s, want := range map[string]int{"0": 0, "10": 10, "007": 7, " 5 ": 5} {
		for _, parse := range []func(string) (int, error){ParseTop, ParseSkip} {
			if got, err := parse(s); got != want || err != nil {
				t.Errorf("parse of %q is %d, %v, want %d", s, got, err, want)
			}
		}
	}
	for _, s := range []string{"", "-1", "+1", "1.0", "1e3", "x", "'1'", "1 2", "99999999999999999999"} {
		_, err := ParseTop(s)
		if err == nil {
			t.Errorf("ParseTop(%q): no error", s)
			continue
		}
		checkSyntaxError(t, s, err)
	}
}

func TestParseCount(t *testing.T) {
	for s, want := range map[string]bool{"true": true, "False": false} {
		if got, err := ParseCount(s); got != want || err != nil {
			t.Errorf("ParseCount(%q) is %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "1", "yes", "'true'", "true,"} {
		_, err := ParseCount(s)
		if err == nil {
			t.Errorf("ParseCount(%q): no error", s)
			continue
		}
		checkSyntaxError(t, s, err)
	}
}

func TestQuerySetParts(t *testing.T) {
	options, err := ParseQuery("$compute=a+add+1+as+b&apply=filter(c)/identity&@p=%5B1,2%5D&@q=$this/x&$expand=m(@r=1)")
	if err != nil {
		t.Fatal(err)
	}
	var q Query
	for _, o := range options {
		if err := q.Set(o); err != nil {
			t.Errorf("Set(%s): %v", o, err)
		}
	}
	const want = "$expand=m(@r=1);$compute=a add 1 as b;$apply=filter(c)/identity;@p=[1,2];@q=$this/x"
	if got := q.String(); got != want {
		t.Errorf("query is %s, want %s", got, want)
	}
	if q.Other != nil {
		t.Errorf("other options are %v", q.Other)
	}
	for _, o := range options {
		if err := q.Set(o); !errors.Is(err, ErrRepeated) {
			t.Errorf("second Set(%s): error is %v", o, err)
		}
	}
}

func TestQuerySetTexts(t *testing.T) {
	tests := []struct {
		query string
		ok    bool
	}{
		{"$skiptoken=a@b:c?=d!", true}, {"$skiptoken=", false}, {"$deltatoken=latest", true}, {"$deltatoken", false},
		{"$format=JSON", true}, {"format=xml", true}, {"$format=text/csv", true}, {"$format=jsn", false}, {"$format=", false},
		{"$format=application/json;odata.metadata%3Dminimal;IEEE754Compatible%3Dtrue", true}, {"$format=application/", false},
		{"$id=https://example.com/users('x')", true}, {"$id=users(1)", true}, {"$id=", false}, {"$id=a+b", false},
		{"$index=42", true}, {"index=-1", true}, {"$index=1.5", false}, {"$index=x", false},
		{"$schemaversion=*", true}, {"$schemaversion=1.0~b_2-3", true}, {"$schemaversion=**", false}, {"$schemaversion=", false},
		{"@id=https://example.com/users('x')", true}, {"@ID=urn:x", true}, {"@x=https://example.com", false}, {"@x=", false},
		{"@odata.type=a:b", true}, {"@=:", true},
	}
	for _, tt := range tests {
		options, err := ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		var q Query
		err = q.Set(options[0])
		if (err == nil) != tt.ok {
			t.Errorf("Set(%s): error is %v", tt.query, err)
		}
		if err != nil {
			checkSyntaxError(t, options[0].Value, err)
			continue
		}
		if len(q.Other) != 1 || len(q.Aliases) != 0 {
			t.Errorf("Set(%s) gives %+v", tt.query, q)
		}
		if got, ok := q.Text(options[0].Name); ok != options[0].System || ok && got != options[0].Value {
			t.Errorf("Text(%s) is %q, %v", options[0].Name, got, ok)
		}
	}
}
