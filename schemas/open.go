package schemas

import (
	"errors"
	"fmt"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/metadata"
)

// OpenMetadata makes a contract of a metadata document in a file of at most 64 MiB, as
// [ParseMetadata] does. Findings name the file as it is given here.
//
// If the file was pulled by "graphmock contract pull", that is, listed in a contracts.json beside
// it, the name and version of the contract come from there, and it is an error if the file is not the
// one that was pulled any more. Otherwise the name is the file's without its
// extension, and the version "beta" if there is "beta" in the name, else "v1.0". A file that is
// called as a contract that comes with graphmock, such as v1.0.csdl, makes a contract "graph-v1.0".
func OpenMetadata(file string) (*Contract, error) {
	doc, err := metadata.Load(file)
	if err != nil {
		return nil, err
	}
	return ParseMetadata(doc.Name, doc.Version, file, doc.Text)
}

// A MetadataError is one mistake in a metadata document.
type MetadataError struct {
	Source       string // of the document: its file
	Line, Column int    // from 1
	Message      string
}

func (e *MetadataError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Source, e.Line, e.Column, e.Message)
}

// metadataErrors names the document in each of the errors of its parser.
func metadataErrors(source string, err error) error {
	list, ok := errors.AsType[csdl.ErrorList](err)
	if !ok {
		return fmt.Errorf("%s: %w", source, err)
	}
	errs := make([]error, len(list))
	for i, e := range list {
		errs[i] = &MetadataError{source, e.Line, e.Column, e.Message}
	}
	return errors.Join(errs...)
}

// Counts says how large a contract is.
type Counts struct {
	Types      int `json:"types"`      // entity types, complex types and enumerations of metadata
	Operations int `json:"operations"` // of a hand-written contract; of metadata its actions and functions
	Entries    int `json:"entries"`    // entity sets, singletons and imports of metadata
}

// Counts counts what the contract declares.
func (c *Contract) Counts() Counts {
	if c.model == nil {
		return Counts{Operations: len(c.operations)}
	}
	return Counts{
		Types:      len(c.model.Structs()) + len(c.model.Enums()),
		Operations: len(c.model.Operations()),
		Entries:    len(c.model.Sets) + len(c.model.Imports),
	}
}

// Templates returns the operation's paths from the version on, with the names of keys in
// braces: "/v1.0/users/{id}/messages". Of a place that several ways lead to the first is told.
func (op *Operation) Templates() []string {
	var list []string
	for _, path := range op.Paths {
		list = append(list, "/"+op.Contract.Version+op.Contract.expand(path))
	}
	return list
}
