package corpus

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Write writes the table of kinds.
func (t *Tally) Write(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tab, "planted\tcaught\t\tright place\t\t  kind")
	row := func(name string, n Count) {
		fmt.Fprintf(tab, "%d\t%d\t%.2f %%\t%d\t%.2f %%\t  %s\n", n.Planted, n.Caught, 100*n.CaughtShare(), n.Placed, 100*n.PlacedShare(), name)
	}
	for _, kind := range slices.Sorted(maps.Keys(t.Kinds)) {
		row(kind, *t.Kinds[kind])
	}
	row("all", t.Total)
	return tab.Flush()
}

// String shows a miss with what was found instead.
func (m Miss) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): ", m.ID, m.What)
	if m.Caught {
		b.WriteString("caught in another place than ")
	} else {
		b.WriteString("not caught at ")
	}
	fmt.Fprintf(&b, "%s %s", m.Want.In, m.Want.Pointer)
	if m.Want.Line > 0 {
		fmt.Fprintf(&b, " (line %d, column %d)", m.Want.Line, m.Want.Column)
	}
	fmt.Fprintf(&b, " of %s %s", m.Request.Method, m.Request.URL)
	for _, f := range m.Findings {
		fmt.Fprintf(&b, "\n      %s", f)
	}
	return b.String()
}
