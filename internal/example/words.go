package example

import (
	"strings"
	"sync"
)

// A culture is an office and the people who work there. The telephone numbers are
// of ranges that are set aside for fiction.
type culture struct {
	given, surname                                        []string
	city, state, postal, country, code, lang, phone, zone string
	streets                                               []string
	lat, long                                             float64
}

var cultures = [...]culture{
	{
		given: fields("Diego Maria Megan Jordan Isaiah Grace Lidia Patrick"), surname: fields("Bowen Hernández Miller Silva Langer Walker Ortiz Johnson"),
		city: "Seattle", state: "WA", postal: "98104", country: "United States", code: "US", lang: "en-US", phone: "+1 206 555 01", zone: "Pacific Standard Time",
		streets: list("700 5th Avenue|1201 3rd Avenue|400 Pine Street"), lat: 47.6038, long: -122.3301,
	},
	{
		given: fields("Adaeze Oluwaseun Priya Amit Imogen Callum Ngozi Rhys"), surname: fields("Okafor Adebayo Sharma Mehta Hughes Bennett Eze Fraser"),
		city: "London", state: "England", postal: "EC2A 4BX", country: "United Kingdom", code: "GB", lang: "en-GB", phone: "+44 20 7946 00", zone: "GMT Standard Time",
		streets: list("12 Leonard Street|48 Finsbury Square|5 Wilson Street"), lat: 51.5237, long: -0.0850,
	},
	{
		given: fields("Jonas Miriam Lukas Elif Anja Henrik Deniz Katharina"), surname: fields("Schäfer Yılmaz Krüger Lehmann Vogel Aydın Brandt Hoffmann"),
		city: "Berlin", state: "Berlin", postal: "10117", country: "Germany", code: "DE", lang: "de-DE", phone: "+49 30 231250", zone: "W. Europe Standard Time",
		streets: list("Friedrichstraße 68|Mauerstraße 79|Jägerstraße 32"), lat: 52.5163, long: 13.3889,
	},
	{
		given: fields("Amélie Karim Hélène Yanis Léa Mathis Fatima Étienne"), surname: fields("Moreau Benali Lefèvre Haddad Girard Mercier Cissé Fontaine"),
		city: "Lyon", state: "Auvergne-Rhône-Alpes", postal: "69002", country: "France", code: "FR", lang: "fr-FR", phone: "+33 1 99 00 10 ", zone: "Romance Standard Time",
		streets: list("14 rue de la Barre|27 rue Mercière|3 place Bellecour"), lat: 45.7590, long: 4.8331,
	},
	{
		given: fields("Åsa Linnea Emil Saga Oskar Zahra Mikael Ebba"), surname: fields("Lindström Nyberg Sandell Åkesson Forsberg Rahimi Holm Bergqvist"),
		city: "Stockholm", state: "Stockholm", postal: "111 57", country: "Sweden", code: "SE", lang: "sv-SE", phone: "+46 8 465 004 ", zone: "W. Europe Standard Time",
		streets: list("Drottninggatan 33|Vasagatan 11|Kungsgatan 50"), lat: 59.3321, long: 18.0644,
	},
	{
		given: fields("Mei Haruto Olivia Minh Sakura Lachlan Ji-woo Thanh"), surname: fields("Chen Tanaka Nguyen Kim Watanabe Taylor Park Wong"),
		city: "Sydney", state: "NSW", postal: "2000", country: "Australia", code: "AU", lang: "en-AU", phone: "+61 2 5550 01", zone: "AUS Eastern Standard Time",
		streets: list("88 Pitt Street|21 Bridge Street|140 George Street"), lat: -33.8651, long: 151.2099,
	},
}

// A person is who a value speaks of.
type person struct {
	given, surname, display, nick string
	*culture
}

// people are all that there are. Neighbours are of different cultures.
var people = sync.OnceValue(func() []person {
	const names = 8
	all := make([]person, 0, len(cultures)*names*names)
	for i := range cap(all) {
		c := &cultures[i%len(cultures)]
		j := i / len(cultures)
		all = append(all, newPerson(c.given[j%names], c.surname[j/names], c))
	}
	return all
})

func newPerson(given, surname string, c *culture) person {
	nick := strings.ToLower(plain.Replace(given + "." + surname))
	return person{given, surname, given + " " + surname, nick, c}
}

// plain spells names as addresses do.
var plain = strings.NewReplacer("ä", "a", "å", "a", "Å", "a", "á", "a", "é", "e", "É", "e", "è", "e", "ı", "i", "ö", "o", "ü", "u", "ß", "ss", " ", "", "-", "")

// A topic is what a message, a meeting, a task or a document is about.
type topic struct{ title, text string }

var topics = [...]topic{
	{"Quarterly business review", "The figures of the last quarter are in. Please read the summary before we meet."},
	{"Project Northwind kickoff", "We start on Monday. The plan and the list of open questions are in the team's folder."},
	{"Office move to the third floor", "Please pack your desk by Thursday evening. Boxes and labels are at the reception."},
	{"Budget draft for next year", "The first draft is ready. Send me your comments by the end of the week."},
	{"Customer visit from Fabrikam", "Their procurement team comes for half a day. We show the new portal and the roadmap."},
	{"Security awareness training", "The yearly training is open. It takes about forty minutes and can be done in parts."},
	{"Release notes for review", "I added what changed since the last version. Is anything missing?"},
	{"Travel policy update", "From next month trips are booked in the new tool. Approved bookings stay valid."},
	{"Supplier contract with Adatum", "Legal has returned the contract with two remarks, both on the notice period."},
	{"Design review of the mobile app", "We go through the screens for sign-in and search. Bring the feedback of the pilot group."},
	{"Onboarding plan for new colleagues", "Three people join us this month. Each needs a buddy for the first two weeks."},
	{"Marketing campaign results", "The campaign reached more people than we had planned, at a lower price per lead."},
	{"Data migration weekend", "The archive moves to the new storage on Saturday. Expect short interruptions until noon."},
	{"Feedback on the proposal", "Thank you for the proposal. The timeline is convincing, the estimate needs one more look."},
	{"Warehouse inventory check", "We count the stock in both halls. The lists from last year are attached for comparison."},
	{"Accessibility audit findings", "Most pages pass. The forms lack labels, and two colors have too little contrast."},
	{"Research workshop agenda", "Two talks in the morning, group work after lunch, and an hour for questions at the end."},
	{"Service incident follow-up", "The cause was an expired certificate. Renewal is automatic now, and an alert watches it."},
	{"Partner newsletter", "This month: the new price list, two success stories and the dates of the autumn events."},
	{"Hiring plan for the spring", "We have approval for four positions. The first interviews can start in two weeks."},
	{"Product roadmap discussion", "Which of the three themes comes first? I put the arguments on one page."},
	{"Sustainability report", "The numbers for energy and travel are complete. Only the waste data of one site is missing."},
	{"Team lunch on Friday", "The table is booked for half past twelve. Tell me if you have any dietary needs."},
	{"Network maintenance window", "The wireless network is renewed tonight between ten and midnight. Wired access stays up."},
}

// A kind is what the name of a thing is chosen by.
type kind uint8

const (
	thing kind = iota
	human
	team
	device
	app
	file
	folder
	policy
	room
	company
	role
	channel
	license
	calendar
	kinds
)

// names are the names of things by kind; those that are not here are made.
var names = [kinds][]string{
	team:     list("Sales and Marketing|Retail Operations|Project Northwind|Engineering|Contoso Leadership|Finance Planning|Customer Success|People and Culture|Design Studio|IT Support|Legal and Compliance|Research Lab"),
	app:      list("Contoso Expenses|Fabrikam Travel|Contoso Time Tracker|Adatum Reports|Contoso Helpdesk|Northwind Inventory|Contoso Field Service|Fabrikam Sign|Adatum Survey|Contoso Visitors|Northwind Orders"),
	file:     list("Quarterly report.xlsx|Project plan.docx|Kickoff slides.pptx|Contract draft.docx|Site photo.jpg|Budget.xlsx|Meeting notes.docx|Price list.pdf|Floor plan.pdf|Customer survey.xlsx|Roadmap.pptx"),
	folder:   list("Reports|Invoices|Contracts|Presentations|Photos|Archive|Meeting notes|Templates|Customers|Projects|Training"),
	policy:   list("Contoso baseline|Finance department|Field staff|Shared devices|External partners|Headquarters|Pilot group|Executive staff|Contractors|Retail stores|All employees"),
	room:     list("Conference Room Rainier|Meeting Room Baltic|Training Room 2|Boardroom|Focus Room 14|Town Hall|Conference Room Adams|Meeting Room Atlas|Project Room 5|Lounge East|Studio 3"),
	company:  list("Contoso|Fabrikam|Adatum|Northwind Traders|Litware|Tailspin Toys|Wingtip Toys|Proseware|Fourth Coffee|Woodgrove Bank|Trey Research"),
	role:     list("User Administrator|Global Reader|Helpdesk Administrator|Reports Reader|Groups Administrator|Security Reader|Application Administrator|Teams Administrator|License Administrator|Exchange Administrator|Cloud Device Administrator"),
	channel:  list("General|Announcements|Planning|Questions|Releases|Customer feedback|Events|Budget|Design|Support rota|Off topic"),
	license:  list("SPE_E5|ENTERPRISEPACK|EMS|POWER_BI_PRO|VISIOCLIENT|PROJECTPROFESSIONAL|STANDARDPACK|FLOW_FREE|TEAMS_EXPLORATORY|AAD_PREMIUM|INTUNE_A"),
	calendar: list("Calendar|Team calendar|Project milestones|Vacations|On-call rota|Company events|Customer visits|Training|Releases|Birthdays|Shifts"),
}

// kindOf says what things are by the last word of their type's or their property's name.
var kindOf = wordTable(map[kind]string{
	human:    "user person people member contact owner manager author sender creator student teacher guest attendee organizer participant recipient reviewer approver requestor assignee employee customer email upn from by initiator staff sponsor principal conversationmember identityset editor caller owneridentity",
	team:     "group team department site administrativeunit class school section community",
	device:   "device computer machine printer desktop pc workstation host",
	app:      "app application client serviceprincipal blueprint resourceapp integration bot resource",
	file:     "file document attachment driveitem drive",
	folder:   "folder list notebook library directory catalog container bucket",
	policy:   "policy configuration profile setting baseline rule package template plan exemption restriction namedlocation campaign label",
	room:     "room place building workspace desk floor map location",
	company:  "organization company publisher manufacturer vendor tenant partner issuer provider contract bookingbusiness brand",
	role:     "role roledefinition directoryrole",
	channel:  "channel",
	license:  "sku skupart license serviceplan productname",
	calendar: "calendar",
})

// ranges are bounds of numbers by the last word of their name that is known.
var ranges = map[string][2]int64{
	"count": {0, 24}, "size": {12_000, 4_800_000}, "bytes": {1 << 20, 8 << 30}, "byte": {1 << 20, 8 << 30}, "used": {1 << 28, 4 << 30},
	"remaining": {100 << 30, 1000 << 30}, "total": {10, 400}, "percentage": {0, 100}, "percent": {0, 100}, "complete": {0, 100},
	"score": {40, 100}, "rate": {0, 1}, "ratio": {0, 1}, "confidence": {60, 100}, "days": {7, 90}, "weeks": {1, 8},
	"hours": {4, 72}, "minutes": {5, 60}, "seconds": {30, 300}, "ms": {80, 4000}, "milliseconds": {80, 4000}, "length": {6, 14},
	"version": {1, 4}, "priority": {1, 9}, "port": {443, 443}, "year": {2020, 2025}, "month": {1, 12}, "width": {640, 1920},
	"height": {480, 1080}, "capacity": {4, 20}, "gb": {8, 256}, "mb": {64, 2048}, "kb": {12, 900}, "code": {0, 0}, "failed": {0, 2},
	"errors": {0, 2}, "warnings": {0, 4}, "deleted": {0, 9}, "dpi": {300, 300}, "interval": {1, 2}, "number": {1, 40}, "id": {1000, 9999},
	"limit": {10, 100}, "duration": {10, 600}, "altitude": {8, 60}, "accuracy": {5, 30}, "price": {20, 150}, "amount": {20, 900}, "points": {10, 100}, "speed": {100, 1000}, "level": {1, 3},
}

// vague are members of enumerations that are chosen only if there is nothing else, usual
// ones those that are preferred.
var (
	vague = set("unknown none invalid undefined notset other error failed failure notspecified default notapplicable blocked deny denied dangerous critical suspended disabled expired declined canceled cancelled deleted unspecified reserved abandoned aborted")
	usual = set("managed compliant registered allowed secured auto mfa company enabled active available normal message succeeded success completed published accepted busy member standard user granted approved provisioned ready running single weekly teamsforbusiness enabledforall optional aaduser medium all yes")
)

// kindly are the concrete types that stand in for bases which say little by themselves.
var kindly = map[string][]string{
	"directoryobject": fields("user"), "attachment": fields("fileAttachment"), "outlookitem": fields("message"), "baseitem": fields("driveItem"),
	"conversationmember": fields("aadUserConversationMember"), "place": fields("room"), "identityproviderbase": fields("builtInIdentityProvider socialIdentityProvider"),
	"authenticationmethod":                   fields("microsoftAuthenticatorAuthenticationMethod phoneAuthenticationMethod fido2AuthenticationMethod"),
	"deviceandappmanagementassignmenttarget": fields("groupAssignmentTarget allLicensedUsersAssignmentTarget"),
	"alertevidence":                          fields("userEvidence deviceEvidence"), "namedlocation": fields("ipNamedLocation countryNamedLocation"),
	"subjectset": fields("singleUser groupMembers"), "iprange": fields("iPv4CidrRange"), "mobileapp": fields("win32LobApp iosStoreApp androidStoreApp"),
	"threatassessmentrequest": fields("mailAssessmentRequest"), "omasetting": fields("omaSettingString omaSettingInteger"),
}

// memberTypes are what directory objects are, by the property that leads to them.
var memberTypes = map[string]string{
	"memberof": "group", "transitivememberof": "group", "registereddevices": "device", "owneddevices": "device", "ownedobjects": "application",
	"createdobjects": "application", "scopedroles": "directoryRole",
}

// defaults are what types have unless $select asks for other members: of directory objects
// because the service answers so, of drive items because each is only some of what it may be.
var defaults = map[string][]string{
	"microsoft.graph.user":      fields("businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName"),
	"microsoft.graph.group":     fields("classification createdDateTime deletedDateTime description displayName expirationDateTime groupTypes isAssignableToRole mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier serviceProvisioningErrors theme visibility"),
	"microsoft.graph.driveItem": fields("createdBy createdDateTime cTag eTag file fileSystemInfo folder lastModifiedBy lastModifiedDateTime name parentReference size webUrl"),
}

// nothing are members that have no value in the usual case: null, no items.
var nothing = set("deleteddatetime deleted error errors errormessage errordetail errordetails malware policyviolation eventdetail replytoid seriesmasterid recurrence failurereason disabledbymicrosoftstatus " +
	"lasteditedon lastediteddatetime closeddatetime proposednewtime onlinemeetingurl originalstart transactionid membershiprule membershipruleprocessingstate classification specialization password secrettext clientsecret bccrecipients ccrecipients replyto " +
	"cancelledoccurrences mentions reactions messagehistory internetmessageheaders middlename generation initials chatmessage.channelidentity chatmessage.subject chatmessage.summary chatmessage.attachments group.expirationdatetime group.theme " +
	"root assignedlabels serviceprovisioningerrors pendingoperations searchresult specialfolder remoteitem followupflag.completeddatetime followupflag.duedatetime followupflag.startdatetime todotask.completeddatetime plannertask.completeddatetime plannertask.completedby " +
	"preferreddatalocation isassignabletorole resourcebehavioroptions externaluserstate externaluserstatechangedatetime employeeleavedatetime identityset.application identityset.device itemreference.shareid itemreference.sharepointids file.processingmetadata team.internalid team.firstchannelname team.summary channel.summary migrationmode originalcreateddatetime teamworkonlinemeetinginfo addins alternativesecurityids sharepointids secondaryemailaddress tertiaryemailaddress partnertenanttype managerapplications tokenencryptionkeyid physicalids deviceactionresults site.parentreference drive.parentreference sitecollection.archivaldetails sitecollection.datalocationcode drive.system list.system permission.invitation permission.inheritedfrom permission.expirationdatetime permission.shareid")

// hidden are members that are left out unless $select names them.
var hidden = set("message.uniquebody message.internetmessageheaders folder.view")

// trueWords and falseWords decide truth values by a word of the name.
var (
	trueWords  = set("enabled enable allow allowed allows active verified can managed compliant online read supported visible notify organizer reminder valid available editing responses mail proposals requested")
	falseWords = set("draft cancelled canceled deleted archived rooted inline disabled disable block blocked blocking hidden hide failed jailbroken expired suspended locked removed restricted restriction all delivery receipt compromised personal attachments fallback resource security blocks bypass")
)

var (
	plainWord   = set("display full short friendly custom unique localized preferred legal") // says nothing of what is named
	jobs        = list("Product Manager|Software Engineer|Sales Representative|Marketing Assistant|Financial Analyst|HR Business Partner|Designer|Support Engineer|Operations Lead|Legal Counsel|Data Scientist")
	departments = list("Product|Engineering|Sales|Marketing|Finance|Human Resources|Design|Support|Operations|Legal|Research")
	tags        = list("Finance|Internal|Reviewed|Customer|Planning|Urgent|Draft|Public|Partner|Training|Archive")
	mimes       = map[string]string{
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".jpg": "image/jpeg", ".pdf": "application/pdf",
	}
)

func fields(s string) []string { return strings.Fields(s) }
func list(s string) []string   { return strings.Split(s, "|") }

func set(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// wordTable turns a table around: word → what it stands for. A word stands for one thing.
func wordTable(table map[kind]string) map[string]kind {
	byWord := make(map[string]kind)
	for k, text := range table {
		for _, w := range strings.Fields(text) {
			if _, ok := byWord[w]; ok {
				panic("example: two meanings of " + w)
			}
			byWord[w] = k
		}
	}
	return byWord
}

// split cuts a name at its capital letters and returns the words in lower case.
func split(name string) []string {
	var words []string
	start := 0
	upper := func(i int) bool { return name[i] >= 'A' && name[i] <= 'Z' }
	for i := 1; i < len(name); i++ {
		if name[i] == '_' || upper(i) && (!upper(i-1) || i+1 < len(name) && !upper(i+1) && name[i+1] > '9') {
			words = append(words, strings.ToLower(strings.Trim(name[start:i], "_")))
			start = i
		}
	}
	return append(words, strings.ToLower(strings.Trim(name[start:], "_")))
}

// singular returns the word for one of several.
func singular(word string) string {
	switch {
	case strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case strings.HasSuffix(word, "sses"), strings.HasSuffix(word, "xes"), strings.HasSuffix(word, "uses"), strings.HasSuffix(word, "iases"), strings.HasSuffix(word, "shes"):
		return word[:len(word)-2]
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return word[:len(word)-1]
	}
	return word
}
