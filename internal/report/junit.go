package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"github.com/graphmock/graphmock/schemas"
)

// WriteJUnit writes r as JUnit XML. There is a suite for each contract that was
// touched, with a case for each of its operations, so that the names are the same
// from run to run: it fails if a call broke the contract, and is skipped if there
// was no call. Calls that fit no operation have a suite of their own, and so have lines and
// files that could not be read, and interactions that were not used, which are skipped.
func (r *Report) WriteJUnit(w io.Writer) error {
	suites := junit.Testsuites{Name: "graphmock"}
	calls := make(map[operationKey][]*Call)
	for i := range r.Problems {
		c := &r.Problems[i]
		key := operationKey{c.Contract, c.Operation}
		if c.Operation == "" {
			key = operationKey{}
		}
		calls[key] = append(calls[key], c)
	}
	for _, cov := range r.Coverage {
		suites.AddSuite(r.contractSuite(cov, calls))
	}
	if unexpected := calls[operationKey{}]; len(unexpected) > 0 {
		suites.AddSuite(r.unexpectedSuite(unexpected))
	}
	if len(r.Unread) > 0 {
		suites.AddSuite(r.unreadSuite())
	}
	if len(r.UnusedAnswers)+len(r.UnusedInteractions) > 0 {
		suites.AddSuite(r.unusedSuite())
	}
	for i := range suites.Suites {
		suites.Suites[i].ID = i
	}
	if _, err := io.WriteString(w, xmlHeader); err != nil {
		return err
	}
	return suites.WriteXML(w)
}

const xmlHeader = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func (r *Report) contractSuite(cov Coverage, calls map[operationKey][]*Call) junit.Testsuite {
	suite := junit.Testsuite{Name: cov.Contract}
	var total time.Duration
	for _, op := range cov.Operations {
		total += op.Duration
		tc := junit.Testcase{Name: op.ID, Classname: cov.Contract, Time: seconds(op.Duration)}
		told := r.explain(calls[operationKey{cov.Contract, op.ID}])
		switch {
		case op.Calls == 0:
			tc.Skipped = &junit.Result{Message: "not called"}
		case op.Broken > 0:
			tc.Failure = told.result(fmt.Sprintf("%d of %s broke the contract", op.Broken, count(op.Calls, "call", "calls")))
		case told.text != "":
			tc.SystemOut = &junit.Output{Data: told.text}
		}
		suite.AddTestcase(tc)
	}
	suite.Time = seconds(total)
	return suite
}

// unexpectedSuite has a case for each request line, less its query.
func (r *Report) unexpectedSuite(calls []*Call) junit.Testsuite {
	suite := junit.Testsuite{Name: "unexpected"}
	byLine := make(map[string][]*Call)
	var lines []string
	var total time.Duration
	for _, c := range calls {
		path, _, _ := strings.Cut(c.URL, "?")
		line := xmlText(visible(c.Method + " " + path))
		if byLine[line] == nil {
			lines = append(lines, line)
		}
		byLine[line] = append(byLine[line], c)
	}
	for _, line := range lines {
		var d time.Duration
		for _, c := range byLine[line] {
			d += c.Duration
		}
		total += d
		told := r.explain(byLine[line])
		suite.AddTestcase(junit.Testcase{
			Name: line, Classname: "unexpected", Time: seconds(d),
			Failure: told.result(count(len(byLine[line]), "call fits", "calls fit") + " no operation"),
		})
	}
	suite.Time = seconds(total)
	return suite
}

func (r *Report) unreadSuite() junit.Testsuite {
	suite := junit.Testsuite{Name: "unread", Time: seconds(0)}
	for _, item := range r.Unread {
		suite.AddTestcase(junit.Testcase{
			Name: xmlText(visible(item)), Classname: "unread", Time: seconds(0), Error: &junit.Result{Message: "it could not be read"},
		})
	}
	return suite
}

func (r *Report) unusedSuite() junit.Testsuite {
	suite := junit.Testsuite{Name: "unused", Time: seconds(0)}
	add := func(items []string, why string) {
		for _, item := range items {
			suite.AddTestcase(junit.Testcase{
				Name: xmlText(visible(item)), Classname: "unused", Time: seconds(0), Skipped: &junit.Result{Message: why},
			})
		}
	}
	add(r.UnusedAnswers, "scripted and never asked for")
	add(r.UnusedInteractions, "in a session and never used")
	return suite
}

// An explanation is what a case says of its calls.
type explanation struct {
	text string
	rule string // of the first error, "" if there is none
}

// explain tells of calls as the text report does.
func (r *Report) explain(calls []*Call) explanation {
	part := Report{repeats: r.repeats}
	for _, c := range calls {
		part.Problems = append(part.Problems, *c)
	}
	var b strings.Builder
	t := &text{Writer: bufio.NewWriter(&b)}
	t.problems(&part)
	t.Flush() // into memory
	e := explanation{text: xmlText(strings.TrimSpace(b.String()))}
	for _, c := range calls {
		for _, f := range schemas.Errors(c.Findings) {
			if e.rule == "" {
				e.rule = f.Rule
			}
		}
	}
	return e
}

func (e explanation) result(message string) *junit.Result {
	return &junit.Result{Message: message, Type: e.rule, Data: e.text}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// xmlText drops what can't stand in XML 1.0: it would be written as it is into a
// CDATA section.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\uFFFE' || r == '\uFFFF' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
