package corpus

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A node is a JSON value with its members in order, which can be written with
// something wrong in it.
type node struct {
	open    byte     // '{' or '['; 0 for a value without members
	text    string   // of a value without members
	members []member // of an object or an array
	tail    string   // that stands before the closing bracket, such as ","
}

// A member is one of an object, or an item of an array, which has no name.
type member struct {
	name  string
	value *node
}

// parseJSON reads one JSON value.
func parseJSON(text []byte) (*node, error) {
	return readNode(jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true)))
}

func readNode(d *jsontext.Decoder) (*node, error) {
	tok, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{}
	switch tok.Kind() {
	case '{', '[':
		n.open = byte(tok.Kind())
	case '"':
		n.text = quote(tok.String())
		return n, nil
	default:
		n.text = tok.String()
		return n, nil
	}
	for d.PeekKind() != '}' && d.PeekKind() != ']' {
		var m member
		if n.open == '{' {
			name, err := d.ReadToken()
			if err != nil {
				return nil, err
			}
			m.name = name.String()
		}
		if m.value, err = readNode(d); err != nil {
			return nil, err
		}
		n.members = append(n.members, m)
	}
	_, err = d.ReadToken()
	return n, err
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // of a string never
	}
	return string(text)
}

// raw returns a value without members: JSON text, or something like it.
func raw(text string) *node { return &node{text: text} }

// emptyNode returns an object or an array.
func emptyNode(open byte, members ...member) *node { return &node{open: open, members: members} }

// copy returns the value as another node, of the same members.
func (n *node) copy() *node {
	out := *n
	return &out
}

// set returns the object or array with another member in the place of one.
func (n *node) set(i int, m member) *node {
	out := *n
	out.members = slices.Clone(n.members)
	out.members[i] = m
	return &out
}

// drop returns the object or array without one of its members.
func (n *node) drop(i int) *node {
	out := *n
	out.members = slices.Delete(slices.Clone(n.members), i, i+1)
	return &out
}

// add returns the object or array with one more member at its end.
func (n *node) add(m member) *node {
	out := *n
	out.members = append(slices.Clone(n.members), m)
	return &out
}

// index returns the place of a member, -1 if there is none of that name.
func (n *node) index(name string) int {
	return slices.IndexFunc(n.members, func(m member) bool { return m.name == name })
}

// isString returns the string that the value is.
func (n *node) isString() (s string, ok bool) {
	if n.open != 0 || !strings.HasPrefix(n.text, `"`) || json.Unmarshal([]byte(n.text), &s) != nil {
		return "", false
	}
	return s, true
}

// A writer writes a value, one member a line, with one node in the place of another.
type writer struct {
	strings.Builder
	old, with   *node // may be nil
	mark        *node // whose place is asked for; nil for none
	name, value int   // offsets of its name, and of itself
}

func (w *writer) node(n *node, depth int) {
	if n == w.old && n != nil {
		n = w.with
	}
	if n == w.mark {
		w.value = w.Len()
	}
	if n.open == 0 {
		w.WriteString(n.text)
		return
	}
	w.WriteByte(n.open)
	indent := "\n" + strings.Repeat("  ", depth)
	for i, m := range n.members {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(indent + "  ")
		if m.value == w.mark || m.value == w.old && w.with == w.mark {
			w.name = w.Len()
		}
		if n.open == '{' {
			w.WriteString(quote(m.name) + ": ")
		}
		w.node(m.value, depth+1)
	}
	w.WriteString(n.tail)
	if len(n.members) > 0 {
		w.WriteString(indent)
	}
	w.WriteByte(n.open + 2) // '}' or ']'
}

// position returns the line and the column, in runes, of an offset.
func position(text string, offset int) (line, column int) {
	before := text[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + len([]rune(before[start:]))
}
