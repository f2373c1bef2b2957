// Package bind holds parsed query options to the entity data model: it looks up the
// names in them and finds out the types of all expressions.
//
//	query := new(odata.Query)
//	...query.Set(option)...
//	users := model.Set("users")
//	problems := bind.Check(query, bind.Target{
//		Model:        model,
//		Type:         edm.Type{Struct: users.Type, Collection: true},
//		Capabilities: bind.CapabilitiesOf(users, nil, users.Type),
//	})
//
// The rules are those of OData 4.01, with these differences, in which Microsoft
// Graph is followed.
//
// Names of properties and members of enumerations are found in any letter case.
// A property of a derived type is found without a cast. On open types every name
// is legal; one that is nearly that of a declared property is reported.
//
// A member of an enumeration may be given as a string. A Date and a DateTimeOffset
// compare. GUIDs compare with strings, as most ids in Graph are strings that
// hold a GUID; that is reported. A DateTimeOffset doesn't compare with a string.
//
// Directory objects (users, groups, applications and some more) have queries
// that need the header ConsistencyLevel: eventual; see [Target.Eventual].
//
// What the metadata says is not offered (its capability annotations) is reported under
// a rule of its own: Graph often ignores an option, or takes it nevertheless.
package bind
