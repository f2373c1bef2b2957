package cli

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphmock/graphmock/schemas"
)

// A value is a flag that reads its text with a function.
type value struct {
	kind string // of the value, for people: "addr"
	text string // the default, then the last that was set
	set  func(text string) error
}

func (v *value) String() string { return v.text }
func (v *value) Type() string   { return v.kind }

func (v *value) Set(text string) error {
	if err := v.set(text); err != nil {
		return err
	}
	v.text = text
	return nil
}

// addValue adds a flag that set reads. In its usage the value is called kind.
func addValue(fs *pflag.FlagSet, name, kind, def, usage string, set func(string) error) {
	fs.Var(&value{kind: kind, text: def, set: set}, name, usage)
}

// variables are the flags that may also be given in the environment. Those in
// lists take several values there, separated by commas.
var variables = map[string]string{
	"addr":     "GRAPHMOCK_ADDR",
	"tls-addr": "GRAPHMOCK_TLS_ADDR",
	"contract": "GRAPHMOCK_CONTRACT",
	"rule":     "GRAPHMOCK_RULE",
	"report":   "GRAPHMOCK_REPORT",
	"auth":     "GRAPHMOCK_AUTH",
	"seed":     "GRAPHMOCK_SEED",
}

var lists = []string{"contract", "rule", "report"}

// nameVariables tells of the variables in the usage of their flags.
func nameVariables(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		nameVariables(cmd)
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if v := variables[f.Name]; v != "" {
				f.Usage += " [$" + v + "]"
			}
		})
	}
}

// setFromEnv sets the flags that were not given from the environment.
func setFromEnv(cmd *cobra.Command, getenv func(string) string) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		variable := variables[f.Name]
		if variable == "" || f.Changed || err != nil {
			return
		}
		text := getenv(variable)
		if text == "" {
			return
		}
		values := []string{text}
		if slices.Contains(lists, f.Name) {
			values = strings.Split(text, ",")
		}
		for _, v := range values {
			if e := f.Value.Set(v); e != nil {
				err = badFlagValue(variable, f, v, e)
				return
			}
		}
		f.Changed = true
	})
	return err
}

// addAddr adds a flag for the address of a listener.
func addAddr(fs *pflag.FlagSet, to *string, name, def, usage string) {
	*to = def
	addValue(fs, name, "addr", def, usage, func(text string) error {
		host, port, err := net.SplitHostPort(text)
		if err != nil {
			f := usagef("want HOST:PORT")
			if _, err := strconv.ParseUint(text, 10, 16); err == nil {
				f.hint("--%s 127.0.0.1:%s", name, text)
			}
			return f
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			if host == "" { // would be all interfaces
				host = "127.0.0.1"
			}
			return usagef("want a port from 0 to 65535 behind the colon").hint("--%s %s takes a free port", name, net.JoinHostPort(host, "0"))
		}
		*to = text
		return nil
	})
}

// addChoice adds a flag that takes one of some words.
func addChoice(fs *pflag.FlagSet, to *string, name, def, usage string, choices ...string) {
	*to = def
	addValue(fs, name, strings.Join(choices, "|"), def, usage, func(text string) error {
		if !slices.Contains(choices, text) {
			return usagef("want %s", orList(choices)).hintMeant(text, choices, "--"+name+" ", "")
		}
		*to = text
		return nil
	})
}

func orList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// addSize adds a flag for a number of bytes. Zero is the default of whoever takes it.
func addSize(fs *pflag.FlagSet, to *int, name, usage string) {
	addValue(fs, name, "size", "", usage, func(text string) (err error) {
		if *to, err = parseSize(text); err != nil {
			return usagef("%w", err).hint("--%s 4MiB", name)
		}
		return nil
	})
}

func parseSize(text string) (int, error) {
	number, unit := text, 1
	for suffix, bytes := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			number, unit = rest, bytes
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n <= 0 || n > (1<<31-1)/int64(unit) {
		return 0, fmt.Errorf("want a number of bytes above 0 and below 2GiB, or of KiB or MiB")
	}
	return int(n) * unit, nil
}

// contractFlags say what requests are held to.
type contractFlags struct {
	names     []string   // of contracts that come with graphmock, which are pinned
	documents []document // metadata that was asked for
	embedded  bool       // pulled metadata is not used unless it is asked for
	rules     schemas.Rules
	shelf     shelf
}

const contractUsage = "hold requests to this contract: its name, a metadata file or version=file; repeatable"

func (f *contractFlags) add(fs *pflag.FlagSet) {
	addValue(fs, "contract", "name|file", "", contractUsage, f.addContract)
	addValue(fs, "rule", "id=severity", "", "grade a rule as off, note, warning or error; csv.* is a group; repeatable", f.addRule)
}

// embeddedOnly is the name of all contracts that come with graphmock.
const embeddedOnly = "embedded"

func (f *contractFlags) addContract(text string) error {
	names := embeddedNames()
	switch {
	case text == embeddedOnly:
		f.embedded = true
		return nil
	case slices.Contains(names, text):
		f.names = append(f.names, text)
		return nil
	}
	d, err := f.shelf.document(text)
	if err != nil {
		return orFailed(err)
	}
	f.documents = append(f.documents, d)
	return nil
}

func embeddedNames() []string {
	var names []string
	for _, c := range newestFirst(schemas.Embedded()) {
		names = append(names, c.Name)
	}
	return names
}

var severities = []string{"off", "note", "warning", "error"}

func (f *contractFlags) addRule(text string) error {
	id, severity, ok := strings.Cut(text, "=")
	if !ok {
		return usagef("want ID=SEVERITY").hint("--rule %s=off", text)
	}
	s, err := schemas.ParseSeverity(severity)
	if err != nil {
		return usagef("no such severity").hintMeant(severity, severities, "--rule "+id+"=", "").hint("there are %s", orList(severities))
	}
	if err := (schemas.Rules{id: s}).Check(); err != nil {
		return usagef("no such rule").hintMeant(id, ruleNames(), "--rule ", "="+severity).hint("graphmock rules lists them")
	}
	if f.rules == nil {
		f.rules = make(schemas.Rules)
	}
	f.rules[id] = s
	return nil
}

// ruleNames returns the ids of all rules and the patterns of their groups.
func ruleNames() []string {
	var names, groups []string
	for _, r := range schemas.AllRules() {
		group, _, _ := strings.Cut(r.ID, ".")
		if !slices.Contains(groups, group+".*") {
			groups = append(groups, group+".*")
		}
		names = append(names, r.ID)
	}
	return append(names, groups...)
}

// set returns the contracts that the flags ask for. Without any metadata among
// them, what was pulled is used.
func (f *contractFlags) set() (*schemas.Set, error) {
	documents, err := f.chosen()
	if err != nil {
		return nil, err
	}
	contracts, err := loadAll(documents)
	if err != nil {
		return nil, err
	}
	set, err := schemas.Embedded().Pin(f.names...)
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(contracts) { // newestFirst turns them round
		set = set.With(c)
	}
	return set.WithRules(f.rules)
}

// chosen returns the metadata that is used.
func (f *contractFlags) chosen() ([]document, error) {
	switch {
	case len(f.documents) == 0 && f.embedded:
		return nil, nil
	case len(f.documents) == 0:
		return f.shelf.usual()
	}
	of := make(map[string]document) // version
	for _, d := range f.documents {
		if other, taken := of[d.version]; taken {
			return nil, usagef("--contract names %s and %s, which are both for %s", other, d, d.version).hint("--contract VERSION=FILE says which version a file is for")
		}
		of[d.version] = d
	}
	return f.documents, nil
}

// named returns the contracts that the flags name, and their versions.
func (f *contractFlags) named() (names, versions []string) {
	for _, name := range f.names {
		if c, err := schemas.Embedded().Contract(name); err == nil {
			names, versions = append(names, name), append(versions, c.Version)
		}
	}
	for _, d := range f.documents {
		names, versions = append(names, d.String()), append(versions, d.version)
	}
	return names, versions
}

// announce says that pulled metadata is used though nobody asked for it.
func (f *contractFlags) announce(env *Env) {
	if len(f.documents) > 0 || f.embedded {
		return
	}
	var names []string
	documents, _ := f.shelf.usual() // it was read before
	for _, d := range documents {
		names = append(names, d.name)
	}
	if len(names) > 0 {
		fmt.Fprintf(env.log, "graphmock: note: using %s of %s/; --contract embedded goes without\n", strings.Join(names, " and "), f.shelf.folder.Dir())
	}
}

// newestFirst returns the contracts of a set in the order in which people look for them.
func newestFirst(set *schemas.Set) []*schemas.Contract {
	contracts := set.Contracts()
	slices.Reverse(contracts)
	return contracts
}
