// Package ident makes identifiers that look random and repeat with their seed.
package ident

import (
	"encoding/hex"
	"math/rand/v2"
	"sync"
)

// A Source makes GUIDs. Two sources with one seed make the same ones in the
// same order. It is safe for use by several goroutines at once.
type Source struct {
	mu  sync.Mutex
	rnd rand.PCG
}

// NewSource returns a source that starts at seed.
func NewSource(seed uint64) *Source {
	s := new(Source)
	s.Reset(seed)
	return s
}

// Reset makes the source start again, at seed.
func (s *Source) Reset(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rnd.Seed(seed, 0x6772617068)
}

// GUID returns the next identifier: version 4, lower case.
func (s *Source) GUID() string {
	s.mu.Lock()
	hi, lo := s.rnd.Uint64(), s.rnd.Uint64()
	s.mu.Unlock()
	var raw [16]byte
	for i := range 8 {
		raw[i], raw[8+i] = byte(hi>>(8*i)), byte(lo>>(8*i))
	}
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80

	var text [36]byte
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
