package syncertest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// shelf is the smallest whole connector, a syncer.FileSystem with Mover and Looker: files and folders in a
// map, by their IDs. There is no trash, and names are unique byte by byte.
type shelf struct {
	mu    sync.Mutex
	items map[string]item
	last  int // number that was given out last
}

// item is an Entry and, of a file, its contents. Both are replaced and never changed, so they may be handed out.
type item struct {
	syncer.Entry
	body []byte
}

func newShelf() *shelf {
	return &shelf{items: map[string]item{"root": {Entry: syncer.Entry{ID: "root", Kind: syncer.Folder}}}}
}

// Info states the facts. Guards holds because each call below looks and acts under one lock.
func (s *shelf) Info() syncer.Info {
	return syncer.Info{
		Service: "Shelf", File: syncer.FullAbilities(), Folder: syncer.FullAbilities(),
		Guards: syncer.Guards{Update: true, Rename: true, Move: true, Delete: true},
		Names:  syncer.Names{Unique: syncer.UniqueExact},
	}
}

// List yields at and then what is below it, as it was at one instant.
func (s *shelf) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		first, err := s.Look(ctx, at.ID)
		if err == nil && from != "" {
			err = syncer.ErrCursor // no Entry of ours has a Resume
		}
		if err != nil {
			yield(syncer.Entry{}, fmt.Errorf("list %s: %w", at.ID, err))
			return
		}
		s.mu.Lock()
		all := maps.Clone(s.items)
		s.mu.Unlock()
		s.walk(ctx, all, first, yield)
	}
}

func (s *shelf) walk(ctx context.Context, all map[string]item, at syncer.Entry, yield func(syncer.Entry, error) bool) bool {
	if err := ctx.Err(); err != nil {
		yield(syncer.Entry{}, err) // an error at the end says that it is not all
		return false
	}
	if !yield(at, nil) {
		return false
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if all[id].ParentID == at.ID && !s.walk(ctx, all, all[id].Entry, yield) {
			return false
		}
	}
	return true
}

func (s *shelf) Look(ctx context.Context, id string) (syncer.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, ok := s.items[id]
	if ctx.Err() == nil && !ok {
		return it.Entry, fmt.Errorf("look at %s: %w", id, fs.ErrNotExist)
	}
	return it.Entry, ctx.Err()
}

func (s *shelf) Open(ctx context.Context, file syncer.Entry) (io.ReadCloser, error) {
	if _, err := s.Look(ctx, file.ID); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.items[file.ID]
	if now.Content != file.Content {
		return nil, fmt.Errorf("open %s: %w", file.Name, syncer.ErrStale)
	}
	return io.NopCloser(bytes.NewReader(now.body)), nil
}

func (s *shelf) CreateFolder(ctx context.Context, parent syncer.Entry, name string) (syncer.Entry, error) {
	return s.put(ctx, syncer.Entry{Kind: syncer.Folder, ParentID: parent.ID, Name: name}, nil)
}

func (s *shelf) CreateFile(ctx context.Context, parent syncer.Entry, name string, c syncer.Content) (syncer.Entry, error) {
	return s.UpdateFile(ctx, syncer.Entry{Kind: syncer.File, ParentID: parent.ID, Name: name}, c)
}

func (s *shelf) UpdateFile(ctx context.Context, old syncer.Entry, c syncer.Content) (syncer.Entry, error) {
	body, err := read(ctx, c)
	if err != nil {
		return syncer.Entry{}, fmt.Errorf("write %s: %w", old.Name, err)
	}
	return s.put(ctx, old, body)
}

func (s *shelf) Move(ctx context.Context, old, parent syncer.Entry, name string) (syncer.Entry, error) {
	old.ParentID, old.Name = parent.ID, name
	return s.put(ctx, old, nil)
}

func (s *shelf) Delete(ctx context.Context, old syncer.Entry) (syncer.Trashed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.current(ctx, old); err != nil {
		return syncer.Trashed{}, fmt.Errorf("delete %s: %w", old.Name, err)
	}
	for _, it := range s.items {
		if it.ParentID == old.ID {
			return syncer.Trashed{}, fmt.Errorf("delete %s: holds %s: %w", old.Name, it.Name, fs.ErrExist)
		}
	}
	delete(s.items, old.ID)
	return syncer.Trashed{}, nil
}

// put makes an item, or gives one another name, place or, unless it is nil, body. All rules are asked before
// anything changes.
func (s *shelf) put(ctx context.Context, e syncer.Entry, body []byte) (syncer.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.allowed(ctx, e); err != nil {
		return syncer.Entry{}, fmt.Errorf("write %s: %w", e.Name, err)
	}
	s.last++
	number := fmt.Sprintf("%06d", s.last)
	if e.ID == "" {
		e.ID = number
	}
	if body != nil {
		e.Content, e.Size = number, int64(len(body))
	} else {
		body = s.items[e.ID].body
	}
	e.Guard = syncer.Precondition(number)
	s.items[e.ID] = item{e, body}
	return e, nil
}

func (s *shelf) allowed(ctx context.Context, e syncer.Entry) error {
	if err := s.Info().Names.Check(e.Name); err != nil {
		return err
	}
	if err := s.current(ctx, e); e.ID != "" && err != nil {
		return err
	}
	if s.items[e.ParentID].Kind != syncer.Folder {
		return fmt.Errorf("its folder: %w", fs.ErrNotExist)
	}
	for up := e.ParentID; e.ID != "" && up != ""; up = s.items[up].ParentID {
		if up == e.ID {
			return fmt.Errorf("into itself: %w", syncer.ErrRefused)
		}
	}
	for _, it := range s.items {
		if it.ParentID == e.ParentID && it.Name == e.Name && it.ID != e.ID {
			return fs.ErrExist
		}
	}
	return ctx.Err()
}

// current says whether an item is as the caller saw it.
func (s *shelf) current(ctx context.Context, old syncer.Entry) error {
	now, ok := s.items[old.ID]
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ok:
		return fs.ErrNotExist
	case now.Guard != old.Guard:
		return syncer.ErrStale
	}
	return nil
}

// read returns a body that is just what was announced, or an error.
func read(ctx context.Context, c syncer.Content) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := c.Open(ctx)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if c.Size != syncer.UnknownSize && c.Size != int64(len(body)) || c.Digest != "" && c.Digest != c.Digest.Algorithm().Of(body) {
		return nil, fmt.Errorf("contents are not as announced: %w", syncer.ErrStale)
	}
	return body, nil
}

// A whole connector over a map: it passes the suite, and is kept in step with another service. To begin one
// of your own, copy the file of this example.
func ExampleCheckFileSystem_connector() {
	ctx := context.Background()
	err := syncertest.CheckFileSystem(ctx, func(context.Context) (*syncertest.Harness, error) {
		return &syncertest.Harness{FS: newShelf(), Root: "root"}, nil
	})
	fmt.Println("promises broken:", err)

	mine, theirs := newShelf(), syncertest.New(syncertest.Options{}, syncertest.Tree{"Drawings/A-101.pdf": "first issue"})
	engine, err := syncer.New(memory.New(memory.Options{}), syncer.Pair{
		Name:        "drawings",
		Source:      syncer.Endpoint{FS: mine, Root: "root"},
		Destination: syncer.Endpoint{FS: theirs.Connect(), Root: theirs.Root()},
	}, nil)
	if err != nil {
		panic(err)
	}
	report, err := engine.Run(ctx, nil)
	if err != nil {
		panic(err)
	}
	fmt.Print(report)
	for e := range mine.List(ctx, syncer.Entry{ID: "root"}, "") {
		fmt.Printf("%s %q\n", e.Kind, e.Name)
	}
	// Output:
	// promises broken: <nil>
	// drawings: 2 writes (1 uploads, 0 moves, 0 deletes), 0 conflicts, 0 held, 0 skipped, 0 failed
	// folder ""
	// folder "Drawings"
	// file "A-101.pdf"
}
