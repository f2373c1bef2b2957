package csdl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything has each element and attribute of CSDL 4.01.
const everything = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<!-- a pet shop -->
<x:Edmx xmlns:x="http://docs.oasis-open.org/odata/ns/edmx" xmlns="http://docs.oasis-open.org/odata/ns/edm" Version="4.01">
  <x:Reference Uri="https://example.com/core.xml?a=1&amp;b=2">
    <Annotation Term="Core.Description" String="core"/>
    <x:Include Namespace="Org.OData.Core.V1" Alias="Core"><Annotation Term="Core.IsURL"/></x:Include>
    <x:IncludeAnnotations TermNamespace="shop.ui" Qualifier="Phone" TargetNamespace="shop"/>
  </x:Reference>
  <x:DataServices>
    <Schema Namespace="shop" Alias="self">
      <Annotation Term="Core.SchemaVersion" String="1.2"/>
      <EntityType Name="pet" BaseType="shop.thing" Abstract="true" OpenType="true" HasStream="true">
        <Key><PropertyRef Name="id"/><PropertyRef Name="chip/number" Alias="chip"/></Key>
        <Property Name="id" Type="Edm.String" Nullable="false" MaxLength="20" Unicode="false" DefaultValue=""/>
        <Property Name="weight" Type="Edm.Decimal" Precision="9" Scale="variable" SRID="variable">
          <Annotation Term="Core.Computed" Bool="true"/>
        </Property>
        <NavigationProperty Name="owner" Type="shop.owner" Nullable="true" Partner="pets" ContainsTarget="true">
          <ReferentialConstraint Property="ownerId" ReferencedProperty="id"><Annotation Term="a.b"/></ReferentialConstraint>
          <OnDelete Action="Cascade"><Annotation Term="a.c"/></OnDelete>
          <Annotation Term="a.d"/>
        </NavigationProperty>
        <Annotation Term="a.e" Qualifier="q"/>
      </EntityType>
      <ComplexType Name="chip" BaseType="shop.part" Abstract="false" OpenType="1">
        <Property Name="number" Type="Edm.Int64"/><NavigationProperty Name="maker" Type="shop.owner"/><Annotation Term="a.f"/>
      </ComplexType>
      <EnumType Name="colour" UnderlyingType="Edm.Int64" IsFlags="true">
        <Annotation Term="a.g"/>
        <Member Name="none" Value="0"/><Member Name="red" Value="-5"><Annotation Term="a.h"/></Member><Member Name="green"/>
      </EnumType>
      <TypeDefinition Name="length" UnderlyingType="Edm.Decimal" MaxLength="max" Precision="3" Scale="floating" SRID="0" Unicode="true">
        <Annotation Term="a.i"/>
      </TypeDefinition>
      <Action Name="feed" IsBound="true" EntitySetPath="this/food">
        <Parameter Name="this" Type="shop.pet" Nullable="false" MaxLength="1" Precision="2" Scale="3" SRID="4" Unicode="false"><Annotation Term="a.j"/></Parameter>
        <Annotation Term="a.k"/>
      </Action>
      <Function Name="count" IsBound="true" IsComposable="true" EntitySetPath="this">
        <Parameter Name="this" Type="Collection(shop.pet)"/>
        <ReturnType Type="Edm.Int32" Nullable="false" MaxLength="1" Precision="2" Scale="3" SRID="4" Unicode="false"><Annotation Term="a.l"/></ReturnType>
      </Function>
      <Term Name="tag" Type="Edm.String" BaseTerm="shop.label" AppliesTo="Property EntityType" Nullable="true" DefaultValue="x" MaxLength="1" Precision="2" Scale="3" SRID="4" Unicode="true">
        <Annotation Term="a.m"/>
      </Term>
      <EntityContainer Name="shop" Extends="other.shop">
        <EntitySet Name="pets" EntityType="shop.pet" IncludeInServiceDocument="false">
          <NavigationPropertyBinding Path="owner" Target="owners"/><Annotation Term="a.n"/>
        </EntitySet>
        <Singleton Name="me" Type="shop.owner" Nullable="true"><NavigationPropertyBinding Path="pets" Target="pets"/><Annotation Term="a.o"/></Singleton>
        <ActionImport Name="open" Action="shop.open" EntitySet="pets"><Annotation Term="a.p"/></ActionImport>
        <FunctionImport Name="best" Function="shop.best" EntitySet="pets" IncludeInServiceDocument="true"><Annotation Term="a.q"/></FunctionImport>
        <Annotation Term="a.r"/>
      </EntityContainer>
      <Annotations Target="shop.feed(shop.pet, Collection(Edm.String))/this" Qualifier="q">
        <Annotation Term="v.a" Binary="T0RhdGE"/><Annotation Term="v.b" Bool="false"/><Annotation Term="v.c" Date="2000-01-01"/>
        <Annotation Term="v.d" DateTimeOffset="2000-01-01T16:00:00.000Z"/><Annotation Term="v.e" Decimal="3.14"/>
        <Annotation Term="v.f" Duration="P7D"/><Annotation Term="v.g" EnumMember="a.b/c a.b/d"/><Annotation Term="v.h" Float="INF"/>
        <Annotation Term="v.i" Guid="21EC2020-3AEA-1069-A2DD-08002B30309D"/><Annotation Term="v.j" Int="-42"/>
        <Annotation Term="v.k" String=" &lt;b&gt; "/><Annotation Term="v.l" TimeOfDay="21:45:00"/><Annotation Term="v.m" AnnotationPath="a/@b"/>
        <Annotation Term="v.n" ModelElementPath="/a.b"/><Annotation Term="v.o" NavigationPropertyPath="a/b"/>
        <Annotation Term="v.p" Path="@a.b"/><Annotation Term="v.q" PropertyPath="a"/><Annotation Term="v.r" UrlRef="https://example.com"/>
        <Annotation Term="v.s" String=""><Annotation Term="v.t"><Bool> true </Bool><Annotation Term="v.u"/></Annotation></Annotation>
        <Annotation Term="v.v"><Collection>
          <Binary>T0RhdGE</Binary><Date>2000-01-01</Date><DateTimeOffset>2000-01-01T16:00:00Z</DateTimeOffset><Decimal>3.14</Decimal>
          <Duration>P7D</Duration><EnumMember> a.b/c </EnumMember><Float>1e5</Float><Guid>21EC2020-3AEA-1069-A2DD-08002B30309D</Guid>
          <Int>+7</Int><String> a &amp; <![CDATA[<b> & ]]>c<!-- not this --> d </String><TimeOfDay>21:45:00</TimeOfDay>
          <AnnotationPath>a/@b</AnnotationPath><ModelElementPath>/a.b</ModelElementPath><NavigationPropertyPath>a/b</NavigationPropertyPath>
          <Path>a</Path><PropertyPath>b</PropertyPath><String/><LabeledElementReference>a.b</LabeledElementReference>
          <Null><Annotation Term="v.w"/></Null><Collection/>
        </Collection></Annotation>
        <Annotation Term="v.x"><Record Type="shop.r">
          <Annotation Term="v.y"/>
          <PropertyValue Property="a" Bool="true"><Annotation Term="v.z"/></PropertyValue>
          <PropertyValue Property="b"><Record><PropertyValue Property="c" Int="1"/></Record></PropertyValue>
          <PropertyValue Property="d"><Annotation Term="w.a"/><Collection><Record Type="shop.s"/><Record/></Collection></PropertyValue>
          <PropertyValue Property="e"/>
        </Record></Annotation>
        <Annotation Term="w.b"><If><Annotation Term="w.c"/><And><Or><Bool>true</Bool><Not><Path>a</Path></Not></Or><Eq><Int>1</Int><Null/></Eq></And>
          <Apply Function="odata.concat"><Annotation Term="w.d"/><String>a</String><Path>b</Path></Apply>
          <Cast Type="Edm.Decimal" MaxLength="1" Precision="2" Scale="3" SRID="4" Unicode="true"><Path>a</Path></Cast></If></Annotation>
        <Annotation Term="w.e"><IsOf Type="shop.pet"><Path>a</Path></IsOf></Annotation>
        <Annotation Term="w.f"><LabeledElement Name="l" Path="a"><Annotation Term="w.g"/></LabeledElement></Annotation>
        <Annotation Term="w.h"><LabeledElement Name="l"><String>a</String></LabeledElement></Annotation>
        <Annotation Term="w.i"><UrlRef><String>https://example.com</String></UrlRef></Annotation>
        <Annotation Term="w.j"><Collection>
          <Ne><Int>1</Int><Int>2</Int></Ne><Gt><Int>1</Int><Int>2</Int></Gt><Ge><Int>1</Int><Int>2</Int></Ge><Lt><Int>1</Int><Int>2</Int></Lt>
          <Le><Int>1</Int><Int>2</Int></Le><Has><Path>a</Path><EnumMember>a.b/c</EnumMember></Has><In><Int>1</Int><Collection/></In>
          <Add><Int>1</Int><Int>2</Int></Add><Sub><Int>1</Int><Int>2</Int></Sub><Neg><Int>1</Int></Neg><Mul><Int>1</Int><Int>2</Int></Mul>
          <Div><Int>1</Int><Int>2</Int></Div><DivBy><Int>1</Int><Int>2</Int></DivBy><Mod><Int>1</Int><Int>2</Int></Mod>
        </Collection></Annotation>
      </Annotations>
    </Schema>
  </x:DataServices>
</x:Edmx>
`

func mustParse(tb testing.TB, text string) *Document {
	tb.Helper()
	doc, err := Parse([]byte(text))
	if err != nil {
		tb.Fatalf("parse: %v\n%s", err, text)
	}
	return doc
}

func TestEverything(t *testing.T) {
	doc := mustParse(t, everything)
	if len(doc.Unknown) > 0 {
		t.Errorf("got unknown %v, want none", doc.Unknown)
	}
	if doc.Version != "4.01" {
		t.Errorf("got version %q", doc.Version)
	}
	if got := doc.Schemas[0].Types[0].Navigations[0].OnDelete; got != "Cascade" {
		t.Errorf("got OnDelete %q", got)
	}
	checkTree(t, []byte(everything), doc)
}

// wrap puts the content of a schema into a document; it starts in line 2.
func wrap(schema string) string {
	return `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="s" xmlns="http://docs.oasis-open.org/odata/ns/edm">
` + schema + `
</Schema></edmx:DataServices></edmx:Edmx>`
}

// XML that means the same in other letters.
func TestXML(t *testing.T) {
	const name = `<Annotations Target="t"><Annotation Term="a" String="%s"/></Annotations>`
	const text = `<Annotations Target="t"><Annotation Term="a"><String>%s</String></Annotation></Annotations>`
	tests := []struct{ name, schema, want string }{
		{"plain", fmt.Sprintf(name, "a b"), "a b"},
		{"entities", fmt.Sprintf(name, "&lt;&gt;&amp;&quot;&apos;"), `<>&"'`},
		{"characters", fmt.Sprintf(name, "&#65;&#x42;&#x1F600;&#xA;&#xd;"), "AB😀\n\r"},
		{"no double decoding", fmt.Sprintf(name, "&amp;lt;"), "&lt;"},
		{"> and quote", fmt.Sprintf(name, "a > 'b' ]]>"), "a > 'b' ]]>"},
		{"blanks of an attribute", fmt.Sprintf(name, "a\tb\nc\r\nd\re"), "a b c d e"},
		{"single quotes", `<Annotations Target='t'><Annotation Term = 'a' String	=
			'say "x"'
			/></Annotations  >`, `say "x"`},
		{"no attribute but empty", fmt.Sprintf(name, ""), ""},
		{"beyond ASCII", fmt.Sprintf(name, "naïve 日本"), "naïve 日本"},
		{"text", fmt.Sprintf(text, " a\r\nb\rc &amp; d > e "), " a\nb\nc & d > e "},
		{"CDATA", fmt.Sprintf(text, "x<![CDATA[<a>&amp;]] >\r\n]]]]><![CDATA[>]]>y"), "x<a>&amp;]] >\n]]>y"},
		{"comments", fmt.Sprintf(text, "a<!-- - <b> -->c<!---->d<?pi > ?>e"), "acde"},
		{"empty text", fmt.Sprintf(text, ""), ""},
		{"between elements", "<!-- <Schema> --><?pi?>" + fmt.Sprintf(name, "a"), "a"},
		{"prefix", `<e:Annotations Target="t" xmlns:e="http://docs.oasis-open.org/odata/ns/edm"><e:Annotation Term="a" String="x"/></e:Annotations>`, "x"},
		{"namespace declared last", `<e:Annotations Target="t" xmlns='urn:x' xmlns:e='http://docs.oasis-open.org/odata/ns/edm' ><e:Annotation Term="a" String="x" /></e:Annotations>`, "x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, text := range []string{wrap(test.schema), bom + `<?xml version='1.0'?>` + wrap(test.schema) + "\n<!-- end -->\n<?end?>\n"} {
				doc := mustParse(t, text)
				if len(doc.Unknown) > 0 {
					t.Errorf("got unknown %v, want none", doc.Unknown)
				}
				if got := doc.Schemas[0].Targets[0].Annotations[0].Value; got.Text != test.want || got.Kind != String {
					t.Errorf("got %q of kind %d, want %q", got.Text, got.Kind, test.want)
				}
			}
		})
	}
}

// What is odd about the metadata of Microsoft Graph.
func TestPeculiarities(t *testing.T) {
	text := wrap(`<EnumType Name="none" UnderlyingType="Edm.Byte" />
<EnumType Name="odd" IsFlags="true"><Member Name="none" Value="-2016330696" /><Member Name="Some_Thing" Value="127" /><Member Name="rest" /></EnumType>
<ComplexType Name="Json" OpenType="true" />
<EntityType Name="s" BaseType="self.s"><Property Name="v10_0" Type="graph.Json" /></EntityType>
<EntityType Name="root" />
<Term Name="licence" Type="Edm.String" AppliesTo="s.template)" />
<Action Name="go" IsBound="true"><Parameter Name="reportRoot" Type="Collection(s.root)" Nullable="false" /><Parameter Name="x" Type="Edm.String" Unicode="false"><Annotation Term="Core.OptionalParameter" /></Parameter></Action>
<Action Name="go" IsBound="true" EntitySetPath="bindingparameter"><Parameter Name="this" Type="s.root" /><ReturnType Type="Edm.Boolean" Nullable="false" /></Action>
<EntityContainer Name="c"><Singleton Name="d" Type="s.root"><NavigationPropertyBinding Path="a/s.b/c" Target="d/s.recovery/recovery/jobs" /></Singleton></EntityContainer>
<Annotations Target="s.go(s.root, Collection(Edm.String),Edm.Int32)"><Annotation Term="Cap.Expand" Qualifier="Cap.Expand"><Record><PropertyValue Property="NonExpandableProperties"><Collection><NavigationPropertyPath>a</NavigationPropertyPath></Collection></PropertyValue></Record></Annotation></Annotations>
<Annotations Target="s.c/d"><Annotation Term="Core.Revisions"><Collection><Record><PropertyValue Property="Date" Date="2024-02-30" /><PropertyValue Property="Kind"><EnumMember>Core.Kind/Deprecated</EnumMember></PropertyValue></Record></Collection></Annotation></Annotations>`)
	doc := mustParse(t, text)
	checkTree(t, []byte(text), doc)
	if len(doc.Unknown) > 0 {
		t.Errorf("got unknown %v, want none", doc.Unknown)
	}
	s := doc.Schemas[0]
	if got := s.Enums[1].Members[2].Value; got != 128 {
		t.Errorf("got value %d for a member without, want 128", got)
	}
	if got := s.Targets[0].Path; got != "s.go(s.root, Collection(Edm.String),Edm.Int32)" {
		t.Errorf("got target %q", got)
	}
	kind, ok := s.Targets[1].Annotations[0].Value.Items[0].Property("Kind")
	if want := "Core.Kind/Deprecated"; !ok || kind.Kind != EnumMember || kind.Text != want {
		t.Errorf("got %+v, want %s", kind, want)
	}
	if _, ok := s.Targets[1].Annotations[0].Value.Items[0].Property("kind"); ok {
		t.Error("found a property that is not there")
	}
}

func TestUnknown(t *testing.T) {
	text := `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" xmlns:m="urn:m" m:a="1" Style="x">
<Note xmlns="urn:n"/>
<edmx:DataServices m:b="2"><m:Schemas/>stray
<Schema Namespace="s" xmlns="http://docs.oasis-open.org/odata/ns/edm" xml:lang="en">
<Using Namespace="x"><Deep m:c=""/></Using>
<edmx:Schema/>
<EntityType Name="e" HasStraem="true"><Key Annotated=""><PropertyRef Name="a"><x/></PropertyRef></Key><Property Name="p" Type="t" edm:Type="u" xmlns:edm="http://docs.oasis-open.org/odata/ns/edm"/></EntityType>
<ComplexType Name="c" HasStream="true"><Key><PropertyRef Name="a"/></Key><Property Name="p" Type="t" FixedLength="true">&amp;</Property></ComplexType>
<TypeDefinition Name="d" UnderlyingType="Edm.Int32" Nullable="false"/>
<Action Name="a" IsComposable="true"/>
<EntityContainer Name="c"><EntitySet Name="s" EntityType="t" Nullable="true"/><Singleton Name="s" Type="t" IncludeInServiceDocument="true"/><ActionImport Name="i" Action="a" IncludeInServiceDocument="true"/></EntityContainer>
<Annotations Target="t"><Annotation Term="a" Record="x" Null=""><Collection><Annotation Term="b"/><PropertyValue Property="p"/></Collection></Annotation><Annotation Term="b"><String><b>bold</b> text</String></Annotation></Annotations>
</Schema></edmx:DataServices></edmx:Edmx>`
	want := []string{
		"1:96: m:a of edmx:Edmx", "1:104: Style of edmx:Edmx", "2:1: <Note>",
		"3:20: m:b of edmx:DataServices", "3:28: <m:Schemas>", "3:40: text \"stray\" in edmx:DataServices",
		"4:71: xml:lang of Schema", "5:1: <Using>", "6:1: <edmx:Schema>",
		"7:22: HasStraem of EntityType", "7:44: Annotated of Key", "7:79: <x>", "7:131: edm:Type of Property",
		"8:23: HasStream of ComplexType", "8:40: <Key>", "8:102: FixedLength of Property", "8:121: text \"&\" in Property",
		"9:53: Nullable of TypeDefinition", "10:18: IsComposable of Action",
		"11:62: Nullable of EntitySet", "11:108: IncludeInServiceDocument of Singleton", "11:175: IncludeInServiceDocument of ActionImport",
		"12:46: Record of Annotation", "12:57: Null of Annotation", "12:77: <Annotation>", "12:99: <PropertyValue>", "12:183: <b>",
	}
	doc := mustParse(t, text)
	var got []string
	for _, u := range doc.Unknown {
		line, column := doc.Position(u.Pos)
		what := fmt.Sprintf("<%s>", u.Element)
		if u.Attribute != "" {
			what = u.Attribute + " of " + u.Element
		} else if u.Text != "" {
			what = fmt.Sprintf("text %q in %s", u.Text, u.Element)
		}
		got = append(got, fmt.Sprintf("%d:%d: %s", line, column, what))
		if at := text[u.Pos:]; !strings.HasPrefix(at, u.Attribute) || u.Attribute == "" && u.Text == "" && !strings.HasPrefix(at, "<"+u.Element) {
			t.Errorf("%s is not at its place", what)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown differs (-want +got):\n%s", diff)
	}
	if got := doc.Schemas[0].Targets[0].Annotations[1].Value.Text; got != " text" {
		t.Errorf("got text %q beside an unknown element", got)
	}
}

func TestCut(t *testing.T) {
	text := []byte(strings.TrimSpace(everything))
	for n := range text {
		checkCut(t, text, n)
	}
	text = []byte(strings.TrimSpace(wrap(`<EnumType Name="e"><Member Name="m"></Member><!-- c --><![CDATA[ ]]><?pi?></EnumType>`)))
	for n := range text {
		checkCut(t, text, n)
	}
}

func TestPosition(t *testing.T) {
	doc := mustParse(t, bom+wrap("<!-- é日😀 --><EnumType Name='é'\r\n/>\r\n  <ComplexType Name='c'/>"))
	s := doc.Schemas[0]
	for _, test := range []struct {
		pos          Pos
		line, column int
	}{
		{0, 1, 1}, {Pos(len(bom)), 1, 1}, {s.Enums[0].Pos, 2, 13}, {s.Types[0].Pos, 4, 3}, {-1, 1, 1}, {1 << 30, 5, 42},
	} {
		if line, column := doc.Position(test.pos); line != test.line || column != test.column {
			t.Errorf("position of %d is %d:%d, want %d:%d", test.pos, line, column, test.line, test.column)
		}
	}
}

func TestSlicesAreApart(t *testing.T) {
	doc := mustParse(t, wrap(`<EnumType Name="a"><Member Name="x"/></EnumType><EnumType Name="b"><Member Name="y"/></EnumType>`))
	a, b := doc.Schemas[0].Enums[0], doc.Schemas[0].Enums[1]
	a.Members = append(a.Members, Member{Name: "z"}) // must not reach the members of b
	if b.Members[0].Name != "y" {
		t.Errorf("got member %q, want y", b.Members[0].Name)
	}
}

func TestConcurrentUse(t *testing.T) {
	doc := mustParse(t, everything)
	want := dumpTree(doc)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := dumpTree(doc); !slices.Equal(got, want) {
				t.Error("trees differ")
			}
			doc.Position(100)
		})
	}
	wg.Wait()
}

func TestErrorList(t *testing.T) {
	_, err := Parse([]byte(wrap(strings.Repeat(`<EnumType/>`, MaxErrors+7))))
	var list ErrorList
	if !errors.As(err, &list) || len(list) != MaxErrors+1 {
		t.Fatalf("got %d errors, want %d: %v", len(list), MaxErrors+1, err)
	}
	if got := list[MaxErrors].Message; got != "and 7 more" {
		t.Errorf("got last message %q", got)
	}
	var first *Error
	if !errors.As(err, &first) || first != list[0] || len(list.Unwrap()) != len(list) {
		t.Error("the errors of the list are not unwrapped")
	}
	if got, want := strings.Count(err.Error(), "\n"), MaxErrors; got != want {
		t.Errorf("got %d line ends, want %d", got, want)
	}
}

func TestLimits(t *testing.T) {
	deep := func(n int) string { // Edmx, DataServices and Schema are three levels
		return wrap(strings.Repeat("<x>", n-3) + strings.Repeat("</x>", n-3))
	}
	mustParse(t, deep(MaxDepth))
	mustParse(t, wrap(`<EnumType Name="e"`+attributes(maxAttributes-1)+`/>`))
	for _, test := range []struct{ name, text, want string }{
		{"depth", deep(MaxDepth + 1), "2:292: element x stands in 100 others, want at most 99"},
		{"attributes", wrap(`<EnumType Name="e"` + attributes(maxAttributes) + `/>`), "2:812: element EnumType has more than 100 attributes"},
		{"namespaces", wrap(`<x` + strings.ReplaceAll(attributes(99), " ", " xmlns:") + `/>`), "2:1376: more than 100 namespaces are declared"},
		{"size", string(make([]byte, MaxSize+1)), "1:1: the document has 67108865 bytes, want at most 67108864"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Parse([]byte(test.text)); err == nil || err.Error() != test.want {
				t.Errorf("got error %v, want %s", err, test.want)
			}
		})
	}
}

// attributes returns n attributes.
func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` a%02d="b"`, i)
	}
	return b.String()
}
