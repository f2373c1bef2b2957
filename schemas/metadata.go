package schemas

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphmock/graphmock/internal/bind"
	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/resolve"
)

// ParseMetadata makes a contract of a metadata document of Graph (CSDL XML, what
// Graph answers to GET /v1.0/$metadata): all the operations that it implies. The name is
// what the contract goes by, the version the first segment of its URLs: "v1.0" or
// "beta". Findings name the document as source. The contract keeps text, which must not be
// changed any more.
//
// All that is wrong with a document is reported, with line and column: the error wraps a
// [*MetadataError] for each place. What does no harm is left to [Contract.Issues].
func ParseMetadata(name, version, source string, text []byte) (*Contract, error) {
	model, err := edm.Parse(text)
	if err != nil {
		return nil, metadataErrors(source, err)
	}
	return &Contract{Name: name, Version: version, Title: "Microsoft Graph " + version, Source: source, model: model, text: text}, nil
}

// With returns a set in which c, a contract made of metadata, answers for all
// of its version that the hand-written contracts of s say nothing of. It
// takes the place of another one for that version.
func (s *Set) With(c *Contract) *Set {
	out := &Set{rules: s.rules}
	for _, other := range s.contracts {
		if other.model == nil || other.Version != c.Version {
			out.contracts = append(out.contracts, other)
		}
	}
	out.contracts = append(out.contracts, c)
	return out
}

// An Issue is something in a metadata document that was not understood, and has no effect.
type Issue struct {
	Line, Column int // from 1
	Message      string
}

// Issues returns what of the metadata was not understood, in order of place. It
// is nil for a hand-written contract.
func (c *Contract) Issues() []Issue {
	if c.model == nil {
		return nil
	}
	var list []Issue
	for _, i := range c.model.Issues {
		list = append(list, Issue(i))
	}
	return list
}

// FromMetadata reports whether the contract was made of a metadata document. Such
// a contract has more operations than anyone can list: [Contract.Operations] returns
// none, and [Contract.Operation] finds any.
func (c *Contract) FromMetadata() bool { return c.model != nil }

// declaration returns where something is declared: file:line:column, "" for place 0.
func (c *Contract) declaration(pos csdl.Pos) string {
	if pos == 0 || c.model == nil {
		return ""
	}
	line, column := c.model.Position(pos)
	return fmt.Sprintf("%s:%d:%d", c.Source, line, column)
}

// derived are the operations that were asked for so far, by id.
type derived struct {
	mu   sync.RWMutex
	byID map[string]*Operation
}

// derive returns the operation that a method on a resource is, nil if the
// resource does not take the method.
func (c *Contract) derive(method string, r *resolve.Resource) *Operation {
	id := method + " " + r.Template
	c.derived.mu.RLock()
	op := c.derived.byID[id]
	c.derived.mu.RUnlock()
	if op != nil || !slices.Contains(methodsOf(r), method) {
		return op
	}
	op = newDerived(c, id, method, r)
	c.derived.mu.Lock()
	defer c.derived.mu.Unlock()
	if first := c.derived.byID[id]; first != nil { // made by another goroutine meanwhile
		return first
	}
	if c.derived.byID == nil {
		c.derived.byID = make(map[string]*Operation)
	}
	if len(c.derived.byID) < maxDerived { // containment has no end, and paths are the client's
		c.derived.byID[id] = op
	}
	return op
}

// maxDerived is how many operations a contract keeps.
const maxDerived = 10_000

// find returns the operation of that id, such as "GET /users/{id}/messages".
func (c *Contract) find(id string) *Operation {
	method, path, ok := strings.Cut(id, " ")
	if !ok {
		return nil
	}
	r, failure := resolve.Path(c.model, splitPath(strings.TrimPrefix(path, "/")))
	if failure != nil || r.Template != path {
		return nil
	}
	return c.derive(method, r)
}

// splitPath returns the segments of a path without the slash at its start.
func splitPath(path string) []string {
	if path = strings.TrimSuffix(path, "/"); path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// methodsOf returns the methods that a resource takes, sorted.
func methodsOf(r *resolve.Resource) []string {
	switch r.Kind {
	case resolve.Batch:
		return []string{"POST"}
	case resolve.EntityCollection:
		return []string{"GET", "POST"}
	case resolve.Entity, resolve.Complex, resolve.Primitive, resolve.Collection, resolve.Dynamic, resolve.Stream, resolve.Value:
		return []string{"DELETE", "GET", "PATCH", "PUT"}
	case resolve.Reference:
		return []string{"DELETE", "GET", "PUT"}
	case resolve.References:
		return []string{"DELETE", "GET", "POST"}
	case resolve.Call:
		var methods []string
		for _, op := range r.Operations {
			if op.Action {
				methods = append(methods, "POST")
			} else {
				methods = append(methods, "GET")
			}
			if isWorkbook(op) {
				methods = append(methods, "POST")
			}
			if isUpdatable(op) {
				methods = append(methods, "PATCH")
			}
		}
		slices.Sort(methods)
		return slices.Compact(methods)
	}
	return []string{"GET"} // Root, Metadata, Count
}

// isWorkbook reports whether an operation is one of Excel's, whose functions Graph's
// reference calls with POST.
func isWorkbook(op *edm.Operation) bool {
	return op.Bound && op.Binding.Struct != nil && strings.HasPrefix(op.Binding.Struct.Name, "workbook")
}

// isUpdatable reports whether an operation is a function of Excel's whose result Graph's
// reference updates, as it does with worksheets/{id}/range(address='A1:B2').
func isUpdatable(op *edm.Operation) bool {
	return isWorkbook(op) && !op.Action && op.Composable && op.Return != nil && op.Return.IsEntity() && !op.Return.Collection
}

// newDerived makes the operation of a method on a resource that takes it.
func newDerived(c *Contract, id, method string, r *resolve.Resource) *Operation {
	op := &Operation{ID: id, Method: method, Paths: []string{r.Template}, Contract: c, resource: r}
	op.Summary = summaryOf(method, r)
	op.target = bind.Target{Model: c.model, Type: r.Type, Capabilities: capabilitiesOf(r), Counted: r.Kind == resolve.Count}
	if r.Kind == resolve.Dynamic {
		op.target = bind.Target{Model: c.model} // nothing is known of it
	}
	form := func(t edm.Type, u use, e envelope) *Schema {
		return newForm(&form{contract: c, typ: t, use: u, envelope: e})
	}
	body := func(s *Schema) *RequestRule { return &RequestRule{MediaType: jsonMedia, Schema: s, Also: textForms(r)} }
	answer := func(status int, s *Schema, also ...int) {
		op.Response = ResponseRule{Status: status, Schema: s, Also: also}
	}
	item := r.Type.Item()
	switch method {
	case http.MethodDelete:
		answer(http.StatusNoContent, nil, http.StatusOK, http.StatusAccepted)
		return op
	case http.MethodGet:
		op.Response = ResponseRule{Status: http.StatusOK, Also: alsoGot(r)}
	}
	switch r.Kind {
	case resolve.Root:
		op.Response.Schema = form(edm.Type{Primitive: edm.Untyped, Collection: true}, forAnswer, inValue)
	case resolve.Metadata:
		op.Response.MediaType = "application/xml"
	case resolve.Batch:
		op.Request = body(newForm(batchForm{}))
		answer(http.StatusOK, newForm(batchAnswer{}))
	case resolve.EntityCollection:
		if method == http.MethodGet {
			op.Response.Schema = form(r.Type, forAnswer, inValue)
			break
		}
		op.Request = body(form(item, forCreate, bare))
		answer(http.StatusCreated, form(item, forAnswer, bare), http.StatusOK, http.StatusAccepted, http.StatusNoContent)
	case resolve.Entity, resolve.Complex:
		if method == http.MethodGet {
			op.Response.Schema = form(r.Type, forAnswer, bare)
			break
		}
		op.Request = body(form(r.Type, forUpdate, bare))
		usual, other := http.StatusOK, http.StatusNoContent
		if silent(r) {
			usual, other = other, usual
		}
		answer(usual, form(r.Type, forAnswer, bare), http.StatusCreated, http.StatusAccepted, other)
	case resolve.Primitive, resolve.Collection, resolve.Dynamic:
		t := valueType(r)
		if method == http.MethodGet {
			op.Response.Schema = form(t, forAnswer, inValue)
			break
		}
		op.Request = body(form(t, forUpdate, inValue))
		answer(http.StatusNoContent, form(t, forAnswer, inValue), http.StatusOK)
	case resolve.Stream, resolve.Value:
		op.Response.MediaType = anyMedia
		if method != http.MethodGet {
			op.Request = &RequestRule{MediaType: anyMedia}
			answer(http.StatusOK, nil, http.StatusCreated, http.StatusAccepted, http.StatusNoContent)
			op.Response.MediaType = anyMedia
		}
	case resolve.Count:
		op.Response.MediaType = "text/plain"
	case resolve.Reference, resolve.References:
		if method != http.MethodGet {
			op.Request = body(form(item, forCreate, link))
			answer(http.StatusNoContent, nil, http.StatusOK, http.StatusCreated)
			break
		}
		e := link
		if r.Kind == resolve.References {
			e = links
		}
		op.Response.Schema = form(edm.Type{}, forAnswer, e)
	case resolve.Call:
		op.deriveCall(method, r)
	}
	return op
}

// valueType returns the type of the value that a resource is, or that its $value is the text
// of. Any value may be that of an undeclared member.
func valueType(r *resolve.Resource) edm.Type {
	if r.Kind == resolve.Dynamic || r.Kind == resolve.Value && r.Type.Struct != nil {
		return edm.Type{Primitive: edm.Untyped}
	}
	return r.Type
}

// deriveCall makes the rules of an action or of a function.
func (op *Operation) deriveCall(method string, r *resolve.Resource) {
	action := method == http.MethodPost && slices.ContainsFunc(r.Operations, func(o *edm.Operation) bool { return o.Action })
	overloads := slices.DeleteFunc(slices.Clone(r.Operations), func(o *edm.Operation) bool { return o.Action != action })
	o := overloads[0]
	op.overloads = overloads
	if method == http.MethodPatch {
		o = overloads[slices.IndexFunc(overloads, isUpdatable)]
		op.target.Type = *o.Return
		op.Request = &RequestRule{
			MediaType: jsonMedia, Also: textForms(r), Schema: newForm(&form{contract: op.Contract, typ: *o.Return, use: forUpdate}),
		}
		op.Response = ResponseRule{
			Status: http.StatusOK, Also: []int{http.StatusNoContent},
			Schema: newForm(&form{contract: op.Contract, typ: *o.Return, use: forAnswer}),
		}
		return
	}
	if action || isWorkbook(o) {
		op.Request = &RequestRule{
			MediaType: jsonMedia, Also: textForms(r),
			Schema:   newForm(&form{contract: op.Contract, envelope: parameters, action: o}),
			Optional: !action || !slices.ContainsFunc(o.Params, requiredParam),
		}
	}
	if action {
		op.Response = ResponseRule{
			Status: actionStatus(o),
			Also:   []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent},
		}
		if o.Return != nil && o.Return.Collection { // each item has done or failed
			op.Response.Also = append(op.Response.Also, http.StatusMultiStatus)
		}
	} else if method == http.MethodPost {
		op.Response.Status = http.StatusOK
	}
	if o.Return == nil {
		return
	}
	op.target.Type = *o.Return
	t := *o.Return
	switch {
	case t.Primitive == edm.Stream:
		op.Response.MediaType = anyMedia
	case t.Struct != nil && !t.Collection:
		op.Response.Schema = newForm(&form{contract: op.Contract, typ: t, use: forAnswer})
	default:
		op.Response.Schema = newForm(&form{contract: op.Contract, typ: t, use: forAnswer, envelope: inValue, delta: isDelta(o)})
	}
}

// alsoGot returns the statuses beside 200 that a GET is answered with: content may be
// elsewhere, be asked for in part, or not be there; null has no body.
func alsoGot(r *resolve.Resource) []int {
	switch r.Kind {
	case resolve.Stream, resolve.Value, resolve.Call:
		return []int{http.StatusNoContent, http.StatusPartialContent, http.StatusFound, http.StatusNotModified}
	case resolve.Primitive, resolve.Complex, resolve.Dynamic:
		return []int{http.StatusNoContent, http.StatusNotModified}
	}
	return []int{http.StatusNotModified}
}

// isDelta reports whether an operation is a function that returns changes.
func isDelta(o *edm.Operation) bool {
	return !o.Action && o.Name == "delta" && o.Return != nil && o.Return.IsEntity() && o.Return.Collection
}

// Actions whose status is not the usual one, after the reference of 2021.
var (
	acceptedActions = strings.Fields("send sendMail reply replyAll forward accept decline tentativelyAccept answer redirect transfer " +
		"changeScreenSharingRole archive unarchive copy copyNotebook copyToNotebook copyToSection copyToSectionGroup")
	creatingActions = strings.Fields("createLink createReply createReplyAll createForward")
)

// actionStatus returns the status that an action is answered with: that of what it
// returns, unless it goes on after the answer or makes something.
func actionStatus(o *edm.Operation) int {
	switch {
	case slices.Contains(acceptedActions, o.Name):
		return http.StatusAccepted
	case slices.Contains(creatingActions, o.Name):
		return http.StatusCreated
	case o.Return != nil || isWorkbook(o):
		return http.StatusOK
	}
	return http.StatusNoContent
}

func capabilitiesOf(r *resolve.Resource) bind.Capabilities {
	if r.Kind == resolve.Call || r.Type.Struct == nil {
		return bind.Capabilities{}
	}
	set := r.Set
	if r.Navigation != nil {
		set = nil
	}
	return bind.CapabilitiesOf(set, r.Navigation, r.Type.Struct)
}

// summaryOf says what a derived operation does.
func summaryOf(method string, r *resolve.Resource) string {
	name := r.Type.Item().String()
	switch r.Kind {
	case resolve.Call:
		return "Call " + r.Operations[0].FullName()
	case resolve.Batch:
		return "Send several requests at once"
	case resolve.Metadata:
		return "Get the metadata"
	case resolve.Root:
		return "List the entry points"
	case resolve.Count:
		return "Count " + name
	case resolve.Reference, resolve.References:
		name = "a reference to " + name
	case resolve.Stream, resolve.Value:
		name = "the content of " + name
	case resolve.EntityCollection:
		return map[string]string{http.MethodGet: "List ", http.MethodPost: "Create a "}[method] + name
	case resolve.Dynamic:
		name = "an undeclared member of " + name
	}
	return map[string]string{
		http.MethodGet: "Get ", http.MethodPatch: "Update ", http.MethodPut: "Replace ", http.MethodDelete: "Delete ", http.MethodPost: "Add ",
	}[method] + name
}

// quiet are the entry points below which an update is answered without a body,
// after the reference of 2021: directory, policies, identity and application management.
var quiet = strings.Fields("applications contracts devices directory directoryObjects directoryRoles domains groups groupLifecyclePolicies " +
	"groupSettings identity identityGovernance identityProtection oauth2PermissionGrants organization planner policies roleManagement servicePrincipals teams users me")

// loud are the navigation properties below which it is answered with one all the same.
var loud = strings.Fields("calendar calendars calendarGroups calendarView contacts contactFolders drive drives events inferenceClassification " +
	"mailFolders messages onenote outlook threads conversations sites settings mailboxSettings")

// silent reports whether an update is answered with 204.
func silent(r *resolve.Resource) bool {
	if r.Set == nil || !slices.Contains(quiet, r.Set.Name) {
		return false
	}
	for segment := range strings.SplitSeq(r.Template, "/") {
		if slices.Contains(loud, segment) {
			return false
		}
	}
	return true
}

// textForms are the media types beside JSON that a resource takes: MIME for
// messages, HTML for pages of OneNote.
func textForms(r *resolve.Resource) []string {
	t := r.Type.Struct
	switch {
	case t == nil:
		return nil
	case t.Name == "message", r.Kind == resolve.Call && strings.Contains(strings.ToLower(r.Operations[0].Name), "mail"),
		r.Kind == resolve.Call && slices.Contains([]string{"reply", "replyAll", "forward", "createReply", "createReplyAll", "createForward"}, r.Operations[0].Name):
		return []string{"text/plain"}
	case t.Name == "onenotePage":
		return []string{"text/html", "application/xhtml+xml", multipartForm}
	case t.Name == "teamsApp", t.Name == "teamsAppDefinition":
		return []string{"application/zip"}
	case t.HasStream:
		return []string{anyMedia}
	}
	return nil
}

// newForm returns the schema that a form is.
func newForm(b body) *Schema { return &Schema{body: b} }

// anyMedia is the media type of a body that is not looked into.
const anyMedia = "*/*"
