package procore

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/procorebox/procorebox/syncer"
)

// Open implements syncer.Reader. It asks Procore first whether file is current; what comes then is of
// that version, and ends with an error if it has another size. Procore tells no digest to compare it by.
func (f *Documents) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := fileID(file.ID)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	version, err := strconv.ParseInt(file.Content, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("open file %s: %.40q is no version: %w", number, file.Content, syncer.ErrStale)
	}
	return f.client.GetContents(ctx, f.in, number, Download{VersionID: ID(version), Current: true, Digest: file.Digest})
}
