// Package jsonvalue decodes, compares and names JSON values.
package jsonvalue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphmock/graphmock/internal/strictjson"
)

// Decode decodes a text that is one JSON value. Numbers are [json.Number].
func Decode(text []byte) (value any, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("there is text after the value")
	}
	return value, nil
}

// A Difference is a place at which two values differ.
type Difference struct {
	Pointer   string // as a JSON Pointer (RFC 6901)
	Want, Got string // as JSON, "" if there is no value
}

// Compare returns how got differs from want; both are as [Decode] returns
// them. Numbers are equal if they have the same value, however they are written and
// however long they are.
func Compare(want, got any) []Difference {
	var d differ
	d.value("", want, got)
	return d
}

// A differ collects differences.
type differ []Difference

func (d *differ) value(pointer string, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			d.object(pointer, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			d.array(pointer, w, g)
			return
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(w.String(), g.String()) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	*d = append(*d, Difference{pointer, show(want), show(got)})
}

func (d *differ) object(pointer string, want, got map[string]any) {
	names := slices.AppendSeq(slices.Collect(maps.Keys(want)), maps.Keys(got))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		w, inWant := want[name]
		g, inGot := got[name]
		d.item(pointer+"/"+strictjson.Escape(name), w, g, inWant, inGot)
	}
}

func (d *differ) array(pointer string, want, got []any) {
	at := func(list []any, i int) (item any, ok bool) {
		if i >= len(list) {
			return nil, false
		}
		return list[i], true
	}
	for i := range max(len(want), len(got)) {
		w, inWant := at(want, i)
		g, inGot := at(got, i)
		d.item(pointer+"/"+strconv.Itoa(i), w, g, inWant, inGot)
	}
}

func (d *differ) item(pointer string, want, got any, inWant, inGot bool) {
	switch {
	case !inGot:
		*d = append(*d, Difference{Pointer: pointer, Want: show(want)})
	case !inWant:
		*d = append(*d, Difference{Pointer: pointer, Got: show(got)})
	default:
		d.value(pointer, want, got)
	}
}

// show returns a value as JSON.
func show(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}

func sameNumber(a, b string) bool { return a == b || normalize(a) == normalize(b) }

// A number is digits × 10^exponent, where digits begins and ends with another
// digit than 0. The zero value is 0.
type number struct {
	negative bool
	digits   string
	exponent int
}

// normalize reads a JSON number. One whose exponent nobody can mean stands for
// itself alone.
func normalize(s string) number {
	rest, negative := strings.CutPrefix(s, "-")
	mantissa, power, found := strings.Cut(strings.ToLower(rest), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return number{}
	}
	exponent := 0
	if found {
		var err error
		if exponent, err = strconv.Atoi(power); err != nil {
			return number{digits: s}
		}
	}
	short := strings.TrimRight(digits, "0")
	return number{negative, short, exponent - len(fraction) + len(digits) - len(short)}
}

// KindName returns what people call a value of a kind, with its article.
func KindName(kind jsontext.Kind) string { return kindNames[kind] }

var kindNames = map[jsontext.Kind]string{
	'n': "null", 't': "true", 'f': "false", '"': "a string", '0': "a number", '{': "an object", '[': "an array",
}
