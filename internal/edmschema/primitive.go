package edmschema

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// A jsonShape is how values of a primitive type look in JSON.
type jsonShape struct {
	types []string // of JSON
	// limits are keywords that hold for values of one JSON type and pass over all
	// others, so that null can be allowed beside them. If named, they stand in
	// $defs under the name of the primitive type.
	limits object
	named  bool
}

// Patterns are in the part of regular expressions that ECMAScript and RE2 share.
const (
	clock = `([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,12})?)?`
	// The days that every year has, and the 29th of February of leap years. Years
	// have four digits as in RFC 3339; the ABNF has longer and negative ones, which no Graph
	// service can hold.
	date = `([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
		`|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)`
	zone  = `([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])`
	float = `^(-?INF|NaN)$`
)

// shapes are the primitive types but for Edm.Stream and Edm.Untyped, of which
// nothing and everything is a value. The source is OData JSON Format 4.01, section 7.1, and the ABNF of OData 4.01.
var shapes = map[edm.Primitive]jsonShape{
	edm.Boolean:   {types: []string{"boolean"}},
	edm.String:    {types: []string{"string"}},
	edm.Geography: {types: []string{"object"}},
	edm.Geometry:  {types: []string{"object"}},

	edm.Byte:  {types: []string{"integer"}, limits: bounds("0", "255")},
	edm.SByte: {types: []string{"integer"}, limits: bounds("-128", "127")},
	edm.Int16: {types: []string{"integer"}, limits: bounds("-32768", "32767")},
	edm.Int32: {types: []string{"integer"}, limits: bounds("-2147483648", "2147483647")},
	edm.Int64: {[]string{"integer", "string"}, described("a whole number of 64 bits, as a number or as a string of digits",
		bounds("-9223372036854775808", "9223372036854775807").with("pattern", int64Digits())...), true},

	edm.Decimal: {[]string{"number", "string"}, described("a decimal number, also as a string",
		pattern(`^[+-]?[0-9]+(\.[0-9]+)?([Ee][+-]?[0-9]+)?$`)), true},
	edm.Double: {[]string{"number", "string"}, described("a number, or one of the strings INF, -INF and NaN",
		bounds("-1.7976931348623157e308", "1.7976931348623157e308").with("pattern", float)...), true},
	edm.Single: {[]string{"number", "string"}, described("a number, or one of the strings INF, -INF and NaN",
		bounds("-3.4028235e38", "3.4028235e38").with("pattern", float)...), true},

	edm.Date: {[]string{"string"}, described("a date: 2026-11-25", pattern(`^`+date+`$`)), true},
	edm.DateTimeOffset: {[]string{"string"}, described("a date and time with its time zone: 2026-11-25T08:30:00Z; seconds may be left out and may have up to 12 decimals",
		pattern(`^`+date+`[Tt]`+clock+zone+`$`)), true},
	edm.TimeOfDay: {[]string{"string"}, described("a time of day: 08:30:00; seconds may be left out and may have up to 12 decimals",
		pattern(`^`+clock+`$`)), true},
	edm.Duration: {[]string{"string"}, described("a duration: P1DT2H30M, also with years, months and weeks: P1Y6M",
		pattern(duration())), true},
	edm.Guid: {[]string{"string"}, described("a GUID",
		pattern(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)), true},
	edm.Binary: {[]string{"string"}, described("bytes in base64 or base64url; the padding may be left out and lines may be broken",
		object{{"anyOf", []any{base64(`+/`), base64(`_-`)}}}...), true},
}

func bounds(low, high string) object {
	return object{{"minimum", json.Number(low)}, {"maximum", json.Number(high)}}
}

func pattern(p string) member { return member{"pattern", p} }

func described(text string, limits ...member) object {
	return append(object{{"description", text}}, limits...)
}

// base64 matches groups of four characters, the last of them with or without its
// padding. The last two characters of the alphabet differ between the two forms.
func base64(last string) object {
	char := `[A-Za-z0-9` + last + `][\r\n]*`
	return object{pattern(fmt.Sprintf(`^[\r\n]*((%[1]s){4})*((%[1]s){2}(=[\r\n]*=[\r\n]*)?|(%[1]s){3}(=[\r\n]*)?)?$`, char))}
}

// int64Digits matches strings of up to 19 digits that stand for a number of 64 bits.
func int64Digits() string {
	const most = "922337203685477580" // 2⁶³ without its last digit, which the sign decides about
	var head []string                 // numbers of 19 digits that are less, up to the last digit
	for i := range len(most) {
		switch digit := most[i]; digit {
		case '0':
		case '1':
			head = append(head, fmt.Sprintf("%s0[0-9]{%d}", most[:i], len(most)-i))
		default:
			head = append(head, fmt.Sprintf("%s[0-%c][0-9]{%d}", most[:i], digit-1, len(most)-i))
		}
	}
	return fmt.Sprintf("^([+-]?([0-9]{1,18}|%s)|[+]?%s[0-7]|-%s[0-8])$", strings.Join(head, "|"), most, most)
}

// duration matches ISO 8601 durations of at least one part: years, months, weeks and days,
// then "T" and hours, minutes and seconds, which may have decimals.
func duration() string {
	return `^[+-]?P(` + parts(`T`+parts("", `[0-9]+H`, `[0-9]+M`, `[0-9]+(\.[0-9]+)?S`), `[0-9]+Y`, `[0-9]+M`, `[0-9]+W`, `[0-9]+D`) + `)$`
}

// parts matches some of list, at least one, in their order, and then last. If last is not "" it
// may be missing, or be all there is.
func parts(last string, list ...string) string {
	tail := ""
	if last != "" {
		tail = "(" + last + ")?"
	}
	var starts []string // each begins with another part
	for i := len(list) - 1; i >= 0; i-- {
		starts = append([]string{list[i] + tail}, starts...)
		tail = "(" + list[i] + ")?" + tail
	}
	if last != "" {
		starts = append(starts, last)
	}
	return "(" + strings.Join(starts, "|") + ")"
}
