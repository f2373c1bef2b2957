package mock

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/schemas"
)

// Config configures a [Server]. The zero value is ready to use: the embedded
// contracts, a tenant with one catalog and one custom data provided resource,
// any bearer token.
type Config struct {
	// Contracts are what requests and answers are held to. If nil,
	// [schemas.Embedded] is used.
	Contracts *schemas.Set

	// Sessions are replayed as Replay says. A call that matches an interaction gets
	// the recorded answer, whatever is wrong with it: the contract refuses, and the tenant
	// answers, only what matches none. Its findings are kept all the same.
	Sessions []*fixtures.Session
	Replay   ReplayMode

	// Recorder keeps every exchange but those without an answer, such as those of
	// [CutConnection]. If nil, none does. The server does not close it.
	Recorder *fixtures.Recorder

	// Auth says which bearer tokens pass.
	Auth AuthMode

	// Addr and TLSAddr are where [Start] listens, for plain HTTP and for HTTPS. An
	// empty Addr is a free port on 127.0.0.1; an empty TLSAddr is no HTTPS,
	// unless TLS asks for it on a free port.
	Addr    string
	TLSAddr string
	TLS     bool

	// Control opens the control API under /_graphmock/, for requests
	// from this machine only. See docs/control-api.md.
	Control bool

	// Now is the server's clock: of its answers, of the tenant's state and of
	// tokens. If nil, it is time.Now. Requests that run at the same time call it
	// at the same time.
	Now func() time.Time
	// Seed is where ids and other random choices start. Two servers with one
	// seed and one clock give the same answers to the same calls.
	Seed uint64

	// SessionLifetime is how long an upload session stays active. If zero, 24
	// hours.
	SessionLifetime time.Duration
	// PageSize is the number of items in a page where the client asks for none
	// with $top. If zero, 100.
	PageSize int
	// StrictIDs refuses to create an upload session under a catalog that the
	// tenant does not know. Otherwise the catalog and the resource are taken on
	// trust, and the call gets a note: ids come from the caller's environment.
	StrictIDs bool

	// TrustAnswers switches off the check of what the server itself answers.
	TrustAnswers bool

	Limits Limits

	// Logger receives one record for each call. If nil, none are kept. Tokens
	// and bodies are never logged.
	Logger *slog.Logger

	// OnCall is given each call when it was recorded, by the goroutine that serves
	// it; several may run at once. The client gets the answer, and [Server.Close] ends,
	// after it has returned. Unlike [Server.Calls] it misses nothing when a limit is reached or
	// the server is reset. It may be nil.
	OnCall func(Call)
}

// validate reports what no server can be made from.
func (c Config) validate() error {
	var errs []error
	least := func(field string, negative bool, v any) {
		if negative {
			errs = append(errs, fmt.Errorf("%s is %v: want 0 for the default, or more", field, v))
		}
	}
	for _, n := range []struct {
		field string
		value int
	}{
		{"PageSize", c.PageSize},
		{"Limits.URL", c.Limits.URL},
		{"Limits.Header", c.Limits.Header},
		{"Limits.JSONBody", c.Limits.JSONBody},
		{"Limits.Upload", c.Limits.Upload},
		{"Limits.Calls", c.Limits.Calls},
		{"Limits.CallBytes", c.Limits.CallBytes},
	} {
		least(n.field, n.value < 0, n.value)
	}
	least("SessionLifetime", c.SessionLifetime < 0, c.SessionLifetime)
	least("Limits.ReadTimeout", c.Limits.ReadTimeout < 0, c.Limits.ReadTimeout)
	if c.Auth != AuthAny && c.Auth != AuthStrict {
		errs = append(errs, fmt.Errorf("field Auth is %d: want AuthAny or AuthStrict", c.Auth))
	}
	if i := slices.Index(c.Sessions, nil); i >= 0 {
		errs = append(errs, fmt.Errorf("session %d is nil", i))
	}
	if c.Replay.Strict && len(c.Sessions) == 0 {
		errs = append(errs, errors.New("field Replay.Strict is set and Sessions is empty: every call would be refused"))
	}
	return errors.Join(errs...)
}

// ReplayMode says how [Config.Sessions] are used. The zero value replays the
// interactions in order and lets the tenant answer what matches none.
type ReplayMode struct {
	// AnyOrder matches each call to the first unused interaction that fits.
	AnyOrder bool
	// Strict refuses a call that matches no interaction, and says which was
	// nearest. It needs sessions.
	Strict bool
}

// AuthMode says which bearer tokens pass.
type AuthMode int

const (
	// AuthAny lets any non-empty token pass. Tokens that graphmock made are
	// checked for expiry and audience.
	AuthAny AuthMode = iota
	// AuthStrict wants a well-formed, unexpired JWT for Graph's audience.
	// Signatures are not verified.
	AuthStrict
)

// Limits bound what a client can make the server hold. A zero field has the
// default given; there is no unlimited.
type Limits struct {
	URL      int // bytes of path and query; 16 KiB
	Header   int // bytes of all names and values; 64 KiB
	JSONBody int // bytes, unpacked; 4 MiB, as in Graph
	Upload   int // bytes of a multipart body, unpacked; 32 MiB

	Calls     int // that are kept; 10,000. The oldest are dropped
	CallBytes int // of the bodies of kept calls; 64 MiB

	ReadTimeout time.Duration // for a whole request over a socket; one minute
}

func (l Limits) withDefaults() Limits {
	return Limits{
		URL:         cmp.Or(l.URL, 16<<10),
		Header:      cmp.Or(l.Header, 64<<10),
		JSONBody:    cmp.Or(l.JSONBody, 4<<20),
		Upload:      cmp.Or(l.Upload, 32<<20),
		Calls:       cmp.Or(l.Calls, 10_000),
		CallBytes:   cmp.Or(l.CallBytes, 64<<20),
		ReadTimeout: cmp.Or(l.ReadTimeout, time.Minute),
	}
}
