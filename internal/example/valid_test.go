package example

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/csdl"
	"github.com/graphmock/graphmock/internal/edm"
)

// A validator holds values against the model, more strictly than a client would.
type validator struct {
	model    *edm.Model
	now      time.Time
	expanded bool // navigation properties may be there
	partial  bool // required members need not be there
	findings []string
}

func (v *validator) fail(path, format string, args ...any) {
	v.findings = append(v.findings, path+": "+fmt.Sprintf(format, args...))
}

// check holds a value that is not null against a type.
func (v *validator) check(path string, t edm.Type, x any) {
	if t.Collection {
		items, ok := x.([]any)
		if !ok {
			v.fail(path, "%T, want an array", x)
		}
		for i, item := range items {
			v.check(fmt.Sprintf("%s[%d]", path, i), t.Item(), item)
		}
		return
	}
	switch {
	case t.Struct != nil:
		v.object(path, t.Struct, x)
	case t.Enum != nil:
		v.enum(path, t.Enum, x)
	default:
		v.primitive(path, t.Primitive, x)
	}
}

func (v *validator) object(path string, declared *edm.Struct, x any) {
	o, ok := x.(map[string]any)
	if !ok {
		v.fail(path, "%T, want an object", x)
		return
	}
	if declared.AnyJSON {
		return
	}
	s := declared
	if name, ok := o["@odata.type"].(string); ok {
		s = v.model.Struct(strings.TrimPrefix(name, "#"))
		if s == nil || !s.IsA(declared) || s == declared || name[0] != '#' {
			v.fail(path, "type %q where %s is declared", name, declared.FullName())
			return
		}
	}
	if s.Abstract {
		v.fail(path, "type %s is abstract", s.FullName())
	}
	for name, value := range o {
		p := s.Member(name)
		here := path + "/" + name
		switch {
		case name == "@odata.type", name == "@odata.etag":
		case p == nil:
			v.fail(here, "not declared")
		case p.Navigation && !v.expanded:
			v.fail(here, "navigation property")
		case p.Type.Primitive == edm.Stream:
			v.fail(here, "stream")
		case value == nil && (!p.Nullable || p.Type.Collection):
			v.fail(here, "null")
		case value != nil:
			v.check(here, p.Type, value)
			v.named(here, p, value)
		}
	}
	for _, p := range s.Members() {
		if _, ok := o[p.Name]; !ok && !p.Nullable && !p.Type.Collection && !p.Navigation && p.Type.Primitive != edm.Stream &&
			defaultsOf(s) == nil && !v.partial && (p.Type.Struct == nil || len(p.Type.Struct.Concrete()) > 0) {
			v.fail(path+"/"+p.Name, "missing")
		}
	}
	v.together(path, o)
}

func (v *validator) enum(path string, e *edm.Enum, x any) {
	s, ok := x.(string)
	parts := strings.Split(s, ",")
	if !ok || len(parts) > 1 && !e.Flags {
		v.fail(path, "%v is no member of %s", x, e.FullName())
	}
	for _, part := range parts {
		i := slices.IndexFunc(e.Members, func(m csdl.Member) bool { return m.Name == part })
		sentinel := e.Sentinel()
		if i < 0 || sentinel >= 0 && e.Members[i].Value >= e.Members[sentinel].Value && len(choicesOf(e)) > 0 {
			v.fail(path, "%q is no member of %s below the sentinel", part, e.FullName())
		}
	}
	if slices.Sort(parts); len(slices.Compact(slices.Clone(parts))) != len(parts) {
		v.fail(path, "%q has a member twice", s)
	}
}

func choicesOf(e *edm.Enum) []string { all, _ := choices(e); return all }

var forms = map[edm.Primitive]*regexp.Regexp{
	edm.Date:           regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
	edm.DateTimeOffset: regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$`),
	edm.TimeOfDay:      regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{7}$`),
	edm.Duration:       regexp.MustCompile(`^P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$`),
	edm.Guid:           regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
	edm.String:         regexp.MustCompile(`(?s)^\S(.*\S)?$`),
}

var widths = map[edm.Primitive]int{edm.SByte: 8, edm.Int16: 16, edm.Int32: 32, edm.Int64: 64}

func (v *validator) primitive(path string, p edm.Primitive, x any) {
	if re := forms[p]; re != nil {
		if s, ok := x.(string); !ok || !re.MatchString(s) {
			v.fail(path, "%#v is no %s", x, p)
		} else if p == edm.Date || p == edm.DateTimeOffset {
			layout := map[edm.Primitive]string{edm.Date: time.DateOnly, edm.DateTimeOffset: time.RFC3339}[p]
			if _, err := time.Parse(layout, s); err != nil {
				v.fail(path, "%v", err)
			}
		}
		return
	}
	ok := false
	switch p {
	case edm.Boolean:
		_, ok = x.(bool)
	case edm.Binary:
		s, _ := x.(string)
		_, err := base64.StdEncoding.DecodeString(s)
		ok = err == nil && s != ""
	case edm.Byte:
		n, _ := x.(json.Number)
		_, err := strconv.ParseUint(string(n), 10, 8)
		ok = err == nil
	case edm.SByte, edm.Int16, edm.Int32, edm.Int64:
		n, _ := x.(json.Number)
		i, err := strconv.ParseInt(string(n), 10, widths[p])
		ok = err == nil && i >= 0
	case edm.Single, edm.Double, edm.Decimal:
		n, _ := x.(json.Number)
		_, err := strconv.ParseFloat(string(n), 64)
		ok = err == nil && json.Valid([]byte(n))
	case edm.Geography, edm.Geometry:
		_, ok = x.(map[string]any)
	case edm.Untyped:
		ok = true
	}
	if !ok {
		v.fail(path, "%#v is no %s", x, p)
	}
}

// named checks what a name promises.
func (v *validator) named(path string, p *edm.Property, x any) {
	s, isText := x.(string)
	if !isText || p.Type.Primitive != edm.String {
		return
	}
	switch name := strings.ToLower(p.Name); {
	case strings.HasSuffix(name, "url"):
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" {
			v.fail(path, "%q is no address of the web", s)
		}
	case strings.HasSuffix(name, "userprincipalname"), name == "mail", strings.HasSuffix(name, "emailaddress"):
		if nick, host, _ := strings.Cut(s, "@"); nick == "" || host != "contoso.com" && host != "example.com" || plain.Replace(s) != s {
			v.fail(path, "%q is no address of an example", s)
		}
	case strings.HasSuffix(name, "ipaddress"):
		if !regexp.MustCompile(`^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$`).MatchString(s) {
			v.fail(path, "%q is not for documentation", s)
		}
	}
}

// together checks members that have to agree.
func (v *validator) together(path string, o map[string]any) {
	at := func(name string) (t time.Time, ok bool) {
		switch x := o[name].(type) {
		case string:
			t, err := time.Parse(time.RFC3339, x)
			return t, err == nil
		case map[string]any:
			s, _ := x["dateTime"].(string)
			t, err := time.Parse("2006-01-02T15:04:05.0000000", s)
			return t, err == nil
		}
		return t, false
	}
	ordered := func(a, b string, strict bool) {
		x, ok := at(a)
		y, ok2 := at(b)
		if ok && ok2 && (x.After(y) || strict && x.Equal(y)) {
			v.fail(path, "%s %v, but %s %v", a, x, b, y)
		}
	}
	ordered("createdDateTime", "lastModifiedDateTime", false)
	ordered("sentDateTime", "receivedDateTime", false)
	ordered("createdDateTime", "expirationDateTime", true)
	for _, pair := range []string{"start", "startDateTime", "startDate", "startTime"} {
		ordered(pair, strings.Replace(pair, "start", "end", 1), true)
	}
	for _, name := range []string{"createdDateTime", "lastModifiedDateTime", "receivedDateTime", "modifiedDateTime", "completedDateTime"} {
		if t, ok := at(name); ok && t.After(v.now) && o["timeZone"] == nil {
			if _, text := o[name].(string); text {
				v.fail(path, "%s is %v, which is yet to come", name, t)
			}
		}
	}
	given, ok := o["givenName"].(string)
	if display, named := o["displayName"].(string); ok && named {
		surname, _ := o["surname"].(string)
		nick := strings.ToLower(plain.Replace(given + "." + surname))
		upn, _ := o["userPrincipalName"].(string)
		if display != given+" "+surname || upn != "" && !strings.HasPrefix(upn, nick+"@") {
			v.fail(path, "%q and %q are %q, who signs in as %q", given, surname, display, upn)
		}
	}
	if content, ok := o["content"].(string); ok && (o["contentType"] == "html" || o["contentType"] == "text") {
		if strings.HasPrefix(content, "<html>") != (o["contentType"] == "html") {
			v.fail(path, "the content %.20q is not of type %v", content, o["contentType"])
		}
	}
}
