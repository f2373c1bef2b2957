package mock

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jarcoal/httpmock"
)

// Transport returns a transport that answers requests for Graph's hosts, of the global
// and the national clouds, and for the server's own address in process, without a
// socket. Requests for other hosts fail. It is an [httpmock.MockTransport]: responders
// that a test registers on it go before the server.
//
// It works inside a testing/synctest bubble. Every call returns a new transport.
func (s *Server) Transport() *httpmock.MockTransport {
	t := httpmock.NewMockTransport()
	t.RegisterNoResponder(s.respond)
	return t
}

// Activate makes [http.DefaultClient], and every client without a transport
// of its own, talk to the server, until the returned function is called. It is for
// programs that can't be given a client; only one server can be active in a process.
func (s *Server) Activate() (deactivate func()) {
	previous := http.DefaultTransport
	http.DefaultTransport = s.Transport()
	return func() { http.DefaultTransport = previous }
}

// respond is the responder of last resort: the whole fake.
func (s *Server) respond(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close() // as every http.RoundTripper has to
	}
	if !s.answersFor(req.URL) {
		return nil, fmt.Errorf("mock: request for a host that is not Graph's: %s %s://%s (Graph's are %s)",
			req.Method, req.URL.Scheme, req.URL.Host, strings.Join(graphHosts, ", "))
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	reply := s.exchange(serverRequest(req))
	if err := req.Context().Err(); err != nil { // it ran out during a delay
		return nil, err
	}
	if reply.status == 0 {
		return nil, fmt.Errorf("mock: the connection was cut, as scripted: %w", io.ErrUnexpectedEOF)
	}
	return reply.response(req), nil
}

func (s *Server) answersFor(u *url.URL) bool {
	base := u.Scheme + "://" + u.Host
	return slices.Contains(graphHosts, strings.ToLower(u.Hostname())) || base == s.URL || base == s.TLSURL
}

// serverRequest makes of a client's request what a server would have got.
func serverRequest(req *http.Request) *http.Request {
	r := req.Clone(req.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if r.ContentLength > 0 {
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	r.RequestURI = r.URL.RequestURI()
	r.RemoteAddr = "127.0.0.1:0"
	if r.URL.Scheme == "https" {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true, ServerName: r.URL.Hostname()}
	}
	return r
}

// response makes of a reply what a client would have got.
func (r reply) response(req *http.Request) *http.Response {
	resp := &http.Response{
		Status:        strconv.Itoa(r.status) + " " + http.StatusText(r.status),
		StatusCode:    r.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        r.header.Clone(),
		Body:          http.NoBody,
		ContentLength: int64(r.length()),
		Request:       req,
	}
	switch {
	case req.Method == http.MethodHead || !hasBody(r.status):
	case r.cutAt >= 0:
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(r.body[:r.cutAt]), brokenReader{}))
	default:
		resp.Body = io.NopCloser(bytes.NewReader(r.body))
	}
	return resp
}

// brokenReader is a connection that was cut.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
