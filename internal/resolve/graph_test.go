package resolve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graphmock/graphmock/internal/edm"
)

// TestGraphPaths has the forms of addressing that Graph and its clients use. The
// contexts were held to answers of the reference and of recorded traffic where there are any.
func TestGraphPaths(t *testing.T) {
	m := metadata(t)
	tests := []struct{ path, want string }{
		{"users", "EntityCollection | Collection(graph.user) | /users | #users"},
		{"me", "Entity | graph.user | /me | #users/$entity"},
		{"deviceManagement", "Entity | graph.deviceManagement | /deviceManagement | #deviceManagement"},
		{"users/adele%40contoso.com", "Entity | graph.user | /users/{id} | #users/$entity | id=adele@contoso.com@1"},
		{"users/adele@contoso.com/messages", "EntityCollection | Collection(graph.message) | /users/{id}/messages | #users('adele%40contoso.com')/messages | id=adele@contoso.com@1"},
		{"users('87d349ed-44d7-43e1-9a83-5f2406dee5bd')", "Entity | graph.user | /users/{id} | #users/$entity | id=87d349ed-44d7-43e1-9a83-5f2406dee5bd@0"},
		{"users('$adele@contoso.com')", "Entity | graph.user | /users/{id} | #users/$entity | id=$adele@contoso.com@0"},
		{"me/mailFolders('inbox')", "Entity | graph.mailFolder | /me/mailFolders/{id} | #users('ME')/mailFolders/$entity | id=inbox@1"},
		{"me/mailFolders/inbox/messages", "EntityCollection | Collection(graph.message) | /me/mailFolders/{id}/messages | #users('ME')/mailFolders('inbox')/messages | id=inbox@2"},
		{"applications(appId='a')", "Entity | graph.application | /applications(appId='{appId}') | #applications/$entity | appId=a@0"},
		{"users(userPrincipalName='a@b')", "Entity | graph.user | /users(userPrincipalName='{userPrincipalName}') | #users/$entity | userPrincipalName=a@b@0"},
		{"groups(uniqueName='g')", "Entity | graph.group | /groups(uniqueName='{uniqueName}') | #groups/$entity | uniqueName=g@0"},
		{"devices(deviceId='d')", "Entity | graph.device | /devices(deviceId='{deviceId}') | #devices/$entity | deviceId=d@0"},
		{"directoryRoles(roleTemplateId='r')/members", "EntityCollection | Collection(graph.directoryObject) | /directoryRoles(roleTemplateId='{roleTemplateId}')/members | #directoryObjects | roleTemplateId=r@0"},
		{"directoryRoles/roleTemplateId=r/members", "EntityCollection | Collection(graph.directoryObject) | /directoryRoles/{id}/members | #directoryObjects | roleTemplateId=r@1 | BareKey roleTemplateId=r→directoryRoles(roleTemplateId='r')"},
		{"servicePrincipals(appId='a')", "Entity | graph.servicePrincipal | /servicePrincipals(appId='{appId}') | #servicePrincipals/$entity | appId=a@0"},
		{"solutions/virtualEvents/webinars/w/registrations(userId='u')", "Entity | graph.virtualEventRegistration | /solutions/virtualEvents/webinars/{id}/registrations(userId='{userId}') | #solutions/virtualEvents/webinars('w')/registrations/$entity | id=w@3 | userId=u@4"},
		{"identityGovernance/entitlementManagement/catalogs(uniqueName='c')", "Entity | graph.accessPackageCatalog | /identityGovernance/entitlementManagement/catalogs(uniqueName='{uniqueName}') | #identityGovernance/entitlementManagement/catalogs/$entity | uniqueName=c@2"},
		{"sites/root", "Entity | graph.site | /sites/{id} | #sites/$entity | id=root@1"},
		{"sites/contoso.sharepoint.com:/sites/hr:/lists", "EntityCollection | Collection(graph.list) | /sites/{id}:/{path}:/lists | #sites('contoso.sharepoint.com')/lists | id=contoso.sharepoint.com@1 | path=sites/hr@3"},
		{"sites/contoso.sharepoint.com:/sites/hr", "Entity | graph.site | /sites/{id}:/{path}: | #sites/$entity | id=contoso.sharepoint.com@1 | path=sites/hr@3"},
		{"sites/s/getByPath(path='/sites/hr')", "Call | graph.site | /sites/{id}/getByPath(path={path}) | #microsoft.graph.site | id=s@1 | path:'/sites/hr'"},
		{"sites/s/getByPath(path='/sites/hr')/lists", "EntityCollection | Collection(graph.list) | /sites/{id}/getByPath(path={path})/lists | #microsoft.graph.site/lists | id=s@1 | path:'/sites/hr'"},
		{"drives/d/root:/a/b.txt:/content", "Stream | Edm.Stream | /drives/{id}/root:/{path}:/content |  | id=d@1 | path=a/b.txt@4"},
		{"drives/d/items/root%3A%2Fname.bin%3A/createUploadSession", "Call | graph.driveItem | /drives/{id}/items/{id}:/{path}:/createUploadSession | #microsoft.graph.uploadSession | id=d@1 | id=root@3 | path=name.bin@3"},
		{"me/drive/root:/Folder/a%20b.bin:/createUploadSession", "Call | graph.driveItem | /me/drive/root:/{path}:/createUploadSession | #microsoft.graph.uploadSession | path=Folder/a b.bin@4"},
		{"me/drive/special/documents", "Entity | graph.driveItem | /me/drive/special/{id} | #users('ME')/drive/special/$entity | id=documents@3"},
		{"me/drive/special/approot:/x.txt:/content", "Stream | Edm.Stream | /me/drive/special/{id}:/{path}:/content |  | id=approot@3 | path=x.txt@4"},
		{"me/drive/root/children", "EntityCollection | Collection(graph.driveItem) | /me/drive/root/children | #users('ME')/drive/root/children"},
		{"me/drive/items/i/workbook/worksheets('Sheet1')/range(address='A1:B2')", "Call | graph.workbookWorksheet | /me/drive/items/{id}/workbook/worksheets/{id}/range(address={address}) | #microsoft.graph.workbookRange | id=i@3 | id=Sheet1@5 | address:'A1:B2'"},
		{"me/drive/items/i/workbook/worksheets/{id}/cell(row=1,column=2)/format/font", "Entity | graph.workbookRangeFont | /me/drive/items/{id}/workbook/worksheets/{id}/cell(row={row},column={column})/format/font | #microsoft.graph.workbookRange/format/font/$entity | id=i@3 | id={id}@6 | row:1 | column:2"},
		{"me/drive/items/i/workbook/tables/t/columns/c/dataBodyRange/format", "Entity | graph.workbookRangeFormat | /me/drive/items/{id}/workbook/tables/{id}/columns/{id}/dataBodyRange/format | #microsoft.graph.workbookRange/format/$entity | id=i@3 | id=t@6 | id=c@8"},
		{"me/drive/items/i/workbook/names/n/range()/usedRange(valuesOnly=true)", "Call | graph.workbookRange | /me/drive/items/{id}/workbook/names/{id}/range/usedRange(valuesOnly={valuesOnly}) | #microsoft.graph.workbookRange | id=i@3 | id=n@6 | valuesOnly:true"},
		{"me/drive/root/search(q='x')", "Call | graph.driveItem | /me/drive/root/search(q={q}) | #Collection(microsoft.graph.driveItem) | q:'x'"},
		{"drives/d/root/search(q='{search-text}')", "Call | graph.driveItem | /drives/{id}/root/search(q={q}) | #Collection(microsoft.graph.driveItem) | id=d@1 | q:'{search-text}'"},
		{"shares/u!aHR0cHM6/driveItem", "Entity | graph.driveItem | /shares/{id}/driveItem | #shares('u%21aHR0cHM6')/driveItem/$entity | id=u!aHR0cHM6@1"},
		{"shares/u!aHR0cHM6/driveItem/content", "Stream | Edm.Stream | /shares/{id}/driveItem/content |  | id=u!aHR0cHM6@1"},
		{"shares/u!aHR0cHM6/root:/a.txt:/content", "Stream | Edm.Stream | /shares/{id}/root:/{path}:/content |  | id=u!aHR0cHM6@1 | path=a.txt@3"},
		{"me/photo/$value", "Stream | graph.profilePhoto | /me/photo/$value | "},
		{"me/photos/48x48/$value", "Stream | graph.profilePhoto | /me/photos/{id}/$value |  | id=48x48@2"},
		{"groups/g/members/microsoft.graph.user", "EntityCollection | Collection(graph.user) | /groups/{id}/members/microsoft.graph.user | #users | id=g@1"},
		{"groups/g/members/graph.user/$count", "Count | Collection(graph.user) | /groups/{id}/members/microsoft.graph.user/$count |  | id=g@1"},
		{"groups/g/members/Microsoft.Graph.User/1", "Entity | graph.user | /groups/{id}/members/microsoft.graph.user/{id} | #users/$entity | id=g@1 | id=1@4 | Respelt User→user"},
		{"users/delta", "Call | Collection(graph.user) | /users/delta | #users"},
		{"users/delta()", "Call | Collection(graph.user) | /users/delta | #users"},
		{"users/microsoft.graph.delta", "Call | Collection(graph.user) | /users/delta | #users"},
		{"users/microsoft.graph.delta()", "Call | Collection(graph.user) | /users/delta | #users"},
		{"users/u/calendar/events/delta()", "Call | Collection(graph.event) | /users/{id}/calendar/events/delta | #users('u')/calendar/events | id=u@1"},
		{"security/microsoft.graph.security.runHuntingQuery", "Call | graph.security | /security/runHuntingQuery | #microsoft.graph.security.huntingQueryResults"},
		{"security/runHuntingQuery", "Call | graph.security | /security/runHuntingQuery | #microsoft.graph.security.huntingQueryResults"},
		{"me/sendMail", "Call | graph.user | /me/sendMail | "},
		{"me/microsoft.graph.sendMail", "Call | graph.user | /me/sendMail | "},
		{"me/calendarView", "EntityCollection | Collection(graph.event) | /me/calendarView | #users('ME')/calendarView"},
		{"users/u/displayName", "Primitive | Edm.String | /users/{id}/displayName | #users('u')/displayName | id=u@1"},
		{"users/u/displayName/$value", "Value | Edm.String | /users/{id}/displayName/$value |  | id=u@1"},
		{"me/messages/AAMk%3D/$value", "Stream | graph.message | /me/messages/{id}/$value |  | id=AAMk=@2"},
		{"users/$count", "Count | Collection(graph.user) | /users/$count | "},
		{"groups/g/members/$ref", "References | Collection(graph.directoryObject) | /groups/{id}/members/$ref | #Collection($ref) | id=g@1"},
		{"groups/g/members/1/$ref", "Reference | graph.directoryObject | /groups/{id}/members/{id}/$ref | #$ref | id=g@1 | id=1@3"},
		{"users/u/manager/$ref", "Reference | graph.directoryObject | /users/{id}/manager/$ref | #$ref | id=u@1"},
		{"groups/g/members", "EntityCollection | Collection(graph.directoryObject) | /groups/{id}/members | #directoryObjects | id=g@1"},
		{"me/memberOf/microsoft.graph.group", "EntityCollection | Collection(graph.group) | /me/memberOf/microsoft.graph.group | #groups"},
		{"groups/g/owners", "EntityCollection | Collection(graph.directoryObject) | /groups/{id}/owners | #directoryObjects | id=g@1"},
		{"teams/t/channels/19%3AJLU%40thread.tacv2/messages", "EntityCollection | Collection(graph.chatMessage) | /teams/{id}/channels/{id}/messages | #teams('t')/channels('19%3AJLU%40thread.tacv2')/messages | id=t@1 | id=19:JLU@thread.tacv2@3"},
		{"teams/t/channels/19:JLU@thread.tacv2/messages/1612509044972/replies", "EntityCollection | Collection(graph.chatMessage) | /teams/{id}/channels/{id}/messages/{id}/replies | #teams('t')/channels('19%3AJLU%40thread.tacv2')/messages('1612509044972')/replies | id=t@1 | id=19:JLU@thread.tacv2@3 | id=1612509044972@5"},
		{"me/chats/19:x@thread.v2/members", "EntityCollection | Collection(graph.conversationMember) | /me/chats/{id}/members | #users('ME')/chats('19%3Ax%40thread.v2')/members | id=19:x@thread.v2@2"},
		{"planner/tasks/t/details", "Entity | graph.plannerTaskDetails | /planner/tasks/{id}/details | #planner/tasks('t')/details/$entity | id=t@2"},
		{"reports/getOffice365ActiveUserDetail(period='D7')", "Call | graph.reportRoot | /reports/getOffice365ActiveUserDetail(period={period}) | #microsoft.graph.report | period:'D7'"},
		{"reports/getOffice365ActiveUserDetail(date=2026-11-25)", "Call | graph.reportRoot | /reports/getOffice365ActiveUserDetail(date={date}) | #microsoft.graph.report | date:2026-11-25"},
		{"reports/getEmailActivityUserDetail(period='D7')", "Call | graph.reportRoot | /reports/getEmailActivityUserDetail(period={period}) |  | period:'D7'"},
		{"communications/callRecords/microsoft.graph.callRecords.getPstnCalls(fromDateTime=2026-01-01,toDateTime=2026-02-01)", "Call | Collection(graph.callRecords.callRecord) | /communications/callRecords/getPstnCalls(fromDateTime={fromDateTime},toDateTime={toDateTime}) | #Collection(microsoft.graph.callRecords.pstnCallLogRow) | fromDateTime:2026-01-01 | toDateTime:2026-02-01"},
		{"identityGovernance/accessReviews/definitions/d/instances/i/decisions/filterByCurrentUser(on='reviewer')", "Call | Collection(graph.accessReviewInstanceDecisionItem) | /identityGovernance/accessReviews/definitions/{id}/instances/{id}/decisions/filterByCurrentUser(on={on}) | #Collection(microsoft.graph.accessReviewInstanceDecisionItem) | id=d@3 | id=i@5 | on:'reviewer'"},
		{"deviceAppManagement/mobileApps/m/contentVersions", "EntityCollection | Collection(graph.mobileAppContent) | /deviceAppManagement/mobileApps/{id}/contentVersions | #deviceAppManagement/mobileApps('m')/contentVersions | id=m@2 | Uncast contentVersions→microsoft.graph.managedMobileLobApp"},
		{"deviceAppManagement/mobileApps/m/graph.win32LobApp/contentVersions/c/files/f/commit", "Call | graph.mobileAppContentFile | /deviceAppManagement/mobileApps/{id}/microsoft.graph.win32LobApp/contentVersions/{id}/files/{id}/commit |  | id=m@2 | id=c@5 | id=f@7"},
		{"deviceManagement/deviceConfigurations/c/microsoft.graph.windows10CustomConfiguration", "Entity | graph.windows10CustomConfiguration | /deviceManagement/deviceConfigurations/{id}/microsoft.graph.windows10CustomConfiguration | #deviceManagement/deviceConfigurations/$entity | id=c@2"},
		{"users/u/extension_ab12_size", "Dynamic | graph.user | /users/{id}/extension_ab12_size | #users('u')/extension_ab12_size | id=u@1"},
		{"me/onenote/pages/p/content", "Stream | Edm.Stream | /me/onenote/pages/{id}/content |  | id=p@3"},
		{"ME/MAILFOLDERS/inbox/MESSAGES/DELTA", "Call | Collection(graph.message) | /me/mailFolders/{id}/messages/delta | #users('ME')/mailFolders('inbox')/messages | id=inbox@2 | Respelt ME→me | Respelt MAILFOLDERS→mailFolders | Respelt MESSAGES→messages | Respelt DELTA→delta"},
		{"sites/s/termStore/groups/g/sets/s/terms", "EntityCollection | Collection(graph.termStore.term) | /sites/{id}/termStore/groups/{id}/sets/{id}/terms | #sites('s')/termStore/groups('g')/sets('s')/terms | id=s@1 | id=g@4 | id=s@6"},
		{"drives/d/items/i/versions/1.0/content", "Stream | Edm.Stream | /drives/{id}/items/{id}/versions/{id}/content |  | id=d@1 | id=i@3 | id=1.0@5"},
		{"drives/d/items/i/thumbnails/0/medium", "Complex | graph.thumbnail | /drives/{id}/items/{id}/thumbnails/{id}/medium | #drives('d')/items('i')/thumbnails('0')/medium | id=d@1 | id=i@3 | id=0@5"},
		{"education/classes/c/members", "EntityCollection | Collection(graph.educationUser) | /education/classes/{id}/members | #education/users | id=c@2"},
		{"directory/deletedItems/microsoft.graph.group", "EntityCollection | Collection(graph.group) | /directory/deletedItems/microsoft.graph.group | #groups"},
		{"directoryObjects/getByIds", "Call | Collection(graph.directoryObject) | /directoryObjects/getByIds | #Collection(microsoft.graph.directoryObject)"},
		{"users/u/licenseDetails", "EntityCollection | Collection(graph.licenseDetails) | /users/{id}/licenseDetails | #users('u')/licenseDetails | id=u@1"},
		{"groups/g/threads/t/posts/p/attachments", "EntityCollection | Collection(graph.attachment) | /groups/{id}/threads/{id}/posts/{id}/attachments | #groups('g')/threads('t')/posts('p')/attachments | id=g@1 | id=t@3 | id=p@5"},
		{"me/mailboxSettings", "Complex | graph.mailboxSettings | /me/mailboxSettings | #users('ME')/mailboxSettings"},
		{"me/mailboxSettings/automaticRepliesSetting", "Complex | graph.automaticRepliesSetting | /me/mailboxSettings/automaticRepliesSetting | #users('ME')/mailboxSettings/automaticRepliesSetting"},
		{"admin", "Entity | graph.admin | /admin | #admin"},
		{"groups/g/sites/root/webUrl", "Primitive | Edm.String | /groups/{id}/sites/{id}/webUrl | #groups('g')/sites('root')/webUrl | id=g@1 | id=root@3"},
		{"employeeExperience/learningProviders/p/learningContents(externalId='x')", "Entity | graph.learningContent | /employeeExperience/learningProviders/{id}/learningContents(externalId='{externalId}') | #employeeExperience/learningProviders('p')/learningContents/$entity | id=p@2 | externalId=x@3"},
		{"functions", "EntityCollection | Collection(graph.attributeMappingFunctionSchema) | /functions | #functions"},
		{"$batch", "Batch |  | /$batch | "},
		{"$metadata", "Metadata |  | /$metadata | "},
	}
	for _, test := range tests {
		check(t, m, test.path, test.want)
	}
}

func TestGraphFailures(t *testing.T) {
	m := metadata(t)
	tests := []struct {
		path    string
		index   int
		segment string
		wanted  string // one of them
	}{
		{"user/u", 0, "user", "users"},
		{"users/u/mesages", 2, "mesages", "messages"},
		{"users/u/messages/m/attachment", 4, "attachment", "attachments"},
		{"groups/g/members/graph.usr", 3, "graph.usr", "microsoft.graph.user"},
		{"groups/g/members/graph.message", 3, "graph.message", "microsoft.graph.user"},
		{"me/messages/m/sned", 3, "sned", "send"},
		{"users/u/microsoft.graph.sendMial", 2, "microsoft.graph.sendMial", "microsoft.graph.sendMail"},
		{"security/microsoft.graph.security.runHuntingQeury", 1, "microsoft.graph.security.runHuntingQeury", "microsoft.graph.security.runHuntingQuery"},
		{"users/u/$count", 2, "$count", "messages"},
		{"users/$adele@contoso.com", 1, "$adele@contoso.com", "{id}"},
		{"users(appId='x')", 0, "users(appId='x')", "(userPrincipalName='{userPrincipalName}')"},
		{"me/drive/root:/a.txt:/contents", 4, "contents", "content"},
		{"users/delta()/$count", 2, "$count", ""},
		{"me/sendMail/x", 2, "x", ""},
		{"mailFolders", 0, "mailFolders", "groups"},
		{"v1.0/users", 0, "v1.0", "users"},
	}
	for _, test := range tests {
		r, f := Path(m, split(test.path))
		if f == nil {
			t.Errorf("%s: got %s, want a failure", test.path, show(r))
			continue
		}
		if f.Index != test.index || f.Segment != test.segment {
			t.Errorf("%s: no %q at %d, want %q at %d", test.path, f.Segment, f.Index, test.segment, test.index)
		}
		if test.wanted == "" && len(f.Wanted) > 0 || test.wanted != "" && !slices.Contains(f.Wanted, test.wanted) {
			t.Errorf("%s: wanted are %q, want %q among them", test.path, f.Wanted, test.wanted)
		}
		checkInvariants(t, m, split(test.path))
	}
}

// misprints are two paths of the table of permissions that lack a slash.
const misprints = "itemat(index={value})range"

// TestPermissions puts all paths of the table of permissions to the resolver. Nearly half of
// them are of beta. Where one fails, there must be no such name at that place, which
// is looked up by going through the whole model.
func TestPermissions(t *testing.T) {
	m := metadata(t)
	var table struct {
		Permissions map[string]struct {
			PathSets []struct{ Paths map[string]string }
		}
	}
	if err := json.Unmarshal(shared(t, "permissions", "permissions.json"), &table); err != nil {
		t.Fatal(err)
	}
	paths := make(map[string]bool)
	for _, p := range table.Permissions {
		for _, set := range p.PathSets {
			for path := range set.Paths {
				paths[strings.Trim(path, "/")] = true
			}
		}
	}
	resolved, elsewhere := 0, 0
	anywhere := namesAt(m, nil)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		checkInvariants(t, m, split(path))
		_, f := Path(m, split(path))
		if f == nil {
			resolved++
			continue
		}
		name, _, _ := strings.Cut(strings.ToLower(f.Segment), "(")
		if simple := name[strings.LastIndexByte(name, '.')+1:]; anywhere[simple] {
			elsewhere++
		}
		noKey := strings.Contains(f.Reason, " is no key of ")
		switch {
		case f.Segment == misprints:
		case f.Reason != "" && !noKey && !strings.Contains(f.Reason, " is not derived from "):
			t.Errorf("%s: %q at %s: %s", path, f.Segment, f.At, f.Reason)
		case f.At.Struct == nil && (m.Set(name) != nil || m.Import(name) != nil),
			f.At.Struct != nil && !f.At.Collection && !noKey && namesAt(m, f.At.Struct)[name]:
			t.Errorf("%s: no %q at %s, but the model has it", path, f.Segment, f.At)
		}
	}
	t.Logf("%d of %d paths resolve; of the %d others %d have a name that the metadata has elsewhere",
		resolved, len(paths), len(paths)-resolved, elsewhere)
	if share := float64(resolved) / float64(len(paths)); share < 0.54 {
		t.Errorf("%.1f%% of the paths resolve, want 54%%", 100*share)
	}
}

// namesAt returns the names, in lower case, of the members of a type and of those derived from it,
// and of the operations that are bound to one; those of all types, and the names of types, if at is nil.
func namesAt(m *edm.Model, at *edm.Struct) map[string]bool {
	names := make(map[string]bool)
	related := func(s *edm.Struct) bool { return at == nil || s != nil && (s.IsA(at) || at.IsA(s)) }
	for _, s := range m.Structs() {
		if related(s) {
			if names[strings.ToLower(s.FullName())] = true; at == nil {
				names[strings.ToLower(s.Name)] = true
			}
			for _, p := range s.Own {
				names[strings.ToLower(p.Name)] = true
			}
		}
	}
	for _, op := range m.Operations() {
		if related(op.Binding.Struct) && (at == nil || !op.Binding.Collection) {
			names[strings.ToLower(op.Name)] = true
		}
	}
	return names
}

// notInMetadata are URLs of the reference that lead nowhere: of beta, of types that went away, or misprints.
var notInMetadata = regexp.MustCompile(`/officeConfiguration/|/telecomExpenseManagementPartners|/sort/fields/icon|/visibleView/itemAt|` +
	`/\$entity$|/\.\.\./|\[$|\{property name\}|/overridesPages/\$value|^V1\.0/|/b2cUserFlows/|/tables/\{id\}/add$`)

// TestReference puts the URLs of Microsoft's reference to the resolver.
func TestReference(t *testing.T) {
	m := metadata(t)
	contexts, same := 0, 0
	for _, file := range []string{"graph-v1.0-examples.dev.jsonl", "graph-v1.0-url-templates.dev.jsonl"} {
		lines := bufio.NewScanner(bytes.NewReader(shared(t, "corpus", file)))
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			var record struct {
				Method, URL string
				Host        *string
				Response    *struct {
					Body json.RawMessage `json:"body_json"`
				}
			}
			if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
				t.Fatal(err)
			}
			if record.Host != nil && *record.Host != "graph.microsoft.com" {
				continue
			}
			_, path, ok := strings.Cut(record.URL, "graph.microsoft.com")
			if !ok {
				path = record.URL
			}
			path, _, _ = strings.Cut(path, "?")
			path = strings.Trim(path, "/ ")
			path = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(path, "v1.0"), "beta"), "/")
			checkInvariants(t, m, split(path))
			r, f := Path(m, split(path))
			if (f != nil) != notInMetadata.MatchString(path) && (f != nil) != notInMetadata.MatchString("/"+path) {
				t.Errorf("%s: failure %+v", record.URL, f)
			}
			if f != nil || record.Response == nil || record.Method != "GET" {
				continue
			}
			var body struct {
				Context string `json:"@odata.context"`
			}
			if json.Unmarshal(record.Response.Body, &body) == nil && body.Context != "" {
				contexts++
				if plain(body.Context) == plain(r.Context("ME")) {
					same++
				}
			}
		}
	}
	// Those that differ: placeholders in the URL, other names for the same, Outlook's old "#Me",
	// and answers that belong to other requests.
	t.Logf("%d of %d contexts are those of the reference", same, contexts)
	if same*100 < contexts*65 {
		t.Errorf("%d of %d contexts are those of the reference, want 65 of 100", same, contexts)
	}
}

var (
	selected = regexp.MustCompile(`\([^'()]([^()]|\([^()]*\))*\)`)
	user     = regexp.MustCompile(`users\('[^']*'\)`)
)

// plain returns the fragment of a context without the names of $select and the id of the user.
func plain(context string) string {
	_, fragment, _ := strings.Cut(context, "#")
	if !strings.HasPrefix(fragment, "Collection") {
		fragment = selected.ReplaceAllString(fragment, "")
	}
	return user.ReplaceAllString(fragment, "users('')")
}
