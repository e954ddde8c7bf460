package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// If an answer is lost the client looks for the effect of the call, and says honestly when it cannot
// tell. A file system knows more: what it has made before, and whose account it is. Where that proves
// what became of the call, nobody has to look again.

// clockSkew is how far Procore's clock may be from ours.
const clockSkew = time.Minute

// mostMade is how many documents are remembered.
const mostMade = 4096

// makings are the IDs of what this process has made. Of documents, what it forgets costs a look later.
type makings struct {
	mu   sync.Mutex
	made map[string]bool
}

func (m *makings) note(it *item) { m.add(it.entryID()) }

func (m *makings) add(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.made) >= mostMade || m.made == nil {
		m.made = map[string]bool{}
	}
	m.made[id] = true
}

func (m *makings) has(there *Sibling) bool {
	it := item{id: there.ID, folder: there.Folder}
	return m.knows(it.entryID())
}

func (m *makings) knows(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made[id]
}

// unclear reports whether an error leaves open what was done, and there is time to find out.
func unclear(ctx context.Context, err error) bool {
	return err != nil && !syncer.NotDone(err) && ctx.Err() == nil
}

// proof is what an unclear error turned out to be.
func proof(sentinel, err error) error {
	return fmt.Errorf("%w (%v)", sentinel, err) //nolint:errorlint // what err is made of is not proved
}

// outcome finds out what became of a change of a document. One that is as it was, and of which the last
// try was refused, was not changed: the client tries again only when nothing can come late any more. more,
// if not nil, makes more of a refusal than its status and body tell.
func (t *tool) outcome(ctx context.Context, was *item, err error, more func(context.Context, *Error)) error {
	refusal, ok := errors.AsType[*Error](err)
	if !unclear(ctx, err) || !ok || refusal.kind == nil || errors.Is(refusal.kind, syncer.ErrBusy) {
		return err
	}
	now, _, lookErr := t.show(ctx, was.id, was.folder, FolderQuery{NoFolders: true, NoFiles: true})
	if lookErr != nil || now.flags.has(isDeleted) || now.guard() != was.guard() {
		return err
	}
	if more != nil {
		more(ctx, refusal)
	}
	return proof(refusal.kind, err)
}

// taken finds out about the creation of a name of which nobody knows whether it was made. What stands
// there, if anything, is not known to be ours. An error is proved if it was there before the call.
func (t *tool) taken(ctx context.Context, parent ID, name string, began time.Time, err error) (*Sibling, error) {
	if !unclear(ctx, err) {
		return nil, err
	}
	there, lookErr := t.client.named(ctx, t.in, parent, name, nil)
	switch {
	case lost(lookErr):
		return nil, proof(fs.ErrNotExist, err) // what is made in a folder goes where that went
	case lookErr != nil || there == nil:
		return nil, err
	case t.makings.has(there):
		return nil, proof(fs.ErrExist, err)
	case !there.Folder:
		file, lookErr := t.client.GetFilesID(ctx, t.in, there.ID)
		if lookErr == nil && !file.CreatedAt.IsZero() && file.CreatedAt.Before(began.Add(-clockSkew)) {
			return nil, proof(fs.ErrExist, err)
		}
	}
	return there, err
}

// madeFolder finds out what became of the creation of a folder. A new and empty one of this account, of
// which this process knows nothing, is the one that was to be made.
func (t *tool) madeFolder(ctx context.Context, parent ID, name string, began time.Time, err error) (*Folder, error) {
	there, err := t.taken(ctx, parent, name, began, err)
	if there == nil || !there.Folder {
		return nil, err
	}
	rows, ours := 0, false
	for d, rowErr := range t.client.GetDocuments(ctx, t.in, DocumentQuery{FolderID: there.ID, PageSize: 2}) {
		if rows++; rowErr != nil || rows > 1 {
			return nil, err
		}
		if d.ID != there.ID || d.Type != TypeFolder {
			return nil, err
		}
		if d.CreatedAt.Before(began.Add(-clockSkew)) {
			return nil, proof(fs.ErrExist, err)
		}
		ours = d.CreatedBy != nil && d.CreatedBy.ID.String() == t.account
	}
	if !ours {
		return nil, err
	}
	made, lookErr := t.client.GetFoldersID(ctx, t.in, there.ID, FolderQuery{NoFolders: true, NoFiles: true})
	if lookErr != nil || made.Name != name {
		return nil, err
	}
	return made, nil
}
