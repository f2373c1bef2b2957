package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/graphmock/graphmock/internal/metadata"
	"github.com/graphmock/graphmock/schemas"
)

// A document is metadata that a contract can be made of.
type document struct {
	name    string // of the contract
	version string // "v1.0" or "beta"
	file    string // as it was given, or relative to the working directory

	folder *metadata.Folder // that lists it; nil if it was not pulled
	entry  metadata.Entry   // of the folder
}

func (d document) String() string {
	if d.folder != nil {
		return d.name
	}
	return d.file
}

// read returns the text, which has to be what was pulled.
func (d document) read() ([]byte, error) {
	if d.folder != nil {
		return d.folder.Read(d.entry)
	}
	return metadata.ReadFile(d.file)
}

// load makes the contract.
func (d document) load() (*schemas.Contract, error) {
	text, err := d.read()
	if err != nil {
		return nil, withAdvice(err)
	}
	return schemas.ParseMetadata(d.name, d.version, d.file, text)
}

// loadAll makes the contracts of documents. It goes on after an error.
func loadAll(documents []document) ([]*schemas.Contract, error) {
	contracts, errs := make([]*schemas.Contract, len(documents)), make([]error, len(documents))
	var wg sync.WaitGroup
	for i, d := range documents {
		wg.Go(func() { contracts[i], errs[i] = d.load() })
	}
	wg.Wait()
	return contracts, errors.Join(errs...)
}

// withAdvice makes hints of what a mismatch advises.
func withAdvice(err error) error {
	m, ok := errors.AsType[*metadata.MismatchError](err)
	if !ok {
		return err
	}
	f := failf("%s %s", m.File, m.What)
	for _, line := range m.Advice {
		f.hint("%s", line)
	}
	return f
}

// A shelf is the folder of pulled metadata that belongs to the working
// directory, or the one of --dir.
type shelf struct {
	dir    string           // of --dir, "" if it is looked for
	folder *metadata.Folder // nil if there is none, or none was looked for yet
	looked bool
}

// addDir adds the flag for a folder that is not found by itself.
func addDir(fs *pflag.FlagSet, s *shelf) {
	addValue(fs, "dir", "folder", "", "the folder that documents were pulled to, unless it is graphmock here or above", func(text string) error {
		info, err := os.Stat(text)
		switch {
		case err != nil:
			return notThere(text, err)
		case !info.IsDir():
			return usagef("it is no folder")
		}
		s.dir = text
		return nil
	})
}

// open returns the folder, nil if there is none.
func (s *shelf) open() (_ *metadata.Folder, err error) {
	if s.looked {
		return s.folder, nil
	}
	dir := s.dir
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		if dir = metadata.Find(wd); dir != "" {
			dir = shortPath(wd, dir)
		}
	}
	if dir != "" {
		if s.folder, err = metadata.Open(dir); err != nil {
			return nil, err
		}
	}
	s.looked = true
	return s.folder, nil
}

// shortPath returns a path as seen from wd, if that is shorter.
func shortPath(wd, path string) string {
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

func (s *shelf) of(e metadata.Entry) document {
	return document{name: e.Name, version: e.Version, file: s.folder.Path(e), folder: s.folder, entry: e}
}

// all returns everything that was pulled.
func (s *shelf) all() ([]document, error) {
	folder, err := s.open()
	if err != nil || folder == nil {
		return nil, err
	}
	var list []document
	for _, e := range folder.Entries() {
		list = append(list, s.of(e))
	}
	return list, nil
}

// usual returns what is used unless something else is asked for: Graph as it is in the global
// cloud.
func (s *shelf) usual() ([]document, error) {
	list, err := s.all()
	if err != nil {
		return nil, orFailed(err).hint("--contract embedded goes without what was pulled")
	}
	list = slices.DeleteFunc(list, func(d document) bool {
		return d.entry.Cloud != metadata.Global || d.name != metadata.DefaultName(d.version, metadata.Global)
	})
	slices.Reverse(list) // v1.0 before beta
	return list, nil
}

// document returns what is meant on the command line: the name of something that was
// pulled, a file, or VERSION=FILE. Whether it can be used shows later.
func (s *shelf) document(text string) (document, error) {
	if d, ok, err := s.named(text); ok || err != nil {
		return d, err
	}
	version, file, ok := strings.Cut(text, "=")
	if !ok || !slices.Contains(metadata.Versions(), version) {
		version, file = "", text
	}
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir() && version == "":
		if _, err := os.Stat(filepath.Join(file, metadata.LockName)); err != nil {
			return document{}, s.unknown(text)
		}
		return document{}, usagef("it is a folder").hint("name one of its files").hint("graphmock contract list --dir %s tells of them", file)
	case err == nil && info.IsDir():
		return document{}, usagef("%s is a folder", file)
	case err != nil && version == "" && !looksLikeFile(file):
		return document{}, s.unknown(text)
	case err != nil:
		return document{}, notThere(file, err)
	}
	return s.fromFile(version, file)
}

// named returns what was pulled under a name.
func (s *shelf) named(name string) (d document, ok bool, err error) {
	folder, err := s.open()
	if err != nil || folder == nil {
		return document{}, false, err
	}
	e, ok := folder.Entry(name)
	if !ok {
		return document{}, false, nil
	}
	return s.of(e), true, nil
}

// fromFile returns the document in a file, which may be listed in its folder. The version counts
// more than what is listed.
func (s *shelf) fromFile(version, file string) (document, error) {
	folder, e, listed, err := metadata.Lookup(file)
	d := document{file: file}
	switch {
	case err != nil:
		return document{}, err
	case listed:
		d.name, d.version, d.folder, d.entry = e.Name, e.Version, folder, e
	default:
		d.name, d.version = metadata.Guess(file)
	}
	if version != "" {
		d.version = version
	}
	return d, nil
}

// looksLikeFile reports whether a text means a file rather than a name.
func looksLikeFile(text string) bool {
	ext := strings.ToLower(filepath.Ext(text))
	return strings.ContainsAny(text, `/\`) || ext == metadata.Extension || ext == ".xml"
}

// unknown says that there is no contract of that name, and what there is.
func (s *shelf) unknown(name string) error {
	names := embeddedNames()
	pulled, _ := s.all() // an error was reported before
	for _, d := range pulled {
		names = append(names, d.name)
	}
	f := usagef("no such contract")
	switch {
	case len(pulled) == 0 && strings.HasPrefix(name, "graph"):
		version := "v1.0"
		if strings.Contains(name, "beta") {
			version = "beta"
		}
		f.hint("graphmock contract pull %s", version)
	default:
		f.hintMeant(name, names, "--contract ", "")
	}
	return f.hint("there are %s", strings.Join(names, ", "))
}

// nothingPulled says that there is no metadata to look at, and how to get it.
func (s *shelf) nothingPulled() error {
	if s.dir != "" {
		return usagef("there is no metadata in %s", s.dir).hint("graphmock contract pull v1.0 --dir %s", s.dir)
	}
	return usagef("no metadata of Graph was pulled yet: there is no folder %s with a %s here or above", metadata.FolderName, metadata.LockName).
		hint("graphmock contract pull v1.0")
}
