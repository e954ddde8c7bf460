package box

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// If an answer is lost the client looks for the effect of the call, and says honestly when it cannot
// tell. A FileSystem knows more: what it has seen and made before, and whose account it is. Where that
// proves what became of the call, nobody has to look again.

// clockSkew is how far Box's clock may be from ours.
const clockSkew = time.Minute

// unclear reports whether an error leaves open what was done, and there is time to find out.
func unclear(ctx context.Context, err error) bool {
	return err != nil && !syncer.NotDone(err) && ctx.Err() == nil
}

// proof is what an unclear error turned out to be.
func proof(sentinel, err error) error {
	return fmt.Errorf("%w (%v)", sentinel, err) //nolint:errorlint // what err is made of is not proved
}

// refusalIn returns the sentinel of what Box refused at last, nil if it did not.
func refusalIn(err error) error {
	refusal, ok := errors.AsType[*Error](err)
	if !ok || errors.Is(refusal.kind, syncer.ErrBusy) {
		return nil
	}
	return refusal.kind
}

// change is a call about an item that is there.
type change uint8

const (
	updating change = iota
	moving
	deleting
)

// outcome finds out what became of a change of old. before is the precondition that the item had when
// we saw or wrote it last.
func (f *FileSystem) outcome(ctx context.Context, what change, old syncer.Entry, before string, err error) error {
	if !unclear(ctx, err) {
		return err
	}
	kind, number, _ := f.itemID(old.ID)
	now, lookErr := f.item(ctx, kind, number)
	if lookErr != nil {
		return err
	}
	refusal := refusalIn(err)
	e := f.entry(now)
	switch {
	case e.Trashed && e.Content == old.Content && (e.Name == "" || e.Name == old.Name):
		return proof(fs.ErrNotExist, err) // it went to the trash as it was
	case e.Trashed:
		return err
	case e.Guard == old.Guard && refusal != nil:
		return proof(refusal, err)
	case before != string(old.Guard) && string(e.Guard) == before:
		return proof(syncer.ErrStale, err) // it was like that already, and no call of ours would have been heeded
	case what == deleting && e.Guard != old.Guard:
		return proof(syncer.ErrStale, err)
	case what == updating && e.Content != old.Content && f.follows(ctx, number, old.Content):
		return proof(syncer.ErrStale, err)
	}
	return err
}

// follows reports whether the current version, which is not the one that we sent, follows right on one
// that we know: then ours was never there, and never will be, since it asked for the state before.
func (f *FileSystem) follows(ctx context.Context, number, content string) bool {
	for v, err := range f.client.GetFilesIDVersions(ctx, number) {
		return err == nil && v.ID == content
	}
	return false
}

// made finds out what became of the creation of a name. mine says whether what is there now may be the
// outcome.
func (f *FileSystem) made(
	ctx context.Context, parent, name string, began time.Time, err error, mine func(context.Context, *Item) bool,
) (*Item, error) {
	if !unclear(ctx, err) {
		return nil, err
	}
	holders, lookErr := f.client.holders(ctx, parent, name)
	if lost(lookErr) {
		return nil, proof(fs.ErrNotExist, err) // what is made in a folder goes where that went
	}
	if lookErr != nil || len(holders) != 1 {
		return nil, err
	}
	there, lookErr := f.client.getItem(ctx, holders[0].Type, holders[0].ID)
	switch {
	case lookErr != nil:
		return nil, err
	case f.names.knows(there.Type, there.ID), !there.CreatedAt.IsZero() && there.CreatedAt.Before(began.Add(-clockSkew)):
		return nil, proof(fs.ErrExist, err) // it was there before
	case mine(ctx, there):
		return there, nil
	}
	return nil, err
}

// newFolder reports whether a folder is new, empty, and made by this account.
func (f *FileSystem) newFolder(ctx context.Context, item *Item) bool {
	if item.Type != TypeFolder || item.ETag != "0" || item.ModifiedBy == nil || item.ModifiedBy.ID != f.account {
		return false
	}
	empty := true
	for _, err := range f.client.GetFoldersIDItems(ctx, item.ID) {
		if err != nil {
			return false
		}
		empty = false
		break
	}
	return empty
}

// never is for files, of which the client knows by their SHA-1 which is ours.
func never(context.Context, *Item) bool { return false }
