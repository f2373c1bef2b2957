package csdl_test

import (
	"fmt"

	"github.com/graphmock/graphmock/internal/csdl"
)

func ExampleParse() {
	doc, err := csdl.Parse([]byte(`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="shop" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="pet">
        <Property Name="weight" Type="Edm.Double" />
      </EntityType>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, schema := range doc.Schemas {
		for _, t := range schema.Types {
			line, _ := doc.Position(t.Pos)
			fmt.Printf("line %d: %s.%s has %s\n", line, schema.Namespace, t.Name, t.Properties[0].Name)
		}
	}
	// Output: line 4: shop.pet has weight
}

func ExampleErrorList() {
	_, err := csdl.Parse([]byte(`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="shop" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType name="pet" Abstract="True" />
      <EnumType Name="colour"><Member Name="red" Value="one" /></EnumType>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>`))
	fmt.Println(err)
	// Output:
	// 4:7: element EntityType has attribute name, want Name
	// 4:30: attribute Abstract of EntityType is "True", want "true" or "false"; did you mean "true"?
	// 5:50: attribute Value of Member is "one", want an integer of at most 64 bits
}
