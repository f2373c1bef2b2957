package tenant

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/internal/odata"
)

// expander returns what a navigation property of an item holds; ok is false if
// it has none of that name.
type expander func(item map[string]any, property string) (v any, ok bool)

// page answers with those of the items that the query asks for. The items are
// the call's to keep.
func (t *Tenant) page(call *Call, a *Answer, items []map[string]any, expand expander) *Error {
	q := call.query()
	items, err := evaluate(items, q)
	if err != nil {
		return err
	}
	a.Body = map[string]any{}
	if q.Count != nil && *q.Count {
		a.Body["@odata.count"] = json.Number(strconv.Itoa(len(items)))
	}
	offset, err := start(q)
	if err != nil {
		return err
	}
	size := t.cfg.PageSize
	if q.Top != nil {
		size = *q.Top
	}
	items = items[min(offset, len(items)):]
	if len(items) > size {
		items = items[:size]
		if size > 0 { // $top=0 asks for the count alone
			a.Body["@odata.nextLink"] = call.NextLink(pageToken(offset + size))
		}
	}
	value := make([]any, len(items))
	for i, item := range items {
		if err := applyItemOptions(call, item, expand); err != nil {
			return err
		}
		value[i] = item
	}
	a.Body["value"] = value
	return nil
}

// evaluate filters and sorts.
func evaluate(items []map[string]any, q *odata.Query) ([]map[string]any, *Error) {
	if q.Search != nil {
		return nil, cantEvaluate("$search", "$search is not supported here.")
	}
	if q.Filter != nil {
		var kept []map[string]any
		for _, item := range items {
			ok, err := odata.Matches(q.Filter, item)
			if err != nil {
				return nil, cantEvaluate("$filter", "Invalid filter clause: %v", err)
			}
			if ok {
				kept = append(kept, item)
			}
		}
		items = kept
	}
	if q.OrderBy != nil {
		if err := odata.Sort(items, q.OrderBy); err != nil {
			return nil, cantEvaluate("$orderby", "Invalid orderby clause: %v", err)
		}
	}
	return items, nil
}

const tokenPrefix = "offset:"

func pageToken(offset int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenPrefix + strconv.Itoa(offset)))
}

// start returns how many items to leave out, by $skiptoken of an earlier page or by $skip.
func start(q *odata.Query) (int, *Error) {
	for _, o := range q.Other {
		if o.Name != "$skiptoken" {
			continue
		}
		text, err := base64.RawURLEncoding.DecodeString(o.Value)
		digits, ok := strings.CutPrefix(string(text), tokenPrefix)
		n, convErr := strconv.Atoi(digits)
		if err != nil || convErr != nil || !ok || n < 0 {
			return 0, cantEvaluate("$skiptoken", "The $skiptoken is not one of this server.")
		}
		return n, nil
	}
	if q.Skip != nil {
		return *q.Skip, nil
	}
	return 0, nil
}

// applyItemOptions carries $expand and $select out on one entity.
func applyItemOptions(call *Call, item map[string]any, expand expander) *Error {
	q := call.query()
	expanded := make(map[string]bool)
	for _, e := range q.Expand {
		name := navigationProperty(call, e.Path[len(e.Path)-1].Name)
		v, ok := expand(item, name)
		if !ok {
			return cantEvaluate("$expand", "Parsing OData Select and Expand failed: Could not find a property named '%s'.", name)
		}
		if list, isList := v.([]any); isList {
			var err *Error
			if v, err = nested(list, &e.Options); err != nil {
				return err
			}
		}
		item[name] = v
		expanded[strings.ToLower(name)] = true
	}
	if len(q.Select) == 0 {
		return nil
	}
	keep := map[string]bool{"id": true}
	for _, s := range q.Select {
		if s.Path[0].Name == "*" {
			return nil
		}
		keep[strings.ToLower(s.Path[0].Name)] = true
	}
	for name := range item {
		if fold := strings.ToLower(name); !keep[fold] && !expanded[fold] && !strings.Contains(name, "@") {
			delete(item, name)
		}
	}
	return nil
}

// navigationProperty returns the contract's spelling of a name.
func navigationProperty(call *Call, name string) string {
	if call.Operation.Query != nil {
		for declared := range call.Operation.Query.Expand {
			if strings.EqualFold(declared, name) {
				return declared
			}
		}
	}
	return name
}

// nested carries out the options in the parentheses of an $expand.
func nested(list []any, q *odata.Query) ([]any, *Error) {
	items := make([]map[string]any, len(list))
	for i, v := range list {
		items[i] = v.(map[string]any)
	}
	items, err := evaluate(items, q)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = item
	}
	return out, nil
}
