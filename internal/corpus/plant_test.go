package corpus

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestPlanted plants faults in the documented requests that have none, and asks of each kind that
// 99 % are caught and 98 % of these in the right place.
func TestPlanted(t *testing.T) {
	set, records := load(t, examples)
	_, more := load(t, templates)
	tally := Check(set, Plant(set, append(records, more...)))
	var b strings.Builder
	if err := tally.Write(&b); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", b.String())
	for _, kind := range slices.Sorted(maps.Keys(tally.Kinds)) {
		n := tally.Kinds[kind]
		if n.Planted == 0 || n.CaughtShare() < 0.99 || n.PlacedShare() < 0.98 {
			t.Errorf("%s: %.2f %% caught, %.2f %% of them in the right place", kind, 100*n.CaughtShare(), 100*n.PlacedShare())
		}
		for i, m := range tally.Misses[kind] {
			if i == 3 {
				break
			}
			t.Logf("%s: %s", kind, m)
		}
	}
}

// TestPlantIsDeterministic holds the measurement to be the same in each run.
func TestPlantIsDeterministic(t *testing.T) {
	set, records := load(t, examples)
	text := func() string {
		var b strings.Builder
		for f := range Plant(set, records[:100]) {
			fmt.Fprintln(&b, f.Kind, f.ID, f.What, f.Want, f.Request.Method, f.Request.URL, string(f.Request.Body))
		}
		return b.String()
	}
	if first := text(); first != text() {
		t.Error("two runs plant different faults")
	}
}
