package corpus

import (
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// A Planted is a clean request with one thing wrong in it, and what a check has to say of that.
type Planted struct {
	Kind    string
	ID      string // of the record
	What    string // what was done
	Request *schemas.Request
	Want    Place

	rules    []string          // one of which an error has to be of
	warnings []string          // one of which a warning may be of instead
	clean    []schemas.Finding // of the request without the fault
}

// A Place is where a fault was planted.
type Place struct {
	In      schemas.Location
	Pointer string
	// Line and Column count from 1, Column in runes; in a query Line is 1 and Column counts in the
	// decoded value of the option. Line 0 is not asked for. If Exact is not set the
	// pointer is not asked for either, as a text that is no JSON has none.
	Line, Column int
	Exact        bool
}

// Judge reports whether findings hold the fault: an error of a rule that is about it, or
// a warning where the type takes any name. placed reports whether such a one names its place.
func (p *Planted) Judge(found []schemas.Finding) (caught, placed bool) {
	for _, f := range found {
		switch {
		case f.Severity == schemas.Error && slices.Contains(p.rules, f.Rule):
		case f.Severity == schemas.Warning && slices.Contains(p.warnings, f.Rule) && !p.hadBefore(f):
		default:
			continue
		}
		caught = true
		w := p.Want
		if f.In == w.In && (!w.Exact || f.Pointer == w.Pointer) && (w.Line == 0 || f.Line == w.Line && f.Column == w.Column) {
			return true, true
		}
	}
	return caught, false
}

// hadBefore reports whether the request had a finding without the fault.
func (p *Planted) hadBefore(f schemas.Finding) bool {
	return slices.ContainsFunc(p.clean, func(c schemas.Finding) bool { return c.Rule == f.Rule && c.Pointer == f.Pointer })
}

// A Count is how many faults of a kind were planted, caught, and found in the right place.
type Count struct{ Planted, Caught, Placed int }

// CaughtShare returns the share of the planted faults that were caught.
func (c Count) CaughtShare() float64 { return share(c.Caught, c.Planted) }

// PlacedShare returns the share of the caught faults that were found in the right place.
func (c Count) PlacedShare() float64 { return share(c.Placed, c.Caught) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func (c *Count) add(o Count) {
	c.Planted, c.Caught, c.Placed = c.Planted+o.Planted, c.Caught+o.Caught, c.Placed+o.Placed
}

// A Miss is a fault that was not caught, or not in its place.
type Miss struct {
	*Planted
	Caught   bool
	Findings []schemas.Finding
}

// A Tally is what the checks made of planted faults.
type Tally struct {
	Kinds  map[string]*Count
	Total  Count
	Misses map[string][]Miss // kind → the first of them
}

// mostMisses is how many misses of a kind are kept.
const mostMisses = 20

// Check holds faulty requests to the contracts.
func Check(set *schemas.Set, faults iter.Seq[*Planted]) Tally {
	t := Tally{Kinds: make(map[string]*Count), Misses: make(map[string][]Miss)}
	for p := range faults {
		found := set.CheckRequest(p.Request).Findings
		one := Count{Planted: 1}
		caught, placed := p.Judge(found)
		if caught {
			one.Caught = 1
		}
		if placed {
			one.Placed = 1
		} else if len(t.Misses[p.Kind]) < mostMisses {
			t.Misses[p.Kind] = append(t.Misses[p.Kind], Miss{p, caught, found})
		}
		if t.Kinds[p.Kind] == nil {
			t.Kinds[p.Kind] = new(Count)
		}
		t.Kinds[p.Kind].add(one)
		t.Total.add(one)
	}
	return t
}

// Plant plants faults in the requests that have none, the same ones each time. The number for one
// request and kind is bounded.
func Plant(set *schemas.Set, records []Record) iter.Seq[*Planted] {
	return func(yield func(*Planted) bool) {
		p := &planter{set: set, types: make(map[string]*schemas.TypeInfo), names: make(map[string][]string), seen: make(map[string]bool)}
		p.documented = p.methods(records)
		for i := range records {
			p.faults = nil
			p.record(&records[i])
			for _, f := range p.faults {
				if !yield(f) {
					return
				}
			}
		}
	}
}

// most is how many faults of a kind are planted in one request.
const most = 4

// A planter plants faults in one request after the other.
type planter struct {
	set        *schemas.Set
	types      map[string]*schemas.TypeInfo // name → type, nil if there is none
	names      map[string][]string          // name of a type → what is declared for it and for those derived from it
	documented map[string][]string          // template → methods that the corpus has
	seen       map[string]bool              // operations whose query was planted with faults
	faults     []*Planted                   // in the request at hand

	id       string
	contract *schemas.Contract
	op       *schemas.Operation
	request  *schemas.Request
	clean    []schemas.Finding
}

// methods returns the methods that are documented of each path.
func (p *planter) methods(records []Record) map[string][]string {
	all := make(map[string][]string)
	for i := range records {
		if op := p.set.CheckRequest(records[i].Request()).Operation; op != nil {
			all[op.Paths[0]] = append(all[op.Paths[0]], op.Method)
		}
	}
	return all
}

func (p *planter) record(r *Record) {
	req := r.Request()
	v := p.set.CheckRequest(req)
	if !Clean(v) || !v.Operation.Derived() { // those of hand-written contracts have tests of their own
		return
	}
	p.id, p.contract, p.op, p.request, p.clean = r.ID, v.Operation.Contract, v.Operation, req, v.Findings
	if len(req.Body) > 0 && r.BodyKind == "json" && !v.Operation.IsBatch() {
		p.body()
	}
	p.url()
	p.query()
}

// plant adds a fault.
func (p *planter) plant(f Planted) {
	f.ID, f.clean = p.id, p.clean
	p.faults = append(p.faults, &f)
}

// copied returns a copy of the request.
func (p *planter) copied() *schemas.Request {
	r := *p.request
	r.Header = r.Header.Clone()
	return &r
}

// random returns a source of numbers for a kind, always the same for a request.
func (p *planter) random(kind string) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, p.id, kind)
	return rand.New(rand.NewPCG(h.Sum64(), 0))
}

// some returns at most [most] of a list, chosen at random.
func some[T any](r *rand.Rand, list []T) []T {
	if len(list) <= most {
		return list
	}
	list = slices.Clone(list)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:most]
}

// typeInfo returns a structured type or an enumeration, nil if there is none of that name.
func (p *planter) typeInfo(name string) *schemas.TypeInfo {
	name = strings.TrimPrefix(name, "#")
	if strings.HasPrefix(name, "Edm.") || name == "" || strings.HasPrefix(name, "Collection(") {
		return nil
	}
	info, known := p.types[name]
	if !known {
		info, _ = p.contract.Type(name)
		p.types[name] = info
	}
	return info
}

// item returns the type of the items of a collection, or the type itself.
func item(typ string) (name string, collection bool) {
	inner, ok := strings.CutPrefix(typ, "Collection(")
	if !ok {
		return typ, false
	}
	return strings.TrimSuffix(inner, ")"), true
}

// declared returns the names that may follow a value of a type in a path or stand for a
// member of it, those of derived types included: a misspelling that is one of them is none.
func (p *planter) declared(typ string) []string {
	if names, ok := p.names[typ]; ok {
		return names
	}
	var names []string
	if info := p.typeInfo(typ); info != nil {
		for _, name := range append([]string{info.Name}, info.Derived...) {
			t := p.typeInfo(name)
			for _, m := range t.Members {
				names = append(names, m.Name)
			}
			for _, op := range t.Operations {
				names = append(names, op[strings.LastIndexByte(op, '.')+1:])
			}
		}
	}
	slices.Sort(names)
	p.names[typ] = slices.Compact(names)
	return p.names[typ]
}

// isJSON reports whether a type stands for any JSON.
func isJSON(info *schemas.TypeInfo) bool {
	return info.Kind == "complex" && strings.HasSuffix(info.Name, ".Json") && len(info.Members) == 0
}

// isBag reports whether a type is there for members that nobody declares, such as an open
// extension or the assignments of a task: no name is unknown to it.
func isBag(info *schemas.TypeInfo) bool {
	return info.Open && !slices.ContainsFunc(info.Members, func(m schemas.MemberInfo) bool {
		return !m.Navigation && m.Name != "id" && m.Name != "extensionName"
	})
}

// misspelt returns a name with one slip of the keyboard: two letters swapped, one left
// out, doubled or hit beside. It is none of the declared names; "" if no such one is found.
func misspelt(r *rand.Rand, name string, declared []string) string {
	for range 20 {
		i := r.IntN(len(name))
		if !isLetter(name[i]) {
			continue
		}
		wrong := ""
		switch r.IntN(4) {
		case 0:
			if i+1 == len(name) || !isLetter(name[i+1]) {
				continue
			}
			wrong = name[:i] + string(name[i+1]) + string(name[i]) + name[i+2:]
		case 1:
			wrong = name[:i] + name[i+1:]
		case 2:
			wrong = name[:i+1] + name[i:]
		case 3:
			wrong = name[:i] + beside(name[i]) + name[i+1:]
		}
		if wrong != "" && !strings.EqualFold(wrong, name) && !slices.ContainsFunc(declared, func(d string) bool { return strings.EqualFold(d, wrong) }) {
			return wrong
		}
	}
	return ""
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// beside returns the letter to the left or to the right of a letter on a keyboard.
func beside(b byte) string {
	for _, row := range []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"} {
		if i := strings.IndexByte(row, b|0x20); i > 0 {
			return string(row[i-1])
		} else if i == 0 {
			return string(row[1])
		}
	}
	return string(b)
}

// word returns a name that nobody has declared.
func word(r *rand.Rand, declared []string) string {
	for {
		var b strings.Builder
		for range 3 + r.IntN(2) {
			b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		if name := b.String(); !slices.ContainsFunc(declared, func(d string) bool { return strings.EqualFold(d, name) }) {
			return name
		}
	}
}
