package contracttest

import (
	"cmp"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// A Scenario is one situation that a client gets into.
type Scenario struct {
	Name        string
	Description string
	// Outcome is what the client should report. With [fixtures.Failure] it is
	// judged only if the client met a fault that lasts.
	Outcome fixtures.Outcome
	// Faults come at their places; the tenant's state answers everything else.
	// If the client meets none of them, the scenario is skipped.
	Faults []Fault
	// Needs are the operations without which the job is not done: a client that
	// reports success has called each, and successfully. Those that the contract
	// lacks are passed over.
	Needs []string
	// Prepare brings the server into the state that the scenario starts from.
	// It may be nil.
	Prepare func(*mock.Server)
	// Check looks at what the client did, beyond outcome and contract.
	// It may be nil.
	Check func(testing.TB, *mock.Server)
}

// A Fault is an answer that Graph gives on a bad day, held ready for calls of
// one operation.
type Fault struct {
	Operation string // id, such as "uploadSession.create"
	Call      int    // number of the call that gets the answer; 0 is 1, the first
	Lasts     bool   // later calls get it too
	Answer    mock.Answer
}

func (f Fault) call() int { return max(f.Call, 1) }

// String returns the fault for people: "429 to call 2 of uploadSession.create".
func (f Fault) String() string {
	what := fmt.Sprint(f.Answer.Status)
	if f.Answer.Status == 0 {
		what = "a broken answer"
	}
	from := ""
	if f.Lasts {
		from = " and later ones"
	}
	return fmt.Sprintf("%s to call %d%s of %s", what, f.call(), from, f.Operation)
}

// met reports whether the client made the call that the fault was held ready for.
func (f Fault) met(srv *mock.Server) bool { return len(srv.CallsOf(f.Operation)) >= f.call() }

// FromSession makes a scenario of a session. The errors and cut connections of
// the session come at their place: the nth call of an operation gets the nth
// recorded answer to it. Everything else is answered from the tenant's state, so
// that ids flow as in reality whatever the client sends.
//
// If the session's outcome is failure, the error that an operation was last
// answered with lasts: a client can't get around it by asking more often than the
// recorded one. What changed something in the session becomes Needs.
//
// An interaction that does not name its operation gets that to which the
// request leads in set. Only answers are taken over. A catalog of the tenant in which the session was
// recorded, or an upload session of somebody else's, is for Prepare to make.
func FromSession(set *schemas.Set, session *fixtures.Session) Scenario {
	sc := Scenario{Name: session.Name, Description: session.Description, Outcome: session.Outcome}
	calls := make(map[string]int) // operation → calls
	for i := range session.Interactions {
		x := &session.Interactions[i]
		operation := operationOf(set, x)
		if operation == "" {
			continue
		}
		calls[operation]++
		if answer, ok := faultOf(&x.Response); ok {
			sc.Faults = append(sc.Faults, Fault{Operation: operation, Call: calls[operation], Answer: answer})
		} else if x.Request.Method != http.MethodGet && !slices.Contains(sc.Needs, operation) {
			sc.Needs = append(sc.Needs, operation)
		}
	}
	for i, f := range sc.Faults {
		sc.Faults[i].Lasts = sc.Outcome == fixtures.Failure && f.Call == calls[f.Operation]
	}
	return sc
}

// operationOf returns the id of the operation, "" if the request leads to none in set.
func operationOf(set *schemas.Set, x *fixtures.Interaction) string {
	if x.Operation != "" {
		return x.Operation
	}
	if op := set.CheckRequest(x.Request.Message()).Operation; op != nil {
		return op.ID
	}
	return ""
}

// faultOf returns what makes a server answer like that; ok is false if the
// answer is a good one. It keeps the headers that belong to the error, not those of the
// recorded exchange.
func faultOf(r *fixtures.Response) (a mock.Answer, ok bool) {
	switch {
	case r.Cut:
		return mock.Answer{Truncate: cmp.Or(r.Body.Len(), -1)}, true
	case r.Status < 400:
		return a, false
	}
	a = mock.Answer{Status: r.Status, Header: make(http.Header), Body: r.Body.Bytes()}
	for _, name := range []string{"Content-Type", "Request-Id", "Retry-After", "Www-Authenticate"} {
		if v := r.Headers.Get(name); v != "" {
			a.Header.Set(name, v)
		}
	}
	return a, true
}

// Scenarios returns the scenarios of the embedded sessions of a contract, such
// as "v1.0". It is an error if there are none.
func Scenarios(contract string) ([]Scenario, error) {
	scenarios, err := LoadScenarios(fixtures.Embedded(), contract+"/*.json")
	if err != nil {
		return nil, fmt.Errorf("embedded sessions of the contract %q: %w", contract, err)
	}
	return scenarios, nil
}

// LoadScenarios makes scenarios of the session files that match the patterns,
// or of all in fsys if there is no pattern; see [fixtures.Load]. It is an error
// if there are none. Of other contracts than the embedded ones [FromSession] makes them.
func LoadScenarios(fsys fs.FS, patterns ...string) ([]Scenario, error) {
	sessions, err := fixtures.Load(fsys, patterns...)
	if err != nil {
		return nil, err
	}
	var out []Scenario
	for _, s := range sessions {
		out = append(out, FromSession(schemas.Embedded(), s))
	}
	return out, nil
}

// stage brings the server into the scenario. It stops the test if a fault is
// for an operation that there is not.
func (sc *Scenario) stage(tb testing.TB, srv *mock.Server) {
	tb.Helper()
	if sc.Prepare != nil {
		sc.Prepare(srv)
	}
	for _, f := range sc.Faults {
		if !srv.Contracts().HasOperation(f.Operation) && f.Operation != mock.AnyOperation {
			tb.Fatalf("scenario %q: %v: there is no such operation", sc.Name, f)
		}
		if f.Lasts {
			srv.After(f.Operation, f.call()-1, f.Answer)
		} else {
			srv.Nth(f.Operation, f.call(), f.Answer)
		}
	}
}

// decisive returns the faults on which the outcome depends.
func (sc *Scenario) decisive() []Fault {
	lasting := slices.DeleteFunc(slices.Clone(sc.Faults), func(f Fault) bool { return !f.Lasts })
	if sc.Outcome == fixtures.Failure && len(lasting) > 0 {
		return lasting
	}
	return sc.Faults
}

// met returns the decisive faults that the client met.
func (sc *Scenario) met(srv *mock.Server) []Fault {
	return slices.DeleteFunc(slices.Clone(sc.decisive()), func(f Fault) bool { return !f.met(srv) })
}

// idle says why the scenario did not try the client, "" if it did.
func (sc *Scenario) idle(srv *mock.Server, reported error) string {
	if len(sc.Faults) == 0 || len(sc.met(srv)) > 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("nothing to judge: the client never asked for what the scenario holds ready:")
	for _, f := range sc.decisive() {
		fmt.Fprintf(&b, "\n  %v (it made %d)", f, len(srv.CallsOf(f.Operation)))
	}
	if reported != nil {
		fmt.Fprintf(&b, "\n  it reports: %v", reported)
	}
	return b.String()
}

// judge fails tb if what the client reported is not what happened.
func (sc *Scenario) judge(tb testing.TB, srv *mock.Server, contract *schemas.Contract, reported error) {
	tb.Helper()
	fail := func(format string, args ...any) {
		tb.Helper()
		tb.Errorf("%s\n%s", fmt.Sprintf(format, args...), sc.account(srv))
	}
	if reported != nil {
		if sc.Outcome == fixtures.Success {
			fail("the client should have coped, but reports: %v", reported)
		}
		return
	}
	met := sc.met(srv)
	if sc.Outcome == fixtures.Failure && (len(met) > 0 || len(sc.Faults) == 0) {
		fail("the client claims success, but could not have any%s", because(met))
		return
	}
	for _, id := range sc.Needs {
		if contract.Operation(id) != nil && !slices.ContainsFunc(srv.CallsOf(id), succeeded) {
			fail("the client claims success, but no call of %s succeeded", id)
		}
	}
}

func because(met []Fault) string {
	if len(met) == 0 {
		return ""
	}
	return fmt.Sprintf(": Graph gave %v", met[0])
}

func succeeded(c mock.Call) bool {
	return c.Response.Status >= 200 && c.Response.Status < 300 && !c.Response.Cut
}

// account tells what happened.
func (sc *Scenario) account(srv *mock.Server) string {
	return fmt.Sprintf("  scenario %s: %s\n%s", sc.Name, sc.Description, callList(srv))
}
