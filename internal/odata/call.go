package odata

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// call applies a function to its arguments. A null argument makes null.
func (s *scope) call(name string, args []any) (any, error) {
	if len(args) == 1 && (name == "cast" || name == "isof") {
		args = []any{s.item, args[0]}
	}
	if name == "isdefined" { // for null too
		return nil, errors.New("isdefined can't be evaluated")
	}
	for _, a := range args {
		if a == nil {
			return nil, nil
		}
	}
	switch name {
	case "now":
		return s.ev.now(), nil
	case "cast":
		return s.cast(args[0], string(args[1].(typeName)))
	case "isof":
		return s.isOf(args[0], string(args[1].(typeName)))
	case "length":
		return length(args[0])
	case "substring":
		return substring(args[0], args[1:])
	}
	if f, ok := stringFunctions[name]; ok {
		return applyToStrings(f, args)
	}
	if f, ok := numberFunctions[name]; ok {
		if x, ok := args[0].(*big.Rat); ok {
			return f(x), nil
		}
	}
	if f, ok := timeFunctions[name]; ok {
		if v := f.apply(args[0]); v != nil {
			return v, nil
		}
	}
	return nil, fmt.Errorf("%s can't be evaluated%s", name, ofArgument(args))
}

func ofArgument(args []any) string {
	if len(args) != 1 {
		return ""
	}
	return " for " + describe(args[0])
}

func (ev *Evaluator) now() time.Time {
	if ev.Now != nil {
		return ev.Now()
	}
	return time.Now()
}

// stringFunctions are functions of one string or two; t is "" for those of one.
var stringFunctions = map[string]func(s, t string) any{
	"contains":   func(s, t string) any { return strings.Contains(fold(s), fold(t)) },
	"startswith": func(s, t string) any { return strings.HasPrefix(fold(s), fold(t)) },
	"endswith":   func(s, t string) any { return strings.HasSuffix(fold(s), fold(t)) },
	"indexof":    func(s, t string) any { return indexOf(fold(s), fold(t)) },
	"concat":     func(s, t string) any { return s + t },
	"tolower":    func(s, _ string) any { return strings.ToLower(s) },
	"toupper":    func(s, _ string) any { return strings.ToUpper(s) },
	"trim":       func(s, _ string) any { return strings.TrimSpace(s) },
}

func applyToStrings(f func(s, t string) any, args []any) (any, error) {
	var texts [2]string
	for i, a := range args {
		text, ok := a.(string)
		if !ok {
			return nil, fmt.Errorf("argument %d is %s, not a string", i+1, describe(a))
		}
		texts[i] = text
	}
	return f(texts[0], texts[1]), nil
}

// indexOf returns the number of characters before t in s, -1 without t.
func indexOf(s, t string) any {
	before, _, found := strings.Cut(s, t)
	if !found {
		return big.NewRat(-1, 1)
	}
	return integer(utf8.RuneCountInString(before))
}

func integer(n int) *big.Rat { return big.NewRat(int64(n), 1) }

func length(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return integer(utf8.RuneCountInString(v)), nil
	case []any:
		return integer(len(v)), nil
	}
	return nil, fmt.Errorf("%s has no length", describe(v))
}

// substring returns the part of v that starts at the first of bounds, with as
// many characters as the second, if there is one.
func substring(v any, bounds []any) (any, error) {
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("substring of %s can't be evaluated", describe(v))
	}
	rest := []rune(s)
	for i, bound := range bounds {
		x, ok := bound.(*big.Rat)
		if !ok || !x.IsInt() || x.Sign() < 0 {
			return nil, errors.New("substring wants whole numbers that are not negative")
		}
		n := len(rest)
		if x.Cmp(integer(n)) < 0 {
			n = int(x.Num().Int64())
		}
		if i == 0 {
			rest = rest[n:]
		} else {
			rest = rest[:n]
		}
	}
	return string(rest), nil
}

var numberFunctions = map[string]func(x *big.Rat) any{
	"floor":   func(x *big.Rat) any { return floor(x) },
	"ceiling": func(x *big.Rat) any { return negate(floor(negate(x))) },
	"round":   func(x *big.Rat) any { return round(x) },
}

func negate(x *big.Rat) *big.Rat { return new(big.Rat).Neg(x) }

// floor returns the largest whole number up to x.
func floor(x *big.Rat) *big.Rat {
	whole := truncate(x)
	if whole.Cmp(x) > 0 {
		whole.Sub(whole, integer(1))
	}
	return whole
}

// round returns the whole number next to x, of two the one away from zero.
func round(x *big.Rat) *big.Rat {
	half := big.NewRat(int64(x.Sign()), 2)
	return truncate(half.Add(half, x))
}

// A timeFunction returns a part of a DateTimeOffset, in the time zone that it is
// written in.
type timeFunction struct {
	ofDate, ofTime bool // whether a Date, or a TimeOfDay, has that part too
	part           func(time.Time) any
}

var timeFunctions = map[string]timeFunction{
	"year":   {ofDate: true, part: func(t time.Time) any { return integer(t.Year()) }},
	"month":  {ofDate: true, part: func(t time.Time) any { return integer(int(t.Month())) }},
	"day":    {ofDate: true, part: func(t time.Time) any { return integer(t.Day()) }},
	"hour":   {ofTime: true, part: func(t time.Time) any { return integer(t.Hour()) }},
	"minute": {ofTime: true, part: func(t time.Time) any { return integer(t.Minute()) }},
	"second": {ofTime: true, part: func(t time.Time) any { return integer(t.Second()) }},
	"date": {part: func(t time.Time) any {
		return date(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC))
	}},
	"time": {part: func(t time.Time) any {
		return timeOfDay(t.Sub(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())))
	}},
}

// apply returns nil if v has no such part.
func (f timeFunction) apply(v any) any {
	if s, ok := v.(string); ok {
		v = toTemporal(s)
	}
	switch v := v.(type) {
	case time.Time:
		return f.part(v)
	case date:
		if f.ofDate {
			return f.part(time.Time(v))
		}
	case timeOfDay:
		if f.ofTime {
			return f.part(time.Time{}.Add(time.Duration(v)))
		}
	}
	return nil
}

// toTemporal returns s as a date-time, a date or a time of day, or nil.
func toTemporal(s string) any {
	for _, kind := range []Kind{DateTimeOffsetKind, DateKind, TimeOfDayKind} {
		if v, err := convert(s, kind); err == nil {
			return v
		}
	}
	return nil
}

// cast returns v as a value of type typ, nil if it has none. Only strings, which
// may stand for other types, and objects can be cast.
func (s *scope) cast(v any, typ string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if ok, err := s.isOf(v, typ); !ok {
			return nil, err
		}
		return v, nil
	case string:
		if kinds := castable[typ]; kinds != nil {
			return castString(v, typ, kinds)
		}
	}
	return nil, fmt.Errorf("a cast of %s to %s can't be evaluated", describe(v), typ)
}

// castable maps a type to the literals that may stand for it in a string.
var castable = map[string][]Kind{
	"Edm.String":         {StringKind},
	"Edm.Boolean":        {BoolKind},
	"Edm.Int16":          {IntKind},
	"Edm.Int32":          {IntKind},
	"Edm.Int64":          {IntKind},
	"Edm.Decimal":        {IntKind, DecimalKind, DoubleKind},
	"Edm.Double":         {IntKind, DecimalKind, DoubleKind},
	"Edm.Guid":           {GuidKind},
	"Edm.Date":           {DateKind},
	"Edm.DateTimeOffset": {DateTimeOffsetKind},
	"Edm.TimeOfDay":      {TimeOfDayKind},
}

var integerBits = map[string]int{"Edm.Int16": 16, "Edm.Int32": 32, "Edm.Int64": 64}

func castString(s, typ string, kinds []Kind) (any, error) {
	if kinds[0] == StringKind {
		return s, nil
	}
	kind, text, ok := classify(s)
	if s == "true" || s == "false" {
		kind, text, ok = BoolKind, s, true
	}
	if !ok || !slices.Contains(kinds, kind) {
		return nil, nil
	}
	if bits := integerBits[typ]; bits > 0 {
		if _, err := strconv.ParseInt(text, 10, bits); err != nil {
			return nil, nil
		}
	}
	return (&Literal{Kind: kind, Text: text}).value()
}
