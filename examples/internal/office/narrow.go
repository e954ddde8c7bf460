package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Narrow is a part of a Link that is to be synced before anything else: one level of folders, or one item.
// Path begins with the tool, as in the Box folder of the Link.
type Narrow struct {
	Path string
	// Level means all that stands directly in Path; otherwise Path itself is meant.
	Level bool
}

// SyncNarrow looks at a part of a Link on both sides and syncs what has changed there. It asks no feed, so
// it takes a few calls. What earlier runs have left to do in the same tool is done, too; a tool that was
// never synced is synced as a whole.
func (o *Office) SyncNarrow(ctx context.Context, which string, n Narrow, opts SyncOptions) (*Synced, error) {
	before := o.Calls()
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return nil, err
	}
	if l.Paused {
		return rests(l), nil
	}
	parts, err := o.Links.Parts(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	part, names, err := splitPath(parts, inOurNames(ctx, parts, n.Path))
	if err != nil {
		return nil, err
	}
	out := &Synced{}
	hints, err := o.hints(ctx, part, names, n.Level)
	if errors.Is(err, fs.ErrNotExist) {
		if why, e := o.Links.Away(ctx, part); e == nil && why != "" {
			out.add([]mapping.Result{{Link: l.Name, Tool: part.Tool, Paused: why}})
			return out, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if err := o.file.Store.Append(ctx, part.Pair.Name, hints...); err != nil {
		return nil, err
	}
	observe := func(e *syncer.Options) { e.Observe = opts.Observe }
	report, err := o.Links.Record(ctx, part, cmp.Or(opts.By, "sync"), observe, func(e *syncer.Engine) (*syncer.Report, error) {
		return e.Run(ctx, &syncer.RunOptions{Confirm: opts.Confirm})
	})
	if report == nil {
		return nil, err
	}
	out.add([]mapping.Result{{Link: l.Name, Tool: part.Tool, Report: report, Err: err}})
	out.Totals.Calls = o.Calls().Since(before)
	return out, nil
}

// hints names what a run shall look at: what is there now on either side, and what is remembered of it.
func (o *Office) hints(ctx context.Context, p mapping.Part, names []string, level bool) ([]syncer.Hint, error) {
	at, err := o.locate(ctx, p, names)
	if err != nil {
		return nil, err
	}
	var ids [2][]string
	see := func(s spot) {
		for _, side := range bothSides {
			if s.entry[side] != nil && len(names) > 0 {
				ids[side] = append(ids[side], s.entry[side].ID)
			}
			if s.record != nil && s.record.ID != syncer.RootRecord && s.record.Half(side).ID != "" {
				ids[side] = append(ids[side], s.record.Half(side).ID)
			}
		}
	}
	see(at)
	if level {
		if err := o.level(ctx, p, at, &ids); err != nil {
			return nil, err
		}
	}
	var hints []syncer.Hint
	for _, side := range bothSides {
		slices.Sort(ids[side])
		for _, id := range slices.Compact(ids[side]) {
			hints = append(hints, syncer.Hint{Side: side, ID: id, At: time.Now()})
		}
	}
	return hints, nil
}

// level adds what stands directly in a folder, now or as remembered.
func (o *Office) level(ctx context.Context, p mapping.Part, at spot, ids *[2][]string) error {
	for _, side := range bothSides {
		e := at.entry[side]
		if e == nil {
			continue
		}
		if e.Kind != syncer.Folder {
			return fmt.Errorf("%q is no folder, and --level takes one; --file takes a file: %w", e.Name, syncer.ErrInvalid)
		}
		there, err := o.childIDs(ctx, side, p, *e)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		ids[side] = append(ids[side], there...)
	}
	if at.record == nil {
		return nil
	}
	view, err := o.file.Store.View(ctx, p.Pair.Name)
	if err != nil {
		return err
	}
	for r, err := range view.Children(ctx, at.record.ID) {
		if err != nil {
			return err
		}
		for _, side := range bothSides {
			if id := r.Half(side).ID; id != "" {
				ids[side] = append(ids[side], id)
			}
		}
	}
	return nil
}

// childIDs names what stands directly in a folder now. Of Box it reads that folder alone; Procore lists a
// tool as a whole.
func (o *Office) childIDs(ctx context.Context, side syncer.Side, p mapping.Part, folder syncer.Entry) ([]string, error) {
	var ids []string
	if side == syncer.Source {
		there, err := children(ctx, p.Pair.Source.FS, folder)
		for _, e := range there {
			ids = append(ids, e.ID)
		}
		return ids, err
	}
	b, err := o.Box(ctx)
	if err != nil {
		return nil, err
	}
	for item, err := range b.Client.GetFoldersIDItems(ctx, folder.ID) {
		if err != nil {
			return nil, err
		}
		switch item.Type {
		case box.TypeFile:
			ids = append(ids, "f"+item.ID) // see box.FileSystem
		case box.TypeFolder:
			ids = append(ids, item.ID)
		}
	}
	return ids, nil
}
