package metadata

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func entry(name string) Entry {
	return Entry{Name: name, Version: "v1.0", Cloud: Global, Origin: URL("v1.0", Global), Pulled: "2026-11-25T02:00:00Z"}
}

func keep(t *testing.T, dir string, e Entry, text string) *Change {
	t.Helper()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := f.Keep(e, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestKeepAndRead(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), FolderName)
	first := keep(t, dir, entry("graph-v1.0"), "one")
	if first.Before != nil || first.Old != nil || first.Unchanged() {
		t.Errorf("got %+v", first)
	}
	later := entry("graph-v1.0")
	later.Pulled = "2026-12-01T00:00:00Z"
	if same := keep(t, dir, later, "one"); !same.Unchanged() || same.Entry != first.Entry {
		t.Errorf("the same text again: got %+v", same)
	}
	second := keep(t, dir, later, "two!")
	if string(second.Old) != "one" || *second.Before != first.Entry || second.Entry.Bytes != 4 || second.Entry.Pulled != later.Pulled {
		t.Errorf("got %+v", second)
	}
	keep(t, dir, entry("another"), "three")
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range f.Entries() {
		names = append(names, e.Name)
	}
	if diff := cmp.Diff([]string{"another", "graph-v1.0"}, names); diff != "" {
		t.Error(diff)
	}
	if text, err := f.Read(second.Entry); string(text) != "two!" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 { // the two, the list, .gitattributes
		t.Errorf("got %v, %v", files, err)
	}
}

func TestReadVerifies(t *testing.T) {
	t.Parallel()
	lines := "<a>\n</a>\n"
	tests := []struct {
		name  string
		spoil func(file string) error
		want  string
		is    error
	}{
		{"edited", func(file string) error { return os.WriteFile(file, []byte("x"), 0o666) }, "is not the document that was pulled: it has SHA-256 " + Hash([]byte("x"))[:12], nil},
		{"missing", os.Remove, "is not there: ", fs.ErrNotExist},
		{"line ends", func(file string) error {
			return os.WriteFile(file, []byte(strings.ReplaceAll(lines, "\n", "\r\n")), 0o666)
		}, "has other line ends than the document that was pulled", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			e := keep(t, dir, entry("graph-v1.0"), lines).Entry
			f, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(f.Path(e)); err != nil {
				t.Fatal(err)
			}
			_, err = f.Read(e)
			m, ok := errors.AsType[*MismatchError](err)
			if !ok || m.File != f.Path(e) || !strings.HasPrefix(m.What, tt.want) || len(m.Advice) == 0 || tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			if !strings.Contains(err.Error(), e.SHA256[:12]) {
				t.Errorf("the hash %s is not in: %v", e.SHA256, err)
			}
			// Keeping it again mends it.
			if c := keep(t, dir, entry("graph-v1.0"), lines); c.Unchanged() || c.Old != nil || c.Entry != e {
				t.Errorf("got %+v", c)
			}
			if _, err := f.Read(e); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestKeepIsWhole: whatever can't be written, what was there stays as it was.
func TestKeepIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old := keep(t, dir, entry("graph-v1.0"), "old").Entry
	list := filepath.Join(dir, LockName)
	before, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The list can't be written: a folder stands in its place.
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(list, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := f.write(old, []byte("new"), f.entries); err == nil {
		t.Error("no error without a list")
	}
	fresh := entry("fresh")
	fresh.File = "fresh.csdl"
	if err := f.write(fresh, []byte("new"), f.entries); err == nil {
		t.Error("no error without a list")
	}
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	write(t, list, string(before))
	if text, err := f.Read(old); string(text) != "old" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "fresh.csdl")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the new document stays: %v", err)
	}
	// A kill between the two files: the document is new, the list old.
	write(t, f.Path(old), "new")
	if _, err := f.Read(old); err == nil {
		t.Error("no error with another document than the list has")
	}
	keep(t, dir, entry("graph-v1.0"), "new")
	// No temporary file is left.
	left, err := filepath.Glob(filepath.Join(dir, ".*.tmp"))
	if err != nil || left != nil {
		t.Errorf("got %v, %v", left, err)
	}
}

func TestKeepRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keep(t, dir, entry("graph-v1.0"), "old")
	other := entry("graph-v1.0")
	other.Cloud = "china"
	folded := entry("Graph-v1.0")
	for _, e := range []Entry{other, folded, entry("v1.0"), entry("beta-2026-06"), entry("embedded"), entry("../x"), entry(""), {Name: "x"}} {
		f, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Keep(e, []byte("new")); err == nil {
			t.Errorf("%+v is kept", e)
		}
	}
	if _, err := Open(filepath.Join(dir, LockName)); err == nil {
		t.Error("a file is taken for a folder")
	}
	// A list that can't be read is left alone.
	write(t, filepath.Join(dir, LockName), "{}")
	f := &Folder{dir: dir}
	if _, err := f.Keep(entry("x"), []byte("new")); err == nil {
		t.Error("a broken list is replaced")
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := keep(t, filepath.Join(dir, "in"), entry("x"), "text").Entry
	f, err := Open(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "out"), "text")
	if err := os.Remove(f.Path(e)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("..", "out"), f.Path(e)); err != nil {
		t.Skip(err)
	}
	if text, err := f.Read(e); err == nil {
		t.Errorf("got %q", text)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, FolderName, LockName), "{}")
	write(t, filepath.Join(root, "repo", ".git"), "gitdir: elsewhere\n") // a worktree
	write(t, filepath.Join(root, "repo", "a", "b", "x"), "")
	write(t, filepath.Join(root, "repo", "a", FolderName, "main.go"), "")
	b := filepath.Join(root, "repo", "a", "b")
	if got := Find(b); got != "" {
		t.Errorf("beyond the root of the repository: %s", got)
	}
	if got, want := Default(b), filepath.Join(root, "repo", FolderName); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	write(t, filepath.Join(root, "repo", FolderName, LockName), "{}")
	if got, want := Find(b), filepath.Join(root, "repo", FolderName); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	write(t, filepath.Join(root, "repo", "a", FolderName, LockName), "{}")
	if got, want := Find(b), filepath.Join(root, "repo", "a", FolderName); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for file, want := range map[string][2]string{
		"my.csdl": {"my", "v1.0"}, "My-Beta.xml": {"My-Beta", "beta"}, "v1.0.csdl": {"graph-v1.0", "v1.0"}, "beta.csdl": {"graph-beta", "beta"},
		"beta-2026-06.csdl": {"graph-beta-2026-06", "beta"}, "embedded.csdl": {"graph-embedded", "v1.0"},
	} {
		write(t, filepath.Join(dir, file), "text")
		d, err := Load(filepath.Join(dir, file))
		if err != nil || d.Name != want[0] || d.Version != want[1] || string(d.Text) != "text" {
			t.Errorf("%s: got %+v, %v", file, d, err)
		}
	}
	if _, err := Load(filepath.Join(dir, "no.csdl")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	e := entry("listed")
	e.Version = "beta"
	keep(t, dir, e, "text")
	d, err := Load(filepath.Join(dir, "listed.csdl"))
	if err != nil || d.Name != "listed" || d.Version != "beta" {
		t.Errorf("got %+v, %v", d, err)
	}
	write(t, filepath.Join(dir, "listed.csdl"), "other")
	if _, err := Load(filepath.Join(dir, "listed.csdl")); err == nil {
		t.Error("an edited file is taken")
	}
	// A contracts.json of another program says nothing.
	write(t, filepath.Join(dir, LockName), `{"contracts": 1}`)
	if _, err := Load(filepath.Join(dir, "my.csdl")); err != nil {
		t.Error(err)
	}
	write(t, filepath.Join(dir, LockName), `{"contracts": `)
	if _, err := Load(filepath.Join(dir, "my.csdl")); err == nil {
		t.Error("a list that is cut off is taken")
	}
}

func TestLockFormat(t *testing.T) {
	t.Parallel()
	e := entry("x")
	e.File, e.SHA256, e.Bytes = "x.csdl", Hash(nil), 1
	text := formatLock([]Entry{e})
	got, err := parseLock("contracts.json", text)
	if err != nil || !cmp.Equal(got, []Entry{e}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for find, replace := range map[string]string{
		`contracts/1"`:                         `contracts/2"`,
		`"graphmock-contracts/1"`:              `null`,
		`"file": "x.csdl"`:                     `"file": "/x.csdl"`,
		`"file": "x.csd`:                       `"file": "a/../../x.csd`,
		`"file": "x.cs`:                        `"file": "a\\x.cs`,
		`"file": "x`:                           `"File": "x`,
		`"pulled": "2026-11-25T02:00:00Z"`:     `"pulled": "yesterday"`,
		`"bytes": 1`:                           `"bytes": -1`,
		`"bytes": `:                            `"bytes": 0.`,
		`"cloud": "global"`:                    `"cloud": "mars"`,
		`"origin": "https://graph.microsoft.c`: `"origin": "", "origin": "https://graph.microsoft.c`,
		`"name": "x"`:                          `"name": ""`,
		"}\n  ]":                               "},\n  ]",
		"[\n":                                  "[1,\n",
	} {
		bad := strings.Replace(string(text), find, replace, 1)
		if bad == string(text) {
			t.Errorf("%q is not there", find)
		}
		if got, err := parseLock("contracts.json", []byte(bad)); err == nil {
			t.Errorf("%s: got %+v", replace, got)
		} else if !strings.HasPrefix(err.Error(), "contracts.json:") {
			t.Errorf("%s: the file is not named: %v", replace, err)
		}
	}
}
