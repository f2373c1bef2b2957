package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphmock/graphmock/internal/jsonvalue"
	"github.com/graphmock/graphmock/internal/report"
	"github.com/graphmock/graphmock/schemas"
)

// maxLine is the length of the longest line that is read, in bytes.
const maxLine = 16 << 20

// readLines adds the lines of r to the pipeline. Before it waits for more
// input it has done what there is.
func readLines(p *pipeline, name string, r io.Reader) error {
	br := bufio.NewReaderSize(r, 64<<10)
	if bom, _ := br.Peek(3); string(bom) == "\ufeff" {
		br.Discard(3)
	}
	for n := 1; ; n++ {
		j := job{file: name, n: n, start: len(p.next.text)}
		var err error
		p.next.text, j.tooLong, err = appendLineOf(p.next.text, br)
		j.end = len(p.next.text)
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if err == io.EOF && j.start == j.end && !j.tooLong {
			return nil
		}
		if !p.add(j) {
			return nil
		}
		if br.Buffered() == 0 && !p.flush() {
			return nil
		}
	}
}

// appendLineOf appends the next line of r, without its end. A line that is too
// long is passed over. The error is io.EOF at the end of the input, which a last line
// need not have before it.
func appendLineOf(to []byte, r *bufio.Reader) (line []byte, tooLong bool, err error) {
	start := len(to)
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			to = append(to, part...)
		}
		if len(to)-start > maxLine+1 {
			to, tooLong = to[:start], true
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err == nil && !tooLong:
			return to[:len(to)-1], false, nil
		default:
			return to, tooLong, err
		}
	}
}

// A lineRecord is a line of the input. Unknown members are ignored.
type lineRecord struct {
	ID       jsontext.Value `json:"id"`
	Method   string         `json:"method"`
	URL      string         `json:"url"`
	Headers  lineHeaders    `json:"headers"`
	Body     string         `json:"body"`
	Response *struct {
		Status  int         `json:"status"`
		Headers lineHeaders `json:"headers"`
		Body    string      `json:"body"`
	} `json:"response"`
}

// checkLine checks the exchange of a line, which is nil if it was too long.
// The id is as it stands in the line, nil if it has none.
func checkLine(set *schemas.Set, line []byte) (id []byte, call report.Call, err error) {
	var rec lineRecord
	switch {
	case line == nil:
		return nil, call, fmt.Errorf("the line is longer than %d MiB", maxLine>>20)
	case len(bytes.TrimSpace(line)) == 0:
		return nil, call, errors.New("the line is empty")
	}
	if err := json.Unmarshal(line, &rec); err != nil {
		return nil, call, lineError(err)
	}
	switch {
	case rec.Method == "":
		return nil, call, errors.New("there is no method")
	case rec.URL == "":
		return nil, call, errors.New("there is no url")
	case rec.Response != nil && (rec.Response.Status < 100 || rec.Response.Status > 599):
		return nil, call, fmt.Errorf("status %d of the response: want 100 to 599", rec.Response.Status)
	}
	req := &schemas.Request{Method: rec.Method, URL: rec.URL, Header: rec.Headers.http(), Body: []byte(rec.Body), Recorded: true}
	var resp *schemas.Response
	if r := rec.Response; r != nil {
		resp = &schemas.Response{Status: r.Status, Header: r.Headers.http(), Body: []byte(r.Body)}
	}
	return rec.ID, checkExchange(set, req, resp), nil
}

// lineHeaders are an object of strings and arrays of strings.
type lineHeaders http.Header

func (h lineHeaders) http() http.Header {
	if h == nil {
		return http.Header{}
	}
	return http.Header(h)
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (h *lineHeaders) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case 'n':
		return dec.SkipValue()
	case '{':
	default:
		return wrongKind(dec, "an object")
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	out := make(http.Header)
	for dec.PeekKind() != '}' {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := appendHeader(out, tok.String(), dec); err != nil {
			return err
		}
	}
	*h = lineHeaders(out)
	_, err := dec.ReadToken()
	return err
}

// appendHeader reads the value of a header: a string or an array of strings.
func appendHeader(h http.Header, name string, dec *jsontext.Decoder) error {
	array := dec.PeekKind() == '['
	if array {
		if _, err := dec.ReadToken(); err != nil {
			return err
		}
	}
	for !array || dec.PeekKind() != ']' {
		if dec.PeekKind() != '"' {
			return wrongKind(dec, "a string or an array of strings")
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		h.Add(name, tok.String())
		if !array {
			return nil
		}
	}
	_, err := dec.ReadToken()
	return err
}

// A kindError says that a value of another kind was wanted.
type kindError struct{ pointer, want, found string }

func (e *kindError) Error() string {
	return fmt.Sprintf("%s: want %s, found %s", e.pointer, e.want, e.found)
}

// wrongKind returns the error for the next value. Broken JSON goes before it.
func wrongKind(dec *jsontext.Decoder, want string) error {
	found := jsonvalue.KindName(dec.PeekKind())
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return &kindError{string(dec.StackPointer()), want, found}
}

// lineError says what is wrong with a line, for people.
func lineError(err error) error {
	var kind *kindError
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &kind):
		return kind
	case errors.As(err, &syntax) && errors.Is(syntax.Err, io.ErrUnexpectedEOF):
		return errors.New("not valid JSON: it ends too early")
	case errors.As(err, &syntax):
		at := fmt.Sprintf("byte %d", syntax.ByteOffset+1)
		if syntax.JSONPointer != "" {
			at += ", " + string(syntax.JSONPointer)
		}
		return fmt.Errorf("not valid JSON at %s: %w", at, syntax.Err)
	case errors.As(err, &semantic):
		e := &kindError{string(semantic.JSONPointer), "an object", jsonvalue.KindName(semantic.JSONKind)}
		if semantic.GoType != nil && semantic.GoType.Kind().String() == "string" {
			e.want = "a string"
		} else if semantic.GoType != nil && semantic.GoType.Kind().String() == "int" {
			e.want = "a whole number"
		}
		if e.pointer == "" {
			e.pointer = "the line"
		}
		return e
	}
	return err
}

// appendLine appends a line of the output. An id of nil is null.
func appendLine(to, id []byte, c *report.Call) []byte {
	if id == nil {
		id = []byte("null")
	}
	to = append(append(to, `{"id":`...), id...)
	to = appendStringOrNull(append(to, `,"contract":`...), c.Contract)
	to = appendStringOrNull(append(to, `,"operation":`...), c.Operation)
	to = append(to, `,"findings":[`...)
	for i, f := range c.Findings {
		if i > 0 {
			to = append(to, ',')
		}
		to = appendString(append(to, `{"rule":`...), f.Rule)
		to = appendString(append(to, `,"severity":`...), f.Severity.String())
		to = appendString(append(to, `,"in":`...), string(f.In))
		to = appendString(append(to, `,"pointer":`...), f.Pointer)
		to = appendString(append(to, `,"message":`...), f.Message)
		to = appendString(append(to, `,"suggestion":`...), f.Suggestion)
		to = append(to, '}')
	}
	return append(to, "]}\n"...)
}

func appendStringOrNull(to []byte, s string) []byte {
	if s == "" {
		return append(to, "null"...)
	}
	return appendString(to, s)
}

// appendString appends s as JSON. Bytes that are not UTF-8 become U+FFFD.
func appendString(to []byte, s string) []byte {
	to, _ = jsontext.AppendQuote(to, s) // its error is about such bytes only
	return to
}
