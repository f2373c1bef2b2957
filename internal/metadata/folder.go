// Package metadata keeps metadata documents of Graph in a folder of the user's
// repository, as a lock file keeps dependencies: the documents themselves, and
// contracts.json, which says of each where it came from and what its hash is.
//
//	folder, err := metadata.Open("graphmock")
//	...
//	for _, e := range folder.Entries() {
//		text, err := folder.Read(e) // an error if the file is not what was pulled
//		...
//	}
//
// It knows nothing of what the documents say.
package metadata

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/atomicfile"
)

const (
	// FolderName is what the folder is called, in the root of a repository.
	FolderName = "graphmock"
	// LockName is the file in it that lists the documents.
	LockName = "contracts.json"
	// MaxBytes is the size of the largest document.
	MaxBytes = 64 << 20
)

// A Folder is a folder of documents with its list.
type Folder struct {
	dir     string
	entries []Entry // by name
}

// Find returns the folder that belongs to the working directory wd, an absolute path: graphmock/ in
// it or in one of those above it, up to the root of the repository. It is
// "" if there is none that holds a list.
func Find(wd string) string {
	for dir := range above(wd) {
		if _, err := os.Lstat(filepath.Join(dir, FolderName, LockName)); err == nil {
			return filepath.Join(dir, FolderName)
		}
	}
	return ""
}

// Default returns where the folder is to be made if there is none: in the root of
// the repository, and without a repository in wd itself.
func Default(wd string) string {
	for dir := range above(wd) {
		if isRoot(dir) {
			return filepath.Join(dir, FolderName)
		}
	}
	return filepath.Join(wd, FolderName)
}

// above yields a folder and those above it, up to the root of the repository or of the
// file system.
func above(dir string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			if !yield(dir) || isRoot(dir) {
				return
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				return
			}
			dir = parent
		}
	}
}

// isRoot reports whether a folder is the root of a repository. In a worktree .git is
// a file.
func isRoot(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// Open reads the list of a folder. One that is not there yet is empty.
func Open(dir string) (*Folder, error) {
	f := &Folder{dir: dir}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder", dir)
	}
	file := f.path(LockName)
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err != nil:
		return nil, err
	}
	f.entries, err = parseLock(file, data)
	return f, err
}

// Dir returns the folder's path, as it was given to [Open], with slashes.
func (f *Folder) Dir() string { return filepath.ToSlash(f.dir) }

// Entries returns the entries, by name.
func (f *Folder) Entries() []Entry { return slices.Clone(f.entries) }

// Entry returns the entry of that name.
func (f *Folder) Entry(name string) (e Entry, ok bool) {
	return f.first(func(e Entry) bool { return e.Name == name })
}

// EntryOf returns the entry of a file in the folder.
func (f *Folder) EntryOf(file string) (e Entry, ok bool) {
	return f.first(func(e Entry) bool { return e.File == file })
}

func (f *Folder) first(is func(Entry) bool) (e Entry, ok bool) {
	i := slices.IndexFunc(f.entries, is)
	if i < 0 {
		return Entry{}, false
	}
	return f.entries[i], true
}

// Path returns the path of an entry's document, with slashes.
func (f *Folder) Path(e Entry) string { return f.path(e.File) }

// ListPath returns the path of the list.
func (f *Folder) ListPath() string { return f.path(LockName) }

// path returns a path with slashes, which reads the same everywhere and is one on Windows, too.
func (f *Folder) path(name string) string { return filepath.ToSlash(filepath.Join(f.dir, name)) }

// Read returns the document of an entry. If it is not the one that was pulled, or not there, the error
// is a [*MismatchError].
func (f *Folder) Read(e Entry) ([]byte, error) {
	text, err := f.read(e)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, f.mismatch(e, nil)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", f.Path(e), cause(err))
	case Hash(text) != e.SHA256:
		return nil, f.mismatch(e, text)
	}
	return text, nil
}

// read returns what the file holds that belongs to an entry. Links do not lead out of the folder.
func (f *Folder) read(e Entry) ([]byte, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.Open(filepath.FromSlash(e.File))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadLimited(file)
}

// ReadFile returns what a file holds, if that is no more than [MaxBytes].
func ReadFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := ReadLimited(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	return text, nil
}

// ReadLimited reads r to its end. It is an error if that are more than [MaxBytes].
func ReadLimited(r io.Reader) ([]byte, error) { return readLimited(r, MaxBytes) }

func readLimited(r io.Reader, most int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, err
	}
	if len(text) > most {
		return nil, fmt.Errorf("the document has more than %s", size(most))
	}
	return text, nil
}

func size(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

// cause returns the error in one that names a file: it is named already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// A MismatchError says that a document is not the one that was pulled.
type MismatchError struct {
	File   string   // its path
	What   string   // what is wrong, and what was wanted
	Advice []string // what to do about it, each in a line
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s %s; %s", e.File, e.What, strings.Join(e.Advice, "; or: "))
}

// Unwrap returns nothing but [fs.ErrNotExist] for a file that is not there.
func (e *MismatchError) Unwrap() error {
	if strings.HasPrefix(e.What, notThere) {
		return fs.ErrNotExist
	}
	return nil
}

const notThere = "is not there"

// mismatch makes the error of a document that is text, nil if there is none.
func (f *Folder) mismatch(e Entry, text []byte) error {
	m := &MismatchError{File: f.Path(e)}
	lock := f.path(LockName)
	again := "graphmock contract pull " + e.Version
	if e.Cloud != Global {
		again += " --cloud " + e.Cloud
	}
	if e.Name != DefaultName(e.Version, e.Cloud) {
		again += " --name " + e.Name
	}
	from := again + " --from "
	if e.Origin != URL(e.Version, e.Cloud) {
		again = from + e.Origin
	}
	remove := fmt.Sprintf("delete the entry %q of %s if it is not wanted any more", e.Name, lock)
	switch {
	case text == nil:
		m.What = fmt.Sprintf("%s: %s lists it, with SHA-256 %s…", notThere, lock, e.SHA256[:short])
		m.Advice = []string{again + " gets it", remove}
		return m
	case withoutCR(text) == e.SHA256:
		m.What = fmt.Sprintf("has other line ends than the document that was pulled: %s lists SHA-256 %s…", lock, e.SHA256[:short])
		m.Advice = []string{fmt.Sprintf("put the line %q into %s and check the file out again", attributes, f.path(".gitattributes"))}
		return m
	}
	m.What = fmt.Sprintf("is not the document that was pulled: it has SHA-256 %s…, and %s lists %s…", Hash(text)[:short], lock, e.SHA256[:short])
	m.Advice = []string{from + m.File + " keeps it as it is now", again + " gets the document again", remove}
	return m
}

// short is how many digits of a hash are shown.
const short = 12

// withoutCR returns the hash that a text would have if Git had not turned its line
// ends into those of Windows.
func withoutCR(text []byte) string {
	return Hash([]byte(strings.ReplaceAll(string(text), "\r\n", "\n")))
}

// Hash returns the SHA-256 of a document, in hexadecimal.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// A Change says what [Folder.Keep] did.
type Change struct {
	Entry  Entry  // as it is now
	Before *Entry // nil if it is new
	// Old is the document that was replaced, nil if there was none, or none that
	// was right.
	Old []byte
}

// Unchanged reports whether all was there before.
func (c *Change) Unchanged() bool { return c.Old != nil && *c.Before == c.Entry }

// Keep writes a document and its entry, whose file, hash and size it fills in. The document is
// written first: if that fails all stays as it was. If writing the list fails, the document is put back.
// What is there already is left as it is, with the date when it was pulled.
//
// An entry of that name for another version or cloud is an error, and stays.
func (f *Folder) Keep(e Entry, text []byte) (*Change, error) {
	fresh, err := Open(f.dir) // another process may have written to it
	if err != nil {
		return nil, err
	}
	f.entries = fresh.entries
	e.File, e.SHA256, e.Bytes = e.Name+Extension, Hash(text), len(text)
	c := &Change{Entry: e}
	i := slices.IndexFunc(f.entries, func(old Entry) bool { return strings.EqualFold(old.Name, e.Name) })
	if i >= 0 {
		old := f.entries[i]
		if old.Version != e.Version || old.Cloud != e.Cloud || old.Name != e.Name {
			return nil, fmt.Errorf("%s has an entry %q, of %s in the cloud %s: delete it, or choose another name", f.path(LockName), old.Name, old.Version, old.Cloud)
		}
		c.Before, c.Entry.File = &old, old.File
		if c.Old, err = f.Read(old); err != nil {
			c.Old = nil
		}
		if old.SHA256 == e.SHA256 {
			c.Entry = old
			if c.Old != nil {
				return c, nil
			}
		}
	}
	if err := c.Entry.check(); err != nil {
		return nil, err
	}
	if other, ok := f.EntryOf(c.Entry.File); ok && other.Name != e.Name {
		return nil, fmt.Errorf("%s is the file of the entry %q", f.Path(c.Entry), other.Name)
	}
	entries := slices.Clone(f.entries)
	if i >= 0 {
		entries[i] = c.Entry
	} else {
		entries = append(entries, c.Entry)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	if err := f.write(c.Entry, text, entries); err != nil {
		return nil, err
	}
	f.entries = entries
	return c, nil
}

// write writes a document and then the list.
func (f *Folder) write(e Entry, text []byte, entries []Entry) error {
	file := f.Path(e)
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	before, beforeErr := os.ReadFile(file)
	if err := f.writeAttributes(); err != nil {
		return err
	}
	if err := atomicfile.Write(file, text, 0o644); err != nil {
		return err
	}
	err := atomicfile.Write(f.path(LockName), formatLock(entries), 0o644)
	switch {
	case err == nil:
		return nil
	case beforeErr == nil:
		return errors.Join(err, atomicfile.Write(file, before, 0o644))
	case errors.Is(beforeErr, fs.ErrNotExist):
		return errors.Join(err, os.Remove(file))
	}
	return err
}

// attributes keep Git from changing line ends, and with them hashes.
const attributes = "*" + Extension + " -text"

func (f *Folder) writeAttributes() error {
	file := f.path(".gitattributes")
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return atomicfile.Write(file, []byte(attributes+" linguist-generated\n"), 0o644)
}

// Stamp returns a time as it stands in the list.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
