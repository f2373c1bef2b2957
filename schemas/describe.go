package schemas

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/edmschema"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
)

// A TypeInfo is what metadata declares of an entity type, a complex type or an
// enumeration.
type TypeInfo struct {
	Name        string   `json:"name"` // qualified: "microsoft.graph.user"
	Kind        string   `json:"kind"` // "entity", "complex" or "enum"
	Base        string   `json:"base,omitempty"`
	Abstract    bool     `json:"abstract,omitempty"`
	Open        bool     `json:"open,omitempty"`  // takes members that are not declared
	Media       bool     `json:"media,omitempty"` // has content at $value
	Flags       bool     `json:"flags,omitempty"` // of an enumeration: several members may be given
	Key         []string `json:"key,omitempty"`
	Alternate   []string `json:"alternateKeys,omitempty"` // "appId", "a,b"
	Description string   `json:"description,omitempty"`
	Deprecated  string   `json:"deprecated,omitempty"` // since when and why, "yes" if neither is said; "" if it is not
	Source      string   `json:"source"`               // file:line:column of the declaration

	Members    []MemberInfo `json:"members"`              // with inherited ones, which come first
	Derived    []string     `json:"derived,omitempty"`    // types that are derived from it, not abstract
	Operations []string     `json:"operations,omitempty"` // bound to one, or to a collection of them
}

// A MemberInfo is one property, navigation property or member of an enumeration.
type MemberInfo struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"` // "Edm.String", "Collection(microsoft.graph.user)"
	Value       *int64 `json:"value,omitempty"`
	Nullable    bool   `json:"nullable,omitempty"`
	Navigation  bool   `json:"navigation,omitempty"`
	Contained   bool   `json:"contained,omitempty"`
	ReadOnly    bool   `json:"readOnly,omitempty"`
	CreateOnly  bool   `json:"createOnly,omitempty"`
	From        string `json:"from,omitempty"` // the type that it is inherited from
	Description string `json:"description,omitempty"`
	Deprecated  string `json:"deprecated,omitempty"`
}

// TypeNames returns the qualified names of the types of a contract that was made from
// metadata, sorted; none for any other.
func (c *Contract) TypeNames() []string {
	if c.model == nil {
		return nil
	}
	return c.model.TypeNames()
}

// Type returns what the metadata says of a type. The name may lack its namespace where
// that leaves no doubt, use an alias, and be in any letter case. It is an error, which says
// what was probably meant, if there is no such type.
func (c *Contract) Type(name string) (*TypeInfo, error) {
	t, err := c.lookUp(name)
	switch {
	case err != nil:
		return nil, err
	case t.Enum != nil:
		return c.enumInfo(t.Enum), nil
	}
	return c.structInfo(t.Struct), nil
}

// A Use says what a schema of a type is for.
type Use string

const (
	ForCreate Use = "create" // the body of POST
	ForUpdate Use = "update" // the body of PATCH
	ForAnswer Use = "answer"
)

// TypeSchema returns a type as JSON Schema (2020-12): one document that needs no
// other. The name is as for [Contract.Type].
func (c *Contract) TypeSchema(name string, u Use) ([]byte, error) {
	t, err := c.lookUp(name)
	if err != nil {
		return nil, err
	}
	uses := map[Use]use{ForCreate: forCreate, ForUpdate: forUpdate, ForAnswer: forAnswer}
	use, ok := uses[u]
	if !ok {
		return nil, fmt.Errorf("use %q: want create, update or answer", u)
	}
	return (&form{contract: c, typ: t, use: use}).Source()
}

// lookUp finds a structured type or an enumeration.
func (c *Contract) lookUp(name string) (edm.Type, error) {
	if c.model == nil {
		return edm.Type{}, fmt.Errorf("the contract %s was not made from metadata: its schemas are files", c.Name)
	}
	name = strings.TrimPrefix(name, "#")
	candidates := []string{name}
	if !strings.Contains(name, ".") {
		candidates = nil
		for _, full := range c.model.TypeNames() {
			if strings.EqualFold(full[strings.LastIndexByte(full, '.')+1:], name) {
				candidates = append(candidates, full)
			}
		}
		slices.SortStableFunc(candidates, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
		if len(candidates) > 1 && strings.Count(candidates[0], ".") == strings.Count(candidates[1], ".") {
			return edm.Type{}, fmt.Errorf("%q may be %s", name, strings.Join(candidates, " or "))
		}
	}
	for _, full := range candidates {
		if s := c.model.StructFold(full); s != nil {
			return edm.Type{Struct: s}, nil
		}
		if e := c.model.EnumFold(full); e != nil {
			return edm.Type{Enum: e}, nil
		}
	}
	return edm.Type{}, fmt.Errorf("no type %q in %s%s", name, c.Name, c.typeHint(name))
}

// typeHint says which type was probably meant, by its qualified name or by its own.
func (c *Contract) typeHint(name string) string {
	names := c.model.TypeNames()
	if strings.Contains(name, ".") {
		return spell.Hint(name, names)
	}
	own := make(map[string]string)
	for _, full := range names {
		own[full[strings.LastIndexByte(full, '.')+1:]] = full
	}
	if meant := spell.Closest(name, slices.Sorted(maps.Keys(own))); meant != "" {
		return fmt.Sprintf("; did you mean %q?", own[meant])
	}
	return ""
}

// text returns the text of an annotation, "" if there is none.
func text(as edm.Annotations, term string) string {
	v, _ := as.Find(term)
	return v.Text
}

// deprecatedText returns what [TypeInfo.Deprecated] says.
func deprecatedText(as edm.Annotations) string {
	d := deprecation(as)
	if d == nil {
		return ""
	}
	return cmp.Or(strings.TrimLeft(strings.TrimPrefix(d.String(), "deprecated"), ": "), "yes")
}

func (c *Contract) enumInfo(e *edm.Enum) *TypeInfo {
	info := &TypeInfo{
		Name: e.FullName(), Kind: "enum", Flags: e.Flags, Description: text(e.Annotations, edm.Description),
		Deprecated: deprecatedText(e.Annotations), Source: c.declaration(e.Pos), Members: []MemberInfo{},
	}
	for _, m := range e.Members {
		info.Members = append(info.Members, MemberInfo{
			Name: m.Name, Value: &m.Value, Description: text(m.Annotations, edm.Description), Deprecated: deprecatedText(m.Annotations),
		})
	}
	return info
}

func (c *Contract) structInfo(s *edm.Struct) *TypeInfo {
	info := &TypeInfo{
		Name: s.FullName(), Kind: "complex", Abstract: s.Abstract, Open: s.Open, Media: s.HasStream, Key: s.Key(),
		Description: text(s.Annotations, edm.Description), Deprecated: deprecatedText(s.Annotations), Source: c.declaration(s.Pos), Members: []MemberInfo{},
	}
	if s.Entity {
		info.Kind = "entity"
	}
	if s.Base != nil {
		info.Base = s.Base.FullName()
	}
	for _, key := range s.AlternateKeys() {
		var parts []string
		for _, p := range key {
			parts = append(parts, p.Alias)
		}
		info.Alternate = append(info.Alternate, strings.Join(parts, ","))
	}
	for _, p := range s.Members() {
		m := MemberInfo{
			Name: p.Name, Type: p.Type.String(), Nullable: p.Nullable, Navigation: p.Navigation, Contained: p.Contained,
			ReadOnly: p.Computed(), CreateOnly: p.Immutable(),
			Description: text(p.Annotations, edm.Description), Deprecated: deprecatedText(p.Annotations),
		}
		if p.Owner != s {
			m.From = p.Owner.FullName()
		}
		info.Members = append(info.Members, m)
	}
	for _, d := range s.Concrete() {
		if d != s {
			info.Derived = append(info.Derived, d.FullName())
		}
	}
	for _, collection := range []bool{false, true} {
		info.Operations = append(info.Operations, c.model.BoundNames(edm.Type{Struct: s, Collection: collection})...)
	}
	slices.Sort(info.Operations)
	info.Operations = slices.Compact(info.Operations)
	return info
}

// Facts are what the metadata says of an operation beside its messages.
type Facts struct {
	Type         string   `json:"type"`                   // of what the path leads to
	Parameters   []string `json:"parameters,omitempty"`   // of an action or function: "name Type", with "?" if it may be left out
	Returns      string   `json:"returns,omitempty"`      // of an action or function
	Permissions  []string `json:"permissions,omitempty"`  // scopes of the annotation Core.Permissions
	Query        []string `json:"query,omitempty"`        // options of a GET
	Headers      []string `json:"headers,omitempty"`      // that matter beyond HTTP's, and what for
	Restrictions []string `json:"restrictions,omitempty"` // what capability annotations say: "$filter is not offered"
	Description  string   `json:"description,omitempty"`
	Deprecated   string   `json:"deprecated,omitempty"`
	Source       string   `json:"source,omitempty"` // file:line:column of the declaration
}

// Facts returns what the metadata says of an operation; nil if it is hand-written.
func (op *Operation) Facts() *Facts {
	r := op.resource
	if r == nil {
		return nil
	}
	f := &Facts{Type: r.Type.String()}
	_, as, pos := declarationOf(r)
	if op.overloads != nil { // of those of its method
		o := op.overloads[0]
		as, pos = o.Annotations, o.Pos
		f.Parameters = parametersOf(o)
		if o.Return != nil {
			f.Returns = o.Return.String()
		}
	}
	f.Source = op.Contract.declaration(pos)
	f.Description, f.Deprecated = text(as, edm.Description), deprecatedText(as)
	f.Permissions, f.Restrictions = as.Permissions(), op.target.Capabilities.Denied()
	if op.Method == http.MethodGet {
		f.Query = op.target.Options()
		if op.target.Directory() {
			f.Headers = append(f.Headers, "ConsistencyLevel: eventual for advanced queries: $search, $count, ne, not, endswith, $filter with $orderby")
		}
	}
	if needsMatch(op.Method, r) {
		f.Headers = append(f.Headers, "If-Match: the @odata.etag that was read")
	}
	return f
}

// Signatures returns the parameters of every action or function that an operation may call, each as
// in [Facts]; nil if it calls none.
func (op *Operation) Signatures() [][]string {
	var list [][]string
	for _, o := range op.overloads {
		list = append(list, parametersOf(o))
	}
	return list
}

// parametersOf returns the parameters as "name Type", with "?" if it may be left out.
func parametersOf(o *edm.Operation) []string {
	var list []string
	for _, p := range o.Params {
		text := p.Name + " " + p.Type.String()
		if p.Optional() || o.Action && !requiredParam(p) {
			text += "?"
		}
		list = append(list, text)
	}
	return list
}

// Path describes what answers on a path, as a URL from the version on or as a template: the operations
// of every method. The error says which segment leads nowhere and what was probably meant.
func (c *Contract) Path(path string) ([]*Operation, error) {
	path, _ = splitURL(path)
	path = strings.TrimPrefix(path, "/")
	if version, rest, _ := strings.Cut(path, "/"); strings.EqualFold(version, c.Version) {
		path = rest
	}
	if c.model == nil {
		return c.routed(splitPath(path))
	}
	r, failure := resolve.Path(c.model, splitPath(path))
	if failure != nil {
		f := c.nowhere(failure)
		if f.Suggestion != "" {
			return nil, fmt.Errorf("%s; did you mean %q?", f.Message, f.Suggestion)
		}
		return nil, fmt.Errorf("%s; want %s", f.Message, f.Wanted)
	}
	var ops []*Operation
	for _, method := range methodsOf(r) {
		ops = append(ops, c.derive(method, r))
	}
	return ops, nil
}

// routed is [Contract.Path] of a hand-written contract.
func (c *Contract) routed(segments []string) ([]*Operation, error) {
	res := c.routes.resolve(segments)
	if res.failed != "" || len(res.at.ops) == 0 {
		wanted := res.at.expected()
		if res.failed == "" {
			return nil, fmt.Errorf("the path ends too early in %s; want %s", c.Name, few(wanted))
		}
		if meant := c.meant(res.failed, wanted); meant != "" {
			return nil, fmt.Errorf("there is no %q in %s; did you mean %q?", clip(res.failed), c.Name, meant)
		}
		return nil, fmt.Errorf("there is no %q in %s; want %s", clip(res.failed), c.Name, few(wanted))
	}
	var ops []*Operation
	for _, method := range res.at.methods() {
		ops = append(ops, res.at.ops[method])
	}
	return ops, nil
}

// Source returns the form as JSON Schema.
func (f *form) Source() ([]byte, error) {
	maker := edmschema.Maker{Model: f.contract.model, Base: edmschema.DefaultBase + f.contract.Name + "/"}
	switch {
	case f.envelope == parameters:
		return maker.Parameters(f.action), nil
	case f.delta:
		return maker.Delta(f.typ.Struct), nil
	case f.envelope == inValue:
		return maker.Answer(f.typ, true), nil
	case f.envelope == link:
		return []byte(linkSchema), nil
	case f.envelope == links:
		return []byte(linksSchema), nil
	}
	return maker.Type(f.typ, map[use]edmschema.Use{forCreate: edmschema.Create, forUpdate: edmschema.Update, forAnswer: edmschema.Output}[f.use]), nil
}

// What Graph says of references, which no metadata declares.
const (
	linkSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "a reference to an entity",
  "type": "object",
  "required": ["@odata.id"],
  "properties": {"@odata.id": {"type": "string"}, "id": true},
  "patternProperties": {"@": true},
  "additionalProperties": false
}
`
	linksSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "references to entities",
  "type": "object",
  "required": ["value"],
  "properties": {
    "value": {"type": "array", "items": {"type": "object", "required": ["@odata.id"], "properties": {"@odata.id": {"type": "string"}}}}
  },
  "patternProperties": {"@": true},
  "additionalProperties": false
}
`
	batchSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "a batch of requests",
  "type": "object",
  "required": ["requests"],
  "properties": {
    "requests": {
      "type": "array",
      "minItems": 1,
      "maxItems": 20,
      "items": {
        "type": "object",
        "required": ["id", "method", "url"],
        "properties": {
          "id": {"type": "string", "minLength": 1},
          "method": {"type": "string", "minLength": 1},
          "url": {"type": "string", "minLength": 1},
          "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
          "body": true,
          "dependsOn": {"type": ["array", "null"], "items": {"type": "string"}},
          "atomicityGroup": {"type": "string"}
        },
        "additionalProperties": false
      }
    }
  },
  "patternProperties": {"@": true},
  "additionalProperties": false
}
`
	batchAnswerSchema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "the answers to a batch",
  "type": "object",
  "required": ["responses"],
  "properties": {
    "responses": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "status"],
        "properties": {
          "id": {"type": "string"},
          "status": {"type": "integer"},
          "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
          "body": true
        }
      }
    }
  }
}
`
)
