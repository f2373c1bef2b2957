package schemas

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	xmessage "golang.org/x/text/message"

	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// checkJSON reports what is wrong with a JSON body and returns its value in the
// contract's spelling, nil if it can't be read.
func (c *checker) checkJSON(body jsonBody, in Location, schema *Schema) any {
	for _, p := range body.problems {
		c.addJSONProblem(p, in)
	}
	if !body.ok {
		return nil
	}
	value := schema.body.judge(c, body.value, in)
	c.locateBody()
	return value
}

// judge holds a value to the schema. Members in another letter case are renamed first,
// so that the values below them are looked at too.
func (s *fileSchema) judge(c *checker, value any, in Location) any {
	violations, err := s.validate(value)
	if err != nil {
		panic(err) // Load compiles every schema, and a test those that are embedded
	}
	for { // what stands within a respelt member is seen in the next round
		respelt, ok := c.respell(value, violations)
		if !ok {
			break
		}
		value = respelt
		if violations, err = s.validate(value); err != nil {
			panic(err)
		}
	}
	c.reportRespelt(in)
	wrongType := make(map[string]bool) // pointers of values whose other faults say nothing more
	for _, v := range violations {
		if _, ok := v.keyword.(*kind.Type); ok {
			wrongType[pointer(v.path)] = true
		}
	}
	for _, v := range violations {
		if _, ok := v.keyword.(*kind.Type); !ok && wrongType[pointer(v.path)] {
			continue
		}
		for _, f := range c.violationFindings(v) {
			f.In = in
			c.addBody(f)
		}
	}
	return value
}

// addBody adds a finding about a JSON body. Its place in the text is left to locateBody.
func (c *checker) addBody(f Finding) {
	f.Rule = cmp.Or(c.shapeRule, ruleIn(f.In, f.Rule))
	f.Pointer = c.asSent(f.Pointer)
	c.add(f)
}

// ruleIn returns the rule of requests or responses that goes by a name.
func ruleIn(in Location, rule string) string {
	if in == InResponseBody {
		return "response" + strings.TrimPrefix(strings.TrimPrefix(rule, "response"), "body")
	}
	return rule
}

// locateBody gives the findings about a JSON body their places in its text.
func (c *checker) locateBody() {
	var pointers []string
	var findings []*Finding
	for i := range c.verdict.Findings {
		if f := &c.verdict.Findings[i]; f.Line == 0 && (f.In == InBody || f.In == InResponseBody) {
			findings, pointers = append(findings, f), append(pointers, f.Pointer)
		}
	}
	if findings == nil {
		return
	}
	for i, offset := range locate(c.Body, pointers) {
		findings[i].Line, findings[i].Column = strictjson.Position(c.Body, offset)
	}
}

var jsonProblemText = map[strictjson.Kind]struct{ message, wanted string }{
	strictjson.Empty:         {"the body holds nothing but space", "a JSON value"},
	strictjson.Encoding:      {"a byte is not UTF-8", "UTF-8"},
	strictjson.ByteOrderMark: {"the body starts with a byte order mark", "no byte order mark"},
	strictjson.Comment:       {"JSON has no comments", "no comment"},
	strictjson.TrailingComma: {"there is a comma before the closing bracket", "no comma"},
	strictjson.DuplicateName: {"the object has this member twice", "each member once"},
	strictjson.TrailingText:  {"something follows the JSON value", "the end of the body"},
	strictjson.TooDeep:       {fmt.Sprintf("the body is nested deeper than %d levels", maxDepth), fmt.Sprintf("at most %d levels", maxDepth)},
	strictjson.Syntax:        {"the body is not JSON", "JSON"},
}

func (c *checker) addJSONProblem(p strictjson.Problem, in Location) {
	text := jsonProblemText[p.Kind]
	rule := ruleIn(in, "body."+string(p.Kind))
	if c.muted(rule, in) {
		return
	}
	f := Finding{
		Rule: rule, In: in, Pointer: p.Pointer,
		Message: text.message, Found: clip(p.Found), Wanted: text.wanted,
	}
	if p.Detail != "" {
		f.Message += ": " + p.Detail
	}
	f.Line, f.Column = strictjson.Position(c.Body, p.Offset)
	c.add(f)
}

func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteByte('/')
		b.WriteString(strictjson.Escape(token))
	}
	return b.String()
}

// violationFindings says in the words of the rules what breaks the schema. Most
// violations are one finding; missing and unknown members are one each.
func (c *checker) violationFindings(v violation) []Finding {
	at := pointer(v.path)
	f := Finding{Pointer: at, Source: v.source}
	switch k := v.keyword.(type) {
	case *kind.AdditionalProperties:
		return c.unknownProperties(v, k.Properties)
	case *kind.Required:
		var out []Finding
		for _, name := range k.Missing {
			out = append(out, c.missingProperty(v, name))
		}
		return out
	case *kind.Type:
		f.Rule, f.Found, f.Wanted = "body.type", show(valueAt(v.root, v.path)), strings.Join(k.Want, " or ")
		f.Message = fmt.Sprintf("%s is %s, not %s", nameOf(v.path), article(k.Got), article(f.Wanted))
		if k.Got == "null" {
			f.Rule = "body.null"
			f.Message = fmt.Sprintf("null is not a valid value for %s", nameOf(v.path))
		}
	case *kind.Enum:
		return []Finding{c.wrongMember(v, k.Got, k.Want)}
	case *kind.Const:
		return []Finding{c.wrongMember(v, k.Got, []any{k.Want})}
	case *kind.Format:
		f.Rule, f.Found, f.Wanted = "body.format", show(k.Got), k.Want
		f.Message = fmt.Sprintf("%s is not a well-formed %s", nameOf(v.path), k.Want)
		if k.Want == "uuid" {
			f.Rule, f.Wanted = "body.id-format", "a GUID"
			f.Message = fmt.Sprintf("%s is not a GUID, as the service's identifiers are", nameOf(v.path))
		}
	default:
		f.Rule = "body.constraint"
		f.Message = fmt.Sprintf("%s: %s", nameOf(v.path), v.keyword.LocalizedString(english()))
	}
	return []Finding{f}
}

func english() *xmessage.Printer { return xmessage.NewPrinter(language.English) }

func (c *checker) unknownProperties(v violation, names []string) []Finding {
	declared := slices.Sorted(maps.Keys(v.part.Properties))
	var out []Finding
	names = slices.Sorted(slices.Values(names))
	for _, name := range names[:min(len(names), maxFindings)] {
		out = append(out, Finding{
			Rule: "body.unknown-property", Pointer: pointer(append(slices.Clone(v.path), name)), Source: v.source,
			Found: clip(name), Wanted: strings.Join(declared, ", "), Suggestion: c.verdict.Contract.meant(name, declared),
			Message: fmt.Sprintf("%s has no member %q", nameOf(v.path), clip(name)),
		})
	}
	return out
}

func (c *checker) missingProperty(v violation, name string) Finding {
	f := Finding{
		Rule: "body.missing-property", Pointer: pointer(append(slices.Clone(v.path), name)), Source: v.source,
		Found: "nothing", Message: fmt.Sprintf("%s needs a member %q", nameOf(v.path), name),
	}
	if property := v.part.Properties[name]; property != nil {
		f.Wanted = describe(property)
		if allowed := members(property); name == typeMember && len(allowed) > 0 {
			f.Rule = "body.abstract-type"
			f.Message = fmt.Sprintf("%s is of an abstract type: %q has to name a concrete one", nameOf(v.path), name)
			f.Suggestion, _ = allowed[0].(string)
		}
	}
	return f
}

const typeMember = "@odata.type"

// wrongMember explains a value that is none of those allowed.
func (c *checker) wrongMember(v violation, got any, allowed []any) Finding {
	f := Finding{
		Rule: "body.enum", Pointer: pointer(v.path), Source: v.source,
		Found: show(got), Wanted: list(allowed),
		Message: fmt.Sprintf("%s is not a value of %s", show(got), nameOf(v.path)),
	}
	text, isText := got.(string)
	names := texts(allowed)
	isType := len(v.path) > 0 && v.path[len(v.path)-1] == typeMember
	switch i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, text) || isType && strings.EqualFold(n, "#"+text) }); {
	case !isText:
		f.Rule = "body.fixed-value"
	case i >= 0 && isType && !strings.HasPrefix(text, "#"):
		f.Rule, f.Suggestion = "body.type-hash", names[i]
		f.Message = fmt.Sprintf("%q should start with #; Graph accepts it without", text)
	case i >= 0:
		f.Rule, f.Suggestion = "body.enum-case", names[i]
		f.Message = fmt.Sprintf("the contract writes %q; Graph accepts any letter case", names[i])
	case isType && c.verdict.Contract.abstract[strings.TrimPrefix(text, "#")] != nil:
		f.Rule, f.Suggestion = "body.abstract-type", names[0]
		f.Message = fmt.Sprintf("%q is abstract: name a concrete type", text)
	case isType:
		f.Rule, f.Suggestion = "body.odata-type", spell.Closest(text, names)
		f.Message = fmt.Sprintf("%q is no type that may stand here", clip(text))
	default:
		if f.Suggestion = spell.Closest(text, names); len(allowed) == 1 {
			f.Rule = "body.fixed-value"
		}
	}
	return f
}

// respell renames members that are declared in another letter case, which
// Graph accepts, so that their values are checked too. ok is false if there is nothing
// to rename. The value itself is not changed.
func (c *checker) respell(value any, violations []violation) (_ any, ok bool) {
	for _, v := range violations {
		k, isUnknown := v.keyword.(*kind.AdditionalProperties)
		if !isUnknown {
			continue
		}
		for _, name := range slices.Sorted(slices.Values(k.Properties)) {
			declared := foldedName(v.part, name)
			if _, taken := at(value, v.path)[declared]; declared == "" || taken {
				continue
			}
			if !ok {
				value, ok = clone(value), true
			}
			object := at(value, v.path)
			object[declared] = object[name]
			delete(object, name)
			if c.respelt == nil {
				c.respelt = make(map[string]string)
			}
			parent := pointer(v.path)
			c.respelt[parent+"/"+strictjson.Escape(declared)] = c.asSent(parent) + "/" + strictjson.Escape(name)
		}
	}
	return value, ok
}

func foldedName(part *jsonschema.Schema, name string) string {
	for declared := range part.Properties {
		if strings.EqualFold(declared, name) {
			return declared
		}
	}
	return ""
}

func (c *checker) reportRespelt(in Location) {
	for _, declared := range slices.Sorted(maps.Keys(c.respelt)) {
		name := declared[strings.LastIndexByte(declared, '/')+1:]
		c.addBody(Finding{
			Rule: "body.property-case", In: in, Pointer: declared, Found: clip(path.Base(c.respelt[declared])), Wanted: name, Suggestion: name,
			Message: fmt.Sprintf("the contract writes %q; Graph accepts any letter case", name),
		})
	}
}

// asSent turns a pointer in the contract's spelling into one in the client's.
func (c *checker) asSent(p string) string {
	for head := p; head != ""; head = head[:strings.LastIndexByte(head, '/')] {
		if sent, ok := c.respelt[head]; ok {
			return sent + p[len(head):]
		}
	}
	return p
}

// at returns the object at path in a decoded value, nil if it is none.
func at(value any, path []string) map[string]any {
	object, _ := valueAt(value, path).(map[string]any)
	return object
}

// valueAt returns what stands at path in a decoded value, nil if nothing does.
func valueAt(value any, path []string) any {
	for _, token := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func clone(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = clone(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = clone(item)
		}
		return out
	}
	return value
}

func nameOf(path []string) string {
	if len(path) == 0 {
		return "the body"
	}
	return fmt.Sprintf("%q", strings.Join(path, "/"))
}

func article(noun string) string {
	switch {
	case noun == "null" || strings.Contains(noun, " "):
		return noun
	case strings.ContainsRune("aeiou", rune(noun[0])):
		return "an " + noun
	}
	return "a " + noun
}

// describe says in a word or two what a schema wants.
func describe(part *jsonschema.Schema) string {
	if allowed := members(part); allowed != nil {
		return list(allowed)
	}
	for part.Ref != nil {
		part = part.Ref
	}
	if part.Types != nil {
		return article(strings.Join(part.Types.ToStrings(), " or "))
	}
	return ""
}

func list(values []any) string {
	var out []string
	for _, v := range values {
		out = append(out, show(v))
	}
	return strings.Join(out, " or ")
}

func texts(values []any) []string {
	var out []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
