package procore

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Open implements syncer.Reader. The record is read first: contents are of what it says now, and if that
// is not what file names, or the file is not there any more, the error is syncer.ErrStale. A document is
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
	one, err := r.whole(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file.ID, err)
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
	id, _, err := recordID(strings.TrimPrefix(mark, "/"))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", file.ID, err)
	}
	return r.source.attachment(ctx, number, id)
}
