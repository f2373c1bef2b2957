// Package cli is the command graphmock: the fake Graph and the contract checks
// for people and for CI, in any language.
//
// Results go to standard output; errors, and hints at what to type instead, to
// standard error. The exit status is 0 if all is well, 1 if a contract was broken
// or something failed, and 2 for a wrong command line.
package cli

import (
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Env is what a command gets from the world around it.
type Env struct {
	Args   []string // without the name of the program
	Getenv func(string) string
	Stdin  io.Reader
	// Stdout and Stderr are the files themselves where a child process shall
	// write to them, and where colours may show.
	Stdout, Stderr io.Writer
	// Command returns a process to start, which inherits the environment.
	Command func(name string, args ...string) *exec.Cmd
	// Notify sends the signals that end a program to c from now on, until stop
	// is called. It does not wait for c. From then on, writing to a pipe that
	// nobody reads is an error and does not end the program.
	Notify func(c chan<- os.Signal) (stop func())

	log io.Writer // Stderr, for several goroutines
}

// OS returns the environment of this process.
func OS() Env {
	return Env{
		Args: os.Args[1:], Getenv: os.Getenv,
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Command: exec.Command,
		Notify: func(c chan<- os.Signal) func() {
			signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
			for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGQUIT} {
				if !signal.Ignored(sig) { // as nohup does
					signals = append(signals, sig)
				}
			}
			signal.Notify(c, signals...)
			signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a command would inherit signal.Ignore
			return func() { signal.Stop(c) }
		},
	}
}

// Run runs the command line in env and returns its exit status. Commands that
// serve end when ctx is done, as they do on a signal.
func Run(ctx context.Context, env Env) int {
	env.log = &lockedWriter{w: env.Stderr}
	root := newRoot(&env)
	if err := root.ExecuteContext(ctx); err != nil {
		return complain(env.log, err)
	}
	return 0
}

const rootHelp = `graphmock answers like Microsoft Graph and says what is wrong with each call.

  graphmock run -- npm test         run a command against the fake, judge its calls
  graphmock serve                   start the fake, to be used by hand
  graphmock verify session.json     check recorded calls against a contract
  graphmock record --upstream …     record calls to a real Graph
  graphmock replay session.json     answer from recorded sessions only
  graphmock contract pull v1.0      get the metadata of all of Graph

Results go to standard output, errors and hints to standard error. The exit
status is 0 if all is well, 1 if a contract was broken or something failed, and
2 for a wrong command line.`

func newRoot(env *Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "graphmock",
		Short:         "A contract-testing mock server for Microsoft Graph",
		Long:          rootHelp,
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return setFromEnv(cmd, env.Getenv)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return usagef("there is no command").hint("graphmock run -- npm test").hint("graphmock --help lists the commands")
		},
	}
	root.SetArgs(append([]string{}, env.Args...)) // nil would mean os.Args
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newRun(env), newServe(env), newVerify(env), newRecord(env), newReplay(env),
		newContract(env), newRules(env), newVersion(env), newReportsTopic(),
	)
	root.SetHelpCommand(newHelp())
	nameVariables(root)
	return root
}

// newHelp is cobra's help command, with our manners for a wrong name.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Tell about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil || found == cmd.Root() && len(args) > 0:
				return unknownCommand(cmd.Root(), args[0])
			case len(rest) > 0 && found.HasSubCommands():
				return unknownCommand(found, rest[0])
			}
			return found.Help()
		},
	}
}
