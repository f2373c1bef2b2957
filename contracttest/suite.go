package contracttest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// A Client is the code under test: it does its whole job against a Graph and
// returns an error if the job is not done in the end. It uses what target gives
// it and returns when ctx is done. It is called once for each scenario.
type Client func(ctx context.Context, target Target) error

// A Target is the Graph that a [Client] talks to.
type Target struct {
	BaseURL string       // with the version and no trailing slash: "http://127.0.0.1:port/v1.0"
	HTTP    *http.Client // reaches it
	Token   string       // bearer token that passes
}

// A Suite runs a client through scenarios, each against a fresh server.
//
// A scenario fails for what the client sends against the contract, as with
// [NewServer]; for a success that it claims and did not have; for a failure that
// it should have coped with; and if it asks again before Retry-After is over. A
// scenario whose faults the client never meets is skipped, and says why.
type Suite struct {
	Client Client
	// Version is what BaseURL ends in: "v1.0" or "beta". If empty, "v1.0".
	Version string
	// Scenarios to run. If nil, those of the embedded sessions of the newest
	// contract of the version, see [Scenarios].
	Scenarios []Scenario
	// Prepare brings every server into the state that the client needs, before
	// the scenario's own Prepare. It may be nil.
	Prepare func(*mock.Server)
	// Options for the server of every scenario, as for [NewServer]. With
	// [InProcess] each scenario runs in a testing/synctest bubble, where
	// waiting costs no time.
	Options []Option
	// Timeout ends a scenario. If zero, a minute; in a bubble, an hour of its time.
	Timeout time.Duration
}

// Run runs every scenario as a subtest and logs which operations the client
// used. It stops t if the suite has no client or no scenario.
func (s Suite) Run(t *testing.T) {
	t.Helper()
	settings := newSettings(s.Options)
	settings.unused = true // see Scenario.idle
	set, err := settings.set()
	if err != nil {
		t.Fatal(err)
	}
	contract, err := s.contract(set)
	if err != nil {
		t.Fatal(err)
	}
	scenarios, err := s.scenarios(contract)
	if err != nil {
		t.Fatal(err)
	}
	if s.Client == nil {
		t.Fatal("contracttest: the suite has no client")
	}
	coverage := newCoverage(contract)
	for _, sc := range scenarios {
		t.Run(sc.Name, func(t *testing.T) {
			var idle string
			if settings.inProcess {
				synctest.Test(t, func(t *testing.T) { idle = s.play(t, sc, settings, coverage) })
			} else {
				idle = s.play(t, sc, settings, coverage)
			}
			if idle != "" {
				t.Skip(idle)
			}
		})
	}
	t.Logf("operations that the client used:\n%s", coverage)
}

func (s Suite) version() string { return cmp.Or(s.Version, "v1.0") }

// contract returns the newest hand-written contract of the version.
func (s Suite) contract(set *schemas.Set) (*schemas.Contract, error) {
	var newest *schemas.Contract
	for _, c := range set.Contracts() {
		if c.Version == s.version() && !c.FromMetadata() {
			newest = c
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("contracttest: no contract has the version %q", s.version())
	}
	return newest, nil
}

func (s Suite) scenarios(contract *schemas.Contract) ([]Scenario, error) {
	if s.Scenarios != nil {
		return s.Scenarios, nil
	}
	return Scenarios(contract.Name)
}

// play runs one scenario and judges it. It returns why there was nothing to
// judge, "" if there was.
func (s Suite) play(tb testing.TB, sc Scenario, settings *settings, coverage *Coverage) (idle string) {
	tb.Helper()
	srv := settings.newServer(tb)
	if s.Prepare != nil {
		s.Prepare(srv)
	}
	sc.stage(tb, srv)

	url := cmp.Or(srv.URL, "https://graph.microsoft.com") // without one the client answers for Graph's hosts
	timeout := time.Minute
	if settings.inProcess {
		timeout = time.Hour
	}
	ctx, cancel := context.WithTimeout(tb.Context(), cmp.Or(s.Timeout, timeout))
	defer cancel()
	err := s.Client(ctx, Target{BaseURL: url + "/" + s.version(), HTTP: srv.Client(), Token: srv.Token(mock.TokenOptions{})})

	coverage.Add(srv.Calls()...)
	sc.judge(tb, srv, coverage.contract, err)
	WaitedBeforeRetry(tb, srv)
	if sc.Check != nil {
		sc.Check(tb, srv)
	}
	if tb.Failed() {
		return ""
	}
	return sc.idle(srv, err)
}

// callList returns the calls, one a line, those that failed with Graph's reason.
func callList(srv *mock.Server) string {
	calls := srv.Calls()
	if len(calls) == 0 {
		return "  it called nothing"
	}
	var b strings.Builder
	b.WriteString("  its calls:")
	for _, c := range calls {
		fmt.Fprintf(&b, "\n    %s%s", c, reason(c))
	}
	return b.String()
}

// reason returns code and message of an error answer, behind a blank.
func reason(c mock.Call) string {
	var body struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(c.Response.Body, &body) != nil || body.Error.Code == "" {
		return ""
	}
	return fmt.Sprintf(" %s: %s", body.Error.Code, body.Error.Message)
}
