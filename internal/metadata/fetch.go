package metadata

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// A Fetcher gets documents by HTTP. The zero value is ready to use.
type Fetcher struct {
	// Transport makes the requests. If nil, http.DefaultTransport does, which
	// heeds HTTPS_PROXY and NO_PROXY.
	Transport http.RoundTripper
	// Timeout limits the whole of a download. If zero, it is five minutes.
	Timeout time.Duration
	// Limit is the size of the largest document in bytes, uncompressed. If zero, it
	// is [MaxBytes].
	Limit int
}

// maxRedirects is how often a request may be sent on.
const maxRedirects = 5

// Fetch returns the document at a URL, which may be compressed by gzip on the way. Only https is
// called, and http on this machine; it follows redirects to https. Errors name
// no credentials of the URL.
func (f *Fetcher) Fetch(ctx context.Context, address string) ([]byte, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("%s: want an absolute URL", Redact(address))
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("%s: want https: on the way anyone could change the document", Redact(address))
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%s: want https", Redact(address))
	}
	timeout := cmp.Or(f.Timeout, 5*time.Minute)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	text, err := f.get(ctx, u)
	switch {
	case err == nil:
		return text, nil
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("it took longer than %v", timeout)
	}
	return nil, fmt.Errorf("%s: %w", Redact(address), err)
}

func (f *Fetcher) get(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/xml, */*;q=0.5")
	req.Header.Set("User-Agent", "graphmock")
	client := &http.Client{Transport: f.Transport, CheckRedirect: checkRedirect}
	resp, err := client.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // it names the URL with all that is in it
		}
		return nil, err
	}
	defer resp.Body.Close()
	where := ""
	if final := resp.Request.URL; final.Host != u.Host {
		where = ", after redirects to " + Redact(final.String())
	}
	if resp.StatusCode != http.StatusOK {
		status := strings.TrimSpace(resp.Status)
		if line := firstLine(resp.Body); line != "" {
			return nil, fmt.Errorf("the answer is %s%s: %s", status, where, line)
		}
		return nil, fmt.Errorf("the answer is %s%s", status, where)
	}
	if media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); strings.EqualFold(strings.TrimSpace(media), "text/html") {
		return nil, fmt.Errorf("the answer is a web page%s: does a proxy want you to sign in?", where)
	}
	text, err := readLimited(resp.Body, cmp.Or(f.Limit, MaxBytes))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.New("the connection was cut within the document")
	}
	return text, err
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case req.URL.Scheme != "https":
		return fmt.Errorf("it redirects to %s: want https", Redact(req.URL.String()))
	case len(via) > maxRedirects:
		return fmt.Errorf("it redirects more than %d times", maxRedirects)
	}
	return nil
}

// Redact returns a URL without credentials: without the user, and without the query and the
// fragment, in which there may be tokens.
func Redact(address string) string {
	u, err := url.Parse(address)
	if err != nil { // better too little than too much
		scheme, _, _ := strings.Cut(address, "://")
		return scheme + "://…"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u.String()
}

// IsURL reports whether a text is meant to be a URL and not a file.
func IsURL(text string) bool {
	scheme, _, ok := strings.Cut(text, "://")
	return ok && len(scheme) > 1 && strings.IndexFunc(scheme, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// firstLine returns the first line of an answer that says something, cut to 200 bytes and fit to be
// printed.
func firstLine(body io.Reader) string {
	lines := bufio.NewReader(io.LimitReader(body, 4<<10))
	for {
		line, err := lines.ReadString('\n')
		line = strings.TrimSpace(strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(line, "?")))
		if line != "" || err != nil {
			const most = 200
			if len(line) > most {
				line = strings.ToValidUTF8(line[:most], "") + "…"
			}
			return line
		}
	}
}
