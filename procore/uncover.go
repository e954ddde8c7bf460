package procore

import (
	"context"
	"errors"
	"fmt"

	"github.com/procorebox/procorebox/syncer"
)

// uncoverings is how often an edit is put on top again while others go on to edit.
const uncoverings = 3

// uncover makes good for what Procore does not guard: if somebody's edit came between the last look and
// our new version, it lies below ours, where nobody sees it. Its contents are put on top again, and the
// error is syncer.ErrStale, as if ours had been refused: both versions are then there to be planned with.
func (f *Documents) uncover(ctx context.Context, file *File, followed ID) error {
	for range uncoverings {
		ours, below := file.Current(), between(file, followed)
		if below == nil {
			break
		}
		again, err := f.contents(ctx, file, below)
		if err != nil {
			return openEnded("read what an edit had made", err)
		}
		now, err := f.client.GetFilesID(ctx, f.in, file.ID)
		if err != nil {
			return openEnded("look once more", err)
		}
		if top := now.Current(); top == nil || top.ID != ours.ID {
			return fmt.Errorf("somebody goes on to edit it: %w", syncer.ErrStale) // and has put that on top
		}
		if file, err = f.client.PatchFilesID(ctx, f.in, file.ID, FileChange{Upload: again, Current: ours.ID}); err != nil {
			return openEnded("put back what an edit had made", err)
		}
		followed = ours.ID
		if between(file, followed) == nil {
			return fmt.Errorf("somebody's edit came between, and was put on top again: %w", syncer.ErrStale)
		}
	}
	if between(file, followed) != nil {
		return openEnded("put back what an edit had made", errors.New("somebody edits it all the time"))
	}
	return nil
}

// contents uploads the contents of a version once more.
func (f *Documents) contents(ctx context.Context, file *File, v *FileVersion) (*Upload, error) {
	body, err := f.client.GetContents(ctx, f.in, file.ID, Download{VersionID: v.ID, Size: int64(v.Size)})
	if err != nil {
		return nil, err
	}
	kept, err := f.spool.Put(ctx, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, err
	}
	upload, err := f.client.Upload(ctx, f.in, file.Name, kept.Content(syncer.SHA1))
	_ = kept.Close() // it goes with the process at the latest
	return upload, err
}

// between returns the latest version between the one that was to be followed and the current one, nil if
// there is none.
func between(file *File, followed ID) *FileVersion {
	was, now := file.Version(followed), file.Current()
	if was == nil || now == nil {
		return nil // nothing is told of it
	}
	var latest *FileVersion
	for i := range file.Versions {
		v := &file.Versions[i]
		if v.Number > was.Number && v.Number < now.Number && (latest == nil || v.Number > latest.Number) {
			latest = v
		}
	}
	return latest
}

// openEnded says of an error that something was done before it came: whoever asked must look.
func openEnded(op string, err error) error {
	return fmt.Errorf("%s: %v", op, err) //nolint:errorlint // a sentinel would prove that nothing was done
}
