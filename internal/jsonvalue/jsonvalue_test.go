package jsonvalue

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		want, got string
		diffs     []Difference
	}{
		{`{"a":[1,{"b":1e2}],"c":"é"}`, `{"c":"\u00e9","a":[1.0,{"b":100}]}`, nil},
		{`{"a/b":1,"~":2}`, `{"a/b":2}`, []Difference{{"/a~1b", "1", "2"}, {"/~0", "2", ""}}},
		{`[1]`, `[1,null]`, []Difference{{"/1", "", "null"}}},
		{`null`, `{}`, []Difference{{"", "null", "{}"}}},
		{`"<"`, `true`, []Difference{{"", `"<"`, "true"}}},

		{`9007199254740993`, `9007199254740992`, []Difference{{"", "9007199254740993", "9007199254740992"}}},
		{`18446744073709551617`, `18446744073709551616.0`, []Difference{{"", "18446744073709551617", "18446744073709551616.0"}}},
		{`0.1`, `0.10000000000000000001`, []Difference{{"", "0.1", "0.10000000000000000001"}}},
		{`-1`, `1`, []Difference{{"", "-1", "1"}}},
		{`[0, -0.0, 0e9, 1200, 0.012, 1e400]`, `[0.00, 0, 0, 1.2E+3, 12e-3, 10e399]`, nil},
		{`1e99999999999999999999`, `1e99999999999999999998`, []Difference{{"", "1e99999999999999999999", "1e99999999999999999998"}}},
	} {
		want, err := Decode([]byte(tc.want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode([]byte(tc.got))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.diffs, Compare(want, got)); diff != "" {
			t.Errorf("%s and %s: differences (-want +got):\n%s", tc.want, tc.got, diff)
		}
	}
}

func TestDecodeFails(t *testing.T) {
	for _, text := range []string{"", "{", "1 2", "{} ]"} {
		if v, err := Decode([]byte(text)); err == nil {
			t.Errorf("%q: got %v", text, fmt.Sprint(v))
		}
	}
}
