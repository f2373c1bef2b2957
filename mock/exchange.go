package mock

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/entra"
	"github.com/graphmock/graphmock/internal/odata"
	"github.com/graphmock/graphmock/internal/tenant"
	"github.com/graphmock/graphmock/schemas"
)

// An exchange is one request on its way through the server.
type exchange struct {
	srv     *Server
	req     *http.Request
	base    string // "https://graph.microsoft.com": what links in answers start with
	began   time.Time
	call    *Call
	verdict *schemas.Verdict
	limits  []schemas.Finding // that ended the reading of the request
	script  Answer
	reply   reply
}

// A reply is what goes back to the client.
type reply struct {
	status int // 0: cut the connection
	header http.Header
	body   []byte
	json   any // body before it was encoded; nil if it was not by us
	cutAt  int // bytes of the body behind which the connection is cut; -1: it is not
}

// length returns what Content-Length says: more than is sent if the connection is cut.
func (r reply) length() int { return max(len(r.body), r.cutAt+1) }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.control != nil && strings.HasPrefix(r.URL.Path, controlPrefix) {
		s.control.ServeHTTP(w, r)
		return
	}
	s.exchange(r).write(w)
}

// exchange is the life of a request. A step that answers ends it.
func (s *Server) exchange(r *http.Request) reply {
	s.running.add(r)
	defer s.running.remove(r)
	x := &exchange{srv: s, req: r, began: time.Now(), reply: reply{header: make(http.Header), cutAt: -1}}
	x.receive()
	x.answer()
	x.record()
	return x.reply
}

// answer is what happens to a request that was received, also to one within a batch.
func (x *exchange) answer() {
	x.check()
	if x.takeScript() {
		x.wait(x.script.Delay)
	}
	for _, from := range []func() bool{x.fromScript, x.fromSession, x.fromContract, x.fromBatch, x.fromExample, x.fromTenant} {
		if from() {
			break
		}
	}
	x.stampHeaders()
	x.truncate()
	x.checkAnswer()
	x.complete()
}

// receive reads the request within the limits.
func (x *exchange) receive() {
	x.base = "http://" + x.req.Host
	if x.req.TLS != nil || x.req.URL.Scheme == "https" {
		x.base = "https://" + x.req.Host
	}
	target := x.req.URL.EscapedPath()
	if x.req.URL.RawQuery != "" {
		target += "?" + x.req.URL.RawQuery
	}
	x.call = &Call{
		Seq: x.srv.calls.arrive(), Started: x.srv.Now(),
		Request: Request{Method: x.req.Method, URL: target, Host: x.req.Host, Header: x.req.Header},
	}
	limits := x.srv.limits
	if len(target) > limits.URL {
		x.exceed("limit.url", schemas.InPath, len(target), limits.URL)
	}
	size := 0
	for name, values := range x.req.Header {
		for _, v := range values {
			size += len(name) + len(v)
		}
	}
	if size > limits.Header {
		x.exceed("limit.header", schemas.InHeader, size, limits.Header)
	}
	if x.limits == nil {
		x.call.Request.Body = x.readBody()
	}
}

func (x *exchange) exceed(rule string, in schemas.Location, found, limit int) {
	x.limits = append(x.limits, schemas.Finding{
		Rule: rule, In: in, Found: fmt.Sprintf("%d bytes", found), Wanted: fmt.Sprintf("at most %d bytes", limit),
		Message: fmt.Sprintf("the %s is larger than the server takes", map[schemas.Location]string{
			schemas.InPath: "URL", schemas.InHeader: "header", schemas.InBody: "body",
		}[in]),
	})
}

// readBody returns the body with gzip undone.
func (x *exchange) readBody() []byte {
	if x.req.Body == nil || x.req.Body == http.NoBody {
		return nil
	}
	limit := x.srv.limits.JSONBody
	if strings.HasPrefix(strings.ToLower(x.req.Header.Get("Content-Type")), "multipart/") {
		limit = x.srv.limits.Upload
	}
	body, err := readAll(x.req.Body, limit)
	encoding := strings.ToLower(strings.TrimSpace(x.req.Header.Get("Content-Encoding")))
	packed := encoding == "gzip" || encoding == "x-gzip"
	switch {
	case err == errTooLarge:
		x.exceed("limit.body", schemas.InBody, max(limit+1, int(x.req.ContentLength)), limit)
	case err != nil:
		x.limits = []schemas.Finding{{
			Rule: "body.cut", In: schemas.InBody, Found: fmt.Sprintf("%d bytes", len(body)),
			Message: "the body ended too early: " + err.Error(),
		}}
	case packed && len(body) > 0:
		unpacked, err := gunzip(body, limit)
		switch {
		case err == errTooLarge:
			x.exceed("limit.body", schemas.InBody, limit+1, limit)
		case err != nil:
			x.limits = []schemas.Finding{{
				Rule: "limit.gzip", In: schemas.InHeader, Pointer: "Content-Encoding", Found: fmt.Sprintf("%d bytes", len(body)),
				Wanted: "gzip", Message: "the body can't be unpacked: " + err.Error(),
			}}
		}
		body = unpacked
	case encoding != "" && encoding != "identity" && !packed:
		x.limits = []schemas.Finding{{
			Rule: "header.content-encoding", In: schemas.InHeader, Pointer: "Content-Encoding", Found: encoding, Wanted: "gzip, or none",
			Message: "the body is encoded in a way that the server does not read",
		}}
	}
	return body
}

var errTooLarge = errors.New("it is larger than the limit")

func readAll(r io.Reader, limit int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(data) > limit {
		return data[:limit], errTooLarge
	}
	return data, err
}

func gunzip(data []byte, limit int) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readAll(r, limit)
}

// check holds the request to the contract and to what the server knows of
// tokens and limits.
func (x *exchange) check() {
	x.verdict = x.srv.contracts.CheckRequest(&schemas.Request{
		Method: x.call.Request.Method, URL: x.call.Request.URL,
		Header: x.call.Request.Header, Body: x.call.Request.Body,
	})
	if x.limits != nil { // what the contract says of a body that was not read is noise
		x.verdict.Findings = slices.DeleteFunc(x.verdict.Findings, func(f schemas.Finding) bool {
			return f.In == schemas.InBody || f.In == schemas.InPart || f.In == schemas.InCSV
		})
		for _, f := range x.limits {
			x.srv.contracts.Report(x.verdict, f)
		}
	}
	scheme, token, _ := strings.Cut(x.req.Header.Get("Authorization"), " ")
	if token = strings.TrimSpace(token); token == "" || !strings.EqualFold(scheme, "Bearer") {
		return
	}
	if err := entra.Check(token, x.srv.Now(), x.srv.auth == AuthStrict); err != nil {
		x.srv.contracts.Report(x.verdict, schemas.Finding{
			Rule: "header.token", In: schemas.InHeader, Pointer: "Authorization",
			Wanted: "an unexpired token for " + entra.Audience, Message: firstLine(err.Error()),
		})
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func (x *exchange) takeScript() (ok bool) {
	x.script, ok = x.srv.scripts.take(x.operationID())
	return ok
}

func (x *exchange) operationID() string {
	if x.verdict.Operation == nil {
		return ""
	}
	return x.verdict.Operation.ID
}

// wait lets d pass, unless the client or the server goes away first.
func (x *exchange) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.req.Context().Done():
	case <-x.srv.closing:
	}
}

func (x *exchange) fromScript() bool {
	a := x.script
	if a.Status == 0 && !a.CutConnection {
		return false
	}
	x.call.Source = FromScript
	if a.CutConnection {
		return true
	}
	if a.Body == nil && a.Status >= 400 {
		code, message := defaultError(a.Status)
		x.replyError(a.Status, code, message, nil)
	} else {
		body, err := a.body()
		if err != nil {
			panic(err) // refused when it was scripted
		}
		x.reply.status, x.reply.body = a.Status, body
		if len(body) > 0 {
			x.reply.header.Set("Content-Type", "application/json")
		}
	}
	for name, values := range a.Header {
		x.reply.header[http.CanonicalHeaderKey(name)] = values
	}
	return true
}

// fromContract refuses what Graph refuses.
func (x *exchange) fromContract() bool {
	worst := slices.DeleteFunc(schemas.Errors(x.verdict.Findings), func(f schemas.Finding) bool { return f.Step != "" })
	if len(worst) == 0 {
		return false
	}
	x.call.Source = FromContract
	status, code, message := refusal(worst)
	x.replyError(status, code, message, worst)
	if status == http.StatusMethodNotAllowed {
		x.reply.header.Set("Allow", strings.Join(x.verdict.Methods, ", "))
	}
	return true
}

func (x *exchange) fromSession() bool {
	replay := x.srv.replay.Load()
	if replay == nil {
		return false
	}
	found, miss := replay.Match(&schemas.Request{
		Method: x.call.Request.Method, URL: x.call.Request.URL,
		Header: x.call.Request.Header, Body: x.call.Request.Body,
	})
	switch {
	case found != nil:
		x.call.Source = FromSession
		x.reply.status = found.Response.Status
		for name, values := range found.Response.Headers {
			x.reply.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
		if location, ok := strings.CutPrefix(x.reply.header.Get("Location"), globalGraph); ok {
			x.reply.header.Set("Location", x.base+location)
		}
		x.reply.body = bytes.ReplaceAll(found.Response.Body.Bytes(), []byte(globalGraph), []byte(x.base))
		if found.Response.Cut {
			x.reply.cutAt = len(x.reply.body)
		}
	case x.srv.mode.Strict:
		x.call.Source, x.call.Miss = FromSession, miss.Error()
		x.replyError(http.StatusNotImplemented, "NotImplemented", "graphmock: no interaction of the session matches. "+miss.Error(), nil)
	default:
		return false
	}
	return true
}

// fromExample answers an operation that is known from metadata only.
func (x *exchange) fromExample() bool {
	op := x.verdict.Operation
	if op == nil || !op.Derived() {
		return false
	}
	x.call.Source = FromExample
	_, path, _ := strings.Cut(strings.TrimLeft(x.call.Request.URL, "/"), "/")
	path, query, _ := strings.Cut(path, "?")
	answer := x.srv.examples.Answer(x.verdict, x.base+"/"+op.Contract.Version, "/"+strings.TrimSuffix(path, "/"), query, x.req.Header)
	for _, option := range answer.Ignored {
		x.srv.contracts.Report(x.verdict, schemas.Finding{
			Rule: "example.empty", In: schemas.InQuery, Pointer: option, Wanted: "a state to evaluate it on",
			Message: fmt.Sprintf("the answer is an example, which has no items: nothing says what %s would keep", option),
		})
	}
	x.reply.status = answer.Status
	for name, values := range answer.Header {
		x.reply.header[name] = values
	}
	if answer.JSON == nil {
		x.reply.body = answer.Raw
		return true
	}
	x.reply.body, x.reply.json = encode(answer.JSON), answer.JSON
	x.reply.header.Set("Content-Type", odataJSON)
	return true
}

// fromTenant carries the operation out. The request has no error.
func (x *exchange) fromTenant() bool {
	x.call.Source = FromTenant
	op := x.verdict.Operation
	if op == nil { // the rule that refuses it was lowered or switched off
		x.replyError(http.StatusNotImplemented, "NotImplemented", "graphmock: the request fits no operation of the contract.", nil)
		return true
	}
	if !tenant.Handles(op.ID) {
		x.replyError(http.StatusNotImplemented, "NotImplemented", fmt.Sprintf("graphmock knows the contract of %s and not what it does.", op.ID), nil)
		return true
	}
	answer := x.srv.tenant.Answer(&tenant.Call{Verdict: x.verdict, NextLink: x.nextLink})
	for _, k := range answer.Adopted {
		x.srv.contracts.Report(x.verdict, schemas.Finding{
			Rule: "tenant.adopted", In: schemas.InPath, Pointer: k.Value, Found: k.Value, Wanted: "an id that the tenant knows",
			Message: fmt.Sprintf("the tenant did not know the %s %q and took it on trust", k.Name, k.Value),
		})
	}
	if err := answer.Err; err != nil {
		if err.Option != "" {
			x.srv.contracts.Report(x.verdict, schemas.Finding{
				Rule: "query.not-evaluated", In: schemas.InQuery, Pointer: err.Option,
				Wanted: "a value that can be evaluated exactly", Message: err.Message,
			})
		}
		x.replyError(err.Status, err.Code, err.Message, schemas.Errors(x.verdict.Findings))
		return true
	}
	x.reply.status = op.Response.Status
	if op.Response.Schema != nil {
		x.replyEntity(op, answer.Body)
	}
	return true
}

// replyEntity sends of a superset what the operation's revision declares.
func (x *exchange) replyEntity(op *schemas.Operation, superset map[string]any) {
	shaped, err := op.Response.Schema.Shape(superset)
	if err != nil {
		panic(err) // contracts are held to compile by a test
	}
	body, ok := shaped.(map[string]any)
	if !ok {
		panic(fmt.Sprintf("the schema %s is not that of an object", op.Response.Schema.Name()))
	}
	if context := x.verdict.Context(); context != "" {
		body["@odata.context"] = x.base + "/" + op.Contract.Version + "/$metadata" + context
	}
	x.reply.body, x.reply.json = encode(body), body
	x.reply.header.Set("Content-Type", odataJSON)
}

// encode writes decoded JSON as Graph does: & and < are not escaped.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // decoded JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// nextLink returns the URL of the request with another $skiptoken.
func (x *exchange) nextLink(token string) string {
	path, query, _ := strings.Cut(x.call.Request.URL, "?")
	return x.base + path + "?" + odata.WithOption(query, "$skiptoken", token)
}

// truncate cuts the answer where a script says so.
func (x *exchange) truncate() {
	if n := x.script.Truncate; n != 0 {
		x.reply.cutAt = min(max(n, 0), len(x.reply.body))
	}
}

// checkAnswer holds the fake to its own contract, and reports scripted and
// recorded answers that break it.
func (x *exchange) checkAnswer() {
	if x.srv.trust || x.reply.status == 0 || x.reply.cutAt >= 0 || x.script.Unchecked || x.call.Miss != "" {
		return
	}
	x.call.AnswerFindings = append(x.call.AnswerFindings, x.srv.contracts.CheckResponse(x.verdict, &schemas.Response{
		Status: x.reply.status, Header: x.reply.header, Body: x.reply.body, JSON: x.reply.json,
	})...)
}

// complete writes down what came of the exchange.
func (x *exchange) complete() {
	c := x.call
	c.Operation, c.Fits, c.Findings = x.operationID(), x.verdict.Fits, x.verdict.Findings
	if x.verdict.Contract != nil {
		c.Contract = x.verdict.Contract.Name
	}
	c.Response = Response{Status: x.reply.status, Header: x.reply.header, Body: x.reply.body}
	if x.reply.status == 0 || x.reply.cutAt >= 0 {
		c.Response.Cut = true
		c.Response.Body = c.Response.Body[:max(x.reply.cutAt, 0)]
	}
	c.Duration = time.Since(x.began)
}

func (x *exchange) record() {
	c := x.call
	x.srv.calls.add(c)
	if x.srv.onCall != nil {
		x.srv.onCall(*c)
	}
	if x.srv.recorder != nil && x.reply.status != 0 {
		if err := x.srv.recorder.Record(c.Interaction()); err != nil {
			x.srv.logger.Error("record the call", "error", err)
		}
	}
	level := slog.LevelInfo
	if schemas.Worst(c.Findings) == schemas.Error {
		level = slog.LevelWarn
	}
	x.srv.logger.LogAttrs(context.WithoutCancel(x.req.Context()), level, "call",
		slog.Int("seq", c.Seq), slog.String("method", c.Request.Method), slog.String("path", x.req.URL.Path),
		slog.String("operation", c.Operation), slog.Int("status", c.Response.Status), slog.Int("findings", len(c.Findings)),
		slog.Int64("duration_us", c.Duration.Microseconds()), slog.Int("size_bytes", len(c.Response.Body)))
}

// write sends the reply over a socket.
func (r reply) write(w http.ResponseWriter) {
	if r.status == 0 {
		panic(http.ErrAbortHandler)
	}
	for name, values := range r.header {
		w.Header()[name] = values
	}
	if hasBody(r.status) {
		w.Header().Set("Content-Length", fmt.Sprint(r.length()))
	}
	w.WriteHeader(r.status)
	if r.cutAt < 0 {
		w.Write(r.body) // the client's going away is not ours to report
		return
	}
	w.Write(r.body[:r.cutAt])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func hasBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// stampHeaders adds what every answer of Graph has.
func (x *exchange) stampHeaders() {
	if x.reply.status == 0 {
		return
	}
	h := x.reply.header
	setDefault := func(name, value string) {
		if h.Get(name) == "" {
			h[name] = []string{value}
		}
	}
	id := cmp.Or(h.Get(requestID), x.srv.ids.GUID())
	setDefault(requestID, id)
	setDefault(clientRequestID, cmp.Or(x.req.Header.Get("client-request-id"), id))
	setDefault("Date", x.srv.Now().UTC().Format(http.TimeFormat))
	setDefault("Strict-Transport-Security", "max-age=31536000")
	setDefault("X-Ms-Ags-Diagnostic", agsDiagnostic)
	if d := x.verdict.Deprecation; d != nil {
		setDeprecation(setDefault, d)
	}
	if x.reply.status < 300 && len(x.reply.body) > 0 {
		setDefault("Odata-Version", "4.0")
		setDefault("Vary", "Accept-Encoding")
	}
	if len(x.reply.body) > 0 {
		setDefault("Cache-Control", "no-cache")
	}
}

// setDeprecation adds the headers by which Graph announces that something goes away.
func setDeprecation(set func(name, value string), d *schemas.Deprecation) {
	at := func(date string) string {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return ""
		}
		return day.Add(24*time.Hour - time.Second).Format(http.TimeFormat)
	}
	if since := at(d.Date); since != "" {
		set("Deprecation", since)
		set("Link", "<https://developer.microsoft.com/graph/changes>;rel=\"deprecation\";type=\"text/html\"")
	}
	if until := at(d.RemovalDate); until != "" {
		set("Sunset", until)
	}
}
