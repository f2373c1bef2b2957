package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/report"
)

const recordHelp = `Pass calls on to a real Graph and record them in a session file, until a
signal (Ctrl-C) comes. Point the client at the address that is printed instead of
https://graph.microsoft.com. At the end the calls are checked and the report is
printed, as verify does.

Credentials are passed on and never recorded. Links to the upstream in JSON
answers (@odata.nextLink, @odata.deltaLink) lead the client back to the recorder;
they are recorded as they came.`

type recordCommand struct {
	env       *Env
	addr      string
	upstream  *url.URL
	out       recordFlags
	contracts contractFlags
	reports   reportFlags
}

func newRecord(env *Env) *cobra.Command {
	c := &recordCommand{env: env}
	cmd := &cobra.Command{
		Use:     "record --upstream URL --out FILE",
		Short:   "Record calls to a real Graph",
		Long:    recordHelp,
		Example: "  graphmock record --upstream https://graph.microsoft.com --out session.json",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	fs := cmd.Flags()
	addAddr(fs, &c.addr, "addr", "127.0.0.1:8080", "where to listen; port 0 takes a free one")
	addValue(fs, "upstream", "url", "", "the Graph to call, without the version", c.setUpstream)
	c.out.add(fs, "out", "the session file to write")
	c.contracts.add(fs)
	c.reports.add(fs, "tell of the calls at the end (default text)")
	return cmd
}

func (c *recordCommand) setUpstream(text string) error {
	const example = "--upstream https://graph.microsoft.com"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return usagef("want an absolute URL").hint(example)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return usagef("tokens would go over the network in the clear").hint("--upstream https://%s", u.Host)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return usagef("want a URL without credentials, query and fragment").hint(example)
	}
	c.upstream = u
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (c *recordCommand) run(ctx context.Context) error {
	switch {
	case c.upstream == nil:
		return usagef("record needs --upstream").hint("--upstream https://graph.microsoft.com")
	case c.out.file == "":
		return usagef("record needs --out").hint("--out session.json")
	}
	set, err := c.contracts.set()
	if err != nil {
		return err
	}
	signals, stop := listen(c.env)
	defer stop()
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return notListening(err, c.addr, "")
	}
	recorder, err := c.out.open()
	if err != nil {
		listener.Close()
		return err
	}
	end := serveProxy(listener, c.proxy(recorder))
	fmt.Fprintf(c.env.Stdout, "graphmock: listening on http://%s (recording %s in %s)\n", listener.Addr(), c.upstream, c.out.file)
	untilToldToEnd(ctx, signals)
	stop()
	end()
	closeErr := recorder.Close() // of an exchange that could not be recorded

	sessions, err := fixtures.LoadPath(c.out.file)
	if err != nil {
		return errors.Join(closeErr, err)
	}
	calls := report.NewCollector(set)
	for i := range sessions[0].Interactions {
		call := checkInteraction(set, &sessions[0].Interactions[i])
		call.Seq = i + 1
		calls.Add(call)
	}
	targets, r := c.reports.orText(), calls.Report()
	return errors.Join(closeErr, writeReports(c.env, r, targets), judge(r, targets, false))
}

// serveProxy serves a handler. The function that it returns stops that, and
// waits a few seconds for exchanges that have begun.
func serveProxy(l net.Listener, h http.Handler) (end func()) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	go srv.Serve(l)
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
	}
}

// proxy passes requests on to the upstream through the recorder.
func (c *recordCommand) proxy(recorder *fixtures.Recorder) http.Handler {
	transport, links := recorder.Transport(nil), newLinkRewriter(c.upstream.String())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxy := c.proxyTo(transport)
		proxy.ModifyResponse = func(resp *http.Response) error { // behind the recorder
			links.rewrite(resp, "http://"+r.Host)
			return nil
		}
		proxy.ServeHTTP(w, r)
	})
}

// proxyTo returns a proxy that sends to the upstream with transport.
func (c *recordCommand) proxyTo(transport http.RoundTripper) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(c.upstream)
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it was sent, be it valid or not
			r.Out.Host = ""                        // that of the URL
		},
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0), // of answers that were cut, which the session shows
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				return // the client has gone
			}
			fmt.Fprintf(c.env.log, "graphmock: error: %s %s: %v\n", r.Method, r.URL.Path, err)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
				"code": "BadGateway", "message": "graphmock: the upstream can't be reached: " + err.Error(),
			}})
		},
	}
}
