package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/schemas"
)

const rulesHelp = `Print the rules that calls are held to.

With the id of a rule, tell about that one; with the name of a group, such as
csv, list its rules. --rule ID=SEVERITY of the other commands grades a rule
differently.`

type rulesCommand struct {
	env    *Env
	format string
}

func newRules(env *Env) *cobra.Command {
	c := &rulesCommand{env: env}
	cmd := &cobra.Command{
		Use:   "rules [ID]",
		Short: "List the rules, or tell about one",
		Long:  rulesHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("want one id of a rule, or none").hint("graphmock rules %s", args[0])
			}
			return c.run(args)
		},
	}
	addChoice(cmd.Flags(), &c.format, "format", "text", "how to print them", "text", "json")
	return cmd
}

// ruleDocument is a rule in JSON.
type ruleDocument struct {
	ID       string           `json:"id"`
	Severity schemas.Severity `json:"severity"` // unless --rule says otherwise
	Status   int              `json:"status"`   // of the refusal; 0: Graph accepts it, or its answer depends
	Summary  string           `json:"summary"`  // what holds if the rule is kept
}

func newRuleDocument(r schemas.Rule) ruleDocument {
	return ruleDocument{r.ID, r.Severity, r.Status, r.Summary}
}

func (c *rulesCommand) run(args []string) error {
	if len(args) == 0 {
		return c.list(schemas.AllRules())
	}
	group := strings.TrimSuffix(strings.TrimSuffix(args[0], "*"), ".") + "."
	rules := slices.DeleteFunc(schemas.AllRules(), func(r schemas.Rule) bool { return !strings.HasPrefix(r.ID, group) })
	if len(rules) > 0 {
		return c.list(rules)
	}
	rule, err := schemas.RuleByID(args[0])
	if err != nil {
		return usagef("no rule %q", args[0]).hintMeant(args[0], ruleNames(), "graphmock rules ", "").hint("graphmock rules lists them")
	}
	return c.tell(rule)
}

func (c *rulesCommand) list(rules []schemas.Rule) error {
	if c.format == "json" {
		documents := []ruleDocument{}
		for _, r := range rules {
			documents = append(documents, newRuleDocument(r))
		}
		return c.json(documents)
	}
	w := tabwriter.NewWriter(c.env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tSEVERITY\tSUMMARY")
	for _, r := range rules {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, r.Severity, r.Summary)
	}
	return w.Flush()
}

func (c *rulesCommand) tell(r schemas.Rule) error {
	if c.format == "json" {
		return c.json(newRuleDocument(r))
	}
	meaning := map[schemas.Severity]string{
		schemas.Error:   "Graph refuses it",
		schemas.Warning: "Graph accepts it, and it is wrong or fragile",
		schemas.Note:    "worth knowing; Graph accepts it",
	}
	w := tabwriter.NewWriter(c.env.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\n", r.ID)
	fmt.Fprintf(w, "  %s\n\n", r.Summary)
	fmt.Fprintf(w, "  severity\t%s: %s\n", r.Severity, meaning[r.Severity])
	if r.Status != 0 {
		fmt.Fprintf(w, "  answer\t%d %s\n", r.Status, http.StatusText(r.Status))
	}
	fmt.Fprintf(w, "  to change\t--rule %s=%s\n", r.ID, suggestedSeverity(r.Severity))
	fmt.Fprintf(w, "  examples\tdocs/rules.md\n")
	return w.Flush()
}

// suggestedSeverity is another one than s, for an example.
func suggestedSeverity(s schemas.Severity) schemas.Severity {
	if s == schemas.Error {
		return schemas.Warning
	}
	return schemas.Error
}

func (c *rulesCommand) json(v any) error { return writeJSON(c.env.Stdout, v) }

// writeJSON writes a value as a person reads it.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
