package syncer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// endpoint is one side as the engine uses it.
type endpoint struct {
	reader Reader
	fs     FileSystem // nil if the side can only be read
	info   Info
	root   string // locator
	rootID string // as recorded; empty before the first run
	rootUp string // its folder, likewise
	name   string // for people
	busy   *busy
	follow bool

	looker   Looker
	finder   Finder
	folders  FolderReader
	mover    Mover
	restorer Restorer
	versions Versions
	people   Directory
}

// find asks Finder, or lists the folder where there is none.
func (end *endpoint) find(ctx context.Context, at Entry, key Key) ([]Entry, error) {
	if err := end.busy.why(); err != nil {
		return nil, err
	}
	if end.finder != nil {
		found, err := end.finder.Find(ctx, at, key)
		end.heard(ctx, err)
		return found, err
	}
	return end.contents(ctx, at, func(e *Entry) bool { return NameKey(e.Name) == key })
}

// contents lists what stands directly in a folder and is wanted. A folder that cannot be read is an
// error, not an empty one.
func (end *endpoint) contents(ctx context.Context, at Entry, wanted func(*Entry) bool) ([]Entry, error) {
	var out []Entry
	first := true
	for e, err := range end.reader.List(ctx, at, "") {
		if err != nil {
			return nil, err
		}
		if first {
			if e.Err != nil {
				return nil, e.Err
			}
			first, at.ID = false, e.ID
			continue
		}
		if e.ParentID == at.ID && wanted(&e) {
			out = append(out, e)
		}
	}
	return out, nil
}

// lookNow reads an item just before or after a write.
func (end *endpoint) lookNow(ctx context.Context, id string, parent Entry, name string) (Entry, error) {
	if end.looker != nil {
		if err := end.busy.why(); err != nil {
			return Entry{}, err
		}
		e, err := end.looker.Look(ctx, id)
		end.heard(ctx, err)
		return e, err
	}
	found, err := end.find(ctx, parent, NameKey(name))
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, errNoFolder
	}
	if err != nil {
		return Entry{}, err
	}
	for _, e := range found {
		if e.ID == id {
			return e, nil
		}
	}
	return Entry{}, fmt.Errorf("item %s in folder %s: %w", id, parent.ID, fs.ErrNotExist)
}

// errNoFolder: an item cannot be looked for, because its folder is not visible.
var errNoFolder = errors.New("its folder is not visible")
