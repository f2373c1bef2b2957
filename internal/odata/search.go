package odata

import (
	"fmt"
	"strings"
	"unicode"
)

// ParseSearch parses the value of a $search option, already percent-decoded:
// words and "phrases", combined by NOT, AND (or nothing) and OR, from strongest
// to weakest, and by parentheses.
//
// The operators are upper case; in lower case they are words. As in the OData
// ABNF, a word consists of letters, digits, commas and dots; all else is quoted,
// with \" and \\ for a quote and a backslash, and Graph's clauses
// "property:text" are phrases too. A mistake is a [*SyntaxError].
func ParseSearch(s string) (SearchExpr, error) { return parse(s, (*parser).search) }

// A SearchExpr is a search: one of [*SearchTerm], [*SearchNot] and [*SearchBinary].
type SearchExpr interface {
	fmt.Stringer // canonical text
	Offset() int // place in the text, see [Pos]
	precedence() int
	appendTo(text []byte) []byte
}

// A SearchTerm is a word or a phrase to look for.
type SearchTerm struct {
	Pos
	Text   string // without quotes, escapes undone; not empty
	Phrase bool   // quoted
}

// Clause splits a phrase "property:text", as Graph's directory wants them. It
// returns "" and the whole text if t is no such phrase.
func (t *SearchTerm) Clause() (property, text string) {
	property, text, ok := strings.Cut(t.Text, ":")
	if !t.Phrase || !ok || property == "" || wordLength(property) != len(property) {
		return "", t.Text
	}
	return property, text
}

// A SearchNot is NOT X.
type SearchNot struct {
	Pos
	X SearchExpr
}

// A SearchBinary is two searches. It has the place of its left one.
type SearchBinary struct {
	Pos
	Op          Op // And or Or
	Left, Right SearchExpr
}

func (t *SearchTerm) precedence() int   { return primaryPrecedence }
func (n *SearchNot) precedence() int    { return unaryPrecedence }
func (b *SearchBinary) precedence() int { return precedences[b.Op] }

func (t *SearchTerm) String() string   { return string(t.appendTo(nil)) }
func (n *SearchNot) String() string    { return string(n.appendTo(nil)) }
func (b *SearchBinary) String() string { return string(b.appendTo(nil)) }

func (t *SearchTerm) appendTo(text []byte) []byte {
	if !t.Phrase {
		return append(text, t.Text...)
	}
	text = append(text, '"')
	text = append(text, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t.Text)...)
	return append(text, '"')
}

func (n *SearchNot) appendTo(text []byte) []byte {
	text = append(text, "NOT "...)
	return appendSearch(text, n.X, n.precedence())
}

func (b *SearchBinary) appendTo(text []byte) []byte {
	text = appendSearch(text, b.Left, b.precedence())
	text = append(text, ' ')
	text = append(text, strings.ToUpper(string(b.Op))...)
	text = append(text, ' ')
	return appendSearch(text, b.Right, b.precedence()+1)
}

// appendSearch prints e, in parentheses if it binds less than weakest.
func appendSearch(text []byte, e SearchExpr, weakest int) []byte {
	if e.precedence() >= weakest {
		return e.appendTo(text)
	}
	text = append(text, '(')
	text = e.appendTo(text)
	return append(text, ')')
}

func (p *parser) search() SearchExpr {
	lex := p.lex
	p.relex(lexSearch)
	e := p.searchOr()
	p.boundary(`a term, AND, OR or NOT`)
	p.relex(lex)
	return e
}

func (p *parser) atWord(word string) bool { return p.tok.kind == nameToken && p.tok.text == word }

func (p *parser) searchOr() SearchExpr {
	pos := Pos(p.tok.pos)
	left := p.searchAnd()
	for p.atWord("OR") {
		p.next()
		left = &SearchBinary{Pos: pos, Op: Or, Left: left, Right: p.searchAnd()}
	}
	return left
}

func (p *parser) searchAnd() SearchExpr {
	pos := Pos(p.tok.pos)
	left := p.searchNot()
	for {
		switch {
		case p.atWord("AND"):
			p.next()
		case p.atWord("OR"), p.tok.kind != nameToken && p.tok.kind != literalToken && !p.at("("):
			return left
		}
		left = &SearchBinary{Pos: pos, Op: And, Left: left, Right: p.searchNot()}
	}
}

func (p *parser) searchNot() SearchExpr {
	p.enter()
	defer p.leave()
	t := p.tok
	switch {
	case p.atWord("NOT"):
		p.next()
		return &SearchNot{Pos: Pos(t.pos), X: p.searchNot()}
	case p.accept("("):
		e := p.searchOr()
		p.expect(")")
		return e
	case t.kind == literalToken, t.kind == nameToken && t.text != "AND" && t.text != "OR":
		p.next()
		return t.term()
	}
	p.unexpected("a word or a phrase in double quotes")
	return nil
}

// term makes a search term of a token of lexSearch.
func (t token) term() *SearchTerm {
	if t.literal != nil {
		return &SearchTerm{Pos: Pos(t.pos), Text: t.literal.Text, Phrase: true}
	}
	return &SearchTerm{Pos: Pos(t.pos), Text: t.text}
}

// lexSearch is the lexer of $search. Words are names, phrases are literals.
func lexSearch(input string, pos int) token {
	pos += len(input[pos:]) - len(strings.TrimLeft(input[pos:], blanks))
	rest := input[pos:]
	switch {
	case rest == "":
		return token{kind: endToken, pos: pos, end: pos}
	case strings.IndexByte("();", rest[0]) >= 0:
		return token{kind: symbolToken, pos: pos, end: pos + 1, text: rest[:1]}
	case rest[0] == '"':
		return lexPhrase(input, pos)
	}
	if quotes := quoted.FindStringSubmatch(rest); quotes != nil {
		return bad(input, pos, len(quotes[0]), "a phrase in double quotes", `"`+quotes[1]+`"`)
	}
	end := strings.IndexAny(rest, " \t\r\n();")
	if end < 0 {
		end = len(rest)
	}
	word := rest[:end]
	if strings.ContainsFunc(word, func(r rune) bool { return !inWord(r) }) {
		return bad(input, pos, end, "double quotes around what has more than letters, digits, commas and dots",
			`"`+strings.ReplaceAll(word, `"`, "")+`"`)
	}
	return token{kind: nameToken, pos: pos, end: pos + end, text: word}
}

func inWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.N, unicode.M) || r == ',' || r == '.'
}

func lexPhrase(input string, pos int) token {
	var text strings.Builder
	for i := pos + 1; i < len(input); i++ {
		switch c := input[i]; {
		case c == '"' && text.Len() == 0:
			return bad(input, pos, i+1-pos, "a phrase that is not empty", "")
		case c == '"':
			return literalAt(input, pos, i+1-pos, StringKind, text.String())
		case c == '\\' && i+1 < len(input) && (input[i+1] == '"' || input[i+1] == '\\'):
			i++
			text.WriteByte(input[i])
		default:
			text.WriteByte(c)
		}
	}
	return bad(input, pos, len(input)-pos, "a closing quote", "")
}
