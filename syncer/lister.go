package syncer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
)

// lister goes through the listing of one side and keeps only what is not as recorded.
type lister struct {
	side Side
	t    *table
	// last folder looked up, since the contents of a folder come together.
	lastID  string
	lastRow RecordID

	count   int
	changed []Entry                // known IDs, not as recorded
	news    []Entry                // unknown IDs
	unread  []Entry                // folders whose contents could not be read
	guards  map[int32]Precondition // of items that are as recorded but for that
}

// meet takes one entry below the root.
func (l *lister) meet(e *Entry) {
	l.count++
	if e.Err != nil {
		l.unread = append(l.unread, *e)
	}
	i := l.t.row(l.side, e.ID)
	if i < 0 {
		l.news = append(l.news, *e)
		return
	}
	if e.ParentID != l.lastID {
		l.lastID, l.lastRow = e.ParentID, 0
		if p := l.t.row(l.side, e.ParentID); p >= 0 {
			l.lastRow = l.t.rows[p].id
		}
	}
	l.t.mark(l.side, i)
	if older := l.t.half[l.side].older; older != nil {
		older[i/64] &^= 1 << (i % 64)
	}
	r := &l.t.rows[i]
	if !r.present[l.side] || r.dormant || e.Skip != "" || l.lastRow == 0 ||
		l.t.half[l.side].sums[i] != l.t.sum(e.Kind, l.lastRow, e.Name, e.Content, e.Birth) {
		l.changed = append(l.changed, *e)
	} else if l.t.half[l.side].guard[i] != maphash.String(l.t.seed[0], string(e.Guard)) {
		l.guards[i] = e.Guard
	}
}

// list runs one side's listing until its end, an error, or the end of the budget at a bookmark.
func (o *observer) list(ctx context.Context, l *lister, from Frontier) (Frontier, error) {
	at := Entry{ID: o.ends[l.side].root, Kind: Folder}
	first := true
	bookmark := from
	for e, err := range o.ends[l.side].reader.List(ctx, at, from.From) {
		if errors.Is(err, ErrCursor) {
			return Frontier{}, &Error{"list", l.side, "", err, o.w.says(l.side)}
		}
		if err != nil {
			if first && errors.Is(err, fs.ErrNotExist) {
				return from, fmt.Errorf("root of %s is not there: %w: %w", o.w.says(l.side), ErrHalted, err)
			}
			o.ends[l.side].busy.note(err)
			return bookmark, &Error{"list", l.side, "", err, o.w.says(l.side)}
		}
		if first {
			first = false
			if err := checkRoot(o.ends[l.side], l.side, &e); err != nil {
				return from, err
			}
			o.rooted[l.side] = true
			continue
		}
		l.meet(&e)
		if l.count&1023 == 0 {
			o.progress(l.side, l.count)
		}
		if e.Resume != "" {
			bookmark.From = e.Resume
			if o.budget.spend() {
				return bookmark, nil
			}
		}
	}
	if first {
		return from, &Error{"list", l.side, "", errors.New("the listing did not begin with its root"), o.w.says(l.side)}
	}
	return Frontier{Done: true}, nil
}
