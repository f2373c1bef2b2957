package benchmarks

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

const (
	ours   = "graphmock"
	theirs = "kin-openapi"
)

// BenchmarkLoad reads a contract and checks a first request: graphmock all that the metadata
// has, kin-openapi a few hundred operations of it. MB is what stays in memory, less the text.
func BenchmarkLoad(b *testing.B) {
	text, requests := metadata(b)
	_, contract, err := loadGraphmock(text)
	if err != nil {
		b.Fatal(err)
	}
	doc, err := newOpenAPI(contract, text, fewHundred)
	if err != nil {
		b.Fatal(err)
	}
	raw, err := doc.JSON()
	if err != nil {
		b.Fatal(err)
	}
	first := requests[2] // has a body
	load := func(name string, size int, load func() (any, error)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := load(); err != nil {
					b.Fatal(err)
				}
			}
			before := heap()
			kept, err := load()
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(heap()-before)/1e6, "MB")
			runtime.KeepAlive(kept)
		})
	}
	load(ours, len(text), func() (any, error) {
		set, _, err := loadGraphmock(text)
		if err != nil {
			return nil, err
		}
		return set, refusal(set.CheckRequest(first.message()))
	})
	load(theirs, len(raw), func() (any, error) {
		router, err := loadKin(raw)
		if err != nil {
			return nil, err
		}
		return router, first.kin().check(router)
	})
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkCheck checks requests of several kinds, with a few hundred operations in the OpenAPI document.
func BenchmarkCheck(b *testing.B) {
	text, requests := metadata(b)
	set, router, _ := both(b, text, fewHundred)
	for _, s := range requests {
		b.Run(s.kind+"/"+ours, func(b *testing.B) {
			m := s.message()
			b.ReportAllocs()
			for b.Loop() {
				if err := refusal(set.CheckRequest(m)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(s.kind+"/"+theirs, func(b *testing.B) {
			r := s.kin()
			b.ReportAllocs()
			for b.Loop() {
				if err := r.check(router); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRoute checks a plain GET of each path in turn, with more and more operations in the
// OpenAPI document. graphmock has the whole document each time.
func BenchmarkRoute(b *testing.B) {
	text, _ := metadata(b)
	for _, operations := range []int{10, 100, 300, 3000} {
		set, router, doc := both(b, text, operations)
		if doc.operations < operations {
			b.Logf("the metadata has only %d operations that way", doc.operations)
			return
		}
		b.Run(fmt.Sprintf("%d/%s", operations, ours), func(b *testing.B) {
			messages := make([]*schemas.Request, 0, len(doc.gets))
			for _, url := range doc.gets {
				messages = append(messages, sample{method: "GET", url: url}.message())
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := refusal(set.CheckRequest(messages[i%len(messages)])); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/%s", operations, theirs), func(b *testing.B) {
			requests := make([]*kinRequest, 0, len(doc.gets))
			for _, url := range doc.gets {
				requests = append(requests, sample{method: "GET", url: url}.kin())
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := requests[i%len(requests)].check(router); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
