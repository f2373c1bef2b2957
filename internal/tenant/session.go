package tenant

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// A session is an upload session. It is active until it is completed, which is
// for good, or until it expires.
type session struct {
	id, resourceID       string
	instanceID           string         // of the access review
	data                 map[string]any // in the words of every revision
	source, callbackType any            // revisions up to beta-2026-04
	complete             bool
	created, expires     time.Time
	files                []file
}

func (s *session) key() string { return s.id }

// A pair is what there is one session for: a resource and an access review instance.
type pair struct{ resourceID, instanceID string }

func pairOf(resourceID, instanceID string) pair { return pair{resourceID, strings.ToLower(instanceID)} }

type file struct {
	id, name string
	size     int64
	uploaded time.Time
}

func (f file) view() map[string]any {
	return map[string]any{
		"id": f.id, "name": f.name, "size": json.Number(strconv.FormatInt(f.size, 10)), "uploadedDateTime": timestamp(f.uploaded),
	}
}

func (s *session) status(now time.Time) string {
	switch {
	case s.complete:
		return "complete"
	case !now.Before(s.expires):
		return "expired"
	}
	return "active"
}

// view returns the session without its files.
func (s *session) view(now time.Time) map[string]any {
	var total int64
	for _, f := range s.files {
		total += f.size
	}
	return map[string]any{
		"id":                 s.id,
		"referenceId":        s.instanceID,
		"status":             s.status(now),
		"isUploadDone":       s.complete,
		"createdDateTime":    timestamp(s.created),
		"expirationDateTime": timestamp(s.expires),
		"source":             s.source,
		"type":               s.callbackType,
		"stats":              map[string]any{"filesUploaded": json.Number(strconv.Itoa(len(s.files))), "totalBytesUploaded": json.Number(strconv.FormatInt(total, 10))},
		"data":               s.data,
	}
}

func (s *session) fileViews() []any {
	out := []any{}
	for _, f := range s.files {
		out = append(out, f.view())
	}
	return out
}

func (s *session) viewWithFiles(now time.Time) map[string]any {
	v := s.view(now)
	v["files"] = s.fileViews()
	return v
}

func (t *Tenant) createSession(call *Call, a *Answer) *Error {
	r, err := t.locate(call, a)
	if err != nil {
		return err
	}
	if r.originSystem != "CustomDataProvidedResource" {
		return badRequest("The resource '%s' comes from %s; only custom data provided resources have upload sessions.", r.id, r.originSystem)
	}
	body := call.object()
	data := first(body, "data")
	definition := cmp.Or(text(data, "reviewDefinitionId"), text(data, "accessReviewId"))
	instance := cmp.Or(text(data, "reviewInstanceId"), text(data, "accessReviewInstanceId"))
	now := t.cfg.Now()
	if old := t.newest[pairOf(r.id, instance)]; old != nil && old.status(now) != "expired" {
		return conflict("An upload session for this access review instance and resource already exists.")
	}
	s := t.addSession(r, definition, instance)
	s.source, s.callbackType = body["source"], body["type"]
	a.Body = s.viewWithFiles(now)
	return nil
}

func (t *Tenant) addSession(r *resource, definition, instance string) *session {
	now := t.cfg.Now()
	s := &session{
		id: t.cfg.IDs.GUID(), resourceID: r.id, instanceID: instance,
		data: map[string]any{
			"reviewDefinitionId": definition, "reviewInstanceId": instance,
			"accessReviewId": definition, "accessReviewInstanceId": instance,
		},
		created: now, expires: now.Add(t.cfg.SessionLifetime),
	}
	t.sessions.add(s)
	t.newest[pairOf(r.id, instance)] = s
	return s
}

// A Session describes an upload session to add.
type Session struct {
	ResourceID               string
	DefinitionID, InstanceID string // of the access review
	Complete                 bool
}

// AddSession adds an upload session and returns its id; ok is false if there is
// no such resource.
func (t *Tenant) AddSession(s Session) (id string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.resources.get(s.ResourceID)
	if r == nil {
		return "", false
	}
	added := t.addSession(r, s.DefinitionID, s.InstanceID)
	added.complete = s.Complete
	return added.id, true
}

// session returns the session that the path names, which has to be one of the
// resource that the path leads through.
func (t *Tenant) session(call *Call) (*session, *Error) {
	r, err := t.locate(call, nil)
	if err != nil {
		return nil, err
	}
	id := call.Key("uploadSessionId")
	s := t.sessions.get(id)
	if s == nil || s.resourceID != r.id {
		return nil, notFound("upload session", id)
	}
	return s, nil
}

// openSession is session for what only an active session can do.
func (t *Tenant) openSession(call *Call, refusal string) (*session, *Error) {
	s, err := t.session(call)
	if err != nil {
		return nil, err
	}
	switch s.status(t.cfg.Now()) {
	case "complete":
		return nil, conflict("The upload session is complete and " + refusal)
	case "expired":
		return nil, conflict("The upload session has expired and " + refusal)
	}
	return s, nil
}

func (t *Tenant) listSessions(call *Call, a *Answer) *Error {
	r, err := t.locate(call, nil)
	if err != nil {
		return err
	}
	var items []map[string]any
	for _, s := range t.sessions.items {
		if s.resourceID == r.id {
			items = append(items, s.view(t.cfg.Now()))
		}
	}
	return t.page(call, a, items, t.expandSession)
}

func (t *Tenant) getSession(call *Call, a *Answer) *Error {
	s, err := t.session(call)
	if err != nil {
		return err
	}
	a.Body = s.view(t.cfg.Now())
	if call.Operation.Query == nil { // a revision without $expand shows the files at once
		a.Body["files"] = s.fileViews()
	}
	return applyItemOptions(call, a.Body, t.expandSession)
}

func (t *Tenant) expandSession(item map[string]any, property string) (any, bool) {
	id, _ := item["id"].(string)
	if !strings.EqualFold(property, "files") {
		return nil, false
	}
	return t.sessions.get(id).fileViews(), true
}

// completeSession carries out the only change that is allowed:
// isUploadDone becomes true. The contract has refused any other, or its rules are
// lowered; then nothing changes.
func (t *Tenant) completeSession(call *Call, a *Answer) *Error {
	s, err := t.openSession(call, "can't be changed.")
	if err != nil {
		return err
	}
	if done, _ := call.object()["isUploadDone"].(bool); done {
		s.complete = true
	}
	a.Body = s.viewWithFiles(t.cfg.Now())
	return nil
}

func (t *Tenant) deleteSession(call *Call, _ *Answer) *Error {
	s, err := t.session(call)
	if err != nil {
		return err
	}
	if s.complete {
		return conflict("The upload session is complete and can't be deleted.")
	}
	t.sessions.remove(s.id)
	if p := pairOf(s.resourceID, s.instanceID); t.newest[p] == s {
		delete(t.newest, p)
	}
	return nil
}

func (t *Tenant) uploadFile(call *Call, a *Answer) *Error {
	s, _, err := t.addFile(call)
	if err != nil {
		return err
	}
	a.Body = s.viewWithFiles(t.cfg.Now())
	return nil
}

// createFile is the draft's form of uploadFile, which answers the file.
func (t *Tenant) createFile(call *Call, a *Answer) *Error {
	_, f, err := t.addFile(call)
	if err != nil {
		return err
	}
	a.Body = f.view()
	return nil
}

func (t *Tenant) addFile(call *Call) (*session, file, *Error) {
	s, err := t.openSession(call, "takes no more files.")
	if err != nil {
		return nil, file{}, err
	}
	if call.File == nil {
		return nil, file{}, badRequest("The request has no file.")
	}
	f := file{
		id: t.cfg.IDs.GUID(), name: cmp.Or(call.File.Name, "file.csv"),
		size: int64(len(call.File.Data)), uploaded: t.cfg.Now(),
	}
	s.files = append(s.files, f)
	return s, f, nil
}
