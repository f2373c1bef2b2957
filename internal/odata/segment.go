package odata

import "strings"

// A PathSegment is one segment of the path of a URL: a name, such as users,
// microsoft.graph.delta or $count, or an id, with what stands behind it in
// parentheses.
type PathSegment struct {
	Name      string
	HasParens bool         // f() has them, f has not
	Args      []SegmentArg // a key predicate or the arguments of a function
	Keys      []SegmentArg // of a second pair of parentheses, a key predicate
}

// A SegmentArg is one part of a key predicate, ID='x' or just 'x', or an argument
// of a function.
type SegmentArg struct {
	Pos
	Name string // "" if only the value is given
	// Value is a *Literal unless the argument is a parameter alias, another path
	// or, of $filter, any expression. Text without quotes, such as the id in
	// users(abc-1), is a literal of StringKind.
	Value Expr
	Raw   string // the value as it was sent, without the blanks around it
}

// String returns canonical text of the segment, with strings in quotes.
func (s PathSegment) String() string {
	b := []byte(s.Name)
	if s.HasParens {
		b = appendArgs(b, s.Args)
	}
	if s.Keys != nil {
		b = appendArgs(b, s.Keys)
	}
	return string(b)
}

func appendArgs(b []byte, args []SegmentArg) []byte {
	b = append(b, '(')
	b = appendJoined(b, args, ",", func(a SegmentArg, b []byte) []byte { return Arg{Name: a.Name, Value: a.Value}.appendTo(b) })
	return append(b, ')')
}

// ParseSegment parses one segment of the path of a URL, without the slashes
// around it and percent-decoded.
//
// Up to the first "(" every character belongs to the name; without one, s is the
// name. Behind it there is nothing, one value of a key, or values with names; the
// segment ends with ")". As Graph's clients send them, a single value may be text
// without quotes, which holds neither quotes nor parentheses nor commas, and which
// is no name with "=" and a value: messages(AAMk=) has a key, f(a=b) a parameter.
// A mistake is a [*SyntaxError].
func ParseSegment(s string) (PathSegment, error) {
	name, _, parens := strings.Cut(s, "(")
	segment := PathSegment{Name: name, HasParens: parens}
	if !parens {
		return segment, nil
	}
	if strings.Trim(name, blanks) == "" {
		return PathSegment{}, &SyntaxError{Input: s, Offset: len(name), Found: "(", Wanted: "a name"}
	}
	p := newParser(s)
	if p.err == nil {
		p.tok = p.lex(s, len(name))
		p.pathSegment(&segment)
	}
	if p.err != nil {
		return PathSegment{}, p.err
	}
	return segment, nil
}

// pathSegment reads the parentheses of s and goes to the end of the input.
func (p *parser) pathSegment(s *PathSegment) {
	open := p.next()
	switch {
	case p.accept(")"):
	case s.Name[0] == '$':
		s.Args = p.segmentExprs()
	case p.startsSegmentArgs():
		s.Args = p.segmentArgs()
	default:
		s.Args = []SegmentArg{p.bareText(open.end)}
	}
	if p.at("(") && p.input[p.tok.pos-1] == ')' {
		p.next()
		s.Keys = p.segmentArgs()
	}
	if p.tok.kind != endToken {
		p.unexpected(`the end of the segment behind ")"`)
	}
}

// startsSegmentArgs tells whether a literal, an alias or a name and "=" comes
// next, and not text without quotes.
func (p *parser) startsSegmentArgs() bool {
	after := p.lex(p.input, p.tok.end)
	value := p.lex(p.input, after.end)
	switch p.tok.kind {
	case nameToken:
		return after.text == "=" && value.text != ")" || p.isBool() && after.text == ")"
	case literalToken, atToken:
		return after.text == ")" || after.text == "," || p.tok.text[0] == '\''
	case badToken:
		return p.tok.text != "" && p.tok.text[0] == '\''
	}
	return false
}

func (p *parser) isBool() bool { return p.keyword() == "true" || p.keyword() == "false" }

// segmentArgs reads the value of a key, or values with names.
func (p *parser) segmentArgs() []SegmentArg {
	var args []SegmentArg
	for more := true; more; more = p.accept(",") {
		args = append(args, p.segmentArg(len(args) == 0))
	}
	p.endOfArgs(`a comma or ")" at the end of the segment`)
	return args
}

func (p *parser) endOfArgs(wanted string) {
	p.apostrophe()
	if !p.accept(")") {
		p.unexpected(wanted)
	}
}

func (p *parser) segmentArg(first bool) SegmentArg {
	a := SegmentArg{Pos: Pos(p.tok.pos)}
	switch {
	case first && (p.tok.kind == literalToken || p.tok.kind == atToken || p.isBool() && p.followedBy(")")):
		p.valueOf(&a)
		if p.at(",") {
			p.unexpected(`")" at the end of the segment; several keys have names`)
		}
	case p.tok.kind == nameToken && !strings.Contains(p.tok.text, "."):
		a.Name = p.next().text
		p.expect("=")
		p.valueOf(&a)
	default:
		p.unexpected("the name of a key or parameter, or the value of a key")
	}
	return a
}

// valueOf reads the value of a: anything that is not an operation.
func (p *parser) valueOf(a *SegmentArg) {
	pos := p.tok.pos
	a.Value = p.operand()
	if p.err != nil {
		return
	}
	a.Raw = strings.Trim(p.input[pos:p.tok.pos], blanks)
	switch a.Value.(type) {
	case *Literal, *Path, *Array, *Object:
	default:
		p.fail(pos, a.Raw, "a literal, a parameter alias or a path", "")
	}
}

// segmentExprs reads what stands in $filter and in $crossjoin.
func (p *parser) segmentExprs() []SegmentArg {
	var args []SegmentArg
	for more := true; more; more = p.accept(",") {
		a := SegmentArg{Pos: Pos(p.tok.pos)}
		a.Value = p.expr(0)
		if p.err == nil {
			a.Raw = strings.Trim(p.input[a.Pos:p.tok.pos], blanks)
		}
		args = append(args, a)
	}
	p.endOfArgs(`an operator, a comma or ")" at the end of the segment`)
	return args
}

// bareText reads text without quotes, which starts at pos.
func (p *parser) bareText(pos int) SegmentArg {
	rest := p.input[pos:]
	end := strings.IndexAny(rest, `'"(),`)
	switch {
	case end < 0:
		p.fail(len(p.input), "", `")" at the end of the segment`, "")
		return SegmentArg{}
	case rest[end] == ')':
	case p.tok.pos == pos+end: // the text starts with it
		p.unexpected("the value of a key")
	default:
		p.fail(pos+end, rest[end:end+1], `")"; text with quotes, commas or parentheses stands in single quotes`, "")
	}
	start := Pos(p.tok.pos)
	if p.err == nil {
		p.tok = p.lex(p.input, pos+end)
		p.next()
	}
	text := strings.Trim(rest[:end], blanks)
	return SegmentArg{Pos: start, Value: &Literal{Pos: start, Kind: StringKind, Text: text}, Raw: text}
}
