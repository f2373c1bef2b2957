// Package strictjson decodes JSON text strictly (RFC 8259, names unique) and,
// where the text is not quite JSON, says everything that is wrong with it and
// goes on with what was meant.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// A Kind is a way in which a text is not JSON.
type Kind string

const (
	Empty         Kind = "missing"          // no value at all
	Encoding      Kind = "encoding"         // not UTF-8
	ByteOrderMark Kind = "bom"              // starts with U+FEFF
	Comment       Kind = "comment"          // // or /* */
	TrailingComma Kind = "trailing-comma"   // before } or ]
	DuplicateName Kind = "duplicate-member" // a second member of that name in one object
	TrailingText  Kind = "trailing-text"    // something follows the value
	TooDeep       Kind = "too-deep"         // nested deeper than allowed
	Syntax        Kind = "syntax"           // anything else; the last problem of a text
)

// A Problem is one place at which a text is not JSON.
type Problem struct {
	Kind    Kind
	Offset  int    // in bytes
	Pointer string // of the innermost value, as far as it is known
	Found   string // the text there, cut to a line
	Detail  string // for Syntax: what is wrong
}

// MaxProblems is how many problems of one kind are reported of a text; the first
// ones count.
const MaxProblems = 100

// A list collects problems.
type list struct {
	problems []Problem
	counts   map[Kind]int
}

// add keeps a problem unless there are enough of its kind. What costs time or
// memory to say is said by fill, which may be nil.
func (l *list) add(kind Kind, offset int, fill func(*Problem)) {
	if l.counts == nil {
		l.counts = make(map[Kind]int)
	}
	if l.counts[kind]++; l.counts[kind] > MaxProblems {
		return
	}
	p := Problem{Kind: kind, Offset: offset}
	if fill != nil {
		fill(&p)
	}
	l.problems = append(l.problems, p)
}

// Parse decodes one JSON value. Numbers are [json.Number], objects
// map[string]any, arrays []any. Where names are repeated the last one counts, as with
// most decoders. ok is false if there is no value to go on with. Of each kind
// of problem there are at most [MaxProblems].
func Parse(data []byte, maxDepth int) (value any, ok bool, problems []Problem) {
	d := newDecoder(data, maxDepth)
	if value, err := d.document(); err == nil && len(d.found.problems) == 0 {
		return value, true, nil
	}
	text, problems := Standardize(data)
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, false, append(problems, Problem{Kind: Empty})
	}
	d = newDecoder(text, maxDepth)
	value, err := d.document()
	problems = append(problems, d.found.problems...)
	if err != nil {
		return nil, false, append(problems, d.syntaxProblem(err))
	}
	return value, true, problems
}

// decoder reads values of one text by recursion.
type decoder struct {
	text  []byte
	dec   *jsontext.Decoder
	depth int // levels that may still be opened
	found list
}

func newDecoder(text []byte, maxDepth int) *decoder {
	return &decoder{
		text:  text,
		dec:   jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)),
		depth: maxDepth,
	}
}

var errTooDeep = errors.New("too deep")

// document reads the only value of the text.
func (d *decoder) document() (any, error) {
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	end := int(d.dec.InputOffset())
	if rest := bytes.TrimLeft(d.text[end:], " \t\r\n"); len(rest) > 0 {
		d.found.add(TrailingText, len(d.text)-len(rest), func(p *Problem) { p.Found = line(rest) })
	}
	return v, nil
}

func (d *decoder) value() (any, error) {
	tok, err := d.dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return tok.String(), nil
	case '0':
		return json.Number(tok.String()), nil
	case 't', 'f':
		return tok.Bool(), nil
	default:
		return nil, nil
	}
}

func (d *decoder) object() (any, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	members := make(map[string]any)
	for d.dec.PeekKind() != '}' {
		before := int(d.dec.InputOffset())
		tok, err := d.dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := tok.String()
		if _, twice := members[name]; twice {
			at := d.tokenStart(before)
			d.found.add(DuplicateName, at, func(p *Problem) {
				p.Pointer, p.Found = string(d.dec.StackPointer()), line(d.text[at:])
			})
		}
		if members[name], err = d.value(); err != nil {
			return nil, err
		}
	}
	return members, d.close()
}

func (d *decoder) array() (any, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	items := []any{}
	for d.dec.PeekKind() != ']' {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, d.close()
}

func (d *decoder) open() error {
	if d.depth--; d.depth < 0 {
		return errTooDeep
	}
	return nil
}

func (d *decoder) close() error {
	d.depth++
	_, err := d.dec.ReadToken()
	return err
}

// tokenStart skips what may stand between two tokens.
func (d *decoder) tokenStart(offset int) int {
	for offset < len(d.text) && strings.IndexByte(" \t\r\n,:", d.text[offset]) >= 0 {
		offset++
	}
	return offset
}

func (d *decoder) syntaxProblem(err error) Problem {
	offset := int(d.dec.InputOffset())
	if errors.Is(err, errTooDeep) {
		return Problem{Kind: TooDeep, Offset: offset - 1, Pointer: string(d.dec.StackPointer())}
	}
	p := Problem{Kind: Syntax, Offset: d.tokenStart(offset), Pointer: string(d.dec.StackPointer()), Detail: err.Error()}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		p.Offset, p.Pointer, p.Detail = int(syntax.ByteOffset), string(syntax.JSONPointer), syntax.Err.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		p.Offset, p.Detail = len(d.text), "the text ends in the middle of a value"
	}
	p.Offset = min(p.Offset, len(d.text))
	p.Found = line(d.text[p.Offset:])
	return p
}

// Standardize returns a text of the same length in which a byte order mark,
// bytes that are not UTF-8, comments and trailing commas are blanked out, and
// what it found of these, at most [MaxProblems] of a kind. The result is JSON if
// nothing else is wrong.
func Standardize(data []byte) (text []byte, problems []Problem) {
	text = bytes.Clone(data)
	var found list
	add := func(kind Kind, from, to int) {
		found.add(kind, from, func(p *Problem) { p.Found = line(data[from:to]) })
		for i := from; i < to; i++ {
			if text[i] != '\n' && text[i] != '\r' {
				text[i] = ' '
			}
		}
	}
	i, comma := 0, -1 // comma: offset of a comma with nothing but space behind it yet
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		add(ByteOrderMark, 0, 3)
		i = 3
	}
	inString := false
	for i < len(text) {
		c, size := text[i], 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRune(text[i:]); r == utf8.RuneError && size == 1 {
				found.add(Encoding, i, func(p *Problem) { p.Found = strconv.Quote(string(data[i : i+1])) })
				text[i] = '?'
			}
		}
		switch {
		case inString:
			if c == '\\' {
				size = min(2, len(text)-i)
			}
			inString = c != '"'
		case c == '"':
			inString, comma = true, -1
		case c == '/':
			if end := commentEnd(text, i); end > i {
				add(Comment, i, end)
				size = end - i
			}
		case c == ',':
			comma = i
		case c == '}' || c == ']':
			if comma >= 0 {
				add(TrailingComma, comma, comma+1)
			}
			comma = -1
		case strings.IndexByte(" \t\r\n", c) < 0:
			comma = -1
		}
		i += size
	}
	return text, found.problems
}

// commentEnd returns the offset behind the comment that starts at i, or i if
// there is none.
func commentEnd(text []byte, i int) int {
	rest := text[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			return i + n
		}
		return len(text)
	case bytes.HasPrefix(rest, []byte("/*")):
		if n := bytes.Index(rest, []byte("*/")); n >= 0 {
			return i + n + 2
		}
		return len(text)
	}
	return i
}

// line returns the first line of text, cut to 60 bytes.
func line(text []byte) string {
	const limit = 60
	text, _, _ = bytes.Cut(text[:min(len(text), 2*limit)], []byte("\n"))
	if len(text) > limit {
		return strings.ToValidUTF8(string(text[:limit]), "") + "…"
	}
	return string(bytes.TrimRight(text, "\r"))
}

// Position returns the line and the column of a byte offset. Both count from
// 1; the column counts runes.
func Position(data []byte, offset int) (line, column int) {
	before := data[:min(offset, len(data))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// Escape returns name as a reference token of a JSON Pointer (RFC 6901).
func Escape(name string) string { return escaper.Replace(name) }

var escaper = strings.NewReplacer("~", "~0", "/", "~1")
