package odata

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A value of an expression is nil, bool, string, *big.Rat, time.Time (a
// DateTimeOffset), date, timeOfDay, time.Duration, guid, enum, folded, typeName,
// list, []any or map[string]any. The members of the last two are JSON. No value is
// changed once it is made.
type (
	date      time.Time     // midnight UTC
	timeOfDay time.Duration // since midnight
	guid      string        // lower case
	enum      []string      // members in lower case, sorted
	folded    string        // without letter case; a key to sort by
	typeName  string
	list      []any // values
)

// value returns the value of a constant.
func (e *Literal) value() (any, error) {
	switch e.Kind {
	case NullKind:
		return nil, nil
	case BoolKind:
		return e.Text == "true", nil
	case StringKind:
		return e.Text, nil
	case IntKind, DecimalKind, DoubleKind:
		return parseNumber(e.Text)
	}
	return convert(e.Text, e.Kind)
}

// fromJSON makes a value of decoded JSON.
func fromJSON(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, []any, map[string]any:
		return v, nil
	case json.Number:
		return parseNumber(v.String())
	case float64:
		return parseNumber(strconv.FormatFloat(v, 'g', -1, 64))
	case int64:
		return new(big.Rat).SetInt64(v), nil
	case int:
		return new(big.Rat).SetInt64(int64(v)), nil
	}
	return nil, fmt.Errorf("%T is not decoded JSON", v)
}

// parseNumber reads a decimal number, of a size that can't do harm.
func parseNumber(s string) (*big.Rat, error) {
	const most = 400
	_, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	n, err := strconv.Atoi(cmp.Or(exponent, "0"))
	if err != nil || n > most || n < -most || len(s) > most {
		return nil, fmt.Errorf("%q has too many digits", shorten(s))
	}
	if r, ok := new(big.Rat).SetString(s); ok {
		return r, nil
	}
	return nil, fmt.Errorf("%q can't be evaluated", shorten(s)) // INF, NaN
}

// convert makes a value of a kind of its text in JSON, or in a literal.
func convert(s string, kind Kind) (v any, err error) {
	switch kind {
	case DateKind, DateTimeOffsetKind, TimeOfDayKind:
		v, err = parseTemporal(s, kind)
	case DurationKind:
		v, err = parseDuration(s)
	case GuidKind:
		v = guid(strings.ToLower(s))
	case EnumKind:
		v = newEnum(s)
	default:
		return nil, fmt.Errorf("an %s can't be evaluated", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%q is not an %s", shorten(s), kind)
	}
	return v, nil
}

func parseTemporal(s string, kind Kind) (any, error) {
	if s == "" || s[0] < '0' || s[0] > '9' { // most strings
		return nil, errors.ErrUnsupported
	}
	found, text, ok := classify(s)
	if !ok || found != kind {
		return nil, errors.ErrUnsupported
	}
	switch kind {
	case DateKind:
		t, err := parseDate(text)
		return date(t), err
	case TimeOfDayKind:
		d, err := parseTimeOfDay(text)
		return timeOfDay(d), err
	}
	return parseDateTime(text)
}

// parseDuration reads an Edm.Duration. One of 290 years or more is an error.
func parseDuration(s string) (time.Duration, error) {
	const most = 290 * 365
	text, ok := normalize(DurationKind, s)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	period, clock, _ := strings.Cut(text, "T")
	sign, period, _ := strings.Cut(period, "P")
	days, err := strconv.Atoi(cmp.Or(strings.TrimSuffix(period, "D"), "0"))
	if err != nil || days > most {
		return 0, errors.ErrUnsupported
	}
	d, err := time.ParseDuration(cmp.Or(strings.ToLower(clock), "0s"))
	if d += time.Duration(days) * 24 * time.Hour; err != nil || d < 0 || d > most*24*time.Hour {
		return 0, errors.ErrUnsupported
	}
	if sign == "-" {
		d = -d
	}
	return d, nil
}

func newEnum(s string) enum {
	members := strings.Split(strings.ToLower(s), ",")
	for i, m := range members {
		members[i] = strings.TrimSpace(m)
	}
	slices.Sort(members)
	return slices.Compact(members)
}

// sameNaming fails if a member is given by its number in only one of a and b.
func sameNaming(a, b enum) error {
	isNumber := func(m string) bool { return m != "" && strings.Trim(m, "+-0123456789") == "" }
	if slices.ContainsFunc(a, isNumber) != slices.ContainsFunc(b, isNumber) {
		return errors.New("the numbers of the members of an enumeration are unknown")
	}
	return nil
}

// describe names the type of v for messages.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a truth value"
	case *big.Rat, json.Number, float64, int64, int:
		return "a number"
	case string:
		return fmt.Sprintf("the string %q", shorten(v))
	case folded:
		return "a string"
	case []any:
		return "a collection"
	case map[string]any:
		return "an object"
	case time.Time:
		return "a date-time"
	case timeOfDay:
		return "a time of day"
	case time.Duration:
		return "a duration"
	case enum:
		return "a member of an enumeration"
	}
	return "a " + strings.TrimPrefix(fmt.Sprintf("%T", v), "odata.") // date, guid
}

// compare returns -1, 0 or 1 as cmp.Compare does, for values that are not nil.
// It fails if they don't compare. The result for enumerations is 0 or 1.
func compare(a, b any) (int, error) {
	a, b, err := unify(a, b)
	if err != nil {
		return 0, err
	}
	if reflect.TypeOf(a) != reflect.TypeOf(b) {
		return 0, fmt.Errorf("%s and %s don't compare", describe(a), describe(b))
	}
	switch a := a.(type) {
	case bool:
		return cmp.Compare(rank(a), rank(b.(bool))), nil
	case string:
		return compareStrings(a, b.(string)), nil
	case *big.Rat:
		return a.Cmp(b.(*big.Rat)), nil
	case time.Time:
		return a.Compare(b.(time.Time)), nil
	case timeOfDay:
		return cmp.Compare(a, b.(timeOfDay)), nil
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration)), nil
	case folded:
		return cmp.Compare(a, b.(folded)), nil
	case guid:
		return cmp.Compare(a, b.(guid)), nil
	case enum:
		return rank(!slices.Equal(a, b.(enum))), sameNaming(a, b.(enum))
	}
	return 0, fmt.Errorf("%s can only be compared with null", describe(a))
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// unify gives a string the type of the other value, and makes times of dates.
func unify(a, b any) (any, any, error) {
	var err error
	if s, ok := a.(string); ok {
		a, err = as(s, b)
	} else if s, ok := b.(string); ok {
		b, err = as(s, a)
	}
	return dateToTime(a), dateToTime(b), err
}

func dateToTime(v any) any {
	if d, ok := v.(date); ok {
		return time.Time(d)
	}
	return v
}

// as returns s as a value of the type of v if strings stand for such in JSON.
func as(s string, v any) (any, error) {
	switch v.(type) {
	case time.Time, date:
		if d, err := convert(s, DateKind); err == nil {
			return d, nil
		}
		return convert(s, DateTimeOffsetKind)
	case timeOfDay:
		return convert(s, TimeOfDayKind)
	case time.Duration:
		return convert(s, DurationKind)
	case guid:
		return convert(s, GuidKind)
	case enum:
		return convert(s, EnumKind)
	}
	return s, nil
}

// compareStrings compares date-times as times, all else in any letter case.
func compareStrings(a, b string) int {
	t, errA := convert(a, DateTimeOffsetKind)
	u, errB := convert(b, DateTimeOffsetKind)
	if errA == nil && errB == nil {
		return t.(time.Time).Compare(u.(time.Time))
	}
	return cmp.Compare(fold(a), fold(b))
}

// fold maps strings that differ in letter case only to the same string. It
// keeps the number of characters.
func fold(s string) string { return strings.Map(unicode.ToLower, s) }

// arithmetic applies op to two numbers.
func arithmetic(op Op, a, b any) (any, error) {
	const mostBits = 1 << 12
	x, okX := a.(*big.Rat)
	y, okY := b.(*big.Rat)
	if !okX || !okY {
		return nil, fmt.Errorf("%s of %s and %s can't be evaluated", op, describe(a), describe(b))
	}
	if y.Sign() == 0 && op != Add && op != Sub && op != Mul {
		return nil, errors.New("division by zero")
	}
	z := new(big.Rat)
	switch op {
	case Add:
		z.Add(x, y)
	case Sub:
		z.Sub(x, y)
	case Mul:
		z.Mul(x, y)
	case Div, DivBy:
		z.Quo(x, y)
		if op == Div && x.IsInt() && y.IsInt() && !z.IsInt() {
			return nil, errors.New("whether div leaves a fraction depends on the types of the numbers; divby does")
		}
	case Mod: // has the sign of x
		whole := truncate(new(big.Rat).Quo(x, y))
		z.Sub(x, whole.Mul(whole, y))
	}
	if z.Num().BitLen()+z.Denom().BitLen() > mostBits {
		return nil, errors.New("the result has too many digits")
	}
	return z, nil
}

// truncate returns x without its fraction.
func truncate(x *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Quo(x.Num(), x.Denom()))
}
