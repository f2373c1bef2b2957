// Package entra makes and reads access tokens as Microsoft Entra issues them
// for Graph. Tokens that graphmock makes are signed with a key that everybody
// knows: they are for tests, and say so.
package entra

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Audience is the audience of tokens for Graph in the global cloud.
const Audience = "https://graph.microsoft.com"

const (
	issuer   = "https://sts.graphmock.test/"
	TenantID = "5f0a5f1c-7a3c-4a6e-9a57-6a0c6d1d0b1e" // of every token that graphmock makes, unless told otherwise
	appID    = "8f3c2d9a-51b4-4b0e-8a4f-0c9d2e7b6a15"
)

var audiences = []string{
	Audience,
	"00000003-0000-0000-c000-000000000000",
	"https://graph.microsoft.us",
	"https://dod-graph.microsoft.us",
	"https://microsoftgraph.chinacloudapi.cn",
}

// Options describe a token. The zero value is a token for Graph, valid for an
// hour, of an application that may read and write entitlement management.
type Options struct {
	Audience string
	Lifetime time.Duration // negative: expired that long ago
	TenantID string
	Roles    []string // application permissions
}

// Mint returns a signed token that is valid from now on.
func Mint(now time.Time, o Options) string {
	lifetime := cmp.Or(o.Lifetime, time.Hour)
	roles := o.Roles
	if roles == nil {
		roles = []string{"EntitlementManagement.ReadWrite.All"}
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"aud": cmp.Or(o.Audience, Audience), "iss": issuer, "tid": cmp.Or(o.TenantID, TenantID),
		"appid": appID, "idtyp": "app", "ver": "1.0", "roles": roles,
		"iat": jwt.NewNumericDate(now), "nbf": jwt.NewNumericDate(now.Add(min(0, lifetime-time.Hour))),
		"exp": jwt.NewNumericDate(now.Add(lifetime)),
	})
	signed, err := token.SignedString([]byte("graphmock"))
	if err != nil {
		panic(err) // a constant key and plain claims
	}
	return signed
}

// A Refusal is why Graph does not accept a token, in Graph's words.
type Refusal string

func (r Refusal) Error() string { return string(r) }

const (
	ErrMalformed Refusal = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'."
	ErrInvalid   Refusal = "Invalid JWT access token."
	ErrExpired   Refusal = "Lifetime validation failed, the token is expired."
	ErrAudience  Refusal = "Access token validation failure. Invalid audience."
)

// Check returns why Graph would refuse the token, a [Refusal], or nil if it would not. Unless
// strict, only tokens that graphmock made are looked at, and any other text passes.
// Signatures are not verified.
func Check(token string, now time.Time, strict bool) error {
	var claims jwt.RegisteredClaims
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	switch {
	case err != nil && !strict:
		return nil
	case err != nil && !strings.Contains(token, "."):
		return ErrMalformed
	case err != nil:
		return ErrInvalid
	case claims.Issuer != issuer && !strict:
		return nil
	case claims.ExpiresAt == nil:
		return ErrInvalid
	case !now.Before(claims.ExpiresAt.Time):
		return ErrExpired
	case !slices.ContainsFunc(claims.Audience, forGraph):
		return ErrAudience
	}
	return nil
}

func forGraph(audience string) bool {
	return slices.Contains(audiences, strings.TrimSuffix(audience, "/"))
}
