package procore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// List implements syncer.Reader. It costs one call for at, and one for each two thousand documents below
// it: Procore's flat index is read, not folder by folder. It must be read to its end before anything but
// at can be told, since its order is not that of a tree; it is kept in about a hundred bytes a document.
// A listing can not be resumed.
//
// An index that is not what its own figures say, or that lacks what the folder itself shows, is read
// again. If it does not come out right the listing ends with an error, so that nothing is taken for
// missing.
func (f *Documents) List(ctx context.Context, at syncer.Entry, from syncer.Token) iter.Seq2[syncer.Entry, error] {
	return func(yield func(syncer.Entry, error) bool) {
		err := f.list(ctx, at, from, func(e syncer.Entry) bool { return yield(e, nil) })
		if err != nil && !errors.Is(err, errLeft) {
			yield(syncer.Entry{}, err)
		}
	}
}

// errLeft says that whoever reads a listing has enough of it.
var errLeft = errors.New("nobody reads on")

func (f *Documents) list(ctx context.Context, at syncer.Entry, from syncer.Token, yield func(syncer.Entry) bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	number, folder, err := itemID(at.ID)
	switch {
	case err != nil:
		return fmt.Errorf("list: %w", err)
	case from != "":
		return fmt.Errorf("list document %s from %.40q: listings are not resumed: %w", number, from, syncer.ErrCursor)
	}
	ctx = connect.WithClass(ctx, syncer.Bulk)
	if !folder {
		file, err := f.client.GetFilesID(ctx, f.in, number)
		if err == nil && file.IsDeleted {
			err = errBinned
		}
		if err != nil {
			return fmt.Errorf("list file %s: %w", number, err)
		}
		it := f.fromFile(file)
		yield(it.entry())
		return nil
	}
	top, x, err := f.below(ctx, number)
	if err != nil {
		return fmt.Errorf("list folder %s: %w", number, err)
	}
	if !yield(top.entry()) {
		return errLeft
	}
	return x.walk(ctx, top.id, yield)
}

// walk yields what is below a folder, each folder before its contents. What Procore keeps itself is told
// and not looked into, and its recycle bin is not part of the tree.
func (x *index) walk(ctx context.Context, folder ID, yield func(syncer.Entry) bool) error {
	next := []ID{folder}
	for len(next) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := next[len(next)-1]
		next = next[:len(next)-1]
		for r := range x.children(at) {
			if r.flags.has(isBin|isDeleted) || r.folder && r.id == folder {
				continue
			}
			it := x.item(r)
			if !yield(it.entry()) {
				return errLeft
			}
			if r.folder && !r.flags.has(isReadOnly) {
				next = append(next, r.id)
			}
		}
	}
	return nil
}

// readings is how often the index is read until it comes out right.
const readings = 3

// order is that in which it is read. What is new comes last of its kind in the first; two of them seldom pass over
// the same item.
func (f *Documents) order(try int) string {
	switch {
	case try%2 == 1:
		return "name"
	case f.client.options.V2:
		return "document_type,created_at"
	}
	return "document_type_then_created_at"
}

// errUnsteady is for an index that does not come out right.
var errUnsteady = errors.New("the index of documents is not complete")

// below reads a folder, and the flat index of what is below it.
func (f *Documents) below(ctx context.Context, number ID) (*item, *index, error) {
	x := &index{}
	var last set
	for try := range readings {
		folder, err := f.client.folder(ctx, f.in, number, FolderQuery{Latest: true})
		if err == nil && folder.IsDeleted {
			err = errBinned
		}
		if err != nil {
			return nil, nil, err
		}
		top := fromFolder(folder)
		told, err := f.read(ctx, x, number, f.order(try))
		if err != nil {
			return nil, nil, err
		}
		if told.right() || try > 0 && told.twice == 0 && told.set == last {
			x.forget(told.from)
		} else if last = told.set; !told.totals[x.size()] || len(told.totals) > 1 {
			continue // not even what all readings together have shown is all
		}
		if x.holds(folder) {
			return &top, x, nil
		}
		last = told.set
	}
	return nil, nil, fmt.Errorf("folder %s: %w: read %d times, it never was what it says of itself", number, errUnsteady, readings)
}

// reading is what an index tells of itself while it is read.
type reading struct {
	set

	from   int // the first row of it
	twice  int
	totals map[int]bool
}

// set stands for the documents that a reading has shown.
type set struct {
	size int
	sum  uint64
}

// right reports whether all pages name one total, and just so many documents have come. Where Procore
// names none, a page that repeats something shows that others have slipped.
func (r *reading) right() bool {
	return r.twice == 0 && (len(r.totals) == 0 || len(r.totals) == 1 && r.totals[r.size])
}

// read adds all documents below a folder to x, or all there are if number is 0 or the top folder.
func (f *Documents) read(ctx context.Context, x *index, number ID, sort string) (*reading, error) {
	told := &reading{from: len(x.rows), totals: map[int]bool{}}
	q := DocumentQuery{Sort: sort, FolderID: number, told: func(h http.Header) {
		if total, err := strconv.Atoi(h.Get("Total")); err == nil {
			told.totals[total] = true
			x.reserve(total)
		}
	}}
	for d, err := range f.client.GetDocuments(ctx, f.in, q) {
		if err != nil {
			return nil, err
		}
		it := f.fromIndex(&d)
		if err := x.add(&it); err != nil {
			return nil, err
		}
	}
	told.set, told.twice = x.since(told.from)
	x.build()
	return told, nil
}

// holds reports whether all that a folder shows directly is in the index. An index that is empty or
// short for no known reason does not.
func (x *index) holds(folder *Folder) bool {
	there := map[ID]bool{}
	files := map[ID]bool{}
	for r := range x.children(folder.ID) {
		if r.folder {
			there[r.id] = true
		} else {
			files[r.id] = true
		}
	}
	for _, d := range folder.Folders {
		if !there[d.ID] && !d.IsDeleted && !d.IsRecycleBin {
			return false
		}
	}
	for _, d := range folder.Files {
		if !files[d.ID] && !d.IsDeleted {
			return false
		}
	}
	return true
}
