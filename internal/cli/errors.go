package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphmock/graphmock/internal/spell"
)

// The exit statuses other than 0.
const (
	exitFailed = 1 // a contract was broken, or something failed
	exitUsage  = 2 // the command line is wrong
)

// A failure is an error with what the person at the keyboard can do about it.
type failure struct {
	status int
	err    error
	hints  []string // each is a line: what to type instead
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// hint adds a line that says what to type instead.
func (f *failure) hint(format string, args ...any) *failure {
	f.hints = append(f.hints, fmt.Sprintf(format, args...))
	return f
}

// hintMeant adds a hint if name looks like a misspelling of a candidate, which
// stands between before and after on the command line.
func (f *failure) hintMeant(name string, candidates []string, before, after string) *failure {
	if meant := spell.Closest(name, candidates); meant != "" {
		return f.hint("did you mean %s%s%s?", before, meant, after)
	}
	return f
}

func usagef(format string, args ...any) *failure {
	return &failure{status: exitUsage, err: fmt.Errorf(format, args...)}
}

func failf(format string, args ...any) *failure {
	return &failure{status: exitFailed, err: fmt.Errorf(format, args...)}
}

// complain tells of an error and returns the exit status. Of errors that were
// joined each has a line of its own.
func complain(w io.Writer, err error) (status int) {
	switch e := err.(type) {
	case *failure:
		complain(w, e.err)
		for _, h := range e.hints {
			fmt.Fprintf(w, "graphmock: hint: %s\n", h)
		}
		return e.status
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			status = max(status, complain(w, part))
		}
		return status
	}
	fmt.Fprintf(w, "graphmock: error: %v\n", err)
	return exitFailed
}

// unknownCommand says what a wrong word in place of a command of parent probably stands for.
func unknownCommand(parent *cobra.Command, name string) error {
	var names []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	path := parent.CommandPath()
	f := usagef("no command %q", name).hintMeant(name, names, path+" ", "")
	if _, err := os.Stat(name); err == nil && len(f.hints) == 0 && !parent.HasParent() {
		f.hint("graphmock verify %s", name)
	}
	return f.hint("%s --help lists the commands", path)
}

// flagError rewrites what pflag says of a wrong flag.
func flagError(cmd *cobra.Command, err error) error {
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	help := cmd.CommandPath() + " --help lists the flags"

	var unknown *pflag.NotExistError
	var noValue *pflag.ValueRequiredError
	var badValue *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if group := unknown.GetSpecifiedShortnames(); group != "" { // -addr
			name, _, _ = strings.Cut(group, "=")
			if cmd.Flags().Lookup(name) != nil {
				return usagef("no flag -%s", name).hint("did you mean --%s?", name)
			}
			return usagef("no flag -%s", name).hintMeant(name, flags, "--", "").hint("%s", help)
		}
		return usagef("no flag --%s", name).hintMeant(name, flags, "--", "").hint("%s", help)
	case errors.As(err, &noValue):
		flag := noValue.GetFlag()
		kind, _ := pflag.UnquoteUsage(flag)
		return usagef("--%s needs a value", flag.Name).hint("--%s %s", flag.Name, strings.ToUpper(kind))
	case errors.As(err, &badValue):
		return badFlagValue("--"+badValue.GetFlag().Name, badValue.GetFlag(), badValue.GetValue(), badValue.Unwrap())
	}
	return usagef("%w", err).hint("%s", help)
}

// badFlagValue says what is wrong with a value that came as name, which is a
// flag or a variable of the environment.
func badFlagValue(name string, flag *pflag.Flag, value string, cause error) error {
	var f *failure
	if errors.As(cause, &f) {
		if f.status == exitFailed { // the value is right, and what it leads to is not
			return f
		}
		return &failure{status: exitUsage, err: fmt.Errorf("%s %q: %w", name, value, f.err), hints: f.hints}
	}
	return usagef("%s %q: want %s", name, value, cmp.Or(wanted[flag.Value.Type()], flag.Value.Type()))
}

// wanted says what the types of pflag take.
var wanted = map[string]string{"bool": "true or false", "uint64": "a whole number from 0", "int": "a whole number"}

// noFile says that a file of the command line is not there, and which is.
func noFile(name string, err error) error {
	f := notThere(name, err)
	f.err = fmt.Errorf("%s: %w", name, f.err)
	return f
}

// notThere is noFile where the file was named before.
func notThere(name string, err error) *failure {
	dir, base := filepath.Split(name)
	entries, _ := os.ReadDir(filepath.Join(dir, ".")) // no hint without it
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return usagef("%w", err).hintMeant(base, names, dir, "")
}

// orFailed returns err as a failure, of status 1 unless it is one already.
func orFailed(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	return &failure{status: exitFailed, err: err}
}

// findFiles reports the first of the files that is not there.
func findFiles(names []string) error {
	for _, name := range names {
		if _, err := os.Stat(name); err != nil {
			return noFile(name, err)
		}
	}
	return nil
}
