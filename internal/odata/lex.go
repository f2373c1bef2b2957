package odata

import (
	"encoding/base64"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	endToken     tokenKind = iota // of the input
	badToken                      // no token of the grammar; token.err says why
	nameToken                     // displayName, and, microsoft.graph.user
	systemToken                   // $count
	atToken                       // @p, @Core.Messages, @Core.Messages#q
	literalToken                  // all literals but null, true, false, INF and NaN, which are names
	symbolToken                   // punctuation, and operators of other languages
)

// A token is input[pos:end].
type token struct {
	kind     tokenKind
	pos, end int
	text     string
	literal  *Literal     // of a literalToken
	err      *SyntaxError // of a badToken
}

const blanks = " \t\r\n" // between tokens

// symbols that are more than one byte long; those that the grammar doesn't have
// are read whole so that errors can name them.
var longSymbols = []string{"===", "!==", "==", "!=", "<>", ">=", "<=", "&&", "||"}

// lexExpr returns the first token at or after pos. It does not depend on what
// stands before pos.
func lexExpr(input string, pos int) token {
	pos += len(input[pos:]) - len(strings.TrimLeft(input[pos:], blanks))
	rest := input[pos:]
	switch {
	case rest == "":
		return token{kind: endToken, pos: pos, end: pos}
	case rest[0] == '\'':
		return lexQuoted(input, pos, pos, StringKind, "")
	case rest[0] == '$' || rest[0] == '@':
		return lexSigil(input, pos)
	case startsNumber(rest):
		return lexNumber(input, pos)
	case guidPrefix.MatchString(rest) && wordLength(rest[guidLength:]) == 0:
		return literalAt(input, pos, guidLength, GuidKind, strings.ToLower(rest[:guidLength]))
	case wordLength(rest) > 0:
		return lexName(input, pos)
	}
	if quotes := quoted.FindStringSubmatch(rest); quotes != nil {
		return bad(input, pos, len(quotes[0]), "a string in single quotes", quote(quotes[1]))
	}
	for _, s := range longSymbols {
		if strings.HasPrefix(rest, s) {
			return token{kind: symbolToken, pos: pos, end: pos + len(s), text: s}
		}
	}
	r, size := utf8.DecodeRuneInString(rest)
	if r == utf8.RuneError && size == 1 {
		return bad(input, pos, size, "UTF-8", "")
	}
	return token{kind: symbolToken, pos: pos, end: pos + size, text: rest[:size]}
}

// quoted matches strings in the quotes of other languages and of word processors.
var quoted = regexp.MustCompile(`^["“”„‘’‚` + "`" + `]([^"“”‘’` + "`" + `]*)["“”‘’` + "`" + `]`)

func quote(s string) string { return string(appendQuoted(nil, s)) }

func bad(input string, pos, length int, wanted, suggestion string) token {
	found := input[pos : pos+length]
	err := &SyntaxError{Input: input, Offset: pos, Found: found, Wanted: wanted, Suggestion: suggestion}
	return token{kind: badToken, pos: pos, end: pos + length, text: found, err: err}
}

func literalAt(input string, pos, length int, kind Kind, text string) token {
	return token{
		kind: literalToken, pos: pos, end: pos + length, text: input[pos : pos+length],
		literal: &Literal{Pos: Pos(pos), Kind: kind, Text: text},
	}
}

// lexQuoted reads the quoted part of a literal, at open; the literal itself
// starts at pos.
func lexQuoted(input string, pos, open int, kind Kind, typ string) token {
	end := open + 1
	for {
		i := strings.IndexByte(input[end:], '\'')
		if i < 0 {
			return bad(input, pos, len(input)-pos, "a closing quote", "")
		}
		end += i + 1
		if !strings.HasPrefix(input[end:], "'") {
			break
		}
		end++
	}
	text := strings.ReplaceAll(input[open+1:end-1], "''", "'")
	text, ok := normalize(kind, text)
	if !ok {
		return bad(input, pos, end-pos, formats[kind], "")
	}
	t := literalAt(input, pos, end-pos, kind, text)
	t.literal.Type = typ
	return t
}

// formats says how the quoted text of a literal looks.
var formats = map[Kind]string{
	DurationKind:  "a duration such as duration'P1DT2H30M'",
	BinaryKind:    "base64url",
	EnumKind:      "members such as microsoft.graph.color'red,blue'",
	GeographyKind: "a shape such as geography'SRID=4326;Point(1.5 2)'",
	GeometryKind:  "a shape such as geometry'SRID=0;Point(1.5 2)'",
}

var (
	durationText = regexp.MustCompile(`^[+-]?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`)
	memberText   = regexp.MustCompile(`^([\pL\p{Nl}_][\pL\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]*|[+-]?\d{1,19})$`)
)

// normalize returns the canonical form of the text between the quotes of a
// literal, and whether the text is right.
func normalize(kind Kind, text string) (string, bool) {
	switch kind {
	case DurationKind:
		text = strings.TrimPrefix(strings.ToUpper(text), "+")
		return text, durationText.MatchString(text) && !strings.HasSuffix(text, "P") && !strings.HasSuffix(text, "T")
	case BinaryKind:
		text = strings.TrimRight(text, "=")
		_, err := base64.RawURLEncoding.Strict().DecodeString(text)
		return text, err == nil && !strings.ContainsAny(text, "\r\n")
	case EnumKind:
		members := strings.Split(text, ",")
		for i, m := range members {
			members[i] = strings.TrimSpace(m)
			if !memberText.MatchString(members[i]) {
				return text, false
			}
		}
		return strings.Join(members, ","), true
	case GeographyKind, GeometryKind:
		return text, isShape(text)
	}
	return text, true
}

func lexSigil(input string, pos int) token {
	kind := systemToken
	if input[pos] == '@' {
		kind = atToken
	}
	length := wordLength(input[pos+1:])
	if length == 0 {
		return bad(input, pos, 1, "a name after "+input[pos:pos+1], "")
	}
	end := pos + 1 + length
	if kind == atToken && strings.HasPrefix(input[end:], "#") { // a qualifier
		end += len("#") + wordLength(input[end+1:])
	}
	return token{kind: kind, pos: pos, end: end, text: input[pos:end]}
}

// lexName reads an identifier, qualified or not, or the literal that it is the
// prefix of.
func lexName(input string, pos int) token {
	end := pos + wordLength(input[pos:])
	name := input[pos:end]
	if !strings.HasPrefix(input[end:], "'") {
		return token{kind: nameToken, pos: pos, end: end, text: name}
	}
	for kind, prefix := range prefixes {
		if strings.EqualFold(name, prefix) {
			return lexQuoted(input, pos, end, kind, "")
		}
	}
	if strings.Contains(name, ".") {
		return lexQuoted(input, pos, end, EnumKind, name)
	}
	switch strings.ToLower(name) {
	case "datetime", "datetimeoffset", "guid", "time": // OData 2 and 3
		if t := lexQuoted(input, pos, end, StringKind, ""); t.kind == literalToken {
			return bad(input, pos, t.end-pos, "the value without prefix and quotes", t.literal.Text)
		}
	}
	return token{kind: nameToken, pos: pos, end: end, text: name}
}

// wordLength is the length of the identifiers, joined by dots, that s starts with.
func wordLength(s string) int {
	length := 0
	start := true // of an identifier
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || r == '_' || unicode.Is(unicode.Nl, r):
			start, length = false, i+utf8.RuneLen(r)
		case start:
			return length
		case unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc, unicode.Cf):
			length = i + utf8.RuneLen(r)
		case r == '.':
			start = true
		default:
			return length
		}
	}
	return length
}

const guidLength = 36

var (
	guidPrefix   = regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`)
	dateText     = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\d$`)
	dateTimeText = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)$`)
	localText    = regexp.MustCompile(`^-?\d{4,}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?$`)
	lostPlus     = regexp.MustCompile(`^ (\d\d:\d\d)([ ,;)]|$)`)
	timeText     = regexp.MustCompile(`^\d\d:\d\d(:\d\d(\.\d{1,12})?)?$`)
	numberText   = regexp.MustCompile(`^[+-]?\d+(\.\d+)?(E[+-]?\d+)?$`)
	leapSecond   = regexp.MustCompile(`^(.*\d\d:\d\d:)60(.*)$`)
)

func startsNumber(s string) bool {
	if strings.HasPrefix(s, "-INF") && wordLength(s[1:]) == len("INF") {
		return true
	}
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	return s != "" && '0' <= s[0] && s[0] <= '9'
}

// lexNumber reads a literal that starts with a digit or a sign: a number, a
// guid, a date or a time. No operator of OData can stand within such a run.
func lexNumber(input string, pos int) token {
	run := input[pos : pos+1+runLength(input[pos+1:])]
	kind, text, ok := classify(run)
	if ok {
		return literalAt(input, pos, len(run), kind, text)
	}
	if !localText.MatchString(strings.ToUpper(run)) {
		return bad(input, pos, len(run), "a number, a guid, a date or a time", "")
	}
	if zone := lostPlus.FindStringSubmatch(input[pos+len(run):]); zone != nil {
		return bad(input, pos, len(run)+len(" hh:mm"), "a time zone; a + is sent as %2B", run+"+"+zone[1])
	}
	return bad(input, pos, len(run), "a time zone", run+"Z")
}

// lexCase is the lexer of case(), where a colon may follow a number as in x gt 0:1.
func lexCase(input string, pos int) token {
	t := lexExpr(input, pos)
	if t.kind != badToken || t.text == "" || !startsNumber(t.text) {
		return t
	}
	const most = 4 // colons in a literal, and the one behind it
	parts := strings.SplitAfterN(t.text, ":", most+1)
	for i := len(parts) - 1; i > 0; i-- {
		run := strings.Join(parts[:i], "")
		run = run[:len(run)-len(":")]
		if kind, text, ok := classify(run); ok {
			return literalAt(input, t.pos, len(run), kind, text)
		}
	}
	return t
}

func runLength(s string) int {
	isPart := func(r rune) bool {
		return r == '_' || r == '.' || r == ':' || r == '+' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	if end := strings.IndexFunc(s, func(r rune) bool { return !isPart(r) }); end >= 0 {
		return end
	}
	return len(s)
}

// classify tells what an unquoted literal is and returns its canonical text.
func classify(run string) (kind Kind, text string, ok bool) {
	upper := strings.ToUpper(run)
	switch {
	case run == "-INF":
		return DoubleKind, run, true
	case len(run) == guidLength && guidPrefix.MatchString(run):
		return GuidKind, strings.ToLower(run), true
	case numberText.MatchString(upper):
		text = strings.TrimPrefix(strings.ToLower(run), "+")
		switch {
		case strings.Contains(text, "e"):
			return DoubleKind, text, true
		case strings.Contains(text, "."):
			return DecimalKind, text, true
		}
		return IntKind, text, true
	case dateText.MatchString(run):
		_, err := parseDate(plain(run))
		return DateKind, run, err == nil && !oddYear(run)
	case dateTimeText.MatchString(upper):
		_, err := parseDateTime(plain(upper))
		return DateTimeOffsetKind, upper, err == nil && !oddYear(upper)
	case timeText.MatchString(run):
		_, err := parseTimeOfDay(plain(run))
		return TimeOfDayKind, run, err == nil
	}
	return "", "", false
}

// plain returns a date or time that is right if and only if s is: one that
// package time can read, with a year of four digits and without leap seconds.
func plain(s string) string {
	if !timeText.MatchString(s) {
		s = strings.TrimPrefix(s, "-")
		s = s[strings.IndexByte(s, '-')-4:] // leap years repeat after 400 years
	}
	return leapSecond.ReplaceAllString(s, "${1}59$2")
}

// oddYear tells whether s starts with a year that has needless zeros.
func oddYear(s string) bool {
	year, _, _ := strings.Cut(strings.TrimPrefix(s, "-"), "-")
	return len(year) > 4 && year[0] == '0'
}

func parseDate(s string) (time.Time, error) { return time.Parse("2006-01-02", s) }

// parseDateTime reads a DateTimeOffset; seconds may be missing.
func parseDateTime(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05Z07:00", s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04Z07:00", s)
	}
	return t, err
}

// parseTimeOfDay returns the time since midnight.
func parseTimeOfDay(s string) (time.Duration, error) {
	t, err := time.Parse("15:04:05", s)
	if err != nil {
		t, err = time.Parse("15:04", s)
	}
	return t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), err
}
