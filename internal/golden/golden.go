// Package golden holds what tests get to files that people have reviewed.
package golden

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("update", false, "write what the tests got into their golden files; they fail all the same")

// Check fails tb unless the file holds got; a file that is not there holds "".
// With -update it then writes got into the file, and fails nevertheless: no run
// that rewrites what it is held to can pass.
func Check(tb testing.TB, file, got string) {
	tb.Helper()
	reviewed, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatalf("golden file: %v", err)
	}
	if got == string(reviewed) {
		return
	}
	tb.Errorf("%s does not hold what came out (-file +got; -update rewrites it):\n%s", file, cmp.Diff(string(reviewed), got))
	if !*rewrite {
		return
	}
	if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
		tb.Fatalf("golden file: %v", err)
	}
}
