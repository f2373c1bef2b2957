package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/internal/metadata"
	"github.com/graphmock/graphmock/schemas"
)

const pullHelp = `Get the metadata document of Graph and keep it in a folder, from where the other
commands and schemas.OpenMetadata take it.

It comes from https://graph.microsoft.com/VERSION/$metadata, which asks for no
token, or from the Graph of another cloud. HTTPS_PROXY and NO_PROXY are heeded.
--from takes it from a file, another URL or standard input (-) instead.

The folder is graphmock/ in the root of the repository, unless there is one nearer.
A document is read before it is kept: one with mistakes changes nothing. Beside it
stands contracts.json, which lists for each document the name of its contract, where
it came from, when, and its hash.`

type pullCommand struct {
	env     *Env
	cloud   string
	from    string
	dir     string
	name    string
	fetcher metadata.Fetcher
	now     func() time.Time
}

func newPull(env *Env) *cobra.Command {
	c := &pullCommand{env: env, now: time.Now}
	cmd := &cobra.Command{
		Use:     "pull v1.0|beta",
		Short:   "Get the metadata of all of Graph",
		Long:    pullHelp,
		Example: "  graphmock contract pull v1.0\n  graphmock contract pull beta --cloud china\n  graphmock contract pull v1.0 --from ./metadata.xml",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	fs := cmd.Flags()
	addChoice(fs, &c.cloud, "cloud", metadata.Global, "whose Graph", metadata.Clouds()...)
	addValue(fs, "from", "file|url", "", "take the document from there; - is standard input", c.setFrom)
	fs.StringVar(&c.dir, "dir", "", "the `folder` to keep it in (default graphmock in the root of the repository)")
	addValue(fs, "name", "name", "", "what the contract is called (default graph-VERSION, with the cloud behind it)", func(text string) error {
		if err := metadata.CheckName(text); err != nil {
			return usagef("%w", err)
		}
		c.name = text
		return nil
	})
	return cmd
}

func (c *pullCommand) setFrom(text string) error {
	c.from = text
	if text == "-" || metadata.IsURL(text) {
		return nil
	}
	switch info, err := os.Stat(text); {
	case err != nil:
		return notThere(text, err)
	case info.IsDir():
		return usagef("it is a folder")
	}
	return nil
}

func (c *pullCommand) run(ctx context.Context, args []string) error {
	version, err := c.version(args)
	if err != nil {
		return err
	}
	name := cmp.Or(c.name, metadata.DefaultName(version, c.cloud))
	folder, err := c.folder()
	if err != nil {
		return err
	}
	origin := metadata.URL(version, c.cloud)
	switch {
	case metadata.IsURL(c.from):
		origin = metadata.Redact(c.from)
	case c.from != "":
		origin = c.from
	}
	text, err := c.get(ctx, version)
	if err != nil {
		return err
	}
	contract, err := schemas.ParseMetadata(name, version, origin, text)
	if err != nil {
		return (&failure{status: exitFailed, err: err}).hint("nothing was kept: this can't be used")
	}
	change, err := folder.Keep(metadata.Entry{
		Name: name, Version: version, Cloud: c.cloud, Origin: origin, Pulled: metadata.Stamp(c.now()),
	}, text)
	if err != nil {
		return err
	}
	c.tell(folder, contract, change)
	return nil
}

func (c *pullCommand) version(args []string) (string, error) {
	example := "graphmock contract pull "
	switch {
	case len(args) == 0:
		return "", usagef("pull needs a version").hint("%sv1.0", example)
	case len(args) > 1:
		return "", usagef("want one version, not %q", strings.Join(args, " ")).hint("%s%s", example, args[0])
	case !slices.Contains(metadata.Versions(), args[0]):
		f := usagef("no version %q: want %s", args[0], orList(metadata.Versions())).hintMeant(args[0], metadata.Versions(), example, "")
		if _, err := os.Stat(args[0]); err == nil {
			f.hint("%sv1.0 --from %s", example, args[0])
		}
		return "", f
	}
	return args[0], nil
}

func (c *pullCommand) folder() (*metadata.Folder, error) {
	wd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir := c.dir
	if dir == "" {
		dir = shortPath(wd, cmp.Or(metadata.Find(wd), metadata.Default(wd)))
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, usagef("%s is no folder", dir).hint("--dir names another one")
	}
	return metadata.Open(dir)
}

// get returns the document. Its size is limited.
func (c *pullCommand) get(ctx context.Context, version string) ([]byte, error) {
	switch {
	case c.from == "-":
		text, err := metadata.ReadLimited(c.env.Stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		return text, nil
	case metadata.IsURL(c.from):
		return c.fetcher.Fetch(ctx, c.from)
	case c.from != "":
		return metadata.ReadFile(c.from)
	}
	text, err := c.fetcher.Fetch(ctx, metadata.URL(version, c.cloud))
	if err != nil {
		return nil, failf("%w", err).hint("graphmock contract pull %s --from FILE takes a file that you got otherwise", version)
	}
	return text, nil
}

// tell says what was written, and what may be typed next.
func (c *pullCommand) tell(folder *metadata.Folder, now *schemas.Contract, change *metadata.Change) {
	e, file := change.Entry, folder.Path(change.Entry)
	switch {
	case change.Unchanged():
		fmt.Fprintf(c.env.Stdout, "%s is unchanged since %s\n", file, day(e.Pulled))
		return
	case change.Old == nil:
		fmt.Fprintf(c.env.Stdout, "wrote %s: %s, %s\n", file, bytesText(e.Bytes), sizes(now))
		if change.Before != nil {
			fmt.Fprintf(c.env.Stdout, "  it takes the place of a file that was not the one pulled on %s\n", day(change.Before.Pulled))
		}
	default:
		fmt.Fprintf(c.env.Stdout, "wrote %s\n", file)
		c.compare(now, change)
	}
	fmt.Fprintf(c.env.Stdout, "wrote %s\n", folder.ListPath())
	if n := len(now.Issues()); n > 0 {
		fmt.Fprintf(c.env.log, "graphmock: note: %s, which does no harm; graphmock contract lint %s tells where\n", places(n), e.Name)
	}
	flag := ""
	switch {
	case c.dir != "":
		flag = " --contract " + file
	case e.Name != metadata.DefaultName(e.Version, metadata.Global):
		flag = " --contract " + e.Name
	}
	fmt.Fprintf(c.env.log, "graphmock: hint: graphmock contract show%s /me\n", flag)
	fmt.Fprintf(c.env.log, "graphmock: hint: graphmock serve%s\n", flag)
}

func places(n int) string {
	if n == 1 {
		return "one place of the document was not understood"
	}
	return fmt.Sprintf("%d places of the document were not understood", n)
}

// compare tells what is different from the document before.
func (c *pullCommand) compare(now *schemas.Contract, change *metadata.Change) {
	old, e := change.Before, change.Entry
	w := tabwriter.NewWriter(c.env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  \t%s\t%s\n", day(old.Pulled), day(e.Pulled))
	if before, err := schemas.ParseMetadata(old.Name, old.Version, old.File, change.Old); err == nil { // it was pulled by another graphmock
		b, n := before.Counts(), now.Counts()
		for _, row := range []struct {
			what   string
			before int
			now    int
		}{{"types", b.Types, n.Types}, {"actions and functions", b.Operations, n.Operations}, {"entry points", b.Entries, n.Entries}} {
			fmt.Fprintf(w, "  %s\t%d\t%d%s\n", row.what, row.before, row.now, difference(row.before, row.now))
		}
	}
	fmt.Fprintf(w, "  bytes\t%d\t%d%s\n", old.Bytes, e.Bytes, difference(old.Bytes, e.Bytes))
	fmt.Fprintf(w, "  sha256\t%s…\t%s…\n", old.SHA256[:12], e.SHA256[:12])
	w.Flush()
}

func difference(before, now int) string {
	if before == now {
		return ""
	}
	return fmt.Sprintf(" (%+d)", now-before)
}

// day returns the day of a time as it stands in the list.
func day(pulled string) string { return pulled[:len("2006-01-02")] }
