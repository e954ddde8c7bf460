package procore

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/procorebox/procorebox/syncer"
)

// Open implements syncer.Reader. The record is read first, unless that was done a moment ago: contents
// are of what it says, and if that is not what file names the error is syncer.ErrStale. A document is
// rendered for each call and never twice the same; its size is not known.
func (r *records) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, mark, err := recordID(file.ID)
	if err == nil && (number == 0 || mark == "") {
		err = fmt.Errorf("%s is a folder: %w", file.ID, errBinned)
	}
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	one := r.lately(number)
	if one == nil || one.entry(mark).Content != file.Content || one.entry(mark).Trashed {
		if one, err = r.whole(ctx, number); err != nil {
			return nil, fmt.Errorf("open %s: %w", file.ID, err)
		}
	}
	now := one.entry(mark)
	switch {
	case now.Trashed:
		return nil, fmt.Errorf("open %s: %w", file.ID, errBinned)
	case now.Content != file.Content:
		return nil, fmt.Errorf("open %s: the %s has changed: %w", file.ID, r.source.kind, syncer.ErrStale)
	case mark == pdfMark:
		return r.source.pdf(ctx, number)
	case mark == fieldsMark:
		return io.NopCloser(bytes.NewReader(one.fields)), nil
	}
	return r.openAttachment(ctx, one, mark)
}

// openAttachment follows the link that the record told. Once that leads nowhere the record is read again
// for another.
func (r *records) openAttachment(ctx context.Context, one *record, mark string) (io.ReadCloser, error) {
	op := "open attachment " + one.id.String() + mark
	again := false
	return r.client.GetLink(ctx, op, Download{}, func(ctx context.Context) (Link, error) {
		if again {
			var err error
			if one, err = r.read(ctx, one.id); err != nil {
				return Link{}, fmt.Errorf("%s: %w", op, err)
			}
		}
		again = true
		for _, a := range one.files {
			if mark == "/"+a.id.String() {
				return a.link, nil
			}
		}
		return Link{}, fmt.Errorf("%s: the record does not have it any more: %w", op, syncer.ErrStale)
	})
}
