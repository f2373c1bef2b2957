// Package spell finds what was probably meant by a misspelt name.
package spell

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Closest returns the candidate that name is probably a misspelling of, or ""
// if none is near. Letter case counts less than any other difference; of equally near
// candidates the first wins. A candidate is near if no more than a quarter of
// the letters, and at least two, have to change. If none is, the longest one that name begins or ends
// with is meant: names lose a prefix more often than they change.
func Closest(name string, candidates []string) string {
	var best, longest string
	cutoff := max(2, len(name)/4)
	nearest := cutoff + 1
	folded := strings.ToLower(name)
	for _, c := range candidates {
		if c == name {
			continue
		}
		other := strings.ToLower(c)
		if d := levenshtein.ComputeDistance(folded, other); d < nearest && d < len(c) {
			best, nearest = c, d
		}
		if len(c) >= minAffix && len(c) > len(longest) && (strings.HasSuffix(folded, other) || strings.HasPrefix(folded, other)) {
			longest = c
		}
	}
	if best == "" {
		return longest
	}
	return best
}

// minAffix is how long a name is at least that is recognised within a longer one.
const minAffix = 6
