package cli

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// maxLinked is the largest answer, in bytes, in which links are rewritten.
const maxLinked = 64 << 20

// A linkRewriter makes the links of answers, with which a client goes on, lead
// to the recorder instead of the upstream.
type linkRewriter struct{ links *regexp.Regexp }

func newLinkRewriter(upstream string) *linkRewriter {
	origin := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSuffix(upstream, "/")), "/", `\\?/`) // JSON may have \/ for it
	return &linkRewriter{regexp.MustCompile(`("[^"\\]*@odata\.(?:nextLink|deltaLink)"\s*:\s*")(?i:` + origin + `)(\\?/)`)}
}

// rewrite changes the links of a JSON answer to lead to origin. Anything else
// stays as it is, and so does an answer that was cut.
func (l *linkRewriter) rewrite(resp *http.Response, origin string) {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // "" if it is malformed
	if media != "application/json" || resp.Body == http.NoBody || resp.Request.Method == http.MethodHead {
		return
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxLinked+1))
	text, ok := unpack(raw, resp.Header.Get("Content-Encoding"))
	if err != nil || len(raw) > maxLinked || !ok || !l.links.Match(text) {
		rest := io.Reader(resp.Body) // of one that is too long
		if err != nil {
			rest = errorReader{err}
		}
		resp.Body = &body{io.MultiReader(bytes.NewReader(raw), rest), resp.Body}
		return
	}
	text = l.links.ReplaceAll(text, []byte("${1}"+strings.ReplaceAll(origin, "$", "$$")+"${2}"))
	resp.Header.Del("Content-Encoding")
	resp.Header.Set("Content-Length", strconv.Itoa(len(text)))
	resp.ContentLength = int64(len(text))
	resp.Body = &body{bytes.NewReader(text), resp.Body}
}

// A body reads from one place and closes another.
type body struct {
	io.Reader
	io.Closer
}

// An errorReader tells the error with which reading ended.
type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// unpack undoes a content coding. It reports false if it can't.
func unpack(raw []byte, coding string) (text []byte, ok bool) {
	switch strings.ToLower(coding) {
	case "":
		return raw, true
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, false
		}
		text, err = io.ReadAll(io.LimitReader(r, maxLinked+1))
		return text, err == nil && len(text) <= maxLinked
	}
	return nil, false
}
