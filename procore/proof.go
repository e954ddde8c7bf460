package procore

import (
	"context"
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

// mostMade is how many folders are remembered.
const mostMade = 4096

// makings are the numbers of folders that this process has made. What it forgets costs a look later.
type makings struct {
	mu   sync.Mutex
	made map[ID]bool
}

func (m *makings) note(id ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.made) >= mostMade || m.made == nil {
		m.made = map[ID]bool{}
	}
	m.made[id] = true
}

func (m *makings) has(id ID) bool {
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

// madeFolder finds out what became of the creation of a folder. A new and empty one of this account, of
// which this process knows nothing, is the one that was to be made.
func (t *tool) madeFolder(ctx context.Context, parent ID, name string, began time.Time, err error) (*Folder, error) {
	if !unclear(ctx, err) {
		return nil, err
	}
	there, lookErr := t.client.named(ctx, t.in, parent, name, nil)
	switch {
	case lost(lookErr):
		return nil, proof(fs.ErrNotExist, err) // what is made in a folder goes where that went
	case lookErr != nil || there == nil:
		return nil, err
	case !there.Folder || t.makings.has(there.ID):
		return nil, proof(fs.ErrExist, err) // it was there before
	}
	rows := 0
	ours, before := false, false
	for d, err := range t.client.GetDocuments(ctx, t.in, DocumentQuery{FolderID: there.ID, PageSize: 2}) {
		if rows++; err != nil || rows > 2 {
			break
		}
		if d.ID == there.ID && d.Type == TypeFolder {
			before = d.CreatedAt.Before(began.Add(-clockSkew))
			ours = !before && d.CreatedBy != nil && d.CreatedBy.ID.String() == t.account
		}
	}
	switch {
	case before:
		return nil, proof(fs.ErrExist, err)
	case !ours || rows != 1:
		return nil, err
	}
	made, lookErr := t.client.GetFoldersID(ctx, t.in, there.ID, FolderQuery{NoFolders: true, NoFiles: true})
	if lookErr != nil || made.Name != name {
		return nil, err
	}
	return made, nil
}
