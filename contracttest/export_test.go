package contracttest

import "testing"

// Play runs one scenario of the suite, which passes or fails tb, and returns why
// there was nothing to judge.
func (s Suite) Play(tb testing.TB, sc Scenario) (idle string) {
	tb.Helper()
	settings := newSettings(s.Options)
	settings.unused = true
	set, err := settings.set()
	if err != nil {
		tb.Fatal(err)
	}
	contract, err := s.contract(set)
	if err != nil {
		tb.Fatal(err)
	}
	return s.play(tb, sc, settings, newCoverage(contract))
}
