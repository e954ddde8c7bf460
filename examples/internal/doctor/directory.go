package doctor

import (
	"context"
	"os"
	"path/filepath"
)

// Less room than this is worth a word, or too little to begin with.
const (
	littleRoom   = 1 << 30
	tooLittleFor = 64 << 20
)

// directory looks at the data directory and the disk that it is on.
func (d *Doctor) directory(ctx context.Context) []Finding {
	dir := d.office.Settings().Data
	return []Finding{d.writable(dir), room(dir), d.whole(ctx)}
}

func (d *Doctor) writable(dir string) Finding {
	const about = "data directory"
	f, err := os.CreateTemp(dir, "doctor-*")
	if err == nil {
		_, err = f.WriteString("can this be written?")
		for _, end := range []func() error{f.Close, func() error { return os.Remove(f.Name()) }} {
			if failed := end(); err == nil {
				err = failed
			}
		}
	}
	if err != nil {
		return fail(about, "make "+filepath.Clean(dir)+" writable, or choose another with --data", "cannot be written, so nothing can be synced: %v", err)
	}
	return fine(about, "%s can be written", filepath.Clean(dir))
}

func room(dir string) Finding {
	const about = "disk"
	free, known := freeBytes(dir)
	switch {
	case !known:
		return fine(about, "how much room is left is not known on this system")
	case free < tooLittleFor:
		return fail(about, "make room", "%d MB are left: too little to remember what is done, so nothing is done", free>>20)
	case free < littleRoom:
		return warn(about, "make room", "%d MB are left", free>>20)
	}
	return fine(about, "%d GB are left", free>>30)
}

func (d *Doctor) whole(ctx context.Context) Finding {
	const about = "what is remembered"
	if err := d.office.Check(ctx); err != nil {
		return fail(about, `bring back a backup ("procorebox restore FILE --replace"), or begin with an empty directory: what both sides have in common is paired then`, "%v", err)
	}
	return fine(about, "all of it was read, and is whole")
}
