package edmschema

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/graphmock/graphmock/internal/edm"
)

func primitiveSchema(tb testing.TB, p edm.Primitive, nullable bool) *jsonschema.Schema {
	tb.Helper()
	b := Maker{Model: example(tb)}.builder(Create)
	return compile(tb, b.document(p.String(), p.String(), b.value(edm.Type{Primitive: p}, nullable)))
}

// primitiveCases are JSON values of each type, and others that are none.
var primitiveCases = map[edm.Primitive]struct{ valid, invalid []string }{
	edm.Boolean: {[]string{`true`, `false`}, []string{`"true"`, `0`, `[]`}},
	edm.String:  {[]string{`""`, `"a"`}, []string{`1`, `{}`, `["a"]`}},
	edm.Byte:    {[]string{`0`, `255`, `1e2`, `5.0`}, []string{`-1`, `256`, `1.5`, `"1"`}},
	edm.SByte:   {[]string{`-128`, `127`}, []string{`-129`, `128`, `"1"`}},
	edm.Int16:   {[]string{`-32768`, `32767`}, []string{`-32769`, `32768`, `"1"`}},
	edm.Int32:   {[]string{`-2147483648`, `2147483647`, `1e3`}, []string{`-2147483649`, `2147483648`, `0.5`, `"1"`, `true`}},
	edm.Int64: {
		[]string{`-9223372036854775808`, `9223372036854775807`, `"9223372036854775807"`, `"-9223372036854775808"`, `"+7"`, `"007"`, `0`},
		[]string{`9223372036854775808`, `-9223372036854775809`, `"9223372036854775808"`, `"-9223372036854775809"`, `"1.0"`, `"1e3"`, `""`, `"-"`, `" 1"`, `1.5`},
	},
	edm.Decimal: {
		[]string{`1`, `-1.50`, `1e-7`, `"1.50"`, `"-0"`, `"+1.5E+10"`},
		[]string{`"1."`, `".5"`, `"INF"`, `"NaN"`, `"0x1"`, `"1,5"`, `""`, `"--1"`, `true`},
	},
	edm.Double: {
		[]string{`1.5`, `-1e308`, `"INF"`, `"-INF"`, `"NaN"`, `0`},
		[]string{`1e309`, `"1.5"`, `"+INF"`, `"Infinity"`, `"nan"`, `"-NaN"`, `{}`},
	},
	edm.Single: {
		[]string{`1.5`, `3.4028235e38`, `"INF"`, `"-INF"`, `"NaN"`},
		[]string{`3.5e38`, `-1e39`, `"1.5"`, `"inf"`},
	},
	edm.Date: {
		[]string{`"2026-11-25"`, `"2024-02-29"`, `"2000-02-29"`, `"0001-01-01"`, `"9999-12-31"`},
		[]string{`"2026-02-29"`, `"1900-02-29"`, `"2026-04-31"`, `"2026-13-01"`, `"2026-00-01"`, `"2026-1-1"`, `"26-01-01"`, `"2026-11-25T00:00:00Z"`, `"2026-11-25\n"`, `20261125`},
	},
	edm.DateTimeOffset: {
		[]string{`"2026-11-25T08:30:00Z"`, `"2026-11-25T08:30Z"`, `"2026-11-25t08:30:00z"`, `"2026-11-25T08:30:00.1Z"`, `"2026-11-25T08:30:00.123456789012Z"`,
			`"2026-11-25T23:59:59+14:00"`, `"2026-11-25T08:30:00-08:00"`},
		[]string{`"2026-11-25T08:30:00"`, `"2026-11-25T08:30:00.Z"`, `"2026-11-25T08:30:00.1234567890123Z"`, `"2026-11-25T24:00:00Z"`, `"2026-11-25T08:60:00Z"`, `"2026-11-25T08:30:60Z"`,
			`"2026-02-30T08:30:00Z"`, `"2026-11-25 08:30:00Z"`, `"2026-11-25T08:30:00+0100"`, `"2026-11-25T08:30:00+15:00"`, `"2026-11-25T08:30:00 Z"`, `"2026-11-25"`, `"T08:30:00Z"`, `0`},
	},
	edm.TimeOfDay: {
		[]string{`"08:30:00"`, `"08:30"`, `"23:59:59.123456789012"`},
		[]string{`"24:00:00"`, `"8:30:00"`, `"08:30:60"`, `"08:30:00."`, `"08:30:00Z"`, `"+8:30"`, `"08"`},
	},
	edm.Duration: {
		[]string{`"P1D"`, `"PT1H"`, `"PT0S"`, `"P1DT2H3M4.5S"`, `"-P1D"`, `"+PT5M"`, `"P1Y"`, `"P1M"`, `"P1Y2M3W4DT5H6M7S"`, `"P2W"`, `"PT36H"`, `"P1Y4D"`},
		[]string{`"P"`, `"PT"`, `"P1DT"`, `"1D"`, `"P1H"`, `"PT1D"`, `"P1.5D"`, `"PT1.S"`, `"PT1S2M"`, `"P1D1Y"`, `"p1d"`, `"P-1D"`, `""`, `"PD"`, `"PT1.5H"`, `60`},
	},
	edm.Guid: {
		[]string{`"6f9619ff-8b86-d011-b42d-00cf4fc964ff"`, `"6F9619FF-8B86-D011-B42D-00CF4FC964FF"`},
		[]string{`"6f9619ff8b86d011b42d00cf4fc964ff"`, `"{6f9619ff-8b86-d011-b42d-00cf4fc964ff}"`, `"6f9619ff-8b86-d011-b42d-00cf4fc964f"`, `"gf9619ff-8b86-d011-b42d-00cf4fc964ff"`, `""`},
	},
	edm.Binary: {
		[]string{`""`, `"aGk="`, `"aGk"`, `"YQ=="`, `"YQ"`, `"+/+/"`, `"-_-_"`, `"aGVs\r\nbG8="`},
		[]string{`"a"`, `"aGk*"`, `"a GVs"`, `"YWJjZ"`, `"Y==="`, `"=aGk"`, `"YQ==YQ=="`, `1`},
	},
	edm.Geography: {[]string{`{"type":"Point","coordinates":[1,2]}`}, []string{`"POINT(1 2)"`, `[1,2]`}},
	edm.Geometry:  {[]string{`{}`}, []string{`1`}},
	edm.Stream:    {nil, []string{`"aGk="`, `{}`, `1`}},
}

func TestPrimitives(t *testing.T) {
	for p := edm.Binary; p < edm.Untyped; p++ {
		t.Run(p.String(), func(t *testing.T) {
			cases, ok := primitiveCases[p]
			if !ok {
				t.Fatal("no cases")
			}
			s, nullable := primitiveSchema(t, p, false), primitiveSchema(t, p, true)
			if faults(t, s, `null`) == "" {
				t.Error("null is valid")
			}
			if got := faults(t, nullable, `null`); got != "" && p != edm.Stream {
				t.Errorf("null, where it is allowed: %s", got)
			}
			for _, text := range cases.valid {
				if got := faults(t, s, text); got != "" {
					t.Errorf("%s: %s, want no fault", text, got)
				}
				if got := faults(t, nullable, text); got != "" {
					t.Errorf("nullable: %s: %s, want no fault", text, got)
				}
			}
			for _, text := range cases.invalid {
				if faults(t, s, text) == "" || faults(t, nullable, text) == "" {
					t.Errorf("%s: no fault", text)
				}
			}
		})
	}
}

// TestInt64Digits holds the pattern to strconv at both ends of the range.
func TestInt64Digits(t *testing.T) {
	s := primitiveSchema(t, edm.Int64, false)
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		text := fmt.Sprintf("%s%d%d", []string{"", "-", "+"}[r.IntN(3)], 922337203+r.IntN(3)-1, 6854775800+r.IntN(20))
		if r.IntN(4) > 0 { // change some digit
			i := 1 + r.IntN(len(text)-1)
			text = text[:i] + strconv.Itoa(r.IntN(10)) + text[i+1:]
		}
		_, err := strconv.ParseInt(text, 10, 64)
		if got := faultsOf(s, text); (got == "") != (err == nil) {
			t.Fatalf("%s: %q, ParseInt: %v", text, got, err)
		}
	}
}

// TestDates holds the pattern to the calendar of package time.
func TestDates(t *testing.T) {
	s := primitiveSchema(t, edm.Date, false)
	for _, year := range []int{0, 1, 4, 99, 100, 400, 1600, 1899, 1900, 1904, 1996, 2000, 2023, 2024, 2096, 2100, 2400, 9996, 9999} {
		for month := range 14 {
			for day := range 33 {
				text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, err := time.Parse(time.DateOnly, text)
				if got := faultsOf(s, text); (got == "") != (err == nil) {
					t.Errorf("%s: %q, time: %v", text, got, err)
				}
			}
		}
	}
}

// TestAgainstModel holds the schemas to [edm.Primitive.Check], which was written apart from them.
func TestAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	alphabet := []rune("0123456789019-+:.TZPYMWDHSEeINFa=/_\n\"{}[]x ")
	for p := edm.Binary; p <= edm.Untyped; p++ {
		s := primitiveSchema(t, p, false)
		cases := primitiveCases[p]
		seeds := append(append([]string{`""`, `1`, `true`}, cases.valid...), cases.invalid...)
		differ := 0
		for i := range 3000 {
			text := seeds[i%len(seeds)]
			if i >= len(seeds) {
				text = mutate(r, text, alphabet)
			}
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil || v == nil || p == edm.Decimal && strings.ContainsAny(text, "eE") {
				continue // the model has no decimals beyond a float64
			}
			if n, ok := v.(json.Number); ok && strings.ContainsAny(string(n), "eE") && len(n) > 6 {
				continue // numbers that are long when written out
			}
			fits := p.Check(v) == edm.Fits
			if got := faultsOf(s, v); (got == "") != fits {
				if differ++; differ <= 5 {
					t.Errorf("%s %s: schema: %q, model: %v", p, text, got, fits)
				}
			}
		}
	}
}

// mutate changes, inserts or deletes one or two characters of s.
func mutate(r *rand.Rand, s string, alphabet []rune) string {
	for range 1 + r.IntN(2) {
		i, c := r.IntN(len(s)+1), string(alphabet[r.IntN(len(alphabet))])
		if i < len(s) && r.IntN(3) > 0 {
			c, s = []string{c, ""}[r.IntN(2)], s[:i]+s[i+1:]
		}
		s = s[:i] + c + s[i:]
	}
	return s
}
