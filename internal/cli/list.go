package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/schemas"
)

const listHelp = `List the contracts: those that come with graphmock, and those that are made of
metadata which was pulled. The names are what --contract takes.`

type listCommand struct {
	env    *Env
	format string
	shelf  shelf
}

func newList(env *Env) *cobra.Command {
	c := &listCommand{env: env}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the contracts",
		Long:  listHelp,
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return c.run() },
	}
	addChoice(cmd.Flags(), &c.format, "format", "text", "how to print them", "text", "json")
	addDir(cmd.Flags(), &c.shelf)
	return cmd
}

// contractDocument is a contract in JSON.
type contractDocument struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	Kind       string `json:"kind"`           // "upload-api" or "graph"
	Date       string `json:"date,omitempty"` // when the revision was published
	Cloud      string `json:"cloud,omitempty"`
	File       string `json:"file,omitempty"`
	Origin     string `json:"origin"`
	Pulled     string `json:"pulled,omitempty"`
	SHA256     string `json:"sha256,omitempty"`
	Bytes      int    `json:"bytes,omitempty"`
	Types      int    `json:"types"`
	Operations int    `json:"operations"`
	Error      string `json:"error,omitempty"` // why it can't be used
}

func (c *listCommand) run() error {
	pulled, err := c.shelf.all()
	if err != nil {
		return err
	}
	var list []contractDocument
	var errs []error
	for _, d := range pulled {
		document := contractDocument{
			Name: d.name, Version: d.version, Kind: "graph", Cloud: d.entry.Cloud, File: d.file, Origin: d.entry.Origin,
			Pulled: d.entry.Pulled, SHA256: d.entry.SHA256, Bytes: d.entry.Bytes,
		}
		contract, err := d.load()
		if err != nil {
			document.Error = err.Error()
			errs = append(errs, err)
		} else {
			n := contract.Counts()
			document.Types, document.Operations = n.Types, n.Operations
		}
		list = append(list, document)
	}
	for _, e := range newestFirst(schemas.Embedded()) {
		list = append(list, contractDocument{
			Name: e.Name, Version: e.Version, Kind: "upload-api", Date: e.Date, Origin: e.Source, Operations: e.Counts().Operations,
		})
	}
	if c.format == "json" {
		err = writeJSON(c.env.Stdout, list)
	} else {
		err = c.table(list)
	}
	if len(pulled) == 0 {
		fmt.Fprintln(c.env.log, "graphmock: hint: graphmock contract pull v1.0 adds all of Graph")
	}
	return errors.Join(append(errs, err)...)
}

func (c *listCommand) table(list []contractDocument) error {
	w := tabwriter.NewWriter(c.env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tVERSION\tKIND\tDATE\tCONTENTS\tSOURCE")
	for _, d := range list {
		if d.Kind != "graph" {
			fmt.Fprintf(w, "%s\t%s\tupload API\t%s\t%s\tembedded\n", d.Name, d.Version, d.Date, count(d.Operations, "operation"))
			continue
		}
		contents := count(d.Types, "type") + ", " + count(d.Operations, "action or function")
		if d.Error != "" {
			contents = "can't be used"
		}
		fmt.Fprintf(w, "%s\t%s\twhole of Graph\t%s\t%s\t%s\n", d.Name, d.Version, day(d.Pulled), contents, d.File)
	}
	return w.Flush()
}
