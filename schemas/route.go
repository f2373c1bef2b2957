package schemas

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A route is a place in the URL space of a contract. Places are joined by
// segments, so containment of any depth is a cycle and a path is resolved at
// the cost of its length, however many operations there are.
type route struct {
	name     string              // of a named route, otherwise ""
	literals map[string]*literal // folded segment → where it leads
	spelt    map[string]*literal // the same by the contract's spelling, which most clients use
	key      *route              // where a key leads, nil if none may stand here
	keyName  string
	ops      map[string]*Operation // method → operation
}

type literal struct {
	spelling string
	to       *route
}

// routes builds the places of one contract.
type routes struct {
	root  *route
	named map[string]*route
}

// newRoutes lays the ways to the named routes: name → paths.
func newRoutes(ways map[string][]string) (*routes, error) {
	rs := &routes{root: new(route), named: make(map[string]*route)}
	for name := range ways {
		rs.named[name] = &route{name: name}
	}
	for _, name := range slices.Sorted(maps.Keys(ways)) {
		for _, way := range ways[name] {
			if _, err := rs.lay(way, rs.named[name]); err != nil {
				return nil, fmt.Errorf("route %q: %w", name, err)
			}
		}
		if !fromRoot(name, ways) {
			return nil, fmt.Errorf("route %q: its first way does not lead there from the root", name)
		}
	}
	return rs, nil
}

// fromRoot reports whether the first ways lead from the root to a named route.
func fromRoot(name string, ways map[string][]string) bool {
	for range len(ways) + 1 {
		if len(ways[name]) == 0 {
			return false
		}
		if strings.HasPrefix(ways[name][0], "/") {
			return true
		}
		name, _, _ = strings.Cut(strings.TrimPrefix(ways[name][0], "<"), ">")
	}
	return false
}

// add makes op answer on path.
func (rs *routes) add(path string, op *Operation) error {
	r, err := rs.lay(path, nil)
	if err != nil {
		return err
	}
	if r.ops == nil {
		r.ops = make(map[string]*Operation)
	}
	if other := r.ops[op.Method]; other != nil {
		return fmt.Errorf("path %q: %s is taken by %s", path, op.Method, other.ID)
	}
	r.ops[op.Method] = op
	return nil
}

// lay makes the places along path and returns the last one, which is end
// unless that is nil. The path starts at the root or at a named route:
// "/a/{k}", "<name>/a".
func (rs *routes) lay(path string, end *route) (*route, error) {
	at := rs.root
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		name, after, found := strings.Cut(strings.TrimPrefix(path, "<"), ">")
		if at = rs.named[name]; at == nil || !found {
			return nil, fmt.Errorf("path %q: want it to start with / or with a known <route>", path)
		}
		rest = strings.TrimPrefix(after, "/")
	}
	if rest == "" {
		return at, nil
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		var to *route
		if i == len(segments)-1 {
			to = end
		}
		next, err := at.step(segment, to)
		if err != nil {
			return nil, fmt.Errorf("path %q: %w", path, err)
		}
		at = next
	}
	return at, nil
}

// step returns where segment leads from r. If it leads nowhere yet, it is made
// to lead to the given place, or to a new one if that is nil.
func (r *route) step(segment string, to *route) (*route, error) {
	place := func(old *route) (*route, error) {
		switch {
		case old == nil && to == nil:
			return new(route), nil
		case old == nil:
			return to, nil
		case to == nil || to == old:
			return old, nil
		}
		return nil, fmt.Errorf("segment %q leads to two routes", segment)
	}
	if name, ok := strings.CutPrefix(segment, "{"); ok {
		next, err := place(r.key)
		if err != nil {
			return nil, err
		}
		r.key, r.keyName = next, strings.TrimSuffix(name, "}")
		return next, nil
	}
	if r.literals == nil {
		r.literals, r.spelt = make(map[string]*literal), make(map[string]*literal)
	}
	fold := strings.ToLower(segment)
	var old *route
	if l := r.literals[fold]; l != nil {
		old = l.to
	}
	next, err := place(old)
	if err != nil {
		return nil, err
	}
	r.literals[fold] = &literal{segment, next}
	r.spelt[segment] = r.literals[fold]
	return next, nil
}

// find returns the literal that segment names, in any letter case, with or
// without "()" and the namespace of an action or a cast.
func (r *route) find(segment string) *literal {
	if l := r.spelt[segment]; l != nil || r.literals == nil {
		return l
	}
	fold := strings.ToLower(strings.TrimSuffix(segment, "()"))
	if l := r.literals[fold]; l != nil {
		return l
	}
	bare, qualified := strings.CutPrefix(strings.TrimPrefix(fold, "microsoft."), "graph.")
	if l := r.literals[bare]; qualified && l != nil && l.to.isEnd() {
		return l
	}
	return r.literals["microsoft.graph."+bare]
}

// isEnd reports whether nothing leads on from the place, as behind an action.
func (r *route) isEnd() bool { return r.literals == nil && r.key == nil }

// A resolution is how far a path led.
type resolution struct {
	at     *route
	keys   []Key
	depth  int    // segments that led somewhere
	failed string // the first that did not, as sent; "" if all did
	// respelt are segments in another letter case than the contract's: sent → contract's.
	respelt []Key
}

// resolve follows the segments of a path, which are as sent.
func (r *route) resolve(segments []string) (res resolution) {
	res.at = r
	for _, raw := range segments {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw // reported by the path check
		}
		if !res.step(segment) {
			res.failed = segment
			return res
		}
		res.depth++
	}
	return res
}

func (res *resolution) step(segment string) bool {
	name, quoted, inParens := strings.Cut(segment, "(")
	if l := res.at.find(name); inParens && quoted != ")" && strings.HasSuffix(quoted, ")") && l != nil && l.to.key != nil {
		res.follow(l, name)
		return res.stepKey(unquoteKey(strings.TrimSuffix(quoted, ")")))
	}
	if l := res.at.find(segment); l != nil {
		res.follow(l, strings.TrimSuffix(segment, "()"))
		return true
	}
	// A key that starts with $ has to stand in parentheses: $count and its like
	// are no keys.
	return !strings.HasPrefix(segment, "$") && res.stepKey(segment)
}

func (res *resolution) follow(l *literal, spelt string) {
	if spelt != l.spelling && strings.EqualFold(spelt, l.spelling) {
		res.respelt = append(res.respelt, Key{spelt, l.spelling})
	}
	res.at = l.to
}

func (res *resolution) stepKey(value string) bool {
	if res.at.key == nil || value == "" {
		return false
	}
	res.keys = append(res.keys, Key{res.at.keyName, value})
	res.at = res.at.key
	return true
}

// unquoteKey reads the key of catalogs('it”s') or catalogs(id='it”s').
func unquoteKey(s string) string {
	s = strings.TrimPrefix(s, "id=")
	if len(s) >= 2 && s[0] == '\'' && s[len(s)-1] == '\'' {
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}

// expected says what could have stood after the place.
func (r *route) expected() []string {
	var out []string
	for _, fold := range slices.Sorted(maps.Keys(r.literals)) {
		out = append(out, r.literals[fold].spelling)
	}
	if r.key != nil {
		out = append(out, "{"+r.keyName+"}")
	}
	return out
}

// methods returns the methods of the place, sorted.
func (r *route) methods() []string { return slices.Sorted(maps.Keys(r.ops)) }
