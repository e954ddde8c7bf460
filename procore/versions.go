package procore

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// FileVersion is one state of a file's contents.
type FileVersion struct {
	// ID changes exactly with the contents. Number counts from 1 in each file.
	ID     ID     `json:"id"`
	Number Number `json:"number"`
	FileID ID     `json:"file_id"`
	Notes  string `json:"notes"`
	// Size in bytes. Procore tells no digest.
	Size      Number    `json:"size"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	CreatedBy *Person   `json:"created_by,omitempty"`
	// URL is where the contents are right now.
	URL Link `json:"url"`
	// Blob is what is stored. Other tools attach files by its ID.
	Blob *Blob `json:"prostore_file,omitempty"`
}

// Blob is stored contents, whatever uses them.
type Blob struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	URL  Link   `json:"url"`
}

// GetFileVersionsID returns a version.
func (c *Client) GetFileVersionsID(ctx context.Context, in Scope, id ID) (*FileVersion, error) {
	if err := c.check(in, "version", id); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "file_versions", id.String())
	v := new(FileVersion)
	err := c.do(ctx, call{op: "read version " + id.String(), method: http.MethodGet, path: at, query: query}, v)
	return orNil(v, err)
}

// NewVersion is a version to be made of what was uploaded.
type NewVersion struct {
	FileID ID
	Upload *Upload
	// Current is the version that it follows: see FileChange.
	Current ID
	Notes   string
}

// PostFileVersions adds a version to a file, as PatchFilesID does; it can say something about it, and
// tells of the version only.
func (c *Client) PostFileVersions(ctx context.Context, in Scope, n NewVersion) (*FileVersion, error) {
	if err := c.check(in, "file", n.FileID); err != nil {
		return nil, err
	}
	if n.Current <= 0 {
		return nil, invalid("NewVersion.Current is %d, it must be the version that Upload follows", n.Current)
	}
	if err := n.Upload.check("create version"); err != nil {
		return nil, err
	}
	at, query := in.flat(c, "file_versions")
	query.Set("file_id", n.FileID.String())
	body := map[string]any{"upload_uuid": n.Upload.UUID}
	if n.Notes != "" {
		body["notes"] = n.Notes
	}
	made := new(FileVersion)
	k := call{
		op: "create version of file " + n.FileID.String(), method: http.MethodPost, path: at, query: query,
		body: map[string]any{"file_version": body},
		look: func(ctx context.Context) (bool, error) {
			now := new(File)
			done, err := c.changed(ctx, in, n.FileID, FileChange{Upload: n.Upload, Current: n.Current}, now)
			if done {
				*made = *now.Current()
			}
			return done, err
		},
		refused: func(_ context.Context, e *Error) {
			if e.Status == http.StatusConflict {
				e.kind = syncer.ErrLocked
			}
		},
	}
	if err := c.do(ctx, k, made); err != nil {
		return nil, err
	}
	return orNil(made, stored(k, made, n.Upload))
}

// accept compares what Procore stored with what was sent, as far as it tells.
func accept(k call, f *File, u *Upload) error { return stored(k, f.Current(), u) }

func stored(k call, v *FileVersion, u *Upload) error {
	switch {
	case v == nil || v.ID == 0:
		return unproved(k, fmt.Errorf("the file is told of without its version: %w", errReply))
	case int64(v.Size) != u.Size:
		return unproved(k, fmt.Errorf("procore stored %d bytes, sent were %d: %w", v.Size, u.Size, errReply))
	}
	return nil
}

func (f *FileVersion) id() ID { return f.ID }
