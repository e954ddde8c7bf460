package procore

import (
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // storage takes it beside the SHA-256 that counts
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	// segmentSize is how large the parts of an upload are, but for the last; Procore takes from 5 MB to
	// 5 GB.
	segmentSize = 32 << 20
	// segmentsAtOnce is how many parts of one file are sent at a time.
	segmentsAtOnce = 3
	// segmentsSpooled is how many parts a Client keeps in files at a time, for all its uploads.
	segmentsSpooled = 8
)

// uploadSegments sends contents in parts: those that an earlier try has not sent.
func (c *Client) uploadSegments(ctx context.Context, in Scope, name string, content syncer.Content) (*Upload, error) {
	measured := &measure{content: content}
	segments, err := cut(ctx, measured, c.segment)
	if err != nil {
		return nil, err
	}
	of := measured.sums()
	record := c.begun(in, name, content.Size, of.sha256)
	defer record.done()
	ticket, err := c.ticket(ctx, in, record, NewUpload{
		Filename: name, ContentType: contentType(name), Size: content.Size, Segments: segments,
	})
	if err == nil && ticket.Status != StatusComplete {
		err = c.sendSegments(ctx, record, ticket, content, segments)
		if err == nil {
			_, err = c.PatchUploadsUUID(ctx, in, ticket.UUID, record.Tags)
		}
	}
	if err != nil {
		if expired(err) || errors.Is(err, syncer.ErrStale) {
			err = errors.Join(err, record.forget())
		}
		return nil, err
	}
	return &Upload{
		UUID: ticket.UUID, Size: content.Size, SHA1: of.sha1, SHA256: of.sha256,
		Until: record.Since.Add(lifetime), record: record,
	}, nil
}

// cut reads contents and returns the parts of size bytes, but for the last, that they are to be sent in.
func cut(ctx context.Context, m *measure, size int64) ([]Segment, error) {
	body, err := m.open(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var parts []Segment
	for {
		strong, weak := sha256.New(), md5.New() //nolint:gosec // see above
		n, err := io.Copy(io.MultiWriter(strong, weak), io.LimitReader(body, size))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return parts, nil
		}
		parts = append(parts, Segment{
			Size: Number(n), SHA256: hex.EncodeToString(strong.Sum(nil)), MD5: hex.EncodeToString(weak.Sum(nil)),
		})
	}
}

// ticket returns the leave that an earlier try got, if it is still good, or else a new one.
func (c *Client) ticket(ctx context.Context, in Scope, record *unfinished, n NewUpload) (*UploadTicket, error) {
	if record.UUID != "" && len(record.Tags) == len(n.Segments) {
		t, err := c.GetUploadsUUID(ctx, in, record.UUID)
		switch {
		case err == nil && t.UUID == record.UUID && t.checkSegments(len(n.Segments)) == nil:
			return t, nil
		case err != nil && !HasStatus(err, http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity):
			return nil, err
		}
	}
	began := time.Now()
	t, err := c.PostUploads(ctx, in, n)
	if err != nil {
		return nil, err
	}
	return t, record.begin(t.UUID, began, len(n.Segments))
}

// sendSegments reads the contents once more, part by part, and sends each that was not sent while the
// next is read.
func (c *Client) sendSegments(
	ctx context.Context, record *unfinished, t *UploadTicket, content syncer.Content, segments []Segment,
) error {
	body, err := (&measure{content: content}).open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(segmentsAtOnce)
	for i, s := range segments {
		spooled, err := c.spool.Put(ctx, io.LimitReader(body, int64(s.Size)))
		if err != nil {
			return cmp.Or(group.Wait(), err) // that the group has ended is no cause
		}
		if spooled.Digest(syncer.SHA256) != syncer.Digest(string(syncer.SHA256)+":"+s.SHA256) {
			err := fmt.Errorf("contents are others than a moment ago: %w", syncer.ErrStale)
			return errors.Join(err, spooled.Close(), group.Wait())
		}
		if record.tag(i) != "" {
			if err := spooled.Close(); err != nil {
				return cmp.Or(group.Wait(), err)
			}
			continue
		}
		group.Go(func() error {
			tag, err := c.putSegment(ctx, &t.Segments[i], spooled)
			if err == nil {
				err = record.sent(i, tag)
			}
			return errors.Join(err, spooled.Close())
		})
	}
	// The end must be read too: only there it shows that the contents are what they should be.
	_, err = io.Copy(io.Discard, body)
	return cmp.Or(group.Wait(), err)
}

// putSegment sends one part and returns what storage calls it.
func (c *Client) putSegment(ctx context.Context, s *Segment, part *connect.Spooled) (string, error) {
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	for name, value := range s.Headers {
		if !strings.EqualFold(name, "Content-Length") && !strings.EqualFold(name, "Host") { // these are in the request
			header.Set(name, string(value))
		}
	}
	body := connect.File(part.Content(syncer.SHA256))
	body.Type = header.Get("Content-Type")
	resp, err := c.storage.Do(ctx, connect.Call{
		Op: "send part", Method: http.MethodPut, Path: s.URL.URL(), Header: header, Body: body,
		Plain: true, Repeat: connect.Again,
	})
	if err != nil {
		return "", err
	}
	tag := resp.Header.Get("ETag")
	if err := drain(resp); err != nil {
		return "", err
	}
	if tag == "" {
		return "", fmt.Errorf("send part: the answer has no ETag: %w", errReply)
	}
	return tag, nil
}
