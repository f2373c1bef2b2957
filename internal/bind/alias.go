package bind

import (
	"fmt"
	"maps"
	"slices"

	"github.com/graphmock/graphmock/internal/odata"
)

// cycles reports parameter aliases whose values lead back to themselves.
func (c *checker) cycles(aliases map[string]odata.Expr) {
	if len(aliases) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		if reaches(aliases, name, name, make(map[string]bool)) {
			c.option = name
			c.add(Problem{Rule: ruleAlias, Found: name, Wanted: "a value", Message: fmt.Sprintf("the value of the parameter alias %s needs itself", name)})
		}
	}
}

// reaches reports whether the value of an alias uses another one, directly or through others.
func reaches(aliases map[string]odata.Expr, from, to string, seen map[string]bool) bool {
	if aliases[from] == nil {
		return false
	}
	for _, use := range odata.AliasUses(aliases[from]) {
		name := use.Root
		if name == to || !seen[name] {
			seen[name] = true
			if name == to || reaches(aliases, name, to, seen) {
				return true
			}
		}
	}
	return false
}
