package csdl

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each case is a whole document.
func TestErrorsOfDocument(t *testing.T) {
	const head = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">`
	const schema = `<Schema Namespace="s" xmlns="http://docs.oasis-open.org/odata/ns/edm"/>`
	const services = `<edmx:DataServices>` + schema + `</edmx:DataServices>`
	tests := []struct{ name, text, want string }{
		{"empty", "", `1:1: the document is empty, want XML`},
		{"blank", " \n ", `2:2: the document is empty, want XML`},
		{"only a comment", "<!-- x -->", `1:11: the document has no element, want edmx:Edmx`},
		{"text", "openapi: 3.0.1\ninfo:", `1:1: found "openapi: 3.0.1", want the XML of a metadata document`},
		{"JSON", ` {"error": {"code": "x"}}`, `1:2: found JSON (an error reply?) "{\"error\": {\"code\": \"x\"}}", want the XML of a metadata document`},
		{"HTML", "<!doctype html>\n<html><br></html>", `1:1: found an HTML page (of a sign-in or an error?), want the XML of a metadata document`},
		{"HTML without declaration", "\n<HTML lang=en><br></HTML>", `2:1: found an HTML page (of a sign-in or an error?), want the XML of a metadata document
2:12: the value of attribute lang of HTML is not in quotes`},
		{"XHTML", `<html xmlns="http://www.w3.org/1999/xhtml">`, `1:1: found an HTML page (of a sign-in or an error?), want the XML of a metadata document`},
		{"UTF-16", "\xff\xfe<\x00?\x00", `1:1: the document is in UTF-16, want UTF-8`},
		{"UTF-16 big end first", "\x00<\x00?", `1:1: the document is in UTF-16, want UTF-8`},
		{"DOCTYPE", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>" + head + services + `</edmx:Edmx>`, `1:22: the document has a document type declaration (DOCTYPE), which is not read; want none`},
		{"declaration", `<?xml version="1.1" encoding="iso-8859-1"?>` + head + services + `</edmx:Edmx>`, `1:1: the XML declaration has version "1.1", want "1.0"
1:1: the XML declaration has encoding "iso-8859-1", want the document in "utf-8"`},
		{"late declaration", "\n<?xml version='1.0'?>" + head + services + `</edmx:Edmx>`, `2:1: an XML declaration stands here, want it at the start of the document`},
		{"no wrapper", schema, `1:1: found a Schema without wrapper, want it in an edmx:DataServices in an edmx:Edmx (namespace "http://docs.oasis-open.org/odata/ns/edmx")`},
		{"version 2", `<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"/>`, `1:1: found edmx:Edmx of OData version 1 to 3 (namespace "http://schemas.microsoft.com/ado/2007/06/edmx"), want version 4 (edmx:Edmx in namespace "http://docs.oasis-open.org/odata/ns/edmx")`},
		{"version 3 without wrapper", `<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm"/>`, `1:1: found Schema of OData version 1 to 3 (namespace "http://schemas.microsoft.com/ado/2009/11/edm"), want version 4 (edmx:Edmx in namespace "http://docs.oasis-open.org/odata/ns/edmx")`},
		{"other element", `<feed xmlns="http://www.w3.org/2005/Atom"/>`, `1:1: found element feed in namespace "http://www.w3.org/2005/Atom", want edmx:Edmx in "http://docs.oasis-open.org/odata/ns/edmx"`},
		{"no namespace", `<Edmx Version="4.0"/>`, `1:1: found Edmx in namespace "", want "http://docs.oasis-open.org/odata/ns/edmx"`},
		{"old schema", head + "<edmx:DataServices>\n" + `<Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm"><EntityType/></Schema></edmx:DataServices></edmx:Edmx>`, `2:1: found Schema in namespace "http://schemas.microsoft.com/ado/2009/11/edm", want "http://docs.oasis-open.org/odata/ns/edm"`},
		{"other version", strings.Replace(head, "4.0", "3.0", 1) + services + `</edmx:Edmx>`, `1:12: attribute Version of edmx:Edmx is "3.0", want "4.0" or "4.01"`},
		{"no version", strings.Replace(head, ` Version="4.0"`, "", 1) + services + `</edmx:Edmx>`, `1:1: element edmx:Edmx has no attribute Version`},
		{"no DataServices", head + `</edmx:Edmx>`, `1:1: the document has no edmx:DataServices`},
		{"no Schema", head + `<edmx:DataServices/></edmx:Edmx>`, `1:80: the document has no Schema`},
		{"two DataServices", head + services + "\n" + services + `</edmx:Edmx>`, `2:1: found a second edmx:DataServices, want one`},
		{"two documents", head + services + "</edmx:Edmx>\n" + head + `</edmx:Edmx>`, `2:1: found element edmx:Edmx behind the end of the document`},
		{"text at the end", head + services + "</edmx:Edmx>\nx", `2:1: found text "x" outside of all elements`},
		{"end tag at the end", head + services + "</edmx:Edmx>\n</x>", `2:1: found "</x>", but no element is open`},
		{"prefix", `<edmx:Edmx Version="4.0"><edmx:DataServices>` + schema + `</edmx:DataServices></edmx:Edmx>`, `1:1: prefix edmx is not declared, want xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"
1:26: prefix edmx is not declared, want xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"`},
		{"Reference", head + "\n<edmx:Reference><edmx:Include/><edmx:IncludeAnnotations/></edmx:Reference>" + services + `</edmx:Edmx>`, `2:1: element edmx:Reference has no attribute Uri
2:17: element edmx:Include has no attribute Namespace
2:32: element edmx:IncludeAnnotations has no attribute TermNamespace`},
		{"cut", head + "\n<edmx:DataServices>", `2:20: the document ends, want </edmx:DataServices> for <edmx:DataServices> in line 2`},
		{"cut tag", head + "\n<edmx:DataServices x='", `2:23: the document ends within the tag <edmx:DataServices that starts in line 2`},
		{"cut comment", head + "<!--\n--", `2:3: the document ends within a comment that starts in line 1`},
		{"cut CDATA", head + "<![CDATA[\n]]", `2:3: the document ends within a CDATA section that starts in line 1`},
		{"cut instruction", head + "<?x\n", `2:1: the document ends within a processing instruction that starts in line 1`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkError(t, test.text, test.want) })
	}
}

func checkError(t *testing.T, text, want string) {
	t.Helper()
	doc, err := Parse([]byte(text))
	if err == nil || doc != nil {
		t.Fatalf("got document %v and error %v, want an error", doc != nil, err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("error differs (-want +got):\n%s", diff)
	}
}

// Each case is the content of a schema, from line 2 on.
func TestErrorsOfSchema(t *testing.T) {
	tests := []struct{ name, schema, want string }{
		{"missing attributes", `<EntityType><Key><PropertyRef/></Key><Property/></EntityType>
<NavigationProperty/><EntityType Name="e"><NavigationProperty><ReferentialConstraint/><OnDelete/></NavigationProperty></EntityType>
<EnumType><Member/></EnumType><TypeDefinition/><Term/>
<Action><Parameter/><ReturnType/></Action>
<EntityContainer><EntitySet/><Singleton/><ActionImport/><FunctionImport/></EntityContainer>
<EntityContainer Name="c"><EntitySet Name="s" EntityType="e"><NavigationPropertyBinding/></EntitySet></EntityContainer>
<Annotations><Annotation/></Annotations>
<Annotation Term="t"><Record><PropertyValue/></Record></Annotation><Annotation Term="t"><LabeledElement/></Annotation>`,
			`2:1: element EntityType has no attribute Name
2:18: element PropertyRef has no attribute Name
2:38: element Property has no attribute Name
2:38: element Property has no attribute Type
3:43: element NavigationProperty has no attribute Name
3:43: element NavigationProperty has no attribute Type
3:63: element ReferentialConstraint has no attribute Property
3:63: element ReferentialConstraint has no attribute ReferencedProperty
3:87: element OnDelete has no attribute Action
4:1: element EnumType has no attribute Name
4:11: element Member has no attribute Name
4:31: element TypeDefinition has no attribute Name
4:31: element TypeDefinition has no attribute UnderlyingType
4:48: element Term has no attribute Name
4:48: element Term has no attribute Type
5:1: element Action has no attribute Name
5:9: element Parameter has no attribute Name
5:9: element Parameter has no attribute Type
5:21: element ReturnType has no attribute Type
6:1: element EntityContainer has no attribute Name
6:18: element EntitySet has no attribute Name
6:18: element EntitySet has no attribute EntityType
6:30: element Singleton has no attribute Name
6:30: element Singleton has no attribute Type
6:42: element ActionImport has no attribute Name
6:42: element ActionImport has no attribute Action
6:57: element FunctionImport has no attribute Name
6:57: element FunctionImport has no attribute Function
7:62: element NavigationPropertyBinding has no attribute Path
7:62: element NavigationPropertyBinding has no attribute Target
8:1: element Annotations has no attribute Target
8:14: element Annotation has no attribute Term
9:30: element PropertyValue has no attribute Property
9:89: element LabeledElement has no attribute Name`},
		{"misspelt attribute", `<EntityType name="e"/>`, `2:1: element EntityType has attribute name, want Name`},
		{"empty attribute", `<EntityType Name=""/>`, `2:13: attribute Name of EntityType is empty`},
		{"booleans", `<EntityType Name="e" Abstract="True" OpenType="yes" HasStream=""><Property Name="p" Type="t" Nullable="flase"/></EntityType>`,
			`2:22: attribute Abstract of EntityType is "True", want "true" or "false"; did you mean "true"?
2:38: attribute OpenType of EntityType is "yes", want "true" or "false"
2:53: attribute HasStream of EntityType is "", want "true" or "false"
2:94: attribute Nullable of Property is "flase", want "true" or "false"; did you mean "false"?`},
		{"numbers", `<ComplexType Name="c"><Property Name="p" Type="t" MaxLength="maximum" Precision="-1" Scale="variabel" SRID=""/></ComplexType>`,
			`2:51: attribute MaxLength of Property is "maximum", want a number or "max"
2:71: attribute Precision of Property is "-1", want a number
2:86: attribute Scale of Property is "variabel", want a number or "floating" or "variable"; did you mean "variable"?
2:103: attribute SRID of Property is "", want a number or "variable"`},
		{"members", `<EnumType Name="e"><Member Name="a" Value="1.5"/><Member Name="b" Value="9223372036854775808"/>
<Member Name="a" Value="9223372036854775807"/><Member Name="c"/></EnumType><EnumType Name="f"><Member Name="a"/></EnumType>`,
			`2:37: attribute Value of Member is "1.5", want an integer of at most 64 bits
2:67: attribute Value of Member is "9223372036854775808", want an integer of at most 64 bits
3:1: e has member a twice
3:47: member c has no value, and 9223372036854775807 of the member before is the last one`},
		{"constants", `<Annotation Term="t" Bool="1"/><Annotation Term="t"><Int> 1 2 </Int></Annotation><Annotation Term="t" Int="+-1"/>`,
			`2:22: Bool is "1", want "true" or "false"
2:53: Int is "1 2", want an integer
2:103: Int is "+-1", want an integer`},
		{"two values", `<Annotation Term="t" Bool="true" String="x"><Null/></Annotation>`,
			`2:34: element Annotation has a second value String beside Bool, want one
2:45: element Annotation has a second value Null beside String, want one`},
		{"operands", `<Annotation Term="t"><If><Bool>true</Bool></If></Annotation><Annotation Term="t"><Not/></Annotation>`,
			`2:22: element If has 1 operands, want 2 or 3
2:82: element Not has 0 operands, want 1`},
		{"twice", `<EntityType Name="e"><Key><PropertyRef Name="a"/></Key><Key/></EntityType>
<Function Name="f"><ReturnType Type="t"/><ReturnType Type="t"/></Function>
<ComplexType Name="c"><NavigationProperty Name="n" Type="t"><OnDelete Action="None"/><OnDelete Action="None"/></NavigationProperty></ComplexType>`,
			`2:56: e has a second Key, want one
2:56: the Key of e has no PropertyRef
3:42: f has a second ReturnType, want one
4:86: n has a second OnDelete, want one`},
		{"no return type", `<Function Name="f"/>`, `2:1: Function f has no ReturnType`},
		{"attribute twice", `<EnumType Name="a" Name="b" xmlns:x="urn:a" xmlns:x="urn:b"/>`,
			`2:20: element EnumType has attribute Name twice: "a" and "b"
2:45: element EnumType has attribute xmlns:x twice: "urn:a" and "urn:b"`},
		{"prefixes", `<x:EnumType/><EnumType Name="e" y:a="1"/><EnumType Name="f" xmlns:z=""/><a:b:c/><:a/><b:/>`,
			`2:1: prefix x is not declared
2:33: prefix y is not declared
2:61: found xmlns:z="", want a prefix and its namespace
2:73: found "a:b:c", want a name, or a prefix and a name
2:73: prefix a is not declared
2:81: found ":a", want a name, or a prefix and a name
2:86: found "b:", want a name, or a prefix and a name
2:86: prefix b is not declared`},
		{"tags", `<EnumType Name=a/><EnumType Name/><EnumType Name="c" $/><EnumType Name='d'Other='e'/><EnumType Name="a>
<EnumType Name="<"/>< b <!ELEMENT x><? ?>`,
			`2:16: the value of attribute Name of EnumType is not in quotes
2:33: attribute Name of EnumType has no value, want Name="…"
2:54: found "$/><EnumType Name='d'Other='e'/><EnumTyp…" in the tag of EnumType, want an attribute, > or />
2:75: attribute Other of EnumType follows without a blank
2:96: the value of attribute Name of EnumType has no quote at its end, or < stands in it, want &lt;
3:11: the value of attribute Name of EnumType has no quote at its end, or < stands in it, want &lt;
3:17: found "<\"/>< b <!ELEMENT x><? ?>", want the name of an element behind <, or &lt; for the letter
3:21: found "< b <!ELEMENT x><? ?>", want the name of an element behind <, or &lt; for the letter
3:25: found "<!ELEMENT x><? ?>", want an element, a comment or <![CDATA[
3:37: found "<? ?>", want the name of a processing instruction behind <?
4:1: found </Schema>, want </EnumType> for <EnumType> in line 3
4:1: found </Schema>, want </EnumType> for <EnumType> in line 2`},
		{"a quote is missing", `<EnumType Name="a />
<EnumType/>`, `2:11: the value of attribute Name of EnumType has no quote at its end, or < stands in it, want &lt;
3:1: element EnumType has no attribute Name`},
		{"end tags", `<EntityType Name="a"></EntityTyp><EntityType Name="b"></Other></EntityType><EntityType Name="c"><Property Name="p" Type="t"></EntityType>
<EnumType Name="e"></EnumType x><ComplexType></ComplexType
><EnumType/>`,
			`2:22: found </EntityTyp>, which nothing opens, want </EntityType> for <EntityType> in line 2
2:55: found </Other>, which nothing opens, want </EntityType> for <EntityType> in line 2
2:125: found </EntityType>, want </Property> for <Property> in line 2
3:31: found "x><ComplexType></ComplexType" in an end tag, want >
3:33: element ComplexType has no attribute Name
4:2: element EnumType has no attribute Name`},
		{"references", `<Annotation Term="t" String="&nbsp; &, far from a ; &#0; &#xD800; &#x110000; &#XA; &;"/>`,
			`2:30: found "&nbsp;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number
2:37: found "&" without ; behind it, want &amp; for the letter &
2:53: found "&#0;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number
2:58: found "&#xD800;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number
2:67: found "&#x110000;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number
2:78: found "&#XA;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number
2:84: found "&;", want one of &lt; &gt; &amp; &quot; &apos; or &# with a number`},
		{"text", "<Annotation Term='t'><String>a ]]> b -- <!-- -- --></String></Annotation>",
			`2:32: found ]]> in text, want ]]&gt;
2:46: found -- in a comment, want it only at the end`},
		{"characters", "<EnumType Name='a\x01'/>", `2:18: found "\x01", which is not a character of XML in UTF-8`},
		{"UTF-8", "<!-- é --><EnumType Name='a\xe9'/>", `2:28: found "\xe9", which is not a character of XML in UTF-8`},
		{"noncharacter", "<!-- \uffff -->", `2:6: found "\xef", which is not a character of XML in UTF-8`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkError(t, wrap(test.schema), test.want) })
	}
}

// As many mistakes as there are lines take one run.
func TestGoesOn(t *testing.T) {
	_, err := Parse([]byte(wrap(`<EntityType Name="a" Abstract="no"/>
<EnumType Name="b"><Member Name="x" Value="y"/></EnumType>
<Function Name="c"/>
<Term Name="d" Type="t" Name="e"/>
<Annotation Term="&f;"/>
<Action Name="g"></Actoin>
<Action Name=h />
<ComplexType><Property Name="i" Type="t"/></ComplexType>
<j:k/>
<Annotation Term="l" Int="m"/>`)))
	got := strings.Split(err.Error(), "\n")
	if len(got) != 10 {
		t.Errorf("got %d errors, want 10:\n%v", len(got), err)
	}
	for i, line := range got {
		if !strings.HasPrefix(line, string(rune('2'+i))+":") && i < 8 {
			t.Errorf("error %d is %q", i, line)
		}
	}
}
