package odata

import (
	"strings"
	"testing"
)

func TestShorten(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"short", strings.Repeat("a", 60), strings.Repeat("a", 60)},
		{"long", strings.Repeat("a", 61), strings.Repeat("a", 60) + "…"},
		{"between characters", strings.Repeat("日", 30), strings.Repeat("日", 20) + "…"},
		{"within a character", "a" + strings.Repeat("日", 30), "a" + strings.Repeat("日", 19) + "…"},
		{"no characters", strings.Repeat("\xa0", 70), strings.Repeat("\xa0", 56) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := shorten(tt.text); got != tt.want {
				t.Errorf("shorten(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestSuggest(t *testing.T) {
	tests := []struct {
		word       string
		candidates []string
		want       string
	}{
		{"startswit", functionNames, "startswith"},
		{"StartWith", functionNames, "startswith"},
		{"strats with", functionNames, "startswith"},
		{"lenght", functionNames, "length"},
		{"geo.lenght", functionNames, "geo.length"},
		{"matchespatern", functionNames, "matchesPattern"},
		{"nwo", functionNames, "now"},
		{"foo", functionNames, ""},
		{"=", operatorNames, "eq"},
		{"=", functionNames, ""},
		{"ea", operatorNames, "eq"},
		{"xyz", operatorNames, ""},
		{"$fitler", expandOptions, "$filter"},
		{"orderby", expandOptions, "$orderby"},
		{strings.Repeat("x", 1000), functionNames, ""},
		{"", functionNames, ""},
	}
	for _, tt := range tests {
		if got := suggest(tt.word, tt.candidates); got != tt.want {
			t.Errorf("suggest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "acb", 1},
		{"abc", "abd", 1}, {"abc", "ab", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
