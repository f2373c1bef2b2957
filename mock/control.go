package mock

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/schemas"
)

// controlPrefix is where the control API lives. docs/control-api.md describes
// it, openapi.json defines it; a test holds all three together.
const controlPrefix = "/_graphmock/"

//go:embed openapi.json
var openAPI []byte

// A control is the control API of one server: for tests in other languages.
type control struct{ srv *Server }

// controlRoutes are the patterns of the API, for [http.ServeMux].
var controlRoutes = map[string]func(control, *http.Request) (any, error){
	"GET /_graphmock/calls":      control.calls,
	"DELETE /_graphmock/calls":   control.clearCalls,
	"GET /_graphmock/findings":   control.findings,
	"GET /_graphmock/answers":    control.unusedAnswers,
	"POST /_graphmock/answers":   control.addAnswer,
	"GET /_graphmock/clock":      control.clock,
	"POST /_graphmock/clock":     control.setClock,
	"POST /_graphmock/reset":     control.reset,
	"GET /_graphmock/operations": control.operations,
}

func newControl(s *Server) http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range controlRoutes {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			result, err := handle(control{s}, r)
			writeControl(w, result, err)
		})
	}
	mux.HandleFunc("GET /_graphmock/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(openAPI)
	})
	mux.HandleFunc("/_graphmock/", func(w http.ResponseWriter, r *http.Request) {
		writeControl(w, nil, &controlError{http.StatusNotFound, fmt.Sprintf("there is no %s %s; GET /_graphmock/openapi.json lists what there is", r.Method, r.URL.Path)})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !fromLoopback(r) {
			writeControl(w, nil, &controlError{http.StatusForbidden, "the control API answers requests from this machine only"})
			return
		}
		if fromForeignPage(r) {
			writeControl(w, nil, &controlError{http.StatusForbidden, "the control API answers no page of another origin in a browser"})
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// fromLoopback reports whether a request comes from this machine and names it by a
// loopback address: not by a name that somebody else has led here.
func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return false
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}

// fromForeignPage reports whether a browser sent the request for a page of
// another origin. Unlike [http.CrossOriginProtection], it spares no method.
func fromForeignPage(r *http.Request) bool {
	post := *r
	post.Method = http.MethodPost
	return new(http.CrossOriginProtection).Check(&post) != nil
}

// A controlError is a refusal of the control API.
type controlError struct {
	status  int
	message string
}

func (e *controlError) Error() string { return e.message }

func writeControl(w http.ResponseWriter, result any, err error) {
	status := http.StatusOK
	if err != nil {
		status = http.StatusBadRequest
		var refusal *controlError
		if errors.As(err, &refusal) {
			status = refusal.status
		}
		result = map[string]string{"error": err.Error()}
	}
	if result == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.Encode(result) // the client's going away is not ours to report
}

// decodeControl reads a small JSON body strictly.
func decodeControl(r *http.Request, v any) error {
	dec := json.NewDecoder(io.LimitReader(r.Body, 8<<20))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("the body is not what %s %s takes: %w", r.Method, r.URL.Path, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON object that %s %s takes", r.Method, r.URL.Path)
	}
	return nil
}

type controlCall struct {
	Seq            int                  `json:"seq"`
	Contract       string               `json:"contract,omitempty"`
	Fits           []string             `json:"fits"`
	Source         AnswerSource         `json:"source"`
	Miss           string               `json:"miss,omitempty"`
	Findings       []schemas.Finding    `json:"findings"`
	AnswerFindings []schemas.Finding    `json:"answerFindings"`
	Interaction    fixtures.Interaction `json:"interaction"` // without credentials
}

func (c control) calls(r *http.Request) (any, error) {
	query := r.URL.Query()
	operation := cmp.Or(query.Get("operation"), AnyOperation)
	if err := c.srv.checkOperation(operation); err != nil {
		return nil, err
	}
	after := 0
	if text := query.Get("after"); text != "" {
		var err error
		if after, err = strconv.Atoi(text); err != nil {
			return nil, fmt.Errorf("after=%q: want the seq of a call", text)
		}
	}
	calls := []controlCall{}
	for _, call := range c.srv.CallsOf(operation) {
		if call.Seq > after {
			calls = append(calls, controlCall{
				call.Seq, call.Contract, orEmpty(call.Fits), call.Source, call.Miss,
				redacted(call.Findings), redacted(call.AnswerFindings), call.Interaction(),
			})
		}
	}
	dropped, _ := c.srv.DroppedCalls()
	return map[string]any{"calls": calls, "dropped": dropped}, nil
}

// orEmpty keeps null out of the API.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// redacted returns findings without credentials.
func redacted(list []schemas.Finding) []schemas.Finding {
	out := make([]schemas.Finding, len(list))
	for i, f := range list {
		out[i] = fixtures.RedactFinding(f)
	}
	return out
}

func (c control) clearCalls(*http.Request) (any, error) {
	c.srv.ClearCalls()
	return nil, nil
}

func (c control) findings(r *http.Request) (any, error) {
	least := schemas.Note
	if text := r.URL.Query().Get("severity"); text != "" {
		var err error
		if least, err = schemas.ParseSeverity(text); err != nil {
			return nil, err
		}
	}
	type finding struct {
		Call      int    `json:"call"` // seq
		Operation string `json:"operation"`
		schemas.Finding
	}
	list := []finding{}
	for _, call := range c.srv.Calls() {
		for _, f := range slices.Concat(call.Findings, call.AnswerFindings) {
			if f.Severity >= least {
				list = append(list, finding{call.Seq, call.Operation, fixtures.RedactFinding(f)})
			}
		}
	}
	return map[string]any{"findings": list}, nil
}

func (c control) operations(*http.Request) (any, error) {
	return map[string]any{"operations": c.srv.contracts.OperationIDs()}, nil
}

func (c control) unusedAnswers(*http.Request) (any, error) {
	return map[string]any{"unused": orEmpty(c.srv.UnusedScripts())}, nil
}

// controlAnswer is an [Answer] in JSON, and which calls it is for.
type controlAnswer struct {
	Operation string `json:"operation"`
	Nth       int    `json:"nth"`
	Times     int    `json:"times"`
	Every     bool   `json:"every"`

	Fault      string            `json:"fault"`
	RetryAfter float64           `json:"retryAfter"` // seconds
	Status     int               `json:"status"`
	Headers    map[string]string `json:"headers"`
	Body       json.RawMessage   `json:"body"`
	Text       string            `json:"text"`
	DelayMS    int               `json:"delayMs"`
	Truncate   int               `json:"truncate"`
	Unchecked  bool              `json:"unchecked"`
}

// faults are answers by name.
var faults = map[string]func(retryAfter time.Duration) Answer{
	"throttled":    Throttled,
	"unavailable":  Unavailable,
	"unauthorized": func(time.Duration) Answer { return Unauthorized() },
	"cut":          func(time.Duration) Answer { return CutConnection() },
}

func (c control) addAnswer(r *http.Request) (any, error) {
	var in controlAnswer
	if err := decodeControl(r, &in); err != nil {
		return nil, err
	}
	if err := c.srv.checkOperation(in.Operation); err != nil {
		return nil, err
	}
	a, err := in.answer()
	if err != nil {
		return nil, err
	}
	switch {
	case in.Every && (in.Nth != 0 || in.Times != 0) || in.Nth != 0 && in.Times != 0:
		return nil, errors.New("want one of nth, times and every")
	case in.Nth < 0 || in.Times < 0 || in.Times > 10_000:
		return nil, errors.New("nth counts from 1; times is at most 10000")
	case in.Every:
		c.srv.Every(in.Operation, a)
	case in.Nth > 0:
		c.srv.Nth(in.Operation, in.Nth, a)
	default:
		for range max(in.Times, 1) {
			c.srv.Next(in.Operation, a)
		}
	}
	return nil, nil
}

// maxRetryAfter is a week of seconds: more is a slip.
const maxRetryAfter = 7 * 24 * 60 * 60

func (in controlAnswer) answer() (Answer, error) {
	a := Answer{Status: in.Status}
	if in.Fault != "" {
		make, ok := faults[in.Fault]
		if !ok {
			names := slices.Sorted(maps.Keys(faults))
			return a, fmt.Errorf("no fault %q: there are %v%s", in.Fault, names, spell.Hint(in.Fault, names))
		}
		if in.Status != 0 {
			return a, errors.New("want one of fault and status")
		}
		a = make(time.Duration(in.RetryAfter * float64(time.Second)))
	}
	if a.Header == nil {
		a.Header = make(http.Header)
	}
	if in.RetryAfter != 0 {
		if a.Status == 0 || in.RetryAfter < 0 || in.RetryAfter > maxRetryAfter {
			return a, fmt.Errorf("retryAfter %v: want seconds from 0 to %d, with a fault or a status", in.RetryAfter, maxRetryAfter)
		}
		a.Header.Set("Retry-After", strconv.FormatFloat(in.RetryAfter, 'f', -1, 64))
	}
	for name, value := range in.Headers {
		a.Header.Set(name, value)
	}
	hasBody := len(in.Body) > 0 && string(in.Body) != "null"
	switch {
	case hasBody && in.Text != "":
		return a, errors.New("want one of body and text")
	case hasBody:
		a.Body = []byte(in.Body)
	case in.Text != "":
		a.Body = in.Text
	}
	a.Delay, a.Truncate, a.Unchecked = time.Duration(in.DelayMS)*time.Millisecond, in.Truncate, in.Unchecked
	if a.Status == 0 && !a.CutConnection && a.Delay == 0 && a.Truncate == 0 {
		return a, errors.New("the answer says nothing: want fault, status, delayMs or truncate")
	}
	return a, a.check()
}

func (c control) clock(*http.Request) (any, error) {
	return map[string]string{"now": c.srv.Now().UTC().Format(time.RFC3339Nano)}, nil
}

func (c control) setClock(r *http.Request) (any, error) {
	var in struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if err := decodeControl(r, &in); err != nil {
		return nil, err
	}
	if (in.Now == nil) == (in.Advance == "") {
		return nil, errors.New(`want one of now ("2026-11-23T10:00:00Z") and advance ("25h")`)
	}
	if in.Now != nil {
		c.srv.SetTime(*in.Now)
		return c.clock(r)
	}
	d, err := time.ParseDuration(in.Advance)
	if err != nil {
		return nil, fmt.Errorf("advance %q: want a duration such as 90s or 25h", in.Advance)
	}
	c.srv.Advance(d)
	return c.clock(r)
}

func (c control) reset(*http.Request) (any, error) {
	c.srv.Reset()
	return nil, nil
}
