package bind

import (
	"slices"
	"strings"
	"testing"
)

// Requests such as people send to Graph, with the rules that they break.
func TestGraph(t *testing.T) {
	m := graphModel(t)
	tests := []struct {
		url  string // "!" at the end is the header
		want []string
	}{
		{"me/messages?$filter=startswith(from/emailAddress/address,'x') and hasAttachments eq true&$expand=attachments", nil},
		{"users?$filter=assignedPlans/any(a:a/servicePlanId eq 2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2 and a/capabilityStatus eq 'Enabled')&$count=true!", nil},
		{"me/events?$filter=start/dateTime ge '2017-05-15' and categories/any(c:c eq 'x')&$orderby=start/dateTime", nil},
		{"me/events?$filter=start/dateTime ge 2017-05-15", []string{"query.type"}},
		{"groups?$filter=NOT groupTypes/any(c:c eq 'Unified')&$count=true!", nil},
		{"groups?$filter=NOT groupTypes/any(c:c eq 'Unified')", []string{"query.consistency-level"}},
		{"groups/x/members?$select=id,displayName", []string{"query.derived-property"}},
		{"groups/x/members/microsoft.graph.user?$select=id,displayName", nil},
		{"groups?$expand=members($select=id)&$select=id", nil},
		{"groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')", nil},
		{"users?$filter=signInActivity/lastSignInDateTime le 2019-06-01T00:00:00Z", nil},
		{"users?$filter=department in ('Retail','Sales') and onPremisesExtensionAttributes/extensionAttribute1 eq 'x'", nil},
		{"users?$filter=proxyAddresses/any(p:endswith(p,'contoso.com'))&$count=true!", nil},
		{"users?$filter=createdDateTime ge '2020-01-01T00:00:00Z'", []string{"query.type"}},
		{"users?$expand=manager($levels=max;$select=id,deletedDateTime)&$select=id&$count=true!", nil},
		{"users?$select=id&$expand=chats", []string{"query.capability"}},
		{"me/drive/root/children?$expand=thumbnails&$select=id,name,size&$orderby=name", nil},
		{"sites/x/lists/y/items?$expand=fields($select=Name,Color)&$filter=fields/Quantity lt 600", nil},
		{"auditLogs/signIns?$filter=createdDateTime ge 2020-01-01T00:00:00Z and status/errorCode ne 0 and riskState eq 'atRisk'", nil},
		{"deviceManagement/managedDevices?$filter=complianceState eq 'compliant' and osVersion eq '10'", nil},
		{"deviceManagement/managedDevices?$filter=complianceState eq 'complaint'", []string{"query.enum"}},
		{"security/alerts_v2?$filter=severity eq 'high' and status ne 'resolved'&$top=5", nil},
		{"chats?$expand=members&$filter=topic eq 'x' and members/any(o:o/displayname eq 'x')", []string{"query.property-case"}},
		{"me/onenote/pages?$filter=contains(tolower(title),'x')&$expand=parentNotebook", nil},
		{"identityGovernance/accessReviews/definitions?$filter=contains(scope/microsoft.graph.accessReviewQueryScope/query,'./members')", nil},
		{"roleManagement/directory/roleAssignments?$filter=principalId eq 'x'&$expand=principal", nil},
		{"roleManagement/directory/roleAssignments?$filter=principalId eq 2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2", []string{"query.guid-quotes"}},
		{"applications?$filter=identifierUris/any(x:startswith(x,'https'))", nil},
		{"me/todo/lists/x/tasks?$filter=status ne 'completed' and importance eq 'high'", nil},
		{"me/memberOf?$select=id", nil},
		{"me/mailFolders?$filter=unreadItemCount gt 0 and not(isHidden)&$count=true", nil},
		{"me?$select=displayName,manger", []string{"query.open-property"}},
		{"me/messages?$select=subjct", []string{"query.open-property"}},
		{"me/calendar?$select=nam", []string{"query.unknown-property"}},
		{"me/photo?$select=width", nil},
		{"users?$filter=employeeHireDate ge 2025-01-01 and manager/id eq 'x'", nil},
		{"users?$orderby=displayName desc&$skip=10", nil},
		{"subscribedSkus?$select=skuId,prepaidUnits", []string{"query.capability"}},
		{"groups?$filter=assignedLicenses/$count ne 0&$count=true&$select=id,assignedLicenses!", nil},
		{"users?$filter=userType eq Member", []string{"query.open-property"}},
	}
	for _, tt := range tests {
		text, eventual := strings.CutSuffix(tt.url, "!")
		path, query, _ := strings.Cut(text, "?")
		target, ok := walk(m, path)
		if !ok {
			t.Errorf("%s leads nowhere", path)
			continue
		}
		target.Eventual = eventual
		problems := Check(parse(t, query), target)
		var got []string
		for _, p := range problems {
			got = append(got, p.Rule)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.url, show(problems), tt.want)
		}
	}
}
