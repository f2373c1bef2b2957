package csdl

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// metadata reads a metadata document of Microsoft Graph, or skips the test.
func metadata(tb testing.TB, name string) []byte {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "csdl", name))
	if err != nil {
		tb.Skipf("no metadata of Microsoft Graph here: %v", err)
	}
	return text
}

func BenchmarkParse(b *testing.B) {
	text := metadata(b, "graph-v1.0.csdl")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingXML reads the same text as tokens, without a tree.
func BenchmarkEncodingXML(b *testing.B) {
	text := metadata(b, "graph-v1.0.csdl")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d := xml.NewDecoder(bytes.NewReader(text))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
