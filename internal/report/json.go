package report

import (
	"encoding/json"
	"io"

	"github.com/graphmock/graphmock/schemas"
)

// JSONFormat is the value of the member "format" of a JSON report. Members may be
// added under the same name; it changes if one goes or means something else.
const JSONFormat = "graphmock-report/1"

// A Document is a report in JSON. Lists are never null.
type Document struct {
	Format   string            `json:"format"` // JSONFormat
	OK       bool              `json:"ok"`     // no call broke its contract, and all input could be read
	Summary  DocumentSummary   `json:"summary"`
	Coverage []DocumentCover   `json:"coverage"`
	Problems []DocumentProblem `json:"problems"`         // calls with findings, and unexpected ones
	Omitted  int               `json:"omitted"`          // calls that would be in problems if there were not so many
	Unread   []string          `json:"unread,omitempty"` // lines and files that could not be read, and why
	Unused   DocumentUnused    `json:"unused"`
}

// A DocumentSummary counts calls and findings.
type DocumentSummary struct {
	Calls      int `json:"calls"`
	Broken     int `json:"broken"`     // calls with an error, or unexpected
	Unexpected int `json:"unexpected"` // calls that fit no operation, or that strict replay could not answer
	Errors     int `json:"errors"`     // findings
	Warnings   int `json:"warnings"`
	Notes      int `json:"notes"`
}

// A DocumentCover is the coverage of one contract.
type DocumentCover struct {
	Contract string   `json:"contract"`
	Covered  []string `json:"covered"` // ids of operations
	Missed   []string `json:"missed"`
}

// A DocumentProblem is a call with findings, or an unexpected one.
type DocumentProblem struct {
	Call       int               `json:"call"`            // from 1
	Place      string            `json:"place,omitempty"` // where it was read from; absent for a live call
	Method     string            `json:"method"`
	URL        string            `json:"url"`       // without credentials
	Status     int               `json:"status"`    // 0: there was no answer
	Contract   *string           `json:"contract"`  // null: the URL names no version
	Operation  *string           `json:"operation"` // null: the call fits none
	Unexpected bool              `json:"unexpected"`
	Miss       string            `json:"miss,omitempty"` // why strict replay had no answer
	Findings   []schemas.Finding `json:"findings"`       // of the request, then of the answer
}

// DocumentUnused lists what was prepared in vain, for people.
type DocumentUnused struct {
	Answers      []string `json:"answers"`
	Interactions []string `json:"interactions"`
}

// Document returns r in the form in which [Report.WriteJSON] writes it.
func (r *Report) Document() Document {
	d := Document{
		Format:   JSONFormat,
		OK:       r.OK(),
		Summary:  DocumentSummary{r.Calls, r.Broken, r.Unexpected, r.Errors, r.Warnings, r.Notes},
		Coverage: []DocumentCover{},
		Problems: []DocumentProblem{},
		Omitted:  r.Omitted,
		Unread:   r.Unread,
		Unused:   DocumentUnused{orEmpty(r.UnusedAnswers), orEmpty(r.UnusedInteractions)},
	}
	for _, c := range r.Coverage {
		d.Coverage = append(d.Coverage, DocumentCover{c.Contract, c.Covered(), c.Missed()})
	}
	for _, c := range r.Problems {
		d.Problems = append(d.Problems, DocumentProblem{
			Call: c.Seq, Place: c.Place, Method: c.Method, URL: c.URL, Status: c.Status,
			Contract: orNull(c.Contract), Operation: orNull(c.Operation),
			Unexpected: c.Unexpected(), Miss: c.Miss, Findings: orEmpty(c.Findings),
		})
	}
	return d
}

// WriteJSON writes r as an indented [Document].
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r.Document())
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
