package example

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/graphmock/graphmock/internal/edm"
)

// A rule makes the item number i (0 for single values) of a string property; "" if it
// has no value.
type rule func(o *object, f *field, i int) string

// string returns the item number i of a string property. If nothing sensible is
// known, that is nil where it may be, and else the name in words.
func (o *object) string(f *field, i int) any {
	s := ""
	if f.rule != nil {
		s = f.rule(o, f, i)
	}
	switch {
	case s != "":
	case f.Name == "":
		s = pick(topics[:], o.draw(f, 0)+uint64(i)).title
	case f.Type.Collection:
		return nil
	case f.Nullable:
		return nil
	default:
		s = strings.ToUpper(f.words[0][:1]) + strings.Join(f.words, " ")[1:]
	}
	if most, err := strconv.Atoi(f.MaxLength); err == nil {
		if r := []rune(s); len(r) > most {
			s = string(r[:max(most, 0)])
		}
	}
	return s
}

// ruleFor finds the rule for a property of s: that of the property itself or, if there
// is none, of the name from its first, second, … word on.
func ruleFor(s *edm.Struct, f *field) rule {
	if f.Type.Primitive != edm.String {
		return nil
	}
	if f.key {
		return theID
	}
	whole := strings.Join(f.words, "")
	for ; s != nil; s = s.Base {
		if r := rules[strings.ToLower(s.Name)+"."+whole]; r != nil {
			return r
		}
	}
	if f.Annotations.Flag(edm.IsURL) {
		return link
	}
	if r := rules["="+whole]; r != nil {
		return r
	}
	for i := range f.words {
		if r := rules[strings.Join(f.words[i:], "")]; r != nil {
			return r
		}
	}
	return nil
}

// rules are by name in lower case: of a property with its type, of a property behind "=",
// or the last words of a property.
var rules = func() map[string]rule {
	table := map[string]rule{
		"displayname name title label": theName,
		"assistantname spousename contact.title yomicompanyname yomigivenname yomisurname serviceprincipal.alternativename application.uniquename group.uniquename device.devicecategory systemlabel errorcode relaystate securitypatchlevel allowedservice excluderole includerole excludegroup includegroup excludeuser excludeapplication excludelocation domain.manufacturer domain.model domain.availabilitystatus drive.description riskeventtype": none,
		"workbooktable.name": one("Table1|Table2|Sales"), "workbookworksheet.name": one("Sheet1|Sheet2|Summary"), "chatinfo.threadid": func(o *object, _ *field, _ int) string { return o.chatID() },
		"chatinfo.messageid": one("0"), "chatinfo.replychainmessageid": none, "sharinglink.scope": one("organization"), "sharinglink.type": one("view|edit"), "publicationfacet.level": one("published"),
		"contenttypeinfo.name": one("Document"), "contenttypeinfo.id": one("0x0101"), "printjobconfiguration.mediatype": one("stationery"),
		"child": func(o *object, _ *field, i int) string { return pick(o.culture().given, o.n+uint64(i)) },
		"keycredential.displayname passwordcredential.displayname": one("Build pipeline|Production|Rotation|Backup"), "keycredential.type": one("AsymmetricX509Cert"), "keycredential.usage": one("Verify"),
		"resourceaccess.type": one("Scope"), "permissionscope.type": one("User|Admin"), "permissionscope.value": one("Reports.Read|Tasks.ReadWrite|Profile.Read"), "approle.value": one("Reports.Read|Tasks.Manage|Survey.Create"),
		"approle.allowedmembertype": one("User|Application"), "consentdisplayname": one("Read your reports|Manage your tasks|View your profile"), "optionalclaim.name": one("email|upn|groups|ipaddr"),
		"consentdescription": one("Allows the app to do this on behalf of the signed-in user."), "site.name": func(o *object, _ *field, _ int) string { return o.slug() }, "drive.name": one("Documents"),
		"sharepointids.siteid listitemuniqueid": func(o *object, f *field, i int) string { return guid(o.draw(f, i)) }, "sitecollection.hostname": one("contoso.sharepoint.com"), "quota.state": one("normal"),
		"verifieddomain.name": one("contoso.com|contoso.onmicrosoft.com"), "verifieddomain.type domain.authenticationtype": one("Managed"), "organization.displayname subscribedsku.accountname": one("Contoso"), "provisioningstatus": one("Success"),
		"includeuser includeapplication includelocation": one("All"), "rule": one(`user.department -eq "Finance"`), "preferredsinglesignonmode": one("saml"), "fileas": theName,
		"hostname": func(o *object, f *field, i int) string {
			if o.kind == device || f.kind == device {
				return o.nameOf(device, uint64(i))
			}
			return "www.contoso.com"
		},
		"address": func(o *object, f *field, i int) string {
			if o.kind == human || f.kind == human {
				return address(o, f, i)
			}
			return "192.0.2." + strconv.Itoa(int(1+o.draw(f, i)%254))
		},
		"givenname firstname":                                       func(o *object, _ *field, _ int) string { return o.person().given },
		"surname lastname =familyname":                              func(o *object, _ *field, _ int) string { return o.person().surname },
		"mailnickname alias samaccountname username nickname login": nickname,
		"mail email emailaddress userprincipalname upn signinname principalname accountname othermail emailaddress.address issuerassignedid imaddress =from =to =cc =owner senderaddress actor initiatedby createdby lastmodifiedby modifiedby addedby assignedto requestor": address,
		"proxyaddress": func(o *object, f *field, i int) string { return "SMTP:" + address(o, f, i) },
		"phone mobilephone businessphone phonenumber homephone fax faxnumber phone.number telephonenumber otherfax tollnumber tollfreenumber securitycompliancenotificationphone": phone,
		"jobtitle profession": func(o *object, _ *field, _ int) string { return pick(jobs, o.n) },
		"department":          func(o *object, _ *field, _ int) string { return pick(departments, o.n) },
		"officelocation office": func(o *object, _ *field, _ int) string {
			return strconv.Itoa(int(10+o.n%29)) + "/" + strconv.Itoa(int(1001+o.n%2200))
		},
		"companyname company organizationname vendor publisher": func(o *object, f *field, i int) string {
			if o.kind == human {
				return "Contoso"
			}
			return pick(names[company], o.draw(f, i))
		},
		"manufacturer":        one("Dell Inc.|HP|Lenovo|Microsoft Corporation"),
		"device.manufacturer": one("Microsoft Corporation"),
		"model":               one("Latitude 7450|EliteBook 840 G11|ThinkPad T14|Surface Laptop 6"),
		"device.model":        one("Surface Laptop 6|Surface Pro 10"),
		"city locality":       func(o *object, _ *field, _ int) string { return o.culture().city },
		"province":            func(o *object, _ *field, _ int) string { return o.culture().state },
		"state":               state,
		"postalcode zipcode":  func(o *object, _ *field, _ int) string { return o.culture().postal },
		"country countryorregion countriesandregion":                           func(o *object, _ *field, _ int) string { return o.culture().country },
		"countrycode countrylettercode usagelocation regioncode countryregion": func(o *object, _ *field, _ int) string { return o.culture().code },
		"street streetaddress": func(o *object, _ *field, _ int) string { return pick(o.culture().streets, o.n) },
		"preferredlanguage language languagetag locale culture supportedlocale defaultlanguage": func(o *object, _ *field, _ int) string { return o.culture().lang },
		"chatmessage.locale": one("en-us"),
		"timezone timezoneid": func(o *object, _ *field, _ int) string {
			if o.name == "datetimetimezone" || strings.HasPrefix(o.name, "recurrence") || o.name == "event" {
				return "UTC"
			}
			return o.culture().zone
		},
		"subject topic": func(o *object, _ *field, i int) string { return pick(topics[:], o.topicN()+uint64(i)).title },
		"bodypreview preview text message comment note justification reason body summary instruction answer mentiontext replymessage": func(o *object, _ *field, _ int) string { return o.topic().text },
		"description": describe,
		"question":    one("What do you need this for?|How long do you need it?|Who is your manager?"),
		"content":     bodyContent,
		"url weburl webdavurl uri link href homepage website site.siteurl endpoint": link,
		"weblink": outlookLink,
		"ipaddress ip clientip localip publicip": func(o *object, f *field, i int) string {
			h := o.draw(f, i)
			return pick([]string{"192.0.2.", "198.51.100.", "203.0.113."}, h) + strconv.Itoa(int(1+h>>8%254))
		},
		"cidraddress cidr": one("203.0.113.0/24|198.51.100.0/24"), "loweraddress": one("198.51.100.1"), "upperaddress": one("198.51.100.254"),
		"macaddress ethernetmacaddress wifimacaddress": func(o *object, f *field, i int) string {
			return "00-00-5E-00-53-" + letters("0123456789ABCDEF", 2, o.draw(f, i))
		},
		"id":                            reference,
		"identifier guid correlationid": func(o *object, f *field, i int) string { return guid(o.draw(f, i)) },
		"conferenceid":                  func(o *object, f *field, _ int) string { return letters("123456789", 9, o.draw(f, 0)) },
		"employeeid studentid accountnumber number externalid itemnumber": func(o *object, f *field, i int) string { return letters("123456789", 5, o.draw(f, i)) },
		"serialnumber productkey hardwareidentifier":                      func(o *object, f *field, i int) string { return letters(capital+digits, 10, o.draw(f, i)) },
		"securityidentifier sid": func(o *object, f *field, _ int) string {
			sid := "S-1-12-1"
			for part := range uint64(4) {
				sid += "-" + strconv.FormatUint(mix(o.draw(f, 0), part)>>32, 10)
			}
			return sid
		},
		"version appversion softwareversion": one("1.0"), "versionnumber": one("1.0|2.0|3.0"), "buildnumber": one("26100.2314"), "driveitemversion.id": one("1.0|2.0"),
		"osversion operatingsystemversion osminimumversion osmaximumversion": one("10.0.26100.2314|10.0.22631.4460"),
		"operatingsystem platform": one("Windows"), "browser": one("Edge 142.0|Firefox 145.0|Chrome 142.0"),
		"useragent":                            one("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"),
		"thumbprint sha1hash sha1 fingerprint": func(o *object, f *field, i int) string { return letters("0123456789ABCDEF", 40, o.draw(f, i)) },
		"sha256hash sha256 hash":               func(o *object, f *field, i int) string { return letters("0123456789ABCDEF", 64, o.draw(f, i)) },
		"md5hash md5":                          func(o *object, f *field, i int) string { return letters(hexa, 32, o.draw(f, i)) },
		"crc32hash":                            func(o *object, f *field, i int) string { return letters("0123456789ABCDEF", 8, o.draw(f, i)) },
		"quickxorhash":                         func(o *object, f *field, i int) string { return raw(20, o.draw(f, i)) },
		"etag ctag changekey orderhint":        tag,
		"filename attachment.name":             func(o *object, _ *field, i int) string { return pick(names[file], o.n+uint64(i)) },
		"mimetype contenttype mediatype":       func(o *object, _ *field, _ int) string { return mimes[path.Ext(pick(names[file], o.fileN()))] },
		"path filepath folderpath": func(o *object, _ *field, _ int) string {
			if o.name == "itemreference" {
				return "/drives/" + o.m.identifier(driveStyle, o.h) + "/root:/" + pick(names[folder], o.n)
			}
			return "/" + pick(names[folder], o.n) + "/" + pick(names[file], o.n)
		},
		"color hexcolor backgroundcolor": one("#0078D4|#107C10|#D83B01|#5C2D91"),
		"drivetype":                      one("documentLibrary"), "grouptype": one("Unified"), "visibility": one("Public|Private"), "usertype": one("Member"),
		"signintype": one("userPrincipalName"), "objectidentity.issuer": one("contoso.onmicrosoft.com"), "agegroup consentprovidedforminor legalagegroupclassification": none,
		"trusttype": one("AzureAd"), "managementtype": one("MDM"), "deviceownership ownership": one("Company"), "profiletype": one("RegisteredDevice"), "enrollmenttype": one("AzureDomainJoined"),
		"signinaudience audience": one("AzureADMyOrg"), "serviceprincipaltype": one("Application"), "publisherdomain": one("contoso.com"), "groupmembershipclaim": one("SecurityGroup"),
		"resourceprovisioningoption": one("Team"), "passwordpolicy": one("DisablePasswordExpiration"), "tenanttype": one("AAD"), "appliesto": one("User"), "capabilitystatus": one("Enabled"),
		"serviceprincipalname identifieruri": func(o *object, f *field, _ int) string { return "api://" + guid(mix(o.h, text("app"))) },
		"type kind class mode":               one("standard"), "status": one("active"), "level severity": one("medium|low"), "category tag": func(o *object, f *field, i int) string { return pick(tags, o.draw(f, 0)+uint64(i)) },
		"value": func(o *object, f *field, i int) string { return pick(names[company], o.draw(f, i)) }, "=key": one("department|costCenter|region|building"), "=code": one("CNT-104|CNT-218|CNT-377"),
		"domain domainname fqdn domain.name hostordomain": one("contoso.com"), "issuer": func(o *object, _ *field, _ int) string { return "https://sts.windows.net/" + o.m.tenant() + "/" },
		"directoryscopeid": one("/"), "scope permission": one("User.Read|Files.Read.All|Mail.Read"), "role": one("read|write"), "algorithm": one("RSA-SHA256"), "protocol": one("HTTPS"),
		"region": func(o *object, _ *field, _ int) string { return o.culture().city }, "query filter": one("department eq 'Finance'"), "service servicename": one("exchange|SharePoint|MicrosoftCommunicationsOnline"),
		"internetmessageid": func(o *object, f *field, _ int) string {
			return "<" + strings.ToUpper(guid(o.draw(f, 0))) + "@contoso.com>"
		},
		"icaluid": func(o *object, f *field, _ int) string {
			return "040000008200E00074C5B7101A82E008" + letters("0123456789ABCDEF", 80, o.draw(f, 0))
		},
		"locationuri": none, "uniqueid": func(o *object, f *field, i int) string { return theName(o, f, i) }, "skupartnumber": one(strings.Join(names[license], "|")),
		"mailfolder.displayname": func(o *object, _ *field, _ int) string {
			return pick(list("Inbox|Sent Items|Drafts|Archive|Deleted Items|Junk Email|Invoices|Newsletters|Travel|Conversation History|Customers"), o.n)
		},
		"datetime date time timestamp": func(o *object, f *field, _ int) string {
			t := o.time(f)
			if o.name == "datetimetimezone" {
				return t.Format("2006-01-02T15:04:05.0000000")
			}
			return t.Format(stamp)
		},
		"token password passcode secret clientsecret pin": none,
	}
	byName := make(map[string]rule)
	for words, r := range table {
		for _, w := range strings.Fields(words) {
			if _, ok := byName[w]; ok {
				panic("example: two rules for " + w)
			}
			byName[w] = r
		}
	}
	return byName
}()

// one is the rule that takes one of several texts.
func one(texts string) rule {
	all := strings.Split(texts, "|")
	return func(o *object, f *field, i int) string { return pick(all, o.draw(f, 0)+uint64(i)) }
}

// none is the rule for what has no value.
func none(*object, *field, int) string { return "" }

// theID is the rule for keys.
func theID(o *object, _ *field, _ int) string { return o.id }

// personID returns the id of the user that an object speaks of.
func (o *object) personID() string {
	switch {
	case o.Entity && o.kind == human:
		return o.id
	case o.sharesPerson():
		return o.parent.personID()
	}
	return guid(mix(o.h, text("user")))
}

// sharesPerson reports whether an object speaks of whom its parent speaks of: an
// address is that of the recipient, an identity one of the user who has it.
func (o *object) sharesPerson() bool {
	switch {
	case o.depth == 0:
		return false
	case o.kind == human && o.parent.Entity && o.parent.kind == human:
		return strings.HasPrefix(o.of.lower, "email") // and not who created it
	}
	return o.kind == thing || o.kind == human && o.parent.kind == human
}

// person returns whom an object is or speaks of.
func (o *object) person() *person {
	switch {
	case o.someone != nil:
	case o.sharesPerson():
		o.someone = o.parent.person()
	default:
		o.someone = o.m.person(cmp.Or(o.upn, o.personID()))
	}
	return o.someone
}

// person returns the user that has an id. If that is an address, it is made of that.
func (m *Maker) person(id string) *person {
	all := people()
	p := &all[mix(m.Seed, text(id))%uint64(len(all))]
	nick, _, ok := strings.Cut(id, "@")
	if !ok || nick == "" {
		return p
	}
	given, surname, _ := strings.Cut(strings.NewReplacer("_", " ", ".", " ").Replace(nick), " ")
	if surname == "" {
		surname = p.surname
	}
	q := newPerson(capitals(given), capitals(surname), p.culture)
	q.nick = nick
	return &q
}

// capitals writes words with capital letters.
func capitals(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		r := []rune(w)
		words[i] = strings.ToUpper(string(r[0])) + string(r[1:])
	}
	return strings.Join(words, " ")
}

// culture returns where an object is.
func (o *object) culture() *culture {
	switch {
	case o.kind == human:
		return o.person().culture
	case o.depth > 0 && o.kind == thing:
		return o.parent.culture()
	}
	return &cultures[o.h%uint64(len(cultures))]
}

// topicN says which topic an object has; a complex value has that of what it is part of.
func (o *object) topicN() uint64 {
	if o.depth > 0 && !o.of.Type.Collection {
		return o.parent.topicN()
	}
	return o.n
}

func (o *object) topic() *topic { return &topics[o.topicN()%uint64(len(topics))] }

// fileN says which file an object is, or part of.
func (o *object) fileN() uint64 {
	if o.depth > 0 && !o.of.Type.Collection {
		return o.parent.fileN()
	}
	return o.n
}

// theName is the name of the object or, if the words before say so, of something else.
func theName(o *object, f *field, i int) string {
	k := o.kind
	switch {
	case f.kind != thing:
		k = f.kind
	case len(f.about) > 0:
		return "" // of something that is not known
	case len(f.words) == 1 && f.words[0] == "title" && o.Entity && k != human:
		k = thing
	}
	return o.nameOf(k, uint64(i))
}

// nameOf returns the name of a thing of a kind.
func (o *object) nameOf(k kind, i uint64) string {
	switch k {
	case human:
		return o.person().display
	case device:
		return "DESKTOP-" + letters(capital+digits, 7, mix(o.h, i))
	case thing:
		return pick(topics[:], o.topicN()+i).title
	}
	return pick(names[k], o.n+i)
}

// slug is the name of an object as a part of addresses.
func (o *object) slug() string {
	k := o.kind
	if k == human {
		return o.person().nick
	}
	return strings.ToLower(plain.Replace(o.nameOf(k, 0)))
}

// page is the name of an object as a part of links.
func (o *object) page() string {
	if o.kind == human {
		return o.person().nick
	}
	return url.PathEscape(strings.ReplaceAll(strings.ToLower(o.nameOf(o.kind, 0)), " ", "-"))
}

func nickname(o *object, f *field, _ int) string {
	if (o.kind == team || o.kind == room) && f.kind != human {
		return o.slug()
	}
	return o.person().nick
}

// address is an e-mail address; that of a person is also the name to sign in with.
func address(o *object, f *field, _ int) string {
	switch {
	case o.upn != "":
		return o.upn
	case (o.kind == team || o.kind == room || o.kind == channel) && f.kind != human:
		return o.slug() + "@contoso.com"
	case o.name == "contact", o.name == "orgcontact", strings.Contains(o.name, "customer"), strings.Contains(o.name, "external"):
		return o.person().nick + "@example.com"
	}
	return o.person().nick + "@contoso.com"
}

func phone(o *object, f *field, _ int) string {
	return o.culture().phone + letters(digits, 2, mix(o.h, f.hash))
}

// state is a part of a country in addresses, else how things are.
func state(o *object, _ *field, _ int) string {
	if o.Member("city") != nil {
		return o.culture().state
	}
	return "active"
}

func describe(o *object, f *field, _ int) string {
	name := o.nameOf(o.kind, 0)
	switch o.kind {
	case team:
		return "Plans, files and conversations of " + name
	case app, device, company:
		return name + " of the Contoso organization"
	case policy:
		return "Applies to: " + strings.ToLower(name)
	case role:
		return "Has the permissions that come with: " + name
	case channel:
		return "Messages and files about " + strings.ToLower(name)
	}
	return o.topic().text
}

// bodyContent agrees with the contentType of the same body, and with the preview.
func bodyContent(o *object, _ *field, _ int) string {
	if p := o.Member("contentType"); p != nil && p.Type.Enum != nil && o.html() {
		return "<html><head></head><body><p>" + o.topic().text + "</p></body></html>"
	}
	return o.topic().text
}

// tag is the version of an object in the form that its service gives.
func tag(o *object, f *field, i int) string {
	switch {
	case o.name == "chatmessage":
		return o.id
	case f.words[len(f.words)-1] == "key":
		return o.changeKey()
	case f.lower == "ctag":
		return `"c:{` + strings.ToUpper(guid(o.h)) + `},1"`
	case o.sparse:
		return `"{` + strings.ToUpper(guid(o.h)) + `},2"`
	case f.lower == "orderhint":
		return "8585" + letters(digits, 15, o.draw(f, i)) + "P" + letters(base62, 2, o.draw(f, i))
	}
	return `W/"` + raw(18, o.h) + `"`
}

func (o *object) changeKey() string { return raw(22, mix(o.h, text("changekey"))) }

// links are web addresses by type; {} holds what is put in.
var links = map[string]string{
	"driveitem": "https://contoso.sharepoint.com/sites/operations/Shared%20Documents/{name}", "drive": "https://contoso.sharepoint.com/sites/operations/Shared%20Documents",
	"site": "https://contoso.sharepoint.com/sites/{slug}", "list": "https://contoso.sharepoint.com/sites/operations/Lists/{slug}",
	"team":     "https://teams.microsoft.com/l/team/{channel}/conversations?groupId={id}&tenantId={tenant}",
	"channel":  "https://teams.microsoft.com/l/channel/{id}/{name}?groupId={guid}&tenantId={tenant}",
	"listitem": "https://contoso.sharepoint.com/sites/operations/Lists/Tasks/{id}_.000",
	"chat":     "https://teams.microsoft.com/l/chat/{id}/0?tenantId={tenant}", "chatmessage": "https://teams.microsoft.com/l/message/{chat}/{id}?tenantId={tenant}",
}

// link is the rule for web addresses: those of a type that has one, or else a page of
// Contoso that is named like the property.
func link(o *object, f *field, i int) string {
	if pattern := ""; strings.HasPrefix(f.lower, "web") {
		for s := o.Struct; s != nil && pattern == ""; s = s.Base {
			pattern = links[strings.ToLower(s.Name)]
		}
		if pattern != "" {
			return o.fill(pattern)
		}
	}
	words := f.words
	for len(words) > 0 && slices.Contains([]string{"url", "uri", "link", "web", "href", "endpoint"}, words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	page := strings.Join(words, "-")
	if page == "" {
		page = o.page()
	}
	if i > 0 {
		page += "/" + strconv.Itoa(i+1)
	}
	return "https://www.contoso.com/" + page
}

func outlookLink(o *object, f *field, _ int) string {
	return "https://outlook.office365.com/owa/?ItemID=" + url.QueryEscape(o.id) + "&exvsurl=1&viewmodel=ReadMessageItem"
}

// fill puts what an object is in the place of names in braces.
func (o *object) fill(pattern string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(pattern, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		what, after, _ := strings.Cut(rest, "}")
		pattern = after
		switch what {
		case "id":
			b.WriteString(url.PathEscape(o.id))
		case "name":
			b.WriteString(url.PathEscape(o.nameOf(o.kind, 0)))
		case "slug":
			b.WriteString(o.slug())
		case "guid":
			b.WriteString(guid(mix(o.h, text("group"))))
		case "tenant":
			b.WriteString(o.m.tenant())
		case "channel":
			b.WriteString(url.PathEscape(o.m.identifier(channelStyle, o.h)))
		case "chat":
			b.WriteString(url.PathEscape(o.chatID()))
		}
	}
}

// chatID returns the chat that a message is in.
func (o *object) chatID() string { return o.m.identifier(chatStyle, mix(o.h, text("chat"))) }
