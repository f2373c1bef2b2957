package odata_test

import (
	"errors"
	"fmt"
	"strings"

	"github.com/graphmock/graphmock/internal/odata"
)

func ExampleParseQuery() {
	options, err := odata.ParseQuery("%24filter=startswith(displayName,'a')+and+accountEnabled&top=5&token=latest")
	if err != nil {
		fmt.Println(err)
	}
	for _, o := range options {
		fmt.Printf("%s: %s (sent as %s)\n", o.Name, o.Value, o.Sent)
	}
	// Output:
	// $filter: startswith(displayName,'a') and accountEnabled (sent as $filter)
	// $top: 5 (sent as top)
	// token: latest (sent as token)
}

func ExampleQuery_Set() {
	options, err := odata.ParseQuery("$select=id,displayName&$expand=files($filter=size gt 10;$orderby=name desc)")
	if err != nil {
		fmt.Println(err)
	}
	var q odata.Query
	for _, o := range options {
		if err := q.Set(o); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(q.Select[1])
	fmt.Println(q.Expand[0].Options.Filter)
	fmt.Println(&q)
	// Output:
	// displayName
	// size gt 10
	// $select=id,displayName;$expand=files($filter=size gt 10;$orderby=name desc)
}

func ExampleParseFilter() {
	e, err := odata.ParseFilter("NOT(status in ('open','new')) AND tags/any(t:t EQ 'red')")
	fmt.Println(e, err)
	// Output: not status in ('open', 'new') and tags/any(t:t eq 'red') <nil>
}

func ExampleParseSegment() {
	for _, s := range []string{"users(abc-1)", "delta()", "range(address='A1:B2',sheet=@s)"} {
		segment, err := odata.ParseSegment(s)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(segment.Name, len(segment.Args), segment)
	}
	// Output:
	// users 1 users('abc-1')
	// delta 0 delta()
	// range 2 range(address='A1:B2',sheet=@s)
}

func ExampleParseApply() {
	steps, err := odata.ParseApply("filter(size gt 1)/groupby((owner/id),aggregate(size with sum as total))")
	if err != nil {
		fmt.Println(err)
	}
	for _, step := range steps {
		fmt.Println(step.Name, step.Args)
	}
	// Output:
	// filter [size gt 1]
	// groupby [(owner/id) aggregate(size with sum as total)]
}

func ExampleSyntaxError() {
	const filter = `displayName == "Ada"`
	_, err := odata.ParseFilter(filter)
	if e, ok := errors.AsType[*odata.SyntaxError](err); ok {
		fmt.Println(filter)
		fmt.Println(strings.Repeat(" ", e.Offset) + strings.Repeat("^", len(e.Found)))
	}
	fmt.Println(err)
	// Output:
	// displayName == "Ada"
	//             ^^
	// offset 12: found "==", want an operator or the end; did you mean "eq"?
}

func ExampleUses() {
	e, err := odata.ParseFilter("startswith(displayName,'a') or identities/any(i:i/issuer ne 'x')")
	if err != nil {
		fmt.Println(err)
	}
	for _, use := range odata.Uses(e) {
		fmt.Println(use.By, use.Steps)
	}
	// Output:
	// startswith [displayName]
	// any [identities]
	// ne [identities issuer]
}

func ExampleMatches() {
	e, err := odata.ParseFilter("startswith(displayName,'AD') and createdDateTime ge 2024-01-01 and manager eq null")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(odata.Matches(e, map[string]any{
		"displayName":     "Ada Lovelace",
		"createdDateTime": "2024-05-17T08:00:00.1234567Z",
	}))
	// Output: true <nil>
}

func ExampleSort() {
	by, err := odata.ParseOrderBy("department,displayName desc")
	if err != nil {
		fmt.Println(err)
	}
	users := []map[string]any{
		{"displayName": "Ada", "department": "Research"},
		{"displayName": "Grace", "department": "research"},
		{"displayName": "Linus"},
	}
	if err := odata.Sort(users, by); err != nil {
		fmt.Println(err)
	}
	for _, u := range users {
		fmt.Println(u["displayName"])
	}
	// Output:
	// Linus
	// Grace
	// Ada
}
