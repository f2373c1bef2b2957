package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Graph sends requests to Microsoft Graph. It may be used by several
// goroutines at once.
type Graph struct {
	BaseURL string       // with the version and no trailing slash
	Token   string       // bearer token
	HTTP    *http.Client // if nil, http.DefaultClient
}

// maxTries is how often a request is sent before a refusal is final.
const maxTries = 5

// do sends a request and decodes the answer into out, unless that is nil. It
// waits and tries again while Graph is throttling or unavailable. A refusal is an
// *Error. The URL is absolute, or a path below BaseURL.
func (g *Graph) do(ctx context.Context, method, url string, b *body, out any) error {
	if strings.HasPrefix(url, "/") {
		url = g.BaseURL + url
	}
	for try := 1; ; try++ {
		err := g.once(ctx, method, url, b, out)
		refusal, ok := errors.AsType[*Error](err)
		if !ok || !refusal.temporary() || try == maxTries {
			return err
		}
		if waitErr := wait(ctx, cmp.Or(refusal.RetryAfter, time.Second<<try)); waitErr != nil {
			return fmt.Errorf("%w, while waiting to try again after: %w", waitErr, err)
		}
	}
}

// once is do without trying again.
func (g *Graph) once(ctx context.Context, method, url string, b *body, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+g.Token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("client-request-id", newGUID())
	if b != nil {
		req.Header.Set("Content-Type", b.contentType)
		req.ContentLength, req.GetBody = b.size, b.open
		if req.Body, err = b.open(); err != nil {
			return err
		}
	}
	resp, err := cmp.Or(g.HTTP, http.DefaultClient).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return newError(resp)
	}
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: answer %s: %w", method, url, resp.Status, err)
	}
	return nil
}

// list returns the items of a collection, from all its pages.
func list[T any](ctx context.Context, g *Graph, url string) ([]T, error) {
	var items []T
	for url != "" {
		var page struct {
			Value    []T    `json:"value"`
			NextLink string `json:"@odata.nextLink"`
		}
		if err := g.do(ctx, http.MethodGet, url, nil, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Value...)
		if url = page.NextLink; url != "" && !strings.HasPrefix(url, g.BaseURL+"/") {
			return nil, fmt.Errorf("the next page is at %s: the token is not for that place", url)
		}
	}
	return items, nil
}

// wait lets d pass, unless ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newGUID returns a random identifier, version 4.
func newGUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// A body is what a request carries. It can be opened again for another try.
type body struct {
	contentType string
	size        int64 // bytes
	open        func() (io.ReadCloser, error)
}

func jsonBody(v any) (*body, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &body{"application/json", int64(len(text)), func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)), nil
	}}, nil
}

// A File is a file to upload.
type File struct {
	Name string // without folders
	Open func() (fs.File, error)
}

// size returns the file's length in bytes.
func (f File) size() (int64, error) {
	file, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// formBody returns a multipart form with the file as its only part. The file is
// streamed, not held in memory, and yet the length is known.
func formBody(f File) (*body, error) {
	size, err := f.size()
	if err != nil {
		return nil, err
	}
	var frame bytes.Buffer // what stands before and after the file
	form := multipart.NewWriter(&frame)
	if _, err := form.CreateFormFile("file", f.Name); err != nil {
		return nil, err
	}
	head := frame.Len()
	if err := form.Close(); err != nil {
		return nil, err
	}
	return &body{form.FormDataContentType(), int64(frame.Len()) + size, func() (io.ReadCloser, error) {
		file, err := f.Open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(frame.Bytes()[:head]), file, bytes.NewReader(frame.Bytes()[head:])), file}, nil
	}}, nil
}

// An Error is a refusal by Graph.
type Error struct {
	Status     int
	Code       string // such as "TooManyRequests"; "" if the answer does not have Graph's shape
	Message    string
	RequestID  string        // what Microsoft's support asks for; "" if there is none
	RetryAfter time.Duration // how long Graph asks to wait; 0 if it does not say
}

func newError(resp *http.Response) *Error {
	e := &Error{
		Status:     resp.StatusCode,
		RequestID:  resp.Header.Get("request-id"),
		RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
	var answer struct {
		Error struct {
			Code, Message string
			InnerError    struct {
				RequestID string `json:"request-id"`
			}
		}
	}
	const limit = 1 << 20 // bytes; errors are short
	if json.NewDecoder(io.LimitReader(resp.Body, limit)).Decode(&answer) == nil {
		e.Code, e.Message = answer.Error.Code, answer.Error.Message
		e.RequestID = cmp.Or(e.RequestID, answer.Error.InnerError.RequestID)
	}
	return e
}

// Error returns status, code, message and request id.
func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, cmp.Or(e.Code, http.StatusText(e.Status)))
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request-id " + e.RequestID + ")"
	}
	return text
}

// temporary reports whether the request was not carried out and may be later.
func (e *Error) temporary() bool {
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}

// retryAfter returns how long a Retry-After header asks to wait: seconds, at
// Graph sometimes with a fraction, or a date. It returns 0 for anything else.
func retryAfter(value string, now time.Time) time.Duration {
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	const most = 24 * time.Hour // more is not meant seriously
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil || !(seconds > 0 && seconds <= most.Seconds()) {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}
