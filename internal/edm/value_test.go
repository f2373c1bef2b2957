package edm

import (
	"encoding/json"
	"strings"
	"testing"
)

// valueTests are JSON texts that fit a type, and others by their fault.
var valueTests = map[Primitive]struct{ fit, wrong, malformed, outside []string }{
	Untyped:     {fit: []string{`null`, `1`, `"a"`, `{}`, `[]`, `true`}},
	NoPrimitive: {wrong: []string{`null`, `1`, `"a"`, `{}`}},
	Stream:      {wrong: []string{`null`, `1`, `"YQ=="`, `{}`}},
	Boolean:     {fit: []string{`true`, `false`}, wrong: []string{`null`, `"true"`, `1`, `[]`}},
	String:      {fit: []string{`""`, `"a"`}, wrong: []string{`null`, `1`, `true`, `{}`, `["a"]`}},
	Geography:   {fit: []string{`{"type":"Point"}`}, wrong: []string{`null`, `[1,2]`, `"POINT(1 2)"`}},
	Geometry:    {fit: []string{`{}`}, wrong: []string{`null`, `1`}},
	Byte: {
		fit:   []string{`0`, `255`, `-0`, `2.55e2`, `5.0`, `2550e-1`},
		wrong: []string{`null`, `"1"`, `1.5`, `true`}, outside: []string{`-1`, `256`, `1e3`, `-1.0`},
	},
	SByte: {fit: []string{`-128`, `127`, `-1.28e2`}, wrong: []string{`"1"`, `0.1`}, outside: []string{`-129`, `128`, `1.28e2`}},
	Int16: {fit: []string{`-32768`, `32767`}, wrong: []string{`"1"`}, outside: []string{`-32769`, `32768`}},
	Int32: {
		fit:     []string{`-2147483648`, `2147483647`, `2.147483647e9`, `0e5`},
		wrong:   []string{`"1"`, `1e-1`, `2147483647.5`, `[1]`},
		outside: []string{`-2147483649`, `2147483648`, `1e10`, `1e400`, `1e99999999999999999999`},
	},
	Int64: {
		fit: []string{
			`-9223372036854775808`, `9223372036854775807`, `9.223372036854775807e18`, `9223372036854775807.0`, `-9223372036854775808.0`,
			`"-9223372036854775808"`, `"9223372036854775807"`, `"+1"`, `"007"`, `"0"`,
		},
		wrong: []string{`null`, `0.5`, `9007199254740993.5`, `true`, `{}`},
		outside: []string{
			`9223372036854775808`, `-9223372036854775809`, `9223372036854775808.0`, `-9223372036854775809.0`, `1e19`,
			`"9223372036854775808"`, `"-9223372036854775809"`,
		},
		malformed: []string{`""`, `"1.0"`, `"1e3"`, `" 1"`, `"0x1"`, `"1_0"`, `"a"`, `"--1"`},
	},
	Decimal: {
		fit:       []string{`1`, `1.50`, `-1e400`, `"1"`, `"-1.50"`, `"+1.5E+10"`, `"1e400"`},
		malformed: []string{`""`, `"1."`, `".5"`, `"+-1"`, `"0x1"`, `"1_0"`, `"INF"`, `"NaN"`, `"1e"`, `"1e+"`, `"1,5"`, `"1 "`},
		wrong:     []string{`null`, `true`, `{}`},
	},
	Double: {
		fit:   []string{`1`, `-1.7976931348623157e308`, `1e-400`, `"INF"`, `"-INF"`, `"NaN"`},
		wrong: []string{`null`, `"1.5"`, `"+INF"`, `"nan"`, `"Infinity"`, `true`}, outside: []string{`1e309`, `-1e309`},
	},
	Single: {fit: []string{`3.4028235e38`, `0.1`, `"NaN"`}, wrong: []string{`"1"`}, outside: []string{`3.5e38`, `-1e39`}},
	Date: {
		fit: []string{`"2026-11-25"`, `"2024-02-29"`, `"2000-02-29"`, `"0001-01-01"`, `"9999-12-31"`},
		malformed: []string{
			`""`, `"2026-02-29"`, `"1900-02-29"`, `"2026-04-31"`, `"2026-13-01"`, `"2026-00-10"`, `"2026-1-1"`, `"26-01-01"`,
			`"2026-11-25T00:00:00Z"`, `"2026/11/25"`, `"20261125"`, `" 2026-11-25"`,
		},
		wrong: []string{`null`, `20261125`},
	},
	DateTimeOffset: {
		fit: []string{
			`"2026-11-25T08:30:00Z"`, `"2026-11-25T08:30Z"`, `"2026-11-25t08:30:00z"`, `"2024-02-29T23:59:59.999999999999Z"`, `"2026-11-25T08:30:00.1Z"`,
			`"2026-11-25T08:30:00+14:00"`, `"2026-11-25T08:30:00-14:00"`, `"2026-11-25T08:30+00:00"`, `"2026-11-25T08:30:00.5-08:30"`,
		},
		malformed: []string{
			`""`, `"2026-11-25T08:30:00"`, `"2026-11-25T08:30:00.Z"`, `"2026-11-25T08:30:00.1234567890123Z"`, `"2026-11-25T24:00:00Z"`, `"2026-11-25T08:60:00Z"`,
			`"2026-11-25T08:30:60Z"`, `"2026-02-29T08:30:00Z"`, `"2026-11-25 08:30:00Z"`, `"2026-11-25T08:30:00+0100"`, `"2026-11-25T08:30:00+15:00"`,
			`"2026-11-25T08:30:00+01:60"`, `"2026-11-25T08:30:00++1:00"`, `"2026-11-25T08:30:00+-1:00"`, `"2026-11-25T08:30:00+01:-1"`, `"2026-11-25T08:30:00+1:00"`,
			`"2026-11-25T08:30:00ZZ"`, `"2026-11-25T08:30:00Z+01:00"`, `"2026-11-25"`, `"2026-11-25TZ"`, `"T08:30:00Z"`, `"2026-11-25T8:30:00Z"`, `"2026-11-25T08:30:Z"`,
		},
		wrong: []string{`null`, `1764059400`},
	},
	TimeOfDay: {
		fit: []string{`"00:00"`, `"08:30:00"`, `"23:59:59.123456789012"`},
		malformed: []string{
			`""`, `"24:00"`, `"8:30"`, `"+8:30"`, `"08:-1"`, `"08:30:60"`, `"08:60:00"`, `"08:30:"`, `"08:30:0"`, `"08:30:00."`, `"08:30:00.1234567890123"`, `"08:30:00Z"`, `"08"`, `"08:"`, `":"`,
			`"08:30.5"`, `"08:30:00,5"`,
		},
		wrong: []string{`830`},
	},
	Duration: {
		fit: []string{
			`"P1Y"`, `"P1M"`, `"P1W"`, `"P1D"`, `"PT1H"`, `"PT1M"`, `"PT1.5S"`, `"-P1D"`, `"+PT5M"`, `"P1Y2M3W4DT5H6M7.89S"`, `"PT0S"`, `"P0D"`, `"PT36H"`, `"P1YT1S"`,
		},
		malformed: []string{
			`""`, `"P"`, `"PT"`, `"P1DT"`, `"P1"`, `"1D"`, `"PD"`, `"P1H"`, `"PT1D"`, `"P1D1Y"`, `"PT1S1M"`, `"P1D1D"`, `"P1.5D"`, `"PT1.5H"`, `"PT1.S"`, `"PT.5S"`,
			`"p1d"`, `"P-1D"`, `"-+P1D"`, `"+-P1D"`, `"P1DT1HT1M"`, `"P1D "`, `"01:30:00"`,
		},
		wrong: []string{`60`},
	},
	Guid: {
		fit: []string{`"00000000-0000-0000-0000-000000000000"`, `"6F9619ff-8b86-d011-b42d-00cf4fc964FF"`},
		malformed: []string{
			`""`, `"6f9619ff8b86d011b42d00cf4fc964ff"`, `"{6f9619ff-8b86-d011-b42d-00cf4fc964ff}"`, `"6f9619ff-8b86-d011-b42d-00cf4fc964f"`,
			`"6f9619ff-8b86-d011-b42d-00cf4fc964fg"`, `"6f9619ff-8b86-d011-b42d000cf4fc964ff"`,
		},
		wrong: []string{`1`},
	},
	Binary: {
		fit:       []string{`""`, `"YQ=="`, `"YQ"`, `"aGk="`, `"aGk"`, `"aGkh"`, `"-_-_"`, `"+/+/"`, `"aGVs\r\nbG8=\r\n"`},
		malformed: []string{`"a"`, `"aGkha"`, `"YQ="`, `"YQ==="`, `"Y==="`, `"aGk=="`, `"aGkh="`, `"YQ==YQ=="`, `"=YQ"`, `"aG k"`, `"aGk*"`, `"="`, `"+_+_"`},
		wrong:     []string{`1`, `[]`},
	},
}

// decode reads JSON as contracts do, with numbers as text.
func decode(tb testing.TB, text string) any {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestCheck(t *testing.T) {
	for p := NoPrimitive; p <= Untyped; p++ {
		test, ok := valueTests[p]
		if !ok {
			t.Errorf("no cases for %v", p)
		}
		for fault, texts := range map[Fault][]string{Fits: test.fit, WrongKind: test.wrong, Malformed: test.malformed, OutOfRange: test.outside} {
			for _, text := range texts {
				if got := p.Check(decode(t, text)); got != fault {
					t.Errorf("%v: %s: got fault %d, want %d", p, text, got, fault)
				}
			}
		}
		if p.Wanted() == "any value" && p != Untyped && p != NoPrimitive {
			t.Errorf("%v is said to be %s", p, p.Wanted())
		}
	}
}

func TestPrimitiveNames(t *testing.T) {
	for p := NoPrimitive + 1; p <= Untyped; p++ {
		if got, ok := primitiveNamed(p.String()); !ok || got != p {
			t.Errorf("%v is read as %v", p, got)
		}
	}
	if got := NoPrimitive.String(); got != "" {
		t.Errorf("no primitive type is %q", got)
	}
}

// FuzzCheck puts strings and numbers to all types: none may panic, and what fits an
// integer type fits the greater ones.
func FuzzCheck(f *testing.F) {
	for _, test := range valueTests {
		for _, texts := range [][]string{test.fit, test.wrong, test.malformed, test.outside} {
			for _, text := range texts {
				f.Add(strings.Trim(text, `"`))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for p := NoPrimitive; p <= Untyped; p++ {
			p.Check(text)
			p.Check(json.Number(text))
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var v any
		if d.Decode(&v) != nil {
			return
		}
		smaller := SByte.Check(v) == Fits
		for _, p := range []Primitive{Int16, Int32, Int64, Decimal} {
			fits := p.Check(v) == Fits
			if smaller && !fits {
				t.Errorf("%s fits a smaller type, but not %v", text, p)
			}
			smaller = fits && p != Decimal && isNumber(v)
		}
	})
}

func isNumber(v any) bool {
	_, ok := v.(json.Number)
	return ok
}

// FuzzParse makes models of damaged documents: there is a whole model or an error, and
// all that the model says can be asked for.
func FuzzParse(f *testing.F) {
	text := gardenText(f)
	f.Add(text)
	for n := 0; n < len(text); n += 997 {
		f.Add([]byte(text[:n]))
	}
	f.Add([]byte(wrap(`<EntityType Name="a" BaseType="n.b"/><EntityType Name="b" BaseType="n.a"/>`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse(text)
		if (m == nil) != (err != nil) {
			t.Fatalf("model: %v, error: %v", m != nil, err)
		}
		if err != nil {
			return
		}
		if m.Container == "" {
			t.Error("no container, and no error")
		}
		for _, s := range m.Structs() {
			if m.Struct(s.FullName()) != s || len(s.Members()) < len(s.Own) {
				t.Errorf("%s is not whole", s.FullName())
			}
			for _, p := range s.Members() {
				if (p.Type == Type{}) || p.Type.String() == "" {
					t.Errorf("%s/%s has no type", s.FullName(), p.Name)
				}
			}
			s.Concrete()
			s.Below("id")
			s.AlternateKeys()
		}
		for _, op := range m.Operations() {
			if op.Bound && (op.Binding == Type{}) || !op.Action && op.Return == nil {
				t.Errorf("%s is not whole", op.FullName())
			}
			m.Bound(op.Binding, op.Name)
			m.BoundTypes(op.Binding, op.Name)
		}
		for _, name := range m.Entries() {
			if m.Set(name) == nil && m.Import(name) == nil {
				t.Errorf("%q is nothing", name)
			}
		}
	})
}
