package cli

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(env *Env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.Stdout, version())
			return err
		},
	}
}

// version returns what the build says of itself: "graphmock v1.2.3 (go1.26.0)".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "graphmock (unknown version)"
	}
	about := info.GoVersion
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		about += ", commit " + revision[:min(12, len(revision))]
		if settings["vcs.modified"] == "true" {
			about += " with changes"
		}
	}
	return fmt.Sprintf("graphmock %s (%s)", cmp.Or(info.Main.Version, "(devel)"), about)
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s takes no argument, not %q", cmd.CommandPath(), args[0]).hint("%s --help", cmd.CommandPath())
}
