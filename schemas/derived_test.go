package schemas_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/schemas"
)

// TestDerived holds requests to the small metadata: method, URL and body, and the rules that they break.
func TestDerived(t *testing.T) {
	set := schemas.Embedded().With(smallMetadata(t))
	for _, test := range []struct {
		request, body string
		rules         string
	}{
		{"GET /workbooks/w/sheets/s/cell(row=1,column=2)", "", ""},
		{"GET /workbooks/w/sheets/s/cell(row=a,column=2)", "", "path.parameter"},
		{"GET /workbooks/w/sheets/s/cell(row=1.5,column=2)", "", "path.parameter"},
		{"GET /workbooks/w/sheets/s/cell(row=@r,column=2)?@r=1", "", ""},
		{"GET /workbooks/w/sheets/s/cell(row=@r,column=2)?@r='x'", "", "path.parameter"},
		{"GET /workbooks/w/sheets/s/cell(row=@r,column=2)", "", "path.parameter"},
		{"GET /workbooks/w/sheets/s/cell(row={row},column=<column>)", "", ""},
		{"GET /workbooks/w/sheets/s/cell?row=1&column=2", "", ""},
		{"GET /users/foo(bar='x')", "", "path.odd-key"},
		{"GET /users/detla", "", "path.odd-key"},
		{"GET /users/%ff%fe", "", "path.encoding"},
		{"GET /users/a%00b", "", "path.encoding"},
		{"GET /users?$filter=mail%20eq%20@a&@a=@b&@b=@a", "", "query.alias query.alias"},
		{"GET /users?$filter={property}%20eq%20'x'", "", "query.placeholder"},
		{"POST /me/sendMail", `{"message": {"subject": "Lunch"}, "saveToSentItems": false}`, ""},
		{"POST /me/sendMail", `{"MESSAGE": {"subject": "Lunch"}}`, "body.parameter-case"},
		{"POST /me/sendMail", `{"message": {}, "Message": {}}`, "body.duplicate-member"},
		{"POST /me/messages", `{"subject": "a", "Subject": "b"}`, "body.property-case body.duplicate-member"},
		{"POST /groups/x/members/$ref", `{"@odata.id": "https://graph.microsoft.com/v1.0/users/x"}`, ""},
		{"POST /groups/x/members/$ref", `{"@odata.id": "https://graph.microsoft.com/v1.0/workbooks/x"}`, "body.link"},
		{"POST /groups/x/members/$ref", `{"@odata.id": "a b"}`, "body.format"},
	} {
		t.Run(test.request, func(t *testing.T) {
			method, url, _ := strings.Cut(test.request, " ")
			contentType := ""
			if test.body != "" {
				contentType = "application/json"
			}
			var got []string
			for _, f := range set.CheckRequest(fuzzRequest(method, "/v1.0"+url, contentType, []byte(test.body))).Findings {
				if f.Rule != "path.placeholder" {
					got = append(got, f.Rule)
				}
			}
			want := strings.Fields(test.rules)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s %s breaks %q, want %q", test.request, test.body, got, want)
			}
		})
	}
}
