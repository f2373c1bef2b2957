package csdl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// An Error is one mistake in a document.
type Error struct {
	Line, Column int    // both from 1; columns count runes
	Message      string // what was found and what was wanted
}

// Error returns the place and the message as line:column: message.
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message) }

// An ErrorList is the mistakes in a document, in order of place. It is not
// empty. If there are more than [MaxErrors], the first of those that were
// found are kept, and one more at the end says how many there are beside them.
type ErrorList []*Error

// Error returns one line for each error.
func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors of the list.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// MaxErrors is how many mistakes of a document are reported.
const MaxErrors = 100

// A mistake is an Error before its line is known.
type mistake struct {
	pos     Pos
	message string
}

// mistakes collects what is wrong with a text.
type mistakes struct {
	list []mistake
	more int // mistakes that did not fit in the list
}

// err returns what was collected as an [ErrorList], nil if it is nothing.
func (m *mistakes) err(text string) error {
	if len(m.list) == 0 {
		return nil
	}
	slices.SortStableFunc(m.list, func(a, b mistake) int { return cmp.Compare(a.pos, b.pos) })
	var l ErrorList
	for _, e := range m.list {
		line, column := position(text, e.pos)
		l = append(l, &Error{line, column, e.message})
	}
	if m.more > 0 {
		last := l[len(l)-1]
		l = append(l, &Error{last.Line, last.Column, fmt.Sprintf("and %d more", m.more)})
	}
	return l
}

// Position returns the line and column of p, both from 1; the column counts
// runes. A byte order mark has no column.
func (d *Document) Position(p Pos) (line, column int) { return position(d.text, p) }

func position(text string, p Pos) (line, column int) {
	before := strings.TrimPrefix(text[:min(max(int(p), 0), len(text))], bom)
	line = 1 + strings.Count(before, "\n")
	return line, 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// shorten cuts s to the start of its first line, for a message.
func shorten(s string) string {
	const most = 40
	if end := strings.IndexAny(s[:min(len(s), most+1)], "\r\n"); end >= 0 {
		return s[:end]
	}
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
