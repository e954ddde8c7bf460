package procore

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// FileChange is what PatchFilesID shall change. What is empty or nil stays as it is.
type FileChange struct {
	Name string
	// ParentID is the folder to move it to.
	ParentID    ID
	Description *string
	// Upload becomes the next version.
	Upload *Upload
	// Current is the version that Upload follows. It is no precondition, Procore has none: it is what
	// the file is compared with if the answer is lost.
	Current          ID
	Tracked, Private *bool
	// CheckedOutUntil checks the file out; the zero time gives it back, which only some may do.
	CheckedOutUntil *time.Time
}

func (ch FileChange) body() map[string]any {
	b := attributes(ch.ParentID, ch.Name, ch.Tracked, ch.Private)
	if ch.Description != nil {
		b["description"] = *ch.Description
	}
	if ch.Upload != nil {
		b["upload_uuid"] = ch.Upload.UUID
	}
	if until := ch.CheckedOutUntil; until != nil && until.IsZero() {
		b["checked_out_until"] = nil
	} else if until != nil {
		b["checked_out_until"] = stamp(*until)
	}
	return b
}

// made reports whether a file is as the change wants it, but for its contents.
func (ch FileChange) made(now *File) bool {
	switch {
	case ch.Name != "" && now.Name != ch.Name,
		ch.ParentID != 0 && now.ParentID != ch.ParentID,
		ch.Description != nil && now.Description != *ch.Description,
		ch.Tracked != nil && now.IsTracked != *ch.Tracked,
		ch.Private != nil && now.Private != *ch.Private,
		ch.CheckedOutUntil != nil && !now.CheckedOutUntil.Equal(ch.CheckedOutUntil.Truncate(time.Second)):
		return false
	}
	return true
}

// PatchFilesID renames or moves a file, gives it a next version, or all of that in one request. A
// taken name is fs.ErrExist. A file that somebody else has checked out is syncer.ErrLocked: it may be
// for days. Procore heeds no precondition: it changes whatever the file has become.
func (c *Client) PatchFilesID(ctx context.Context, in Scope, id ID, ch FileChange) (*File, error) {
	if err := c.check(in, "file", id); err != nil {
		return nil, err
	}
	body := ch.body()
	switch {
	case len(body) == 0:
		return nil, invalid("change of file %s: nothing is to be changed", id)
	case ch.ParentID < 0:
		return nil, invalid("FileChange.ParentID is %d", ch.ParentID)
	case ch.Upload != nil && ch.Current <= 0:
		return nil, invalid("FileChange.Current is %d, it must be the version that Upload follows", ch.Current)
	}
	if ch.Upload != nil {
		if err := ch.Upload.check("upload version of file " + id.String()); err != nil {
			return nil, err
		}
	}
	at, query := in.flat(c, "files", id.String())
	whose := c.whoseName(in, ch.ParentID, ch.Name, &Sibling{ID: id})
	now := new(File)
	k := call{
		op: "change file " + id.String(), method: http.MethodPatch, path: at, query: query,
		body: map[string]any{"file": body},
		look: func(ctx context.Context) (bool, error) { return c.changed(ctx, in, id, ch, now) },
		refused: func(ctx context.Context, e *Error) {
			if e.Status == http.StatusConflict {
				e.kind = syncer.ErrLocked // whatever it says: nothing but a check-out is answered so
			}
			whose(ctx, e)
		},
	}
	if err := c.do(ctx, k, now); err != nil {
		return nil, err
	}
	if ch.Upload == nil {
		return now, nil
	}
	return orNil(now, accept(k, now, ch.Upload))
}

// changed looks for the effect of a change whose answer was lost.
func (c *Client) changed(ctx context.Context, in Scope, id ID, ch FileChange, now *File) (bool, error) {
	seen, err := c.GetFilesID(ctx, in, id)
	if err != nil {
		return false, err
	}
	*now = *seen
	if ch.Upload == nil || !ch.made(seen) {
		return ch.made(seen), nil
	}
	top := seen.Current()
	if top == nil {
		return false, fmt.Errorf("file %s is told without its versions", id)
	}
	if top.ID == ch.Current {
		return false, nil
	}
	done, err := c.holds(ctx, in, seen, ch.Upload)
	if err == nil && !done {
		err = fmt.Errorf("file %s has other contents now", id)
	}
	return done, err
}
