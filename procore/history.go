package procore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/procorebox/procorebox/syncer"
)

// Versions implements syncer.Versions. It costs one call.
func (f *Documents) Versions(ctx context.Context, file syncer.Entry) iter.Seq2[syncer.Version, error] {
	return func(yield func(syncer.Version, error) bool) {
		number, err := fileID(file.ID)
		if err == nil {
			err = ctx.Err()
		}
		var now *File
		if err == nil {
			now, err = f.client.GetFilesID(ctx, f.in, number)
		}
		if err != nil {
			yield(syncer.Version{}, fmt.Errorf("list versions of %q: %w", file.Name, err))
			return
		}
		slices.SortFunc(now.Versions, func(a, b FileVersion) int { return cmp.Compare(b.Number, a.Number) })
		for i := range now.Versions {
			if !yield(versionOf(&now.Versions[i]), nil) {
				return
			}
		}
	}
}

func versionOf(v *FileVersion) syncer.Version {
	version := syncer.Version{Content: v.ID.String(), Size: int64(v.Size), Modified: v.CreatedAt}
	if v.CreatedBy != nil {
		version.Author = v.CreatedBy.ID.String()
	}
	return version
}

// OpenVersion implements syncer.Versions.
func (f *Documents) OpenVersion(ctx context.Context, file syncer.Entry, v syncer.Version) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	number, err := fileID(file.ID)
	if err != nil {
		return nil, fmt.Errorf("open version of %q: %w", file.Name, err)
	}
	version, err := strconv.ParseInt(v.Content, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("open version of %q: %.40q is no version: %w", file.Name, v.Content, syncer.ErrStale)
	}
	return f.client.GetContents(ctx, f.in, number, Download{VersionID: ID(version), Size: max(v.Size, 0), Digest: v.Digest})
}

// Promote implements syncer.Versions: the contents of the version are read and uploaded once more, as a
// new version. Procore has no call for it.
func (f *Documents) Promote(ctx context.Context, file syncer.Entry, v syncer.Version) (syncer.Entry, error) {
	body, err := f.OpenVersion(ctx, file, v)
	if err != nil {
		return syncer.Entry{}, err
	}
	kept, err := f.spool.Put(ctx, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return syncer.Entry{}, fmt.Errorf("promote version of %q: %w", file.Name, err)
	}
	now, err := f.UpdateFile(ctx, file, kept.Content(syncer.SHA1))
	_ = kept.Close() // it goes with the process at the latest
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("promote version of %q: %w", file.Name, err)
	}
	return now, nil
}
