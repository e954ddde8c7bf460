package box

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// trail is the way from where a listing began down to a folder: the numbers of the folders, the start
// first.
type trail []string

const trailMark = "box1:"

// token is where a listing goes on behind a folder.
func (t trail) token() syncer.Token { return syncer.Token(trailMark + strings.Join(t, "/")) }

func (t trail) below(number string) trail { return append(slices.Clip(t), number) }

func readTrail(start string, from syncer.Token) (trail, error) {
	text, ours := strings.CutPrefix(string(from), trailMark)
	t := trail(strings.Split(text, "/"))
	for _, number := range t {
		ours = ours && checkID("folder", number) == nil
	}
	if !ours || t[0] != start {
		return nil, fmt.Errorf("list folder %s from %.40q: %w", start, from, syncer.ErrCursor)
	}
	return t, nil
}

// later notes folders for after what is gone through now, in the order of their numbers.
func (w *walk) later(folders []step) {
	slices.SortFunc(folders, func(a, b step) int { return -byNumber(a.number, b.number) })
	w.next = append(w.next, folders...)
}

// byNumber compares numbers as they are written.
func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

// resume finds the place where a listing ended: what is left are the folders in the last one, and in
// each folder above it those with greater numbers.
func (w *walk) resume(ctx context.Context, first syncer.Entry, start string, from syncer.Token) {
	way, err := readTrail(start, from)
	if err != nil {
		w.fail(err)
		return
	}
	for i, number := range way {
		folders, err := w.folders(ctx, way[:i+1])
		if err != nil {
			w.fail(err)
			return
		}
		if i+1 < len(way) {
			passed := way[i+1]
			if !slices.ContainsFunc(folders, func(s step) bool { return s.number == passed }) {
				w.fail(fmt.Errorf("folder %s is not in folder %s any more: %w", passed, number, syncer.ErrCursor))
				return
			}
			folders = slices.DeleteFunc(folders, func(s step) bool { return byNumber(s.number, passed) <= 0 })
		}
		w.later(folders)
	}
	w.tell(first)
	w.flush("")
}

// folders reads which folders stand in the last folder of a trail.
func (w *walk) folders(ctx context.Context, way trail) ([]step, error) {
	number := way[len(way)-1]
	var folders []step
	for item, err := range w.f.client.GetFoldersIDItems(ctx, number) {
		switch {
		case unreadable(err):
			return nil, fmt.Errorf("folder %s cannot be read any more: %w", number, syncer.ErrCursor)
		case err != nil:
			return nil, fmt.Errorf("list folder %s: %w", number, err)
		case item.Type == TypeFolder && !item.Trashed():
			folders = append(folders, step{w.f.child(number, &item), item.ID, way.below(item.ID)})
		}
	}
	return folders, nil
}
