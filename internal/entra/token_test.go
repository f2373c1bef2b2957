package entra

import (
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	foreign := func(claims jwt.MapClaims) string {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("another key"))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	exp := now.Add(time.Minute).Unix()
	tests := []struct {
		name, token   string
		lax, strictly error // nil or a Refusal
	}{
		{"ours", Mint(now, Options{}), nil, nil},
		{"ours, expired", Mint(now, Options{Lifetime: -time.Minute}), ErrExpired, ErrExpired},
		{"ours, for another service", Mint(now, Options{Audience: "https://vault.azure.net"}), ErrAudience, ErrAudience},
		{"any text", "secret", nil, ErrMalformed},
		{"text with dots", "a.b.c", nil, ErrInvalid},
		{"foreign", foreign(jwt.MapClaims{"aud": "00000003-0000-0000-c000-000000000000", "exp": exp}), nil, nil},
		{"foreign, trailing slash", foreign(jwt.MapClaims{"aud": Audience + "/", "exp": exp}), nil, nil},
		{"foreign, no expiry", foreign(jwt.MapClaims{"aud": Audience}), nil, ErrInvalid},
		{"foreign, wrong audience", foreign(jwt.MapClaims{"aud": "api://x", "exp": exp}), nil, ErrAudience},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Check(tt.token, now, false); got != tt.lax {
				t.Errorf("lax: %v, want %v", got, tt.lax)
			}
			if got := Check(tt.token, now, true); got != tt.strictly {
				t.Errorf("strict: %v, want %v", got, tt.strictly)
			}
		})
	}
}
