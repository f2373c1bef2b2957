package corpus

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// query plants faults in the options of the query.
func (p *planter) query() {
	p.unknownOptions()
	name, collection := item(result(p.op))
	info := p.typeInfo(name)
	if p.op.Method != "GET" || info == nil || info.Kind == "enum" || isJSON(info) || isBag(info) ||
		strings.HasSuffix(p.op.Paths[0], "/$ref") || strings.HasSuffix(p.op.Paths[0], "/$value") {
		return
	}
	counted := strings.HasSuffix(p.op.Paths[0], "/$count")
	q := queryPlanter{planter: p, info: info, declared: p.declared(info.Name)}
	q.given()
	if p.seen[p.op.ID] { // the rest does not depend on the request
		return
	}
	p.seen[p.op.ID] = true
	if !counted {
		q.selects()
		q.expands()
	}
	if collection || counted {
		q.sorts(counted)
		q.filters()
	}
	if collection {
		q.numbers()
	}
}

// systemOptions are misspelt; the metadata does not declare them.
var systemOptions = strings.Fields("$select $filter $expand $orderby $top $skip $count $search $skiptoken $deltatoken $format $apply $compute $levels $id $index $schemaversion")

// unknownOptions plants misspelt options.
func (p *planter) unknownOptions() {
	r := p.random("unknown query option")
	for _, name := range some(r, systemOptions[:8]) {
		wrong := misspelt(r, name[1:], nil)
		if wrong == "" || slices.ContainsFunc(systemOptions, func(o string) bool { return strings.EqualFold(o, "$"+wrong) }) {
			continue
		}
		req := p.copied()
		separator := "?"
		if strings.Contains(req.URL, "?") {
			separator = "&"
		}
		req.URL += separator + "$" + wrong + "=id"
		p.plant(Planted{
			Kind: "unknown query option", What: "$" + wrong, Request: req, rules: []string{"query.unknown-option"},
			Want: Place{In: schemas.InQuery, Pointer: "$" + wrong, Exact: true},
		})
	}
}

// A queryPlanter plants faults in the query of a GET.
type queryPlanter struct {
	*planter
	info     *schemas.TypeInfo // of what is addressed, or of its items
	declared []string
}

// option plants a value of an option. at is where the fault is in it, in bytes; below 0: not asked for.
func (q *queryPlanter) option(kind, what, option, value string, at int, rules, warnings []string) {
	req := q.copied()
	path, query, _ := strings.Cut(req.URL, "?")
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !strings.HasPrefix(part, "$") && !strings.HasPrefix(part, "%24") {
			kept = append(kept, part)
		}
	}
	req.URL = path + "?" + strings.Join(append(kept, option+"="+url.QueryEscape(value)), "&")
	f := Planted{Kind: kind, What: what, Request: req, rules: rules, warnings: warnings}
	f.Want = Place{In: schemas.InQuery, Pointer: option, Exact: true}
	if at >= 0 {
		f.Want.Line, f.Want.Column = position(value, at)
	}
	q.plant(f)
}

var unknownProperty = []string{"query.unknown-property"}

// openWarning returns the warning that stands for an error on an open type.
func openWarning(info *schemas.TypeInfo) []string {
	if info.Open {
		return []string{"query.open-property"}
	}
	return nil
}

// wrongNames returns misspellings of some members, and a name that is made up.
func (q *queryPlanter) wrongNames(kind string, members []schemas.MemberInfo) []string {
	if isBag(q.info) { // takes any name
		return nil
	}
	r := q.random(kind)
	var names []string
	for _, m := range some(r, members) {
		if wrong := misspelt(r, m.Name, q.declared); wrong != "" {
			names = append(names, wrong)
		}
	}
	return append(names, word(r, q.declared))
}

// members returns those that fit.
func members(info *schemas.TypeInfo, fits func(m schemas.MemberInfo) bool) []schemas.MemberInfo {
	var list []schemas.MemberInfo
	for _, m := range info.Members {
		if fits(m) {
			list = append(list, m)
		}
	}
	return list
}

// single reports whether a member is one value that can be compared.
func (q *queryPlanter) single(m schemas.MemberInfo) bool {
	return !m.Navigation && (strings.HasPrefix(m.Type, "Edm.") && m.Type != "Edm.Stream" && !strings.HasPrefix(m.Type, "Edm.Geo") && m.Type != "Edm.Untyped" || q.isEnum(m.Type))
}

func isNavigation(m schemas.MemberInfo) bool { return m.Navigation }

func (q *queryPlanter) selects() {
	const kind = "unknown property in $select"
	any := members(q.info, func(m schemas.MemberInfo) bool { return true })
	for _, wrong := range q.wrongNames(kind, any) {
		q.option(kind, wrong, "$select", "id,"+wrong, len("id,"), unknownProperty, openWarning(q.info))
	}
	for _, value := range []string{"id,,id", "id id", ",id", "id,", "id;id", "id)"} {
		q.option("malformed $select", value, "$select", value, -1, []string{"query.syntax"}, nil)
	}
}

func (q *queryPlanter) expands() {
	const kind = "unknown property in $expand"
	navigation := members(q.info, isNavigation)
	for _, wrong := range q.wrongNames(kind, navigation) {
		q.option(kind, wrong, "$expand", wrong, 0, unknownProperty, openWarning(q.info))
	}
	for _, m := range some(q.random("structural"+kind), members(q.info, q.single)) {
		q.option("property in $expand that is no navigation", m.Name, "$expand", m.Name, 0, []string{"query.not-expandable"}, nil)
	}
	for _, m := range some(q.random("nested"), navigation) {
		name, collection := item(m.Type)
		target := q.typeInfo(name)
		if target == nil || isBag(target) {
			continue
		}
		inner := queryPlanter{planter: q.planter, info: target, declared: q.planter.declared(name)}
		for _, wrong := range inner.wrongNames("nested"+m.Name, members(target, inner.single)) {
			before := m.Name + "($select="
			q.option("unknown property in nested $select", wrong, "$expand", before+wrong+")", len(before), unknownProperty, openWarning(target))
			if collection {
				before = m.Name + "($filter="
				q.option("unknown property in nested $filter", wrong, "$expand", before+wrong+" eq null)", len(before), unknownProperty, openWarning(target))
			}
		}
		q.option("misspelt nested option", "$selct", "$expand", m.Name+"($selct=id)", len(m.Name)+1, []string{"query.syntax", "query.unknown-option"}, nil)
		for _, value := range []string{m.Name + "(", m.Name + "($select=id", m.Name + "($select)", m.Name + "($select=id))", m.Name + "()", m.Name + "($top=x)", m.Name + " x"} {
			q.option("malformed $expand", value, "$expand", value, -1, []string{"query.syntax", "query.value"}, nil)
		}
	}
}

func (q *queryPlanter) sorts(counted bool) {
	single := members(q.info, q.single)
	if counted || len(single) == 0 {
		return
	}
	const kind = "unknown property in $orderby"
	for _, wrong := range q.wrongNames(kind, single) {
		q.option(kind, wrong, "$orderby", wrong+" desc", 0, unknownProperty, openWarning(q.info))
	}
	name := single[0].Name
	for _, value := range []string{name + " descending", name + " asc desc", "," + name, name + ",", name + " desc asc", name + ";id", "(" + name, ""} {
		q.option("malformed $orderby", value, "$orderby", value, -1, []string{"query.syntax"}, nil)
	}
}

func (q *queryPlanter) numbers() {
	for _, option := range []string{"$top", "$skip"} {
		for _, value := range []string{"x", "-1", "1.5", "", "ten"} {
			q.option("malformed number", option+"="+value, option, value, -1, []string{"query.value"}, nil)
		}
	}
	for _, value := range []string{"yes", "1", ""} {
		q.option("malformed number", "$count="+value, "$count", value, -1, []string{"query.value"}, nil)
	}
}

// literals are values of types, as they stand in $filter, and one that they are not compared with.
var literals = map[string]struct{ right, wrong []string }{
	"Edm.String":         {[]string{"'x'"}, []string{"5", "true", "2020-11-25"}},
	"Edm.Boolean":        {[]string{"true"}, []string{"'true'", "1", "'x'"}},
	"Edm.Int32":          {[]string{"5"}, []string{"'5'", "true", "'x'"}},
	"Edm.Int64":          {[]string{"5"}, []string{"'5'", "true", "'x'"}},
	"Edm.Double":         {[]string{"5"}, []string{"'5'", "true", "'x'"}},
	"Edm.Guid":           {[]string{"b9cf8971-7d55-4b73-9ffa-a584611b600b"}, []string{"5", "true", "'x'"}},
	"Edm.DateTimeOffset": {[]string{"2020-11-25T08:00:00Z"}, []string{"'2020-11-25T08:00:00Z'", "5", "true", "'x'"}},
	"Edm.Date":           {[]string{"2020-11-25"}, []string{"'2020-11-25'", "5", "true"}},
	"Edm.Duration":       {[]string{"duration'PT1H'"}, []string{"5", "true"}},
}

func (q *queryPlanter) filters() {
	single := members(q.info, q.single)
	if len(single) == 0 {
		return
	}
	const kind = "unknown property in $filter"
	for _, wrong := range q.wrongNames(kind, single) {
		q.option(kind, wrong, "$filter", wrong+" eq 'x'", 0, unknownProperty, openWarning(q.info))
		q.option(kind, wrong, "$filter", "startswith("+wrong+",'x')", len("startswith("), unknownProperty, openWarning(q.info))
	}
	q.paths()
	for _, m := range some(q.random("literal"), single) {
		for _, wrong := range literals[m.Type].wrong {
			before := m.Name + " eq "
			q.option("wrong literal type in $filter", m.Type+" eq "+wrong, "$filter", before+wrong, len(before), []string{"query.type"}, nil)
		}
		if q.isEnum(m.Type) {
			q.enum(m)
		}
	}
	text := slices.IndexFunc(single, func(m schemas.MemberInfo) bool { return m.Type == "Edm.String" })
	if text < 0 {
		return
	}
	q.malformed(single[text].Name)
	q.functions(single[text].Name)
}

// paths plants unknown names behind complex properties.
func (q *queryPlanter) paths() {
	complex := members(q.info, func(m schemas.MemberInfo) bool {
		t := q.typeInfo(m.Type)
		return !m.Navigation && t != nil && t.Kind == "complex" && !isJSON(t) && !isBag(t)
	})
	for _, m := range some(q.random("paths"), complex) {
		t := q.typeInfo(m.Type)
		inner := queryPlanter{planter: q.planter, info: t, declared: q.planter.declared(t.Name)}
		for _, wrong := range inner.wrongNames("path"+m.Name, t.Members) {
			q.option("unknown property in $filter", m.Name+"/"+wrong, "$filter", m.Name+"/"+wrong+" eq 'x'", len(m.Name)+1, unknownProperty, openWarning(t))
		}
	}
}

func (q *queryPlanter) enum(m schemas.MemberInfo) {
	info := q.typeInfo(m.Type)
	if len(info.Members) == 0 {
		return
	}
	r := q.random("enum" + m.Name)
	var names []string
	for _, e := range info.Members {
		names = append(names, e.Name)
	}
	before := m.Name + " eq "
	for _, wrong := range []string{misspelt(r, pick(r, names), names), word(r, names)} {
		if wrong != "" {
			q.option("unknown enum member in $filter", wrong, "$filter", before+"'"+wrong+"'", len(before), []string{"query.enum"}, nil)
		}
	}
	q.option("wrong literal type in $filter", "enum eq true", "$filter", before+"true", len(before), []string{"query.type"}, nil)
}

// malformed plants conditions that are none.
func (q *queryPlanter) malformed(name string) {
	syntax := []string{"query.syntax"}
	for _, value := range []string{
		"N eq", "eq 'x'", "N 'x'", "N eq 'x", "N eq x'", "N eq 'x' and", "N eq 'x' or", "and N eq 'x'",
		"(N eq 'x'", "N eq 'x')", "((N eq 'x')", "N equals 'x'", "N = 'x'", "N == 'x'", "N eq \"x\"", "N eq 'x' && N eq 'y'",
		"N eq 'x' N eq 'y'", "N eq 'x',", "N eq 'x' 'y'", "()", "", "N eq 'it's'", "not", "N eqq 'x'", "N eq 'x'; N eq 'y'",
		"startswith(N 'x')", "startswith(N,'x'", "startswith(N,", "N is 'x'", "N > 5", "N in ('x'", "N in 'x','y'", "N eq eq 'x'",
	} {
		q.option("malformed filter", value, "$filter", strings.ReplaceAll(value, "N", name), -1, syntax, nil)
	}
	for _, value := range []string{"N eq 'x' eq 'y'", "N lt 'x' lt 'z'", "N", "'x'", "N and N", "not N", "5", "N add 'x'"} {
		q.option("filter that is no condition", value, "$filter", strings.ReplaceAll(value, "N", name), -1, []string{"query.type", "query.syntax"}, nil)
	}
}

// functions plants functions that OData does not have, and wrong arguments.
func (q *queryPlanter) functions(name string) {
	unknown := []string{"query.unknown-function", "query.syntax"}
	for _, function := range []string{"strtswith", "startwith", "contain", "like", "endwith", "isnull"} {
		q.option("unknown function", function, "$filter", function+"("+name+",'x')", 0, unknown, nil)
	}
	q.option("unknown function", "tolowr", "$filter", "tolowr("+name+") eq 'x'", 0, unknown, nil)
	for _, value := range []string{"startswith(N,5)", "length(5) eq 1", "year(N) eq 2020"} {
		q.option("wrong arguments of a function", value, "$filter", strings.ReplaceAll(value, "N", name), -1, []string{"query.argument"}, nil)
	}
	for _, value := range []string{"startswith(N)", "startswith(N,'x','y')", "tolower() eq 'x'"} { // their number is a matter of grammar
		q.option("wrong arguments of a function", value, "$filter", strings.ReplaceAll(value, "N", name), -1, []string{"query.syntax"}, nil)
	}
}

var nameInValue = regexp.MustCompile(`'[^']*'|[\w$@/.:]+`)

// given misspells the names in the options that the request has.
func (q *queryPlanter) given() {
	_, query, _ := strings.Cut(q.request.URL, "?")
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		value, err := url.QueryUnescape(value)
		if err != nil || !slices.Contains([]string{"$select", "$filter", "$expand", "$orderby"}, name) {
			continue
		}
		r := q.random(part)
		depth, last := 0, 0
		for _, at := range nameInValue.FindAllStringIndex(value, -1) {
			depth += strings.Count(value[last:at[0]], "(") - strings.Count(value[last:at[0]], ")")
			last = at[1]
			word := value[at[0]:at[1]]
			if name == "$expand" && depth > 0 || !slices.ContainsFunc(q.info.Members, func(m schemas.MemberInfo) bool { return m.Name == word }) {
				continue
			}
			if wrong := misspelt(r, word, q.declared); wrong != "" {
				q.option("unknown property in "+name, word+" → "+wrong, name, value[:at[0]]+wrong+value[at[1]:], at[0], unknownProperty, openWarning(q.info))
			}
		}
	}
}
