package box

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// remembered is how long a position is relied on. Box keeps events for two weeks at least; how it
// answers a position that it has forgotten is not known, and it may be with silence.
const remembered = 13 * 24 * time.Hour

// Now implements syncer.Feed. It costs one call.
func (f *FileSystem) Now(ctx context.Context) (syncer.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	page, err := f.client.GetEvents(ctx, Events{Position: Now})
	if err != nil {
		return "", fmt.Errorf("take position in events: %w", err)
	}
	return f.cursor(page.Next), nil
}

// cursor holds beside the position when it was taken, to know when it is too old.
func (f *FileSystem) cursor(p Position) syncer.Cursor {
	return syncer.Cursor(string(p) + "@" + strconv.FormatInt(f.now().Unix(), 10))
}

func (f *FileSystem) position(from syncer.Cursor) (Position, error) {
	position, taken, _ := strings.Cut(string(from), "@")
	seconds, err := strconv.ParseInt(taken, 10, 64)
	switch {
	case err != nil || position == "" || position == string(Now):
		return "", fmt.Errorf("%.40q is no position in events: %w", from, syncer.ErrCursor)
	case f.now().Sub(time.Unix(seconds, 0)) > remembered:
		return "", fmt.Errorf("the position in events is from %s: %w", time.Unix(seconds, 0).UTC().Format(time.DateOnly), syncer.ErrCursor)
	}
	return Position(position), nil
}

// Changes implements syncer.Feed: one page of the user's events, which tell of everything that the
// user owns or was invited to, our own writes among it. It costs one call. An event is a hint to look,
// so it does no harm that Box repeats and shuffles events.
func (f *FileSystem) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", false, err
	}
	position, err := f.position(from)
	if err != nil {
		return nil, "", false, err
	}
	page, err := f.client.GetEvents(ctx, Events{Position: position})
	if refusal, ok := errors.AsType[*Error](err); ok && forgotten(refusal) {
		err = fmt.Errorf("%w: %w", syncer.ErrCursor, err)
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("read events: %w", err)
	}
	var hints []syncer.Hint
	for i := range page.Entries {
		if h, ok := f.hint(&page.Entries[i]); ok {
			hints = append(hints, h)
		}
	}
	// A page may be short while there is more; only an empty one ends the stream.
	more := len(page.Entries) > 0 && page.Next != position
	return hints, f.cursor(page.Next), more, nil
}

// forgotten reports whether a refusal may be about the position. What is about the account or its
// pace is not.
func forgotten(e *Error) bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.Status >= 400 && e.Status < 500
}

// hint says where to look because of an event, if it is about anything that is synced.
func (f *FileSystem) hint(e *Event) (syncer.Hint, bool) {
	access := strings.HasPrefix(e.EventType, "COLLAB_") || strings.HasPrefix(e.EventType, "GROUP_")
	source := e.Source
	switch {
	case source != nil && (source.Type == TypeFile || source.Type == TypeFolder || source.Type == TypeWebLink):
		return syncer.Hint{
			ID: f.entryID(source.Type, source.ID), Within: f.within(source), Guard: guard(e), Did: did(e.EventType), By: by(e.CreatedBy), At: e.CreatedAt,
		}, true
	case access:
		return syncer.Hint{Full: true, At: e.CreatedAt}, true // a tree has come or gone, and nobody says which
	case e.Err != nil && source == nil:
		return syncer.Hint{Full: true, At: e.CreatedAt}, true
	}
	return syncer.Hint{}, false // of what is gone for good, or is no item
}

// guard is the token that an item got by an event, if it is known to have got one: by that our own
// writes are recognised. Which other events raise the etag is not documented.
func guard(e *Event) syncer.Precondition {
	switch e.EventType {
	case EventCreate, EventUpload, EventMove, EventRename:
		if !e.Source.Trashed() {
			return syncer.Precondition(e.Source.ETag)
		}
	}
	return ""
}

// did is what an event of a stream, or the trigger of a webhook, tells of an item.
func did(event string) syncer.Deeds {
	switch event {
	case EventCreate, EventUpload, EventCopy, EventPromote, TriggerFolderCreated, TriggerFileCopied, TriggerFolderCopied:
		return syncer.DidWrite
	case TriggerFileUploaded: // perhaps it was moved into the folder
		return syncer.DidWrite | syncer.DidMove
	case EventMove, EventRename, TriggerFileMoved, TriggerFileRenamed, TriggerFolderMoved, TriggerFolderRenamed:
		return syncer.DidMove
	case EventTrash, TriggerFileTrashed, TriggerFileDeleted, TriggerFolderTrashed, TriggerFolderDeleted:
		return syncer.DidDelete
	case EventRestore, TriggerFileRestored, TriggerFolderRestored:
		return syncer.DidRestore
	}
	return 0
}

// by is the account that an event names, with the name and the address that people know it by.
func by(u *User) syncer.Author {
	switch {
	case u == nil || u.ID == "":
		return syncer.Author{}
	case u.ID == AnonymousID:
		return syncer.Author{ID: u.ID, Name: "somebody who was not signed in"}
	}
	return syncer.Author{ID: u.ID, Name: connect.Called(u.Name, u.Login)}
}

// within names the folders that hold an item, innermost first. They are complete or nothing: then the
// engine looks. What is in the trash matters only to those who know it.
func (f *FileSystem) within(item *Item) []string {
	if item.Trashed() {
		return []string{f.entryID(TypeFolder, TrashID)}
	}
	if item.Path == nil {
		return nil
	}
	var ids []string
	for _, folder := range slices.Backward(item.Path.Entries) {
		ids = append(ids, f.entryID(TypeFolder, folder.ID))
	}
	return ids
}

// waiting is the one connection on which a FileSystem waits for events.
type waiting struct {
	place    chan struct{} // holds one while somebody waits
	realtime *Realtime
}

// Wait returns when it makes sense to ask for Changes from a position: at once if there are some, and
// now and then without any. It waits at a host of its own, so it costs next to no calls. Several
// callers wait one after the other; a program needs one for each credential.
func (f *FileSystem) Wait(ctx context.Context, from syncer.Cursor) error {
	position, err := f.position(from)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case f.waiting.place <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-f.waiting.place }()
	return f.waiting.realtime.Wait(ctx, position)
}
