package odata

import (
	"fmt"
	"slices"
	"testing"
)

func TestUses(t *testing.T) {
	tests := []struct {
		filter string
		want   []string // steps from the item, what takes the value
	}{
		{"accountEnabled", []string{"accountEnabled "}},
		{"not a and b", []string{"a not", "b and"}},
		{"a eq 1 or b/c gt d", []string{"a eq", "b/c gt", "d gt"}},
		{"startswith(tolower(a),b)", []string{"a tolower", "b startswith"}},
		{"a in ('x',b)", []string{"a in", "b in"}},
		{"a/$count eq 0", []string{"a/$count eq"}},
		{"$it/a eq $it", []string{"a eq", " eq"}},
		{"ids/any(i:i/issuer eq 'x' and b eq 1)", []string{"ids any", "ids/issuer eq", "b eq"}},
		{"tags/all(t:t ne 'x') or tags/any()", []string{"tags all", "tags ne", "tags any"}},
		{"a/any(x:x/b/any(y:y/c eq x/d))", []string{"a any", "a/b any", "a/b/c eq", "a/d eq"}},
		{"a/any(x:x/b/any(x:x/c)) and a/any(x:x/e)", []string{"a any", "a/b any", "a/b/c any", "a any", "a/e any"}},
		{"m/ns.user/any(u:u/ns.admin/x eq 1)", []string{"m/ns.user any", "m/ns.user/ns.admin/x eq"}},
		{"$root/me/x eq @p", []string{"none eq", "none eq"}},
		{"$root/users/any(u:u/x eq 1)", []string{"none any", "none eq"}},
		{"cast(a,Edm.Int32) eq 1 and isof(b,T)", []string{"a cast", "b isof"}},
		{"-a lt 0", []string{"a -"}},
		{"a in [b,{\"c\":d}]", []string{"a in", "b in", "d in"}},
		{"case(a eq 1:b,true:c)", []string{"a eq", "b case", "c case"}},
		{"ns.f(x=a,y=b eq 1)/c eq d", []string{"ns.f(x=a,y=b eq 1)/c eq", "a ns.f", "b eq", "d eq"}},
		{"m('k')/a eq m(@k)/b", []string{"m('k')/a eq", "m(@k)/b eq", "none m"}},
		{"m/$count($filter=a eq $it/b and c/any(x:x/d eq e)) gt 1", []string{
			"m/$count($filter=a eq $it/b and c/any(x:x/d eq e)) gt", "m/a eq", "b eq", "m/c any", "m/c/d eq", "m/e eq",
		}},
		{"m/$filter(a)/any(x:x/b) and c", []string{"m/$filter(a) any", "m/a $filter", "m/$filter(a)/b any", "c and"}},
		{"g/any(x:x/m/$filter(a eq x/b)/$count gt $this/c)", []string{
			"g any", "g/m/$filter(a eq x/b)/$count gt", "g/m/a eq", "g/b eq", "c gt",
		}},
		{"$root/m/$filter(a)/$count eq 1", []string{"none eq", "none $filter"}},
		{"s/aggregate(a mul b with sum from c with max) gt 1", []string{
			"s/aggregate(a mul b with sum from c with max) gt", "s/a mul", "s/b mul", "s/c aggregate",
		}},
		{"$these/aggregate(a with sum) gt 1", []string{"none gt", "none aggregate"}},
	}
	for _, tt := range tests {
		e, err := ParseFilter(tt.filter)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", tt.filter, err)
			continue
		}
		var got []string
		for _, use := range Uses(e) {
			steps := "none"
			if use.Steps != nil {
				steps = (&Path{Segments: use.Steps}).String()
			}
			got = append(got, fmt.Sprintf("%s %s", steps, use.By))
			if (use.By == "") != (use.Parent == nil) {
				t.Errorf("%q: %s is used by %q, its parent is %v", tt.filter, use.Path, use.By, use.Parent)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("uses of %q are %q, want %q", tt.filter, got, tt.want)
		}
	}
}

func TestWalk(t *testing.T) {
	e, err := ParseFilter("not (a in (1,b)) or c/any(x:f/any()) and contains(d,'e')")
	if err != nil {
		t.Fatal(err)
	}
	var all, shallow int
	Walk(e, func(Expr) bool { all++; return true })
	Walk(e, func(e Expr) bool {
		shallow++
		_, isBinary := e.(*Binary)
		return isBinary
	})
	if all != 15 || shallow != 5 {
		t.Errorf("walked over %d expressions and %d under operators, want 15 and 5", all, shallow)
	}
}

func TestAliasUses(t *testing.T) {
	const filter = "a eq @p and ns.f(x=@q/b)/c in [@p,@t] and @Core.Order eq 1 and d/@r eq m/$count($filter=e eq @s)"
	e, err := ParseFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range AliasUses(e) {
		got = append(got, p.Root)
	}
	if want := []string{"@p", "@q", "@p", "@t", "@s"}; !slices.Equal(got, want) {
		t.Errorf("uses are %q, want %q", got, want)
	}
}
