package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer/connect"
)

// unpacked opens the data directory that the backup holds, for as long as do runs.
func (r *restoring) unpacked(ctx context.Context, do func(o *Office, hasKey bool) error) (err error) {
	path := r.staged(keyName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		path = r.data(keyName) // that of before may be the right one
	}
	var key connect.TokenKey
	if _, err := os.Stat(path); err == nil {
		if key, err = connect.TokenKeyFile(path); err != nil {
			return fmt.Errorf("key: %w", err)
		}
	}
	file, err := sqlite.OpenFile(ctx, r.staged(databaseName), sqlite.FileOptions{Key: key})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	o := &Office{settings: r.settings, file: file, person: r.opts.Person}
	if o.Links, err = o.newLinks(); err != nil {
		return err
	}
	return do(o, !key.IsZero())
}

// check reads the unpacked backup through.
func (r *restoring) check(ctx context.Context) error {
	return r.unpacked(ctx, func(o *Office, hasKey bool) error {
		if err := o.file.Check(ctx); err != nil {
			return err
		}
		r.out.Key = o.canUnseal(ctx, hasKey)
		return nil
	})
}

// mark notes in the unpacked backup that it is put back now.
func (r *restoring) mark(ctx context.Context) error {
	return r.unpacked(ctx, func(o *Office, _ bool) (err error) {
		if r.out.Links, err = o.comeBack(ctx, r.out.Made, r.opts.Current); err != nil {
			return err
		}
		return o.reincarnate(ctx)
	})
}

// canUnseal reports whether all stored connections can be read with the key.
func (o *Office) canUnseal(ctx context.Context, hasKey bool) bool {
	for _, s := range []Service{BoxService, ProcoreService} {
		if _, err := o.connection(ctx, s); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return hasKey
}
