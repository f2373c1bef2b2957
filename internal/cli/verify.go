package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/fixtures"
	"github.com/graphmock/graphmock/internal/report"
	"github.com/graphmock/graphmock/schemas"
)

const verifyHelp = `Check recorded calls against a contract: requests, and answers where there are
any. A FILE is

  a session file, or a folder of them (see record), or
  JSON Lines, in a file *.jsonl or on standard input (-): an object per line.

The members of a line are

  id        anything; the output repeats it
  method, url   the URL is absolute or starts with /v1.0 or /beta
  headers   an object of strings or of arrays of strings
  body      a string, with any compression undone; null if there is none
  response  an object of status, headers and body; null if it is not known

and others are ignored. With --format jsonl there is a line of output for each
line of input, in the same order:

  {"id":…,"contract":"v1.0","operation":"catalog.list","findings":[{"rule":…,
  "severity":…,"in":…,"pointer":…,"message":…,"suggestion":…}]}

A line that can't be read is reported, and has an id, contract and operation of
null. Authorization is not asked for: recordings have none.`

type verifyCommand struct {
	env       *Env
	format    string
	contracts contractFlags
	reports   reportFlags
}

func newVerify(env *Env) *cobra.Command {
	c := &verifyCommand{env: env}
	cmd := &cobra.Command{
		Use:     "verify FILE…",
		Short:   "Check recorded calls against a contract",
		Long:    verifyHelp,
		Example: "  graphmock verify session.json\n  graphmock verify --contract beta-2026-06 testdata/sessions\n  graphmock verify --format jsonl - <calls.jsonl",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := c.chooseTargets(cmd.Flags().Changed("format")); err != nil {
				return err
			}
			return c.run(cmd.Context(), args)
		},
	}
	fs := cmd.Flags()
	addChoice(fs, &c.format, "format", "text", "what is printed: a report, or a line for each call", "text", "json", "jsonl")
	c.contracts.add(fs)
	c.reports.add(fs, "tell of the calls")
	return cmd
}

// chooseTargets makes a report of what --format asks for.
func (c *verifyCommand) chooseTargets(asked bool) error {
	if !asked && len(c.reports.targets) > 0 {
		c.format = ""
		return nil
	}
	for _, t := range c.reports.targets {
		if t.file == "" {
			return usagef("--format %s and --report %s both go to standard output", c.format, t).hint("--report %s=FILE", t.format)
		}
	}
	if c.format != "jsonl" {
		c.reports.targets = append(c.reports.targets, reportTarget{format: c.format})
	}
	return nil
}

func (c *verifyCommand) run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usagef("there is nothing to verify").hint("graphmock verify session.json").hint("graphmock verify - reads JSON Lines from standard input")
	}
	if err := findFiles(slices.DeleteFunc(slices.Clone(args), func(name string) bool { return name == "-" })); err != nil {
		return err
	}
	set, err := c.contracts.set()
	if err != nil {
		return err
	}
	v := &verifier{set: set, lines: c.format == "jsonl", calls: report.NewCollector(set), env: c.env}
	if err := v.run(ctx, args); err != nil {
		return err
	}
	r := v.calls.Report()
	r.Unread = v.why
	if left := v.whys - len(v.why); left > 0 {
		r.Unread = append(r.Unread, fmt.Sprintf("and %d more", left))
	}
	if r.Calls == 0 && v.unread == 0 {
		fmt.Fprintln(c.env.log, "graphmock: hint: no calls: the input has none")
	}
	err = writeReports(c.env, r, c.reports.targets)
	if v.unread > 0 {
		err = errors.Join(err, unreadable(v.unread))
	}
	return errors.Join(err, judge(r, c.reports.targets, v.lines))
}

func unreadable(n int) error {
	if n == 1 {
		return failf("a line or file could not be read")
	}
	return failf("%d lines or files could not be read", n)
}

// A verifier checks the exchanges of some files.
type verifier struct {
	set   *schemas.Set
	lines bool // print one for each exchange
	env   *Env

	calls  *report.Collector
	count  int      // exchanges so far
	unread int      // lines and files that could not be read
	why    []string // they were not: the first maxWhy
	whys   int
}

// maxWhy is how many reasons a report has for what could not be read.
const maxWhy = 1000

// run checks the files. On standard output, lines are flushed when there is
// nothing more to do at once.
func (v *verifier) run(ctx context.Context, files []string) error {
	out := bufio.NewWriterSize(v.env.Stdout, 64<<10)
	p := newPipeline(ctx, v.check)
	go func() {
		defer p.end()
		for _, file := range files {
			if err := v.read(p, file); err != nil {
				p.add(job{err: err})
			}
		}
	}()
	defer p.stop()
	for b := range p.results() {
		for i := range b.jobs {
			v.take(&b.jobs[i])
		}
		if _, err := out.Write(b.out); err != nil {
			return err
		}
		if p.idle() {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		p.release(b)
	}
	return errors.Join(out.Flush(), ctx.Err())
}

// take counts the result of a job.
func (v *verifier) take(j *job) {
	if j.err != nil {
		v.unread++
		complain(v.env.log, j.err)
		v.explain(j.err)
		return
	}
	v.count++
	j.call.Seq = v.count
	v.calls.Add(j.call)
}

// explain keeps each of the errors that were joined in err.
func (v *verifier) explain(err error) {
	switch e := err.(type) {
	case *failure:
		v.explain(e.err)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			v.explain(part)
		}
	default:
		if v.whys++; len(v.why) < maxWhy {
			v.why = append(v.why, err.Error())
		}
	}
}

// read adds the exchanges of a file to the pipeline.
func (v *verifier) read(p *pipeline, name string) error {
	if name == "-" {
		return readLines(p, "-", v.env.Stdin)
	}
	switch filepath.Ext(name) {
	case ".jsonl", ".ndjson":
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return readLines(p, name, f)
	}
	sessions, err := fixtures.LoadPath(name) // the good ones with an error, too
	for _, s := range sessions {
		hintCut(v.env, s)
		for i := range s.Interactions {
			if !p.add(job{session: s, n: i + 1}) {
				return nil
			}
		}
	}
	if err != nil {
		return &failure{status: exitFailed, err: err, hints: hintsForSession(name)}
	}
	return nil
}

// hintsForSession says what else a file or folder without a session may be.
func hintsForSession(name string) []string {
	if lines, err := filepath.Glob(filepath.Join(name, "*.jsonl")); err == nil && len(lines) > 0 {
		return []string{"graphmock verify " + filepath.Join(name, "*.jsonl")}
	}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return []string{"a file with one JSON object per line is verified as graphmock verify - <" + name}
	}
	return nil
}

// check does a job. It is called by several goroutines at once.
func (v *verifier) check(b *batch, j *job) {
	switch {
	case j.err != nil:
		return
	case j.session != nil:
		j.call = checkInteraction(v.set, &j.session.Interactions[j.n-1])
		j.call.Place = fmt.Sprintf("session %q, interaction %d", j.session.Name, j.n)
		if v.lines {
			b.out = appendLine(b.out, appendString(nil, fmt.Sprintf("%s#%d", j.session.Name, j.n)), &j.call)
		}
	default:
		var id []byte
		id, j.call, j.err = checkLine(v.set, b.line(j))
		if j.err != nil {
			id, j.err = nil, fmt.Errorf("%s:%d: %w", j.file, j.n, j.err)
		} else if !j.call.Clean() {
			j.call.Place = fmt.Sprintf("%s:%d", j.file, j.n)
		}
		if v.lines {
			b.out = appendLine(b.out, id, &j.call)
		}
	}
}

// checkInteraction holds a recorded exchange to the contracts of set.
func checkInteraction(set *schemas.Set, x *fixtures.Interaction) report.Call {
	call := checkExchange(set, x.Request.Message(), x.Response.Message())
	call.Duration = x.Duration
	return call
}

// checkExchange holds a request and its answer, if there is one, to the
// contracts of set.
func checkExchange(set *schemas.Set, req *schemas.Request, resp *schemas.Response) report.Call {
	verdict := set.CheckRequest(req)
	call := report.Call{Method: req.Method, URL: req.URL, Findings: verdict.Findings}
	if verdict.Contract != nil {
		call.Contract = verdict.Contract.Name
	}
	if verdict.Operation != nil {
		call.Operation = verdict.Operation.ID
	}
	if resp != nil {
		call.Status = resp.Status
		call.Findings = append(call.Findings, set.CheckResponse(verdict, resp)...)
	}
	return call
}
