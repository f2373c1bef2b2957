// Measure holds the contract that graphmock makes of Graph's metadata to a corpus of documented
// requests, and reports how many lead to an operation, which errors the checks find and whose they are,
// and how many planted faults are caught. The corpus and the metadata are no part of the module.
//
//	go run ./internal/corpus/measure --metadata v1.0.csdl --examples examples.jsonl --templates templates.jsonl
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/graphmock/graphmock/internal/corpus"
	"github.com/graphmock/graphmock/schemas"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 0 if there is a report, 1 if not, 2 if the command line is wrong.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	flags.SetOutput(stderr)
	metadata := flags.String("metadata", "../shared/csdl/graph-v1.0.csdl", "`file` of Graph's metadata")
	examples := flags.String("examples", "../shared/corpus/graph-v1.0-examples.dev.jsonl", "`file` of documented requests with their answers")
	templates := flags.String("templates", "../shared/corpus/graph-v1.0-url-templates.dev.jsonl", "`file` of documented templates of URLs; \"\" for none")
	misses := flags.Bool("misses", false, "show the first planted faults of each kind that were missed")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "measure: error: want no arguments, have %q\n", flags.Arg(0))
		return 2
	}
	if err := report(stdout, *metadata, *examples, *templates, *misses); err != nil {
		fmt.Fprintf(stderr, "measure: error: %v\n", err)
		return 1
	}
	return 0
}

func report(w io.Writer, metadata, examples, templates string, misses bool) error {
	set, err := corpus.Contract(metadata)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "metadata %s\n", metadata)
	records, err := measure(w, set, "requests", examples, corpus.RequestTable)
	if err != nil {
		return err
	}
	if templates != "" {
		more, err := measure(w, set, "templates", templates, corpus.TemplateTable)
		if err != nil {
			return err
		}
		records = append(records, more...)
	}
	tally := corpus.Check(set, corpus.Plant(set, records))
	fmt.Fprintf(w, "\nplanted faults\n")
	if err := tally.Write(w); err != nil {
		return err
	}
	if misses {
		writeMisses(w, tally)
	}
	return nil
}

// measure reports what the checks find in the records of a file, and returns the records.
func measure(w io.Writer, set *schemas.Set, what, file, table string) ([]corpus.Record, error) {
	records, err := corpus.Read(file)
	if err != nil {
		return nil, err
	}
	all := len(records)
	records = slices.DeleteFunc(records, func(r corpus.Record) bool { return !r.ForGraph() })
	res := corpus.Measure(set, records)
	fmt.Fprintf(w, "\n%s of %s: %d, of which %d go to Graph v1.0\n", what, file, all, len(records))
	fmt.Fprintf(w, "  %d lead to an operation: %.2f %%\n", res.Resolved, 100*float64(res.Resolved)/float64(max(res.Requests, 1)))
	if err := writeCauses(w, "errors found in "+what, table, res.RequestErrors); err != nil {
		return nil, err
	}
	if res.Answers == 0 {
		return records, nil
	}
	return records, writeCauses(w, fmt.Sprintf("errors found in their %d answers", res.Answers), corpus.ResponseTable, res.ResponseErrors)
}

// writeCauses reports errors by cause, and those whose cause is not known one by one.
func writeCauses(w io.Writer, title, table string, found []corpus.Fault) error {
	causes, err := corpus.ReadTable(table)
	if err != nil {
		return err
	}
	counts := causes.Count(found)
	fmt.Fprintf(w, "  %s: %d, of which %d are not known to be the documentation's\n", title, len(found), counts[""])
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		if cause != "" {
			fmt.Fprintf(tab, "    %5d\t%s\t%s\n", counts[cause], cause, causes.Causes[cause])
		}
	}
	for _, f := range found {
		if causes.Cause(f) == "" {
			fmt.Fprintf(tab, "    ?\t%s\t%s\n", f.ID, f.Finding)
		}
	}
	return tab.Flush()
}

func writeMisses(w io.Writer, tally corpus.Tally) {
	for _, kind := range slices.Sorted(maps.Keys(tally.Misses)) {
		fmt.Fprintf(w, "\nmissed: %s\n", kind)
		for _, m := range tally.Misses[kind] {
			fmt.Fprintf(w, "    %s\n", m)
		}
	}
}
