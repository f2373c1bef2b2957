package edm

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/csdl"
)

// wrap makes a document of what stands in the schema n, on lines of its own from the second on.
func wrap(inside string) string {
	return `<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices><Schema Namespace="n" Alias="a" xmlns="http://docs.oasis-open.org/odata/ns/edm">
` + strings.TrimSpace(inside) + `
</Schema></edmx:DataServices></edmx:Edmx>`
}

const emptyContainer = `<EntityContainer Name="C"/>`

// TestErrors holds a document with all kinds of mistakes to one list of them.
func TestErrors(t *testing.T) {
	tests := []struct{ name, inside, want string }{
		{"all in one run", `
<EntityType Name="lost" BaseType="a.nowhere"><Key><PropertyRef Name="id"/></Key><Property Name="p" Type="a.eg"/></EntityType>
<EntityType Name="egg"><NavigationProperty Name="n" Type="Collection(a.hen)"/><NavigationProperty Name="s" Type="Edm.String"/></EntityType>
<EntityType Name="egg"/>
<EntityType Name="hen" BaseType="a.chick"/>
<EntityType Name="chick" BaseType="a.hen"/>
<EntityType Name="self" BaseType="a.self"/>
<ComplexType Name="c" BaseType="a.egg"/>
<ComplexType Name="d" BaseType="a.e"><Property Name="x" Type="Edm.Strin"/><Property Name="x" Type="Edm.Int32"/><NavigationProperty Name="x" Type="a.hen"/></ComplexType>
<EnumType Name="e" UnderlyingType="Edm.String"/>
<EnumType Name="f" UnderlyingType="Int32"/>
<TypeDefinition Name="t" UnderlyingType="a.egg"/>
<TypeDefinition Name="e" UnderlyingType="Edm.String"/>
<Function Name="fn" IsBound="true"><Parameter Name="b" Type="a.hens"/><Parameter Name="q" Type="Collection(Collection(Edm.Int32))"/><ReturnType Type="a.nothing"/></Function>
<Function Name="void"><ReturnType Type="Edm.String"/></Function>
<Action Name="unbound" IsBound="true"/>
<EntityContainer Name="C">
<EntitySet Name="eggs" EntityType="a.egg"/>
<EntitySet Name="eggs" EntityType="a.hen"/>
<Singleton Name="eggs" Type="a.egg"/>
<EntitySet Name="none" EntityType="a.none"/>
<EntitySet Name="ds" EntityType="a.d"/>
<FunctionImport Name="eggs" Function="a.void"/>
<FunctionImport Name="gone" Function="a.gone"/>
<ActionImport Name="wrong" Action="a.void"/>
<FunctionImport Name="bound" Function="a.fn"/>
</EntityContainer>`, `
2:1: no type "a.nowhere"
2:51: the key of "lost" is "id", which is no property of it
2:81: no type "a.eg"; did you mean "n.e"?
3:79: navigation property "s" leads to Edm.String: want an entity type
4:1: there is another type "n.egg"
6:1: "chick" is its own base type
7:1: "self" is its own base type
8:1: the base type of "c" is n.egg: an entity type and a complex type can't inherit from each other
9:1: the base type of "d" is n.e: want an entity or a complex type
9:38: no primitive type "Edm.Strin"; did you mean "String"?
9:75: "d" has the property "x" twice
9:112: "d" has the property "x" twice
10:1: enumeration "e" has the underlying type "Edm.String": want Edm.Byte, Edm.SByte, Edm.Int16, Edm.Int32 or Edm.Int64
11:1: enumeration "f" has the underlying type "Int32": want Edm.Byte, Edm.SByte, Edm.Int16, Edm.Int32 or Edm.Int64
12:1: type definition "t" has the underlying type "a.egg": want a primitive type
13:1: there is another type "n.e"
14:36: no type "a.hens"; did you mean "n.hen"?
14:71: a collection of collections
14:133: no type "a.nothing"
16:1: "unbound" is bound and has no parameter: want the type that it is bound to as the first
19:1: there is another entity set, singleton or import "eggs"
20:1: there is another entity set, singleton or import "eggs"
21:1: no type "a.none"
22:1: "ds" holds n.d: want an entity type
23:1: there is another entity set, singleton or import "eggs"
24:1: "gone" imports "a.gone", which is no unbound operation
25:1: "wrong" imports "a.void", which is no unbound operation
26:1: "bound" imports "a.fn", which is no unbound operation`},
		{"no container", `<ComplexType Name="c"/>`, `1:1: there is no entity container: no path leads anywhere`},
		{"no container, and more", `<ComplexType Name="c"/><ComplexType Name="c"/>`, `
1:1: there is no entity container: no path leads anywhere
2:24: there is another type "n.c"`},
		{"two containers", emptyContainer + `<EntityContainer Name="C"/><EntityContainer Name="D"/>`, `
2:28: there is another entity container, "n.C"
2:55: there is another entity container, "n.C"`},
		{"longer cycle", emptyContainer + `
<ComplexType Name="x" BaseType="n.y"/><ComplexType Name="y" BaseType="n.z"/><ComplexType Name="z" BaseType="n.x"/>`,
			`3:77: "z" is its own base type`},
		{"alias of two namespaces", emptyContainer + `</Schema><Schema Namespace="m" Alias="a" xmlns="http://docs.oasis-open.org/odata/ns/edm">`,
			`2:37: alias "a" stands for "n" and for "m"`},
		{"collection for a set and for a base", `
<EntityType Name="e"/><EntityType Name="f" BaseType="Collection(n.e)"/>
<EntityContainer Name="C"><EntitySet Name="s" EntityType="Collection(n.e)"/></EntityContainer>`, `
2:23: the base type of "f" is Collection(n.e): want an entity or a complex type
3:27: "s" holds Collection(n.e): want an entity type`},
		{"key within a property that is not there", emptyContainer + `<EntityType Name="e"><Key><PropertyRef Name="a/b" Alias="b"/></Key></EntityType>`,
			`2:54: the key of "e" is "a/b", which is no property of it`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := Parse([]byte(wrap(test.inside)))
			if err == nil || m != nil {
				t.Fatalf("got a model: %v, and error %v", m != nil, err)
			}
			var list csdl.ErrorList
			if !errors.As(err, &list) {
				t.Errorf("got a %T, want a csdl.ErrorList", err)
			}
			if got, want := err.Error(), strings.TrimSpace(test.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestIssues(t *testing.T) {
	tests := []struct{ name, inside, want string }{
		{"targets that are not there", emptyContainer + `
<EntityType Name="e"><Property Name="p" Type="Edm.String"/></EntityType><EnumType Name="x"/>
<Action Name="act" IsBound="true"><Parameter Name="b" Type="n.e"/><Parameter Name="q" Type="Edm.String"/></Action>
<Annotations Target="n.none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.e/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.e/p/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.x/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.C/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act(n.e,Edm.Int32)"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act(n.none)"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act(n.e"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act)("><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act(n.e)/none"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>
<Annotations Target="n.act(n.e)/q"><Annotation Term="Org.OData.Core.V1.Description" String=""/></Annotations>`, `
5:1: annotations of "n.none", which is not there
6:1: annotations of "n.e/none", which is not there
7:1: annotations of "n.e/p/none", which is not there
8:1: annotations of "n.x/none", which is not there
9:1: annotations of "n.C/none", which is not there
10:1: annotations of "n.act(n.e,Edm.Int32)", which is not there
11:1: annotations of "n.act(n.none)", which is not there
12:1: annotations of "n.act(n.e", which is not there
13:1: annotations of "n.act)(", which is not there
14:1: annotations of "n.act/none", which is not there
15:1: annotations of "n.act(n.e)/none", which is not there`},
		{"terms that are declared nowhere", `
<EntityType Name="e"><Annotation Term="x.inline"/><Property Name="p" Type="Edm.String"><Annotation Term="a.known"/></Property></EntityType>
<Term Name="known" Type="Edm.String" AppliesTo="Property, n.e n.ee EntityType"/>
<EntityContainer Name="C"><EntitySet Name="s" EntityType="n.e"><Annotation Term="a.unknown"/></EntitySet></EntityContainer>
<Annotations Target="n.e/p"><Annotation Term="x.elsewhere"/></Annotations>`, `
2:22: annotation "x.inline" is declared nowhere
3:1: term "known" applies to "n.ee", which is not there; did you mean "n.e"?
4:64: annotation "n.unknown" is declared nowhere
5:29: annotation "x.elsewhere" is declared nowhere`},
		{"what was passed over", `
<EntityContainer Name="C" Extends="n.B"/>
<Bogus/>
<ComplexType Name="c" Colour="red">text</ComplexType>
<Function Name="f" IsBound="true"><Parameter Name="b" Type="Edm.String"/><ReturnType Type="Edm.String"/></Function>`, `
2:1: entity container "C" extends "n.B", which is not followed
3:1: unknown element <Bogus>
4:23: unknown attribute "Colour" of <ComplexType>
4:36: text "text" in <ComplexType>
5:1: "f" is bound to Edm.String, behind which no path can go on`},
		{"property of a base type", emptyContainer + `
<ComplexType Name="d" BaseType="n.c"><Property Name="p" Type="Edm.Int32"/></ComplexType><ComplexType Name="c"><Property Name="p" Type="Edm.String"/></ComplexType>`,
			`3:38: the property "p" of "d" takes the place of that of its base type "c"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := Parse([]byte(wrap(test.inside)))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := lines(m.Issues), strings.TrimSpace(test.want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if d := m.Struct("n.d"); d != nil && (len(d.Members()) != 1 || d.Member("p").Owner != d) {
				t.Errorf("members of d: %s", members(d.Members()))
			}
		})
	}
}

func lines(issues []Issue) string {
	var out []string
	for _, i := range issues {
		out = append(out, i.String())
	}
	return strings.Join(out, "\n")
}

// TestMany holds a document that is wrong all over to a list that can be read.
func TestMany(t *testing.T) {
	var types, bogus strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&types, "<ComplexType Name=\"t%d\" BaseType=\"n.nowhere%d\"/>\n", i, i)
		fmt.Fprintf(&bogus, "<Bogus%d/>\n", i)
	}
	_, err := Parse([]byte(wrap(emptyContainer + types.String())))
	var list csdl.ErrorList
	if !errors.As(err, &list) || len(list) != csdl.MaxErrors+1 || list[csdl.MaxErrors].Message != "and 4900 more" {
		t.Errorf("got %d errors, the last %v", len(list), list[len(list)-1])
	}
	m, err := Parse([]byte(wrap(emptyContainer + bogus.String())))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(m.Issues); n != csdl.MaxErrors+1 || m.Issues[n-1].Message != "and 4900 more" {
		t.Errorf("got %d issues, the last %v", n, m.Issues[n-1])
	}
}

// TestParseReportsAll: what is wrong with the text does not hide what is wrong with the names.
func TestParseReportsAll(t *testing.T) {
	const text = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices>
<Schema Namespace="s" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="a" Abstract="maybe" />
<ComplexType Name="b"><Property Name="p" Type="s.missing" /></ComplexType>
<EntityContainer Name="c"><EntitySet Name="d" EntityType="s.e" /></EntityContainer>
</Schema>
</edmx:DataServices>
</edmx:Edmx>`
	_, err := Parse([]byte(text))
	list, ok := errors.AsType[csdl.ErrorList](err)
	if !ok || len(list) != 3 || list[0].Line != 4 || list[1].Line != 5 || list[2].Line != 6 {
		t.Errorf("reported:\n%v\nwant one mistake each in lines 4, 5 and 6", err)
	}
	for cut := range len(text) - 1 {
		if model, err := Parse([]byte(text[:cut])); model != nil || err == nil {
			t.Fatalf("a document of %d bytes is taken for whole", cut)
		}
	}
}
