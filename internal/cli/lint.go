package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/schemas"
)

const lintHelp = `Read metadata documents and print what is wrong with them, and what of them was not
understood, each with file, line and column. Errors make the exit status 1. What was
not understood is a note: it has no effect and does no harm.

A document is a file, or the name of a contract that was pulled. Without any, all
that was pulled is read.`

type lintCommand struct {
	env    *Env
	format string
	shelf  shelf
}

func newLint(env *Env) *cobra.Command {
	c := &lintCommand{env: env}
	cmd := &cobra.Command{
		Use:     "lint [NAME|FILE…]",
		Short:   "Check metadata documents",
		Long:    lintHelp,
		Example: "  graphmock contract lint\n  graphmock contract lint ./metadata.xml",
		RunE:    func(_ *cobra.Command, args []string) error { return c.run(args) },
	}
	addChoice(cmd.Flags(), &c.format, "format", "text", "how to print it", "text", "json")
	addDir(cmd.Flags(), &c.shelf)
	return cmd
}

// lintDocument is what was found in a document, in JSON.
type lintDocument struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	File    string      `json:"file"`
	Types   int         `json:"types"`
	Errors  []lintPlace `json:"errors"`
	Issues  []lintPlace `json:"issues"`
}

type lintPlace struct {
	Line    int    `json:"line,omitempty"` // 0: the whole of the document
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

func (c *lintCommand) run(args []string) error {
	documents, err := c.documents(args)
	if err != nil {
		return err
	}
	list, bad := []lintDocument{}, 0
	var hints []string
	for _, d := range documents {
		found, advice := c.lint(d)
		if len(found.Errors) > 0 {
			bad++
		}
		list, hints = append(list, found), append(hints, advice...)
	}
	if c.format == "json" {
		err = writeJSON(c.env.Stdout, list)
	} else {
		c.print(list)
	}
	switch {
	case bad == 0:
		return err
	case len(list) == 1:
		return errors.Join(err, &failure{exitFailed, errors.New("the document can't be used"), hints})
	}
	return errors.Join(err, &failure{exitFailed, fmt.Errorf("%d of %d documents can't be used", bad, len(list)), hints})
}

func (c *lintCommand) documents(args []string) (list []document, err error) {
	if len(args) == 0 {
		if list, err = c.shelf.all(); err == nil && len(list) == 0 {
			err = c.shelf.nothingPulled()
		}
		return list, err
	}
	for _, arg := range args {
		if slices.Contains(embeddedNames(), arg) {
			return nil, usagef("%s comes with graphmock: there is nothing to check", arg)
		}
		d, err := c.shelf.document(arg)
		if err != nil {
			f := orFailed(err)
			return nil, &failure{f.status, fmt.Errorf("%s: %w", arg, f.err), f.hints}
		}
		list = append(list, d)
	}
	return list, nil
}

// lint reads a document. The advice is what can be done about a file that is not
// the one that was pulled.
func (c *lintCommand) lint(d document) (found lintDocument, advice []string) {
	found = lintDocument{Name: d.name, Version: d.version, File: d.file, Errors: []lintPlace{}, Issues: []lintPlace{}}
	contract, err := d.load()
	if err != nil {
		f := orFailed(err)
		for _, part := range parts(f.err) {
			place := lintPlace{Message: part.Error()}
			if e, ok := errors.AsType[*schemas.MetadataError](part); ok {
				place = lintPlace{e.Line, e.Column, e.Message}
			}
			found.Errors = append(found.Errors, place)
		}
		return found, f.hints
	}
	found.Types = contract.Counts().Types
	for _, i := range contract.Issues() {
		found.Issues = append(found.Issues, lintPlace(i))
	}
	return found, nil
}

// parts returns the errors that were joined in err, or err itself.
func parts(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (c *lintCommand) print(list []lintDocument) {
	mistakes, issues, types := 0, 0, 0
	for _, d := range list {
		for _, p := range d.Errors {
			c.place(d.File, "error", p)
		}
		for _, p := range d.Issues {
			c.place(d.File, "note", p)
		}
		mistakes, issues, types = mistakes+len(d.Errors), issues+len(d.Issues), types+d.Types
	}
	fmt.Fprintf(c.env.Stdout, "%s, %s: %s, %s\n", count(len(list), "document"), count(types, "type"), count(mistakes, "error"), count(issues, "note"))
}

func (c *lintCommand) place(file, severity string, p lintPlace) {
	if p.Line > 0 {
		file = fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
		fmt.Fprintf(c.env.Stdout, "%s: %s: %s\n", file, severity, p.Message)
		return
	}
	fmt.Fprintf(c.env.Stdout, "%s: %s\n", severity, p.Message) // it names the file
}
