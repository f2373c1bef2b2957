package benchmarks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/schemas"
)

// An object is a JSON object of an OpenAPI document.
type object = map[string]any

// An openAPI is an OpenAPI 3.0 document that says of some operations what the
// metadata says of them: path parameters for keys, the system query options with
// the names that they may hold, and bodies as one flat schema for each type, in
// which inherited members are merged. It is what kin-openapi can check of Graph:
// there is no grammar of $filter in OpenAPI.
type openAPI struct {
	contract   *schemas.Contract
	operations int      // so far
	most       int      // operations
	gets       []string // URLs of the operations with GET, with keys filled in
	paths      object
	components object // name of a type → schema; nil while it is made
}

// A spot is a path of the document and what it leads to.
type spot struct {
	path       string // with {id0}, {id1} … for keys
	url        string // with keys filled in
	typ        string
	collection bool
	keys       int
}

// newOpenAPI returns a document of the given number of operations, or of fewer if the
// metadata runs out of contained entities. The first ones are those of users, then of
// what they contain; then come the other entry points, and what those contain.
func newOpenAPI(contract *schemas.Contract, metadata []byte, operations int) (*openAPI, error) {
	doc, err := csdl.Parse(metadata)
	if err != nil {
		return nil, err
	}
	d := &openAPI{contract: contract, most: operations, paths: object{}, components: object{}}
	queue := entryPoints(doc)
	first := slices.IndexFunc(queue, func(s spot) bool { return s.path == "/users" })
	users := queue[first]
	queue = slices.Delete(queue, first, first+1)
	below, err := d.add(users)
	if err != nil {
		return nil, err
	}
	for queue = append(below, queue...); len(queue) > 0 && d.operations < d.most; queue = append(queue[1:], below...) {
		if below, err = d.add(queue[0]); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func entryPoints(doc *csdl.Document) []spot {
	var list []spot
	for _, s := range doc.Schemas {
		for _, c := range s.Containers {
			for _, set := range c.Sets {
				list = append(list, spot{path: "/" + set.Name, url: "/" + set.Name, typ: set.Type, collection: !set.Singleton})
			}
		}
	}
	return list
}

// JSON returns the text of the document.
func (d *openAPI) JSON() ([]byte, error) {
	return json.Marshal(object{
		"openapi":  "3.0.3",
		"info":     object{"title": "a part of Microsoft Graph", "version": "v1.0"},
		"servers":  []any{object{"url": "/v1.0"}},
		"security": []any{object{"bearer": []any{}}},
		"paths":    d.paths,
		"components": object{
			"schemas":         d.components,
			"securitySchemes": object{"bearer": object{"type": "http", "scheme": "bearer"}},
		},
	})
}

// add adds the operations of a spot, and returns what is contained in the entities there.
func (d *openAPI) add(s spot) ([]spot, error) {
	info, err := d.contract.Type(s.typ)
	if err != nil {
		return nil, err
	}
	schema, err := d.refer(s.typ)
	if err != nil {
		return nil, err
	}
	entity := s
	if s.collection {
		d.put(s, object{
			"get":  operation(nil, object{"type": "object", "properties": object{"value": object{"type": "array", "items": schema}}}, listOptions(info)),
			"post": operation(schema, schema, nil),
		})
		key, ok := keyOf(info)
		if !ok {
			return nil, nil
		}
		entity.path += fmt.Sprintf("/{id%d}", s.keys)
		entity.url += "/" + key
		entity.keys++
	}
	d.put(entity, object{
		"get":    operation(nil, schema, entityOptions(info)),
		"patch":  operation(schema, schema, nil),
		"delete": object{"responses": object{"204": object{"description": "deleted"}}},
	})
	var below []spot
	for _, m := range info.Members {
		if m.Contained && entity.keys < 4 { // containment has no end
			typ, collection := item(m.Type)
			below = append(below, spot{entity.path + "/" + m.Name, entity.url + "/" + m.Name, typ, collection, entity.keys})
		}
	}
	return below, nil
}

// put adds as many operations of a path as there is room for.
func (d *openAPI) put(s spot, methods object) {
	path := object{}
	for _, method := range []string{"get", "post", "patch", "delete"} {
		if op, ok := methods[method]; ok && d.operations < d.most {
			path[method] = op
			d.operations++
		}
	}
	if len(path) == 0 {
		return
	}
	var keys []any
	for i := range s.keys {
		keys = append(keys, object{"name": fmt.Sprintf("id%d", i), "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	if keys != nil {
		path["parameters"] = keys
	}
	d.paths[s.path] = path
	d.gets = append(d.gets, "/v1.0"+s.url)
}

func operation(body, answer object, parameters []any) object {
	content := func(schema object) object { return object{"application/json": object{"schema": schema}} }
	op := object{"responses": object{"2XX": object{"description": "done", "content": content(answer)}}}
	if body != nil {
		op["requestBody"] = object{"required": true, "content": content(body)}
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	return op
}

// entityOptions returns the query options of one entity.
func entityOptions(info *schemas.TypeInfo) []any {
	var properties, navigations []string
	for _, m := range info.Members {
		if m.Navigation {
			navigations = append(navigations, m.Name)
		}
		properties = append(properties, m.Name)
	}
	options := []any{names("$select", properties)}
	if navigations != nil {
		options = append(options, names("$expand", append(navigations, "*")))
	}
	return options
}

// listOptions returns the query options of a collection.
func listOptions(info *schemas.TypeInfo) []any {
	var sorts []string
	for _, m := range info.Members {
		sorts = append(sorts, m.Name, m.Name+" desc", m.Name+" asc")
	}
	whole := object{"type": "integer", "minimum": 0}
	return append(entityOptions(info),
		names("$orderby", sorts), option("$filter", object{"type": "string"}), option("$search", object{"type": "string"}),
		option("$top", whole), option("$skip", whole), option("$count", object{"type": "boolean"}))
}

func option(name string, schema object) object {
	return object{"name": name, "in": "query", "schema": schema}
}

// names returns an option that is a list of names, separated by commas.
func names(name string, allowed []string) object {
	o := option(name, object{"type": "array", "items": object{"type": "string", "enum": allowed}})
	o["style"], o["explode"] = "form", false
	return o
}

// keyOf returns some key of an entity; ok is false if it has several parts.
func keyOf(info *schemas.TypeInfo) (key string, ok bool) {
	if len(info.Key) > 1 {
		return "", false
	}
	for _, m := range info.Members {
		if len(info.Key) == 1 && m.Name == info.Key[0] && strings.HasPrefix(m.Type, "Edm.Int") {
			return "17", true
		}
	}
	return "5a9d17", true
}

// item returns the type of the items of a collection.
func item(typ string) (name string, collection bool) {
	name, collection = strings.CutPrefix(typ, "Collection(")
	return strings.TrimSuffix(name, ")"), collection
}

// refer returns a reference to the schema of a type, which is made if it is not there yet.
func (d *openAPI) refer(typ string) (object, error) {
	info, err := d.contract.Type(typ)
	if err != nil {
		return nil, err
	}
	if _, ok := d.components[info.Name]; !ok {
		d.components[info.Name] = nil // types may contain themselves
		if d.components[info.Name], err = d.component(info); err != nil {
			return nil, err
		}
	}
	return object{"$ref": "#/components/schemas/" + info.Name}, nil
}

func (d *openAPI) component(info *schemas.TypeInfo) (object, error) {
	if info.Kind == "enum" {
		var members []string
		for _, m := range info.Members {
			members = append(members, m.Name)
		}
		if info.Flags || members == nil {
			return object{"type": "string"}, nil
		}
		return object{"type": "string", "enum": members}, nil
	}
	properties := object{"@odata.type": object{"type": "string"}}
	for _, m := range info.Members {
		schema, err := d.member(m)
		if err != nil {
			return nil, err
		}
		properties[m.Name] = schema
		if m.Navigation {
			properties[m.Name+"@odata.bind"] = object{}
		}
	}
	return object{"type": "object", "properties": properties, "additionalProperties": info.Open}, nil
}

func (d *openAPI) member(m schemas.MemberInfo) (schema object, err error) {
	typ, collection := item(m.Type)
	switch {
	case m.Navigation:
		schema = object{"type": "object"}
	case strings.HasPrefix(typ, "Edm."):
		schema = primitive(typ)
	default:
		if schema, err = d.refer(typ); err != nil {
			return nil, err
		}
	}
	_, isRef := schema["$ref"]
	switch {
	case collection:
		schema = object{"type": "array", "items": schema}
	case m.Nullable && isRef: // OpenAPI 3.0 ignores what stands beside $ref
		schema = object{"nullable": true, "allOf": []any{schema}}
	case m.Nullable && len(schema) > 0:
		schema["nullable"] = true
	}
	return schema, nil
}

func primitive(typ string) object {
	switch typ {
	case "Edm.Boolean":
		return object{"type": "boolean"}
	case "Edm.Byte":
		return object{"type": "integer", "minimum": 0, "maximum": 255}
	case "Edm.SByte", "Edm.Int16", "Edm.Int32":
		return object{"type": "integer", "format": "int32"}
	case "Edm.Int64":
		return object{"type": "integer", "format": "int64"}
	case "Edm.Decimal", "Edm.Double", "Edm.Single":
		return object{"type": "number"}
	case "Edm.DateTimeOffset":
		return object{"type": "string", "format": "date-time"}
	case "Edm.Date":
		return object{"type": "string", "format": "date"}
	case "Edm.Guid":
		return object{"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
	case "Edm.Duration":
		return object{"type": "string", "pattern": "^-?P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?$"}
	case "Edm.String", "Edm.Binary", "Edm.TimeOfDay":
		return object{"type": "string"}
	}
	return object{} // Edm.Untyped, Edm.Stream, geography
}
