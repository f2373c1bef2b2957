package odata

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A SelectItem is one item of $select.
type SelectItem struct {
	Pos
	Path    []Segment // may hold casts; its last name may be "*"
	Options Query     // nested options; zero if there are none
}

// An ExpandItem is one item of $expand.
type ExpandItem struct {
	Pos
	Path    []Segment // may hold casts; the last names may be "*", and "$ref", "$count" or "$value"
	Options Query     // nested options; zero if there are none
}

// ParseSelect parses the value of a $select option, already percent-decoded. A
// mistake is a [*SyntaxError].
func ParseSelect(s string) ([]SelectItem, error) { return parse(s, (*parser).selectItems) }

// ParseExpand parses the value of an $expand option, already percent-decoded.
// The places of nested options and of mistakes in them count from the start of
// s. A mistake is a [*SyntaxError].
func ParseExpand(s string) ([]ExpandItem, error) { return parse(s, (*parser).expandItems) }

func (i SelectItem) String() string { return itemText(i.Path, i.Options) }
func (i ExpandItem) String() string { return itemText(i.Path, i.Options) }

func itemText(path []Segment, options Query) string {
	text := string(appendJoined(nil, path, "/", Segment.appendTo))
	if nested := options.String(); nested != "" {
		text += "(" + nested + ")"
	}
	return text
}

// Options that may be nested in an item, by what the item is.
var (
	countOptions  = []string{"$filter", "$search"}
	refOptions    = []string{"$count", "$filter", "$orderby", "$search", "$skip", "$top"}
	selectOptions = []string{"$compute", "$count", "$expand", "$filter", "$orderby", "$search", "$select", "$skip", "$top"}
	expandOptions = []string{
		"$apply", "$compute", "$count", "$expand", "$filter", "$levels", "$orderby", "$search", "$select", "$skip", "$top",
	}
	starOptions = []string{"$levels"}
)

func (p *parser) selectItems() []SelectItem {
	return separated(p, p.selectItem, "a comma")
}

func (p *parser) selectItem() SelectItem {
	item := SelectItem{Pos: Pos(p.tok.pos)}
	item.Path = p.itemPath()
	if last := &item.Path[len(item.Path)-1]; p.at("(") && p.startsNames() && !strings.HasSuffix(last.Name, "*") {
		last.Args = p.parameterNames()
	} else if p.at("(") {
		item.Options = p.nestedOptions(selectOptions)
	}
	return item
}

// startsNames tells whether names stand in the parenthesis that comes next, and
// not options.
func (p *parser) startsNames() bool {
	name := p.lex(p.input, p.tok.end)
	after := p.lex(p.input, name.end)
	return name.kind == nameToken && (after.text == "," || after.text == ")")
}

// parameterNames reads the names that tell which function of several is meant.
func (p *parser) parameterNames() []Arg {
	var args []Arg
	for more := p.accept("("); more; more = p.accept(",") {
		args = append(args, Arg{Pos: Pos(p.tok.pos), Name: p.identifier("the name of a parameter")})
	}
	p.expect(")")
	return args
}

func (p *parser) expandItems() []ExpandItem {
	return separated(p, p.expandItem, "a comma")
}

func (p *parser) expandItem() ExpandItem {
	item := ExpandItem{Pos: Pos(p.tok.pos)}
	item.Path = p.itemPath("$ref", "$count", "$value")
	if !p.at("(") {
		return item
	}
	switch item.Path[len(item.Path)-1].Name {
	case "*":
		item.Options = p.nestedOptions(starOptions)
	case "$count":
		item.Options = p.nestedOptions(countOptions)
	case "$ref":
		item.Options = p.nestedOptions(refOptions)
	case "$value":
		p.unexpected("a comma")
	default:
		item.Options = p.nestedOptions(expandOptions)
	}
	return item
}

// itemPath reads the path of an item, which may end in one of endings.
func (p *parser) itemPath(endings ...string) []Segment {
	var path []Segment
	for {
		t := p.tok
		s := Segment{Pos: Pos(t.pos), Name: t.text}
		star := len(path) > 0 && path[len(path)-1].Name == "*"
		switch {
		case t.kind == nameToken && !star && len(endings) == 0 && p.adjacent(".*"):
			p.next() // all operations of a namespace
			p.next()
			s.Name += ".*"
		case t.kind == nameToken && !star, t.kind == atToken && !star, p.at("*") && !star:
		case isEnding(t.text, endings, len(path) == 0):
			s.Name = strings.ToLower(t.text)
			p.next()
			return append(path, s)
		case p.options > 0 && slices.Contains(expandOptions, strings.ToLower(t.text)):
			p.unexpected("a property; nested options are separated by \";\"")
			return append(path, s)
		default:
			p.unexpected("a property", endings...)
			return append(path, s)
		}
		p.next()
		path = append(path, s)
		if p.at("/") && (!strings.HasSuffix(s.Name, "*") || len(endings) > 0) {
			p.next()
			continue
		}
		return path
	}
}

// isEnding tells whether name is one of endings, in any letter case. Only $value
// may be the first name of a path.
func isEnding(name string, endings []string, first bool) bool {
	name = strings.ToLower(name)
	return slices.Contains(endings, name) && (!first || name == "$value")
}

// nestedOptions reads options in parentheses, separated by ";". They may be
// those of allowed, each once, in any letter case and without "$".
func (p *parser) nestedOptions(allowed []string) Query {
	p.enter()
	defer p.leave()
	p.options++
	defer func() { p.options-- }()

	var q Query
	p.expect("(")
	for {
		p.nestedOption(&q, allowed)
		if !p.accept(";") {
			break
		}
	}
	p.expect(")")
	return q
}

func (p *parser) nestedOption(q *Query, allowed []string) {
	t := p.tok
	if t.kind == atToken && isAlias(t.text) && slices.Contains(allowed, "$compute") {
		if q.Aliases[t.text] != nil {
			p.unexpected("each parameter alias once")
		}
		p.next()
		p.expect("=")
		q.setAlias(t.text, p.aliasValue())
		return
	}
	name, _ := systemName(t.text)
	if !slices.Contains(allowed, name) {
		p.unexpected("one of "+strings.Join(allowed, ", "), allowed...)
		return
	}
	if q.has(name) {
		p.unexpected("each option once")
		return
	}
	p.next()
	p.expect("=")
	p.optionValue(q, name)
}

// optionValue reads the value of an option that is a field of q, one of
// expandOptions.
func (p *parser) optionValue(q *Query, name string) {
	switch name {
	case "$filter":
		q.Filter = p.filter()
	case "$search":
		q.Search = p.search()
	case "$orderby":
		q.OrderBy = p.orderBy()
	case "$select":
		q.Select = p.selectItems()
	case "$expand":
		q.Expand = p.expandItems()
	case "$count":
		q.Count = pointer(p.boolean())
	case "$top":
		q.Top = pointer(p.number())
	case "$skip":
		q.Skip = pointer(p.number())
	case "$levels":
		q.Levels = pointer(p.levels())
	case "$compute":
		q.Compute = p.compute()
	case "$apply":
		q.Apply = p.apply()
	}
}

// aliasValue reads the value of a parameter alias.
func (p *parser) aliasValue() Expr {
	e := p.expr(0)
	p.boundary("an operator or the end", operatorNames...)
	return e
}

func pointer[T any](v T) *T { return &v }

// number reads a whole number that is not negative.
func (p *parser) number() int {
	n, err := strconv.Atoi(p.tok.text)
	if l := p.tok.literal; l == nil || l.Kind != IntKind || p.tok.text[0] == '+' || n < 0 {
		p.unexpected("a whole number that is not negative")
	} else if err != nil {
		p.unexpected(fmt.Sprintf("at most %d", int(^uint(0)>>1)))
	}
	p.next()
	p.boundary("the end")
	return n
}

// levels reads the value of $levels: a number above 0, or max.
func (p *parser) levels() int {
	if p.keyword() == "max" {
		p.next()
		p.boundary("the end")
		return LevelsMax
	}
	if p.tok.literal == nil || strings.Trim(p.tok.text, "0") == "" {
		p.unexpected("a number above 0, or max", "max")
	}
	return p.number()
}

func (p *parser) boolean() bool {
	word := p.keyword()
	if word != "true" && word != "false" {
		p.unexpected("true or false", "true", "false")
	}
	p.next()
	p.boundary("the end")
	return word == "true"
}
