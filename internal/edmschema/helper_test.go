package edmschema

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/graphmock/graphmock/internal/edm"
)

// shared is the folder with real metadata and documentation. It is no part of the module.
const shared = "../../../shared"

// real returns the model of a real metadata file. It skips the test if that is not there.
func real(tb testing.TB, file string) *edm.Model {
	tb.Helper()
	m, err := models(filepath.Join(shared, "csdl", file))
	if os.IsNotExist(err) {
		tb.Skipf("no real metadata here: %v", err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// example returns the model of testdata/example.csdl, which has each rule once.
func example(tb testing.TB) *edm.Model {
	tb.Helper()
	m, err := models("testdata/example.csdl")
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

var (
	parsedMu sync.Mutex
	parsed   = make(map[string]*edm.Model)
)

func models(file string) (*edm.Model, error) {
	parsedMu.Lock()
	defer parsedMu.Unlock()
	if m := parsed[file]; m != nil {
		return m, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m, err := edm.Parse(text)
	if err == nil {
		parsed[file] = m
	}
	return m, err
}

func structType(tb testing.TB, m *edm.Model, name string) edm.Type {
	tb.Helper()
	t, err := m.Type(name)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// compile returns the compiled document. It stops the test if the meta-schema refuses it.
func compile(tb testing.TB, doc []byte) *jsonschema.Schema {
	tb.Helper()
	s, err := compiled(doc)
	if err != nil {
		tb.Fatalf("%v\n%s", err, doc)
	}
	return s
}

func compiled(doc []byte) (*jsonschema.Schema, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(cachedRegexp)
	url := value.(map[string]any)["$id"].(string)
	if err := c.AddResource(url, value); err != nil {
		return nil, err
	}
	return c.Compile(url)
}

var regexps sync.Map // pattern → *regexp.Regexp

// cachedRegexp compiles each pattern once, as every object has the same one.
func cachedRegexp(pattern string) (jsonschema.Regexp, error) {
	if re, ok := regexps.Load(pattern); ok {
		return re.(jsonschema.Regexp), nil
	}
	re, err := regexp.Compile(pattern)
	if err == nil {
		regexps.Store(pattern, re)
	}
	return re, err
}

// faults returns "" if text is valid, else the keywords that refused it and where, sorted.
func faults(tb testing.TB, s *jsonschema.Schema, text string) string {
	tb.Helper()
	return faultsOf(s, decode(tb, text))
}

func faultsOf(s *jsonschema.Schema, v any) string {
	err := s.Validate(v)
	if err == nil {
		return ""
	}
	var list []string
	var visit func(e *jsonschema.ValidationError)
	visit = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			keyword := cmp.Or(strings.Join(e.ErrorKind.KeywordPath(), "/"), "refused") // "not" and false have no path
			list = append(list, "/"+strings.Join(e.InstanceLocation, "/")+" "+keyword)
		}
		for _, cause := range e.Causes {
			visit(cause)
		}
	}
	visit(err.(*jsonschema.ValidationError))
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}

func decode(tb testing.TB, text string) any {
	tb.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return v
}
