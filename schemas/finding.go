package schemas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Severity grades a finding. The zero value switches a rule off.
type Severity uint8

const (
	Off     Severity = iota // not reported
	Note                    // worth knowing; Graph accepts it
	Warning                 // Graph accepts it, and it is wrong or fragile
	Error                   // Graph refuses it
)

var severityNames = [...]string{Off: "off", Note: "note", Warning: "warning", Error: "error"}

// String returns "off", "note", "warning" or "error".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("Severity(%d)", s)
}

// ParseSeverity is the inverse of [Severity.String].
func ParseSeverity(text string) (Severity, error) {
	if i := slices.Index(severityNames[:], text); i >= 0 {
		return Severity(i), nil
	}
	return Off, fmt.Errorf("severity %q: want off, note, warning or error", text)
}

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSeverity(string(text))
	return err
}

// A Location says which part of a message a finding is about.
type Location string

const (
	InMethod         Location = "method"
	InPath           Location = "path"            // Pointer is the segment, as sent
	InQuery          Location = "query"           // Pointer is the name of the option
	InHeader         Location = "header"          // Pointer is the name of the header
	InBody           Location = "body"            // Pointer is a JSON Pointer (RFC 6901)
	InPart           Location = "part"            // Pointer is the name of the multipart part
	InCSV            Location = "csv"             // Pointer is the column's name; Line and Column count from 1 in the file
	InStatus         Location = "status"          // of a response
	InResponseHeader Location = "response-header" // Pointer is the name of the header
	InResponseBody   Location = "response-body"   // Pointer is a JSON Pointer (RFC 6901)
)

// A Finding is one deviation of a message from a contract. It is a value: it
// shares no memory with the message.
type Finding struct {
	Rule     string   `json:"rule"`     // stable id, such as "body.unknown-property"; see docs/rules.md
	Severity Severity `json:"severity"` // never Off
	In       Location `json:"in"`
	Pointer  string   `json:"pointer"` // the place within In; "" is the whole of it

	// Line and Column count from 1; Column counts runes. Both are 0 where
	// the place is not in a text. In a CSV file Line is the line of the file
	// and Column the number of the field in its row.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`

	Message    string `json:"message"`              // one sentence: what is wrong
	Found      string `json:"found,omitempty"`      // cut to 200 bytes; never the Authorization header
	Wanted     string `json:"wanted,omitempty"`     // "" if there is no single answer
	Suggestion string `json:"suggestion,omitempty"` // what was probably meant
	Source     string `json:"source,omitempty"`     // the declaration behind the rule, as file#pointer or file:line:column; "" if there is none
	Reference  string `json:"reference,omitempty"`  // the page of Graph's reference

	// Step is the id of the request in a batch that the finding is about; "" if it is
	// about the request itself. Pointer then leads into the body of the batch.
	Step string `json:"step,omitempty"`
}

// String returns the finding as one line: severity, rule, place, message and suggestion.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s at %s: %s", f.Severity, f.Rule, f.Place(), f.Message)
	if f.Suggestion != "" {
		fmt.Fprintf(&b, " (did you mean %q?)", f.Suggestion)
	}
	return b.String()
}

// Place returns where the finding is, for people: "body /data/reviewInstanceId (line 4, column 5)".
func (f Finding) Place() string {
	place := string(f.In)
	if f.Pointer != "" {
		place += " " + f.Pointer
	}
	if at := f.Position(); at != "" {
		place += " (" + at + ")"
	}
	return place
}

// Position returns where the finding is in its text, for people: "line 4, column
// 5", in a CSV file "line 2, field 3". It is "" where there is no text.
func (f Finding) Position() string {
	switch {
	case f.Line == 0:
		return ""
	case f.In == InCSV:
		return fmt.Sprintf("line %d, field %d", f.Line, f.Column)
	}
	return fmt.Sprintf("line %d, column %d", f.Line, f.Column)
}

var locationOrder = []Location{
	InMethod, InPath, InHeader, InQuery, InPart, InBody, InCSV,
	InStatus, InResponseHeader, InResponseBody,
}

// sortFindings orders findings by place: as a reader of the message meets them.
func sortFindings(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(slices.Index(locationOrder, a.In), slices.Index(locationOrder, b.In)),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Rule, b.Rule),
		)
	})
}

// Worst returns the highest severity in list, Off if it is empty.
func Worst(list []Finding) Severity {
	worst := Off
	for _, f := range list {
		worst = max(worst, f.Severity)
	}
	return worst
}

// Errors returns the findings of severity [Error], in order.
func Errors(list []Finding) []Finding {
	var out []Finding
	for _, f := range list {
		if f.Severity == Error {
			out = append(out, f)
		}
	}
	return out
}

// show renders a decoded JSON value for Found, cut to 200 bytes.
func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		text = fmt.Append(nil, v)
	}
	return clip(string(text))
}

// clip cuts s to 200 bytes; bytes that are not UTF-8 become question marks.
func clip(s string) string {
	const limit = 200
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "?")
	}
	return strings.ToValidUTF8(s[:limit-len("…")], "") + "…"
}
