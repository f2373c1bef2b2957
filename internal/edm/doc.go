// Package edm is the entity data model: the types, operations and entry points that
// a metadata document declares, with every name resolved. It knows nothing
// of XML and nothing of HTTP.
//
//	doc, err := csdl.Parse(text)
//	...
//	model, err := edm.New(doc)
//	user := model.Struct("graph.user") // by alias or namespace
//	for _, p := range user.Members() { ... }
//
// A model never changes once it is made, and may be used by several goroutines
// at once. What is derived from it (the members of a type with those that it
// inherits, its concrete types) is made when it is first asked for.
package edm
