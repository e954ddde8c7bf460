package procore

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Names of resources that webhooks tell of, as far as they matter here.
const (
	ResourceProjectFiles        = "Project Files"
	ResourceProjectFileVersions = "Project File Versions"
	ResourceProjectFolders      = "Project Folders"
	ResourceFileVersions        = "File Versions"
	ResourceCompanyFiles        = "Company Files"
	ResourceCompanyFileVersions = "Company File Versions"
	ResourceCompanyFolders      = "Company Folders"
	ResourceImages              = "Images"
	ResourceImageCategories     = "Image Categories"
	ResourceRFIs                = "RFIs"
	ResourceRFIReplies          = "RFI Replies"
	ResourceSubmittals          = "Submittals"
)

// Names of the tools that are synced.
const (
	ToolDocuments  = "Documents"
	ToolPhotos     = "Photos"
	ToolRFIs       = "RFIs"
	ToolSubmittals = "Submittals"
)

// Delivery is what Procore sends to the address of a Hook. It tells that something has happened, and
// nothing of what it is like now.
type Delivery struct {
	// ID stays the same when a delivery is repeated.
	ID string
	At time.Time
	// Resource and ResourceID are what it happened to, Event is what: EventCreate and others.
	Resource   string
	ResourceID ID
	Event      string
	// CompanyID and ProjectID are where; the latter is 0 for the company itself. UserID is who did it,
	// AppID with which app; either may be missing.
	CompanyID, ProjectID, UserID ID
	AppID                        string
}

// ReadDelivery decodes the body of a webhook call in each version that there is. It proves nothing about
// who has sent it.
func ReadDelivery(body []byte) (*Delivery, error) {
	var wire struct {
		ID           Text   `json:"id"`
		ULID         string `json:"ulid"`
		Timestamp    Text   `json:"timestamp"`
		Event        string `json:"event_type"`
		Reason       string `json:"reason"`
		ResourceName string `json:"resource_name"`
		ResourceType string `json:"resource_type"`
		ResourceID   ID     `json:"resource_id"`
		CompanyID    ID     `json:"company_id"`
		ProjectID    ID     `json:"project_id"`
		UserID       ID     `json:"user_id"`
		Metadata     struct {
			App Text `json:"source_application_id"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, fmt.Errorf("read webhook delivery: %w: %w", errReply, err)
	}
	d := &Delivery{
		ID: cmp.Or(wire.ULID, string(wire.ID)), Resource: cmp.Or(wire.ResourceType, wire.ResourceName), ResourceID: wire.ResourceID,
		Event: strings.ToLower(cmp.Or(wire.Reason, wire.Event)), CompanyID: wire.CompanyID, ProjectID: wire.ProjectID, UserID: wire.UserID,
		AppID: string(wire.Metadata.App),
	}
	if at, err := time.Parse(time.RFC3339, string(wire.Timestamp)); err == nil {
		d.At = at
	}
	if d.ID == "" || d.Resource == "" || d.ResourceID <= 0 {
		return nil, fmt.Errorf("read webhook delivery: id, resource or its id is missing: %w", errReply)
	}
	return d, nil
}

// Tool is the tool that a delivery is about, empty for one that is not synced.
func (d *Delivery) Tool() string {
	switch d.Resource {
	case ResourceProjectFiles, ResourceProjectFileVersions, ResourceProjectFolders, ResourceFileVersions,
		ResourceCompanyFiles, ResourceCompanyFileVersions, ResourceCompanyFolders:
		return ToolDocuments
	case ResourceImages, ResourceImageCategories:
		return ToolPhotos
	case ResourceRFIs, ResourceRFIReplies:
		return ToolRFIs
	case ResourceSubmittals:
		return ToolSubmittals
	}
	return ""
}

// Items names the items that a delivery is about as the file systems of this package do. It names none
// where the delivery does not tell: of a version its file, of a reply its RFI.
func (d *Delivery) Items() []string {
	id := d.ResourceID.String()
	switch d.Resource {
	case ResourceProjectFiles, ResourceCompanyFiles, ResourceImages:
		return []string{fileMark + id}
	case ResourceProjectFolders, ResourceCompanyFolders, ResourceImageCategories:
		return []string{id}
	case ResourceRFIs, ResourceSubmittals:
		return []string{id, id + pdfMark, id + fieldsMark}
	}
	return nil
}

// Scope is where it happened.
func (d *Delivery) Scope() Scope {
	if d.ProjectID > 0 {
		return InProject(d.ProjectID)
	}
	return InCompany()
}

// did is what was done to the items. An update does not tell what of them was changed.
func (d *Delivery) did() syncer.Deeds {
	switch {
	case d.version() || d.Event == EventCreate:
		return syncer.DidWrite
	case d.Event == EventDelete:
		return syncer.DidDelete
	case d.Event == EventUpdate:
		return syncer.DidWrite | syncer.DidMove | syncer.DidRestore
	}
	return 0
}

// by is who did it. Procore tells the number of the account alone.
func (d *Delivery) by() syncer.Author {
	if d.UserID <= 0 {
		return syncer.Author{}
	}
	return syncer.Author{ID: d.UserID.String()}
}

// version reports whether it is about a version of a file, whose ID says nothing about the file.
func (d *Delivery) version() bool {
	switch d.Resource {
	case ResourceProjectFileVersions, ResourceFileVersions, ResourceCompanyFileVersions:
		return true
	}
	return false
}
