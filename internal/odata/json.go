package odata

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// structure reads an array or object, rule arrayOrObject. One in JSON is a
// literal, unless it stands within one that has expressions in it.
func (p *parser) structure() Expr {
	if p.structures == 0 {
		if l := p.json(); l != nil {
			return l
		}
	}
	p.structures++
	var e Expr
	if p.at("[") {
		e = p.array()
	} else {
		e = p.object()
	}
	p.structures--
	if p.structures > 0 || p.err != nil {
		return e
	}
	if text := e.appendTo(nil); jsontext.Value(text).IsValid() { // such as [+1]
		return &Literal{Pos: Pos(e.Offset()), Kind: JSONKind, Text: string(text)}
	}
	return e
}

// json reads an array or object in JSON. It returns nil, and nothing is read, if
// there is none.
func (p *parser) json() *Literal {
	text := p.input[p.tok.pos:]
	d := jsontext.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.ReadToken(); err != nil || p.depth+d.StackDepth() > MaxDepth {
			return nil
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	end := int(d.InputOffset())
	value := jsontext.Value(text[:end])
	if value.Compact() != nil {
		return nil
	}
	l := &Literal{Pos: Pos(p.tok.pos), Kind: JSONKind, Text: string(value)}
	p.tok = p.lex(p.input, p.tok.pos+end)
	return l
}

// array reads an array whose items may be expressions.
func (p *parser) array() *Array {
	p.enter()
	defer p.leave()
	e := &Array{Pos: Pos(p.next().pos)}
	if p.accept("]") {
		return e
	}
	for {
		e.Items = append(e.Items, p.item())
		if !p.accept(",") {
			break
		}
	}
	if !p.accept("]") {
		p.unexpected(`an operator, a comma or "]"`, operatorNames...)
	}
	return e
}

// object reads an object whose values may be expressions.
func (p *parser) object() *Object {
	p.enter()
	defer p.leave()
	e := &Object{Pos: Pos(p.next().pos)}
	if p.accept("}") {
		return e
	}
	names := make(map[string]bool)
	for {
		e.Members = append(e.Members, p.member(names))
		if !p.accept(",") {
			break
		}
	}
	if !p.accept("}") {
		p.unexpected(`an operator, a comma or "}"`, operatorNames...)
	}
	return e
}

// member reads one member of an object that has members of the given names.
func (p *parser) member(names map[string]bool) Member {
	pos := p.tok.pos
	name := p.jsonString()
	switch {
	case name == nil:
		p.unexpected("a name in double quotes")
		return Member{}
	case names[name.Text]:
		p.fail(pos, strings.Trim(p.input[pos:p.tok.pos], blanks), "each name once", "")
	}
	names[name.Text] = true
	p.expect(":")
	return Member{Pos: Pos(pos), Name: name.Text, Value: p.item()}
}

// item reads a value within an array or object, rule valueInUrl.
func (p *parser) item() Expr {
	if s := p.jsonString(); s != nil {
		return s
	}
	if p.err == nil && strings.HasPrefix(p.input[p.tok.pos:], `"`) {
		p.fail(p.tok.pos, p.tok.text, "a value; in double quotes a string of JSON", "")
	}
	return p.expr(0)
}

// jsonString reads a string in double quotes, nil if there is none.
func (p *parser) jsonString() *Literal {
	pos := p.tok.pos
	if p.err != nil || !strings.HasPrefix(p.input[pos:], `"`) {
		return nil
	}
	d := jsontext.NewDecoder(strings.NewReader(p.input[pos:]))
	s, err := d.ReadToken()
	if err != nil {
		return nil
	}
	l := &Literal{Pos: Pos(pos), Kind: StringKind, Text: s.String()}
	p.tok = p.lex(p.input, pos+int(d.InputOffset()))
	return l
}
