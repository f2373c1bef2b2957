package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/graphmock/graphmock/fixtures"
)

// run runs a command line in this process.
func run(tb testing.TB, stdin io.Reader, getenv map[string]string, args ...string) (status int, stdout, stderr string) {
	tb.Helper()
	var out, errs bytes.Buffer
	status = Run(tb.Context(), Env{
		Args: args, Getenv: func(name string) string { return getenv[name] },
		Stdin: stdin, Stdout: &out, Stderr: &errs,
		Command: exec.Command,
		Notify:  func(chan<- os.Signal) func() { return func() {} },
	})
	return status, out.String(), errs.String()
}

func TestFlagsBeatEnvironment(t *testing.T) {
	record := `{"id":1,"method":"GET","url":"/v1.0/identityGovernance/entitlementManagement/catalog"}` + "\n"
	rule := map[string]string{"GRAPHMOCK_RULE": "path.unknown-segment=warning,path.version=off"}
	tests := []struct {
		name   string
		getenv map[string]string
		args   []string
		status int
		want   string // in the output
	}{
		{"default", nil, nil, 1, "error"},
		{"environment", rule, nil, 1, "warning"}, // it still fits no operation
		{"flag", rule, []string{"--rule", "path.unknown-segment=note"}, 1, "note"},
		{"report", map[string]string{"GRAPHMOCK_REPORT": "json"}, nil, 1, `"format": "graphmock-report/1"`},
		{"report by flag", map[string]string{"GRAPHMOCK_REPORT": "json"}, []string{"--report", "text"}, 1, "1 call, 1 unexpected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, stdout, stderr := run(t, strings.NewReader(record), tt.getenv, append([]string{"verify", "-"}, tt.args...)...)
			if status != tt.status || !strings.Contains(stdout, tt.want) {
				t.Errorf("status %d, want %d; want %q in\n%s%s", status, tt.status, tt.want, stdout, stderr)
			}
		})
	}
}

func TestBadEnvironmentIsNamed(t *testing.T) {
	for variable, value := range map[string]string{"GRAPHMOCK_CONTRACT": "v1", "GRAPHMOCK_RULE": "csv.bmo=off", "GRAPHMOCK_REPORT": "txt"} {
		status, _, stderr := run(t, strings.NewReader(""), map[string]string{variable: value}, "verify", "-")
		if status != 2 || !strings.HasPrefix(stderr, "graphmock: error: "+variable+" ") {
			t.Errorf("%s=%s: status %d, stderr %s", variable, value, status, stderr)
		}
	}
}

func TestNoColorOffTerminal(t *testing.T) {
	_, stdout, _ := run(t, strings.NewReader(`{"method":"GET","url":"/v1.0/x"}`), nil, "verify", "-")
	if strings.Contains(stdout, "\x1b") || stdout == "" {
		t.Errorf("got %q", stdout)
	}
}

func TestBrokenInputIsTold(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"method":"GET","url":"/v1.0/x"}`+"\n"), iotest.ErrReader(io.ErrClosedPipe))
	status, _, stderr := run(t, in, nil, "verify", "-")
	if want := "graphmock: error: -:2: io: read/write on closed pipe"; status != 1 || !strings.Contains(stderr, want) {
		t.Errorf("status %d, stderr %q, want %q", status, stderr, want)
	}
}

func TestServeEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stdout, w := io.Pipe()
	status := make(chan int)
	go func() {
		status <- Run(ctx, Env{
			Args: []string{"serve", "--addr", "127.0.0.1:0"}, Getenv: func(string) string { return "" },
			Stdout: w, Stderr: io.Discard, Notify: func(chan<- os.Signal) func() { return func() {} },
		})
	}()
	line := make([]byte, 1000)
	n, err := stdout.Read(line)
	if err != nil || !strings.HasPrefix(string(line[:n]), "graphmock: listening on http://127.0.0.1:") {
		t.Errorf("got %q, %v", line[:n], err)
	}
	cancel()
	if got := <-status; got != 0 {
		t.Errorf("status %d", got)
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	env := Env{Getenv: os.Getenv, Stdin: os.Stdin, Stdout: io.Discard, Stderr: io.Discard}
	commands := newRoot(&env).Commands()
	for len(commands) > 0 {
		cmd := commands[0]
		commands = append(commands[1:], cmd.Commands()...)
		path := strings.Fields(cmd.CommandPath())[1:]
		status, stdout, stderr := run(t, nil, nil, append(path, "--help")...)
		if status != 0 || stderr != "" || !strings.Contains(stdout, cmd.Long) {
			t.Errorf("%s --help: status %d\n%s%s", path, status, stdout, stderr)
		}
		for line := range strings.Lines(cmd.Long) {
			if len([]rune(line)) > 86 {
				t.Errorf("%s: a line of the help is too long: %s", path, line)
			}
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int{
		"1": 1, "4096": 4096, "4KiB": 4 << 10, "32MiB": 32 << 20, "1GiB": 1 << 30,
		"": 0, "0": 0, "-1": 0, "4MB": 0, "MiB": 0, "2GiB": 0, "1.5MiB": 0, "99999999999": 0,
	} {
		got, err := parseSize(text)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}

func TestComplaintsOfManyErrors(t *testing.T) {
	status, _, stderr := run(t, strings.NewReader("x\n\n{}\n"), nil, "verify", "-")
	if status != 1 || strings.Count(stderr, "graphmock: error: -:") != 3 {
		t.Errorf("status %d\n%s", status, stderr)
	}
}

// TestFailedRecordingIsTold: the session would not load with such a call.
func TestFailedRecordingIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.json")
	recorder, err := fixtures.NewRecorder(file, fixtures.Session{Name: "x"}, fixtures.RecorderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	recorder.Record(fixtures.Interaction{Name: "without a method"}) // the fake would log the error
	s := &server{recorder: recorder, record: recordFlags{file: file}}
	if err := s.closeRecorder(); err == nil || !strings.Contains(err.Error(), "x.json is not complete") {
		t.Errorf("got %v", err)
	}
}
