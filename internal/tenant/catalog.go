package tenant

import (
	"strings"
	"time"

	"github.com/graphmock/graphmock/schemas"
)

type catalog struct {
	id, displayName, description string
	state                        string // "published" or "unpublished"
	external                     bool
	created                      time.Time
}

func (c *catalog) key() string { return c.id }

func (c *catalog) view() map[string]any {
	const creator = "admin@contoso.onmicrosoft.com"
	return map[string]any{
		"id":                  c.id,
		"displayName":         c.displayName,
		"description":         c.description,
		"catalogType":         "userManaged",
		"state":               c.state,
		"catalogStatus":       c.state,
		"isExternallyVisible": c.external,
		"createdBy":           creator,
		"modifiedBy":          creator,
		"createdDateTime":     timestamp(c.created),
		"modifiedDateTime":    timestamp(c.created),
	}
}

// A resource is something that a catalog holds. Roles, scopes and environments
// are modelled as far as a path may lead through them.
type resource struct {
	id, catalogID, typeName                          string
	displayName, description, originID, originSystem string
	endpoint                                         map[string]any // notificationEndpointConfiguration, or nil
	roleID, scopeID, environmentID                   string
	created, modified                                time.Time
	alias                                            map[schemas.Key]bool // other keys that lead here, taken on trust
}

func (r *resource) key() string { return r.id }

const customDataResource = "#microsoft.graph.customDataProvidedResource"

func (r *resource) view() map[string]any {
	v := map[string]any{
		"@odata.type":         r.typeName,
		"id":                  r.id,
		"displayName":         r.displayName,
		"description":         r.description,
		"originId":            r.originID,
		"originSystem":        r.originSystem,
		"resourceType":        r.originSystem,
		"url":                 nil,
		"attributes":          []any{},
		"addedBy":             "admin@contoso.onmicrosoft.com",
		"addedOn":             timestamp(r.created),
		"isPendingOnboarding": false,
		"createdDateTime":     timestamp(r.created),
		"modifiedDateTime":    timestamp(r.modified),
	}
	if r.typeName == customDataResource {
		v["notificationEndpointConfiguration"] = nil
		if r.endpoint != nil {
			v["notificationEndpointConfiguration"] = r.endpoint
		}
	}
	return v
}

// expanded returns what $expand of the navigation property adds; ok is false
// if the resource has no such property.
func (r *resource) expanded(property string) (v any, ok bool) {
	origin := map[string]any{"originId": r.originID, "originSystem": r.originSystem}
	with := func(members map[string]any) map[string]any {
		for name, value := range origin {
			members[name] = value
		}
		return members
	}
	switch strings.ToLower(property) {
	case "roles", "accesspackageresourceroles":
		return []any{with(map[string]any{"id": r.roleID, "displayName": "Access", "description": nil})}, true
	case "scopes", "accesspackageresourcescopes":
		return []any{with(map[string]any{
			"id": r.scopeID, "displayName": "Root", "description": "Root Scope", "isRootScope": true, "url": nil, "roleOriginId": nil,
		})}, true
	case "environment", "accesspackageresourceenvironment":
		return with(map[string]any{
			"id": r.environmentID, "displayName": r.displayName, "description": nil, "isDefaultEnvironment": true,
			"createdDateTime": timestamp(r.created), "modifiedDateTime": timestamp(r.modified),
			"createdBy": "admin@contoso.onmicrosoft.com", "modifiedBy": "admin@contoso.onmicrosoft.com",
		}), true
	}
	return nil, false
}

// A Catalog describes a catalog to add.
type Catalog struct {
	ID          string // made if empty
	DisplayName string
	Description string
}

// AddCatalog adds a published catalog and returns its id. One that is there
// with the same id is kept.
func (t *Tenant) AddCatalog(c Catalog) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addCatalog(c).id
}

func (t *Tenant) addCatalog(c Catalog) *catalog {
	if c.ID == "" {
		c.ID = t.cfg.IDs.GUID()
	}
	if old := t.catalogs.get(c.ID); old != nil {
		return old
	}
	added := &catalog{
		id: c.ID, displayName: c.DisplayName, description: c.Description,
		state: "published", created: t.cfg.Now(),
	}
	t.catalogs.add(added)
	return added
}

// A Resource describes a custom data provided resource to add.
type Resource struct {
	ID          string // made if empty
	CatalogID   string // the tenant's first catalog if empty
	DisplayName string
	Description string
	OriginID    string // made if empty
}

// AddResource adds a resource, and its catalog if there is none with that id,
// and returns its id. One that is there with the same id is kept.
func (t *Tenant) AddResource(r Resource) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addResource(r).id
}

func (t *Tenant) addResource(r Resource) *resource {
	if r.ID == "" {
		r.ID = t.cfg.IDs.GUID()
	}
	if old := t.resources.get(r.ID); old != nil {
		return old
	}
	if r.OriginID == "" {
		r.OriginID = t.cfg.IDs.GUID()
	}
	if r.CatalogID == "" && len(t.catalogs.items) > 0 {
		r.CatalogID = t.catalogs.items[0].id
	}
	now := t.cfg.Now()
	added := &resource{
		id: r.ID, catalogID: t.addCatalog(Catalog{ID: r.CatalogID}).id, typeName: customDataResource,
		displayName: r.DisplayName, description: r.Description,
		originID: r.OriginID, originSystem: "CustomDataProvidedResource",
		roleID: t.cfg.IDs.GUID(), scopeID: t.cfg.IDs.GUID(), environmentID: t.cfg.IDs.GUID(),
		created: now, modified: now,
	}
	t.resources.add(added)
	return added
}

func (t *Tenant) listCatalogs(call *Call, a *Answer) *Error {
	var items []map[string]any
	for _, c := range t.catalogs.items {
		items = append(items, c.view())
	}
	return t.page(call, a, items, t.expandCatalog)
}

func (t *Tenant) getCatalog(call *Call, a *Answer) *Error {
	c := t.catalogs.get(call.Key("catalogId"))
	if c == nil {
		return notFound("catalog", call.Key("catalogId"))
	}
	a.Body = c.view()
	return applyItemOptions(call, a.Body, t.expandCatalog)
}

// expandCatalog knows no members of catalogs but their resources: access
// packages are not modelled, so there are none.
func (t *Tenant) expandCatalog(item map[string]any, property string) (any, bool) {
	switch strings.ToLower(property) {
	case "resources", "accesspackageresources":
		out := []any{}
		for _, r := range t.resources.items {
			if r.catalogID == item["id"] {
				out = append(out, r.view())
			}
		}
		return out, true
	case "accesspackages":
		return []any{}, true
	}
	return nil, false
}

func (t *Tenant) createCatalog(call *Call, a *Answer) *Error {
	body := call.object()
	c := t.addCatalog(Catalog{DisplayName: text(body, "displayName"), Description: text(body, "description")})
	if s := text(body, "state") + text(body, "catalogStatus"); s != "" {
		c.state = strings.ToLower(s)
	}
	c.external, _ = body["isExternallyVisible"].(bool)
	a.Body = c.view()
	return nil
}

func (t *Tenant) listResources(call *Call, a *Answer) *Error {
	catalogID := call.Key("catalogId")
	if catalogID != "" && t.catalogs.get(catalogID) == nil {
		return notFound("catalog", catalogID)
	}
	var items []map[string]any
	for _, r := range t.resources.items {
		if catalogID == "" || r.catalogID == catalogID {
			items = append(items, r.view())
		}
	}
	return t.page(call, a, items, t.expandResource)
}

func (t *Tenant) getResource(call *Call, a *Answer) *Error {
	r, err := t.locate(call, nil)
	if err != nil {
		return err
	}
	a.Body = r.view()
	return applyItemOptions(call, a.Body, t.expandResource)
}

func (t *Tenant) expandResource(item map[string]any, property string) (any, bool) {
	id, _ := item["id"].(string)
	if strings.EqualFold(property, "uploadSessions") {
		out := []any{}
		for _, s := range t.sessions.items {
			if s.resourceID == id {
				out = append(out, s.view(t.cfg.Now()))
			}
		}
		return out, true
	}
	return t.resources.get(id).expanded(property)
}

// requestResource adds, changes or removes a resource. Requests are delivered
// at once.
func (t *Tenant) requestResource(call *Call, a *Answer) *Error {
	body := call.object()
	wanted := first(body, "resource", "accessPackageResource")
	catalogID := text(body, "catalogId")
	if c := first(body, "catalog"); c != nil {
		catalogID = text(c, "id")
	}
	if catalogID == "" {
		return badRequest("The request does not name a catalog.")
	}
	if t.catalogs.get(catalogID) == nil {
		return notFound("catalog", catalogID)
	}
	onlyValidate, _ := body["isValidationOnly"].(bool)
	state := "delivered"
	if !t.deliver(strings.ToLower(text(body, "requestType")), catalogID, wanted, onlyValidate) {
		state = "deliveryFailed"
	}
	now := t.cfg.Now()
	a.Body = map[string]any{
		"id":                 t.cfg.IDs.GUID(),
		"requestType":        body["requestType"],
		"catalogId":          catalogID,
		"state":              state,
		"requestState":       state,
		"requestStatus":      map[string]string{"delivered": "Fulfilled", "deliveryFailed": "DeliveryFailed"}[state],
		"justification":      body["justification"],
		"isValidationOnly":   onlyValidate,
		"executeImmediately": false,
		"expirationDateTime": nil,
		"createdDateTime":    timestamp(now),
	}
	return nil
}

// deliver carries a request out, unless it is only to be validated, and reports
// whether it can be carried out.
func (t *Tenant) deliver(requestType, catalogID string, wanted map[string]any, onlyValidate bool) bool {
	old := t.wantedResource(catalogID, wanted)
	if onlyValidate {
		return (old == nil) == (requestType == "adminadd")
	}
	switch requestType {
	case "adminadd":
		if old != nil {
			return false
		}
		old = t.addResource(Resource{CatalogID: catalogID, OriginID: text(wanted, "originId")})
		if old.originSystem = text(wanted, "originSystem"); old.originSystem != "CustomDataProvidedResource" {
			old.typeName = "#microsoft.graph.accessPackageResource"
		}
	case "adminremove":
		if old != nil {
			t.resources.remove(old.id)
		}
		return old != nil
	case "adminupdate":
		if old == nil {
			return false
		}
	default:
		return false
	}
	for member, field := range map[string]*string{"displayName": &old.displayName, "description": &old.description} {
		if s, ok := wanted[member].(string); ok {
			*field = s
		}
	}
	if endpoint := first(wanted, "notificationEndpointConfiguration"); endpoint != nil {
		old.endpoint = endpoint
	}
	old.modified = t.cfg.Now()
	return true
}

// wantedResource returns the resource of a catalog that a request speaks of, by
// id or by origin; nil if there is none.
func (t *Tenant) wantedResource(catalogID string, wanted map[string]any) *resource {
	for _, r := range t.resources.items {
		if r.catalogID == catalogID && (r.id == text(wanted, "id") || r.originID == text(wanted, "originId")) {
			return r
		}
	}
	return nil
}

// locate returns the resource that the keys of the path lead to. With a
// non-nil a, what the tenant has never heard of is adopted and noted there;
// a resource that is missing from a catalog which the tenant knows is
// an error all the same: the ids were probably mixed up.
func (t *Tenant) locate(call *Call, a *Answer) (*resource, *Error) {
	adopt := a != nil && !t.cfg.StrictIDs
	var at *resource
	catalogID, catalogIsNew := "", false
	for _, k := range call.Keys {
		switch k.Name {
		case "catalogId":
			catalogID, catalogIsNew = k.Value, t.catalogs.get(k.Value) == nil
			if catalogIsNew && !adopt {
				return nil, notFound("catalog", k.Value)
			}
			continue
		case "uploadSessionId":
			continue
		}
		found := t.reached(k)
		wrongCatalog := found != nil && catalogID != "" && at == nil && found.catalogID != catalogID
		switch {
		case found != nil && !wrongCatalog:
			at = found
		case wrongCatalog || !adopt || catalogID != "" && !catalogIsNew:
			return nil, notFound(strings.TrimSuffix(k.Name, "Id"), k.Value)
		default:
			at = t.adopt(k, catalogID, a)
		}
	}
	if at == nil {
		return nil, notFound("resource", "")
	}
	return at, nil
}

// reached returns the resource that a key leads to, nil if there is none.
func (t *Tenant) reached(k schemas.Key) *resource {
	if k.Name == "resourceId" {
		return t.resources.get(k.Value)
	}
	for _, r := range t.resources.items {
		if r.alias[k] || k.Value == map[string]string{"roleId": r.roleID, "scopeId": r.scopeID, "environmentId": r.environmentID}[k.Name] {
			return r
		}
	}
	return nil
}

// adopt takes the resource that a key leads to on trust, and the catalog too; without
// a catalog in the path it is in the tenant's first.
func (t *Tenant) adopt(k schemas.Key, catalogID string, a *Answer) *resource {
	id := k.Value
	if k.Name != "resourceId" {
		id = ""
	}
	if t.catalogs.get(catalogID) == nil && catalogID != "" {
		a.Adopted = append(a.Adopted, schemas.Key{Name: "catalogId", Value: catalogID})
	}
	a.Adopted = append(a.Adopted, k)
	r := t.addResource(Resource{ID: id, CatalogID: catalogID, DisplayName: "Adopted resource"})
	r.alias = map[schemas.Key]bool{k: true}
	return r
}
