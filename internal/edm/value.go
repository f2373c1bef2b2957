package edm

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// A Fault is a way in which a JSON value is no value of a primitive type.
type Fault uint8

const (
	Fits       Fault = iota
	WrongKind        // a number for a string, an object for a number …
	Malformed        // a string that is not in the type's format
	OutOfRange       // a number that the type can't hold
)

// Check tells whether a decoded JSON value, with numbers as [json.Number], is one of the
// primitive type: as OData's JSON format 4.01, section 7.1, writes it, with numbers of
// 64 bits and decimals as strings too (IEEE754Compatible), and durations of years, months
// and weeks ("P1Y") as Graph uses them. Null fits nothing but Untyped, and nothing fits
// NoPrimitive.
func (p Primitive) Check(v any) Fault {
	switch p {
	case Untyped:
		return Fits
	case Boolean:
		return kindIs[bool](v)
	case String:
		return kindIs[string](v)
	case Byte, SByte, Int16, Int32, Int64:
		return p.checkInteger(v)
	case Decimal:
		if s, ok := v.(string); ok {
			return formatIs(s, isDecimal)
		}
		return kindIs[json.Number](v)
	case Double, Single:
		return p.checkFloat(v)
	case Geography, Geometry:
		return kindIs[map[string]any](v)
	}
	is, hasFormat := formats[p]
	s, ok := v.(string)
	if !ok || !hasFormat { // of a stream there are no values
		return WrongKind
	}
	return formatIs(s, is)
}

// formats are the primitive types that are strings in a format.
var formats = map[Primitive]func(string) bool{
	Binary: isBinary, Date: isDate, DateTimeOffset: isDateTimeOffset, Duration: isDuration, Guid: isGUID, TimeOfDay: isTimeOfDay,
}

func kindIs[T any](v any) Fault {
	if _, ok := v.(T); ok {
		return Fits
	}
	return WrongKind
}

func formatIs(s string, is func(string) bool) Fault {
	if is(s) {
		return Fits
	}
	return Malformed
}

// Wanted says what a value of the type looks like, for people.
func (p Primitive) Wanted() string {
	switch p {
	case Byte:
		return "a whole number from 0 to 255"
	case SByte:
		return "a whole number from -128 to 127"
	case Int16:
		return "a whole number from -32768 to 32767"
	case Int32:
		return "a whole number from -2147483648 to 2147483647"
	case Int64:
		return "a whole number of 64 bits"
	case Boolean:
		return "true or false"
	case String:
		return "a string"
	case Decimal, Double, Single:
		return "a number"
	case Binary:
		return "a string in base64"
	case Date:
		return "a date, such as 2026-11-25"
	case DateTimeOffset:
		return "a date and time with a time zone, such as 2026-11-25T08:30:00Z"
	case Duration:
		return "a duration, such as P1DT2H30M"
	case Guid:
		return "a GUID"
	case TimeOfDay:
		return "a time of day, such as 08:30:00"
	case Geography, Geometry:
		return "a GeoJSON object"
	case Stream:
		return "no value: a stream has an address of its own"
	}
	return "any value"
}

var integerBits = map[Primitive]int{Byte: 9, SByte: 8, Int16: 16, Int32: 32, Int64: 64}

func (p Primitive) checkInteger(v any) Fault {
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = string(v)
	case string:
		if p != Int64 {
			return WrongKind
		}
		switch _, err := strconv.ParseInt(v, 10, 64); {
		case err == nil:
			return Fits
		case errors.Is(err, strconv.ErrRange):
			return OutOfRange
		}
		return Malformed
	default:
		return WrongKind
	}
	bits := integerBits[p]
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, bits); err != nil || p == Byte && n < 0 {
			return OutOfRange
		}
		return Fits
	}
	x, ok := exact(text) // 1e3, 5.0
	switch {
	case !ok:
		return OutOfRange
	case !x.IsInt():
		return WrongKind
	}
	limit := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	if x.Num().Cmp(limit) >= 0 || x.Num().Cmp(limit.Neg(limit)) < 0 || p == Byte && x.Sign() < 0 {
		return OutOfRange
	}
	return Fits
}

// exact returns the value of a JSON number; ok is false for one whose exponent is out
// of all proportion.
func exact(text string) (x *big.Rat, ok bool) {
	const most = 400
	_, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if n, err := strconv.Atoi(cmp.Or(exponent, "0")); err != nil || n > most || n < -most || len(text) > most {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func (p Primitive) checkFloat(v any) Fault {
	switch v := v.(type) {
	case json.Number:
		bits := 64
		if p == Single {
			bits = 32
		}
		if _, err := strconv.ParseFloat(string(v), bits); err != nil {
			return OutOfRange
		}
		return Fits
	case string:
		if v == "INF" || v == "-INF" || v == "NaN" {
			return Fits
		}
	}
	return WrongKind
}

// isDecimal accepts rule decimalValue of the ABNF.
func isDecimal(s string) bool {
	s, n := digits(trimSign(s))
	if n == 0 {
		return false
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		if s, n = digits(rest); n == 0 {
			return false
		}
	}
	if s == "" {
		return true
	}
	rest, n := digits(trimSign(s[1:]))
	return (s[0] == 'e' || s[0] == 'E') && n > 0 && rest == ""
}

// trimSign returns s without a sign at its start.
func trimSign(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

// digits returns s without the digits that it starts with, and how many there were.
func digits(s string) (rest string, n int) {
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[n:], n
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isDateTimeOffset accepts rule dateTimeOffsetValue of the ABNF: seconds may be
// missing and have up to twelve digits behind the point; T and Z in any letter case.
func isDateTimeOffset(s string) bool {
	if len(s) < len("2006-01-02T15:04Z") || s[10] != 'T' && s[10] != 't' || !isDate(s[:10]) {
		return false
	}
	clock := s[11:]
	end := strings.IndexAny(clock, "Zz+-")
	if end < 0 || !isTimeOfDay(clock[:end]) {
		return false
	}
	zone := clock[end:]
	if zone == "Z" || zone == "z" {
		return true
	}
	if len(zone) != len("+00:00") || zone[3] != ':' {
		return false
	}
	_, ok1 := twoDigits(zone[1:], 14)
	_, ok2 := twoDigits(zone[4:], 59)
	return ok1 && ok2
}

// twoDigits returns the number that s starts with, if it has two digits and is not
// greater than most.
func twoDigits(s string, most int) (n int, ok bool) {
	if len(s) < 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	n = int(s[0]-'0')*10 + int(s[1]-'0')
	return n, n <= most
}

// isTimeOfDay accepts rule timeOfDayValue of the ABNF, without leap seconds.
func isTimeOfDay(s string) bool {
	for i, most := range []int{23, 59, 59} {
		if i == 2 && s == "" { // seconds may be missing
			return true
		}
		if i > 0 {
			rest, ok := strings.CutPrefix(s, ":")
			if !ok {
				return false
			}
			s = rest
		}
		if _, ok := twoDigits(s, most); !ok {
			return false
		}
		s = s[2:]
	}
	if s == "" {
		return true
	}
	rest, n := digits(strings.TrimPrefix(s, "."))
	return s[0] == '.' && rest == "" && n > 0 && n <= 12
}

// isDuration accepts rule durationValue of the ABNF and beyond it years, months and
// weeks, of which the first two are in XML Schema and all in ISO 8601.
func isDuration(s string) bool {
	s, ok := strings.CutPrefix(trimSign(s), "P")
	if !ok || s == "" {
		return false
	}
	period, clock, hasClock := strings.Cut(s, "T")
	if hasClock && clock == "" {
		return false
	}
	return inOrder(period, "YMWD", false) && inOrder(clock, "HMS", true)
}

// inOrder reports whether s is numbers, each followed by one of the letters, in
// their order; the last letter's may have a fraction.
func inOrder(s, letters string, fraction bool) bool {
	for s != "" {
		rest, n := digits(s)
		if n == 0 {
			return false
		}
		isFraction := false
		if fraction && strings.HasPrefix(rest, ".") {
			isFraction = true
			if rest, n = digits(rest[1:]); n == 0 {
				return false
			}
		}
		if rest == "" {
			return false
		}
		i := strings.IndexByte(letters, rest[0])
		if i < 0 || isFraction && i != len(letters)-1 {
			return false
		}
		letters, s = letters[i+1:], rest[1:]
	}
	return true
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}

// isBinary accepts base64 and base64url, with or without padding, and line ends
// between, as mail has them.
func isBinary(s string) bool {
	s = strings.TrimRight(s, "\r\n")
	padded := len(s)
	s = strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	padding := padded - len(s)
	n, plain, forURL := 0, false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			n++
		case c == '+' || c == '/':
			n, plain = n+1, true
		case c == '-' || c == '_':
			n, forURL = n+1, true
		case c == '\r' || c == '\n':
		default:
			return false
		}
	}
	if padding > 0 && n%4 != 4-padding {
		return false
	}
	return n%4 != 1 && !(plain && forURL)
}
