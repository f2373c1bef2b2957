// Package csdl parses metadata documents of OData services: CSDL in its XML
// representation, version 4.0 and 4.01. It yields a syntax tree with the place of
// each node and knows nothing of what the names in it lead to.
//
//	doc, err := csdl.Parse(text)
//	if err != nil { ... } // all mistakes, as a csdl.ErrorList
//	for _, schema := range doc.Schemas {
//		for _, t := range schema.Types {
//			line, _ := doc.Position(t.Pos)
//			fmt.Println(schema.Namespace+"."+t.Name, line)
//		}
//	}
//
// The grammar is that of the schemas edmx.xsd and edm.xsd of OASIS
// (https://github.com/oasis-tcs/odata-csdl-schemas), with these differences.
//
// Elements may stand in any order. An enumeration may have no member, a container
// no child and an Annotations element no annotation, as in the metadata of
// Microsoft Graph. Names, paths and types are any text but the empty one.
// What the grammar does not have at a place is no error: see [Document.Unknown].
//
// XML is read as version 1.0 with namespaces, in UTF-8. A document type
// declaration is refused; processing instructions are skipped; letters beyond
// ASCII are taken in every name.
package csdl
