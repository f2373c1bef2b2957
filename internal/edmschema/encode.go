package edmschema

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// An object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any // object, []any, []string, string, bool, int, json.Number or nil
}

func (o object) with(name string, value any) object { return append(o, member{name, value}) }

// encode returns v as indented JSON with a line end behind it. What fits into a line stands in one.
func encode(v any) []byte {
	var p printer
	p.value(v, 0)
	p.WriteByte('\n')
	return p.Bytes()
}

const lineWidth = 110

// A printer writes JSON.
type printer struct{ bytes.Buffer }

// value writes v where the line is indented by depth levels.
func (p *printer) value(v any, depth int) {
	start := p.Len()
	room := lineWidth - (start - 1 - bytes.LastIndexByte(p.Bytes(), '\n'))
	if p.inline(v, start+room) {
		return
	}
	p.Truncate(start)
	switch v := v.(type) {
	case object:
		p.block('{', '}', len(v), depth, func(i int) {
			p.scalar(v[i].name)
			p.WriteString(": ")
			p.value(v[i].value, depth+1)
		})
	case []any:
		p.block('[', ']', len(v), depth, func(i int) { p.value(v[i], depth+1) })
	case []string:
		p.block('[', ']', len(v), depth, func(i int) { p.scalar(v[i]) })
	default:
		p.scalar(v)
	}
}

func (p *printer) block(left, right byte, n, depth int, item func(i int)) {
	indent := func(levels int) {
		p.WriteByte('\n')
		for range levels {
			p.WriteString("  ")
		}
	}
	p.WriteByte(left)
	for i := range n {
		if i > 0 {
			p.WriteByte(',')
		}
		indent(depth + 1)
		item(i)
	}
	indent(depth)
	p.WriteByte(right)
}

// inline writes v without a line end. It gives up, and returns false, once the
// buffer is longer than limit.
func (p *printer) inline(v any, limit int) bool {
	switch v := v.(type) {
	case object:
		return p.row('{', '}', len(v), limit, func(i int) bool {
			p.scalar(v[i].name)
			p.WriteString(": ")
			return p.inline(v[i].value, limit)
		})
	case []any:
		return p.row('[', ']', len(v), limit, func(i int) bool { return p.inline(v[i], limit) })
	case []string:
		return p.row('[', ']', len(v), limit, func(i int) bool { return p.inline(v[i], limit) })
	}
	p.scalar(v)
	return p.Len() <= limit
}

func (p *printer) row(left, right byte, n, limit int, item func(i int) bool) bool {
	p.WriteByte(left)
	for i := range n {
		if i > 0 {
			p.WriteString(", ")
		}
		if !item(i) || p.Len() > limit {
			return false
		}
	}
	p.WriteByte(right)
	return p.Len() <= limit
}

func (p *printer) scalar(v any) {
	enc := json.NewEncoder(&p.Buffer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("edmschema: encode %T: %v", v, err)) // only this package makes values
	}
	p.Truncate(p.Len() - 1) // Encode's line end
}
