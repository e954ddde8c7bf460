package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	// partsAtOnce is how many parts of one file are sent at a time.
	partsAtOnce = 3
	// partsSpooled is how many parts a Client keeps in files at a time, for all its uploads.
	partsSpooled = 8
	// partMost is the largest part that is put up with; Box has been seen to ask for 64 MiB.
	partMost = 512 << 20
)

// Upload makes a new file or a new version, in one request up to SimpleLimit and in parts above. What
// it promises is what PostFilesContent and PostFilesIDContent promise. The contents are read once, in
// order; a few parts at a time are kept in private files until Box has them. With Options.SessionDir an
// upload that was cut off goes on with the parts that Box does not have.
func (c *Client) Upload(ctx context.Context, to Target, content syncer.Content) (*Item, error) {
	switch {
	case content.Size > SimpleLimit:
		return c.uploadParts(ctx, to, content)
	case to.FileID != "":
		return c.PostFilesIDContent(ctx, to, content)
	}
	return c.PostFilesContent(ctx, to, content)
}

// uploadParts uploads through a session, and through one more if Box gives up the first.
func (c *Client) uploadParts(ctx context.Context, to Target, content syncer.Content) (*Item, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	if content.Open == nil {
		return nil, invalid("%s: content has no Open", to.op())
	}
	u := c.begun(to, content)
	defer u.Done()
	file, err := c.uploadSession(ctx, u, to, content)
	if errors.Is(err, errOtherParts) || HasCode(err, CodeSessionExpired, CodeUploadFailed) && syncer.NotDone(err) {
		file, err = c.uploadSession(ctx, u, to, content)
	}
	return file, err
}

// errOtherParts says that a session holds parts of other contents. They stay as they are for ever.
var errOtherParts = errors.New("the upload session holds other contents")

// uploadSession uploads through the session of an earlier try, if there is one that can still be used,
// or else through a new one.
func (c *Client) uploadSession(ctx context.Context, u *unfinished, to Target, content syncer.Content) (*Item, error) {
	s, stored, err := c.session(ctx, u, to, content)
	if err != nil {
		return nil, err
	}
	parts, sum, err := c.sendParts(ctx, s, stored, content)
	if err != nil {
		if !u.Remembered() || !resumable(err) {
			err = errors.Join(err, c.giveUp(ctx, u, s))
		}
		return nil, notCommitted(to.op(), err)
	}
	file, err := c.PostFilesUploadSessionsIDCommit(ctx, s, to, parts, sum, content.Modified)
	if err == nil || syncer.NotDone(err) && !errors.Is(err, syncer.ErrBusy) {
		_ = u.forget() // a session that is over is found out by the next try
	}
	return file, err
}

// session returns a session and the parts that Box has of it.
func (c *Client) session(ctx context.Context, u *unfinished, to Target, content syncer.Content) (*UploadSession, map[int64]UploadPart, error) {
	if s := u.session; s != nil {
		u.session = nil
		stored, err := c.storedParts(ctx, s)
		if err == nil || !unusable(err) {
			return s, stored, err
		}
	}
	var s *UploadSession
	var err error
	if to.FileID != "" {
		s, err = c.PostFilesIDUploadSessions(ctx, to.FileID, to.Name, content.Size)
	} else {
		s, err = c.PostFilesUploadSessions(ctx, to.ParentID, to.Name, content.Size)
	}
	if err != nil {
		return nil, nil, err
	}
	return s, nil, u.keep(s)
}

func (c *Client) storedParts(ctx context.Context, s *UploadSession) (map[int64]UploadPart, error) {
	stored := map[int64]UploadPart{}
	for part, err := range c.GetFilesUploadSessionsIDParts(ctx, s) {
		if err != nil {
			return nil, err
		}
		stored[int64(part.Offset)] = part
	}
	return stored, nil
}

// unusable reports whether a session is refused for what it is: it has ended, or is somebody else's.
func unusable(err error) bool {
	refusal, ok := errors.AsType[*Error](err)
	return ok && refusal.Status >= 400 && refusal.Status < 500 &&
		refusal.Status != http.StatusUnauthorized && refusal.kind != nil && !errors.Is(refusal.kind, syncer.ErrBusy)
}

// resumable reports whether it makes sense to go on in the same session later.
func resumable(err error) bool {
	return !errors.Is(err, errOtherParts) && !errors.Is(err, syncer.ErrStale) && !lost(err)
}

// giveUp ends a session. What becomes of it is no news to anybody; it ends by itself if this fails.
func (c *Client) giveUp(ctx context.Context, u *unfinished, s *UploadSession) error {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = c.DeleteFilesUploadSessionsID(late, s)
	return u.forget()
}

// notCommitted says of an error that nothing was uploaded, whatever became of a part: without the
// commit there is no file.
func notCommitted(op string, err error) error {
	if open, ok := errors.AsType[*connect.Error](err); ok && open.Unknown {
		known := *open
		known.Unknown = false
		return fmt.Errorf("%s: %w", op, &known)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// sendParts reads the contents part by part and sends each that is not stored while the next is read.
func (c *Client) sendParts(
	ctx context.Context, s *UploadSession, stored map[int64]UploadPart, content syncer.Content,
) ([]UploadPart, syncer.Digest, error) {
	if s.PartSize > partMost {
		return nil, "", fmt.Errorf("box wants parts of %d bytes: %w", s.PartSize, errReply)
	}
	measured := &measure{content: content}
	body, err := measured.open(ctx)
	if err != nil {
		return nil, "", err
	}
	defer body.Close()
	parts := make([]UploadPart, (content.Size+int64(s.PartSize)-1)/int64(s.PartSize))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(partsAtOnce)
	for i := range parts {
		offset := int64(i) * int64(s.PartSize)
		size := min(int64(s.PartSize), content.Size-offset)
		spooled, err := c.spool.Put(ctx, io.LimitReader(body, size))
		if err == nil && spooled.Size() != size {
			err = errors.Join(io.ErrUnexpectedEOF, spooled.Close())
		}
		if err != nil {
			return nil, "", cmp.Or(group.Wait(), err) // that the group has ended is no cause
		}
		if there, ok := stored[offset]; ok {
			if digest(there.SHA1) != spooled.Digest(syncer.SHA1) {
				return nil, "", errors.Join(errOtherParts, spooled.Close(), group.Wait())
			}
			parts[i] = there
			if err := spooled.Close(); err != nil {
				return nil, "", cmp.Or(group.Wait(), err)
			}
			continue
		}
		group.Go(func() error {
			part, err := c.PutFilesUploadSessionsID(ctx, s, offset, content.Size, spooled.Content(syncer.SHA1))
			if err == nil {
				parts[i] = *part
			}
			return errors.Join(err, spooled.Close())
		})
	}
	// The end must be read too: only there it shows that the contents are what they should be.
	_, err = io.Copy(io.Discard, body)
	if err := cmp.Or(group.Wait(), err); err != nil {
		return nil, "", err
	}
	return slices.Clip(parts), measured.sum(), nil
}
