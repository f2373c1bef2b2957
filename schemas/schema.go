package schemas

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// library holds the schemas and CSV descriptions of one file system.
type library struct {
	files fs.FS

	mu       sync.Mutex // guards what follows; the compiler is not for concurrent use
	compiler *jsonschema.Compiler
	schemas  map[string]*Schema // file → schema
}

const schemaScheme = "graphmock"

func newLibrary(files fs.FS) *library {
	l := &library{files: files, schemas: make(map[string]*Schema), compiler: jsonschema.NewCompiler()}
	l.compiler.DefaultDraft(jsonschema.Draft2020)
	l.compiler.AssertFormat()
	l.compiler.UseRegexpEngine(compileRegexp)
	l.compiler.UseLoader(jsonschema.SchemeURLLoader{schemaScheme: l})
	return l
}

// compileRegexp compiles the pattern of annotations, which stands in every
// schema and is matched with every member, to a plain search.
func compileRegexp(pattern string) (jsonschema.Regexp, error) {
	if pattern == string(annotationPattern) {
		return annotationPattern, nil
	}
	return regexp.Compile(pattern)
}

// annotationPattern is in the name of every annotation.
const annotationPattern = substring("@")

// A substring is a pattern without any special character.
type substring string

func (s substring) MatchString(text string) bool { return strings.Contains(text, string(s)) }
func (s substring) String() string               { return string(s) }

// Load implements [jsonschema.URLLoader] for references between files.
func (l *library) Load(url string) (any, error) {
	f, err := l.files.Open(strings.TrimPrefix(url, schemaScheme+":///"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return jsonschema.UnmarshalJSON(f)
}

// schema returns the schema of a file, which is compiled on first use.
func (l *library) schema(file string) *Schema {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.schemas[file]
	if s == nil {
		s = &Schema{body: &fileSchema{file: file, library: l}}
		l.schemas[file] = s
	}
	return s
}

func (l *library) compile(file string) (*jsonschema.Schema, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.compiler.Compile(schemaScheme + ":///" + file)
}

// A Schema says what a JSON body may be: it is a JSON Schema (2020-12) that is a file
// of a contract, or a form that is made from metadata. It is compiled
// when it is first used and may be used by several goroutines at once.
type Schema struct{ body body }

// Name returns the schema's file, such as "v1.0/uploadSession.json", or the type that it
// was made from.
func (s *Schema) Name() string { return s.body.Name() }

// Source returns the schema as JSON Schema: one of a file may refer to other files.
func (s *Schema) Source() ([]byte, error) { return s.body.Source() }

// Compile reports whether the schema, and all that it refers to, is valid. It need not be called.
func (s *Schema) Compile() error { return s.body.Compile() }

// body is a file, a form or what Graph says of batches.
type body interface {
	Name() string
	Source() ([]byte, error)
	Compile() error

	// judge reports what is wrong with a decoded value, and returns it in the contract's
	// spelling of names.
	judge(c *checker, value any, in Location) any
}

// Shape returns of v only what the schema declares, spelt as the schema spells
// it: members it does not know are left out, members of enumerations take its
// letter case, and where it asks for an @odata.type that v lacks the first
// allowed one is filled in. A superset of all revisions so becomes the answer of one. v itself
// is not changed; the result shares what did not have to change. A schema that is no file
// leaves v as it is.
func (s *Schema) Shape(v any) (any, error) {
	file, ok := s.body.(*fileSchema)
	if !ok {
		return v, nil
	}
	if err := file.Compile(); err != nil {
		return nil, err
	}
	return shape(file.root, v), nil
}

// A fileSchema is a JSON Schema in a file.
type fileSchema struct {
	file    string
	library *library

	once  sync.Once
	root  *jsonschema.Schema
	parts map[string]*jsonschema.Schema // location → part, for looking up what was declared
	err   error
}

func (s *fileSchema) Name() string { return s.file }

func (s *fileSchema) Source() ([]byte, error) { return fs.ReadFile(s.library.files, s.file) }

func (s *fileSchema) Compile() error {
	s.once.Do(func() {
		if s.root, s.err = s.library.compile(s.file); s.err != nil {
			s.err = fmt.Errorf("%s: %w", s.file, s.err)
			return
		}
		s.parts = make(map[string]*jsonschema.Schema)
		s.collect(s.root)
	})
	return s.err
}

// collect notes root and every schema below it.
func (s *fileSchema) collect(part *jsonschema.Schema) {
	if part == nil || s.parts[part.Location] != nil {
		return
	}
	s.parts[part.Location] = part
	s.collect(part.Ref)
	s.collect(part.Items2020)
	for _, p := range part.Properties {
		s.collect(p)
	}
	for _, p := range slices.Concat(part.AnyOf, part.OneOf, part.AllOf) {
		s.collect(p)
	}
	if p, ok := part.AdditionalProperties.(*jsonschema.Schema); ok {
		s.collect(p)
	}
}

// A violation is one way in which a value breaks a schema.
type violation struct {
	root    any      // the whole value
	path    []string // names and indexes that lead to the value
	keyword jsonschema.ErrorKind
	part    *jsonschema.Schema // that declares the keyword; never nil
	source  string             // file#/pointer of the keyword's schema
}

// validate returns the violations of a decoded value, none if it fits.
func (s *fileSchema) validate(value any) ([]violation, error) {
	if err := s.Compile(); err != nil {
		return nil, err
	}
	err := s.root.Validate(value)
	if err == nil {
		return nil, nil
	}
	var tree *jsonschema.ValidationError
	if !errors.As(err, &tree) {
		return nil, err
	}
	list := s.leaves(nil, tree)
	for i := range list {
		list[i].root = value
	}
	return list, nil
}

// leaves appends the reasons at the ends of an error tree. Of alternatives
// that all failed, the one that came nearest speaks.
func (s *fileSchema) leaves(list []violation, e *jsonschema.ValidationError) []violation {
	if len(e.Causes) == 0 {
		part := s.parts[e.SchemaURL]
		if part == nil { // below a keyword that collect does not follow
			part = new(jsonschema.Schema)
		}
		return append(list, violation{
			path:    e.InstanceLocation,
			keyword: e.ErrorKind,
			part:    part,
			source:  strings.TrimPrefix(e.SchemaURL, schemaScheme+":///"),
		})
	}
	if keyword := path.Join(e.ErrorKind.KeywordPath()...); keyword == "anyOf" || keyword == "oneOf" {
		return append(list, s.nearestBranch(e.Causes)...)
	}
	for _, cause := range e.Causes {
		list = s.leaves(list, cause)
	}
	return list
}

// nearestBranch prefers branches whose reasons lie deeper in the value (their
// type was right), then those with fewer of them.
func (s *fileSchema) nearestBranch(causes []*jsonschema.ValidationError) []violation {
	var best []violation
	depth := func(list []violation) int {
		shallowest := len(list[0].path)
		for _, v := range list {
			shallowest = min(shallowest, len(v.path))
		}
		return shallowest
	}
	for _, cause := range causes {
		list := s.leaves(nil, cause)
		if best == nil || depth(list) > depth(best) || depth(list) == depth(best) && len(list) < len(best) {
			best = list
		}
	}
	return best
}

func shape(part *jsonschema.Schema, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if object := declared(part, "object"); object != nil && object.Properties != nil {
			return shapeObject(object, v)
		}
	case []any:
		if array := declared(part, "array"); array != nil && array.Items2020 != nil {
			out := make([]any, len(v))
			for i, item := range v {
				out[i] = shape(array.Items2020, item)
			}
			return out
		}
	case string:
		for _, member := range members(part) {
			if text, ok := member.(string); ok && strings.EqualFold(text, v) {
				return text
			}
		}
	}
	return v
}

func shapeObject(object *jsonschema.Schema, v map[string]any) map[string]any {
	out := make(map[string]any, len(v))
	for name, value := range v {
		if p := object.Properties[name]; p != nil {
			out[name] = shape(p, value)
		} else if isAnnotation(name) {
			out[name] = value
		}
	}
	const typeName = "@odata.type"
	if p := object.Properties[typeName]; p != nil && out[typeName] == nil && slices.Contains(object.Required, typeName) {
		if allowed := members(p); len(allowed) > 0 {
			out[typeName] = allowed[0]
		}
	}
	return out
}

// declared follows references and alternatives from part to the schema that
// describes values of the given JSON type; nil if there is none.
func declared(part *jsonschema.Schema, jsonType string) *jsonschema.Schema {
	for part != nil && part.Ref != nil {
		part = part.Ref
	}
	if part == nil {
		return nil
	}
	for _, branch := range slices.Concat(part.AnyOf, part.OneOf) {
		if found := declared(branch, jsonType); found != nil {
			return found
		}
	}
	if part.Types != nil && slices.Contains(part.Types.ToStrings(), jsonType) {
		return part
	}
	return nil
}

// members returns the values that an enum or a const allows, in order.
func members(part *jsonschema.Schema) []any {
	for part != nil && part.Ref != nil {
		part = part.Ref
	}
	switch {
	case part == nil:
		return nil
	case part.Enum != nil:
		return part.Enum.Values
	case part.Const != nil:
		return []any{*part.Const}
	}
	for _, branch := range slices.Concat(part.AnyOf, part.OneOf) {
		if list := members(branch); list != nil {
			return list
		}
	}
	return nil
}

// isAnnotation reports whether a member is control information or an instance
// annotation: @odata.context, files@odata.count, @microsoft.graph.downloadUrl.
func isAnnotation(name string) bool { return annotationPattern.MatchString(name) }
