package box

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/procorebox/procorebox/syncer"
)

// Versions implements syncer.Versions. Accounts without version history tell the current one only.
func (f *FileSystem) Versions(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error] {
	return func(yield func(syncer.Version, error) bool) {
		number, err := f.fileID(file.ID)
		if err == nil {
			err = ctx.Err()
		}
		var now *Item
		if err == nil {
			now, err = f.client.GetFilesID(ctx, number)
		}
		if err == nil && now.FileVersion == nil {
			err = errReply
		}
		if err != nil {
			yield(syncer.Version{}, fmt.Errorf("list versions of %q: %w", file.Name, err))
			return
		}
		current := syncer.Version{
			Content: now.FileVersion.ID, Size: int64(now.Size), Digest: now.Digest(), Modified: now.ModifiedAt, Author: author(now.ModifiedBy),
		}
		if !yield(current, nil) {
			return
		}
		for v, err := range f.client.GetFilesIDVersions(ctx, number) {
			if err != nil {
				yield(syncer.Version{}, fmt.Errorf("list versions of %q: %w", file.Name, err))
				return
			}
			if v.TrashedAt.IsZero() && v.ID != current.Content && !yield(versionOf(&v), nil) {
				return
			}
		}
	}
}

func versionOf(v *FileVersion) syncer.Version {
	return syncer.Version{Content: v.ID, Size: int64(v.Size), Digest: v.Digest(), Modified: v.ModifiedAt, Author: author(v.ModifiedBy)}
}

func author(u *User) string {
	if u == nil {
		return ""
	}
	return u.ID
}

// OpenVersion implements syncer.Versions. What comes is verified by the digest of v.
func (f *FileSystem) OpenVersion(ctx context.Context, file syncer.Entry, v syncer.Version) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := f.fileID(file.ID)
	if err != nil {
		return nil, fmt.Errorf("open version of %q: %w", file.Name, err)
	}
	return f.client.GetFilesIDContent(ctx, number, Download{VersionID: v.Content, Size: max(v.Size, 0), Digest: v.Digest})
}

// Promote implements syncer.Versions: Box puts a copy of the version on top, as a new version. Nothing
// guards it; an edit made in the same moment is the version below.
func (f *FileSystem) Promote(ctx context.Context, file syncer.Entry, v syncer.Version) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	number, err := f.fileID(file.ID)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("promote version of %q: %w", file.Name, err)
	}
	if _, err := f.client.PostFilesIDVersionsCurrent(ctx, number, v.Content); err != nil {
		return syncer.Entry{}, fmt.Errorf("promote version of %q: %w", file.Name, err)
	}
	now, err := f.client.GetFilesID(ctx, number)
	if err != nil {
		return syncer.Entry{}, openEnded("read "+file.Name+" after its version was promoted", err)
	}
	return f.entry(now), nil
}
