package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/mock"
	"github.com/graphmock/graphmock/schemas"
)

const replayHelp = `Answer from recorded sessions, each interaction once and in order, until a
signal (Ctrl-C) comes.

A call that matches no interaction is answered with 501; the answer and
standard error say which interaction was nearest and where the call differs from
it. At the end, interactions that no call asked for are listed. The exit status is 1
if a call matched no interaction or broke the contract.`

type replayCommand struct {
	env         *Env
	addr        string
	fallThrough bool
	server      serverFlags
	reports     reportFlags
}

func newReplay(env *Env) *cobra.Command {
	c := &replayCommand{env: env}
	cmd := &cobra.Command{
		Use:   "replay FILE|DIR…",
		Short: "Answer from recorded sessions only",
		Long:  replayHelp,
		RunE:  func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args) },
	}
	fs := cmd.Flags()
	addAddr(fs, &c.addr, "addr", "127.0.0.1:8080", "where to listen; port 0 takes a free one")
	fs.BoolVar(&c.server.sessions.anyOrder, "any-order", false, "match interactions in any order")
	fs.BoolVar(&c.fallThrough, "fall-through", false, "let the fake answer calls that match no interaction")
	c.server.contracts.add(fs)
	c.reports.add(fs, "at the end, tell of the calls")
	return cmd
}

func (c *replayCommand) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usagef("there is no session to replay").hint("graphmock replay session.json")
	}
	signals, stop := listen(c.env)
	defer stop()
	c.server.sessions.names, c.server.strict = args, !c.fallThrough
	s, err := c.server.start(c.env, mock.Config{Addr: c.addr, OnCall: func(call mock.Call) { tellBroken(c.env.log, call) }})
	if err != nil {
		return err
	}
	if err := s.startRecording(); err != nil { // it records nothing
		return errors.Join(err, s.abandon())
	}
	fmt.Fprintf(c.env.Stdout, "graphmock: listening on %s (replaying %s)\n", s.urls(), strings.Join(args, ", "))
	untilToldToEnd(ctx, signals)
	stop()

	r, err := s.close()
	for _, unused := range r.UnusedInteractions {
		fmt.Fprintf(c.env.Stdout, "never used: %s\n", unused)
	}
	return errors.Join(err, writeReports(c.env, r, c.reports.targets), judge(r, c.reports.targets, false))
}

// tellBroken tells of a call that matches no interaction or breaks the
// contract: at once, for the person who waits for its answer.
func tellBroken(w io.Writer, c mock.Call) {
	if c.Miss != "" {
		fmt.Fprintf(w, "graphmock: error: call %d: %s\n", c.Seq, c.Miss)
	}
	for _, f := range schemas.Errors(c.Findings) {
		x := c.Interaction() // without credentials
		fmt.Fprintf(w, "graphmock: error: call %d, %v: %s\n", c.Seq, &x.Request, f)
	}
}
