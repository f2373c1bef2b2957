// Package spell finds what was probably meant by a misspelt name.
package spell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// Closest returns the candidate that name is probably a misspelling of, or ""
// if none is near. Letter case counts less than any other difference; of equally near
// candidates the first wins. A candidate is near if no more than a quarter of
// the letters, or two of them, have to change. If none is, the longest one that name begins or ends
// with is meant: names lose a prefix more often than they change.
func Closest(name string, candidates []string) string {
	var best, longest string
	if len(name) > maxName {
		return ""
	}
	cutoff := max(2, len(name)/4)
	nearest := cutoff + 1
	folded := strings.ToLower(name)
	length := utf8.RuneCountInString(folded)
	for _, c := range candidates {
		if c == name {
			continue
		}
		other := strings.ToLower(c)
		if gap := length - utf8.RuneCountInString(other); max(gap, -gap) < nearest { // the distance is no less
			if d := levenshtein.ComputeDistance(folded, other); d < nearest && d < len(c) {
				best, nearest = c, d
			}
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

// Hint returns what was probably meant by name, to be put behind a message:
// `; did you mean "x"?`, or "".
func Hint(name string, candidates []string) string {
	if meant := Closest(name, candidates); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}

// maxName is the length in bytes of the longest name that is looked at: nobody
// misspells a name of a kilobyte.
const maxName = 1 << 10

// minAffix is how long a name is at least that is recognised within a longer one.
const minAffix = 6
