// Package unittest is the code under test of the README's first example.
package unittest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// OpenUpload creates an upload session for an access review instance and
// returns its id. base is Graph's address with the version.
func OpenUpload(ctx context.Context, client *http.Client, base, token, catalog, resource, definition, instance string) (string, error) {
	body, err := json.Marshal(map[string]any{
		"@odata.type": "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
		"data": map[string]string{
			"@odata.type":        "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
			"reviewDefinitionId": definition,
			"reviewInstanceId":   instance,
		},
	})
	if err != nil {
		return "", err
	}
	url := fmt.Sprintf("%s/identityGovernance/entitlementManagement/catalogs/%s/resources/%s/uploadSessions", base, catalog, resource)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("create upload session: %s", resp.Status)
	}
	var session struct{ ID string }
	err = json.NewDecoder(resp.Body).Decode(&session)
	return session.ID, err
}
