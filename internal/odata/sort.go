package odata

import (
	"cmp"
	"slices"
)

// Sort sorts items in place, by an [Evaluator] with no fields set.
func Sort(items []map[string]any, by []OrderItem) error { return (&Evaluator{}).Sort(items, by) }

// Sort sorts items in place. Items that by does not tell apart keep their
// order. Null comes first in ascending order and last in descending; strings
// are ordered in any letter case, or as times if all of them are RFC 3339
// date-times. The error, for which items stay as they are, is an [*EvalError]:
// an expression has no value for an item, or values that don't compare.
func (ev *Evaluator) Sort(items []map[string]any, by []OrderItem) error {
	rows := make([]sortRow, len(items))
	for i, item := range items {
		rows[i] = sortRow{item: item, keys: make([]any, len(by))}
	}
	for column, o := range by {
		keys := make([]any, len(items))
		for i, item := range items {
			v, err := ev.value(o.Expr, item)
			if err != nil {
				return err
			}
			keys[i] = v
		}
		if err := unifyKeys(keys); err != nil {
			return &EvalError{o.Expr.Offset(), err}
		}
		for i := range rows {
			rows[i].keys[column] = keys[i]
		}
	}
	slices.SortStableFunc(rows, func(a, b sortRow) int {
		for column, o := range by {
			c := compareKeys(a.keys[column], b.keys[column])
			if o.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	for i, row := range rows {
		items[i] = row.item
	}
	return nil
}

type sortRow struct {
	item map[string]any
	keys []any
}

// unifyKeys makes values of keys that compareKeys takes, all of one type: times
// of dates, date-times of strings if all are such, otherwise folded strings. It
// fails if the types differ or have no order.
func unifyKeys(keys []any) error {
	allTimes := !slices.ContainsFunc(keys, func(key any) bool {
		s, isString := key.(string)
		_, err := convert(s, DateTimeOffsetKind)
		return isString && err != nil
	})
	var first any
	for i, key := range keys {
		if s, ok := key.(string); ok && allTimes {
			keys[i], _ = convert(s, DateTimeOffsetKind)
		} else if ok {
			keys[i] = folded(fold(s))
		}
		if key == nil {
			continue
		}
		first = cmp.Or(first, keys[i])
		if _, err := compare(first, keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// compareKeys orders null first.
func compareKeys(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(rank(a != nil), rank(b != nil))
	}
	c, err := compare(a, b)
	if err != nil {
		panic("odata: keys that don't compare: " + err.Error())
	}
	return c
}
