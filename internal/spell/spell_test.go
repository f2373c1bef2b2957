package spell

import (
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	members := []string{"displayName", "jobTitle", "id", "reviewInstanceId"}
	tests := []struct{ name, want string }{
		{"jobTitel", "jobTitle"}, // a swap counts 2
		{"DisplayName", "displayName"},
		{"dispalyname", "displayName"},
		{"reviewInstance", "reviewInstanceId"},
		{"ids", "id"},
		{"accessReviewInstanceId", "reviewInstanceId"},
		{"displayNameOfTheUser", "displayName"},
		{"x", ""},
		{"somethingElse", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Closest(tt.name, members); got != tt.want {
			t.Errorf("Closest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := Closest("id", []string{"id"}); got != "" {
		t.Errorf("Closest offers the name itself: %q", got)
	}
	if got := Closest(strings.Repeat("displayName", 100_000), members); got != "" {
		t.Errorf("a name of a megabyte is taken for %q", got)
	}
	if got := Hint("jobTitel", members); got != `; did you mean "jobTitle"?` {
		t.Errorf("Hint: %s", got)
	}
	if got := Hint("x", members); got != "" {
		t.Errorf("Hint: %s", got)
	}
}
