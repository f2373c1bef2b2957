package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/internal/strictjson"
)

// An Entry says what a document is and where it came from.
type Entry struct {
	Name    string `json:"name"`    // of the contract: "graph-v1.0"
	File    string `json:"file"`    // in the folder, with slashes
	Version string `json:"version"` // "v1.0" or "beta"
	Cloud   string `json:"cloud"`   // one of [Clouds]
	Origin  string `json:"origin"`  // the URL, without credentials, or the file
	Pulled  string `json:"pulled"`  // RFC 3339, UTC
	SHA256  string `json:"sha256"`  // in hexadecimal
	Bytes   int    `json:"bytes"`
}

// Extension is that of documents.
const Extension = ".csdl"

// Global is the cloud that most tenants are in.
const Global = "global"

// Clouds returns the clouds that have a Graph of their own.
func Clouds() []string { return []string{Global, "usgov", "dod", "china"} }

// Versions returns the versions of Graph.
func Versions() []string { return []string{"v1.0", "beta"} }

// URL returns where Graph offers the metadata of a version, which needs no token.
// The hosts are those of https://learn.microsoft.com/graph/deployments.
func URL(version, cloud string) string {
	hosts := map[string]string{
		Global: "graph.microsoft.com", "usgov": "graph.microsoft.us", "dod": "dod-graph.microsoft.us",
		"china": "microsoftgraph.chinacloudapi.cn",
	}
	return "https://" + hosts[cloud] + "/" + version + "/$metadata"
}

// DefaultName is the name of a contract unless another one is given: "graph-v1.0",
// "graph-beta-china".
func DefaultName(version, cloud string) string {
	if cloud == Global {
		return "graph-" + version
	}
	return "graph-" + version + "-" + cloud
}

var (
	namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
	hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// embeddedPattern are the names of contracts that come with graphmock, and that of them all.
var embeddedPattern = regexp.MustCompile(`^((v1\.0|beta)(-\d{4}-\d{2})?|embedded)$`)

// CheckName returns the error of a name that can't be that of a contract, as it is
// that of a file, too.
func CheckName(name string) error {
	if embeddedPattern.MatchString(strings.ToLower(name)) {
		return errors.New("that is kept for contracts that come with graphmock")
	}
	if !namePattern.MatchString(name) || strings.HasSuffix(name, ".") {
		return errors.New("want letters, digits, dots, hyphens and underscores, and a letter or a digit first")
	}
	return nil
}

// check returns all that is wrong with an entry.
func (e *Entry) check() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if err := CheckName(e.Name); err != nil {
		add("the name %q: %w", e.Name, err)
	}
	if e.File == "" || !filepath.IsLocal(filepath.FromSlash(e.File)) || strings.Contains(e.File, `\`) {
		add("the file %q: want one in the folder", e.File)
	}
	for _, choice := range []struct {
		what, got string
		want      []string
	}{{"version", e.Version, Versions()}, {"cloud", e.Cloud, Clouds()}} {
		if !slices.Contains(choice.want, choice.got) {
			add("the %s %q: want %s%s", choice.what, choice.got, strings.Join(choice.want, " or "), spell.Hint(choice.got, choice.want))
		}
	}
	if e.Origin == "" {
		add("the origin is missing: want the URL or file that the document came from")
	}
	if _, err := time.Parse(time.RFC3339, e.Pulled); err != nil {
		add("the time %q in pulled: want it as 2026-01-31T12:00:00Z", e.Pulled)
	}
	if !hashPattern.MatchString(e.SHA256) {
		add("the hash %q in sha256: want 64 hexadecimal digits", e.SHA256)
	}
	if e.Bytes < 0 {
		add("the size %d in bytes: want a number from 0", e.Bytes)
	}
	return errors.Join(errs...)
}

// lockFormat says what a list is.
const (
	lockFamily = "graphmock-contracts/"
	lockFormat = lockFamily + "1"
)

// errForeign says that a file is JSON and not a list of contracts.
var errForeign = errors.New("this is no list of contracts")

type lock struct {
	Format    string  `json:"format"`
	Contracts []Entry `json:"contracts"`
}

func formatLock(entries []Entry) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(lock{lockFormat, entries}); err != nil {
		panic(err) // strings and numbers
	}
	return b.Bytes()
}

var (
	lockMembers  = []string{"format", "contracts"}
	entryMembers = []string{"name", "file", "version", "cloud", "origin", "pulled", "sha256", "bytes"}
)

// parseLock reads a list. The error holds one for each thing that is wrong with it.
func parseLock(file string, data []byte) ([]Entry, error) {
	value, _, problems := strictjson.Parse(data, 10)
	var errs []error
	for _, p := range problems {
		line, column := strictjson.Position(data, p.Offset)
		text := strings.TrimSpace(strings.ReplaceAll(string(p.Kind), "-", " ") + " " + p.Detail)
		if strings.HasPrefix(p.Found, "<<<<<<<") || strings.HasPrefix(p.Found, "=======") {
			text = "two versions of the file were merged by Git and left here"
		}
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, line, column, text))
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	top, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: %w: want an object with %s", file, errForeign, strings.Join(lockMembers, " and "))
	}
	switch format, _ := top["format"].(string); {
	case strings.HasPrefix(format, lockFamily) && format != lockFormat:
		return nil, fmt.Errorf("%s: the format is %q: want %q; was it written by a newer graphmock?", file, format, lockFormat)
	case format != lockFormat:
		return nil, fmt.Errorf("%s: %w: its format is %s, want %q", file, errForeign, show(top["format"]), lockFormat)
	}
	errs = append(errs, unknownMembers(file, top, lockMembers)...)
	items, ok := top["contracts"].([]any)
	if !ok {
		errs = append(errs, fmt.Errorf("%s: contracts is %v: want an array", file, show(top["contracts"])))
	}
	var entries []Entry
	names, files := make(map[string]string), make(map[string]string)
	for i, item := range items {
		where := fmt.Sprintf("%s: entry %d", file, i+1)
		e, err := parseEntry(where, item)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		where += fmt.Sprintf(" (%s)", e.Name)
		if other, taken := names[strings.ToLower(e.Name)]; taken {
			errs = append(errs, fmt.Errorf("%s: %s has the name %q, too", where, other, e.Name))
		}
		if other, taken := files[strings.ToLower(e.File)]; taken {
			errs = append(errs, fmt.Errorf("%s: %s has the file %q, too", where, other, e.File))
		}
		names[strings.ToLower(e.Name)], files[strings.ToLower(e.File)] = fmt.Sprintf("entry %d", i+1), fmt.Sprintf("entry %d", i+1)
		entries = append(entries, e)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, nil
}

func parseEntry(where string, item any) (e Entry, err error) {
	object, ok := item.(map[string]any)
	if !ok {
		return e, fmt.Errorf("%s is %s: want an object", where, show(item))
	}
	if name, ok := object["name"].(string); ok {
		where += fmt.Sprintf(" (%s)", name)
	}
	errs := unknownMembers(where, object, entryMembers)
	var missing []string
	for _, name := range entryMembers {
		if _, ok := object[name]; !ok {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		errs = append(errs, fmt.Errorf("%s lacks %s", where, strings.Join(missing, ", ")))
	}
	if errs != nil {
		return e, errors.Join(errs...)
	}
	text, err := json.Marshal(object)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(text, &e); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return e, fmt.Errorf("%s: the member %q is a %s: want a %s", where, wrong.Field, wrong.Value, kindOf(wrong.Field))
		}
		return e, fmt.Errorf("%s: %w", where, err)
	}
	for _, err := range partsOf(e.check()) {
		errs = append(errs, fmt.Errorf("%s: %w", where, err))
	}
	return e, errors.Join(errs...)
}

func kindOf(member string) string {
	if member == "bytes" {
		return "whole number"
	}
	return "string"
}

// partsOf returns the errors that were joined.
func partsOf(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return nil
}

func unknownMembers(where string, object map[string]any, known []string) (errs []error) {
	for name := range object {
		if !slices.Contains(known, name) {
			errs = append(errs, fmt.Errorf("%s: unknown member %q%s", where, name, spell.Hint(name, known)))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

// show returns a JSON value for a message.
func show(v any) string {
	if v == nil {
		return "missing"
	}
	text, err := json.Marshal(v)
	if err != nil || len(text) > 40 {
		return "something else"
	}
	return string(text)
}
