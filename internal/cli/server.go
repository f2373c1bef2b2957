package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/report"
	"github.com/graphmock/graphmock/mock"
)

// serverFlags configure the fake.
type serverFlags struct {
	contracts contractFlags
	sessions  sessionFlags
	strict    bool
	auth      string
	control   bool
	seed      uint64
	record    recordFlags
	maxJSON   int
	maxUpload int
	log       bool
}

func (f *serverFlags) add(fs *pflag.FlagSet) {
	f.contracts.add(fs)
	addValue(fs, "session", "file|dir", "", "answer from recorded sessions first; repeatable", func(text string) error {
		f.sessions.names = append(f.sessions.names, text)
		return nil
	})
	fs.BoolVar(&f.strict, "strict", false, "refuse calls that match no interaction of the sessions")
	fs.BoolVar(&f.sessions.anyOrder, "any-order", false, "match interactions in any order")
	addChoice(fs, &f.auth, "auth", "any", "which bearer tokens pass: any, or well-formed unexpired ones for Graph", "any", "strict")
	fs.BoolVar(&f.control, "control", false, "open the control API under /_graphmock/ to this machine")
	fs.Uint64Var(&f.seed, "seed", 0, "where ids and other random choices start")
	f.record.add(fs, "record", "record the calls as a session in this file")
	addSize(fs, &f.maxJSON, "max-json", "largest JSON body (default 4MiB)")
	addSize(fs, &f.maxUpload, "max-upload", "largest uploaded file (default 32MiB)")
	fs.BoolVar(&f.log, "log", false, "log each call to standard error")
}

// sessionFlags say what is replayed.
type sessionFlags struct {
	names    []string // files and folders
	anyOrder bool
}

func (f *sessionFlags) load(env *Env) ([]*fixtures.Session, error) {
	if err := findFiles(f.names); err != nil {
		return nil, err
	}
	var sessions []*fixtures.Session
	var errs []error
	for _, name := range f.names {
		list, err := fixtures.LoadPath(name)
		sessions, errs = append(sessions, list...), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for _, s := range sessions {
		hintCut(env, s)
	}
	return sessions, nil
}

// hintCut tells that the end of a session is missing.
func hintCut(env *Env, s *fixtures.Session) {
	switch {
	case s.Cut && len(s.Interactions) == 0:
		fmt.Fprintf(env.log, "graphmock: warning: session %q is cut inside its first interaction: nothing of it can be used\n", s.Name)
	case s.Cut:
		fmt.Fprintf(env.log, "graphmock: hint: session %q ends inside an interaction, which is left out\n", s.Name)
	}
}

// recordFlags say where calls are recorded.
type recordFlags struct {
	file      string
	overwrite bool
}

func (f *recordFlags) add(fs *pflag.FlagSet, name, usage string) {
	addValue(fs, name, "file", "", usage, func(text string) error {
		f.file = text
		return canCreate(text)
	})
	fs.BoolVar(&f.overwrite, "overwrite", false, "replace the file of --"+name+" if there is one")
}

// check returns the error of a file that must not be replaced.
func (f *recordFlags) check() error {
	if info, err := os.Stat(f.file); f.file != "" && !f.overwrite && err == nil && info.Size() > 0 {
		return f.isThere()
	}
	return nil
}

func (f *recordFlags) isThere() error {
	return failf("%s is there already", f.file).hint("--overwrite replaces it")
}

// open returns a recorder, nil if none is asked for.
func (f *recordFlags) open() (*fixtures.Recorder, error) {
	if f.file == "" {
		return nil, nil
	}
	name := strings.TrimSuffix(filepath.Base(f.file), filepath.Ext(f.file))
	rec, err := fixtures.NewRecorder(f.file, fixtures.Session{Name: cmp.Or(name, "recording")}, fixtures.RecorderOptions{Overwrite: f.overwrite})
	if errors.Is(err, fs.ErrExist) {
		return nil, f.isThere()
	}
	return rec, err
}

// A server is the fake with what is gathered while it runs.
type server struct {
	*mock.Server
	calls    *report.Collector
	record   recordFlags
	recorder *fixtures.Recorder // nil if nothing is recorded
	ready    chan struct{}      // closed when recorder is set; calls wait for it
	env      *Env
}

// start starts the fake as f says, with what cfg has besides. It answers once
// startRecording was called: the file of a recording is left alone until
// all else has started.
func (f *serverFlags) start(env *Env, cfg mock.Config) (*server, error) {
	if f.strict && len(f.sessions.names) == 0 {
		return nil, usagef("--strict needs sessions").hint("--strict --session FILE")
	}
	set, err := f.contracts.set()
	if err != nil {
		return nil, err
	}
	sessions, err := f.sessions.load(env)
	if err != nil {
		return nil, err
	}
	if err := f.record.check(); err != nil {
		return nil, err
	}
	s := &server{calls: report.NewCollector(set), record: f.record, ready: make(chan struct{}), env: env}
	cfg.Contracts, cfg.Sessions = set, sessions
	cfg.Replay = mock.ReplayMode{AnyOrder: f.sessions.anyOrder, Strict: f.strict}
	if f.auth == "strict" {
		cfg.Auth = mock.AuthStrict
	}
	cfg.Control, cfg.Seed = f.control, f.seed
	cfg.Limits = mock.Limits{JSONBody: f.maxJSON, Upload: f.maxUpload}
	if f.log {
		cfg.Logger = slog.New(slog.NewTextHandler(env.log, nil))
	}
	also := cfg.OnCall
	cfg.OnCall = func(c mock.Call) {
		s.calls.Add(report.FromCall(c))
		<-s.ready
		if s.recorder != nil && c.Response.Status != 0 {
			s.recorder.Record(c.Interaction()) // Close tells of an error
		}
		if also != nil {
			also(c)
		}
	}
	if s.Server, err = mock.Start(cfg); err != nil {
		return nil, notListening(err, cfg.Addr, cfg.TLSAddr)
	}
	return s, nil
}

// startRecording makes the recorder, if one is asked for. It is called once.
func (s *server) startRecording() (err error) {
	defer close(s.ready)
	s.recorder, err = s.record.open()
	return err
}

// notListening adds to the error of a listener what to type instead. The
// addresses are those of --addr and --tls-addr.
func notListening(err error, addr, tlsAddr string) error {
	f := failf("%w", err)
	var op *net.OpError
	switch {
	case !errors.As(err, &op) || op.Op != "listen" || op.Addr == nil: // it is not the port
		return f
	case isAddr(op.Addr, addr) && addr != tlsAddr:
		return f.hint("--addr 127.0.0.1:0 takes a free port")
	case isAddr(op.Addr, tlsAddr):
		return f.hint("--tls-addr 127.0.0.1:0 takes a free port")
	}
	return f
}

// isAddr reports whether a listener is meant by the text of an address.
func isAddr(a net.Addr, text string) bool {
	resolved, err := net.ResolveTCPAddr("tcp", text)
	return text != "" && err == nil && resolved.String() == a.String()
}

// close ends the server and returns the report of its calls.
func (s *server) close() (*report.Report, error) {
	// A connection that was cut off is no failure of a server that was told to end.
	if err := s.Server.Close(); err != nil {
		fmt.Fprintf(s.env.log, "graphmock: hint: %v\n", err)
	}
	r := s.calls.Report()
	r.UnusedAnswers, r.UnusedInteractions = s.UnusedScripts(), s.UnusedInteractions()
	return r, s.closeRecorder()
}

// abandon ends a server whose recording has not started.
func (s *server) abandon() error {
	select {
	case <-s.ready:
	default:
		close(s.ready)
	}
	_, err := s.close()
	return err
}

func (s *server) closeRecorder() error {
	if s.recorder == nil {
		return nil
	}
	if err := s.recorder.Close(); err != nil {
		return failf("%s is not complete: %w", s.record.file, err)
	}
	return nil
}

// lockedWriter lets several goroutines write.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// listen installs the handler of signals. After stop a signal ends the process
// at once.
func listen(env *Env) (signals <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 8)
	return c, env.Notify(c)
}

// untilToldToEnd waits for a signal, or for the end of ctx.
func untilToldToEnd(ctx context.Context, signals <-chan os.Signal) {
	select {
	case <-ctx.Done():
	case <-signals:
	}
}
