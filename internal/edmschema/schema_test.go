package edmschema

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
	"github.com/graphmock/graphmock/internal/golden"
)

// A check is an instance and what the schema finds: "pointer keyword", separated by ", ".
type check struct{ instance, want string }

func run(t *testing.T, doc []byte, checks []check) {
	t.Helper()
	s := compile(t, doc)
	for _, c := range checks {
		if got := faults(t, s, c.instance); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.instance, got, c.want)
		}
	}
}

func TestTypeRules(t *testing.T) {
	m := example(t)
	for _, test := range []struct {
		name   string
		typ    string
		uses   []Use // all if nil
		checks []check
	}{
		{"closed", "self.item", nil, []check{
			{`{}`, ""},
			{`{"id":"1","kind":null}`, ""},
			{`[]`, "/ type"},
			{`null`, "/ type"},
			{`{"Kind":"a"}`, "/ additionalProperties"},
			{`{"kind":1}`, "/kind type"},
			{`{"id":null}`, "/id type"},
			{`{"made":null}`, "/made type"},
			{`{"made":"2026-11-25T08:30:00Z"}`, ""},
			{`{"made":"2026-11-25"}`, "/made pattern"},
			{`{"place":{"type":"Point","coordinates":[1,2]}}`, ""},
			{`{"place":"POINT(1 2)"}`, "/place type"},
			{`{"any":[1,{"a":null}],"untyped":null}`, ""},
		}},
		{"annotations", "self.item", nil, []check{
			{`{"@odata.id":"a","@odata.etag":"b","@odata.mediaReadLink":"c"}`, ""},
			{`{"kind@odata.type":"#String","kind@shop.model.mood":3,"@shop.model.mood#glad":null}`, ""},
			{`{"buyers@odata.count":3,"buyers@odata.bin":0,"buyers@odata.b":0,"buyers@odata.binding":0,"buyers@odata.Bind":0}`, ""},
			{`{"photo@odata.mediaReadLink":"http://a"}`, ""},
			{`{"@mood":1}`, "/ additionalProperties"},
			{`{"kind@":1}`, "/ additionalProperties"},
			{`{"kind@odata.bind":"people/1"}`, "/ additionalProperties"},
			{`{"@odata.bind":"people/1"}`, "/ additionalProperties"},
			{`{"@removed":{"reason":"deleted"}}`, "/ additionalProperties"},
			{`{"buyers@delta":[]}`, "/ additionalProperties"},
		}},
		{"streams", "self.item", nil, []check{{`{"photo":"aGk="}`, "/ additionalProperties"}}},
		{"bind in requests", "self.item", []Use{Create, Update}, []check{
			{`{"seller@odata.bind":"http://a/people/1","buyers@odata.bind":["people('1')"]}`, ""},
			{`{"seller@odata.bind":{"id":"1"}}`, "/seller@odata.bind type"},
			{`{"buyers@odata.bind":[1]}`, "/buyers@odata.bind/0 type"},
		}},
		{"bind in answers", "self.item", []Use{Output}, []check{{`{"seller@odata.bind":"people/1"}`, "/ additionalProperties"}}},
		{"navigation", "self.item", nil, []check{
			{`{"seller":{"x":1},"buyers":[{"y":2}]}`, ""},
			{`{"seller":null}`, ""},
			{`{"maker":null}`, "/maker type"},
			{`{"seller":[]}`, "/seller type"},
			{`{"buyers":{}}`, "/buyers type"},
			{`{"buyers":null}`, "/buyers type"},
			{`{"buyers":[null]}`, "/buyers/0 type"},
		}},
		{"enumerations", "self.item", nil, []check{
			{`{"color":"red","days":null,"secret":"whatever","marks":["green",null]}`, ""},
			{`{"color":"unknownFutureValue"}`, ""},
			{`{"color":null}`, "/color type"},
			{`{"color":"Red"}`, "/color enum"},
			{`{"color":"blue"}`, "/color enum"},
			{`{"color":0}`, "/color type"},
			{`{"days":"tuesday"}`, ""},
			{`{"days":"tuesday,monday"}`, ""},
			{`{"days":"tuesday,  monday"}`, "/days pattern, /days type"},
			{`{"days":"tuesday,"}`, "/days pattern, /days type"},
			{`{"days":""}`, "/days pattern, /days type"},
			{`{"secret":1}`, "/secret type"},
		}},
		{"collections", "self.item", nil, []check{
			{`{"tags":[],"marks":[]}`, ""},
			{`{"tags":["eight"]}`, ""},
			{`{"tags":["eighty"]}`, "/tags/0 maxLength"},
			{`{"tags":null}`, "/tags type"},
			{`{"marks":null}`, "/marks type"},
			{`{"tags":[null]}`, "/tags/0 type"},
			{`{"tags":"a"}`, "/tags type"},
		}},
		{"complex values", "self.item", nil, []check{
			{`{"size":{"width":1,"inner":{"width":2,"inner":null}}}`, ""},
			{`{"size":{"@odata.type":"#shop.model.size"}}`, ""},
			{`{"size":null}`, "/size type"},
			{`{"size":{"inner":{"depth":2}}}`, "/size/inner additionalProperties, /size/inner type"},
			{`{"size":{"@odata.type":"#shop.model.cash"}}`, "/size/@odata.type enum"},
			{`{"weight":"1.50","bag":null}`, ""},
		}},
		{"open", "self.bag", nil, []check{
			{`{"label":"a","more":{"b":[1]},"@odata.type":"#self.bag","more@odata.type":"#Int64"}`, ""},
			{`{"label":1}`, "/label type"},
			{`{"scan":"aGk="}`, "/scan refused"},
			{`{"more@odata.bind":"people/1"}`, "/ additionalProperties"},
			{`{"@more":1}`, "/ additionalProperties"},
			{`{"owner":1}`, "/owner type"},
			{`{"@odata.type":"#self.size"}`, "/@odata.type enum"},
		}},
		{"derived", "self.card", nil, []check{
			{`{"amount":1,"digits":"1234"}`, ""},
			{`{"digits":"12345"}`, "/digits maxLength"},
			{`{"bank":"b"}`, "/ additionalProperties"},
			{`{"@odata.type":"#shop.model.debitCard","bank":"b","digits":"1"}`, ""},
			{`{"@odata.type":"shop.model.debitCard","bank":"b"}`, ""},
			{`{"@odata.type":"#self.debitCard","bank":"b"}`, ""},
			{`{"@odata.type":"self.debitCard","bank":1}`, "/bank type"},
			{`{"@odata.type":"#self.card","bank":"b"}`, "/ additionalProperties"},
			{`{"@odata.type":"debitCard"}`, "/@odata.type enum"},
			{`{"@odata.type":"#Self.debitcard"}`, "/@odata.type enum"},
			{`{"@odata.type":"#self.cash"}`, "/@odata.type enum"},
			{`{"@odata.type":"#self.payment"}`, "/@odata.type enum"},
			{`{"@odata.type":null}`, "/@odata.type enum"},
			{`"card"`, "/ type"},
		}},
		{"abstract", "self.payment", nil, []check{
			{`{"@odata.type":"#shop.model.cash","amount":1}`, ""},
			{`{"@odata.type":"#shop.model.cash","digits":"1"}`, "/ additionalProperties"},
			{`{"@odata.type":"#shop.model.payment"}`, "/@odata.type enum"},
			{`{"@odata.type":"#shop.model.barter"}`, "/@odata.type enum"},
		}},
		{"abstract to create", "self.payment", []Use{Create}, []check{{`{"amount":1}`, "/ required"}}},
		{"abstract otherwise", "self.payment", []Use{Update, Output}, []check{
			{`{"amount":1}`, ""},
			{`{"digits":"1"}`, "/ additionalProperties"},
		}},
		{"abstract within", "self.item", []Use{Create}, []check{
			{`{"payment":null,"payments":[]}`, ""},
			{`{"payment":{}}`, "/payment required, /payment type"},
			{`{"payments":[{"@odata.type":"#self.cash"},{"amount":1}]}`, "/payments/1 required"},
			{`{"payments":[null]}`, "/payments/0 type"},
		}},
		{"abstract within, otherwise", "self.item", []Use{Update, Output}, []check{{`{"payment":{"amount":1}}`, ""}}},
		{"abstract without derived types", "self.barter", []Use{Create}, []check{
			{`{"amount":1}`, "/ required"},
			{`{"@odata.type":"#self.barter"}`, "/@odata.type refused"},
		}},
		{"abstract without derived types, otherwise", "self.barter", []Use{Update, Output}, []check{
			{`{"amount":1}`, ""},
			{`{"@odata.type":"#self.barter"}`, "/@odata.type refused"},
		}},
		{"collection", "Collection(self.size)", nil, []check{
			{`[{"width":1}]`, ""},
			{`[null]`, "/0 type"},
			{`{}`, "/ type"},
		}},
		{"any value", "self.Json", nil, []check{{`null`, ""}, {`{"a":1}`, ""}}},
		{"stream", "Edm.Stream", nil, []check{{`null`, "/ refused"}, {`"aGk="`, "/ refused"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			uses := test.uses
			if uses == nil {
				uses = []Use{Create, Update, Output}
			}
			for _, use := range uses {
				t.Run(use.String(), func(t *testing.T) {
					run(t, Maker{Model: m}.Type(structType(t, m, test.typ), use), test.checks)
				})
			}
		})
	}
}

func TestNavigation(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m, Navigation: true}
	checks := []check{
		{`{"seller":{"name":"a"},"buyers":[{"@odata.type":"#self.clerk","desk":1}]}`, ""},
		{`{"seller":null}`, ""},
		{`{"maker":null}`, "/maker type"},
		{`{"maker":{"desk":1}}`, "/maker additionalProperties"},
		{`{"buyers":[{"name":1}]}`, "/buyers/0 type, /buyers/0/name type"}, // "0 type": nor is it null
	}
	for _, use := range []Use{Create, Update, Output} {
		run(t, maker.Type(structType(t, m, "self.item"), use), checks)
	}
}

func TestParameters(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m}
	sell := m.Bound(structType(t, m, "self.item"), "sell")[0]
	run(t, maker.Parameters(sell), []check{
		{`{"to":{"id":"1"},"price":2,"notes":[]}`, ""},
		{`{"to":{"@odata.type":"#self.clerk","desk":1},"price":2,"discount":1,"paid":null,"notes":["a"],"to@odata.type":"x"}`, ""},
		{`{}`, "/ required"},
		{`{"to":null,"price":null,"notes":null}`, "/notes type, /price type, /to type"},
		{`{"to":{},"price":2,"notes":[],"discount":null}`, "/discount type"},
		{`{"to":{},"price":2,"notes":[],"paid":{}}`, "/paid required, /paid type"},
		{`{"To":{},"price":2,"notes":[]}`, "/ additionalProperties, / required"},
		{`{"to":{},"price":2,"notes":[],"to@odata.bind":"people/1"}`, "/ additionalProperties"},
	})
	scrap := m.Bound(structType(t, m, "Collection(self.item)"), "scrap")[0]
	run(t, maker.Parameters(scrap), []check{
		{`{}`, ""},
		{`{"a":1}`, "/ additionalProperties"},
		{`null`, "/ type"},
	})
}

func TestAnswers(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m}
	for _, test := range []struct {
		typ      string
		nullable bool
		checks   []check
	}{
		{"self.person", false, []check{
			{`{"@odata.context":"http://a/$metadata#people/$entity","id":"1"}`, ""},
			{`{"value":{"id":"1"}}`, "/ additionalProperties"},
		}},
		{"Collection(self.person)", false, []check{
			{`{"value":[]}`, ""},
			{`{"@odata.context":"c","@odata.count":2,"@odata.nextLink":"n","value":[{"id":"1"},{"@odata.type":"#self.clerk","desk":2}]}`, ""},
			{`{"@odata.count":"12","@odata.deltaLink":"d","@shop.model.tip":1,"value":[]}`, ""},
			{`{}`, "/ required"},
			{`[]`, "/ type"},
			{`{"value":null}`, "/value type"},
			{`{"value":[null]}`, "/value/0 type"},
			{`{"value":[{"@removed":{"reason":"deleted"}}]}`, "/value/0 additionalProperties"},
			{`{"@odata.count":-1,"@odata.nextLink":1,"@odata.deltaLink":null,"value":[]}`, "/@odata.count minimum, /@odata.deltaLink type, /@odata.nextLink type"},
			{`{"value":[],"more":1}`, "/ additionalProperties"},
		}},
		{"Collection(Edm.String)", true, []check{
			{`{"value":["a",null]}`, ""},
			{`{"value":[1]}`, "/value/0 type"},
		}},
		{"Edm.Boolean", false, []check{
			{`{"@odata.context":"c","value":true}`, ""},
			{`{"value":null}`, "/value type"},
			{`{"value":"true"}`, "/value type"},
			{`{}`, "/ required"},
			{`true`, "/ type"},
			{`{"value":true,"more":1}`, "/ additionalProperties"},
		}},
		{"self.color", true, []check{
			{`{"value":null}`, ""},
			{`{"value":"red"}`, ""},
			{`{"value":"blue"}`, "/value enum, /value type"},
		}},
	} {
		t.Run(test.typ, func(t *testing.T) {
			run(t, maker.Answer(structType(t, m, test.typ), test.nullable), test.checks)
		})
	}
}

func TestDelta(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m}
	run(t, maker.Delta(m.Struct("self.person")), []check{
		{`{"@odata.context":"c","@odata.deltaLink":"d","value":[{"id":"1"},{"id":"2","@removed":{"reason":"changed"}}]}`, ""},
		{`{"value":[{"@odata.type":"#self.clerk","desk":1,"@removed":{"reason":"deleted","@shop.model.tip":1}}]}`, ""},
		{`{"value":[{"@removed":{}}]}`, "/value/0/@removed required"},
		{`{"value":[{"@removed":{"reason":"lost"}}]}`, "/value/0/@removed/reason enum"},
		{`{"value":[{"more":1}]}`, "/value/0 additionalProperties"},
	})
	run(t, maker.Delta(m.Struct("self.item")), []check{
		{`{"value":[{"id":"1","buyers@delta":[{"id":"2","@removed":{"reason":"deleted"}}]}]}`, ""},
		{`{"value":[{"buyers@delta":{}}]}`, "/value/0/buyers@delta type"},
		{`{"value":[{"seller@delta":[]}]}`, "/value/0 additionalProperties"},
	})
}

// TestDocuments holds whole documents to reviewed ones, which shows descriptions, order and layout.
func TestDocuments(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m}
	item := structType(t, m, "self.item")
	for file, doc := range map[string][]byte{
		"item.create.json":     maker.Type(item, Create),
		"item.update.json":     maker.Type(item, Update),
		"person.delta.json":    maker.Delta(m.Struct("self.person")),
		"sell.parameters.json": maker.Parameters(m.Bound(item, "sell")[0]),
	} {
		golden.Check(t, "testdata/"+file, string(doc))
	}
}

func TestIDs(t *testing.T) {
	m := example(t)
	item := structType(t, m, "self.item")
	for _, test := range []struct {
		doc  []byte
		want string
	}{
		{Maker{Model: m}.Type(item, Create), "https://graphmock.invalid/shop.model.item/create.json"},
		{Maker{Model: m, Base: "urn:shop:"}.Type(item, Output), "urn:shop:shop.model.item/output.json"},
		{Maker{Model: m}.Answer(edm.Type{Primitive: edm.String}, false), "https://graphmock.invalid/Edm.String/answer.json"},
		{Maker{Model: m}.Delta(item.Struct), "https://graphmock.invalid/Collection(shop.model.item)/delta.json"},
		{Maker{Model: m}.Parameters(m.Bound(item, "sell")[0]), "https://graphmock.invalid/shop.model.item/shop.model.sell/parameters.json"},
	} {
		var head struct {
			ID string `json:"$id"`
		}
		if err := json.Unmarshal(test.doc, &head); err != nil {
			t.Fatal(err)
		}
		if head.ID != test.want {
			t.Errorf("$id %s, want %s", head.ID, test.want)
		}
		compile(t, test.doc)
	}
}

func TestEncode(t *testing.T) {
	long := strings.Repeat("x", lineWidth)
	got := encode(object{
		{"short", object{{"a", []any{1, true, nil, "<&>"}}, {"b", object{}}, {"c", []string{}}}},
		{"long", []any{long, object{{"n", json.Number("1e400")}}}},
		{"strings", []string{long, "y"}},
	})
	want := `{
  "short": {"a": [1, true, null, "<&>"], "b": {}, "c": []},
  "long": [
    "` + long + `",
    {"n": 1e400}
  ],
  "strings": [
    "` + long + `",
    "y"
  ]
}
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestSame makes documents in several goroutines, which -race watches.
func TestSame(t *testing.T) {
	m := example(t)
	maker := Maker{Model: m}
	item := structType(t, m, "self.item")
	want := maker.Type(item, Output)
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			if got := maker.Type(item, Output); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}
