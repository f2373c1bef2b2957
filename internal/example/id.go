package example

import (
	"strconv"
	"strings"
	"time"

	"github.com/graphmock/graphmock/internal/edm"
)

// An idStyle is a form of identifiers.
type idStyle uint8

const (
	guidStyle      idStyle = iota
	outlookStyle           // long, base64 for URLs
	driveItemStyle         // "01" and 32 capitals and digits
	driveStyle             // "b!" and base64 for URLs
	siteStyle              // host and two GUIDs
	chatStyle              // "19:…@thread.v2"
	channelStyle           // "19:…@thread.tacv2"
	millisStyle            // a time
	plannerStyle           // 28 letters and digits
	numberStyle
	domainStyle
	skuStyle // two GUIDs
	workbookStyle
	base64Style
	noteStyle
	contentTypeStyle
	versionStyle
)

// idStyles are by type, base type, or what a name that ends in "Id" speaks of.
var idStyles = func() map[string]idStyle {
	m := make(map[string]idStyle)
	for style, words := range map[idStyle]string{
		guidStyle:      "delegatedpermission",
		outlookStyle:   "outlookitem mailfolder parentfolder calendar calendargroup contactfolder attachment conversation conversationthread post todotasklist todotask thread message event mailsearchfolder inferenceclassificationoverride outlookcategory seriesmaster rootfolder",
		driveItemStyle: "driveitem item", driveStyle: "drive", siteStyle: "site", chatStyle: "chat", channelStyle: "channel",
		millisStyle: "chatmessage replyto", plannerStyle: "plannertask plannerplan plannerbucket plannertaskdetails plannerplandetails plan bucket",
		numberStyle: "listitem sitepage", domainStyle: "domain", skuStyle: "subscribedsku",
		workbookStyle: "workbooktable workbookworksheet workbookchart workbookpivottable workbooknameditem",
		base64Style:   "conversationmember permission teamsappinstallation share onlinemeeting", noteStyle: "onenoteentitybasemodel", contentTypeStyle: "contenttype", versionStyle: "baseitemversion",
	} {
		for _, w := range strings.Fields(words) {
			m[w] = style
		}
	}
	return m
}()

// idStyleOf returns the form of the ids of a type.
func idStyleOf(s *edm.Struct) idStyle {
	for ; s != nil; s = s.Base {
		if style, ok := idStyles[strings.ToLower(s.Name)]; ok {
			return style
		}
		if k := s.Key(); len(k) == 1 && s.Member(k[0]) != nil && s.Member(k[0]).Type.Primitive == edm.Int32 {
			return numberStyle
		}
	}
	return guidStyle
}

// tenant returns the id of the tenant that all values are of.
func (m *Maker) tenant() string { return guid(mix(m.Seed, text("tenant"))) }

// identifier makes an id.
func (m *Maker) identifier(style idStyle, h uint64) string {
	const safe = base62 + "-_"
	switch style {
	case outlookStyle:
		return "AAMkAG" + letters(base62, 58, mix(m.Seed, text("mailbox"))) + "BGAAAAAA" + letters(safe, 43, h) + "AAA="
	case driveItemStyle:
		return "01" + letters(base32, 32, h)
	case driveStyle:
		return "b!" + letters(safe, 64, h)
	case siteStyle:
		return "contoso.sharepoint.com," + guid(h) + "," + guid(h+1)
	case chatStyle:
		return "19:" + letters(hexa, 32, h) + "@thread.v2"
	case channelStyle:
		return "19:" + letters(hexa, 32, h) + "@thread.tacv2"
	case millisStyle:
		t := m.today().Add(-time.Duration(between(1, 30*24*3600*1000, h)) * time.Millisecond)
		return strconv.FormatInt(t.UnixMilli(), 10)
	case plannerStyle:
		return letters(safe, 28, h)
	case numberStyle:
		return strconv.FormatInt(between(1, 400, h), 10)
	case domainStyle:
		return pick([]string{"contoso.com", "contoso.onmicrosoft.com", "mail.contoso.com"}, h)
	case skuStyle:
		return m.tenant() + "_" + guid(h)
	case workbookStyle:
		return "{" + strings.ToUpper(guid(h)) + "}"
	case base64Style:
		return letters(base62, 43, h) + "="
	case noteStyle:
		return "1-" + guid(h)
	case contentTypeStyle:
		return "0x0101" + strings.ToUpper(letters(hexa, 34, h))
	case versionStyle:
		return strconv.FormatInt(between(1, 24, h), 10) + ".0"
	}
	return guid(h)
}

// reference is the rule for properties that hold the id of something.
func reference(o *object, f *field, i int) string {
	words := f.words[:len(f.words)-1]
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	switch {
	case last == "tenant", f.lower == "organizationid":
		return o.m.tenant()
	case f.lower == "chatid" && o.name == "chatmessage":
		return o.chatID()
	case last == "sku", last == "device" && o.kind != device, len(words) == 0 && o.kind != human && o.kind != folder:
	case i == 0 && (f.kind == human || len(words) == 0 && o.kind == human):
		return o.personID()
	case len(words) == 0 && o.kind == folder:
		return o.m.identifier(driveItemStyle, o.draw(f, i))
	case f.lower == "driveid" && o.name == "itemreference":
		return o.m.identifier(driveStyle, o.h)
	case f.lower == "appid", f.lower == "clientid", f.lower == "applicationid":
		return guid(mix(o.h, text("app")))
	}
	for start := range words {
		if style, ok := idStyles[strings.Join(words[start:], "")]; ok {
			return o.m.identifier(style, o.draw(f, i))
		}
	}
	return guid(o.draw(f, i))
}
