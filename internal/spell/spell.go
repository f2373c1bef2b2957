// Package spell finds what was probably meant by a misspelt name.
package spell

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Closest returns the candidate that name is probably a misspelling of, or ""
// if none is near. Letter case counts less than any other difference; of equally near
// candidates the first wins. A candidate is near if no more than a quarter of
// the letters, and at least two, have to change.
func Closest(name string, candidates []string) string {
	var best string
	cutoff := max(2, len(name)/4)
	nearest := cutoff + 1
	folded := strings.ToLower(name)
	for _, c := range candidates {
		if c == name {
			continue
		}
		d := levenshtein.ComputeDistance(folded, strings.ToLower(c))
		if d < nearest && d < len(c) {
			best, nearest = c, d
		}
	}
	return best
}
