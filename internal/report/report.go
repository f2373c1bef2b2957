// Package report sums up what calls did to their contracts: as text for
// people, as JSON for programs and as JUnit XML for CI.
//
//	c := report.NewCollector(srv.Contracts())
//	for _, call := range srv.Calls() {
//		c.Add(report.FromCall(call))
//	}
//	err := c.Report().WriteText(os.Stdout, report.TextOptions{})
//
// The memory of a [Collector] does not grow with the number of calls: what has
// no finding is only counted, and of the rest it keeps the first [MaxProblems].
package report

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// MaxProblems is the number of calls with findings that a report describes.
// Others are counted only. So are those that come when the findings of the calls
// before them are more than MaxFindings.
const (
	MaxProblems = 10_000
	MaxFindings = 100_000
)

// A Call is one exchange and what was found in it.
type Call struct {
	Seq    int    // from 1, in order
	Place  string // where it was read from, such as "calls.jsonl:12"; "" for a live one
	Method string
	URL    string // as sent; a report shows it without credentials
	Status int    // of the answer; 0 if there is none

	Contract  string // that Findings speak of, "" if there is none
	Operation string // id, "" if the call fits none
	Duration  time.Duration

	Findings []schemas.Finding // of the request, then of the answer; a report shows them without credentials
	Miss     string            // why strict replay had no answer, "" if it had
}

// FromCall returns a call to a server, as it is reported.
func FromCall(c mock.Call) Call {
	return Call{
		Seq: c.Seq, Method: c.Request.Method, URL: c.Request.URL, Status: c.Response.Status,
		Contract: c.Contract, Operation: c.Operation, Duration: c.Duration, Miss: c.Miss,
		Findings: slices.Concat(c.Findings, c.AnswerFindings),
	}
}

// Unexpected reports whether the call fits no operation, or strict replay had
// no answer to it.
func (c *Call) Unexpected() bool { return c.Operation == "" || c.Miss != "" }

// Broken reports whether the call broke its contract.
func (c *Call) Broken() bool { return c.Unexpected() || schemas.Worst(c.Findings) == schemas.Error }

// Clean reports whether there is nothing to say of the call.
func (c *Call) Clean() bool { return len(c.Findings) == 0 && !c.Unexpected() }

// A Report sums up calls. It shares no memory with its collector, nor with the calls.
type Report struct {
	Calls      int // all
	Broken     int // calls with an error, or unexpected
	Unexpected int // calls that fit no operation, or that strict replay could not answer

	Errors, Warnings, Notes int // findings

	// Coverage is that of each contract that a call was held to, in the
	// order of the set.
	Coverage []Coverage

	// Problems are the calls with findings and the unexpected ones, by Seq; of
	// more than MaxProblems those that came first, and Omitted is the number of others.
	Problems []Call
	Omitted  int

	// UnusedAnswers were scripted and UnusedInteractions loaded, and no call took them.
	UnusedAnswers      []string
	UnusedInteractions []string

	// Unread says of lines and files that they could not be read, and why.
	Unread []string

	findings int          // in Problems
	repeats  map[fold]int // how often a finding of Problems occurs
}

// OK reports whether no call broke its contract, and all input could be read.
func (r *Report) OK() bool { return r.Broken == 0 && len(r.Unread) == 0 }

// Coverage says which operations of a contract were called.
type Coverage struct {
	Contract   string
	Operations []Operation // all of them, in the order of the contract; if Endless, those that were called, by id
	// Endless says that the contract has more operations than can be listed, as one made from metadata.
	Endless bool
}

// An Operation counts the calls to one operation.
type Operation struct {
	ID       string
	Calls    int
	Broken   int
	Duration time.Duration // of all calls together
}

// Covered returns the operations that were called and Missed the others.
func (c Coverage) Covered() []string { return c.ids(func(op Operation) bool { return op.Calls > 0 }) }
func (c Coverage) Missed() []string  { return c.ids(func(op Operation) bool { return op.Calls == 0 }) }

func (c Coverage) ids(keep func(Operation) bool) []string {
	ids := []string{}
	for _, op := range c.Operations {
		if keep(op) {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

// A fold is what findings that are told once have in common.
type fold struct {
	contract, operation, method string
	rule, pointer, suggestion   string
	in                          schemas.Location
	severity                    schemas.Severity
}

func foldOf(c *Call, f schemas.Finding) fold {
	return fold{c.Contract, c.Operation, c.Method, f.Rule, f.Pointer, f.Suggestion, f.In, f.Severity}
}

// A Collector gathers calls. It may be used by several goroutines at once.
type Collector struct {
	set *schemas.Set

	mu         sync.Mutex
	report     Report // without Coverage
	operations map[operationKey]*Operation
}

type operationKey struct{ contract, id string }

// NewCollector returns a collector of calls that are held to the contracts of set.
func NewCollector(set *schemas.Set) *Collector {
	return &Collector{
		set:        set,
		report:     Report{repeats: make(map[fold]int)},
		operations: make(map[operationKey]*Operation),
	}
}

// Add counts a call. Of its URL and findings it keeps what is no credential.
func (c *Collector) Add(call Call) {
	if !call.Clean() {
		call.URL = fixtures.RedactURL(call.URL)
		call.Findings = slices.Clone(call.Findings)
		for i, f := range call.Findings {
			call.Findings[i] = fixtures.RedactFinding(f)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &c.report
	r.Calls++
	op := c.operation(call.Contract, call.Operation)
	op.Calls++
	op.Duration += call.Duration
	if call.Clean() {
		return
	}
	if call.Unexpected() {
		r.Unexpected++
	}
	if call.Broken() {
		r.Broken++
		op.Broken++
	}
	room := len(r.Problems) < MaxProblems && r.findings < MaxFindings
	if room {
		r.findings += len(call.Findings)
		r.Problems = append(r.Problems, call)
	} else {
		r.Omitted++
	}
	for _, f := range call.Findings {
		switch f.Severity {
		case schemas.Error:
			r.Errors++
		case schemas.Warning:
			r.Warnings++
		case schemas.Note:
			r.Notes++
		}
		key := foldOf(&call, f)
		if _, known := r.repeats[key]; known || room {
			r.repeats[key]++
		}
	}
}

func (c *Collector) operation(contract, id string) *Operation {
	key := operationKey{contract, id}
	op := c.operations[key]
	if op == nil {
		op = &Operation{ID: id}
		c.operations[key] = op
	}
	return op
}

// Report returns the report of the calls so far.
func (c *Collector) Report() *Report {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.report
	r.repeats = maps.Clone(r.repeats)
	r.Problems = slices.Clone(r.Problems)
	for i := range r.Problems {
		r.Problems[i].Findings = slices.Clone(r.Problems[i].Findings)
	}
	slices.SortStableFunc(r.Problems, func(a, b Call) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, contract := range c.set.Contracts() {
		if cov, touched := c.coverage(contract); touched {
			r.Coverage = append(r.Coverage, cov)
		}
	}
	return &r
}

func (c *Collector) coverage(contract *schemas.Contract) (cov Coverage, touched bool) {
	cov.Contract = contract.Name
	touched = c.operations[operationKey{contract.Name, ""}] != nil
	for _, op := range contract.Operations() {
		counted := Operation{ID: op.ID}
		if calls := c.operations[operationKey{contract.Name, op.ID}]; calls != nil {
			counted, touched = *calls, true
		}
		cov.Operations = append(cov.Operations, counted)
	}
	if cov.Endless = contract.FromMetadata(); cov.Endless {
		for key, op := range c.operations {
			if key.contract == contract.Name && key.id != "" {
				cov.Operations, touched = append(cov.Operations, *op), true
			}
		}
		slices.SortFunc(cov.Operations, func(a, b Operation) int { return cmp.Compare(a.ID, b.ID) })
	}
	return cov, touched
}
