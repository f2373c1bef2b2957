// Package corpus holds contracts to requests and answers as Graph's reference
// documents them, and measures what the checks find in them and what they miss. It
// reads a corpus of JSON Lines that is not part of the module; its tests skip where there is
// none.
package corpus

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/graphmock/graphmock/schemas"
)

// A Record is one documented request with its answer, or one template of a URL.
type Record struct {
	ID       string            `json:"id"`
	Method   string            `json:"method"`
	URL      string            `json:"url"`
	Host     *string           `json:"host"`        // of an absolute URL
	Version  *string           `json:"url_version"` // that the URL names
	Headers  map[string]string `json:"headers"`
	Body     *string           `json:"body"` // as written
	BodyKind string            `json:"body_kind"`
	BodyJSON json.RawMessage   `json:"body_json"`
	Elisions []string          `json:"ellipses"` // pointers to where the page leaves something out
	Response *Answer           `json:"response"`
}

// An Answer is a documented answer.
type Answer struct {
	Status    int               `json:"status"`
	Headers   map[string]string `json:"headers"`
	BodyKind  string            `json:"body_kind"`
	BodyJSON  json.RawMessage   `json:"body_json"`
	Truncated bool              `json:"truncated"` // the page says that it is shortened
}

// Read returns the records of a file.
func Read(file string) ([]Record, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var records []Record
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, len(records)+1, err)
		}
		records = append(records, r)
	}
	return records, lines.Err()
}

// ForGraph reports whether a request goes to Graph's v1.0, or to no host and version in particular.
func (r *Record) ForGraph() bool {
	return (r.Host == nil || *r.Host == "graph.microsoft.com") && (r.Version == nil || *r.Version == "v1.0")
}

// Request returns the request, of v1.0 if the URL names no version. A template has no
// body and no headers.
func (r *Record) Request() *schemas.Request {
	url := strings.TrimPrefix(r.URL, "https://graph.microsoft.com")
	if first, _, _ := strings.Cut(strings.TrimPrefix(url, "/"), "/"); !strings.EqualFold(first, "v1.0") {
		url = "/v1.0/" + strings.TrimPrefix(url, "/")
	}
	req := &schemas.Request{Method: r.Method, URL: url, Header: header(r.Headers), Recorded: true}
	switch {
	case r.BodyKind == "json":
		req.Body = r.BodyJSON
	case r.BodyKind == "" || r.Body == nil:
		req.Omitted = r.BodyKind == ""
	default:
		req.Body = []byte(*r.Body)
	}
	return req
}

func header(h map[string]string) http.Header {
	out := make(http.Header)
	for name, value := range h {
		out.Set(name, value)
	}
	return out
}

// Message returns the answer. Pages seldom show Content-Type: JSON is taken to be said to be that.
func (a *Answer) Message() *schemas.Response {
	resp := &schemas.Response{Status: a.Status, Header: header(a.Headers)}
	switch a.BodyKind {
	case "json":
		resp.Body = a.BodyJSON
		if resp.Header.Get("Content-Type") == "" {
			resp.Header.Set("Content-Type", "application/json")
		}
	case "none":
		resp.Omitted = a.Truncated
	default:
		resp.Omitted = true
	}
	return resp
}

// Contract returns the embedded contracts with the metadata of a file.
func Contract(metadata string) (*schemas.Set, error) {
	text, err := os.ReadFile(metadata)
	if err != nil {
		return nil, err
	}
	c, err := schemas.ParseMetadata("graph-v1.0", "v1.0", "graph-v1.0.csdl", text)
	if err != nil {
		return nil, err
	}
	return schemas.Embedded().With(c), nil
}

// A Fault is an error that was found in a record.
type Fault struct {
	ID      string
	Finding schemas.Finding
}

// A Result is what a measurement found.
type Result struct {
	Requests, Resolved int // records, and those whose request leads to an operation
	Answers            int // that were checked
	RequestErrors      []Fault
	ResponseErrors     []Fault
}

// Measure checks the requests, and the answers to those that lead to an operation.
func Measure(set *schemas.Set, records []Record) Result {
	var res Result
	for i := range records {
		r := &records[i]
		v := set.CheckRequest(r.Request())
		res.Requests++
		for _, f := range schemas.Errors(v.Findings) {
			res.RequestErrors = append(res.RequestErrors, Fault{r.ID, f})
		}
		if v.Operation == nil {
			continue
		}
		res.Resolved++
		if r.Response == nil || r.Response.Status == 0 {
			continue
		}
		res.Answers++
		for _, f := range schemas.Errors(set.CheckResponse(v, r.Response.Message())) {
			res.ResponseErrors = append(res.ResponseErrors, Fault{r.ID, f})
		}
	}
	return res
}
