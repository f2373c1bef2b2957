package csdl

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	for line := range strings.Lines(everything) {
		f.Add([]byte(wrap(line)))
	}
	f.Add([]byte(wrap(`<EnumType Name="e"><Member Name="a"/></EnumType><x:y xmlns:x="urn:x">text</x:y>`)))
	f.Add([]byte(wrap(`<EnumType Name=e></Enum><Function Name="&x;"/><![CDATA[ ]]><!-- -- --><? ?><Int>`)))
	f.Add([]byte(bom + wrap(`<Annotation Term="t"><String>é &#x1F600;<![CDATA[<]]></String></Annotation>`)))
	f.Fuzz(func(t *testing.T, text []byte) {
		start := time.Now()
		doc, err := Parse(text)
		if took := time.Since(start); took > time.Second+time.Duration(len(text))*time.Microsecond {
			t.Errorf("%d bytes took %v", len(text), took)
		}
		if err != nil {
			checkErrorList(t, text, err)
			if doc != nil {
				t.Error("got a document beside an error")
			}
			return
		}
		for _, u := range doc.Unknown {
			if u.Pos < 0 || int(u.Pos) >= len(text) || u.Element == "" || u.Attribute != "" && u.Text != "" {
				t.Errorf("bad unknown %+v", u)
			}
		}
		if len(doc.Unknown) > 0 {
			_, err := dumpXML(text)
			if err != nil && !beyondASCII(text) { // encoding/xml looks closer at the letters of names
				t.Errorf("encoding/xml refuses what Parse takes: %v", err)
			}
			return
		}
		checkTree(t, text, doc)
	})
}

func beyondASCII(text []byte) bool {
	for _, c := range text {
		if c >= 0x80 {
			return true
		}
	}
	return false
}

// checkErrorList fails unless err is in order and its places are in text.
func checkErrorList(tb testing.TB, text []byte, err error) {
	tb.Helper()
	var list ErrorList
	if !errors.As(err, &list) || len(list) == 0 || len(list) > MaxErrors+1 {
		tb.Fatalf("got %T with %d errors", err, len(list))
	}
	lastLine, lastColumn := position(string(text), Pos(len(text)))
	for i, e := range list {
		if e.Line < 1 || e.Column < 1 || e.Line > lastLine || e.Line == lastLine && e.Column > lastColumn || e.Message == "" {
			tb.Errorf("bad error %v", e)
		}
		if i > 0 && (e.Line < list[i-1].Line || e.Line == list[i-1].Line && e.Column < list[i-1].Column) {
			tb.Errorf("%v comes behind %v", e, list[i-1])
		}
	}
}
