// Package edmschema makes JSON Schemas (draft 2020-12) of the types and operations
// of an entity data model.
//
//	maker := edmschema.Maker{Model: model}
//	user, _ := model.Type("microsoft.graph.user")
//	os.Stdout.Write(maker.Type(user, edmschema.Create)) // what POST /users may send
//
// A document stands on its own: what it refers to is in its $defs, one entry for
// each type by qualified name, with the members that the type inherits. Where a value
// may also be of a derived type the entry is called "NAME-or-derived" and chooses by
// "@odata.type". Documents hold standard keywords only, and no "format": what a
// date is does not depend on the validator. The same model always gives the same bytes.
//
// # What a conformant body is
//
// Objects are closed unless their type is open. Annotations are allowed everywhere:
// "@odata.count", "x@odata.type", "@microsoft.graph.downloadUrl", with any value.
// "x@odata.bind" is allowed in requests only, and for navigation properties only.
//
// A body is of its declared type unless "@odata.type" names a type derived from
// that, by namespace or alias, with "#" or without. If the declared type is abstract, Create
// and action parameters need "@odata.type". An update or an answer without it may
// have the members of the declared type only, abstract or not.
//
// Nothing else is required in a body: Nullable="false" of a property says that null is no value for it,
// not that a request has to give it, and Graph's metadata says nowhere what has
// to be given. Parameters of an action are required unless they are nullable or optional
// (Core.OptionalParameter).
//
// Names have the declared spelling, and enumerations the declared members, also where Graph
// takes other letter cases and answers with members that came later. Properties that the
// service computes are allowed in requests, and marked readOnly; so are
// immutable ones in updates. Members of a flags enumeration are separated by commas, with a blank behind them or none.
//
// An abstract type that nothing is derived from has no values to create.
//
// Navigation properties hold any object, or any objects, unless [Maker.Navigation]
// is set. That goes for updates too: OData 4.0 has no such updates, but Graph changes the
// extended properties of a message in this way. Streams never stand in JSON;
// graph.Json and Edm.Untyped are any value, null too.
//
// # Limits
//
// Graph's metadata knows entity types with hundreds of derived ones: the schema of
// microsoft.graph.entity has all of them. The precision and scale of numbers and
// times is not looked at. Bounds of Edm.Int64 and Edm.Double are exact only in validators that keep
// numbers exact.
package edmschema
