package schemas

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/resolve"
	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// A Verdict is what a set of contracts says of one request.
type Verdict struct {
	// Contract is the newest contract that the request fits, otherwise the one
	// that it comes closest to; nil if the URL names no known version.
	Contract *Contract
	// Operation is nil if the path or the method leads to none.
	Operation *Operation
	Keys      []Key    // of the path, in order, decoded
	Fits      []string // names of the contracts in which the request has no error, oldest first; limits and tokens do not count
	Findings  []Finding

	Query *odata.Query // nil if the operation is
	JSON  any          // decoded JSON body, with the contract's spelling of names; nil if there is none
	File  *File        // file of a multipart body; nil if there is none

	Methods []string // what the resource takes, if Operation is nil because of the method

	// Deprecation says since when Graph wants the operation no more; nil if it does not.
	Deprecation *Deprecation

	resource *resolve.Resource // that the path leads to, of an operation from metadata
	fitting  []*Operation      // of Fits
	depth    int               // segments of the path that led somewhere
}

// A Deprecation says that something will go away. Dates are yyyy-mm-dd, "" if they are not known.
type Deprecation struct{ Date, RemovalDate, Description string }

// A Key is one key of a path: /catalogs/{catalogId}.
type Key struct{ Name, Value string }

// Key returns the last key of that name, "" if there is none.
func (v *Verdict) Key(name string) string {
	for _, k := range slices.Backward(v.Keys) {
		if k.Name == name {
			return k.Value
		}
	}
	return ""
}

// A File is what a multipart body carries.
type File struct {
	Name string // "" if the client gave none
	Data []byte
}

// message is a request taken apart once for all contracts.
type message struct {
	*Request
	version   string
	segments  []string // behind the version, as sent
	rawQuery  string
	mediaType string // lower case; "" if there is none
	params    map[string]string

	decoded *jsonBody // see json; nil before it is asked for
	parts   *fileBody // see file
}

type jsonBody struct {
	value    any
	ok       bool
	problems []strictjson.Problem
}

const maxDepth = 100 // levels of JSON

func newMessage(r *Request) *message {
	m := &message{Request: r}
	var rawPath string
	rawPath, m.rawQuery = splitURL(r.URL)
	m.version, rawPath, _ = strings.Cut(strings.TrimLeft(rawPath, "/"), "/")
	if rawPath = strings.TrimSuffix(rawPath, "/"); rawPath != "" {
		m.segments = strings.Split(rawPath, "/")
	}
	if ct := r.Header.Get("Content-Type"); ct != "" {
		var err error
		if m.mediaType, m.params, err = mime.ParseMediaType(ct); err != nil {
			head, _, _ := strings.Cut(ct, ";")
			m.mediaType = strings.ToLower(strings.TrimSpace(head))
		}
	}
	return m
}

// json returns the body as JSON, which is decoded once.
func (m *message) json() jsonBody {
	if m.decoded == nil {
		m.decoded = new(jsonBody)
		m.decoded.value, m.decoded.ok, m.decoded.problems = strictjson.Parse(m.Body, maxDepth)
	}
	return *m.decoded
}

// file returns the body as a multipart form, which is read once.
func (m *message) file() fileBody {
	if m.parts == nil {
		body := readMultipart(m.Body, m.params["boundary"])
		m.parts = &body
	}
	return *m.parts
}

// splitURL takes an absolute or relative URL apart without asking for it to be
// valid, and drops a fragment.
func splitURL(raw string) (path, query string) {
	raw, _, _ = strings.Cut(raw, "#")
	path, query, _ = strings.Cut(raw, "?")
	if _, rest, ok := strings.Cut(path, "://"); ok && !strings.HasPrefix(path, "/") {
		_, path, _ = strings.Cut(rest, "/")
	}
	return path, query
}

// CheckRequest holds a request to the contracts of the version that its URL
// names, and reports everything that is wrong with it, in the order of the
// message. A version may have several contracts: the newest one that the
// request fits counts, and if that is not the newest of all, there is a finding
// contract.drift. It may be called by several goroutines at once.
func (s *Set) CheckRequest(r *Request) *Verdict {
	m := newMessage(r)
	written, whole := s.version(m.version)
	switch {
	case whole == nil && len(written) == 0:
		return s.unknownVersion(m)
	case whole == nil || answers(written, m):
		return s.checkWritten(written, m)
	}
	v := s.check(whole, m)
	if Worst(v.own()) < Error {
		v.Fits, v.fitting = []string{whole.Name}, []*Operation{v.Operation}
	} else if v.Operation == nil && len(written) > 0 {
		if w := s.checkWritten(written, m); w.closer(v) {
			return w
		}
	}
	sortFindings(v.Findings)
	return v
}

// answers reports whether one of the hand-written contracts has an operation for the message.
func answers(written []*Contract, m *message) bool {
	for _, c := range written {
		res := c.routes.resolve(m.segments)
		if res.failed == "" && res.depth == len(m.segments) && res.at.ops[m.Method] != nil {
			return true
		}
	}
	return false
}

// checkWritten holds a message to the hand-written contracts of its version, of which there is one at
// least: the newest that it fits counts.
func (s *Set) checkWritten(contracts []*Contract, m *message) *Verdict {
	var best, newest *Verdict
	var fits []*Verdict
	for _, c := range slices.Backward(contracts) {
		v := s.check(c, m)
		if newest == nil {
			newest = v
		}
		if Worst(v.Findings) < Error {
			fits = append(fits, v)
		}
		if best == nil || v.closer(best) {
			best = v
		}
	}
	for _, v := range slices.Backward(fits) {
		best.Fits = append(best.Fits, v.Contract.Name)
		best.fitting = append(best.fitting, v.Operation)
	}
	if len(fits) > 0 && best != newest {
		s.addDrift(best, newest)
	}
	sortFindings(best.Findings)
	return best
}

// own returns the findings about the request itself, not those about the requests in a batch.
func (v *Verdict) own() []Finding {
	return slices.DeleteFunc(slices.Clone(v.Findings), func(f Finding) bool { return f.Step != "" })
}

// closer reports whether v says more to the sender of the request than the
// verdict of a newer contract.
func (v *Verdict) closer(newer *Verdict) bool {
	switch {
	case (v.Operation == nil) != (newer.Operation == nil):
		return v.Operation != nil
	case v.Operation != nil:
		return len(Errors(v.Findings)) < len(Errors(newer.Findings))
	case v.depth != newer.depth:
		return v.depth > newer.depth
	case (v.Methods == nil) != (newer.Methods == nil):
		return v.Methods != nil
	}
	return v.knowsPath() && !newer.knowsPath()
}

// knowsPath reports whether the verdict says which path was probably meant.
func (v *Verdict) knowsPath() bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.In == InPath && f.Suggestion != "" })
}

// addDrift says in v why the request, which fits an older contract, does not
// fit the newest.
func (s *Set) addDrift(v, newest *Verdict) {
	sortFindings(newest.Findings)
	reason := Errors(newest.Findings)[0]
	f := Finding{
		Rule: "contract.drift", In: reason.In, Pointer: reason.Pointer, Line: reason.Line, Column: reason.Column,
		Message: fmt.Sprintf("the request fits %s and no longer %s: %s", v.Contract.Name, newest.Contract.Name, reason.Message),
		Found:   v.Contract.Name, Wanted: newest.Contract.Name, Suggestion: reason.Suggestion, Source: reason.Source, Reference: reason.Reference,
	}
	if newest.Operation == nil { // the path or the method is gone, not misspelt
		f.Suggestion = ""
		if op := newest.Contract.Operation(v.Operation.ID); op != nil {
			f.Suggestion, f.Reference = newest.Contract.path(op, v.Keys), op.Reference
		}
	}
	c := &checker{set: s, verdict: v}
	c.add(f)
}

func (s *Set) unknownVersion(m *message) *Verdict {
	c := &checker{set: s, message: m, verdict: new(Verdict)}
	versions := s.versions()
	meant := spell.Closest(m.version, versions)
	c.add(Finding{
		Rule: "path.version", In: InPath, Pointer: m.version, Found: clip(m.version),
		Wanted: strings.Join(versions, " or "), Suggestion: meant,
		Message: fmt.Sprintf("the URL starts with %q, which is no version of Graph", clip(m.version)),
	})
	c.checkAuthorization()
	sortFindings(c.verdict.Findings)
	return c.verdict
}

// A checker holds one message to one contract.
type checker struct {
	*message
	set     *Set
	verdict *Verdict
	op      *Operation
	respelt map[string]string // JSON Pointer in the contract's spelling → as sent

	shapeRule string            // of everything that breaks the schema, "" for a rule each
	counts    map[part]int      // findings so far
	values    map[string]string // option of the query → value, decoded
}

// A part of the findings about one message is bounded.
type part struct {
	in       Location
	severity Severity
}

// maxFindings bounds the findings of one severity about one part of a message:
// a million wrong rows make no million findings, and a hundred warnings hide no
// error.
const maxFindings = 100

func (s *Set) check(contract *Contract, m *message) *Verdict {
	c := &checker{message: m, set: s, verdict: &Verdict{Contract: contract}}
	c.checkPath()
	c.checkHeaders()
	if c.op != nil {
		c.checkQuery()
		c.checkBody()
	}
	return c.verdict
}

// muted reports whether a finding would not be kept: its rule is switched off, or
// there are enough of them.
func (c *checker) muted(rule string, in Location) bool {
	severity := c.set.rules.severity(rule)
	return severity == Off || c.counts[part{in, severity}] >= maxFindings
}

// full reports whether there are as many errors about a part of the message as
// are kept: looking further would be work for nothing.
func (c *checker) full(in Location) bool { return c.counts[part{in, Error}] >= maxFindings }

// add grades a finding and keeps it, unless it is muted.
func (c *checker) add(f Finding) {
	if c.muted(f.Rule, f.In) {
		return
	}
	f.Severity = c.set.rules.severity(f.Rule)
	f.Pointer = strings.ToValidUTF8(f.Pointer, "?")
	if c.counts == nil {
		c.counts = make(map[part]int)
	}
	c.counts[part{f.In, f.Severity}]++
	if f.Reference == "" && c.op != nil {
		f.Reference = c.op.Reference
	}
	c.verdict.Findings = append(c.verdict.Findings, f)
}

// Report grades a finding that was made outside the contract check (a limit, a
// token, the tenant's state) and adds it to v in its place.
func (s *Set) Report(v *Verdict, f Finding) {
	c := &checker{set: s, verdict: v, op: v.Operation}
	c.add(f)
	sortFindings(v.Findings)
}

func (c *checker) checkPath() {
	c.checkEncoding()
	if c.verdict.Contract.model != nil {
		c.checkResource()
		return
	}
	res := c.verdict.Contract.routes.resolve(c.segments)
	c.verdict.Keys, c.verdict.depth = res.keys, res.depth
	if res.failed != "" || res.depth < len(c.segments) {
		c.addUnknownSegment(res)
		return
	}
	op := res.at.ops[c.Method]
	if op == nil {
		c.addWrongMethod(res)
		return
	}
	c.op, c.verdict.Operation = op, op
	for _, r := range res.respelt {
		c.addRespelt(r.Name, r.Value)
	}
	c.checkPlaceholders()
}

func (c *checker) addRespelt(sent, declared string) {
	c.add(Finding{
		Rule: "path.case", In: InPath, Pointer: sent, Found: sent, Wanted: declared,
		Message: fmt.Sprintf("the contract writes %q; Graph accepts any letter case", declared),
	})
}

// checkPlaceholders reports keys that nobody filled in.
func (c *checker) checkPlaceholders() {
	for _, k := range c.verdict.Keys {
		if isPlaceholder(k.Value) {
			c.add(Finding{
				Rule: "path.placeholder", In: InPath, Pointer: k.Value, Found: clip(k.Value), Wanted: "the " + k.Name,
				Message: fmt.Sprintf("%q looks like a placeholder that nobody filled in", clip(k.Value)),
			})
		}
	}
}

// checkEncoding reports segments that can't be decoded.
func (c *checker) checkEncoding() {
	for _, segment := range c.segments {
		text, err := url.PathUnescape(segment)
		if err == nil && (!utf8.ValidString(text) || strings.Contains(text, "\x00")) {
			c.add(Finding{
				Rule: "path.encoding", In: InPath, Pointer: segment, Found: clip(segment), Wanted: "percent-encoded UTF-8",
				Message: fmt.Sprintf("the segment %q holds bytes that are no text", clip(segment)),
			})
		}
		if err != nil {
			c.add(Finding{
				Rule: "path.encoding", In: InPath, Pointer: segment, Found: clip(segment), Wanted: "% and two hexadecimal digits",
				Message: fmt.Sprintf("the segment %q is not percent-encoded correctly", clip(segment)),
			})
		}
	}
}

// isPlaceholder reports whether s is what documentation writes for a value: {id}, <id>.
func isPlaceholder(s string) bool {
	return strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") ||
		strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">")
}

func (c *checker) addUnknownSegment(res resolution) {
	where := "of " + c.verdict.Contract.Name
	if res.depth > 0 {
		where = fmt.Sprintf("behind %q", c.segments[res.depth-1])
	}
	expected := res.at.expected()
	message := fmt.Sprintf("there is no %q %s", clip(res.failed), where)
	if res.failed == "" {
		message = "there is an empty segment " + where + ": two slashes in a row"
	} else if _, whole := c.set.version(c.version); res.depth == 0 && whole == nil {
		message += fmt.Sprintf(", which is one API of Graph's; \"graphmock contract pull %s\" adds all of Graph", strings.ToLower(c.version))
	}
	c.add(Finding{
		Rule: "path.unknown-segment", In: InPath, Pointer: res.failed, Found: clip(res.failed), Wanted: few(expected),
		Suggestion: c.verdict.Contract.meant(res.failed, expected), Reference: c.verdict.Contract.Source,
		Message: message,
	})
}

func (c *checker) addWrongMethod(res resolution) {
	methods := res.at.methods()
	if len(methods) == 0 { // a place on the way, where no operation answers
		segment := ""
		if len(c.segments) > 0 {
			segment = c.segments[len(c.segments)-1]
		}
		c.add(Finding{
			Rule: "path.unknown-segment", In: InPath, Pointer: segment, Found: clip(segment),
			Wanted: "more behind it: " + strings.Join(res.at.expected(), ", "), Reference: c.verdict.Contract.Source,
			Message: fmt.Sprintf("no operation of %s answers on this path", c.verdict.Contract.Name),
		})
		return
	}
	c.notAllowed(methods, res.at.ops[methods[0]].Reference)
}

// notAllowed reports a method that a resource does not take.
func (c *checker) notAllowed(methods []string, reference string) {
	c.verdict.Methods = methods
	f := Finding{
		Rule: "method.not-allowed", In: InMethod, Found: clip(c.Method), Wanted: strings.Join(methods, " or "), Reference: reference,
		Message: fmt.Sprintf("%s is not allowed here in %s", clip(c.Method), c.verdict.Contract.Name),
	}
	if len(methods) == 1 || strings.ToUpper(c.Method) == methods[0] {
		f.Suggestion = methods[0]
	}
	c.add(f)
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// Names of headers in the form in which [http.Header] keeps them: any other is made that
// first, for each request.
const (
	clientRequestID  = "Client-Request-Id"
	consistencyLevel = "Consistencylevel"
)

func (c *checker) checkHeaders() {
	if c.op == nil || c.op.resource == nil || c.op.resource.Kind != resolve.Metadata { // which is public
		c.checkAuthorization()
	}
	if id := c.Header.Get(clientRequestID); id != "" && !guid.MatchString(id) {
		c.add(Finding{
			Rule: "header.client-request-id", In: InHeader, Pointer: "client-request-id", Found: clip(id), Wanted: "a GUID",
			Message: "client-request-id is not a GUID; support can't look it up",
		})
	}
	wantsJSON := c.op == nil || c.op.Response.MediaType == ""
	if accept := c.Header.Values("Accept"); wantsJSON && len(accept) > 0 && !acceptsJSON(accept) {
		c.add(Finding{
			Rule: "header.accept", In: InHeader, Pointer: "Accept", Found: clip(strings.Join(accept, ", ")), Wanted: "application/json",
			Message: "the client does not accept JSON, which is what Graph answers",
		})
	}
	if c.op == nil {
		return
	}
	if c.op.resource != nil {
		c.checkGraphHeaders()
	}
	if c.op.Request != nil && len(c.Body) > 0 && c.op.Request.MediaType != anyMedia {
		c.checkContentType()
	}
}

func (c *checker) checkAuthorization() {
	if c.Recorded {
		return
	}
	f := Finding{Rule: "header.authorization", In: InHeader, Pointer: "Authorization", Wanted: "Bearer {token}"}
	scheme, token, _ := strings.Cut(strings.TrimSpace(c.Header.Get("Authorization")), " ")
	switch {
	case scheme == "":
		f.Message = "there is no Authorization header"
	case !strings.EqualFold(scheme, "Bearer"):
		f.Message = "the authorization scheme is not Bearer"
		if token != "" { // without a blank the first word may be the token itself
			f.Found = clip(scheme)
		}
		f.Suggestion = "Bearer"
	case strings.TrimSpace(token) == "":
		f.Message = "the bearer token is empty"
	case len(c.Header.Values("Authorization")) > 1:
		f.Message = "there are several Authorization headers"
	default:
		return
	}
	c.add(f)
}

func acceptsJSON(accept []string) bool {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		mediaType, _, err := mime.ParseMediaType(part)
		if err != nil || mediaType == "application/json" || mediaType == "*/*" || mediaType == "application/*" {
			return true
		}
	}
	return false
}

func (c *checker) checkContentType() {
	want := c.op.Request.MediaType
	f := Finding{In: InHeader, Pointer: "Content-Type", Found: clip(c.Header.Get("Content-Type")), Wanted: want}
	switch charset := c.params["charset"]; {
	case c.mediaType == "":
		f.Rule, f.Message = "header.content-type-missing", "the request has a body and no Content-Type"
	case c.mediaType != want && c.op.Request.takes(c.mediaType):
		return
	case c.mediaType != want:
		f.Rule = "header.content-type"
		f.Message = fmt.Sprintf("%s takes %s, not %s", c.op.ID, want, clip(c.mediaType))
	case want == multipartForm && c.params["boundary"] == "":
		f.Rule, f.Wanted = "header.boundary", want+"; boundary={boundary}"
		f.Message = "the Content-Type does not name the boundary between the parts"
	case charset != "" && !strings.EqualFold(charset, "utf-8"):
		f.Rule, f.Wanted = "header.charset", "utf-8, or no charset"
		f.Message = fmt.Sprintf("the body is said to be %s; JSON is UTF-8", clip(charset))
	default:
		return
	}
	c.add(f)
}

const (
	jsonMedia     = "application/json"
	multipartForm = "multipart/form-data"
)

func (c *checker) checkBody() {
	rule := c.op.Request
	switch {
	case c.Omitted:
	case rule == nil && len(c.Body) > 0:
		c.add(Finding{
			Rule: "body.unexpected", In: InBody, Found: fmt.Sprintf("%d bytes", len(c.Body)), Wanted: "no body",
			Message: fmt.Sprintf("%s takes no body", c.op.ID),
		})
	case rule == nil:
	case len(c.Body) == 0 && rule.Optional:
	case len(c.Body) == 0:
		c.add(Finding{
			Rule: "body.missing", In: InBody, Wanted: "a body of type " + rule.MediaType,
			Message: fmt.Sprintf("%s needs a body", c.op.ID),
		})
	case rule.MediaType == multipartForm:
		if c.mediaType == multipartForm && c.params["boundary"] != "" {
			c.checkMultipart()
		}
	case rule.MediaType == anyMedia || c.mediaType != jsonMedia && rule.takes(c.mediaType):
	case c.looksLikeJSON():
		c.verdict.JSON = c.checkJSON(c.json(), InBody, rule.Schema)
	}
}

// takes reports whether a media type is taken beside the one that the contract is about.
func (r *RequestRule) takes(mediaType string) bool {
	return mediaType != "" && (slices.Contains(r.Also, mediaType) || slices.Contains(r.Also, anyMedia))
}

// looksLikeJSON reports whether it makes sense to read the body as JSON, be
// the Content-Type right or not.
func (c *checker) looksLikeJSON() bool {
	return c.mediaType == "" || c.mediaType == jsonMedia || bytes.HasPrefix(bytes.TrimSpace(c.Body), []byte("{"))
}

// CheckResponse holds an answer to the contracts that the request fits. Where
// there are several the one with the fewest errors counts.
func (s *Set) CheckResponse(v *Verdict, r *Response) []Finding {
	ops := v.fitting
	if len(ops) == 0 {
		ops = []*Operation{v.Operation}
	}
	m := newMessage(&Request{Header: r.Header, Body: r.Body, Omitted: r.Omitted})
	if r.JSON != nil {
		m.decoded = &jsonBody{value: r.JSON, ok: true}
	}
	var best []Finding
	for i, op := range slices.Backward(ops) {
		findings := s.checkResponse(m, r.Status, v.Contract, op)
		if i == len(ops)-1 || len(Errors(findings)) < len(Errors(best)) {
			best = findings
		}
	}
	if v.Query != nil && len(v.Query.Select) > 0 { // required members may have been left out
		best = slices.DeleteFunc(best, func(f Finding) bool { return f.Rule == "response.missing-property" })
	}
	sortFindings(best)
	return best
}

// checkResponse holds an answer to one operation; op is nil if the request led
// to none, and contract if its version is unknown.
func (s *Set) checkResponse(m *message, status int, contract *Contract, op *Operation) []Finding {
	switch {
	case op != nil:
		contract = op.Contract
	case contract == nil:
		contract = new(Contract)
	}
	c := &checker{message: m, set: s, verdict: &Verdict{Contract: contract}, op: op}
	switch {
	case status >= 400:
		c.checkErrorResponse(status)
	case op == nil:
		c.add(Finding{
			Rule: "response.status", In: InStatus, Found: fmt.Sprint(status), Wanted: "an error",
			Message: "a request outside the contract is answered with success",
		})
	case status != op.Response.Status && !slices.Contains(op.Response.Also, status):
		c.add(Finding{
			Rule: "response.status", In: InStatus, Found: fmt.Sprint(status), Wanted: fmt.Sprint(op.Response.Status),
			Message: fmt.Sprintf("%s answers %d, not %d", op.ID, op.Response.Status, status),
		})
	default:
		c.checkSuccessBody(status)
	}
	return c.verdict.Findings
}

func (c *checker) checkSuccessBody(status int) {
	rule := c.op.Response
	schema := rule.Schema
	if status == http.StatusNoContent {
		schema = nil
	}
	switch {
	case c.Omitted, rule.MediaType != "", status >= 300:
	case schema == nil && len(c.Body) > 0:
		c.add(Finding{
			Rule: "response.unexpected", In: InResponseBody, Found: fmt.Sprintf("%d bytes", len(c.Body)), Wanted: "no body",
			Message: fmt.Sprintf("%s answers without a body", c.op.ID),
		})
	case schema == nil:
	case len(c.Body) == 0 && (status != rule.Status || status == http.StatusAccepted): // another status, which comes without one too
	case len(c.Body) == 0:
		c.add(Finding{Rule: "response.missing", In: InResponseBody, Wanted: "a JSON body", Message: fmt.Sprintf("%s answers with a body", c.op.ID)})
	case c.responseIsJSON():
		c.checkJSON(c.json(), InResponseBody, schema)
	}
}

// checkErrorResponse holds an error to Graph's shape. A gateway may answer 5xx
// with anything.
func (c *checker) checkErrorResponse(status int) {
	if c.Omitted || len(c.Body) == 0 || status >= 500 && c.mediaType != jsonMedia || !c.responseIsJSON() {
		return
	}
	c.shapeRule = "response.error-shape"
	c.checkJSON(c.json(), InResponseBody, errorSchema())
}

func (c *checker) responseIsJSON() bool {
	if c.mediaType == jsonMedia {
		return true
	}
	c.add(Finding{
		Rule: "response.content-type", In: InResponseHeader, Pointer: "Content-Type",
		Found: clip(c.Header.Get("Content-Type")), Wanted: jsonMedia,
		Message: "the answer is not said to be JSON; Graph's clients don't read it then",
	})
	return false
}

func errorSchema() *Schema {
	return Embedded().contracts[0].library.schema("common/error.json")
}
