package schemas

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/graphmock/graphmock/internal/bind"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
)

//go:embed contracts
var embedded embed.FS

// A Contract is what Graph promises at one version: its operations, with the
// schemas of their messages. It never changes once loaded and may be used by
// several goroutines at once.
type Contract struct {
	Name    string // unique, such as "beta-2026-06"
	Version string // first segment of the URL: "v1.0" or "beta"
	Date    string // day of publication, yyyy-mm-dd
	Title   string
	Source  string // the page of the reference that describes it

	renamed    map[string]string   // name in an older revision → name now
	abstract   map[string][]string // abstract type → its concrete types, in order of preference
	operations []*Operation
	routes     *route              // of the path below the version; nil if there is a model
	ways       map[string][]string // named route → paths, as the index writes them
	library    *library

	model   *edm.Model // of a contract made from metadata, otherwise nil
	text    []byte     // of the metadata
	derived derived    // operations of the model
}

// An Operation is one method on one shape of path.
type Operation struct {
	ID        string   // stable over revisions, such as "uploadSession.create"
	Summary   string   // what it does, for people
	Method    string   // upper case
	Paths     []string // as the contract writes them, with routes in angle brackets
	Reference string   // the page of Graph's reference
	Contract  *Contract

	Request  *RequestRule // nil if the operation takes no body
	Response ResponseRule
	Query    *QueryRule // nil if the operation documents no query option

	// Of an operation that was derived from metadata:
	resource  *resolve.Resource // nil if the operation is hand-written
	target    bind.Target       // what its query options are about
	overloads []*edm.Operation  // of an action or function
}

// A RequestRule says what the body of a request must be.
type RequestRule struct {
	MediaType string   // "application/json", "multipart/form-data", or "*/*" for any bytes
	Also      []string // media types that are taken too, and not looked into
	Optional  bool     // the body may be left out
	Schema    *Schema  // of a JSON body
	Part      string   // name of the only part of a multipart body
	CSV       *CSV     // columns of the file in that part
}

// A ResponseRule says what a successful answer is.
type ResponseRule struct {
	Status    int
	Also      []int   // other statuses of success, with the same body or none
	Schema    *Schema // nil if there is no JSON body
	MediaType string  // of a body that is not JSON, "*/*" for any; "" if there is none
	Context   string  // fragment of @odata.context with {key} for keys of the path; "" if there is none
}

// A QueryRule lists the query options of an operation, or of an expanded
// navigation property.
type QueryRule struct {
	Options    []string                `json:"options"`             // documented, such as "$filter"
	Tolerated  []string                `json:"tolerated,omitempty"` // sent by generated clients, not documented
	Properties map[string]PropertyRule `json:"properties,omitempty"`
	Expand     map[string]*QueryRule   `json:"expand,omitempty"` // navigation property → options in its parentheses
}

// A PropertyRule says how a query may use a property.
type PropertyRule struct {
	Type   string   `json:"type"`             // Edm primitive, or "enum"
	Values []string `json:"values,omitempty"` // members of an enum
	Filter []string `json:"filter,omitempty"` // operators and functions; "*" is any
	Sort   bool     `json:"sort,omitempty"`
}

// Operations returns the operations of c in the order of its index; none for
// one made from metadata, which has too many to list. The caller must not change them.
func (c *Contract) Operations() []*Operation { return slices.Clone(c.operations) }

// Operation returns the operation with that id, or nil.
func (c *Contract) Operation(id string) *Operation {
	if c.model != nil {
		return c.find(id)
	}
	i := slices.IndexFunc(c.operations, func(op *Operation) bool { return op.ID == id })
	if i < 0 {
		return nil
	}
	return c.operations[i]
}

func (c *Contract) String() string { return c.Name }

// meant returns which of the candidates was probably meant by name, or "": what an
// older revision called it, or what it is a misspelling of.
func (c *Contract) meant(name string, candidates []string) string {
	for old, now := range c.renamed {
		if strings.EqualFold(old, name) && slices.Contains(candidates, now) {
			return now
		}
	}
	return spell.Closest(name, candidates)
}

// expand replaces a named route that a path starts with by the first way to it.
func (c *Contract) expand(path string) string {
	for strings.HasPrefix(path, "<") {
		name, rest, _ := strings.Cut(path[1:], ">")
		path = c.ways[name][0] + rest
	}
	return path
}

// path returns the first path of an operation, from the version on, with the
// keys that are known filled in: what a client should have called.
func (c *Contract) path(op *Operation, keys []Key) string {
	path := c.expand(op.Paths[0])
	for _, k := range keys {
		path = strings.ReplaceAll(path, "{"+k.Name+"}", k.Value)
	}
	return "/" + c.Version + path
}

// index is the form of contract.json; contracts/README.md describes it.
type index struct {
	SchemaURL  string              `json:"$schema"`
	Name       string              `json:"name"`
	Version    string              `json:"version"`
	Date       string              `json:"date"`
	Title      string              `json:"title"`
	Source     string              `json:"source"`
	Renamed    map[string]string   `json:"renamed"`
	Abstract   map[string][]string `json:"abstract"`
	Routes     map[string][]string `json:"routes"`
	Operations []indexOperation    `json:"operations"`
}

type indexOperation struct {
	ID        string     `json:"id"`
	Summary   string     `json:"summary"`
	Method    string     `json:"method"`
	Paths     []string   `json:"paths"`
	Reference string     `json:"reference"`
	Query     *QueryRule `json:"query"`
	Request   *struct {
		MediaType string `json:"mediaType"`
		Schema    string `json:"schema"`
		Part      string `json:"part"`
		CSV       string `json:"csv"`
	} `json:"request"`
	Response struct {
		Status  int    `json:"status"`
		Schema  string `json:"schema"`
		Context string `json:"context"`
	} `json:"response"`
}

// loadContract reads folder/contract.json and what it names. Schemas are
// compiled when they are first used.
func loadContract(lib *library, folder string) (*Contract, error) {
	file := path.Join(folder, "contract.json")
	var ix index
	if err := lib.readJSON(file, &ix); err != nil {
		return nil, err
	}
	c := &Contract{
		Name: ix.Name, Version: ix.Version, Date: ix.Date, Title: ix.Title, Source: ix.Source,
		renamed: ix.Renamed, abstract: ix.Abstract, ways: ix.Routes, library: lib,
	}
	routes, err := newRoutes(ix.Routes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if c.Name == "" || c.Version == "" {
		return nil, fmt.Errorf("%s: want a name and a version", file)
	}
	for _, io := range ix.Operations {
		op, err := c.newOperation(folder, io)
		if err != nil {
			return nil, fmt.Errorf("%s: operation %q: %w", file, io.ID, err)
		}
		for _, p := range op.Paths {
			if err := routes.add(p, op); err != nil {
				return nil, fmt.Errorf("%s: operation %q: %w", file, io.ID, err)
			}
		}
		c.operations = append(c.operations, op)
	}
	c.routes = routes.root
	return c, nil
}

func (c *Contract) newOperation(folder string, io indexOperation) (*Operation, error) {
	switch {
	case c.Operation(io.ID) != nil:
		return nil, errors.New("is there twice")
	case io.ID == "" || io.Method != strings.ToUpper(io.Method) || io.Method == "":
		return nil, fmt.Errorf("want an id and a method in upper case, not %q", io.Method)
	case len(io.Paths) == 0:
		return nil, errors.New("want at least one path")
	case io.Response.Status < 200 || io.Response.Status > 299:
		return nil, fmt.Errorf("response.status is %d: want 200 to 299", io.Response.Status)
	}
	op := &Operation{
		ID: io.ID, Summary: io.Summary, Method: io.Method, Paths: io.Paths, Reference: io.Reference,
		Contract: c, Query: io.Query,
		Response: ResponseRule{Status: io.Response.Status, Context: io.Response.Context},
	}
	if io.Response.Schema != "" {
		op.Response.Schema = c.library.schema(path.Join(folder, io.Response.Schema))
	}
	if io.Request == nil {
		return op, nil
	}
	switch r := io.Request; {
	case r.MediaType == jsonMedia && r.Schema == "":
		return nil, errors.New("request.schema is missing: a JSON body needs one")
	case r.MediaType == multipartForm && r.Part == "":
		return nil, errors.New("request.part is missing: a multipart body needs the name of its part")
	case r.MediaType != jsonMedia && r.MediaType != multipartForm:
		return nil, fmt.Errorf("request.mediaType is %q: want %s or %s", r.MediaType, jsonMedia, multipartForm)
	}
	op.Request = &RequestRule{MediaType: io.Request.MediaType, Part: io.Request.Part}
	if io.Request.Schema != "" {
		op.Request.Schema = c.library.schema(path.Join(folder, io.Request.Schema))
	}
	if io.Request.CSV != "" {
		csv, err := c.library.csv(path.Join(folder, io.Request.CSV))
		if err != nil {
			return nil, err
		}
		op.Request.CSV = csv
	}
	return op, nil
}

// A Set is the contracts that a server or a check holds requests to. The
// contracts of one version are ordered by date. It never changes and may be
// used by several goroutines at once.
type Set struct {
	contracts []*Contract
	rules     Rules
}

// Embedded returns the contracts that come with graphmock: the five revisions
// of the upload API. They are loaded once for the process.
func Embedded() *Set { return loadEmbedded() }

var loadEmbedded = sync.OnceValue(func() *Set {
	files, err := fs.Sub(embedded, "contracts")
	if err != nil {
		panic(err)
	}
	set, err := load(files)
	if err != nil {
		panic(err) // the embedded contracts are held to load by a test
	}
	return set
})

// Load reads every folder of fsys that holds a contract.json, in the format of
// contracts/README.md, and compiles every schema. It is an error if there is no
// such folder.
func Load(fsys fs.FS) (*Set, error) {
	set, err := load(fsys)
	if err != nil {
		return nil, err
	}
	for _, c := range set.contracts {
		if err := c.compile(); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// compile compiles every schema of c, as they otherwise are on first use.
func (c *Contract) compile() error {
	for _, op := range c.operations {
		list := []*Schema{op.Response.Schema}
		if op.Request != nil {
			list = append(list, op.Request.Schema)
		}
		for _, s := range list {
			if s == nil {
				continue
			}
			if err := s.Compile(); err != nil {
				return fmt.Errorf("contract %s: operation %q: %w", c.Name, op.ID, err)
			}
		}
	}
	return nil
}

func load(fsys fs.FS) (*Set, error) {
	files, err := fs.Glob(fsys, "*/contract.json")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no contract: want a folder with a contract.json")
	}
	set := new(Set)
	lib := newLibrary(fsys)
	for _, file := range files {
		c, err := loadContract(lib, path.Dir(file))
		if err != nil {
			return nil, err
		}
		if _, err := set.Contract(c.Name); err == nil {
			return nil, fmt.Errorf("%s: there is another contract %q", file, c.Name)
		}
		set.contracts = append(set.contracts, c)
	}
	slices.SortStableFunc(set.contracts, func(a, b *Contract) int { return strings.Compare(a.Date, b.Date) })
	return set, nil
}

// Contracts returns the contracts of s, oldest first, those made of metadata last.
func (s *Set) Contracts() []*Contract { return slices.Clone(s.contracts) }

// Contract returns the contract with that name. The error of an unknown name
// says which names there are.
func (s *Set) Contract(name string) (*Contract, error) {
	var names []string
	for _, c := range s.contracts {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	err := fmt.Errorf("no contract %q: there are %s%s", name, strings.Join(names, ", "), spell.Hint(name, names))
	return nil, err
}

// Pin returns a set in which the named hand-written contracts are the only ones of their
// versions, beside what is made of metadata; versions that no name speaks of stay as they are.
func (s *Set) Pin(names ...string) (*Set, error) {
	pinned := make(map[string]bool) // version
	keep := make(map[*Contract]bool)
	for _, name := range names {
		c, err := s.Contract(name)
		if err != nil {
			return nil, err
		}
		if c.model == nil {
			pinned[c.Version], keep[c] = true, true
		}
	}
	out := &Set{rules: s.rules}
	for _, c := range s.contracts {
		if !pinned[c.Version] || keep[c] || c.model != nil {
			out.contracts = append(out.contracts, c)
		}
	}
	return out, nil
}

// WithRules returns a set that grades findings by rules, on top of those of s.
func (s *Set) WithRules(rules Rules) (*Set, error) {
	merged, err := s.rules.merge(rules)
	if err != nil {
		return nil, err
	}
	return &Set{contracts: s.contracts, rules: merged}, nil
}

// HasOperation reports whether a contract of s has an operation with that id:
// "uploadSession.create" of a hand-written contract, "GET /users/{id}/messages" of metadata.
func (s *Set) HasOperation(id string) bool {
	return slices.ContainsFunc(s.contracts, func(c *Contract) bool { return c.Operation(id) != nil })
}

// MeantOperation returns the id of the operation that a method and a path of any form are by
// metadata: "GET /users/{id}" for "GET /v1.0/users/x"; "" if they are none.
func (s *Set) MeantOperation(id string) string {
	method, path, _ := strings.Cut(id, " ")
	for _, c := range s.contracts {
		if c.model == nil {
			continue
		}
		ops, _ := c.Path(path)
		for _, op := range ops {
			if strings.EqualFold(op.Method, method) {
				return op.ID
			}
		}
	}
	return ""
}

// OperationIDs returns the ids of all operations of the hand-written contracts of s,
// each once, sorted.
func (s *Set) OperationIDs() []string {
	var ids []string
	for _, c := range s.contracts {
		for _, op := range c.operations {
			ids = append(ids, op.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// version returns the hand-written contracts of one version, oldest first, and the
// one made from metadata, nil if there is none.
func (s *Set) version(name string) (written []*Contract, whole *Contract) {
	for _, c := range s.contracts {
		switch {
		case !strings.EqualFold(c.Version, name):
		case c.model != nil:
			whole = c
		default:
			written = append(written, c)
		}
	}
	return written, whole
}

func (s *Set) versions() []string {
	var out []string
	for _, c := range s.contracts {
		if !slices.Contains(out, c.Version) {
			out = append(out, c.Version)
		}
	}
	slices.Sort(out)
	return out
}

// A Request is the message that a client sent, or is said to have sent.
type Request struct {
	Method string
	// URL is absolute, or starts with the version ("/v1.0/…"); the path and the
	// query are as sent, not decoded. It need not be a valid URL.
	URL    string
	Header http.Header
	Body   []byte // with any Content-Encoding undone
	// Recorded says that the request comes from a file, from which
	// credentials were removed: Authorization is not asked for.
	Recorded bool
	// Omitted says that there was a body which is not known: it is not checked.
	Omitted bool
}

// A Response is the message that a client got.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	// JSON is the decoded Body, for those who have it at hand. If nil, Body is
	// decoded.
	JSON any
	// Omitted says that there was a body which is not known: it is not checked.
	Omitted bool
}

// readJSON decodes a file strictly: no unknown members, nothing behind the value.
func (l *library) readJSON(file string, v any) error {
	data, err := fs.ReadFile(l.files, file)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("%s: something follows the JSON value", file)
	}
	return nil
}
