package box

import (
	"context"
	"fmt"
	"io"

	"github.com/procorebox/procorebox/syncer"
)

// Open implements syncer.Reader. It asks Box first whether file is current, and what comes then is
// verified by its SHA-1: other bytes end with syncer.ErrStale, fewer with an error.
func (f *FileSystem) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := f.fileID(file.ID)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	now, err := f.client.GetFilesID(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("open file %s: %w", number, err)
	}
	if now.FileVersion == nil || now.FileVersion.ID != file.Content {
		return nil, fmt.Errorf("open file %s: it has newer contents: %w", number, syncer.ErrStale)
	}
	return f.client.GetFilesIDContent(ctx, number, Download{Size: int64(now.Size), Digest: now.Digest()})
}
