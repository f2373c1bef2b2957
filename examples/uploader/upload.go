package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Job says what to upload, and for which access review.
type Job struct {
	Catalog    string // display name
	Resource   string // display name of a custom data provided resource in the catalog
	Definition string // id of the access review
	Instance   string // id of its instance
	Files      []File

	// LastYear creates the session with the body of the preview of 2025, which
	// Graph refuses.
	LastYear bool
}

// upload brings the files into the job's access review and completes it. It
// calls report after each step. An active session that an earlier run left behind is
// resumed; files that it holds already are not sent again.
func upload(ctx context.Context, g *Graph, job Job, report func(format string, args ...any)) error {
	catalog, err := findCatalog(ctx, g, job.Catalog)
	if err != nil {
		return err
	}
	report("catalog %q is %s", catalog.DisplayName, catalog.ID)
	resource, err := findResource(ctx, g, catalog, job.Resource)
	if err != nil {
		return err
	}
	report("resource %q is %s", resource.DisplayName, resource.ID)

	sessions := resourcesOf(catalog) + "/" + url.PathEscape(resource.ID) + "/uploadSessions"
	session, resumed, err := openSession(ctx, g, sessions, job)
	if err != nil {
		return err
	}
	verb := map[bool]string{false: "created", true: "resumed"}[resumed]
	report("%s session %s", verb, session.ID)

	path := sessions + "/" + url.PathEscape(session.ID)
	for _, f := range job.Files {
		size, err := f.size()
		if err != nil {
			return err
		}
		if session.holds(f.Name, size) {
			report("%s is there already", f.Name)
			continue
		}
		if err := uploadFile(ctx, g, path, f); err != nil {
			return fmt.Errorf("upload %s: %w", f.Name, err)
		}
		report("uploaded %s, %d bytes", f.Name, size)
	}
	done, err := complete(ctx, g, path)
	if err != nil {
		return fmt.Errorf("complete the session: %w", err)
	}
	report("completed: %d files, %d bytes", done.Stats.FilesUploaded, done.Stats.TotalBytesUploaded)
	return nil
}

// A named is a catalog or a resource.
type named struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// A session is an upload session.
type session struct {
	ID     string `json:"id"`
	Status string `json:"status"` // "active", "complete" or "expired"
	Stats  struct {
		FilesUploaded      int   `json:"filesUploaded"`
		TotalBytesUploaded int64 `json:"totalBytesUploaded"`
	} `json:"stats"`
	Files []struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	} `json:"files"`
}

func (s *session) holds(name string, size int64) bool {
	for _, f := range s.Files {
		if f.Name == name && f.Size == size {
			return true
		}
	}
	return false
}

const catalogsPath = "/identityGovernance/entitlementManagement/catalogs"

func resourcesOf(catalog named) string {
	return catalogsPath + "/" + url.PathEscape(catalog.ID) + "/resources"
}

func findCatalog(ctx context.Context, g *Graph, name string) (named, error) {
	catalogs, err := list[named](ctx, g, catalogsPath+"?$filter="+equals("displayName", name))
	if err != nil {
		return named{}, fmt.Errorf("find the catalog %q: %w", name, err)
	}
	if len(catalogs) != 1 {
		return named{}, fmt.Errorf("there are %d catalogs %q, want one", len(catalogs), name)
	}
	return catalogs[0], nil
}

func findResource(ctx context.Context, g *Graph, catalog named, name string) (named, error) {
	all, err := list[named](ctx, g, resourcesOf(catalog)+"?$filter="+equals("originSystem", "CustomDataProvidedResource"))
	if err != nil {
		return named{}, fmt.Errorf("find the resource %q: %w", name, err)
	}
	i := slices.IndexFunc(all, func(r named) bool { return r.DisplayName == name })
	if i < 0 {
		return named{}, fmt.Errorf("the catalog %q has %d custom data provided resources, and none is called %q", catalog.DisplayName, len(all), name)
	}
	return all[i], nil
}

// equals returns a filter expression, encoded for a URL.
func equals(property, value string) string {
	expr := property + " eq '" + strings.ReplaceAll(value, "'", "''") + "'"
	return strings.ReplaceAll(url.QueryEscape(expr), "+", "%20")
}

// openSession creates a session, or finds the one that is there already: Graph
// takes only one for a resource and an instance of a review.
func openSession(ctx context.Context, g *Graph, sessions string, job Job) (s *session, resumed bool, err error) {
	b, err := jsonBody(createBody(job))
	if err != nil {
		return nil, false, err
	}
	s = new(session)
	err = g.do(ctx, http.MethodPost, sessions, b, s)
	if err == nil {
		return s, false, nil
	}
	err = fmt.Errorf("create a session: %w", err)
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Status != http.StatusConflict {
		return nil, false, err
	}
	existing, listErr := list[session](ctx, g, sessions+"?$filter="+equals("referenceId", job.Instance)+"&$expand=files")
	if listErr != nil {
		return nil, false, fmt.Errorf("%w; find the one that is there: %w", err, listErr)
	}
	if i := slices.IndexFunc(existing, func(s session) bool { return s.Status == "active" }); i >= 0 {
		return &existing[i], true, nil
	}
	if len(existing) > 0 {
		return nil, false, fmt.Errorf("%w; session %s is %s", err, existing[0].ID, existing[0].Status)
	}
	return nil, false, err
}

type createRequest struct {
	Type string        `json:"@odata.type"`
	Data reviewContext `json:"data"`
}

type reviewContext struct {
	Type         string `json:"@odata.type"`
	DefinitionID string `json:"reviewDefinitionId"`
	InstanceID   string `json:"reviewInstanceId"`
}

func createBody(job Job) any {
	if job.LastYear {
		return map[string]any{
			"source": job.Resource,
			"type":   "#microsoft.graph.accessReviewDataUploadTriggerCallbackData",
			"data":   map[string]string{"accessReviewId": job.Definition, "accessReviewInstanceId": job.Instance},
		}
	}
	return createRequest{
		Type: "#microsoft.graph.customDataProvidedResourceAccessReviewUploadSession",
		Data: reviewContext{
			Type:         "#microsoft.graph.customDataProvidedResourcePayloads.accessReviewContextData",
			DefinitionID: job.Definition,
			InstanceID:   job.Instance,
		},
	}
}

func uploadFile(ctx context.Context, g *Graph, path string, f File) error {
	b, err := formBody(f)
	if err != nil {
		return err
	}
	return g.do(ctx, http.MethodPost, path+"/uploadFile", b, nil)
}

func complete(ctx context.Context, g *Graph, path string) (*session, error) {
	b, err := jsonBody(map[string]bool{"isUploadDone": true})
	if err != nil {
		return nil, err
	}
	s := new(session)
	return s, g.do(ctx, http.MethodPatch, path, b, s)
}
