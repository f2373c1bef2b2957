package schemas

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"path"
	"strings"
)

// maxParts bounds the parts of a multipart body that are looked at; Graph
// takes one.
const maxParts = 16

// A formPart is one section of a multipart body.
type formPart struct {
	name     string // of the form field
	fileName string // "" if there is none, as with kiota's Go client
	data     []byte
}

type fileBody struct {
	parts []formPart
	err   error // what ended the reading too early; nil behind a closing delimiter
	// closed is false if the body ends without "--boundary--".
	closed bool
}

// readMultipart reads what it can. A part without a file name is read like any other.
func readMultipart(body []byte, boundary string) (b fileBody) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for len(b.parts) < maxParts {
		p, err := r.NextRawPart()
		if err == io.EOF { // also where the body ends in front of a part's headers, or within them
			b.closed = hasClosing(body, boundary)
			return b
		}
		if err != nil {
			b.fail(err)
			return b
		}
		data, err := io.ReadAll(p)
		b.parts = append(b.parts, formPart{p.FormName(), p.FileName(), data})
		if err != nil {
			b.fail(err)
			return b
		}
	}
	b.closed = true // as far as it was read
	return b
}

// hasClosing reports whether a line of body is the closing delimiter.
func hasClosing(body []byte, boundary string) bool {
	delimiter := []byte("--" + boundary + "--")
	for line := range bytes.Lines(body) {
		if rest, ok := bytes.CutPrefix(line, delimiter); ok && len(bytes.TrimSpace(rest)) == 0 {
			return true
		}
	}
	return false
}

// fail tells a body that ends too early from one that is broken.
func (b *fileBody) fail(err error) {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		b.err = err
		b.closed = true
	}
}

func (c *checker) checkMultipart() {
	body, want := c.file(), c.op.Request.Part
	if body.err != nil {
		c.add(Finding{
			Rule: "multipart.malformed", In: InPart, Wanted: "parts between delimiters",
			Message: "the multipart body can't be read: " + clip(body.err.Error()),
		})
	}
	boundary := "--" + c.params["boundary"]
	switch {
	case len(body.parts) > 0 && !body.closed:
		c.add(Finding{
			Rule: "multipart.not-closed", In: InPart, Pointer: body.parts[len(body.parts)-1].name,
			Found: "the end of the body", Wanted: clip(boundary + "--"), Suggestion: clip(boundary + "--"),
			Message: "the closing delimiter is missing: the last one has to end with two hyphens",
		})
	case len(body.parts) == 0 && body.err == nil:
		c.add(Finding{
			Rule: "multipart.no-part", In: InPart, Pointer: want, Found: "no part", Wanted: fmt.Sprintf("one part %q", want),
			Message: fmt.Sprintf("there is no part between delimiters %q", clip(boundary)),
		})
	}
	for i, p := range body.parts {
		if i > 0 {
			c.add(Finding{
				Rule: "multipart.extra-part", In: InPart, Pointer: p.name, Found: fmt.Sprintf("part %d, %q", i+1, p.name),
				Wanted: "one part", Message: fmt.Sprintf("%s takes one file a call", c.op.ID),
			})
			continue
		}
		c.checkPart(p, want)
	}
}

func (c *checker) checkPart(p formPart, want string) {
	if p.name != want {
		f := Finding{
			Rule: "multipart.part-name", In: InPart, Pointer: p.name, Found: fmt.Sprintf("%q", p.name), Wanted: fmt.Sprintf("%q", want),
			Suggestion: want, Message: fmt.Sprintf("the part is called %q, not %q", clip(p.name), want),
		}
		c.add(f)
	}
	switch ext := path.Ext(p.fileName); {
	case p.fileName == "":
		c.add(Finding{
			Rule: "multipart.no-file-name", In: InPart, Pointer: p.name, Wanted: `filename="name.csv"`,
			Message: "the part has no file name: many servers read it as a form value",
		})
	case !strings.EqualFold(ext, ".csv"):
		c.add(Finding{
			Rule: "multipart.file-name", In: InPart, Pointer: p.name, Found: clip(p.fileName), Wanted: "a name that ends in .csv",
			Message: fmt.Sprintf("the file %q is not called .csv", clip(p.fileName)),
		})
	}
	c.verdict.File = &File{Name: p.fileName, Data: p.data}
	if c.op.Request.CSV != nil {
		c.checkCSV(p.data, c.op.Request.CSV)
	}
}
