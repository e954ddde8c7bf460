package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
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
// order; a few parts at a time are kept in private files until Box has them.
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
	file, err := c.uploadSession(ctx, to, content)
	if HasCode(err, CodeSessionExpired, CodeUploadFailed) && syncer.NotDone(err) {
		file, err = c.uploadSession(ctx, to, content)
	}
	return file, err
}

func (c *Client) uploadSession(ctx context.Context, to Target, content syncer.Content) (*Item, error) {
	var s *UploadSession
	var err error
	if to.FileID != "" {
		s, err = c.PostFilesIDUploadSessions(ctx, to.FileID, to.Name, content.Size)
	} else {
		s, err = c.PostFilesUploadSessions(ctx, to.ParentID, to.Name, content.Size)
	}
	if err != nil {
		return nil, err
	}
	parts, sum, err := c.sendParts(ctx, s, content)
	if err != nil {
		// What becomes of the session is no news to anybody; it ends by itself if this fails.
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = c.DeleteFilesUploadSessionsID(late, s)
		return nil, notCommitted(to.op(), err)
	}
	return c.PostFilesUploadSessionsIDCommit(ctx, s, to, parts, sum, content.Modified)
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

// sendParts reads the contents part by part and sends each while the next is read.
func (c *Client) sendParts(ctx context.Context, s *UploadSession, content syncer.Content) ([]UploadPart, syncer.Digest, error) {
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
