// Package docs holds the documentation to the code: every snippet of the README
// is run, and every link within the repository leads somewhere.
package docs

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A snippet is a fenced block of a page.
type snippet struct{ language, text string }

func snippets(page string) (list []snippet) {
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		list = append(list, snippet{m[1], m[2]})
	}
	return list
}

// runElsewhere are commands of the README that a test can't run, and why.
var runElsewhere = map[string]string{
	"go test ./...": "is what runs this test",
	"go install github.com/graphmock/graphmock/cmd/graphmock@latest": "needs a released version",
	"graphmock contract pull v1.0":                                   "asks graph.microsoft.com",
	"go get github.com/graphmock/graphmock@latest":                   "needs a released version",
}

// TestREADMECommands runs every shell snippet of the README, in order, from the
// top of the repository, with the command on the path.
func TestREADMECommands(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to run shell snippets with")
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../cmd/graphmock")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	commands := 0
	for _, s := range snippets(read(t, "../README.md")) {
		if s.language != "sh" {
			continue
		}
		var script []string
		for line := range strings.Lines(s.text) {
			command, _, _ := strings.Cut(strings.TrimSpace(line), "  #")
			if runElsewhere[strings.TrimSpace(command)] == "" && command != "" {
				script = append(script, command)
			}
		}
		if len(script) == 0 {
			continue
		}
		commands += len(script)
		sh := exec.CommandContext(t.Context(), bash, "-euo", "pipefail", "-c", strings.ReplaceAll(strings.Join(script, "\n"), "report.xml", filepath.Join(bin, "report.xml")))
		sh.Dir = ".."
		sh.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := sh.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v\n%s", s.text, err, out)
		}
	}
	if commands < 5 {
		t.Errorf("only %d commands found in the README", commands)
	}
}

// TestREADMECode holds the Go snippets of the README to files that are compiled
// and run by the tests.
func TestREADMECode(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"../examples/*/*.go", "../contracttest/*_test.go", "../mock/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			sources.WriteString(squeeze(read(t, file)))
		}
	}
	found := 0
	for _, s := range snippets(read(t, "../README.md")) {
		if s.language != "go" {
			continue
		}
		found++
		if !strings.Contains(sources.String(), squeeze(s.text)) {
			t.Errorf("no example or test holds this snippet:\n%s", s.text)
		}
	}
	if found == 0 {
		t.Error("the README has no Go")
	}
}

// squeeze makes white space of any kind one blank.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestLinks follows the links of every page within the repository.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		if filepath.Ext(file) != ".md" {
			return nil
		}
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := filepath.Join(filepath.Dir(file), target)
			if target == "" {
				path = file
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: link to %s: %v", file, m[1], err)
			} else if anchor != "" && filepath.Ext(path) == ".md" && !hasAnchor(read(t, path), anchor) {
				t.Errorf("%s: link to %s: no such heading", file, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hasAnchor(page, anchor string) bool {
	for line := range strings.Lines(page) {
		heading := strings.TrimSpace(strings.TrimLeft(line, "#"))
		if !strings.HasPrefix(line, "#") {
			continue
		}
		slug := regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(strings.ToLower(heading), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return bytes.Contains([]byte(page), []byte(`id="`+anchor+`"`))
}
