package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/internal/atomicfile"
	"github.com/graphmock/graphmock/mock"
)

const serveHelp = `Start the fake Graph and answer until a signal (Ctrl-C) comes.

One line on standard output says where it listens. Point a client at that
address with /v1.0 or /beta behind it; any bearer token passes. Clients that
insist on https need --tls-addr, and trust the certificate of --ca-out.

With --report the calls are judged at the end: the exit status is 1 if one of
them broke the contract.`

type serveCommand struct {
	env     *Env
	addr    string
	tlsAddr string
	caOut   string
	server  serverFlags
	reports reportFlags
}

func newServe(env *Env) *cobra.Command {
	c := &serveCommand{env: env}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Start the fake, to be used by hand or by tests in any language",
		Long:  serveHelp,
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	fs := cmd.Flags()
	addAddr(fs, &c.addr, "addr", "127.0.0.1:8080", "where to listen; port 0 takes a free one")
	addAddr(fs, &c.tlsAddr, "tls-addr", "", "where to listen for https, such as 127.0.0.1:8443")
	addValue(fs, "ca-out", "file", "", "write the certificate that clients of --tls-addr have to trust to this file", func(text string) error {
		c.caOut = text
		return canCreate(text)
	})
	c.server.add(fs)
	c.reports.add(fs, "at the end, tell of the calls")
	return cmd
}

func (c *serveCommand) run(ctx context.Context) error {
	if c.caOut != "" && c.tlsAddr == "" {
		return usagef("--ca-out needs --tls-addr").hint("--tls-addr 127.0.0.1:8443 --ca-out %s", c.caOut)
	}
	signals, stop := listen(c.env)
	defer stop()
	s, err := c.server.start(c.env, mock.Config{Addr: c.addr, TLSAddr: c.tlsAddr})
	if err != nil {
		return err
	}
	if c.caOut != "" {
		if err := atomicfile.Write(c.caOut, s.CA(), 0o644); err != nil {
			return errors.Join(err, s.abandon())
		}
	}
	if err := s.startRecording(); err != nil {
		return errors.Join(err, s.abandon())
	}
	c.server.contracts.announce(c.env)
	fmt.Fprintf(c.env.Stdout, "graphmock: listening on %s (contracts %s)\n", s.urls(), s.contractNames())
	untilToldToEnd(ctx, signals)
	stop()
	return c.end(s)
}

func (c *serveCommand) end(s *server) error {
	r, err := s.close()
	if len(c.reports.targets) == 0 {
		return err
	}
	return errors.Join(err, writeReports(c.env, r, c.reports.targets), judge(r, c.reports.targets, false))
}

// urls returns where the server listens, for people.
func (s *server) urls() string {
	if s.TLSURL == "" {
		return s.URL
	}
	return s.URL + " and " + s.TLSURL
}

func (s *server) contractNames() string {
	var names []string
	for _, c := range newestFirst(s.Contracts()) {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
