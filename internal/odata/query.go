package odata

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// systemOptions are the names that OData reserves, in canonical spelling.
var systemOptions = []string{
	"$filter", "$select", "$expand", "$orderby", "$search", "$count", "$top", "$skip",
	"$skiptoken", "$deltatoken", "$format", "$apply", "$compute", "$levels", "$index",
	"$schemaversion", "$id",
}

// systemName returns the canonical name of a system option that is sent in any
// letter case, with "$" or without, and whether it is one.
func systemName(sent string) (string, bool) {
	name := "$" + strings.TrimPrefix(strings.ToLower(sent), "$")
	return name, slices.Contains(systemOptions, name)
}

// An Option is one option of the query of a URL.
type Option struct {
	Pos           // in the raw query
	Name   string // canonical ("$filter") if System, otherwise as sent
	Sent   string // name as sent, decoded
	Value  string // decoded
	System bool   // one of OData's options
	// Bare tells that a system option was sent without its "$". An operation may
	// have a parameter of that name; only its declaration can tell.
	Bare bool
}

// String returns the option as part of a raw query: percent-encoded, save for "$".
func (o Option) String() string { return escape(o.Sent) + "=" + escape(o.Value) }

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%24", "$") }

// ParseQuery splits the query of a URL, as it is sent and without "?", into its
// options, in the order of the text. Only "&" separates options; each is split
// at its first "=", the value being "" without one. Empty options, as in "a&&b",
// are left out.
//
// Names and values are percent-decoded once, with "+" for a blank. All options
// are returned even if the error is not nil. It then joins a [*SyntaxError] for
// each place that can't be decoded and stays as it is, and for each option
// that is not UTF-8 after decoding.
func ParseQuery(rawQuery string) ([]Option, error) {
	var options []Option
	d := decoder{query: rawQuery}
	pos := 0
	for part := range strings.SplitSeq(rawQuery, "&") {
		if part != "" {
			options = append(options, d.option(pos, part))
		}
		pos += len(part) + len("&")
	}
	return options, errors.Join(d.errs...)
}

// A decoder undoes the percent-encoding of parts of a query.
type decoder struct {
	query string
	errs  []error
}

// option decodes the option that is sent as part at pos.
func (d *decoder) option(pos int, part string) Option {
	name, value, _ := strings.Cut(part, "=")
	o := Option{Pos: Pos(pos), Sent: d.decode(pos, name)}
	if value != "" {
		o.Value = d.decode(pos+len(name)+len("="), value)
	}
	o.Name, o.System = systemName(o.Sent)
	o.Bare = o.System && !strings.HasPrefix(o.Sent, "$")
	if !o.System {
		o.Name = o.Sent
	}
	return o
}

func (d *decoder) decode(pos int, s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b.WriteByte(' ')
		case '%':
			code, err := strconv.ParseUint(s[i+1:min(i+3, len(s))], 16, 8)
			if err != nil || i+3 > len(s) {
				d.fail(pos+i, s[i:min(i+3, len(s))], "two hexadecimal digits after %", "%25"+s[i+1:min(i+3, len(s))])
				b.WriteByte('%')
				break
			}
			b.WriteByte(byte(code))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	if !utf8.ValidString(b.String()) {
		d.fail(pos, s, "percent-encoded UTF-8", "")
	}
	return b.String()
}

func (d *decoder) fail(pos int, found, wanted, suggestion string) {
	d.errs = append(d.errs, &SyntaxError{Input: d.query, Offset: pos, Found: found, Wanted: wanted, Suggestion: suggestion})
}

// WithOption returns a query, as it is sent, with an option in place of any other of its
// name: in any letter case, with "$" or without. The value is not encoded yet.
func WithOption(rawQuery, name, value string) string {
	var options []string
	for option := range strings.SplitSeq(rawQuery, "&") {
		sent, _, _ := strings.Cut(option, "=")
		sent, _ = url.QueryUnescape(sent)
		if option != "" && !strings.EqualFold(strings.TrimPrefix(sent, "$"), strings.TrimPrefix(name, "$")) {
			options = append(options, option)
		}
	}
	return strings.Join(append(options, name+"="+url.QueryEscape(value)), "&")
}

// LevelsMax is the number that stands for $levels=max.
const LevelsMax = -1

// A Query is a set of parsed options, of a URL or of an item of $select or
// $expand. Nil, for each field, means that the option is not given.
type Query struct {
	Filter  Expr
	Search  SearchExpr
	OrderBy []OrderItem
	Select  []SelectItem
	Expand  []ExpandItem
	Count   *bool
	Top     *int
	Skip    *int
	Levels  *int // nested only; LevelsMax for max
	Compute []ComputeItem
	Apply   []Transformation
	Aliases map[string]Expr // name of a parameter alias, such as "@p" → its value
	// Other holds the options that are given by Set and have no field above, such
	// as $skiptoken and those that are not OData's. Nested options have none.
	Other []Option
}

// Text returns the value of a system option that has no field of its own, such
// as "$skiptoken", and whether q has it.
func (q *Query) Text(name string) (value string, ok bool) {
	for _, o := range q.Other {
		if o.System && o.Name == name {
			return o.Value, true
		}
	}
	return "", false
}

// setAlias adds a parameter alias to q.
func (q *Query) setAlias(name string, value Expr) {
	if q.Aliases == nil {
		q.Aliases = make(map[string]Expr)
	}
	q.Aliases[name] = value
}

// ErrRepeated tells that a system option or a parameter alias is given twice.
var ErrRepeated = errors.New("option is given twice")

// Set parses the value of an option and adds it to q. The error is a
// [*SyntaxError] for a mistake in the value, and wraps [ErrRepeated] for a system
// option or parameter alias that q already has; q then stays as it is. Set may
// not run at the same time as any other use of q or of a copy.
//
// Graph's clients send "@id" with the URL of a resource, unquoted, as the target
// of a $ref: an @id that is not an expression is no alias and goes to Other.
func (q *Query) Set(o Option) error {
	if o.System && q.has(o.Name) {
		return fmt.Errorf("%s: %w", o.Name, ErrRepeated)
	}
	if !o.System && isAlias(o.Name) && wordLength(o.Name[1:]) == len(o.Name)-1 && len(o.Name) > 1 {
		return q.setAliasOption(o)
	}
	if o.Name == "$levels" || !slices.Contains(expandOptions, o.Name) {
		if err := checkText(o); err != nil {
			return err
		}
		q.Other = append(q.Other, o)
		return nil
	}
	set, err := parse(o.Value, func(p *parser) Query {
		next := *q
		p.optionValue(&next, o.Name)
		return next
	})
	if err == nil {
		*q = set
	}
	return err
}

// setAliasOption adds a parameter alias.
func (q *Query) setAliasOption(o Option) error {
	if q.Aliases[o.Name] != nil {
		return fmt.Errorf("%s: %w", o.Name, ErrRepeated)
	}
	value, err := parse(o.Value, (*parser).aliasValue)
	switch {
	case err == nil:
		q.setAlias(o.Name, value)
	case strings.EqualFold(o.Name, "@id"):
		q.Other = append(q.Other, o)
	default:
		return err
	}
	return nil
}

// texts are the system options whose value is not kept in parts: what it looks
// like, and in words.
var texts = map[string]struct {
	pattern *regexp.Regexp
	wanted  string
}{
	"$skiptoken":     {regexp.MustCompile(`(?s)^.`), "a token"},
	"$deltatoken":    {regexp.MustCompile(`(?s)^.`), "a token"},
	"$format":        {regexp.MustCompile(`(?i)^(atom|json|xml|[^\s/;,]+/[^\s/;,]+( *;.*)?)$`), "atom, json, xml or a media type"},
	"$id":            {regexp.MustCompile(`^\S+$`), "the URL of an entity"},
	"$index":         {regexp.MustCompile(`^-?\d+$`), "a whole number"},
	"$schemaversion": {regexp.MustCompile(`^(\*|[-._~0-9A-Za-z]+)$`), "* or a version"},
}

// checkText returns a *SyntaxError if the value of a system option that goes to
// Query.Other is not right.
func checkText(o Option) error {
	t, ok := texts[o.Name]
	if !ok || !o.System || t.pattern.MatchString(o.Value) {
		return nil
	}
	err := &SyntaxError{Input: o.Value, Found: o.Value, Wanted: t.wanted}
	if o.Name == "$format" {
		err.Suggestion = suggest(o.Value, []string{"json", "atom", "xml"})
	}
	return err
}

// has tells whether q has the system option of that name.
func (q *Query) has(name string) bool {
	switch name {
	case "$filter":
		return q.Filter != nil
	case "$search":
		return q.Search != nil
	case "$orderby":
		return q.OrderBy != nil
	case "$select":
		return q.Select != nil
	case "$expand":
		return q.Expand != nil
	case "$count":
		return q.Count != nil
	case "$top":
		return q.Top != nil
	case "$skip":
		return q.Skip != nil
	case "$compute":
		return q.Compute != nil
	case "$apply":
		return q.Apply != nil
	case "$levels":
		if q.Levels != nil {
			return true
		}
	}
	return slices.ContainsFunc(q.Other, func(o Option) bool { return o.System && o.Name == name })
}

// String returns the fields of q as nested options: canonical text, separated
// by ";". Other is left out.
func (q *Query) String() string {
	var options []string
	add := func(name string, value any) { options = append(options, fmt.Sprintf("%s=%v", name, value)) }
	if q.Filter != nil {
		add("$filter", q.Filter)
	}
	if q.Search != nil {
		add("$search", q.Search)
	}
	if q.OrderBy != nil {
		add("$orderby", join(q.OrderBy))
	}
	if q.Select != nil {
		add("$select", join(q.Select))
	}
	if q.Expand != nil {
		add("$expand", join(q.Expand))
	}
	if q.Count != nil {
		add("$count", *q.Count)
	}
	if q.Top != nil {
		add("$top", *q.Top)
	}
	if q.Skip != nil {
		add("$skip", *q.Skip)
	}
	if q.Levels != nil && *q.Levels == LevelsMax {
		add("$levels", "max")
	} else if q.Levels != nil {
		add("$levels", *q.Levels)
	}
	if q.Compute != nil {
		add("$compute", join(q.Compute))
	}
	if q.Apply != nil {
		add("$apply", applyText(q.Apply))
	}
	for _, name := range slices.Sorted(maps.Keys(q.Aliases)) {
		add(name, q.Aliases[name])
	}
	return strings.Join(options, ";")
}

// join prints a list of items.
func join[T fmt.Stringer](items []T) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.String()
	}
	return strings.Join(texts, ",")
}

// ParseCount parses the value of a $count option: true or false, in any letter
// case. Anything else is a [*SyntaxError].
func ParseCount(s string) (bool, error) { return parse(s, (*parser).boolean) }

// ParseTop parses the value of a $top option, a whole number that is not
// negative. Anything else is a [*SyntaxError].
func ParseTop(s string) (int, error) { return parse(s, (*parser).number) }

// ParseSkip parses the value of a $skip option, like [ParseTop].
func ParseSkip(s string) (int, error) { return parse(s, (*parser).number) }
