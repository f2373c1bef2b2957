package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/mock"
)

const runHelp = `Start the fake Graph on free ports, run a command against it, and tell of its
calls when it has ended.

The command finds in its environment:

  GRAPH_BASE_URL         where the client shall call: http://127.0.0.1:PORT/v1.0
  GRAPHMOCK_URL          the same without the version
  GRAPHMOCK_TLS_URL      the same with https
  GRAPHMOCK_TOKEN        a bearer token that passes
  GRAPHMOCK_CONTROL_URL  the control API, with --control
  SSL_CERT_FILE          a file with the certificate of the https address, for
  NODE_EXTRA_CA_CERTS    OpenSSL, Go on Linux, Python, Ruby and for Node.js

Standard input and output and signals are passed on. The report goes to standard
output behind that of the command. The exit status is 1 if the command failed, if
a call broke the contract or if one fits no operation.`

type runCommand struct {
	env     *Env
	version string
	server  serverFlags
	reports reportFlags
}

func newRun(env *Env) *cobra.Command {
	c := &runCommand{env: env}
	cmd := &cobra.Command{
		Use:     "run [flags] -- command [argument…]",
		Short:   "Run a command against the fake and judge its calls",
		Long:    runHelp,
		Example: "  graphmock run -- npm test\n  graphmock run --version beta --report text --report junit=report.xml -- go test ./...",
		RunE:    func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	fs := cmd.Flags()
	fs.SetInterspersed(false) // what stands behind the command is its own
	addChoice(fs, &c.version, "version", "v1.0", "what GRAPH_BASE_URL ends in", "v1.0", "beta")
	c.server.add(fs)
	c.reports.add(fs, "tell of the calls (default text)")
	return cmd
}

func (c *runCommand) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usagef("there is no command to run").hint("graphmock run -- npm test")
	}
	if err := c.lookUp(args); err != nil {
		return err
	}
	c.hintVersion()
	signals, stop := listen(c.env)
	defer stop()
	s, err := c.server.start(c.env, mock.Config{TLS: true})
	if err != nil {
		return err
	}
	c.server.contracts.announce(c.env)
	dir, err := os.MkdirTemp("", "graphmock-")
	if err != nil {
		return errors.Join(err, s.abandon())
	}
	defer os.RemoveAll(dir)
	cmd, err := c.start(s, args, dir)
	if err != nil {
		return errors.Join(err, s.abandon())
	}
	if err := s.startRecording(); err != nil {
		cmd.Process.Kill()
		cmd.Wait() // the error of the recording is the one to tell
		return errors.Join(err, s.abandon())
	}
	commandErr := howItEnded(c.wait(ctx, cmd, signals))
	os.RemoveAll(dir)
	stop()
	r, err := s.close()
	if r.Calls == 0 {
		fmt.Fprintln(c.env.log, "graphmock: hint: the command made no call; does its client use GRAPH_BASE_URL or GRAPHMOCK_URL?")
	}
	targets := c.reports.orText()
	if slices.Contains(targets, reportTarget{format: "text"}) {
		fmt.Fprintf(c.env.Stdout, "\ngraphmock: report on %s\n\n", shorten(strings.Join(args, " ")))
	}
	return errors.Join(commandErr, err, writeReports(c.env, r, targets), judge(r, targets, false))
}

// lookUp returns the error of a command that is not there.
func (c *runCommand) lookUp(args []string) error {
	if err := c.env.Command(args[0]).Err; err != nil {
		return whyNotStarted(args, err)
	}
	if !strings.ContainsRune(args[0], filepath.Separator) {
		return nil // it was looked up in PATH
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return whyNotStarted(args, err)
	}
	return nil
}

// hintVersion tells that the contracts that were chosen are not those of the
// version that the client is sent to.
func (c *runCommand) hintVersion() {
	names, versions := c.server.contracts.named()
	if len(names) > 0 && !slices.Contains(versions, c.version) {
		fmt.Fprintf(c.env.log, "graphmock: hint: the client is sent to %s, and --contract names %s only; is --version missing?\n", c.version, strings.Join(names, ", "))
	}
}

// shorten makes one line of a command, of no more than 60 letters.
func shorten(command string) string {
	const most = 60
	line := []rune(strings.Join(strings.Fields(command), " "))
	if len(line) > most {
		line = append(line[:most-1], '…')
	}
	return string(line)
}

// start starts the command. Files that it needs are put into dir.
func (c *runCommand) start(s *server, args []string, dir string) (*exec.Cmd, error) {
	variables, err := c.variables(s, dir)
	if err != nil {
		return nil, err
	}
	cmd := c.env.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.env.Stdin, c.env.Stdout, c.env.Stderr
	cmd.Env = append(cmd.Environ(), variables...)
	if err := cmd.Start(); err != nil {
		return nil, whyNotStarted(args, err)
	}
	return cmd, nil
}

// howItEnded returns the error of a command that failed.
func howItEnded(err error) error {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return failf("the command failed with exit code %d", exit.ExitCode())
	case err != nil:
		return failf("the command failed: %w", err)
	}
	return nil
}

// oneSignal is the time in which the same signal, sent again, counts once: some
// programs, such as timeout, send it to a process and then to its group.
const oneSignal = 100 * time.Millisecond

// wait waits for a command and passes signals on to it. The second one kills it.
func (c *runCommand) wait(ctx context.Context, cmd *exec.Cmd, signals <-chan os.Signal) error {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	cancelled := ctx.Done()
	var first os.Signal
	var since time.Time
	for {
		select {
		case err := <-ended:
			return err
		case sig := <-signals:
			switch {
			case first == nil:
				first, since = sig, time.Now()
			case sig != first || time.Since(since) >= oneSignal:
				cmd.Process.Kill() // it may have ended just now
				continue
			default:
				continue
			}
			// Those of the keyboard reach the command by themselves.
			if sig != os.Interrupt && sig != syscall.SIGQUIT || !c.atTerminal() {
				cmd.Process.Signal(sig)
			}
		case <-cancelled:
			cmd.Process.Kill()
			cancelled = nil
		}
	}
}

// atTerminal reports whether Ctrl-C may come from a terminal.
func (c *runCommand) atTerminal() bool {
	return isTerminal(c.env.Stdin) || isTerminal(c.env.Stdout) || isTerminal(c.env.Stderr)
}

// variables returns what the command gets in its environment. Files are put
// into dir.
func (c *runCommand) variables(s *server, dir string) ([]string, error) {
	out := []string{
		"GRAPHMOCK_URL=" + s.URL,
		"GRAPHMOCK_TLS_URL=" + s.TLSURL,
		"GRAPH_BASE_URL=" + s.URL + "/" + c.version,
		"GRAPHMOCK_TOKEN=" + s.Token(mock.TokenOptions{Lifetime: 24 * time.Hour}), // longer than any test
	}
	if c.server.control {
		out = append(out, "GRAPHMOCK_CONTROL_URL="+s.URL+"/_graphmock")
	}
	for _, name := range []string{"SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"} {
		file := filepath.Join(dir, strings.ToLower(name)+".pem")
		if err := os.WriteFile(file, c.certificates(name, s.CA()), 0o600); err != nil {
			return nil, err
		}
		out = append(out, name+"="+file)
	}
	return append(out, c.noProxy()...), nil
}

// certificates returns ca and what the variable named before: a company's
// certificates are still needed.
func (c *runCommand) certificates(variable string, ca []byte) []byte {
	if file := c.env.Getenv(variable); file != "" {
		if before, err := os.ReadFile(file); err == nil { // else it was of no use either
			return append(append(before, '\n'), ca...)
		}
	}
	return ca
}

// noProxy keeps clients from asking a proxy for the fake.
func (c *runCommand) noProxy() []string {
	proxies := []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}
	if !slices.ContainsFunc(proxies, func(name string) bool { return c.env.Getenv(name) != "" }) {
		return nil
	}
	var out []string
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		out = append(out, name+"="+strings.TrimPrefix(c.env.Getenv(name)+",127.0.0.1", ","))
	}
	return out
}

// whyNotStarted says what to type instead of a command that can't be started.
func whyNotStarted(args []string, err error) error {
	name := args[0]
	var f *failure
	switch {
	case strings.ContainsAny(name, " \t"):
		f = failf("no command %q", name).hint("graphmock run -- %s", strings.Join(args, " "))
	case errors.Is(err, exec.ErrDot):
		f = failf("no command %q in PATH", name).hint("graphmock run -- .%c%s", filepath.Separator, name)
	case errors.Is(err, exec.ErrNotFound):
		f = failf("no command %q in PATH", name)
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			f.hint("graphmock run -- .%c%s", filepath.Separator, name)
		} else {
			f.hint("give its path, or graphmock run -- sh -c '…' for what only a shell knows")
		}
	case errors.Is(err, fs.ErrNotExist):
		f = failf("no command %q", name).hint("is the path right? It is taken from the current folder")
	case errors.Is(err, fs.ErrPermission):
		f = failf("%s can't be executed: permission denied", name).hint("chmod +x %s", name)
	default:
		f = failf("the command can't be started: %w", err)
	}
	return f
}
