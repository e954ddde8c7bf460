package box

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"
)

// Collaboration is somebody's access to a file, or to a folder and all that is below it.
type Collaboration struct {
	ID string `json:"id"`
	// Item is nil as long as the invitation is not accepted.
	Item *Item `json:"item,omitempty"`
	// AccessibleBy is the user or group; Type tells which.
	AccessibleBy *User `json:"accessible_by,omitempty"`
	// Role is "editor", "viewer", "previewer", "uploader", "previewer uploader", "viewer uploader",
	// "co-owner" or "owner". Keeping a folder in step takes an editor.
	Role string `json:"role"`
	// Status is "accepted", "pending" or "rejected".
	Status     string    `json:"status"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	CreatedBy  *User     `json:"created_by,omitempty"`
	CreatedAt  time.Time `json:"created_at,omitzero"`
	ModifiedAt time.Time `json:"modified_at,omitzero"`
}

// GetFoldersIDCollaborations yields who was given access to a folder itself, pending invitations
// too. Access that comes from a folder above is told there. An error ends it.
func (c *Client) GetFoldersIDCollaborations(ctx context.Context, id string) iter.Seq2[Collaboration, error] {
	return c.collaborations(ctx, TypeFolder, id)
}

// GetFilesIDCollaborations yields who was given access to a file itself, pending invitations too. An
// error ends it.
func (c *Client) GetFilesIDCollaborations(ctx context.Context, id string) iter.Seq2[Collaboration, error] {
	return c.collaborations(ctx, TypeFile, id)
}

// GetCollaborationsID returns one collaboration.
func (c *Client) GetCollaborationsID(ctx context.Context, id string) (*Collaboration, error) {
	if err := checkID("collaboration", id); err != nil {
		return nil, err
	}
	one := new(Collaboration)
	err := c.do(ctx, call{
		op: "read collaboration " + id, method: http.MethodGet, path: "/collaborations/" + id,
		query: with(collaborationFields),
	}, one)
	return orNil(one, err)
}

func (c *Client) collaborations(ctx context.Context, kind, id string) iter.Seq2[Collaboration, error] {
	if err := checkID(kind, id); err != nil {
		return failed[Collaboration](err)
	}
	return pages[Collaboration](ctx, c, call{
		op: "list collaborations of " + kind + " " + id, method: http.MethodGet,
		path:  path(kind, id) + "/collaborations",
		query: with(collaborationFields, "limit", strconv.Itoa(pageSize)),
	})
}
