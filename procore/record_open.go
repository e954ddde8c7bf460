package procore

import (
	"bytes"
	"context"
	"errors"
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
		body, err := r.source.pdf(ctx, number)
		if err != nil {
			return nil, err
		}
		return &printed{ReadCloser: body, of: file.ID}, nil
	case mark == fieldsMark:
		return io.NopCloser(bytes.NewReader(one.fields)), nil
	}
	return r.openAttachment(ctx, one, mark)
}

// openAttachment follows the link that the record told. Once that leads nowhere the record is read again
// for another. Nobody tells the size of an attachment but the storage; without its word a cut could not
// be told from the end.
func (r *records) openAttachment(ctx context.Context, one *record, mark string) (io.ReadCloser, error) {
	op := "open attachment " + one.id.String() + mark
	again := false
	return r.client.GetLink(ctx, op, Download{told: true}, func(ctx context.Context) (Link, error) {
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

// printed is a PDF that ends with an error where its end is missing. Neither its size nor a digest is
// known before it is rendered.
type printed struct {
	io.ReadCloser

	of   string
	tail []byte
}

// pdfEnd is what every PDF has in its last bytes.
const (
	pdfEnd     = "%%EOF"
	pdfEndRoom = 1024
)

func (p *printed) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.tail = append(p.tail, b[:n]...)
	p.tail = p.tail[max(0, len(p.tail)-pdfEndRoom):]
	if errors.Is(err, io.EOF) && !bytes.Contains(p.tail, []byte(pdfEnd)) {
		return n, fmt.Errorf("document %s is not whole: %w", p.of, io.ErrUnexpectedEOF)
	}
	return n, err
}
