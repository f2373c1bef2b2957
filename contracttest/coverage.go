package contracttest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"sync"
	"text/tabwriter"

	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

// A Coverage counts which operations of a contract were called. It is safe for
// use by several goroutines at once.
type Coverage struct {
	contract *schemas.Contract

	mu     sync.Mutex
	calls  map[string]int // operation → calls
	broken map[string]int // operation → calls with an error, or unexpected
}

// NewCoverage returns an empty coverage of a contract. It panics if the set has
// no contract of that name.
func NewCoverage(set *schemas.Set, contract string) *Coverage {
	c, err := set.Contract(contract)
	if err != nil {
		panic("contracttest: " + err.Error())
	}
	return newCoverage(c)
}

func newCoverage(c *schemas.Contract) *Coverage {
	return &Coverage{contract: c, calls: make(map[string]int), broken: make(map[string]int)}
}

// Add counts calls.
func (c *Coverage) Add(calls ...mock.Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range calls {
		c.calls[call.Operation]++
		if len(call.Errors()) > 0 || call.Unexpected() {
			c.broken[call.Operation]++
		}
	}
}

// Covered returns the operations of the contract that were called, and those
// that were not, in the contract's order. Of a contract made from metadata only the
// former can be told; they are sorted.
func (c *Coverage) Covered() (called, missed []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.covered()
}

func (c *Coverage) covered() (called, missed []string) {
	if c.contract.FromMetadata() { // has more operations than can be listed
		return slices.DeleteFunc(slices.Sorted(maps.Keys(c.calls)), func(id string) bool { return c.contract.Operation(id) == nil }), nil
	}
	for _, op := range c.contract.Operations() {
		if c.calls[op.ID] > 0 {
			called = append(called, op.ID)
		} else {
			missed = append(missed, op.ID)
		}
	}
	return called, missed
}

// String returns a table of the contract's operations, those not called last.
func (c *Coverage) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	called, missed := c.covered()
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, id := range slices.Concat(called, missed) {
		mark := "–"
		if c.calls[id] > 0 {
			mark = "✓"
		}
		fmt.Fprintf(w, "%s\t%s\t%d calls\t%d broke the contract\n", mark, id, c.calls[id], c.broken[id])
	}
	w.Flush()
	if c.contract.FromMetadata() {
		fmt.Fprintf(&b, "%d operations of %s\n", len(called), c.contract.Name)
	} else {
		fmt.Fprintf(&b, "%d of %d operations of %s\n", len(called), len(called)+len(missed), c.contract.Name)
	}
	return b.String()
}
