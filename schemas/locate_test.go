package schemas

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphmock/graphmock/internal/strictjson"
)

// FuzzLocate: looking for many pointers at once finds what looking for each
// finds, in any text that holds a value.
func FuzzLocate(f *testing.F) {
	for _, text := range []string{
		`{"a": {"b": [1, {"c/d": 2, "~": null}]}, "": 3}`,
		" \n{\"a\": 1, // why\n\"a\": {\"b\": 2},}",
		`[[], [1, 2, [3]]]`,
		`{"a": {"b": 1}, "a": {"c": 2}, "d`,
		"\ufeff{\"é\": \"\\u00e9\"}", "", "5", "{", "]",
	} {
		f.Add(text, "/a/b/1 /a/b/1/c~1d /a/c /a /x /2/2/0 / // /~0 /é /d ")
	}
	f.Fuzz(func(t *testing.T, text, list string) {
		var pointers []string
		for p := range strings.SplitSeq(list, " ") {
			if p == "" || p[0] == '/' {
				pointers = append(pointers, p)
			}
		}
		_, ok, _ := strictjson.Parse([]byte(text), maxDepth)
		for i, offset := range locate([]byte(text), pointers) {
			if want := locateOne([]byte(text), pointers[i]); offset != want && ok || offset < 0 || offset > len(text) {
				t.Errorf("%q in %q: offset %d, want %d", pointers[i], text, offset, want)
			}
		}
	})
}

// locateOne looks for one pointer, token by token: the oracle of [locate].
func locateOne(data []byte, pointer string) int {
	text, _ := strictjson.Standardize(data)
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true))
	next := func() int {
		i := int(dec.InputOffset())
		for i < len(text) && strings.IndexByte(" \t\r\n,:", text[i]) >= 0 {
			i++
		}
		return i
	}
	best, bestLen := next(), 0
	for {
		offset := next()
		if _, err := dec.ReadToken(); err != nil {
			return best
		}
		at := string(dec.StackPointer())
		if at == pointer {
			return offset
		}
		if strings.HasPrefix(pointer, at+"/") && len(at) > bestLen {
			best, bestLen = offset, len(at)
		}
		if dec.StackDepth() == 0 { // what follows the value is none of its members
			return best
		}
	}
}
