package edm_test

import (
	"fmt"

	"github.com/graphmock/graphmock/internal/edm"
)

const document = `<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices>
<Schema Namespace="shop" Alias="s" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="item"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String"/></EntityType>
<EntityType Name="book" BaseType="s.item"><Property Name="pages" Type="Edm.%s"/></EntityType>
<EntityContainer Name="Service"><EntitySet Name="books" EntityType="s.book"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

func ExampleParse() {
	model, err := edm.Parse(fmt.Appendf(nil, document, "Int32"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range model.Struct("s.book").Members() {
		fmt.Println(p.Owner.FullName(), p.Name, p.Type)
	}
	_, err = edm.Parse(fmt.Appendf(nil, document, "Strin"))
	fmt.Println(err)
	// Output:
	// shop.item id Edm.String
	// shop.book pages Edm.Int32
	// 4:43: no primitive type "Edm.Strin"; did you mean "String"?
}
