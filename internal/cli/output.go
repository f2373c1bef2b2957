package cli

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphmock/graphmock/internal/atomicfile"
	"github.com/graphmock/graphmock/internal/report"
)

var reportFormats = []string{"text", "json", "junit"}

// A reportTarget is a form of the report and where it goes.
type reportTarget struct {
	format string // of reportFormats
	file   string // "" is standard output
}

func (t reportTarget) String() string {
	if t.file == "" {
		return t.format
	}
	return t.format + "=" + t.file
}

// reportFlags say which reports are written.
type reportFlags struct{ targets []reportTarget }

func (f *reportFlags) add(fs *pflag.FlagSet, usage string) {
	addValue(fs, "report", "format[=file]", "", usage+"; text, json or junit, =FILE for a file; repeatable", f.addTarget)
}

func (f *reportFlags) addTarget(text string) error {
	format, file, named := strings.Cut(text, "=")
	t := reportTarget{format, file}
	if !slices.Contains(reportFormats, format) {
		return usagef("want %s, or one of them with =FILE", orList(reportFormats)).hintMeant(format, reportFormats, "--report ", strings.TrimPrefix(text, format))
	}
	switch {
	case named && file == "":
		return usagef("there is no file behind the =").hint("--report %s=report.%s", format, map[string]string{"text": "txt", "json": "json", "junit": "xml"}[format])
	case file == "-":
		t.file = ""
	}
	for _, other := range f.targets {
		if sameFile(other.file, t.file) {
			return usagef("%s goes to the same place", other).hint("--report %s=FILE", format)
		}
	}
	if t.file != "" {
		if err := canCreate(t.file); err != nil {
			return err
		}
	}
	f.targets = append(f.targets, t)
	return nil
}

// sameFile reports whether two names, where "" is standard output, lead to one file.
func sameFile(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	absA, errA := filepath.Abs(a)
	absB, errB := filepath.Abs(b)
	if errA == nil && errB == nil && absA == absB {
		return true
	}
	dirA, errA := os.Stat(filepath.Dir(a))
	dirB, errB := os.Stat(filepath.Dir(b))
	return errA == nil && errB == nil && os.SameFile(dirA, dirB) && filepath.Base(a) == filepath.Base(b)
}

// orText returns the reports that were asked for, or text on standard output
// if none was.
func (f *reportFlags) orText() []reportTarget {
	if len(f.targets) == 0 {
		return []reportTarget{{format: "text"}}
	}
	return f.targets
}

// writeReports writes a report in every form that is asked for. It goes on
// after an error.
func writeReports(env *Env, r *report.Report, targets []reportTarget) error {
	var errs []error
	for _, t := range targets {
		if t.file == "" {
			errs = append(errs, writeReport(env.Stdout, r, t.format, colors(env)))
			continue
		}
		var b bytes.Buffer
		err := writeReport(&b, r, t.format, false)
		if err == nil {
			err = atomicfile.Write(t.file, b.Bytes(), 0o644)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func writeReport(w io.Writer, r *report.Report, format string, color bool) error {
	switch format {
	case "json":
		return r.WriteJSON(w)
	case "junit":
		return r.WriteJUnit(w)
	}
	return r.WriteText(w, report.TextOptions{Color: color})
}

// judge returns why the exit status is 1, nil if it is 0. It names the way to a
// report for people unless that was written, or the findings were told elsewhere.
func judge(r *report.Report, targets []reportTarget, told bool) error {
	if r.Broken == 0 {
		return nil
	}
	f := failf("%d of %d calls broke the contract", r.Broken, r.Calls)
	if r.Calls == 1 {
		f = failf("the call broke the contract")
	}
	if !told && !slices.ContainsFunc(targets, func(t reportTarget) bool { return t.format == "text" }) {
		f.hint("--report text says how")
	}
	return f
}

// colors reports whether text on standard output may have colours.
func colors(env *Env) bool {
	f, ok := env.Stdout.(*os.File)
	if !ok || env.Getenv("NO_COLOR") != "" || env.Getenv("TERM") == "dumb" {
		return false
	}
	if runtime.GOOS == "windows" && env.Getenv("WT_SESSION") == "" && env.Getenv("TERM") == "" {
		return false // the old console shows the escape sequences
	}
	return isTerminal(f)
}

// isTerminal reports whether a stream is a terminal, or a device like one.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// canCreate finds out before the work begins whether a file can be written at
// its end. What it says is a usage error.
func canCreate(name string) error {
	dir := filepath.Dir(name)
	info, err := os.Stat(dir)
	if err != nil {
		return noFile(dir, err)
	}
	if !info.IsDir() {
		return usagef("%s is no folder", dir)
	}
	switch info, err := os.Stat(name); {
	case err == nil && info.IsDir():
		return usagef("%s is a folder", name).hint("name a file in it")
	case err == nil && !info.Mode().IsRegular():
		return nil // such as /dev/stderr
	}
	probe, err := os.CreateTemp(dir, ".graphmock-*.tmp") // as atomicfile does
	if err != nil {
		return cannotWrite(dir, err)
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return cannotWrite(dir, err)
	}
	return nil
}

func cannotWrite(dir string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return usagef("no file can be made in %s: %w", dir, err)
}

const reportsHelp = `What was found can be told in several forms at once:

  --report text                on standard output, for people
  --report text=report.txt     the same in a file
  --report json=report.json    for programs
  --report junit=report.xml    for CI: a case for each operation of the contract

run, verify and record write text to standard output if none is asked for.

The members of the JSON:

  format     "` + report.JSONFormat + `"
  ok         no call broke the contract, and all input could be read
  summary    calls, broken, unexpected; errors, warnings, notes: how many
  coverage   for each contract: contract, covered, missed (ids of operations)
  problems   the calls with findings: call (number), place (file and line, of a
             recorded one), method, url, status, contract, operation, unexpected,
             miss, findings (rule, severity, in, pointer, line, column, message,
             found, wanted, suggestion, source, reference)
  omitted    calls with findings that are too many to be listed
  unread     lines and files that could not be read; not there if there are none
  unused     answers and interactions that were prepared and never asked for`

// newReportsTopic is a page of the manual: it has no command.
func newReportsTopic() *cobra.Command {
	return &cobra.Command{Use: "reports", Short: "The forms of a report, and the members of the JSON", Long: reportsHelp}
}
