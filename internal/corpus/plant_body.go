package corpus

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// A site is a value of a body, with what the metadata declares of it.
type site struct {
	node     *node
	at       []string // JSON Pointer, in tokens
	typ      string   // "Edm.String", "Collection(microsoft.graph.user)"; "" for the parameters of an action
	nullable bool
	base     *schemas.TypeInfo // declared type of an object or a member of an enumeration, otherwise nil
	info     *schemas.TypeInfo // the type that an object says it is of, otherwise base
	params   []string          // of an action, whose parameters the object is
}

// An edit is a fault that can be planted in a body: one node in the place of another.
type edit struct {
	what      string
	rules     []string
	warnings  []string
	old, with *node
	at        []string // of the fault
	mark      *node    // whose name, or if it is an item whose value, stands where the finding has to point; nil: not asked for
}

// body plants faults in the body of the request.
func (p *planter) body() {
	if p.op.Request == nil {
		return // it takes none
	}
	root, err := parseJSON(p.request.Body)
	if err != nil {
		return // the body is JSON, or the request would not be clean
	}
	p.message()
	p.text(root)
	kinds := make(map[string][]edit)
	add := func(kind string, e edit) { kinds[kind] = append(kinds[kind], e) }
	p.walk(p.rootSite(root), func(s site) { p.edits(s, add) })
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, e := range some(p.random(kind), kinds[kind]) {
			p.plantEdit(kind, root, e)
		}
	}
}

func (p *planter) plantEdit(kind string, root *node, e edit) {
	w := writer{old: e.old, with: e.with, mark: e.mark}
	w.node(root, 0)
	f := Planted{Kind: kind, What: e.what, Request: p.copied(), rules: e.rules, warnings: e.warnings}
	f.Request.Body = []byte(w.String())
	f.Want = Place{In: schemas.InBody, Pointer: pointer(e.at), Exact: true}
	if e.mark != nil {
		offset := w.name
		if len(e.at) == 0 {
			offset = w.value
		}
		f.Want.Line, f.Want.Column = position(w.String(), offset)
	}
	p.plant(f)
}

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

func pointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteString("/" + escaper.Replace(t))
	}
	return b.String()
}

// rootSite returns what the body is.
func (p *planter) rootSite(root *node) site {
	if signatures := p.op.Signatures(); signatures != nil {
		return site{node: root, params: signatures[0]}
	}
	if p.op.Request == nil || p.op.Request.Schema == nil {
		return site{node: root}
	}
	return site{node: root, typ: p.op.Request.Schema.Name()}
}

// walk visits a value and all within it whose type is known.
func (p *planter) walk(s site, visit func(site)) {
	name, collection := item(s.typ)
	inEnvelope := s.at == nil && (collection || strings.HasPrefix(name, "Edm.") || p.isEnum(name))
	if inEnvelope { // {"value": …}
		if i := s.node.index("value"); s.node.open == '{' && i >= 0 {
			p.walk(site{node: s.node.members[i].value, at: []string{"value"}, typ: s.typ, nullable: true}, visit)
		}
		return
	}
	child := func(m member, token, typ string, nullable bool) {
		p.walk(site{node: m.value, at: append(slices.Clip(s.at), token), typ: typ, nullable: nullable}, visit)
	}
	if collection {
		visit(s)
		if s.node.open == '[' {
			for i, m := range s.node.members {
				child(m, strconv.Itoa(i), name, s.nullable)
			}
		}
		return
	}
	s.base = p.typeInfo(name)
	s.info = s.base
	if s.params != nil {
		visit(s)
		for _, param := range s.params {
			name, typ, _ := strings.Cut(param, " ")
			typ, optional := strings.CutSuffix(typ, "?")
			if i := s.node.index(name); s.node.open == '{' && i >= 0 {
				child(s.node.members[i], name, typ, optional || p.isFunction()) // nothing is known of what they may be
			}
		}
		return
	}
	if s.base != nil && isJSON(s.base) {
		return
	}
	if s.base == nil || s.base.Kind == "enum" || s.node.open != '{' {
		visit(s)
		return
	}
	if i := s.node.index(typeMember); i >= 0 {
		text, _ := s.node.members[i].value.isString()
		if actual := p.typeInfo(text); actual != nil && slices.Contains(s.base.Derived, actual.Name) {
			s.info = actual
		}
	}
	visit(s)
	for _, m := range s.node.members {
		if i := slices.IndexFunc(s.info.Members, func(d schemas.MemberInfo) bool { return d.Name == m.name }); i >= 0 {
			child(m, m.name, s.info.Members[i].Type, s.info.Members[i].Nullable)
		}
	}
}

func (p *planter) isEnum(name string) bool {
	info := p.typeInfo(name)
	return info != nil && info.Kind == "enum"
}

const typeMember = "@odata.type"

// A replace plants a text in the place of a value.
type replace func(kind, rule, what, text string)

// types plants values of other JSON types.
func (r replace) types(typ string, texts ...string) {
	for _, text := range texts {
		r("wrong JSON type", "body.type", typ+" "+text, text)
	}
}

// formats plants strings that are not in the format of a type.
func (r replace) formats(kind string, texts ...string) {
	for _, text := range texts {
		r(kind, "body.format", text, quote(text))
	}
}

// large plants numbers that a type can't hold.
func (r replace) large(typ string, texts ...string) {
	for _, text := range texts {
		r(typ[len("Edm."):]+" overflow", "body.constraint", text, text)
	}
}

// edits adds what can be wrong with a value.
func (p *planter) edits(s site, add func(kind string, e edit)) {
	instead := replace(func(kind, rule, what, text string) {
		with := raw(text)
		add(kind, edit{what: what, rules: []string{rule}, old: s.node, with: with, at: s.at, mark: with})
	})
	array := func() {
		with := emptyNode('[', member{value: s.node.copy()})
		add("array for object", edit{what: s.typ, rules: []string{"body.type"}, old: s.node, with: with, at: s.at, mark: with})
	}
	name, collection := item(s.typ)
	isNull := s.node.text == "null"
	switch {
	case collection:
		instead("null for a collection", "body.null", s.typ, "null")
		instead.types(s.typ, `"text"`, `5`)
		with := emptyNode('{', member{"value", s.node.copy()})
		add("object for array", edit{what: s.typ, rules: []string{"body.type"}, old: s.node, with: with, at: s.at, mark: with})
		return
	case name == "Edm.Untyped" || name == "Edm.Stream" || strings.HasPrefix(name, "Edm.Geo"):
		return
	case !s.nullable && s.typ != "" && len(s.at) > 0:
		instead("null for non-nullable", "body.null", s.typ, "null")
	}
	if isNull {
		return
	}
	switch {
	case s.params != nil:
		array()
		p.parameterEdits(s, add)
	case s.base == nil:
		primitiveEdits(name, instead)
	case s.base.Kind == "enum":
		instead.types(s.typ, `5`, `true`, `{}`, `["a"]`)
		if text, ok := s.node.isString(); ok && len(s.base.Members) > 0 && text != "" {
			var names []string
			for _, m := range s.base.Members {
				names = append(names, m.Name)
			}
			r := p.random(pointer(s.at))
			if wrong := misspelt(r, text, names); wrong != "" {
				instead("unknown enum member", "body.enum", wrong, quote(wrong))
			}
			instead("unknown enum member", "body.enum", "random", quote(word(r, names)))
		}
	case s.node.open == '{':
		instead.types(s.typ, `"text"`, `5`, `true`)
		array()
		p.objectEdits(s, add)
		p.absentEdits(s, add)
	}
}

// primitiveEdits adds what can be wrong with a primitive value.
func primitiveEdits(typ string, instead replace) {
	switch typ {
	case "Edm.String":
		instead.types(typ, `5`, `true`, `{"a": "b"}`, `["a"]`)
	case "Edm.Boolean":
		instead.types(typ, `"true"`, `1`, `"yes"`, `[true]`)
	case "Edm.Int32":
		instead.large(typ, "2147483648", "-2147483649", "1e10", "9007199254740993")
		instead.types(typ, `"5"`, `true`, `1.5`, `[1]`)
	case "Edm.Int64":
		instead.large(typ, "9223372036854775808", "1e19")
		instead.types(typ, `true`, `1.5`, `{}`, `[1]`)
	case "Edm.Int16":
		instead.large(typ, "32768", "-32769")
		instead.types(typ, `"5"`, `true`, `1.5`)
	case "Edm.Byte", "Edm.SByte":
		instead.large(typ, "256", "-129")
		instead.types(typ, `"5"`, `true`, `1.5`)
	case "Edm.Double", "Edm.Single":
		instead.types(typ, `"5"`, `true`, `{}`)
	case "Edm.Decimal":
		instead.types(typ, `true`, `{}`, `[1]`)
	case "Edm.Date":
		instead.types(typ, `20201125`, `{}`)
		instead.formats("bad date", "2020-02-30", "25.11.2020", "2020-11-25T00:00:00Z", "11/25/2020", "2020-1-5", "")
	case "Edm.DateTimeOffset":
		instead.types(typ, `1606262400`, `{}`)
		instead.formats("bad date and time", "2020-11-25", "2020-11-25T25:00:00Z", "2020-11-25 08:00:00Z", "2020-11-25T08:00:00",
			"2020-13-01T08:00:00Z", "Wed, 25 Nov 2020 08:00:00 GMT", "yesterday", "")
	case "Edm.Guid":
		instead.types(typ, `5`, `{}`)
		instead.formats("bad GUID", "{b9cf8971-7d55-4b73-9ffa-a584611b600b}", "b9cf8971-7d55-4b73-9ffa-a584611b600", "b9cf89717d554b739ffaa584611b600b",
			"g9cf8971-7d55-4b73-9ffa-a584611b600b", "123", "")
	case "Edm.Duration":
		instead.types(typ, `30`, `{}`)
		instead.formats("bad duration", "30", "1 hour", "PT", "P1H", "01:30:00", "PT1.5H")
	case "Edm.TimeOfDay":
		instead.types(typ, `8`, `{}`)
		instead.formats("bad time of day", "24:00:00", "8:00", "08:60:00", "8am", "")
	case "Edm.Binary":
		instead.types(typ, `5`, `[1, 2]`)
		instead.formats("bad base64", "a b c", "data:image/png;base64,iVBORw0KGgo", "abcde", "äöü")
	}
}

// absentEdits adds members with wrong values that the type declares and the object does not have: of the
// types that are rare in documented bodies.
func (p *planter) absentEdits(s site, add func(kind string, e edit)) {
	for _, m := range s.info.Members {
		if m.Navigation || s.node.index(m.Name) >= 0 || !strings.HasPrefix(m.Type, "Edm.") || m.Type == "Edm.String" || m.Type == "Edm.Boolean" {
			continue
		}
		primitiveEdits(m.Type, func(kind, rule, what, text string) {
			value := raw(text)
			add(kind, edit{
				what: m.Name + ": " + what, rules: []string{rule}, old: s.node, with: s.node.add(member{m.Name, value}),
				at: append(slices.Clip(s.at), m.Name), mark: value,
			})
		})
	}
}

// objectEdits adds what can be wrong with the members of an object.
func (p *planter) objectEdits(s site, add func(kind string, e edit)) {
	r := p.random(pointer(s.at))
	names := p.declared(s.base.Name)
	if !isBag(s.info) {
		p.nameEdits(s, names, s.info.Open, add)
	}
	for i, m := range s.node.members {
		if nav, ok := strings.CutSuffix(m.name, "@odata.bind"); ok && !isBag(s.info) {
			if wrong := misspelt(r, nav, names); wrong != "" {
				p.rename(s, i, wrong+"@odata.bind", "misspelt member", []string{"body.unknown-property"}, nil, add)
			}
		}
	}
	i := s.node.index(typeMember)
	if i < 0 {
		return
	}
	text, ok := s.node.members[i].value.isString()
	if !ok {
		return
	}
	place := append(slices.Clip(s.at), typeMember)
	other := func(kind, rule, text string) {
		with := raw(quote(text))
		add(kind, edit{what: text, rules: []string{rule}, old: s.node.members[i].value, with: with, at: place, mark: with})
	}
	if s.base.Abstract {
		add("missing @odata.type of an abstract type", edit{
			what: text, rules: []string{"body.abstract-type"}, old: s.node, with: s.node.drop(i), at: place,
		})
		other("abstract @odata.type", "body.abstract-type", "#"+s.base.Name)
	}
	dot := strings.LastIndexByte(text, '.')
	if wrong := misspelt(r, text[dot+1:], nil); wrong != "" && p.typeInfo(text[:dot+1]+wrong) == nil {
		other("unknown @odata.type", "body.odata-type", text[:dot+1]+wrong)
	}
	other("unknown @odata.type", "body.odata-type", "#microsoft.graph."+word(r, nil))
	unrelated := "#microsoft.graph.plannerTask"
	if s.base.Kind == "entity" {
		unrelated = "#microsoft.graph.geoCoordinates"
	}
	other("unrelated @odata.type", "body.odata-type", unrelated)
}

// nameEdits adds misspelt, unknown and doubled members.
func (p *planter) nameEdits(s site, declared []string, open bool, add func(kind string, e edit)) {
	r := p.random(pointer(s.at))
	rules, warnings := []string{"body.unknown-property"}, []string(nil)
	if open {
		warnings = []string{"body.open-property"}
	}
	for i, m := range s.node.members {
		if strings.Contains(m.name, "@") {
			continue
		}
		twice := raw(`"again"`)
		add("duplicate key", edit{
			what: m.name, rules: []string{"body.duplicate-member"}, old: s.node, with: s.node.add(member{m.name, twice}),
			at: append(slices.Clip(s.at), m.name), mark: twice,
		})
		if !slices.Contains(declared, m.name) {
			continue
		}
		if wrong := misspelt(r, m.name, declared); wrong != "" {
			p.rename(s, i, wrong, "misspelt member", rules, warnings, add)
		}
	}
	name, value := word(r, declared), raw(`"text"`)
	add("unknown member", edit{
		what: name, rules: rules, warnings: warnings, old: s.node, with: s.node.add(member{name, value}),
		at: append(slices.Clip(s.at), name), mark: value,
	})
}

func (p *planter) rename(s site, i int, wrong, kind string, rules, warnings []string, add func(kind string, e edit)) {
	m := s.node.members[i]
	value := m.value.copy()
	add(kind, edit{
		what: m.name + " → " + wrong, rules: rules, warnings: warnings,
		old: s.node, with: s.node.set(i, member{wrong, value}), at: append(slices.Clip(s.at), wrong), mark: value,
	})
}

// parameterEdits adds what can be wrong with the parameters of an action.
func (p *planter) parameterEdits(s site, add func(kind string, e edit)) {
	var names []string
	for _, param := range s.params {
		name, typ, _ := strings.Cut(param, " ")
		names = append(names, name)
		i := s.node.index(name)
		switch {
		case i < 0 || strings.HasSuffix(typ, "?"):
		case !p.isFunction():
			add("missing parameter", edit{
				what: name, rules: []string{"body.missing-property"}, old: s.node, with: s.node.drop(i), at: []string{name},
			})
		default:
			w := writer{old: s.node, with: s.node.drop(i)}
			w.node(s.node, 0)
			r := p.copied()
			r.Body = []byte(w.String())
			p.plant(Planted{Kind: "missing parameter", What: name, Request: r, rules: []string{"path.missing-parameter"}, Want: p.lastSegment()})
		}
	}
	p.nameEdits(s, names, false, add)
}

// isFunction reports whether the body holds the parameters of a function, as Graph's reference has them
// for Excel. They belong in the path.
func (p *planter) isFunction() bool {
	return p.op.Signatures() != nil && p.op.Request.Optional
}

// lastSegment is the place of a function that lacks something.
func (p *planter) lastSegment() Place {
	path, _, _ := strings.Cut(p.request.URL, "?")
	path = strings.TrimSuffix(path, "/")
	return Place{In: schemas.InPath, Pointer: path[strings.LastIndexByte(path, '/')+1:], Exact: true}
}

// message plants faults around the body: none, or one of another media type.
func (p *planter) message() {
	rule := p.op.Request
	needed := true
	if signatures := p.op.Signatures(); signatures != nil {
		needed = slices.ContainsFunc(signatures[0], func(s string) bool { return !strings.HasSuffix(s, "?") })
	}
	if needed {
		r := p.copied()
		r.Body = nil
		f := Planted{Kind: "missing body", Request: r, rules: []string{"body.missing"}, Want: Place{In: schemas.InBody, Exact: true}}
		if p.isFunction() {
			f.rules, f.Want = []string{"path.missing-parameter"}, p.lastSegment()
		}
		p.plant(f)
	}
	if rule.MediaType != "application/json" || slices.Contains(rule.Also, "*/*") {
		return
	}
	for _, mediaType := range []string{"", "text/csv", "application/x-www-form-urlencoded", "application/xml"} {
		r := p.copied()
		f := Planted{Kind: "wrong Content-Type", What: mediaType, Request: r, rules: []string{"header.content-type"}}
		r.Header.Set("Content-Type", mediaType)
		if mediaType == "" {
			r.Header.Del("Content-Type")
			f.rules = []string{"header.content-type-missing"}
		}
		f.Want = Place{In: schemas.InHeader, Pointer: "Content-Type", Exact: true}
		p.plant(f)
	}
}

// text plants faults that make the body something else than JSON.
func (p *planter) text(root *node) {
	if root.open != '{' {
		return
	}
	var inner []*node
	var scalars, strs, named []*node
	var collect func(n *node)
	collect = func(n *node) {
		_, isString := n.isString()
		switch {
		case n.open != 0 && len(n.members) > 0:
			inner = append(inner, n)
		case n.open == 0:
			scalars = append(scalars, n)
		}
		if isString {
			strs = append(strs, n)
		}
		for _, m := range n.members {
			if n.open == '{' {
				named = append(named, m.value)
			}
			collect(m.value)
		}
	}
	collect(root)
	add := func(kind, rule, what, text string, offset int) {
		f := Planted{Kind: kind, What: what, Request: p.copied(), rules: []string{rule}, Want: Place{In: schemas.InBody}}
		f.Request.Body = []byte(text)
		if offset >= 0 {
			f.Want.Line, f.Want.Column = position(text, offset)
		}
		p.plant(f)
	}
	// swapped writes the body with something in place of a node, and plants it: after is
	// where the fault is within that.
	swapped := func(kind, rule, what string, old, with *node, after int) {
		w := writer{old: old, with: with, mark: with}
		w.node(root, 0)
		add(kind, rule, what, w.String(), w.value+after)
	}
	var whole writer
	whole.node(root, 0)
	text := whole.String()

	add("byte order mark", "body.bom", "", "\ufeff"+text, 0)
	for _, more := range []string{"{}", "}", "undefined"} {
		add("trailing text", "body.trailing-text", more, text+"\n"+more, len(text)+1)
	}
	r := p.random("truncated")
	for range most {
		cut := strings.TrimRight(text[:1+r.IntN(len(text)-1)], " \n")
		for cut != strings.ToValidUTF8(cut, "") { // within a character it is no UTF-8 either
			cut = cut[:len(cut)-1]
		}
		add("truncated", "body.syntax", strconv.Itoa(len(cut))+" bytes", cut, len(cut))
	}
	for _, n := range some(p.random("comment"), scalars) {
		swapped("comment", "body.comment", "block", n, raw(n.text+" /* why */"), len(n.text)+1)
		swapped("comment", "body.comment", "line", n, raw("// why\n"+n.text), 0)
	}
	for _, n := range some(p.random("trailing comma"), inner) {
		with := *n
		with.tail = ","
		w := writer{old: n, with: &with, mark: &with}
		w.node(root, 0)
		var before writer
		last := *n
		last.tail = ",\x00"
		before.old, before.with = n, &last
		before.node(root, 0)
		add("trailing comma", "body.trailing-comma", "", w.String(), strings.IndexByte(before.String(), 0)-1)
	}
	for _, n := range some(p.random("bad UTF-8"), strs) {
		swapped("bad UTF-8", "body.encoding", "Latin-1", n, raw("\"\xe9"+n.text[1:]), 1)
	}
	for _, n := range some(p.random("not JSON"), strs) {
		inside := strings.Trim(n.text, `"`)
		if !strings.Contains(inside, "'") {
			swapped("not JSON", "body.syntax", "single quotes", n, raw("'"+inside+"'"), 0)
		}
		swapped("not JSON", "body.syntax", "no quotes", n, raw("x"+inside), 0)
	}
	for _, n := range some(p.random("no value"), named) {
		w := writer{old: n, with: raw("")}
		w.mark = w.with
		w.node(root, 0)
		rest := strings.TrimLeft(w.String()[w.value:], " \n")
		add("not JSON", "body.syntax", "name without value", w.String(), w.Len()-len(rest))
	}
}
