package csdl

// most is how many nodes are allocated at a time, in the end.
const most = 1024

// A pool allocates nodes many at a time.
type pool[T any] struct {
	free []T
	size int // of the last piece
}

func (p *pool[T]) new() *T {
	if len(p.free) == 0 {
		p.size = min(max(16, 2*p.size), most)
		p.free = make([]T, p.size)
	}
	n := &p.free[0]
	p.free = p.free[1:]
	return n
}

// A list makes slices whose length is not known beforehand. The items of a slice are
// added after a mark; those of other slices may be added in between if they
// are taken off before.
type list[T any] struct {
	stack []T
	room  []T // holds slices that are complete
}

func (l *list[T]) mark() int { return len(l.stack) }

func (l *list[T]) add(item T) { l.stack = append(l.stack, item) }

// since takes the items behind a mark off, as a slice without spare capacity.
func (l *list[T]) since(mark int) []T {
	items := l.stack[mark:]
	if len(items) == 0 {
		return nil
	}
	if cap(l.room)-len(l.room) < len(items) {
		l.room = make([]T, 0, max(16, len(items), min(2*cap(l.room), most)))
	}
	start := len(l.room)
	l.room = append(l.room, items...)
	l.stack = l.stack[:mark]
	return l.room[start:len(l.room):len(l.room)]
}
