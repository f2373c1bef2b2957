package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/schemas"
)

const contractHelp = `Look at contracts, and keep the metadata of Graph that contracts are made of.

  graphmock contract pull v1.0          get the metadata of all of Graph
  graphmock contract list               which contracts there are
  graphmock contract show user          tell about a type, a path or an operation
  graphmock contract lint               check metadata documents

The upload API of entitlement management comes with graphmock. All other parts of
Graph are known from its metadata, which pull puts into the folder graphmock/ of
your repository, with a list, contracts.json, of where it came from. Commit both.

What was pulled under the names graph-v1.0 and graph-beta is used by the other
commands without being asked for. Their flag --contract chooses otherwise:

  --contract graph-v1.0-china  what was pulled under that name
  --contract ./some.csdl       a metadata file; its version is v1.0, or beta if
                               there is "beta" in its name
  --contract beta=./some.csdl  the same, for that version
  --contract beta-2026-06      that revision of the upload API, and what is pulled
  --contract embedded          the upload API only, nothing that was pulled`

func newContract(env *Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contract",
		Short: "Get, list, show and check contracts",
		Long:  contractHelp,
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return usagef("there is no command").hint("graphmock contract list").hint("graphmock contract --help lists the commands")
		},
	}
	cmd.AddCommand(newPull(env), newList(env), newShow(env), newLint(env))
	return cmd
}

// sizes says how large a contract is, for people.
func sizes(c *schemas.Contract) string {
	n := c.Counts()
	if !c.FromMetadata() {
		return count(n.Operations, "operation")
	}
	return fmt.Sprintf("%s, %s, %s", count(n.Types, "type"), count(n.Operations, "action or function"), count(n.Entries, "entry point"))
}

// count returns a number with what is counted, in the plural if it has to be.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if first, second, ok := strings.Cut(what, " or "); ok {
		return fmt.Sprintf("%d %ss and %ss", n, first, second)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// bytesText returns a number of bytes for people.
func bytesText(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return count(n, "byte")
}
