// Package contracttest puts a fake Graph into a test and fails the test for
// whatever the code under test gets wrong.
//
//	func TestSync(t *testing.T) {
//		graph := contracttest.NewServer(t)
//		if err := Sync(t.Context(), graph.Client(), graph.URL+"/v1.0"); err != nil {
//			t.Fatal(err)
//		}
//	}
//
// The server ends with the test, which then fails for every finding of severity
// error, every call that fits no operation, and every scripted answer or
// recorded interaction that was not used.
//
// A [Suite] goes further: it runs a client through the situations of recorded
// sessions, and judges whether it copes with them or admits that it did not.
package contracttest

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// An Option changes how [NewServer] starts a server and what it asks of the
// test. The order of options does not matter, but that the last of several
// [WithRules] counts for a rule that more than one grades.
type Option func(*settings)

type settings struct {
	cfg       mock.Config
	inProcess bool
	contracts []string
	metadata  []string // files
	rules     schemas.Rules
	sessions  []*fixtures.Session
	allowed   []string // rule ids and patterns
	unused    bool
}

func newSettings(options []Option) *settings {
	s := &settings{rules: make(schemas.Rules)}
	for _, o := range options {
		o(s)
	}
	return s
}

// WithConfig starts the server with cfg instead of the zero [mock.Config].
// Other options add to it. It may be given once.
func WithConfig(cfg mock.Config) Option { return func(s *settings) { s.cfg = cfg } }

// InProcess starts the server without a socket. It has no URL: reach it through
// [mock.Server.Transport] at https://graph.microsoft.com, or another of Graph's
// hosts. Addr, TLSAddr and TLS of the configuration mean nothing then.
//
// Such a server may live inside a testing/synctest bubble, where waiting for
// Retry-After costs no time. A [Suite] runs each of its scenarios in one.
func InProcess() Option { return func(s *settings) { s.inProcess = true } }

// WithContract pins the contract of a version, such as "beta-2026-06".
func WithContract(names ...string) Option {
	return func(s *settings) { s.contracts = append(s.contracts, names...) }
}

// WithMetadata holds calls to metadata documents, as "graphmock contract pull" writes them: to
// all of Graph. See [schemas.OpenMetadata] for the names and versions of files. A file is read once, for
// all tests of the process, as long as it does not change.
func WithMetadata(files ...string) Option {
	return func(s *settings) { s.metadata = append(s.metadata, files...) }
}

// WithRules grades findings differently.
func WithRules(rules schemas.Rules) Option { return func(s *settings) { maps.Copy(s.rules, rules) } }

// WithSessions replays sessions before the tenant answers, behind those of the
// configuration and as its Replay says.
func WithSessions(sessions ...*fixtures.Session) Option {
	return func(s *settings) { s.sessions = append(s.sessions, sessions...) }
}

// Allow keeps findings of those rules from failing the test. A pattern may hold
// a * ("csv.*"); "*" allows every finding, and only it allows unexpected calls
// (see [mock.Call.Unexpected]). It stops the test if there is no such rule.
func Allow(rules ...string) Option {
	return func(s *settings) { s.allowed = append(s.allowed, rules...) }
}

// AllowUnused keeps scripts and interactions that were not used from failing the test.
func AllowUnused() Option { return func(s *settings) { s.unused = true } }

// NewServer returns a running server for the length of tb. When tb and its
// subtests are over it is closed, and what was sent to it is judged. If it can't
// be started tb ends at once. Its log goes to the output of tb, which is shown
// when tb fails or runs verbosely.
func NewServer(tb testing.TB, options ...Option) *mock.Server {
	tb.Helper()
	return newSettings(options).newServer(tb)
}

func (s *settings) newServer(tb testing.TB) *mock.Server {
	tb.Helper()
	srv, err := s.start(tb)
	if err != nil {
		tb.Fatalf("start a mock server: %v", err)
	}
	tb.Cleanup(func() {
		tb.Helper()
		if err := srv.Close(); err != nil {
			tb.Errorf("close the mock server: %v", err)
		}
		s.judge(tb, srv)
	})
	return srv
}

// set returns the contracts that calls are held to.
func (s *settings) set() (*schemas.Set, error) {
	set := s.cfg.Contracts
	if set == nil {
		set = schemas.Embedded()
	}
	for _, file := range s.metadata {
		c, err := openMetadata(file)
		if err != nil {
			return nil, err
		}
		for _, other := range set.Contracts() {
			if other.FromMetadata() && other.Version == c.Version {
				return nil, fmt.Errorf("%s and %s are both metadata of %s: want one for each version", other.Source, c.Source, c.Version)
			}
		}
		set = set.With(c)
	}
	set, err := set.Pin(s.contracts...)
	if err != nil {
		return nil, err
	}
	return set.WithRules(s.rules)
}

func (s *settings) start(tb testing.TB) (*mock.Server, error) {
	set, err := s.set()
	if err != nil {
		return nil, err
	}
	if err := s.checkAllowed(); err != nil {
		return nil, err
	}
	cfg := s.cfg
	cfg.Contracts = set
	cfg.Sessions = slices.Concat(cfg.Sessions, s.sessions)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.NewTextHandler(tb.Output(), nil))
	}
	if s.inProcess {
		return mock.New(cfg)
	}
	return mock.Start(cfg)
}

// checkAllowed reports patterns that no rule matches.
func (s *settings) checkAllowed() error {
	for _, pattern := range s.allowed {
		if slices.ContainsFunc(schemas.AllRules(), func(r schemas.Rule) bool { return matches(pattern, r.ID) }) {
			continue
		}
		if _, err := schemas.RuleByID(pattern); err != nil {
			return fmt.Errorf("allow: %w", err)
		}
	}
	return nil
}

// matches reports whether a rule's id fits a pattern; a malformed one fits none.
func matches(pattern, id string) bool {
	ok, err := path.Match(pattern, id)
	return ok && err == nil
}

// judge fails tb for what the calls to srv got wrong, one message per call.
func (s *settings) judge(tb testing.TB, srv *mock.Server) {
	tb.Helper()
	for _, call := range srv.Calls() {
		if findings := s.unforgiven(call); len(findings) > 0 {
			tb.Errorf("%s", Explain(call, findings))
		} else if call.Unexpected() && !slices.Contains(s.allowed, "*") {
			why := cmp.Or(call.Miss, "it fits no operation of the contract "+cmp.Or(call.Contract, "of any version"))
			tb.Errorf("%s\n  %s", call, strings.ReplaceAll(why, "\n", "\n  "))
		}
	}
	if n, worst := srv.DroppedCalls(); worst == schemas.Error {
		tb.Errorf("%d calls were dropped to stay within mock.Limits, and some of them broke the contract: raise Limits.Calls to see them", n)
	}
	if s.unused {
		return
	}
	for _, script := range srv.UnusedScripts() {
		tb.Errorf("scripted and never asked for: %s", script)
	}
	for _, interaction := range srv.UnusedInteractions() {
		tb.Errorf("interaction never used: %s", interaction)
	}
}

func (s *settings) unforgiven(call mock.Call) []schemas.Finding {
	return slices.DeleteFunc(call.Errors(), func(f schemas.Finding) bool {
		return slices.ContainsFunc(s.allowed, func(pattern string) bool { return matches(pattern, f.Rule) })
	})
}

// Explain returns findings of a call as a message for people: the call, and for
// each finding its place, what was found and wanted, what was probably meant,
// where the rule was declared and the page of Graph's reference. It does not end
// with a line feed, and holds no credentials.
func Explain(call mock.Call, findings []schemas.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s breaks the contract %s", call, cmp.Or(call.Contract, "of every version"))
	for _, f := range findings {
		f = fixtures.RedactFinding(f)
		fmt.Fprintf(&b, "\n  %s: %s", f.Rule, f.Message)
		add := func(label, text string) {
			if text != "" {
				fmt.Fprintf(&b, "\n    %-13s %s", label, text)
			}
		}
		add("at:", f.Place())
		add("found:", f.Found)
		add("wanted:", f.Wanted)
		add("did you mean:", f.Suggestion)
		add("declared in:", f.Source)
		add("see:", f.Reference)
	}
	return b.String()
}

// TakeOver makes [http.DefaultClient] talk to srv until the test ends, for code
// that can't be given a client. Tests that use it must not run in parallel with
// others that use the default client; it panics in a test that called Parallel.
func TakeOver(tb testing.TB, srv *mock.Server) {
	tb.Helper()
	tb.Setenv("GRAPHMOCK_ACTIVE", "1") // panics in parallel tests, as it must
	tb.Cleanup(srv.Activate())
}
