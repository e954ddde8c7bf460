package box

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// Move implements syncer.Mover: one call, whether the item gets a name, a folder or both. Box refuses
// a rename of what has changed; a move to another folder it makes whatever became of the item, which
// is why Info does not claim that guard.
func (f *FileSystem) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	ctx, cancel, err := limited(ctx)
	if err != nil {
		return syncer.Entry{}, err
	}
	defer cancel()
	kind, number, err := f.movable(old, name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	folder, name, err := f.place(parent, name, old.Name)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	if old.Guard, err = f.guard(ctx, old); err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q: %w", old.Name, err)
	}
	ch := Change{Name: name, IfMatch: string(old.Guard)}
	if f.entryID(TypeFolder, folder) != old.ParentID {
		ch.ParentID = folder
	}
	if ch.ParentID != "" && name == old.Name {
		ch.Name = "" // of a folder Box may refuse to change both at once
	}
	before := f.names.etag(kind, number, string(old.Guard))
	now, err := f.put(ctx, kind, number, ch)
	if ch.ParentID == "" && itsOwn(err, number, old.Name, name) {
		now, err = f.respell(ctx, kind, number, ch)
	}
	if err = f.outcome(ctx, moving, old, before, err); err != nil {
		return syncer.Entry{}, fmt.Errorf("move %q to %q: %w", old.Name, name, err)
	}
	f.names.note(folder, now)
	return f.child(folder, now), nil
}

func (f *FileSystem) movable(old syncer.Entry, name string) (kind, number string, err error) {
	kind, number, err = f.itemID(old.ID)
	switch {
	case err != nil:
		return "", "", err
	case kind == TypeFolder && number == RootID:
		return "", "", fmt.Errorf("the top folder stays where it is: %w", fs.ErrPermission)
	case kind == TypeFile && ownDocument(name) != "":
		return "", "", fmt.Errorf("the name %q would make it something else: %s: %w", name, ownDocument(name), syncer.ErrRefused)
	}
	return kind, number, nil
}

func (f *FileSystem) put(ctx context.Context, kind, number string, ch Change) (*Item, error) {
	if kind == TypeFolder {
		return f.client.PutFoldersID(ctx, number, ch)
	}
	return f.client.putItem(ctx, kind, number, ch)
}

// itsOwn reports whether a rename was refused because the item itself has the wanted name already, in
// another spelling.
func itsOwn(err error, number, old, name string) bool {
	refusal, ok := errors.AsType[*Error](err)
	if !ok || refusal.Code != CodeNameInUse || old == name || syncer.NameKey(old) != syncer.NameKey(name) {
		return false
	}
	return !slices.ContainsFunc(refusal.Conflicts, func(i Item) bool { return i.ID != number })
}

// respell changes the spelling of a name by way of another one, where Box does not do it at once. If
// the second step fails the item keeps the other name, a tag and all, until somebody gives it its own.
func (f *FileSystem) respell(ctx context.Context, kind, number string, ch Change) (*Item, error) {
	between, err := f.put(ctx, kind, number, Change{Name: aside(ch.Name, number), IfMatch: ch.IfMatch})
	if err != nil {
		return nil, err
	}
	now, err := f.put(ctx, kind, number, Change{Name: ch.Name, IfMatch: between.ETag})
	return now, openEnded("rename "+between.Name, err)
}

// aside is a name that nothing else has, for the time between two steps.
func aside(name, number string) string {
	sum := sha256.Sum256([]byte(number))
	ext := extension(name)
	stem := strings.TrimSuffix(name, ext)
	tag := " (" + hex.EncodeToString(sum[:6]) + ")"
	for stem != "" && len(stem)+len(tag)+len(ext) > 255 {
		stem = strings.ToValidUTF8(stem[:len(stem)-1], "")
	}
	return stem + tag + ext
}
