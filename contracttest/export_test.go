package contracttest

import "testing"

// Play runs one scenario of the suite, which passes or fails tb, and returns why
// there was nothing to judge.
func (s Suite) Play(tb testing.TB, sc Scenario) (idle string) {
	tb.Helper()
	settings := newSettings(s.Options)
	settings.unused = true
	contract, err := s.contract(settings)
	if err != nil {
		tb.Fatal(err)
	}
	return s.play(tb, sc, settings, newCoverage(contract))
}
