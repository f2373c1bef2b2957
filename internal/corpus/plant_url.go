package corpus

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// url plants faults in the method and in the path.
func (p *planter) url() {
	path, query, hasQuery := strings.Cut(p.request.URL, "?")
	if hasQuery {
		query = "?" + query
	}
	segments := strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
	with := func(i int, segment string) *schemas.Request {
		r := p.copied()
		all := slices.Clone(segments)
		all[i] = segment
		r.URL = "/" + strings.Join(all, "/") + query
		return r
	}
	p.segments(segments, with)
	p.calls(segments, with)
	p.wrongMethods()
}

// segments plants misspelt ones.
func (p *planter) segments(segments []string, with func(i int, segment string) *schemas.Request) {
	r := p.random("misspelt segment")
	for i, name := range p.literals(segments) {
		if name == "" {
			continue
		}
		wrong := misspelt(r, name, p.following(segments[:i]))
		if wrong == "" || strings.Contains(wrong, "_") || i == 1 && p.isEntry(wrong) {
			continue
		}
		sent := wrong + segments[i][len(name):]
		f := Planted{Kind: "misspelt segment", What: name + " → " + wrong, Request: with(i, sent)}
		f.rules = []string{"path.unknown-segment"}
		f.warnings = []string{"path.odd-key"}
		if i == 0 {
			f.rules, f.warnings = []string{"path.version"}, nil
		}
		f.Want = Place{In: schemas.InPath, Pointer: sent, Exact: true}
		p.plant(f)
	}
}

// literals returns for each segment the name in it that the metadata declares, "" if
// it is a key or part of the path of a file. The first one is the version.
func (p *planter) literals(segments []string) []string {
	names := make([]string, len(segments))
	names[0] = segments[0]
	template := strings.Split(strings.TrimPrefix(p.op.Paths[0], "/"), "/")
	for i := 1; i < len(segments); i++ {
		if len(template) > 0 && strings.HasPrefix(template[0], "{id}") {
			template = template[1:]
			continue
		}
		name := nameIn(segments[i])
		if isTyped := strings.Contains(name, "."); isTyped { // the template has operations without their namespace
			name = name[strings.LastIndexByte(name, '.')+1:]
		}
		for at, t := range template {
			t = nameIn(t)
			if name != "" && name[0] != '{' && strings.EqualFold(t[strings.LastIndexByte(t, '.')+1:], name) {
				names[i], template = nameIn(segments[i]), template[at+1:]
				break
			}
		}
	}
	return names
}

// nameIn returns what stands before a key, parameters, or the path of a file.
func nameIn(segment string) string {
	if end := strings.IndexAny(segment, "(:"); end >= 0 {
		return segment[:end]
	}
	return segment
}

// isEntry reports whether a path can start with a name.
func (p *planter) isEntry(name string) bool {
	_, err := p.contract.Path("/" + name)
	return err == nil
}

// following returns the names that may stand behind some segments.
func (p *planter) following(segments []string) []string {
	if len(segments) < 2 {
		return nil
	}
	ops, err := p.contract.Path("/" + strings.Join(segments[1:], "/"))
	if err != nil || len(ops) == 0 {
		return nil
	}
	typ, _ := item(result(ops[0]))
	return p.declared(typ)
}

// result returns the type of what a path leads to: of a function that is what it returns.
func result(op *schemas.Operation) string {
	f := op.Facts()
	if f == nil {
		return ""
	}
	if op.Signatures() != nil {
		return f.Returns
	}
	return f.Type
}

// wrongMethods plants methods that the kind of resource does not take and that nobody documents
// for it.
func (p *planter) wrongMethods() {
	for _, method := range p.refused() {
		if slices.Contains(p.documented[p.op.Paths[0]], method) {
			continue
		}
		r := p.copied()
		r.Method = method
		p.plant(Planted{
			Kind: "wrong method", What: p.op.Method + " → " + method, Request: r, rules: []string{"method.not-allowed"},
			Want: Place{In: schemas.InMethod, Exact: true},
		})
	}
}

// refused returns the methods that make no sense for a resource.
func (p *planter) refused() []string {
	path := p.op.Paths[0]
	_, collection := item(p.op.Facts().Type)
	switch {
	case p.op.Signatures() != nil && strings.Contains(path, "/workbook/"): // whose functions are called with POST too
		return []string{"PATCH", "PUT", "DELETE"}
	case p.op.Signatures() != nil && p.op.Method == "POST":
		return []string{"GET", "PATCH", "PUT", "DELETE"}
	case p.op.Signatures() != nil:
		return []string{"POST", "PATCH", "PUT", "DELETE"}
	case strings.HasSuffix(path, "/$count"):
		return []string{"POST", "PATCH", "PUT", "DELETE"}
	case strings.HasSuffix(path, "/$ref"):
		return []string{"PATCH"}
	case collection && p.isEntity():
		return []string{"PATCH", "PUT", "DELETE"}
	}
	return []string{"POST", "FETCH"}
}

func (p *planter) isEntity() bool {
	name, _ := item(p.op.Facts().Type)
	info := p.typeInfo(name)
	return info != nil && info.Kind == "entity"
}

// calls plants faults in the parameters of functions.
func (p *planter) calls(segments []string, with func(i int, segment string) *schemas.Request) {
	for i, segment := range segments {
		name, inside, ok := strings.Cut(segment, "(")
		inside, closed := strings.CutSuffix(inside, ")")
		if !ok || !closed || !strings.Contains(inside, "=") || i == 0 {
			continue
		}
		signatures := p.signatures(append(slices.Clone(segments[1:i]), name))
		if signatures == nil {
			continue
		}
		args := strings.Split(inside, ",")
		if slices.ContainsFunc(args, func(a string) bool { return strings.Count(a, "'")%2 == 1 || strings.ContainsAny(a, "{<") }) {
			continue // with commas in a value, or one that is not filled in
		}
		p.call(i, name, args, signatures, with)
	}
}

// signatures returns those of the functions that a path may call.
func (p *planter) signatures(segments []string) [][]string {
	ops, err := p.contract.Path("/" + strings.Join(segments, "/"))
	if err != nil || len(ops) == 0 {
		return nil
	}
	return ops[0].Signatures()
}

func (p *planter) call(i int, name string, args []string, signatures [][]string, with func(i int, segment string) *schemas.Request) {
	r := p.random("call" + name)
	var names []string
	types := make(map[string]string)
	for _, s := range signatures {
		for _, param := range s {
			n, typ, _ := strings.Cut(param, " ")
			names, types[n] = append(names, n), strings.TrimSuffix(typ, "?")
		}
	}
	add := func(kind, rule, what string, args []string) {
		sent := name + "(" + strings.Join(args, ",") + ")"
		p.plant(Planted{
			Kind: kind, What: what, Request: with(i, sent), rules: []string{rule}, Want: Place{In: schemas.InPath, Pointer: sent, Exact: true},
		})
	}
	for at, arg := range args {
		param, value, _ := strings.Cut(arg, "=")
		param = strings.TrimSpace(param)
		put := func(arg string) []string { all := slices.Clone(args); all[at] = arg; return all }
		if wrong := misspelt(r, param, names); wrong != "" {
			add("misspelt function parameter", "path.parameter", param+" → "+wrong, put(wrong+"="+value))
		}
		if rest := slices.Delete(slices.Clone(args), at, at+1); !satisfied(signatures, rest) {
			add("missing function parameter", "path.missing-parameter", param, rest)
		}
		if wrong := wrongValue(types[param]); wrong != "" {
			add("wrong value of a function parameter", "path.parameter", param+"="+wrong, put(param+"="+wrong))
		}
		if strings.HasSuffix(value, "'") {
			add("malformed function parameters", "path.parameter", param, put(strings.TrimSuffix(arg, "'")))
		}
		add("malformed function parameters", "path.parameter", "no value", put(param+"="))
	}
}

// satisfied reports whether one of the functions needs no more parameters.
func satisfied(signatures [][]string, args []string) bool {
	return slices.ContainsFunc(signatures, func(params []string) bool {
		return !slices.ContainsFunc(params, func(param string) bool {
			name, typ, _ := strings.Cut(param, " ")
			return !strings.HasSuffix(typ, "?") && !slices.ContainsFunc(args, func(a string) bool {
				given, _, _ := strings.Cut(a, "=")
				return strings.EqualFold(strings.TrimSpace(given), name)
			})
		})
	})
}

// wrongValue returns a literal that a parameter of a type does not take, "" if any may do.
func wrongValue(typ string) string {
	switch typ {
	case "Edm.Int32", "Edm.Int64", "Edm.Boolean", "Edm.Double", "Edm.Decimal", "Edm.Guid", "Edm.Date", "Edm.DateTimeOffset":
		return "'several'"
	}
	return ""
}

// pick returns one of a list.
func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
