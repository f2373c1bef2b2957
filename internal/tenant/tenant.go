// Package tenant is the state behind the fake's answers: the catalogs,
// resources and upload sessions of one Graph tenant, and what the operations of
// the upload API do to them.
//
// An operation answers with a superset of what any revision of the contract
// returns; the contract's response schema then keeps what its revision declares.
package tenant

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/graphmock/graphmock/internal/ident"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/schemas"
)

// Config configures a Tenant.
type Config struct {
	Now func() time.Time // must not be nil
	IDs *ident.Source    // must not be nil

	// PageSize is the number of items in a page where the client asks for none
	// with $top.
	PageSize int
	// SessionLifetime is how long an upload session stays active.
	SessionLifetime time.Duration
	// StrictIDs refuses to create a session under a catalog that the tenant does
	// not know. Otherwise such a catalog is adopted.
	StrictIDs bool
}

// A Tenant is safe for use by several goroutines at once.
type Tenant struct {
	cfg Config

	mu        sync.Mutex
	catalogs  list[*catalog]
	resources list[*resource]
	sessions  list[*session]
	newest    map[pair]*session // the last one that was created for a pair, unless it was deleted
}

// New returns a tenant without any entity.
func New(cfg Config) *Tenant { return &Tenant{cfg: cfg, newest: make(map[pair]*session)} }

// A Seed is what a tenant starts with.
type Seed struct {
	Catalogs  []Catalog
	Resources []Resource
}

// Reset forgets every entity and adds those of the seed. No call sees the
// tenant in between.
func (t *Tenant) Reset(seed Seed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.catalogs, t.resources, t.sessions = list[*catalog]{}, list[*resource]{}, list[*session]{}
	t.newest = make(map[pair]*session)
	for _, c := range seed.Catalogs {
		t.addCatalog(c)
	}
	for _, r := range seed.Resources {
		t.addResource(r)
	}
}

// A Call is one request whose verdict has an operation and no error. Rules may
// be lowered, so that a request which breaks the contract has no error either:
// its JSON may be missing or of another form, its File may be missing, and Query
// may be nil or lack the options that could not be read.
type Call struct {
	*schemas.Verdict
	// NextLink returns the URL of the request with $skiptoken set to token.
	NextLink func(token string) string
}

// An Answer is what the tenant says to a call.
type Answer struct {
	// Body is nil for 204 and for a refusal. It is the caller's to keep.
	Body map[string]any
	Err  *Error // nil unless the call is refused
	// Adopted says which keys of the path were taken on trust.
	Adopted []schemas.Key
}

// An Error is a refusal in Graph's words.
type Error struct {
	Status  int
	Code    string
	Message string
	Option  string // that can't be evaluated, such as "$filter"; "" for any other refusal
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

func notFound(kind, id string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: fmt.Sprintf("The %s '%s' was not found.", kind, id)}
}

func conflict(message string) *Error {
	return &Error{Status: http.StatusConflict, Code: "Conflict", Message: message}
}

func badRequest(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf(format, args...)}
}

// handlers holds what each operation does. t.mu is held.
var handlers = map[string]func(*Tenant, *Call, *Answer) *Error{
	"catalog.list":             (*Tenant).listCatalogs,
	"catalog.get":              (*Tenant).getCatalog,
	"catalog.create":           (*Tenant).createCatalog,
	"resource.list":            (*Tenant).listResources,
	"resource.get":             (*Tenant).getResource,
	"resourceRequest.create":   (*Tenant).requestResource,
	"uploadSession.create":     (*Tenant).createSession,
	"uploadSession.list":       (*Tenant).listSessions,
	"uploadSession.get":        (*Tenant).getSession,
	"uploadSession.update":     (*Tenant).completeSession,
	"uploadSession.delete":     (*Tenant).deleteSession,
	"uploadSession.uploadFile": (*Tenant).uploadFile,
	"file.create":              (*Tenant).createFile,
}

// object returns the JSON body, nil if it is no object.
func (c *Call) object() map[string]any {
	object, _ := c.JSON.(map[string]any)
	return object
}

// query returns the query, an empty one if there is none.
func (c *Call) query() *odata.Query {
	if c.Query == nil {
		return new(odata.Query)
	}
	return c.Query
}

// Handles reports whether the tenant knows what an operation does.
func Handles(operation string) bool { return handlers[operation] != nil }

// Answer carries out a call. The operation must be one that the tenant
// [Handles].
func (t *Tenant) Answer(call *Call) Answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	var a Answer
	if a.Err = handlers[call.Operation.ID](t, call, &a); a.Err != nil {
		a.Body = nil
	}
	return a
}

// timestamp formats a time as Graph does: UTC, up to seven digits of a second.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }

// list keeps entities in the order of their creation. The zero value is empty.
type list[E interface{ key() string }] struct {
	items []E
	byID  map[string]E
}

func (l *list[E]) add(e E) {
	if l.byID == nil {
		l.byID = make(map[string]E)
	}
	l.items = append(l.items, e)
	l.byID[e.key()] = e
}

// get returns the zero value, nil, if there is none.
func (l *list[E]) get(id string) E { return l.byID[id] }

func (l *list[E]) remove(id string) {
	delete(l.byID, id)
	for i, e := range l.items {
		if e.key() == id {
			l.items = append(l.items[:i:i], l.items[i+1:]...)
			return
		}
	}
}

// text returns a member of a decoded body, "" if it is not a string.
func text(object map[string]any, name string) string {
	s, _ := object[name].(string)
	return s
}

// first returns the first member of those names that is there.
func first(object map[string]any, names ...string) map[string]any {
	for _, name := range names {
		if m, ok := object[name].(map[string]any); ok {
			return m
		}
	}
	return nil
}

// cantEvaluate refuses a query option that parses, and that the tenant has no
// exact answer to.
func cantEvaluate(option, format string, args ...any) *Error {
	e := badRequest(format, args...)
	e.Option = option
	return e
}
