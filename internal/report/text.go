package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphmock/graphmock/schemas"
)

// TextOptions say how a report is written for people.
type TextOptions struct {
	// Color uses the colours of a terminal (ANSI escape sequences).
	Color bool
}

// What a text shows of a long report. The summary counts everything.
const (
	maxBlocks        = 25 // calls
	maxBlockFindings = 20 // of one call
	wrapAt           = 100
)

// WriteText writes r for people: a paragraph for each call that has something
// to tell, then a summary. A finding that repeats is told with the first call that
// has it. What came from a client is written without control characters.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	t := &text{Writer: bufio.NewWriter(w), color: o.Color}
	t.problems(r)
	unread := r.Unread
	if more := len(unread) - maxBlocks; more > 0 {
		unread = append(unread[:maxBlocks:maxBlocks], fmt.Sprintf("… and %d more", more))
	}
	t.list("could not be read", unread)
	t.list("scripted and never asked for", r.UnusedAnswers)
	t.list("in a session and never used", r.UnusedInteractions)
	t.summary(r)
	return t.Flush()
}

// text writes a report.
type text struct {
	*bufio.Writer
	color bool
}

// The styles of a text, as parameters of the escape sequence SGR.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (t *text) style(code, s string) string {
	if !t.color || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

var severityStyle = map[schemas.Severity]string{schemas.Error: red, schemas.Warning: yellow, schemas.Note: cyan}

// A telling is a finding with the number of times it occurs in the report.
type telling struct {
	schemas.Finding
	times int
}

func (t *text) problems(r *Report) {
	told := make(map[fold]bool)
	blocks, untold := 0, r.Omitted
	for i := range r.Problems {
		c := &r.Problems[i]
		var news []telling
		for _, f := range c.Findings {
			if key := foldOf(c, f); !told[key] {
				told[key] = true
				news = append(news, telling{f, r.repeats[key]})
			}
		}
		known := len(news) == 0 && len(c.Findings) > 0 && c.Miss == ""
		switch {
		case known:
		case blocks == maxBlocks:
			untold++
		default:
			blocks++
			t.block(c, news)
		}
	}
	if untold > 0 {
		fmt.Fprintf(t, "… and %s with findings\n\n", count(untold, "more call", "more calls"))
	}
}

// block writes a paragraph on one call.
func (t *text) block(c *Call, news []telling) {
	outcome := ""
	switch {
	case c.Status != 0:
		outcome = " → " + strconv.Itoa(c.Status)
	case c.Place == "": // a recording need not have the answer
		outcome = " → no answer"
	}
	fmt.Fprintf(t, "%s%s\n", t.style(bold, visible(c.Method+" "+c.URL)), outcome)
	fmt.Fprintf(t, "%s\n", t.style(dim, visible(c.where())))
	switch {
	case c.Miss != "":
		t.miss(c.Miss)
	case c.Operation == "" && len(news) == 0:
		fmt.Fprintf(t, "  %s it fits no operation\n", t.grade(schemas.Error))
	}
	for i, n := range news {
		if i == maxBlockFindings {
			fmt.Fprintf(t, "  … and %d more\n", len(news)-i)
			break
		}
		last := i == len(news)-1 || i == maxBlockFindings-1
		t.finding(n, last || news[i+1].Reference != n.Reference)
	}
	t.WriteByte('\n')
}

// miss tells why strict replay had no answer, which takes several lines.
func (t *text) miss(why string) {
	lead := "  " + t.grade(schemas.Error) + " "
	for line := range strings.Lines(why) {
		fmt.Fprintf(t, "%s%s\n", lead, visible(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "  ")))
		lead = "          "
	}
}

func (t *text) grade(s schemas.Severity) string {
	return t.style(severityStyle[s], fmt.Sprintf("%-7s", s))
}

// where says which call it was: "call 3, uploadSession.create of v1.0".
func (c *Call) where() string {
	where := c.Place
	if where == "" {
		where = fmt.Sprintf("call %d", c.Seq)
	}
	switch {
	case c.Operation != "":
		return fmt.Sprintf("%s, %s of %s", where, c.Operation, c.Contract)
	case c.Contract != "":
		return fmt.Sprintf("%s, no operation of %s", where, c.Contract)
	}
	return where + ", no operation"
}

// finding writes one finding. The page of the reference is left out if the next
// finding names the same.
func (t *text) finding(n telling, see bool) {
	times := ""
	if n.times > 1 {
		times = fmt.Sprintf(" (%d times)", n.times)
	}
	fmt.Fprintf(t, "  %s %s: %s%s\n", t.grade(n.Severity), t.style(bold, n.Rule), visible(n.Message), times)
	wanted, page := n.Wanted, ""
	if strings.Trim(wanted, `"`) == n.Suggestion {
		wanted = "" // it would be said twice
	}
	if see {
		page = n.Reference
	}
	for _, line := range []struct{ label, text string }{
		{"at", n.Place()},
		{"found", n.Found},
		{"wanted", wanted},
		{"did you mean", n.Suggestion},
		{"see", page},
	} {
		if line.text != "" {
			fmt.Fprintf(t, "          %s %s\n", t.style(dim, fmt.Sprintf("%-12s", line.label)), visible(line.text))
		}
	}
}

func (t *text) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintf(t, "%s:\n", title)
	for _, item := range items {
		fmt.Fprintf(t, "  %s\n", visible(item))
	}
	t.WriteByte('\n')
}

func (t *text) summary(r *Report) {
	for _, c := range r.Coverage {
		if missed := c.Missed(); len(missed) > 0 && len(missed) < len(c.Operations) {
			t.wrapped(fmt.Sprintf("not called of %s:", c.Contract), missed)
		}
	}
	style := green
	switch {
	case !r.OK():
		style = red
	case r.Warnings > 0:
		style = yellow
	}
	fmt.Fprintln(t, t.style(style, r.Summary()))
}

// wrapped writes a title and items behind it, on lines of no more than wrapAt letters.
func (t *text) wrapped(title string, items []string) {
	line := title
	for i, item := range items {
		if i < len(items)-1 {
			item += ","
		}
		if utf8.RuneCountInString(line)+1+len(item) > wrapAt {
			fmt.Fprintln(t, t.style(dim, line))
			line = "  " + item
			continue
		}
		line += " " + item
	}
	fmt.Fprintln(t, t.style(dim, line))
}

// Summary returns the report in one line, such as
// "6 calls, 0 errors, 1 warning; 5 of 12 operations of v1.0 covered".
func (r *Report) Summary() string {
	parts := []string{count(r.Calls, "call", "calls")}
	if r.Unexpected > 0 {
		parts = append(parts, fmt.Sprintf("%d unexpected", r.Unexpected))
	}
	parts = append(parts, count(r.Errors, "error", "errors"), count(r.Warnings, "warning", "warnings"))
	if r.Notes > 0 {
		parts = append(parts, count(r.Notes, "note", "notes"))
	}
	line := strings.Join(parts, ", ")
	var covered []string
	for i, c := range r.Coverage {
		operations := ""
		switch {
		case i > 0:
		case c.Endless && len(c.Operations) == 1:
			operations = "operation "
		default:
			operations = "operations "
		}
		of := fmt.Sprintf(" of %d", len(c.Operations))
		if c.Endless {
			of = ""
		}
		covered = append(covered, fmt.Sprintf("%d%s %sof %s", len(c.Covered()), of, operations, c.Contract))
	}
	if len(covered) > 0 {
		line += "; " + strings.Join(covered, ", ") + " covered"
	}
	return line
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// visible replaces what a terminal does not print by its escape in Go: a
// client must not write to the screen of its tester.
func visible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range s {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}
