package contracttest

import (
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/graphmock/graphmock/schemas"
)

// opened are the metadata documents that were read, so that a hundred tests read one once. Contracts
// never change, and may be shared.
var opened sync.Map // document → func() (*schemas.Contract, error)

// document is a state of a file.
type document struct {
	path, file string // absolute, and as it was given, which findings show
	size       int64
	modified   time.Time
}

// openMetadata is [schemas.OpenMetadata], which reads each state of a file once.
func openMetadata(file string) (*schemas.Contract, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	read, _ := opened.LoadOrStore(document{path, file, info.Size(), info.ModTime()},
		sync.OnceValues(func() (*schemas.Contract, error) { return schemas.OpenMetadata(file) }))
	return read.(func() (*schemas.Contract, error))()
}
