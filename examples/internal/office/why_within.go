package office

import (
	"context"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Within counts what waits or was left in a folder, however deep, as far as it is remembered.
type Within struct {
	Held      int `json:"held,omitempty"`
	Conflicts int `json:"conflicts,omitempty"`
	Failed    int `json:"failed,omitempty"`
	Left      int `json:"left,omitempty"`
}

// Waits reports whether something in the folder waits for a person or a retry.
func (w Within) Waits() bool { return w.Held+w.Conflicts+w.Failed > 0 }

// tellWithin counts what waits in a folder: that both sides have the folder says nothing of what is in it.
func (o *Office) tellWithin(ctx context.Context, w *Why, part mapping.Part, x *syncer.Explanation) error {
	if x.Kind != syncer.Folder {
		return nil
	}
	view, err := o.file.Store.View(ctx, part.Pair.Name)
	if err != nil {
		return err
	}
	in := folders{x.Source.Path, x.Destination.Path}
	held := map[syncer.RecordID]bool{}
	for h, err := range view.Holds(ctx) {
		if err != nil {
			return err
		}
		held[h.Record] = true
		if in.hold(h.Path) && h.Decision == syncer.Waiting {
			w.Within.Held++
		}
	}
	for p, err := range view.Pending(ctx) {
		if err != nil {
			return err
		}
		if in.hold(p.Path) && (p.Record == 0 || !held[p.Record]) {
			w.Within.count(p)
		}
	}
	return nil
}

func (w *Within) count(p syncer.Pending) {
	switch {
	case p.Conflict:
		w.Conflicts++
	case p.Result == syncer.Failed, p.Result == syncer.Blocked, p.Result == syncer.Dropped:
		w.Failed++
	default:
		w.Left++
	}
}

// folders are the paths of a folder on both sides. That of a tool is empty.
type folders [2]string

// hold reports whether a path leads into the folder.
func (f folders) hold(path string) bool {
	for _, folder := range f {
		if folder == "" && path != "" || folder != "" && strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}
