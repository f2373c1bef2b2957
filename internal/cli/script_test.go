package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/graphmock/graphmock/fixtures"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"graphmock": func() { os.Exit(Run(context.Background(), OS())) },
		"client":    clientMain,
		"status":    statusMain,
	})
}

var updateScripts = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *updateScripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			sessions, err := filepath.Abs("../../fixtures/sessions/v1.0")
			if err != nil {
				return err
			}
			documents, err := filepath.Abs("testdata/metadata")
			if err != nil {
				return err
			}
			env.Setenv("SESSIONS", sessions)
			env.Setenv("METADATA", documents)
			env.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector waits a second otherwise, for each process
			// The root of a repository: nothing is looked for above.
			return os.Mkdir(filepath.Join(env.WorkDir, ".git"), 0o777)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"start": startCmd, "end": endCmd},
	})
}

// A process is one that a script has started.
type process struct {
	cmd    *exec.Cmd
	stdout lockedBuffer
	stderr lockedBuffer
	read   chan struct{} // closed when standard output has ended
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

var processes sync.Map // script and name → *process

func processKey(ts *testscript.TestScript, name string) string { return ts.Name() + "/" + name }

// startCmd is the command "start NAME command args…" of scripts: it starts a
// process in the background and waits for its first line of output. If that says where it
// listens, GRAPHMOCK_URL and NAME_ADDR are set.
func startCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start name command args…")
	}
	p := &process{cmd: exec.Command(args[1], args[2:]...), read: make(chan struct{})}
	p.cmd.Dir = ts.MkAbs(".")
	p.cmd.Env = os.Environ()
	for _, name := range []string{"TMPDIR", "GORACE", "GRAPHMOCK_URL", "GRAPHMOCK_CONTRACT", "GRAPHMOCK_ADDR", "NO_COLOR"} {
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	ts.Defer(func() { p.cmd.Process.Kill() }) // no more than a signal if it has ended
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadString('\n')
	p.stdout.Write([]byte(first))
	go func() {
		defer close(p.read)
		io.Copy(&p.stdout, lines)
	}()
	if err != nil {
		<-p.read
		p.cmd.Wait()
		ts.Fatalf("%v ended early: %s%s", args[1:], p.stdout.Bytes(), p.stderr.Bytes())
	}
	if _, rest, ok := strings.Cut(first, "listening on "); ok {
		url, _, _ := strings.Cut(rest, " ")
		ts.Setenv("GRAPHMOCK_URL", url)
		ts.Setenv(args[0]+"_ADDR", strings.TrimPrefix(url, "http://"))
		if _, tls, ok := strings.Cut(first, " and https://"); ok {
			tls, _, _ = strings.Cut(tls, " ")
			ts.Setenv("GRAPHMOCK_TLS_URL", "https://"+tls)
		}
	}
	processes.Store(processKey(ts, args[0]), p)
}

// endCmd is the command "end NAME [STATUS [SIGNAL…]]" of scripts: it ends a process that start has
// started and wants it to exit with the status. Its output is in NAME.out and NAME.err then.
func endCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: end name [status [INT|TERM|HUP|QUIT…]]")
	}
	found, ok := processes.LoadAndDelete(processKey(ts, args[0]))
	if !ok {
		ts.Fatalf("no process %q", args[0])
	}
	p := found.(*process)
	names := []string{"INT"}
	if len(args) > 2 {
		names = args[2:]
	}
	for i, name := range names {
		if i > 0 {
			time.Sleep(3 * oneSignal)
		}
		sig, ok := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT}[name]
		if !ok {
			ts.Fatalf("no signal %q", name)
		}
		ts.Check(p.cmd.Process.Signal(sig))
	}
	select {
	case <-p.read:
	case <-time.After(time.Minute): // long before the test binary would be killed
		p.cmd.Process.Kill()
		ts.Fatalf("%s does not end\n%s%s", args[0], p.stdout.Bytes(), p.stderr.Bytes())
	}
	p.cmd.Wait() // the status says it all
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".out"), p.stdout.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".err"), p.stderr.Bytes(), 0o644))
	want := "0"
	if len(args) > 1 {
		want = args[1]
	}
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != want {
		ts.Fatalf("%s: exit status %s (%v), want %s\n%s%s", args[0], got, p.cmd.ProcessState, want, p.stdout.Bytes(), p.stderr.Bytes())
	}
}

// statusMain is the program "status N command args…": it fails unless the
// command exits with that status.
func statusMain() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "status:", err)
		os.Exit(1)
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != os.Args[1] {
		fmt.Fprintf(os.Stderr, "status: got %s, want %s\n", got, os.Args[1])
		os.Exit(1)
	}
}

// clientMain is a small client of Graph:
//
//	client METHOD URL [BODYFILE]   make a call, print status and body
//	client -calls FILE             make calls, which stand in lines as above, print the statuses
//	client -session FILE           make the calls of a session, print the statuses
//	client -wait                   wait for a signal, print its name
//	client -exit N                 exit with a status
//
// A URL that starts with / goes to GRAPHMOCK_URL, a relative one to GRAPH_BASE_URL.
func clientMain() {
	var (
		calls   = flag.String("calls", "", "")
		session = flag.String("session", "", "")
		tls     = flag.Bool("tls", false, "use GRAPHMOCK_TLS_URL")
		wait    = flag.Bool("wait", false, "")
		status  = flag.Int("exit", 0, "")
	)
	flag.Parse()
	c := client{root: os.Getenv("GRAPHMOCK_URL")}
	if *tls {
		c.root = os.Getenv("GRAPHMOCK_TLS_URL")
	}
	switch {
	case *wait:
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		fmt.Println("ready")
		fmt.Println("got", <-signals)
	case *calls != "":
		c.calls(*calls)
	case *session != "":
		c.session(*session)
	case flag.NArg() > 0:
		status, body := c.call(flag.Arg(0), flag.Arg(1), flag.Arg(2))
		fmt.Printf("%d\n%s\n", status, body)
	}
	os.Exit(*status)
}

type client struct{ root string }

func (c client) calls(file string) {
	data, err := os.ReadFile(file)
	check(err)
	for line := range strings.Lines(string(data)) {
		words := append(strings.Fields(line), "", "")
		status, _ := c.call(words[0], words[1], words[2])
		fmt.Println(status)
	}
}

func (c client) session(file string) {
	sessions, err := fixtures.LoadPath(file)
	check(err)
	for _, x := range sessions[0].Interactions {
		req, err := http.NewRequest(x.Request.Method, c.root+x.Request.URL, bytes.NewReader(x.Request.Body.Bytes()))
		check(err)
		req.Header = x.Request.Headers.HTTP()
		status, _ := do(req)
		fmt.Println(status)
	}
}

func (c client) call(method, url, bodyFile string) (int, string) {
	switch {
	case strings.HasPrefix(url, "/"):
		url = c.root + url
	case !strings.Contains(url, "://"):
		url = os.Getenv("GRAPH_BASE_URL") + "/" + url
	}
	var body io.Reader
	if bodyFile != "" {
		data, err := os.ReadFile(bodyFile)
		check(err)
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, url, body)
	check(err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return do(req)
}

func do(req *http.Request) (int, string) {
	req.Header.Set("Authorization", "Bearer "+cmp.Or(os.Getenv("GRAPHMOCK_TOKEN"), "secret-token"))
	resp, err := http.DefaultClient.Do(req)
	check(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(err)
	return resp.StatusCode, string(body)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(9)
	}
}
