package box

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// FileVersion is one state of a file's contents. As part of an Item only ID and SHA1 are set.
type FileVersion struct {
	ID   string `json:"id"`
	SHA1 string `json:"sha1"`
	Name string `json:"name"`
	Size Number `json:"size"`
	// CreatedAt is when it was uploaded.
	CreatedAt     time.Time `json:"created_at,omitzero"`
	ModifiedAt    time.Time `json:"modified_at,omitzero"`
	ModifiedBy    *User     `json:"modified_by,omitempty"`
	TrashedAt     time.Time `json:"trashed_at,omitzero"`
	PurgedAt      time.Time `json:"purged_at,omitzero"`
	VersionNumber string    `json:"version_number"`
}

// Digest returns SHA1 as the core compares it, or nothing where it was not told.
func (v *FileVersion) Digest() syncer.Digest { return digest(v.SHA1) }

// GetFilesIDVersions yields the earlier versions of a file, newest first; the current one is not
// among them. Accounts without version history have none. An error ends it.
func (c *Client) GetFilesIDVersions(ctx context.Context, id string) iter.Seq2[FileVersion, error] {
	if err := checkID("file", id); err != nil {
		return failed[FileVersion](err)
	}
	return pages[FileVersion](ctx, c, call{
		op: "list versions of file " + id, method: http.MethodGet, path: path(TypeFile, id) + "/versions",
		query: with(versionFields, "limit", strconv.Itoa(pageSize)),
	})
}

// GetFilesIDVersionsID returns one earlier version of a file.
func (c *Client) GetFilesIDVersionsID(ctx context.Context, id, versionID string) (*FileVersion, error) {
	if err := errors.Join(checkID("file", id), checkID("version", versionID)); err != nil {
		return nil, err
	}
	v := new(FileVersion)
	err := c.do(ctx, call{
		op: "read version " + versionID + " of file " + id, method: http.MethodGet,
		path: path(TypeFile, id) + "/versions/" + versionID, query: with(versionFields),
	}, v)
	return orNil(v, err)
}

// PostFilesIDVersionsCurrent makes an earlier version current again. Box copies it on top: what it
// returns is a new version with the old contents.
func (c *Client) PostFilesIDVersionsCurrent(ctx context.Context, id, versionID string) (*FileVersion, error) {
	if err := errors.Join(checkID("file", id), checkID("version", versionID)); err != nil {
		return nil, err
	}
	top := new(FileVersion)
	err := c.do(ctx, call{
		op: "promote version " + versionID + " of file " + id, method: http.MethodPost,
		path: path(TypeFile, id) + "/versions/current", query: with(versionFields),
		body: map[string]string{"type": "file_version", "id": versionID},
		look: func(ctx context.Context) (bool, error) {
			old, err := c.GetFilesIDVersionsID(ctx, id, versionID)
			if err != nil {
				return false, err
			}
			file, err := c.GetFilesID(ctx, id)
			switch {
			case err != nil:
				return false, err
			case file.FileVersion == nil:
				return false, fmt.Errorf("file %s is told without its version", id)
			case file.FileVersion.Digest() != old.Digest():
				return false, nil // a second copy on top of a first is the worst that can come of it
			}
			*top = *file.FileVersion
			return true, nil
		},
	}, top)
	return orNil(top, err)
}

// DeleteFilesIDVersionsID moves an earlier version to the trash of the file. With ifMatch set the file
// must still have that ETag, else the error is syncer.ErrStale.
func (c *Client) DeleteFilesIDVersionsID(ctx context.Context, id, versionID, ifMatch string) error {
	return c.setVersion(ctx, id, versionID, true, call{
		op: "delete version " + versionID + " of file " + id, method: http.MethodDelete, header: matching(ifMatch),
	})
}

// PutFilesIDVersionsID takes an earlier version out of the trash of the file.
func (c *Client) PutFilesIDVersionsID(ctx context.Context, id, versionID string) error {
	return c.setVersion(ctx, id, versionID, false, call{
		op: "restore version " + versionID + " of file " + id, method: http.MethodPut,
		body: map[string]any{"trashed_at": nil},
	})
}

// setVersion sends a call after which a version is trashed, or not.
func (c *Client) setVersion(ctx context.Context, id, versionID string, trashed bool, k call) error {
	if err := errors.Join(checkID("file", id), checkID("version", versionID)); err != nil {
		return err
	}
	k.path = path(TypeFile, id) + "/versions/" + versionID
	k.look = func(ctx context.Context) (bool, error) {
		v, err := c.GetFilesIDVersionsID(ctx, id, versionID)
		if err != nil {
			return false, err
		}
		return v.TrashedAt.IsZero() != trashed, nil
	}
	return c.do(ctx, k, nil)
}
