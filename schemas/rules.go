package schemas

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/spell"
)

// A Rule is one thing that a check looks at. docs/rules.md shows each with an
// example.
type Rule struct {
	ID       string
	Severity Severity // unless [Rules] say otherwise
	Status   int      // of Graph's refusal where the severity is Error; 0: see the rule's own answer
	Summary  string
}

// catalogue holds every rule that a request or a recorded exchange can break,
// in the order of docs/rules.md.
var catalogue = buildCatalogue(
	[]Rule{
		{"path.version", Error, 400, "The URL starts with a version that Graph has."},
		{"path.unknown-segment", Error, 400, "Every segment of the path leads somewhere."},
		{"path.encoding", Error, 400, "The path is percent-encoded correctly."},
		{"path.placeholder", Warning, 0, "No {placeholder} of a template is left in the path."},
		{"path.case", Note, 0, "Names in the path are spelt as in the contract; Graph accepts any letter case."},
		{"path.derived", Note, 0, "A member of a derived type stands behind a cast to it; Graph finds it without."},
		{"path.alternate-key", Warning, 0, "An alternate key stands in parentheses."},
		{"path.key", Error, 400, "A key is of the type that the entity's key has."},
		{"path.odd-key", Warning, 0, "A key is not nearly the name of a function."},
		{"path.parameter", Error, 400, "A function has the parameter, and takes its value."},
		{"path.missing-parameter", Error, 400, "A function is given all its parameters, in parentheses or in the query."},
		{"path.deprecated", Note, 0, "The operation is not on its way out."},
		{"method.not-allowed", Error, 405, "The resource takes this method."},
		{"method.function", Warning, 0, "A function is called with GET."},
		{"contract.drift", Warning, 0, "The request fits the newest revision, not only an older one."},

		{"header.authorization", Error, 401, "There is an Authorization header with a bearer token."},
		{"header.token", Error, 401, "The bearer token is one that Graph accepts."},
		{"header.content-type-missing", Error, 400, "A request with a body names its media type."},
		{"header.content-type", Error, 415, "The body has the media type that the operation takes."},
		{"header.boundary", Error, 400, "A multipart body names its boundary."},
		{"header.charset", Warning, 0, "JSON is sent as UTF-8, and not said to be anything else."},
		{"header.content-encoding", Error, 415, "The body is plain or compressed with gzip."},
		{"header.accept", Warning, 0, "The client accepts JSON."},
		{"header.client-request-id", Note, 0, "client-request-id is a GUID."},
		{"header.consistency-level", Warning, 0, "ConsistencyLevel is eventual."},
		{"header.if-match", Error, 412, "A change of Planner's entities says which state it is about."},

		{"query.encoding", Error, 400, "The query is percent-encoded correctly."},
		{"query.unknown-option", Error, 400, "An option that starts with $ is one of OData's."},
		{"query.custom-option", Note, 0, "Other options are known to the operation; Graph ignores the rest."},
		{"query.unsupported-option", Error, 400, "The operation offers the option."},
		{"query.undocumented-option", Warning, 0, "The operation documents the option; generated clients send more."},
		{"query.duplicate-option", Error, 400, "No option is given twice."},
		{"query.no-dollar", Warning, 0, "System options start with $; v1.0 takes the short form only here and there."},
		{"query.syntax", Error, 400, "The value of an option follows OData's grammar."},
		{"query.value", Error, 400, "$top and $skip are whole numbers, $count is true or false."},
		{"query.unknown-property", Error, 400, "The named property exists."},
		{"query.not-filterable", Error, 400, "The property may stand in $filter."},
		{"query.operator", Error, 400, "The operator is documented for the property."},
		{"query.type", Error, 400, "A property is compared with a literal of its type."},
		{"query.enum", Error, 400, "A literal of an enumeration is one of its members."},
		{"query.not-sortable", Error, 400, "The property may stand in $orderby."},
		{"query.not-expandable", Error, 400, "The navigation property may be expanded."},
		{"query.not-evaluated", Error, 400, "The option has an exact answer; the fake never guesses."},
		{"query.placeholder", Warning, 0, "No {placeholder} of a template is left in the value of an option."},
		{"query.page-size", Error, 400, "$top is a page size that Graph gives."},
		{"query.derived-property", Warning, 0, "A property of a derived type stands behind a cast to it."},
		{"query.open-property", Warning, 0, "On an open type, the named property is one that is declared."},
		{"query.property-case", Note, 0, "Names of properties are spelt as in the contract; Graph accepts any letter case."},
		{"query.path", Error, 400, "A path leads through values that have members."},
		{"query.guid-quotes", Warning, 0, "A string is compared with a string in quotes, also where it holds a GUID."},
		{"query.enum-case", Note, 0, "Members of an enumeration are spelt as in the contract."},
		{"query.unknown-function", Error, 400, "The function exists."},
		{"query.argument", Error, 400, "The arguments of a function are of its types."},
		{"query.unknown-type", Error, 400, "The named type exists."},
		{"query.alias", Error, 400, "A parameter alias has a value."},
		{"query.combination", Error, 400, "The options go together."},
		{"query.search-clause", Warning, 0, "$search on the directory is made of \"property:text\"."},
		{"query.capability", Warning, 0, "The metadata does not say that the option is not offered; Graph may ignore it."},
		{"query.consistency-level", Error, 400, "A query that needs it has the header ConsistencyLevel: eventual."},
		{"query.count-ignored", Warning, 0, "$count=true has the header ConsistencyLevel: eventual where it needs it."},
		{"query.advanced", Warning, 0, "An advanced query of the directory has ConsistencyLevel: eventual and $count=true."},

		{"limit.url", Error, 414, "The URL is not longer than the server takes."},
		{"limit.header", Error, 431, "The headers are not larger than the server takes."},
		{"limit.body", Error, 413, "The body is not larger than the server takes, packed or unpacked."},
		{"limit.gzip", Error, 400, "A body that is said to be gzip is well-formed gzip."},

		{"batch.empty", Error, 400, "A batch holds a request."},
		{"batch.too-many", Error, 400, "A batch holds 20 requests at most."},
		{"batch.duplicate-id", Error, 400, "Each request of a batch has an id of its own."},
		{"batch.dependency", Error, 400, "A request of a batch waits for earlier ones only."},
		{"batch.url", Error, 400, "URLs in a batch are relative, and do not name the version."},
		{"batch.nested", Error, 400, "A batch holds no batch."},
		{"batch.content-type", Error, 400, "A request of a batch that has a body names its media type."},

		{"body.cut", Error, 400, "The body arrives whole."},
		{"body.missing", Error, 400, "The operation needs a body, and there is one."},
		{"body.unexpected", Warning, 0, "The operation takes no body, and there is none."},
		{"body.parameter-case", Note, 0, "Parameters of an action are spelt as in the metadata; Graph's reference often spells them otherwise."},
		{"body.read-only", Warning, 0, "Members that Graph makes itself are not sent."},
		{"body.deprecated", Note, 0, "Members are not on their way out."},
		{"body.enum-sentinel", Warning, 0, "unknownFutureValue stands in answers only."},
	},
	bodyRules,
	[]Rule{
		{"multipart.malformed", Error, 400, "The body is made of parts between delimiters."},
		{"multipart.not-closed", Error, 400, "The last delimiter ends with two hyphens."},
		{"multipart.no-part", Error, 400, "There is a part."},
		{"multipart.part-name", Error, 400, "The part has the name that the operation asks for."},
		{"multipart.extra-part", Error, 400, "There is one part only."},
		{"multipart.no-file-name", Warning, 0, "The part names its file; many servers take it for a form value otherwise."},
		{"multipart.file-name", Note, 0, "The file's name ends in .csv."},

		{"csv.empty", Error, 400, "The file holds something."},
		{"csv.encoding", Error, 400, "The file is UTF-8."},
		{"csv.bom", Warning, 0, "The file does not start with a byte order mark, which becomes part of the first column's name."},
		{"csv.delimiter", Error, 400, "Fields are separated by commas."},
		{"csv.quote", Error, 400, "Quotation marks stand around a whole field and are doubled within."},
		{"csv.missing-column", Error, 400, "The header has every required column."},
		{"csv.unknown-column", Error, 400, "The header has no column that the operation does not know."},
		{"csv.duplicate-column", Error, 400, "The header has no column twice."},
		{"csv.column-case", Note, 0, "Columns are spelt as in the reference."},
		{"csv.field-count", Error, 400, "Each row has as many fields as the header."},
		{"csv.missing-value", Error, 400, "Fields of required columns are not empty."},
		{"csv.value", Warning, 0, "A field with a fixed set of values holds one of them."},
		{"csv.id-format", Warning, 0, "Object ids are GUIDs."},
		{"csv.no-rows", Warning, 0, "There is a row behind the header."},

		{"example.empty", Note, 0, "An example answers the query option; one that only a state could answer leaves no items."},
		{"tenant.adopted", Note, 0, "The catalog is one that the tenant knows; an unknown one is taken on trust."},

		{"response.status", Error, 0, "The status is one that the operation or Graph's error handling gives."},
		{"response.content-type", Error, 0, "A body comes as JSON."},
		{"response.missing", Error, 0, "A body is there where the operation has one."},
		{"response.unexpected", Error, 0, "There is no body where the operation has none."},
		{"response.error-shape", Error, 0, "An error has Graph's shape."},
	},
	responseRules(bodyRules),
)

// bodyRules look at JSON; each stands a second time for responses.
var bodyRules = []Rule{
	{"body.encoding", Error, 400, "JSON is UTF-8."},
	{"body.bom", Error, 400, "JSON does not start with a byte order mark."},
	{"body.comment", Error, 400, "JSON has no comments."},
	{"body.trailing-comma", Error, 400, "JSON has no comma before a closing bracket."},
	{"body.duplicate-member", Error, 400, "An object has no member twice."},
	{"body.trailing-text", Error, 400, "Nothing follows the JSON value."},
	{"body.too-deep", Error, 400, "JSON is not nested deeper than 100 levels."},
	{"body.syntax", Error, 400, "The body is JSON."},
	{"body.unknown-property", Error, 400, "An object has only members that its type has."},
	{"body.property-case", Warning, 0, "Members are spelt as in the contract; Graph accepts any letter case."},
	{"body.missing-property", Error, 400, "Required members are there."},
	{"body.null", Error, 400, "null stands only where the type allows it."},
	{"body.type", Error, 400, "A value is of the right JSON type."},
	{"body.enum", Error, 400, "A value of an enumeration is one of its members."},
	{"body.enum-case", Warning, 0, "Members of an enumeration are spelt as in the contract."},
	{"body.fixed-value", Error, 400, "A member that takes a single value has it."},
	{"body.format", Error, 400, "Dates and other formatted strings are well-formed."},
	{"body.id-format", Warning, 0, "Identifiers are GUIDs, which the type does not ask for and the service gives."},
	{"body.constraint", Error, 400, "Lengths, ranges and patterns are kept to."},
	{"body.abstract-type", Error, 400, "A value of an abstract type names a concrete one in @odata.type."},
	{"body.odata-type", Error, 400, "@odata.type names a type that may stand there."},
	{"body.type-hash", Warning, 0, "@odata.type starts with #."},
	{"body.type-case", Warning, 0, "Types are spelt as in the contract; Graph accepts any letter case."},
	{"body.open-property", Warning, 0, "A member of an open type is one that is declared."},
	{"body.derived-property", Warning, 0, "A member of a derived type comes with the type's name in @odata.type."},
	{"body.annotation", Warning, 0, "Annotations are ones that OData or the metadata knows."},
	{"body.link", Warning, 0, "The URL of an entity leads to one that may stand there."},
}

// softer lists what a client must survive in an answer, and where a finding
// is therefore no error.
var softer = map[string]Severity{
	"response.unknown-property": Warning,
	"response.enum":             Warning,
	"response.duplicate-member": Warning,
	"response.abstract-type":    Warning,
}

func responseRules(rules []Rule) []Rule {
	var out []Rule
	for _, r := range rules {
		r.ID = "response" + strings.TrimPrefix(r.ID, "body")
		r.Status = 0
		if s, ok := softer[r.ID]; ok {
			r.Severity = s
		}
		if !strings.HasPrefix(r.Summary, "JSON") {
			r.Summary = strings.ToLower(r.Summary[:1]) + r.Summary[1:]
		}
		r.Summary = "In an answer: " + r.Summary
		out = append(out, r)
	}
	return out
}

type rulebook struct {
	list []Rule
	byID map[string]*Rule
}

func buildCatalogue(groups ...[]Rule) rulebook {
	book := rulebook{list: slices.Concat(groups...), byID: make(map[string]*Rule)}
	for i, r := range book.list {
		if book.byID[r.ID] != nil {
			panic("rule twice: " + r.ID)
		}
		book.byID[r.ID] = &book.list[i]
	}
	return book
}

// AllRules returns every rule, in the order of docs/rules.md.
func AllRules() []Rule { return slices.Clone(catalogue.list) }

// RuleByID returns the rule with that id. The error of an unknown id says
// what was probably meant.
func RuleByID(id string) (Rule, error) {
	if r := catalogue.byID[id]; r != nil {
		return *r, nil
	}
	return Rule{}, fmt.Errorf("no rule %q%s", id, spell.Hint(id, slices.Sorted(maps.Keys(catalogue.byID))))
}

// Rules grade findings differently from the catalogue: rule id → severity. An
// id may end in ".*" for all rules of a group; a full id wins over it. [Off]
// switches a rule off. The nil map changes nothing.
type Rules map[string]Severity

// Check reports ids that name no rule and no group, the first of them in
// alphabetical order.
func (r Rules) Check() error {
	for _, id := range slices.Sorted(maps.Keys(r)) {
		group, wild := strings.CutSuffix(id, "*")
		if wild && strings.HasSuffix(group, ".") && slices.ContainsFunc(catalogue.list, func(r Rule) bool { return strings.HasPrefix(r.ID, group) }) {
			continue
		}
		if _, err := RuleByID(id); err != nil {
			return err
		}
	}
	return nil
}

func (r Rules) merge(more Rules) (Rules, error) {
	if err := more.Check(); err != nil {
		return nil, err
	}
	out := maps.Clone(r)
	if out == nil {
		out = make(Rules)
	}
	maps.Copy(out, more)
	return out, nil
}

// severity returns how a finding of the rule is graded.
func (r Rules) severity(id string) Severity {
	if s, ok := r[id]; ok {
		return s
	}
	group, _, _ := strings.Cut(id, ".")
	if s, ok := r[group+".*"]; ok {
		return s
	}
	rule := catalogue.byID[id]
	if rule == nil {
		panic("finding of unknown rule " + id)
	}
	return rule.Severity
}
