package odata

import (
	"fmt"
	"strings"
)

// Limits of every text that is parsed. What exceeds them is a *SyntaxError.
const (
	MaxLength = 64 << 10 // bytes
	MaxDepth  = 100      // parentheses, functions, lambdas and signs within each other
)

// A parser reads one text by recursive descent, with one token of lookahead.
// The first mistake is kept in err; from then on the current token is the end
// of the input, so that every rule comes to its own end. What the rules return
// after a mistake is of no use, and may be nil or incomplete.
type parser struct {
	input      string
	lex        func(input string, pos int) token
	tok        token
	depth      int      // of MaxDepth
	options    int      // lists of nested options that are open
	structures int      // arrays and objects with expressions that are open
	vars       []string // variables of the enclosing lambdas
	err        *SyntaxError
}

// parse applies rule to the whole of s.
func parse[T any](s string, rule func(*parser) T) (T, error) {
	p := newParser(s)
	result := rule(p)
	if p.err != nil {
		var none T
		return none, p.err
	}
	return result, nil
}

func newParser(s string) *parser {
	p := &parser{input: s, lex: lexExpr}
	if len(s) > MaxLength {
		p.fail(MaxLength, "", fmt.Sprintf("at most %d bytes", MaxLength), "")
		return p
	}
	p.tok = p.lex(s, 0)
	return p
}

func (p *parser) fail(pos int, found, wanted, suggestion string) {
	if p.err == nil {
		p.err = &SyntaxError{Input: p.input, Offset: pos, Found: found, Wanted: wanted, Suggestion: suggestion}
	}
	p.tok = token{kind: endToken, pos: len(p.input), end: len(p.input)}
}

// unexpected fails at the current token. The suggestion, if any, is one of
// candidates or stands in a table of common mistakes.
func (p *parser) unexpected(wanted string, candidates ...string) {
	if t := p.tok; t.kind == badToken {
		p.fail(t.pos, t.text, t.err.Wanted, t.err.Suggestion)
	} else {
		p.fail(t.pos, t.text, wanted, suggest(t.text, candidates))
	}
}

// next returns the current token and goes to the one after it.
func (p *parser) next() token {
	t := p.tok
	if p.err == nil {
		p.tok = p.lex(p.input, t.end)
	}
	return t
}

// relex reads the current token again by the rules of lex, and all after it.
func (p *parser) relex(lex func(string, int) token) {
	p.lex = lex
	if p.err == nil {
		p.tok = lex(p.input, p.tok.pos)
	}
}

func (p *parser) at(symbol string) bool {
	return p.tok.kind == symbolToken && p.tok.text == symbol
}

// accept goes past symbol if it is the current token.
func (p *parser) accept(symbol string) bool {
	if !p.at(symbol) {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(symbol string) {
	if !p.accept(symbol) {
		p.unexpected(fmt.Sprintf("%q", symbol))
	}
}

// followedBy tells whether symbol comes after the current token.
func (p *parser) followedBy(symbol string) bool {
	t := p.lex(p.input, p.tok.end)
	return t.kind == symbolToken && t.text == symbol
}

// enter counts one more level of nesting, and fails if there are too many. Each
// call is followed by one of leave.
func (p *parser) enter() {
	p.depth++
	if p.depth > MaxDepth {
		p.fail(p.tok.pos, p.tok.text, fmt.Sprintf("at most %d levels of nesting", MaxDepth), "")
	}
}

func (p *parser) leave() { p.depth-- }

// boundary fails unless the value of an option ends here: at the end of the
// input or, among nested options, at ";" or ")".
func (p *parser) boundary(wanted string, candidates ...string) {
	if p.tok.kind == endToken || p.options > 0 && (p.at(";") || p.at(")")) {
		return
	}
	p.unexpected(wanted, candidates...)
}

// separated reads one item or more, separated by commas, to the end of the value.
func separated[T any](p *parser, item func() T, wanted string, candidates ...string) []T {
	items := []T{item()}
	for p.accept(",") {
		items = append(items, item())
	}
	p.boundary(wanted, candidates...)
	return items
}

// keyword is the current token in lower case if it is a name, otherwise "".
func (p *parser) keyword() string {
	if p.tok.kind != nameToken {
		return ""
	}
	return strings.ToLower(p.tok.text)
}
