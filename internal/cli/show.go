package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphmock/graphmock/internal/metadata"
	"github.com/graphmock/graphmock/internal/spell"
	"github.com/graphmock/graphmock/schemas"
)

const showHelp = `Tell about parts of a contract. A NAME is

  /users/{id}/messages          a path or a URL: all methods on it
  "GET /users/{id}/messages"    one of them
  user, microsoft.graph.user    a type, in any letter case
  uploadSession.create          an operation of the upload API

--schema prints the JSON Schema of a body instead: of a type as it is sent to create
one, or with --use update, answer; of an operation that of its request, or with --use
answer.

Without --contract it looks into what was pulled as graph-v1.0 (as graph-beta if that
is all, or if a URL says so), and into the upload API. --format json prints a list.`

type showCommand struct {
	env       *Env
	format    string
	schema    bool
	use       string
	contracts contractFlags
}

func newShow(env *Env) *cobra.Command {
	c := &showCommand{env: env}
	cmd := &cobra.Command{
		Use:   "show NAME…",
		Short: "Tell about types, paths and operations",
		Long:  showHelp,
		Example: "  graphmock contract show user\n  graphmock contract show 'POST /me/sendMail'\n" +
			"  graphmock contract show --schema --use update message",
		RunE: func(_ *cobra.Command, args []string) error { return c.run(args) },
	}
	fs := cmd.Flags()
	addValue(fs, "contract", "name|file", "", "look into this contract: its name, a metadata file or version=file; repeatable", c.contracts.addContract)
	addChoice(fs, &c.format, "format", "text", "how to print it", "text", "json")
	fs.BoolVar(&c.schema, "schema", false, "print the JSON Schema of a body")
	addChoice(fs, &c.use, "use", "", "what the schema is for", "create", "update", "answer", "request")
	return cmd
}

func (c *showCommand) run(args []string) error {
	switch {
	case len(args) == 0:
		return usagef("there is nothing to show").hint("graphmock contract show user").hint("graphmock contract show /me/messages")
	case c.use != "" && !c.schema:
		return usagef("--use needs --schema").hint("graphmock contract show --schema --use %s %s", c.use, quoteArg(args[0]))
	case c.schema && len(args) > 1:
		return usagef("want one name with --schema").hint("graphmock contract show --schema %s", quoteArg(args[0]))
	}
	l, err := c.library()
	if err != nil {
		return err
	}
	var errs []error
	var shown []any
	for i, arg := range args {
		s, err := l.find(arg)
		switch {
		case err != nil:
			errs = append(errs, err)
		case c.schema:
			errs = append(errs, c.printSchema(s))
		case c.format == "json":
			shown = append(shown, s.documents()...)
		default:
			if i > 0 {
				fmt.Fprintln(c.env.Stdout)
			}
			errs = append(errs, s.print(c.env.Stdout))
		}
	}
	if len(shown) > 0 {
		errs = append(errs, writeJSON(c.env.Stdout, shown))
	}
	return errors.Join(errs...)
}

// quoteArg returns an argument as it has to be typed.
func quoteArg(arg string) string {
	if strings.ContainsAny(arg, " $(){}'*?&") {
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	return arg
}

// A subject is what is shown.
type subject struct {
	typ        *schemas.TypeInfo
	contract   *schemas.Contract    // of typ
	operations []*schemas.Operation // unless it is a type
}

// A lookup finds subjects in contracts. Those made of metadata are loaded when they are needed.
type lookup struct {
	written   []*schemas.Contract
	documents []document
	loaded    map[string]*schemas.Contract // file and version → contract
	shelf     *shelf
	chosen    bool // by --contract
}

func (c *showCommand) library() (*lookup, error) {
	l := &lookup{shelf: &c.contracts.shelf, loaded: make(map[string]*schemas.Contract)}
	documents, err := c.contracts.chosen()
	if err != nil {
		return nil, err
	}
	set, err := schemas.Embedded().Pin(c.contracts.names...)
	if err != nil {
		return nil, err
	}
	l.documents, l.written = documents, newestFirst(set)
	l.chosen = len(c.contracts.documents)+len(c.contracts.names) > 0
	if l.chosen && len(c.contracts.names) == 0 {
		l.written = nil
	}
	if len(c.contracts.names) > 0 {
		l.written = slices.DeleteFunc(l.written, func(w *schemas.Contract) bool { return !slices.Contains(c.contracts.names, w.Name) })
		l.documents = c.contracts.documents
	}
	return l, nil
}

// whole returns the contract made of metadata that is looked into, nil if there is none: that
// of a version, "" for the first.
func (l *lookup) whole(version string) (*schemas.Contract, error) {
	for _, d := range l.documents {
		if version != "" && version != d.version {
			continue
		}
		key := d.version + "=" + d.file
		if c := l.loaded[key]; c != nil {
			return c, nil
		}
		c, err := d.load()
		if err != nil {
			return nil, err
		}
		l.loaded[key] = c
		return c, nil
	}
	return nil, nil
}

// find returns what a name means.
func (l *lookup) find(name string) (*subject, error) {
	method, path, ok := strings.Cut(strings.TrimSpace(name), " ")
	switch {
	case ok && method != "" && isPath(strings.TrimSpace(path)):
		return l.path(name, strings.ToUpper(method), strings.TrimSpace(path))
	case isPath(name):
		return l.path(name, "", name)
	}
	for _, w := range l.written {
		if op := w.Operation(name); op != nil {
			return &subject{operations: []*schemas.Operation{op}}, nil
		}
	}
	whole, err := l.whole("")
	switch {
	case err != nil:
		return nil, err
	case whole == nil:
		return nil, l.unknown(name)
	}
	info, err := whole.Type(name)
	if err == nil {
		return &subject{typ: info, contract: whole}, nil
	}
	f := usagef("%w", err)
	if meant := spell.Closest(name, l.ids()); meant != "" && !strings.Contains(err.Error(), "did you mean") {
		f.hint("did you mean %s?", meant)
	}
	if _, err := whole.Path("/" + name); err == nil {
		f.hint("/%s is a path: graphmock contract show /%[1]s", name)
	}
	if len(f.hints) == 0 && !strings.Contains(err.Error(), "did you mean") {
		f.hint("a path starts with /: graphmock contract show /me/messages")
	}
	return nil, f
}

func isPath(text string) bool { return strings.HasPrefix(text, "/") || metadata.IsURL(text) }

// ids returns the ids of the operations of hand-written contracts.
func (l *lookup) ids() []string {
	ids := make(map[string]bool)
	for _, w := range l.written {
		for _, op := range w.Operations() {
			ids[op.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// unknown says that a name is none of an operation, where there are no types.
func (l *lookup) unknown(name string) error {
	if l.chosen {
		f := usagef("no operation %q in %s", name, l.written[0].Name).hintMeant(name, l.ids(), "", "")
		return f.hint("there are %s", strings.Join(l.ids(), ", "))
	}
	f := usagef("nothing is known of %q: no metadata of Graph was pulled yet", name).hintMeant(name, l.ids(), "", "")
	return f.hint("graphmock contract pull v1.0")
}

// path finds the operations on a path, those of a method if that is not "".
func (l *lookup) path(name, method, path string) (*subject, error) {
	ops, err := l.onPath(path)
	if err != nil {
		return nil, err
	}
	if method == "" {
		return &subject{operations: ops}, nil
	}
	var methods []string
	for _, op := range ops {
		if op.Method == method {
			return &subject{operations: []*schemas.Operation{op}}, nil
		}
		methods = append(methods, op.Method)
	}
	return nil, usagef("%s takes %s, not %s", path, orList(methods), method).hint("graphmock contract show %s", quoteArg(path))
}

// onPath returns the operations on a path. Hand-written contracts know best what they know of.
func (l *lookup) onPath(path string) ([]*schemas.Operation, error) {
	version := versionOf(path)
	for _, w := range l.written {
		if version != "" && version != w.Version || version == "" && !l.chosen && w.Version != "v1.0" {
			continue
		}
		if ops, err := w.Path(path); err == nil {
			return ops, nil
		}
	}
	whole, err := l.whole(version)
	switch {
	case err != nil:
		return nil, err
	case whole != nil:
		ops, err := whole.Path(path)
		if err != nil {
			return nil, usagef("%w", err)
		}
		return ops, nil
	case l.chosen && len(l.written) > 0:
		_, err := l.written[0].Path(path)
		return nil, usagef("%w", err)
	case version == "" || len(l.documents) == 0 && version == "v1.0":
		return nil, usagef("nothing is known of %s: no metadata of Graph was pulled yet", path).hint("graphmock contract pull v1.0")
	}
	return nil, usagef("nothing is known of %s: no metadata of %s was pulled yet", path, version).hint("graphmock contract pull %s", version)
}

// versionOf returns the version that a path or URL starts with, or "".
func versionOf(path string) string {
	if _, rest, ok := strings.Cut(path, "://"); ok {
		_, path, _ = strings.Cut(rest, "/")
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	for _, v := range metadata.Versions() {
		if strings.EqualFold(first, v) {
			return v
		}
	}
	return ""
}

// documents returns what is shown in JSON.
func (s *subject) documents() (list []any) {
	if s.typ != nil {
		return []any{typeDocument{s.contract.Name, s.typ}}
	}
	for _, op := range s.operations {
		list = append(list, newOperationDocument(op))
	}
	return list
}

type typeDocument struct {
	Contract string `json:"contract"`
	*schemas.TypeInfo
}

// printSchema prints the schema of a body.
func (c *showCommand) printSchema(s *subject) error {
	text, err := c.schemaOf(s)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.env.Stdout, strings.TrimSpace(b.String()))
	return err
}

func (c *showCommand) schemaOf(s *subject) ([]byte, error) {
	if s.typ != nil {
		switch c.use {
		case "":
			c.use = "create"
		case "request":
			return nil, usagef("--use request is for operations: a type has create, update and answer").hint("--use create")
		}
		return s.contract.TypeSchema(s.typ.Name, schemas.Use(c.use))
	}
	if len(s.operations) > 1 {
		f := usagef("there are several operations on that path")
		for _, op := range s.operations {
			f.hint("graphmock contract show --schema %s", quoteArg(op.ID))
		}
		return nil, f
	}
	op := s.operations[0]
	var body *schemas.Schema
	switch {
	case c.use == "answer", c.use == "" && op.Request == nil:
		if body = op.Response.Schema; body == nil {
			return nil, failf("%s is not answered with JSON: %s", op.ID, answerText(op))
		}
	case c.use == "create", c.use == "update":
		return nil, usagef("--use %s is for types: an operation has request and answer", c.use).hint("--use request")
	case op.Request == nil || op.Request.Schema == nil:
		return nil, failf("%s takes no JSON body", op.ID).hint("--use answer")
	default:
		body = op.Request.Schema
	}
	return body.Source()
}
