package odata

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A SyntaxError is the first place at which a text leaves the grammar.
type SyntaxError struct {
	Input      string // the whole text
	Offset     int    // of the mistake, in bytes from the start of Input
	Found      string // the text there; "" at the end of Input
	Wanted     string // what could have stood there, such as "an operator"
	Suggestion string // what was probably meant in place of Found; "" if there is no good guess
}

// Error says where, what was found, what was wanted and what was probably
// meant. Long input is cut.
func (e *SyntaxError) Error() string {
	found := "the end"
	if e.Found != "" {
		found = fmt.Sprintf("%q", shorten(e.Found))
	}
	text := fmt.Sprintf("offset %d: found %s, want %s", e.Offset, found, e.Wanted)
	if e.Suggestion != "" {
		text += fmt.Sprintf("; did you mean %q?", shorten(e.Suggestion))
	}
	return text
}

// An EvalError says which part of an expression has no value for an item.
type EvalError struct {
	Offset int // of the part, in bytes from the start of the expression
	Err    error
}

func (e *EvalError) Error() string { return fmt.Sprintf("offset %d: %v", e.Offset, e.Err) }

// Unwrap returns e.Err.
func (e *EvalError) Unwrap() error { return e.Err }

// shorten cuts s, between two characters, to a length that is good to read in a message.
func shorten(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// insteadOf maps what people write by mistake to the OData for it.
var insteadOf = map[string]string{
	"=": "eq", "==": "eq", "===": "eq", "!=": "ne", "!==": "ne", "<>": "ne",
	">": "gt", ">=": "ge", "<": "lt", "<=": "le",
	"&": "and", "&&": "and", "|": "or", "||": "or", "!": "not",
	"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "[": "(",
	"equals": "eq", "is": "eq", "neq": "ne", "gte": "ge", "lte": "le",
	"ascending": "asc", "descending": "desc",
	"contains": "contains(property, 'text')", "like": "contains(property, 'text')",
	"startswith": "startswith(property, 'text')", "endswith": "endswith(property, 'text')",
	"substringof": "contains", "lower": "tolower", "upper": "toupper", "len": "length",
}

// suggest returns the one of candidates that was probably meant by word, or "".
func suggest(word string, candidates []string) string {
	const longest = 48 // far longer than any candidate
	word = strings.ToLower(word)
	if meant := insteadOf[word]; slices.Contains(candidates, meant) {
		return meant
	}
	if len(word) > longest {
		return ""
	}
	best, nearest := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c)); d > 0 && d < nearest && d < len(c) {
			best, nearest = c, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace, or swap with their
// neighbour that lead from a to b.
func distance(a, b string) int {
	var before, last []int // the two rows above
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
