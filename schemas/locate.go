package schemas

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphmock/graphmock/internal/strictjson"
)

// locate returns, for each JSON Pointer, the byte offset of the member's name
// or of the item that it leads to; if there is none, that of the nearest value
// around it. It passes over the text once, however many pointers there are. The
// text need not be strict JSON.
func locate(data []byte, pointers []string) []int {
	text, _ := strictjson.Standardize(data)
	l := &locator{text: text, dec: jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))}
	root := &spot{offset: l.next()}
	for _, p := range pointers {
		root.at(p, (*spot).child)
	}
	l.visit(root) // an error ends it: what is behind has not been found
	offsets := make([]int, len(pointers))
	for i, p := range pointers {
		offsets[i] = root.at(p, (*spot).found).offset
	}
	return offsets
}

// A spot is a place that a pointer leads to or through.
type spot struct {
	offset int // -1 until it is found
	below  map[string]*spot
}

// at follows a pointer by step, as far as that leads.
func (s *spot) at(pointer string, step func(*spot, string) *spot) *spot {
	if pointer == "" {
		return s
	}
	for token := range strings.SplitSeq(pointer[1:], "/") {
		next := step(s, token)
		if next == nil {
			break
		}
		s = next
	}
	return s
}

// child returns the spot of a reference token, as it stands in a pointer.
func (s *spot) child(token string) *spot {
	if s.below == nil {
		s.below = make(map[string]*spot)
	}
	if s.below[token] == nil {
		s.below[token] = &spot{offset: -1}
	}
	return s.below[token]
}

// found is child for spots that are in the text.
func (s *spot) found(token string) *spot {
	if next := s.below[token]; next != nil && next.offset >= 0 {
		return next
	}
	return nil
}

// A locator reads a text along the spots that are looked for.
type locator struct {
	text []byte
	dec  *jsontext.Decoder
}

// next returns the offset of the next token.
func (l *locator) next() int {
	i := int(l.dec.InputOffset())
	for i < len(l.text) && strings.IndexByte(" \t\r\n,:", l.text[i]) >= 0 {
		i++
	}
	return i
}

// visit reads the value of a spot.
func (l *locator) visit(s *spot) error {
	kind := l.dec.PeekKind()
	if s.below == nil || kind != '{' && kind != '[' {
		return l.dec.SkipValue()
	}
	if _, err := l.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		offset := l.next()
		end := l.dec.PeekKind()
		if end == '}' || end == ']' {
			_, err := l.dec.ReadToken()
			return err
		}
		token := strconv.Itoa(i)
		if kind == '{' {
			name, err := l.dec.ReadToken()
			if err != nil {
				return err
			}
			token = strictjson.Escape(name.String())
		}
		if err := l.member(s.below[token], offset); err != nil {
			return err
		}
	}
}

// member reads a value that belongs to next, which is nil if nobody looks for it.
func (l *locator) member(next *spot, offset int) error {
	if next == nil {
		return l.dec.SkipValue()
	}
	if next.offset < 0 { // of members of one name the first counts
		next.offset = offset
	}
	return l.visit(next)
}
