package ident

import (
	"regexp"
	"testing"
)

func TestGUID(t *testing.T) {
	a, b, other := NewSource(1), NewSource(1), NewSource(2)
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := make(map[string]bool)
	for range 1000 {
		id := a.GUID()
		if !form.MatchString(id) {
			t.Fatalf("%q is no version 4 GUID", id)
		}
		if id != b.GUID() {
			t.Fatal("one seed, two sequences")
		}
		if id == other.GUID() || seen[id] {
			t.Fatalf("%q came twice", id)
		}
		seen[id] = true
	}
}
