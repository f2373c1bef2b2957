package example

import (
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// A plan is what is known of all values of a type.
type plan struct {
	*edm.Struct
	name    string // in lower case
	members []field
	size    int // how many members are usual
	kind    kind
	ids     idStyle
	sparse  bool // members without a value are left out, not null
	etag    bool
	past    bool // start and end lie behind: a record of what was
	brief   bool // start and end are on one day
	recent  bool // made in the last weeks
	onlyOne bool // of the members one has a value: an identity set
}

// A field is a property with what its name says.
type field struct {
	*edm.Property
	lower   string   // name
	words   []string // of the name, for one item of a collection
	hash    uint64   // of what seeds it
	about   []string // the words before the last one that say what it is of
	kind    kind     // that those name
	role    kind     // that the whole name speaks of
	rule    rule     // of strings
	enum    []string // members that may be chosen
	usual   []string // those of them that are preferred
	usage   usage
	key     bool
	nothing bool // it has no value in the usual case
}

// A usage says when a member is given.
type usage uint8

const (
	always usage = iota
	idle         // without a value unless it is selected
	never        // only if it is selected
)

// plan returns the plan of a type.
func (m *Maker) plan(s *edm.Struct) *plan {
	if p, ok := m.plans.Load(s); ok {
		return p.(*plan)
	}
	p, _ := m.plans.LoadOrStore(s, newPlan(s))
	return p.(*plan)
}

var (
	pastWords   = set("record log report audit history run job operation session incident alert signin activity result usage event instance")
	briefWords  = set("event appointment meeting shift booking session slot webinar townhall item window hours call")
	recentWords = set("message event chat mail conversation post alert incident signin audit job operation session call detection")
)

func newPlan(s *edm.Struct) *plan {
	words := split(s.Name)
	p := &plan{Struct: s, name: strings.ToLower(s.Name), kind: kindByWords(words), ids: idStyleOf(s)}
	word := func(of map[string]bool) bool {
		return slices.ContainsFunc(words, func(w string) bool { return of[w] }) || of[p.name]
	}
	calendar := s.Name == "event" || strings.HasPrefix(s.Name, "virtualEvent")
	p.past, p.brief, p.recent = word(pastWords) && !calendar, word(briefWords), word(recentWords)
	p.onlyOne = !s.Entity && strings.HasSuffix(s.Name, "IdentitySet") || s.Name == "identitySet"
	for t := s; t != nil; t = t.Base {
		switch t.Name {
		case "baseItem":
			p.sparse = true
		case "outlookItem", "plannerTask", "plannerPlan", "plannerBucket":
			p.etag = true
		}
	}

	given := defaultsOf(s)
	const most = 48
	free := 0
	for _, property := range s.Members() {
		if property.Navigation || property.Type.Primitive == edm.Stream {
			continue
		}
		f := field{Property: property, key: slices.Contains(s.Key(), property.Name)}
		f.prepare(s)
		switch {
		case f.key:
		case given != nil && !slices.Contains(given, property.Name), hidden[p.name+"."+f.lower], f.optional() && deprecated(property):
			f.usage = never
		case f.optional():
			if free++; free > most {
				f.usage = idle
				if !property.Type.Collection {
					f.usage = never
				}
			}
		}
		if p.onlyOne && f.lower != "user" && s.Member("user") != nil {
			f.nothing = true
		}
		if f.usage != never {
			p.size++
		}
		p.members = append(p.members, f)
	}
	return p
}

// defaultsOf returns the members that are given by default, nil if that is all of them.
func defaultsOf(s *edm.Struct) []string {
	for ; s != nil; s = s.Base {
		if d := defaults[s.FullName()]; d != nil {
			return d
		}
	}
	return nil
}

// optional reports whether a value may be left out.
func (f *field) optional() bool { return f.Nullable || f.Type.Collection }

func deprecated(p *edm.Property) bool {
	return slices.ContainsFunc(p.Annotations.Revisions(), func(r edm.Revision) bool { return r.Kind == "Deprecated" })
}

// prepare reads the name of a property of s; s may be nil.
func (f *field) prepare(s *edm.Struct) {
	f.lower = strings.ToLower(f.Name)
	f.words = split(f.Name)
	last := len(f.words) - 1
	if f.Type.Collection {
		f.words[last] = singular(f.words[last])
	}
	about := f.words[:last]
	for n := len(about); n > 0 && (plainWord[about[n-1]] || about[n-1] == "email" && f.words[last] == "address"); n-- {
		about = about[:n-1]
	}
	f.about, f.kind, f.role = about, headKind(about), kindByWords(f.words)
	if f.Name != "" {
		f.hash = text(same(f.lower))
	}
	f.nothing = nothing[f.lower] || strings.HasPrefix(f.lower, "onpremises") && f.Nullable
	for t := s; t != nil; t = t.Base {
		f.nothing = f.nothing || nothing[strings.ToLower(t.Name)+"."+f.lower]
	}
	switch {
	case f.Type.Enum != nil:
		f.enum, f.usual = choices(f.Type.Enum)
	case f.Type.Struct == nil:
		f.rule = ruleFor(s, f)
	}
}

// same returns the name whose value a property shares: they speak of one thing.
func same(lower string) string {
	switch lower {
	case "sender":
		return "from"
	case "locations":
		return "location"
	case "uniquebody":
		return "body"
	}
	return lower
}

// choices returns the members of an enumeration that an answer may hold, and of those the
// ones that are usual. A member at or above the sentinel is none.
func choices(e *edm.Enum) (all, preferred []string) {
	var fit, rest []string
	sentinel := e.Sentinel()
	for i, m := range e.Members {
		lower := strings.ToLower(m.Name)
		switch {
		case i == sentinel, sentinel >= 0 && m.Value > e.Members[sentinel].Value:
		case vague[lower], strings.HasPrefix(lower, "unknown"), e.Flags && m.Value == 0:
			rest = append(rest, m.Name)
		default:
			fit = append(fit, m.Name)
			if usual[lower] {
				preferred = append(preferred, m.Name)
			}
		}
	}
	if fit == nil {
		fit = rest
	}
	return fit, preferred
}

// kindByWords finds what a name speaks of: by its last words, or else by earlier ones.
func kindByWords(words []string) kind {
	for end := len(words); end > 0; end-- {
		if k := headKind(words[:end]); k != thing {
			return k
		}
	}
	return thing
}

// headKind finds what a name speaks of by its last words.
func headKind(words []string) kind {
	for i := range words {
		if k, ok := kindOf[strings.Join(words[i:], "")]; ok {
			return k
		}
	}
	return thing
}

// navigation returns a navigation property by its name in any letter case, nil if
// there is none.
func (p *plan) navigation(name string) *field {
	n := p.MemberFold(name)
	if n == nil || !n.Navigation {
		return nil
	}
	f := &field{Property: n}
	f.prepare(p.Struct)
	return f
}
