package box

import (
	"context"
	"net/http"
)

// User is an account at Box. As part of something else only ID, Name and Login are set. The ID
// AnonymousID stands for somebody who is not signed in.
type User struct {
	Type  string `json:"type"`
	ID    string `json:"id"`
	Name  string `json:"name"`
	Login string `json:"login"`
	// Status is "active", "inactive", "cannot_delete_edit" or "cannot_delete_edit_upload".
	Status   string `json:"status"`
	Timezone string `json:"timezone"`
	// SpaceAmount and SpaceUsed are in bytes; the former is huge where there is no limit.
	SpaceAmount Number `json:"space_amount"`
	SpaceUsed   Number `json:"space_used"`
	// MaxUploadSize is the largest file the user may upload into own folders, in bytes. In a folder of
	// somebody else the owner's counts.
	MaxUploadSize Number      `json:"max_upload_size"`
	Enterprise    *Enterprise `json:"enterprise,omitempty"`
	Role          string      `json:"role"`
	// Hostname is the prefix under which the user opens items in a browser.
	Hostname string `json:"hostname"`
}

// AnonymousID is the User.ID of somebody who is not signed in.
const AnonymousID = "2"

// Enterprise is the company that a user belongs to.
type Enterprise struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// GetUsersMe returns the user whose token is used, or on whose behalf it is used.
func (c *Client) GetUsersMe(ctx context.Context) (*User, error) {
	me := new(User)
	err := c.do(ctx, call{
		op: "read own user", method: http.MethodGet, path: "/users/me", query: with(userFields),
	}, me)
	return orNil(me, err)
}
