package csdl

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/internal/spell"
)

// Limits of what is read.
const (
	MaxSize  = 64 << 20 // bytes of a document
	MaxDepth = 100      // elements that stand in each other

	maxAttributes = 100 // attributes of an element; namespace declarations at a place
)

const (
	bom   = "\ufeff"
	blank = " \t\r\n" // XML's white space
)

// A scanner reads XML, version 1.0 with namespaces. It reports mistakes and
// goes on.
type scanner struct {
	text  string // of valid characters
	i     int    // what is read next
	ended bool   // nothing is read any more
	fatal bool   // because nothing makes sense
	mistakes

	open     []element // elements that have no end tag yet, outermost first
	bindings []binding // of these elements; the last one for a prefix counts

	// The start tag that was read last.
	tag        string // its name as written
	uri        string // its namespace
	name       string // of an element of EDM the local one, of EDMX edmx: and the local one; "" of any other
	pos        Pos
	attributes []attribute // without namespace declarations
	empty      bool        // it is an end tag too, which comes next
	broken     bool        // a mistake in it hides attributes

	// The text that was read last.
	data    string
	dataPos Pos
}

// An element is one whose start tag was read.
type element struct {
	tag      string
	pos      Pos
	bindings int // how many there are without its own
}

type attribute struct {
	name, value string // the name as written; the value decoded
	pos         Pos
}

// A binding is a namespace declaration.
type binding struct {
	prefix, uri string
}

// The namespaces of CSDL.
const (
	edm  = "http://docs.oasis-open.org/odata/ns/edm"
	edmx = "http://docs.oasis-open.org/odata/ns/edmx"
)

// A token is a piece of a document.
type token uint8

const (
	endTag token = iota // or the end of the document
	startTag
	characters
)

// step reads the next token; after the end of the document it is always endTag.
func (s *scanner) step() token {
	if s.empty && !s.ended {
		s.empty = false
		s.pop()
		return endTag
	}
	for !s.ended {
		rest := s.text[s.i:]
		switch {
		case rest == "":
			s.end()
		case rest[0] != '<':
			s.characters(rest)
			return characters
		case strings.HasPrefix(rest, "</"):
			if s.endTag(rest) {
				return endTag
			}
		case strings.HasPrefix(rest, "<!--"):
			s.comment(rest)
		case strings.HasPrefix(rest, "<![CDATA["):
			if s.section(rest) {
				return characters
			}
		case strings.HasPrefix(rest, "<!"):
			s.declaration(rest)
		case strings.HasPrefix(rest, "<?"):
			s.instruction(rest)
		default:
			if s.startTag() {
				return startTag
			}
		}
	}
	return endTag
}

// errorf reports a mistake. Of an argument that is a Pos the line is told.
func (s *scanner) errorf(at int, format string, args ...any) {
	if len(s.list) == MaxErrors {
		s.more++
		return
	}
	for i, a := range args {
		if p, ok := a.(Pos); ok {
			args[i], _ = position(s.text, p)
		}
	}
	s.list = append(s.list, mistake{Pos(at), fmt.Sprintf(format, args...)})
}

// fatalf reports a mistake behind which nothing makes sense.
func (s *scanner) fatalf(at int, format string, args ...any) {
	s.errorf(at, format, args...)
	s.ended, s.fatal = true, true
}

// cut reports that the document ends within something that starts at a place.
func (s *scanner) cut(what string, start int) {
	s.fatalf(len(s.text), "the document ends within %s that starts in line %d", what, Pos(start))
}

// end is called once all text is read.
func (s *scanner) end() {
	s.ended = true
	if n := len(s.open); n > 0 {
		e := s.open[n-1]
		s.fatalf(len(s.text), "the document ends, want </%s> for <%s> in line %d", e.tag, e.tag, e.pos)
	}
}

func (s *scanner) pop() {
	last := len(s.open) - 1
	s.bindings = s.bindings[:s.open[last].bindings]
	s.open = s.open[:last]
}

// Classes of bytes.
const (
	inName  = 1 << iota // may stand in a name
	isSpace             // XML's white space
	inValue             // is more than itself in a quoted value
)

var class = func() (c [256]uint8) {
	for b := range c {
		switch {
		case 'a' <= b|0x20 && b|0x20 <= 'z', '0' <= b && b <= '9', strings.IndexByte("_-.:", byte(b)) >= 0, b >= utf8.RuneSelf:
			c[b] |= inName
		case b == ' ', b == '\t', b == '\n', b == '\r':
			c[b] |= isSpace
		}
		if strings.IndexByte("\"'<&\t\n\r", byte(b)) >= 0 {
			c[b] |= inValue
		}
	}
	return c
}()

// space skips white space and tells whether there was any.
func (s *scanner) space() bool {
	start := s.i
	for s.i < len(s.text) && class[s.text[s.i]]&isSpace != 0 {
		s.i++
	}
	return s.i > start
}

// scanName reads a name, with its prefix; "" if there is none.
func (s *scanner) scanName() string {
	start := s.i
	for s.i < len(s.text) && class[s.text[s.i]]&inName != 0 {
		s.i++
	}
	name := s.text[start:s.i]
	if name == "" || name[0] <= '9' { // a digit, dash or dot
		s.i = start
		return ""
	}
	return name
}

// startTag reads a start tag; false if it is not one.
func (s *scanner) startTag() bool {
	start := s.i
	s.i++
	s.tag = s.scanName()
	if s.tag == "" {
		if s.i == len(s.text) {
			s.cut("a tag", start)
		} else {
			s.errorf(start, `found %q, want the name of an element behind <, or &lt; for the letter`, shorten(s.text[start:]))
		}
		return false
	}
	if len(s.open) == MaxDepth {
		s.fatalf(start, "element %s stands in %d others, want at most %d", s.tag, MaxDepth, MaxDepth-1)
		return false
	}
	s.pos, s.attributes, s.broken = Pos(start), s.attributes[:0], false
	s.open = append(s.open, element{s.tag, s.pos, len(s.bindings)})
	for s.attribute() {
	}
	if s.ended {
		return false
	}
	s.resolve()
	return true
}

// attribute reads one attribute, or the end of a start tag and returns false.
func (s *scanner) attribute() bool {
	spaced := s.space()
	at := s.i
	switch rest := s.text[s.i:]; {
	case rest == "":
		return s.malformed(at, "")
	case rest[0] == '>':
		s.i++
		return false
	case strings.HasPrefix(rest, "/>"):
		s.i += 2
		s.empty = true
		return false
	}
	name := s.scanName()
	if name == "" {
		return s.malformed(at, "found %q in the tag of %s, want an attribute, > or />", shorten(s.text[at:]), s.tag)
	}
	if !spaced {
		s.errorf(at, "attribute %s of %s follows without a blank", name, s.tag)
	}
	s.space()
	if !strings.HasPrefix(s.text[s.i:], "=") {
		return s.malformed(s.i, "attribute %s of %s has no value, want %s=\"…\"", name, s.tag, name)
	}
	s.i++
	s.space()
	if s.i == len(s.text) || s.text[s.i] != '"' && s.text[s.i] != '\'' {
		return s.malformed(s.i, "the value of attribute %s of %s is not in quotes", name, s.tag)
	}
	value, closed := s.quoted()
	if !closed {
		return s.malformed(at, "the value of attribute %s of %s has no quote at its end, or < stands in it, want &lt;", name, s.tag)
	}
	return s.keep(attribute{name, value, Pos(at)})
}

// malformed reports a mistake in a start tag, goes on to its end and returns
// false.
func (s *scanner) malformed(at int, format string, args ...any) bool {
	s.broken = true
	start := int(s.pos)
	length := strings.IndexAny(s.text[s.i:], "<>")
	if length < 0 {
		s.cut("the tag <"+s.tag, start)
		return false
	}
	s.errorf(at, format, args...)
	s.i += length
	tag := strings.TrimRight(s.text[start:s.i], blank)
	if s.text[s.i] == '>' {
		s.i++
		s.empty = strings.HasSuffix(tag, "/")
	} else { // a quote is missing, not the end of the tag
		s.empty = strings.HasSuffix(tag, "/>")
	}
	return false
}

// quoted reads a value in quotes; closed is false, and the place that of
// the end, if the text ends or < stands in it.
func (s *scanner) quoted() (value string, closed bool) {
	quote := s.text[s.i]
	start, plain := s.i+1, true
	for i := start; i < len(s.text); i++ {
		c := s.text[i]
		if class[c]&inValue == 0 {
			continue
		}
		switch c {
		case quote:
			s.i = i + 1
			if value = s.text[start:i]; !plain {
				value = s.decode(value, start, true)
			}
			return value, true
		case '<':
			s.i = i
			return "", false
		case '"', '\'':
		default:
			plain = false
		}
	}
	s.i = len(s.text)
	return "", false
}

// keep adds an attribute to its element. It returns true.
func (s *scanner) keep(a attribute) bool {
	if a.name == "xmlns" {
		s.declare("", a)
		return true
	}
	if prefix, ok := strings.CutPrefix(a.name, "xmlns:"); ok {
		s.declare(prefix, a)
		return true
	}
	if len(s.attributes) == maxAttributes {
		s.errorf(int(a.pos), "element %s has more than %d attributes", s.tag, maxAttributes)
		return true
	}
	for i := range s.attributes {
		if s.attributes[i].name == a.name {
			s.errorf(int(a.pos), "element %s has attribute %s twice: %q and %q", s.tag, a.name, shorten(s.attributes[i].value), shorten(a.value))
			return true
		}
	}
	s.attributes = append(s.attributes, a)
	return true
}

// declare adds a namespace declaration.
func (s *scanner) declare(prefix string, a attribute) {
	for _, b := range s.bindings[s.open[len(s.open)-1].bindings:] {
		if b.prefix == prefix {
			s.errorf(int(a.pos), "element %s has attribute %s twice: %q and %q", s.tag, a.name, shorten(b.uri), shorten(a.value))
			return
		}
	}
	if len(s.bindings) == maxAttributes {
		s.errorf(int(a.pos), "more than %d namespaces are declared", maxAttributes)
		return
	}
	if a.name != "xmlns" && (prefix == "" || a.value == "") {
		s.errorf(int(a.pos), "found %s=%q, want a prefix and its namespace", a.name, shorten(a.value))
	}
	s.bindings = append(s.bindings, binding{prefix, a.value})
}

// namespace returns what a prefix stands for, and reports one that is not declared.
func (s *scanner) namespace(prefix string, at Pos) string {
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if s.bindings[i].prefix == prefix {
			return s.bindings[i].uri
		}
	}
	const builtin = "http://www.w3.org/XML/1998/namespace"
	switch prefix {
	case "":
		return ""
	case "xml":
		return builtin
	case "edm", "edmx":
		uri := edm + prefix[len("edm"):]
		s.errorf(int(at), "prefix %s is not declared, want xmlns:%s=%q", prefix, prefix, uri)
		return uri
	}
	s.errorf(int(at), "prefix %s is not declared", prefix)
	return prefix // anything but a namespace of CSDL
}

// resolve finds the namespaces of the start tag and its attributes.
func (s *scanner) resolve() {
	prefix, local := s.split(s.tag, s.pos)
	s.uri = s.namespace(prefix, s.pos)
	switch s.uri {
	case edm:
		s.name = local
	case edmx:
		s.name = "edmx:" + local
	default:
		s.name = ""
	}
	for i := range s.attributes {
		if a := &s.attributes[i]; strings.IndexByte(a.name, ':') >= 0 {
			prefix, _ := s.split(a.name, a.pos)
			s.namespace(prefix, a.pos)
		}
	}
}

// split cuts a name into prefix and local name, and reports one that has more.
func (s *scanner) split(name string, at Pos) (prefix, local string) {
	prefix, local = split(name)
	if local == "" || strings.HasPrefix(name, ":") || strings.Contains(local, ":") {
		s.errorf(int(at), "found %q, want a name, or a prefix and a name", shorten(name))
	}
	return prefix, local
}

// split cuts a name into prefix and local name.
func split(name string) (prefix, local string) {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// endTag reads an end tag; false if it ends nothing. If an element further out
// ends, the innermost one ends before it and the tag is read again.
func (s *scanner) endTag(rest string) bool {
	if len(s.open) == 0 {
		s.errorf(s.i, "found %q, but no element is open", shorten(rest))
		s.i++
		s.skipTag()
		return false
	}
	top := s.open[len(s.open)-1]
	if n := 2 + len(top.tag); len(rest) > n && rest[2:n] == top.tag && rest[n] == '>' {
		s.i += n + 1
		s.pop()
		return true
	}
	start := s.i
	s.i += 2
	tag := s.scanName()
	s.space()
	if s.i == len(s.text) {
		s.cut("a tag", start)
		return false
	}
	closed := s.text[s.i] == '>'
	switch {
	case tag == top.tag && closed:
		s.i++
		s.pop()
		return true
	case !closed:
		s.errorf(s.i, "found %q in an end tag, want >", shorten(s.text[s.i:]))
		s.skipTag()
	case s.isOpen(tag):
		s.errorf(start, "found </%s>, want </%s> for <%s> in line %d", tag, top.tag, top.tag, top.pos)
		s.i = start
	default:
		s.errorf(start, "found </%s>, which nothing opens, want </%s> for <%s> in line %d", tag, top.tag, top.tag, top.pos)
		s.i++
		tag = spell.Closest(tag, []string{top.tag})
	}
	if tag == top.tag || s.i == start {
		s.pop()
		return true
	}
	return false
}

func (s *scanner) isOpen(tag string) bool {
	for _, e := range s.open {
		if e.tag == tag {
			return true
		}
	}
	return false
}

// skipTag goes on behind the next >, or to the next tag.
func (s *scanner) skipTag() {
	n := strings.IndexAny(s.text[s.i:], "<>")
	if n < 0 {
		s.i = len(s.text)
		return
	}
	if s.i += n; s.text[s.i] == '>' {
		s.i++
	}
}

// characters reads text up to the next tag.
func (s *scanner) characters(rest string) {
	n := strings.IndexByte(rest, '<')
	if n < 0 {
		n = len(rest)
	}
	s.data, s.dataPos = rest[:n], Pos(s.i)
	if at := strings.Index(s.data, "]]>"); at >= 0 {
		s.errorf(s.i+at, "found ]]> in text, want ]]&gt;")
	}
	if strings.ContainsAny(s.data, "&\r") {
		s.data = s.decode(s.data, s.i, false)
	}
	s.i += n
}

// section reads a CDATA section; false if it has no end.
func (s *scanner) section(rest string) bool {
	const head, tail = "<![CDATA[", "]]>"
	data, _, closed := strings.Cut(rest[len(head):], tail)
	if !closed {
		s.cut("a CDATA section", s.i)
		return false
	}
	s.data, s.dataPos = data, Pos(s.i)
	if strings.Contains(data, "\r") {
		s.data = strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n")
	}
	s.i += len(head) + len(data) + len(tail)
	return true
}

func (s *scanner) comment(rest string) {
	const head, tail = "<!--", "-->"
	body, _, closed := strings.Cut(rest[len(head):], tail)
	if !closed {
		s.cut("a comment", s.i)
		return
	}
	if at := strings.Index(rest[len(head):], "--"); at < len(body) {
		s.errorf(s.i+len(head)+at, "found -- in a comment, want it only at the end")
	}
	s.i += len(head) + len(body) + len(tail)
}

// declaration reports what starts with <! and is neither comment nor CDATA.
func (s *scanner) declaration(rest string) {
	const doctype = "<!DOCTYPE"
	if len(s.open) == 0 && len(rest) > len(doctype) && strings.EqualFold(rest[:len(doctype)], doctype) {
		if _, kind, _ := strings.Cut(rest, " "); len(kind) >= 4 && strings.EqualFold(kind[:4], "html") {
			s.fatalf(s.i, "%s", foundHTML)
			return
		}
		s.fatalf(s.i, "the document has a document type declaration (DOCTYPE), which is not read; want none")
		return
	}
	s.errorf(s.i, "found %q, want an element, a comment or <![CDATA[", shorten(rest))
	s.i++
	s.skipTag()
}

// instruction skips a processing instruction.
func (s *scanner) instruction(rest string) {
	body, _, closed := strings.Cut(rest[2:], "?>")
	if !closed {
		s.cut("a processing instruction", s.i)
		return
	}
	start := s.i
	s.i += 2
	switch name := s.scanName(); {
	case name == "" || strings.Contains(name, ":"):
		s.errorf(start, "found %q, want the name of a processing instruction behind <?", shorten(rest))
	case strings.EqualFold(name, "xml") && strings.TrimPrefix(s.text[:start], bom) != "":
		s.errorf(start, "an XML declaration stands here, want it at the start of the document")
	case strings.EqualFold(name, "xml"):
		s.prolog(start, body[len(name):])
	}
	s.i = start + len("<?") + len(body) + len("?>")
}

// prolog checks the XML declaration.
func (s *scanner) prolog(at int, body string) {
	if v := pseudo(body, "version"); v != "1.0" {
		s.errorf(at, "the XML declaration has version %q, want %q", shorten(v), "1.0")
	}
	if e := pseudo(body, "encoding"); e != "" && !strings.EqualFold(e, "utf-8") {
		s.errorf(at, "the XML declaration has encoding %q, want the document in %q", shorten(e), "utf-8")
	}
}

// pseudo returns what looks like the value of an attribute in a processing instruction.
func pseudo(body, name string) string {
	_, after, _ := strings.Cut(body, name)
	after = strings.TrimLeft(after, blank)
	after = strings.TrimLeft(strings.TrimPrefix(after, "="), blank)
	if after == "" || after[0] != '"' && after[0] != '\'' {
		return ""
	}
	value, _, _ := strings.Cut(after[1:], after[:1])
	return value
}

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// decode replaces references and line ends in raw, which stands at a place.
// In an attribute, blank characters become spaces (XML 1.0, section 3.3.3).
func (s *scanner) decode(raw string, at int, attribute bool) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '&':
			name, _, ok := strings.Cut(raw[i+1:min(len(raw), i+16)], ";")
			if !ok || strings.ContainsAny(name, blank+"&") {
				s.errorf(at+i, "found %q without ; behind it, want &amp; for the letter &", "&")
				b.WriteByte(c)
				continue
			}
			text := reference(name)
			if text == "" {
				text = raw[i : i+len(name)+2]
				s.errorf(at+i, "found %q, want one of &lt; &gt; &amp; &quot; &apos; or &# with a number", text)
			}
			b.WriteString(text)
			i += len(name) + 1
		case c == '\r' && i+1 < len(raw) && raw[i+1] == '\n': // the line feed counts
		case attribute && class[c]&isSpace != 0:
			b.WriteByte(' ')
		case c == '\r':
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// reference returns what &name; stands for; "" if it is none.
func reference(name string) string {
	digits, numeric := strings.CutPrefix(name, "#")
	if !numeric {
		return entities[name]
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !isChar(rune(n)) || !utf8.ValidRune(rune(n)) {
		return ""
	}
	return string(rune(n))
}

// isChar reports whether XML may have a character; surrogates aside.
func isChar(r rune) bool {
	return r >= 0x20 && r != 0xFFFE && r != 0xFFFF || r == '\t' || r == '\n' || r == '\r'
}

// badChar returns the place of the first character that is not valid in XML
// or UTF-8, -1 if there is none.
func badChar(text []byte) int {
	const high, blanks = 0x8080808080808080, 0x2020202020202020
	for i := 0; i < len(text); {
		if i+8 <= len(text) {
			// A byte that is not from 0x20 to 0x7F has its high bit, or gets it.
			if w := binary.LittleEndian.Uint64(text[i:]); (w|(w-blanks))&high == 0 {
				i += 8
				continue
			}
		}
		r, size := utf8.DecodeRune(text[i:])
		if !isChar(r) || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
