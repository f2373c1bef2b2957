package mock_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/jarcoal/httpmock"

	"github.com/graphmock/graphmock/mock"
)

// The benchmarks come in pairs: what graphmock does, and beside it the least that any
// server in Go would do. docs/performance.md has the figures and the command.

var answer201 = []byte(`{"id":"23f27c15-72f9-45fe-9e9c-e3d8f75bdc44","status":"active"}`)

// bare answers every request with a fixed body.
func bare(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	w.Write(answer201)
}

// Posting an upload session's body to the list of a revision that only checks it:
// every iteration deletes what it created by resetting from time to time.
func post(b *testing.B, client *http.Client, base string, reset func()) {
	b.Helper()
	body := newBody(instance(1))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n++; n%500 == 0 {
			reset()
		}
		req, err := http.NewRequest("POST", base+sessionsV1, bytes.NewReader(newBody(instance(n))))
		if err != nil {
			b.Fatal(err)
		}
		req.Header["Authorization"] = []string{"Bearer x"}
		req.Header["Content-Type"] = []string{jsonType}
		resp, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != 201 {
			b.Fatal(resp.Status)
		}
	}
}

// BenchmarkLoopback posts over TCP: a bare handler, and the validating, stateful fake.
func BenchmarkLoopback(b *testing.B) {
	b.Run("bare", func(b *testing.B) {
		srv := httptest.NewServer(http.HandlerFunc(bare))
		defer srv.Close()
		post(b, srv.Client(), srv.URL, func() {})
	})
	b.Run("graphmock", func(b *testing.B) {
		srv := start(b, mock.Config{})
		post(b, srv.Client(), srv.URL, srv.Reset)
	})
}

// BenchmarkInProcess posts without a socket: httpmock with a fixed answer, and the fake.
func BenchmarkInProcess(b *testing.B) {
	const base = "https://graph.microsoft.com"
	b.Run("httpmock", func(b *testing.B) {
		t := httpmock.NewMockTransport()
		t.RegisterNoResponder(httpmock.NewBytesResponder(201, answer201))
		post(b, &http.Client{Transport: t}, base, func() {})
	})
	b.Run("httptest", func(b *testing.B) {
		srv := httptest.NewServer(http.HandlerFunc(bare))
		defer srv.Close()
		post(b, srv.Client(), srv.URL, func() {})
	})
	b.Run("graphmock", func(b *testing.B) {
		srv, err := mock.New(mock.Config{})
		if err != nil {
			b.Fatal(err)
		}
		post(b, &http.Client{Transport: srv.Transport()}, base, srv.Reset)
	})
	b.Run("graphmock,TrustAnswers", func(b *testing.B) {
		srv, err := mock.New(mock.Config{TrustAnswers: true})
		if err != nil {
			b.Fatal(err)
		}
		post(b, &http.Client{Transport: srv.Transport()}, base, srv.Reset)
	})
}

// BenchmarkStartClose starts and closes a server that listens.
func BenchmarkStartClose(b *testing.B) {
	b.Run("httptest", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			httptest.NewServer(http.HandlerFunc(bare)).Close()
		}
	})
	b.Run("graphmock", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			srv, err := mock.Start(mock.Config{})
			if err != nil {
				b.Fatal(err)
			}
			srv.Close()
		}
	})
	b.Run("graphmock,TLS", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			srv, err := mock.Start(mock.Config{TLS: true})
			if err != nil {
				b.Fatal(err)
			}
			srv.Close()
		}
	})
}
