// Package mock is a fake of Microsoft Graph that knows Graph's contract: it
// answers statefully, refuses what Graph refuses, and says of every call what was
// wrong with it.
//
//	srv, err := mock.Start(mock.Config{})
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer srv.Close()
//	// point a Graph client at srv.URL + "/v1.0"
//	for _, call := range srv.Calls() {
//		fmt.Println(call.Request.Method, call.Request.URL, call.Findings)
//	}
//
// In a test use package contracttest, which ties a server to the test. What
// differs from Graph is listed in docs/differences.md.
package mock

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/entra"
	"github.com/graphmock/graphmock/internal/ident"
	"github.com/graphmock/graphmock/internal/tenant"
	"github.com/graphmock/graphmock/schemas"
)

// The catalog and the custom data provided resource that a new server has.
const (
	CatalogID  = "3c9f2b1e-8a4d-4e7f-9d2a-6b3e1c7f5a9d"
	ResourceID = "15eeb4df-bd15-4d8b-9679-e75791dbc1d9"

	CatalogName  = "Building access"
	ResourceName = "BuildingAccessData"
)

// A Server is a fake Graph. It is an [http.Handler], an in-process transport
// ([Server.Transport]) and, after [Start], a server that listens.
// All methods may be called by several goroutines at once, also while requests run.
type Server struct {
	// URL and TLSURL are where the server listens: "http://127.0.0.1:port",
	// no trailing slash and no version. Empty if it does not.
	URL    string
	TLSURL string

	contracts *schemas.Set
	limits    Limits
	auth      AuthMode
	mode      ReplayMode
	trust     bool
	seed      uint64
	sessions  []*fixtures.Session
	recorder  *fixtures.Recorder
	logger    *slog.Logger
	onCall    func(Call) // nil if nobody asked

	clock    clock
	ids      *ident.Source
	tenant   *tenant.Tenant
	examples *schemas.Exampler
	replay   atomic.Pointer[fixtures.Replay] // nil without sessions
	scripts  scripts
	calls    callLog

	ca      *authority   // nil without TLS
	control http.Handler // nil unless asked for

	servers   []*http.Server
	listeners []net.Listener
	running   running
	closing   chan struct{}
	close     sync.Once
}

// New returns a server that does not listen: use it as an [http.Handler] or
// through [Server.Transport]. It is an error if cfg is not a possible one.
func New(cfg Config) (*Server, error) {
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("mock.Config: %w", err)
	}
	s := &Server{
		contracts: cfg.Contracts,
		limits:    cfg.Limits.withDefaults(),
		auth:      cfg.Auth,
		mode:      cfg.Replay,
		trust:     cfg.TrustAnswers,
		seed:      cfg.Seed,
		sessions:  cfg.Sessions,
		recorder:  cfg.Recorder,
		logger:    cfg.Logger,
		onCall:    cfg.OnCall,
		clock:     clock{source: cfg.Now},
		closing:   make(chan struct{}),
	}
	if s.contracts == nil {
		s.contracts = schemas.Embedded()
	}
	if s.clock.source == nil {
		s.clock.source = time.Now
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	s.calls.init(s.limits)
	s.ids = ident.NewSource(s.seed)
	s.examples = &schemas.Exampler{Seed: s.seed, Now: s.Now}
	s.tenant = tenant.New(tenant.Config{
		Now: s.Now, IDs: s.ids, PageSize: cmp.Or(cfg.PageSize, 100),
		SessionLifetime: cmp.Or(cfg.SessionLifetime, 24*time.Hour), StrictIDs: cfg.StrictIDs,
	})
	if cfg.Control {
		s.control = newControl(s)
	}
	s.Reset()
	return s, nil
}

// Start returns a server that listens, on the loopback interface unless
// cfg says otherwise. The caller closes it.
func Start(cfg Config) (*Server, error) {
	s, err := New(cfg)
	if err != nil {
		return nil, err
	}
	if s.URL, err = s.listen(cfg.Addr, nil); err != nil {
		return nil, err
	}
	if cfg.TLS || cfg.TLSAddr != "" {
		if s.ca, err = newAuthority(time.Now()); err == nil {
			s.TLSURL, err = s.listen(cfg.TLSAddr, s.ca.serverConfig())
		}
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (s *Server) listen(addr string, tlsConfig *tls.Config) (url string, err error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("start the mock server: %w", err)
	}
	srv := &http.Server{
		Handler:           s,
		ReadTimeout:       s.limits.ReadTimeout,
		ReadHeaderTimeout: s.limits.ReadTimeout,
		MaxHeaderBytes:    2 * (s.limits.Header + s.limits.URL), // over it, net/http refuses before we can
		TLSConfig:         tlsConfig,
		ConnState:         s.running.track,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	s.servers, s.listeners = append(s.servers, srv), append(s.listeners, ln)
	if tlsConfig == nil {
		go srv.Serve(ln)
		return "http://" + ln.Addr().String(), nil
	}
	go srv.ServeTLS(ln, "", "")
	return "https://" + ln.Addr().String(), nil
}

// closeTimeout is how long Close waits for requests before it cuts them off.
const closeTimeout = 5 * time.Second

// Close stops listening, ends delays and waits for running requests, also for those
// in process. It is an error, which names them, if some do not end within five seconds.
// Close may be called more than once.
func (s *Server) Close() error {
	var errs []error
	s.close.Do(func() {
		close(s.closing)
		for _, ln := range s.listeners {
			errs = append(errs, ln.Close())
		}
		if left := s.running.wait(closeTimeout); len(left) > 0 {
			errs = append(errs, fmt.Errorf("close the mock server: still running after %v: %s", closeTimeout, strings.Join(left, ", ")))
		}
		for _, srv := range s.servers {
			srv.Close() // its listener is closed already
		}
	})
	return errors.Join(errs...)
}

// running knows what has to end before the server is closed: requests
// ([*http.Request]), and connections ([net.Conn]) on which one is read or answered. Waiting for
// them is faster than http.Server.Shutdown, which also waits for fresh and for HTTP/2 connections.
type running struct {
	mu     sync.Mutex
	active map[any]bool
	idle   chan struct{} // closed when nothing is active; nil if nobody waits
}

func (r *running) add(key any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active == nil {
		r.active = make(map[any]bool)
	}
	r.active[key] = true
}

func (r *running) remove(key any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.active, key)
	if len(r.active) == 0 && r.idle != nil {
		close(r.idle)
		r.idle = nil
	}
}

// track is a callback for [http.Server.ConnState].
func (r *running) track(conn net.Conn, state http.ConnState) {
	if state == http.StateActive {
		r.add(conn)
	} else {
		r.remove(conn)
	}
}

// wait returns what is still active after the timeout, for people.
func (r *running) wait(timeout time.Duration) []string {
	r.mu.Lock()
	if len(r.active) == 0 {
		r.mu.Unlock()
		return nil
	}
	idle := make(chan struct{})
	r.idle = idle
	r.mu.Unlock()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var requests, conns []string
	for key := range r.active {
		switch key := key.(type) {
		case *http.Request:
			requests = append(requests, key.Method+" "+key.URL.Path)
		case net.Conn:
			conns = append(conns, "a request from "+key.RemoteAddr().String())
		}
	}
	if len(requests) > 0 { // the connections are theirs
		conns = nil
	}
	return slices.Sorted(slices.Values(append(requests, conns...)))
}

// Client returns an HTTP client that trusts the server's certificate. If the
// server does not listen, the client answers in process, as [Server.Transport]
// does. Every call returns a new one, without idle connections.
func (s *Server) Client() *http.Client {
	if s.URL == "" {
		return &http.Client{Transport: s.Transport()}
	}
	transport := &http.Transport{ForceAttemptHTTP2: true} // not a clone of the default one, which Activate replaces
	if s.ca != nil {
		pool := x509.NewCertPool()
		pool.AddCert(s.ca.cert)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return &http.Client{Transport: transport}
}

// CA returns the certificate that HTTPS clients have to trust, in PEM; nil
// unless the server listens with TLS.
func (s *Server) CA() []byte {
	if s.ca == nil {
		return nil
	}
	return s.ca.pem
}

// TokenOptions describe an access token. The zero value is one that passes: for
// Graph, valid for an hour from the server's time.
type TokenOptions struct {
	Audience string
	Lifetime time.Duration // negative: it expired that long ago
	TenantID string
	Roles    []string // application permissions; nil is EntitlementManagement.ReadWrite.All
}

// Token returns an access token that the server accepts, or will refuse for
// what o says.
func (s *Server) Token(o TokenOptions) string { return entra.Mint(s.Now(), entra.Options(o)) }

// A Catalog describes a catalog to add to the tenant.
type Catalog struct {
	ID          string // made if empty
	DisplayName string
	Description string
}

// AddCatalog adds a published catalog to the tenant and returns its id.
func (s *Server) AddCatalog(c Catalog) string { return s.tenant.AddCatalog(tenant.Catalog(c)) }

// A Resource describes a custom data provided resource to add to the tenant.
type Resource struct {
	ID          string // made if empty
	CatalogID   string // if empty, that of the catalog that a new server has; added if there is none with that id
	DisplayName string
	Description string
	OriginID    string // made if empty
}

// AddResource adds a resource to the tenant and returns its id.
func (s *Server) AddResource(r Resource) string { return s.tenant.AddResource(tenant.Resource(r)) }

// An UploadSession describes an upload session to add to the tenant, as if
// somebody else had created it.
type UploadSession struct {
	ResourceID   string // if empty, the resource that a new server has
	DefinitionID string // of the access review
	InstanceID   string
	Complete     bool
}

// AddUploadSession adds an upload session to the tenant and returns its id. It
// panics if there is no such resource.
func (s *Server) AddUploadSession(u UploadSession) string {
	u.ResourceID = cmp.Or(u.ResourceID, ResourceID)
	id, ok := s.tenant.AddSession(tenant.Session(u))
	if !ok {
		panic("mock: no resource " + u.ResourceID)
	}
	return id
}

// Reset puts the server back to its start: tenant, sessions, ids, clock,
// scripts and calls. Requests that run at the same time land on either side.
// [Call.Seq] counts on, so that no two calls of a server have the same.
func (s *Server) Reset() {
	s.clock.reset()
	s.ids.Reset(s.seed)
	s.tenant.Reset(tenant.Seed{
		Catalogs:  []tenant.Catalog{{ID: CatalogID, DisplayName: CatalogName, Description: "Doors and meeting rooms"}},
		Resources: []tenant.Resource{{ID: ResourceID, CatalogID: CatalogID, DisplayName: ResourceName, Description: "Who may enter which building"}},
	})
	s.scripts.reset()
	s.calls.reset()
	if len(s.sessions) > 0 {
		s.replay.Store(fixtures.NewReplay(s.sessions, fixtures.ReplayOptions{AnyOrder: s.mode.AnyOrder}))
	}
}

// UnusedInteractions returns the interactions of the loaded sessions that no
// call has matched, as "session: interaction".
func (s *Server) UnusedInteractions() []string {
	var out []string
	if replay := s.replay.Load(); replay != nil {
		for _, step := range replay.Unused() {
			out = append(out, step.String())
		}
	}
	return out
}

// Contracts returns what the server holds requests to.
func (s *Server) Contracts() *schemas.Set { return s.contracts }

// Now returns the server's time.
func (s *Server) Now() time.Time { return s.clock.now() }

// SetTime makes the server's time t; it goes on from there.
func (s *Server) SetTime(t time.Time) { s.clock.set(t) }

// Advance puts the server's time forward by d, or back if d is negative.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// clock is a source of time that can be shifted.
type clock struct {
	source func() time.Time
	offset atomic.Int64 // nanoseconds
}

func (c *clock) now() time.Time          { return c.source().Add(time.Duration(c.offset.Load())) }
func (c *clock) set(t time.Time)         { c.offset.Store(int64(t.Sub(c.source()))) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }
func (c *clock) reset()                  { c.offset.Store(0) }
