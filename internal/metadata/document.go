package metadata

import (
	"errors"
	"path/filepath"
	"strings"
)

// A Document is a metadata document that was read from a file.
type Document struct {
	Name    string // of the contract
	Version string // "v1.0" or "beta"
	Text    []byte
}

// Load reads a file. If it is listed in a contracts.json beside it, name and version
// come from there, and it must be the document that was pulled; otherwise from
// its name.
func Load(file string) (*Document, error) {
	folder, e, listed, err := Lookup(file)
	if err != nil {
		return nil, err
	}
	if listed {
		text, err := folder.Read(e)
		return &Document{e.Name, e.Version, text}, err
	}
	name, version := Guess(file)
	text, err := ReadFile(file)
	return &Document{name, version, text}, err
}

// Lookup returns the entry of a file in a contracts.json beside it.
func Lookup(file string) (folder *Folder, e Entry, listed bool, err error) {
	folder, err = Open(filepath.Dir(file))
	switch {
	case errors.Is(err, errForeign): // of another program
		return nil, Entry{}, false, nil
	case err != nil:
		return nil, Entry{}, false, err
	}
	e, listed = folder.EntryOf(filepath.Base(file))
	return folder, e, listed, nil
}

// Guess returns the name of a contract that is made from a file, and its version, by the
// file's name: that without its extension, and "beta" if there is "beta" in it. Names of contracts
// that come with graphmock get "graph-" in front.
func Guess(file string) (name, version string) {
	base := filepath.Base(file)
	name = strings.TrimSuffix(base, filepath.Ext(base))
	version = "v1.0"
	if strings.Contains(strings.ToLower(name), "beta") {
		version = "beta"
	}
	if embeddedPattern.MatchString(strings.ToLower(name)) {
		name = "graph-" + name
	}
	return name, version
}
