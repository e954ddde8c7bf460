package office

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// KnownFile is an item as it is remembered.
type KnownFile struct {
	Link string       `json:"link"`
	Tool mapping.Tool `json:"tool"`
	Path string       `json:"path"`
	Kind string       `json:"kind"`
	// State is "same" if both sides have it, "only in procore", "only in box", "differs" if one side could
	// not follow the other, or "hidden" if a rule or a lost right hides it. Reason says why it waits or is left.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Size is that of a file, -1 if it is not told.
	Size    int64      `json:"size"`
	Procore *KnownSide `json:"procore,omitempty"`
	Box     *KnownSide `json:"box,omitempty"`
}

// KnownSide is what is remembered of one side.
type KnownSide struct {
	ID       string    `json:"id"`
	Version  string    `json:"version,omitempty"`
	Name     string    `json:"name"`
	Digest   string    `json:"digest,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	Link     string    `json:"link,omitempty"`
}

// KnownFiles yields the items that are remembered of a Link, or of all if which is empty: what both sides had when
// they were last read, and what of it waits or is left alone. The services are not asked, and it works
// beside a watch. It keeps the folders of a tool, and what waits in it, in memory.
func (o *Office) KnownFiles(ctx context.Context, which string) iter.Seq2[KnownFile, error] {
	return func(yield func(KnownFile, error) bool) {
		links, err := o.chosen(ctx, which)
		if err != nil {
			yield(KnownFile{}, err)
			return
		}
		for _, l := range links {
			for _, tool := range l.Tools {
				view, err := o.file.Store.View(ctx, l.Pair(tool))
				if err == nil {
					k := &known{link: l.Name, tool: tool, view: view, folders: map[syncer.RecordID]shelved{}}
					if !k.all(ctx, yield) {
						return
					}
					continue
				}
				yield(KnownFile{}, err)
				return
			}
		}
	}
}

// known lists a tool.
type known struct {
	link    string
	tool    mapping.Tool
	view    syncer.View
	folders map[syncer.RecordID]shelved
	waits   map[syncer.RecordID]string
	others  []syncer.Pending // without a Record
}

// shelved is a folder: what it is called, and in which it stands.
type shelved struct {
	in   syncer.RecordID
	name string
}

func (k *known) all(ctx context.Context, yield func(KnownFile, error) bool) bool {
	if err := k.pending(ctx); err != nil {
		yield(KnownFile{}, err)
		return false
	}
	for r, err := range k.view.Records(ctx) {
		var f KnownFile
		switch {
		case err == nil && r.ID == syncer.RootRecord:
			continue
		case err == nil:
			f, err = k.file(ctx, &r)
		}
		if !yield(f, err) || err != nil {
			return false
		}
	}
	for _, p := range k.others {
		f := KnownFile{Link: k.link, Tool: k.tool, Path: k.tool.Folder() + "/" + p.Path, State: "only in " + string(on(p.Side)), Reason: p.Reason, Size: -1}
		side := &KnownSide{ID: p.ID, Name: p.Path[strings.LastIndexByte(p.Path, '/')+1:]}
		if f.Procore = side; p.Side == syncer.Destination {
			f.Procore, f.Box = nil, side
		}
		if !yield(f, nil) {
			return false
		}
	}
	return true
}

// pending gathers why items wait or are left alone.
func (k *known) pending(ctx context.Context) error {
	k.waits = map[syncer.RecordID]string{}
	for p, err := range k.view.Pending(ctx) {
		if err != nil {
			return err
		}
		if p.Record != 0 {
			k.waits[p.Record] = p.Reason
		} else {
			k.others = append(k.others, p)
		}
	}
	for h, err := range k.view.Holds(ctx) {
		if err != nil {
			return err
		}
		k.waits[h.Record] = h.Reason
	}
	return nil
}

func (k *known) file(ctx context.Context, r *syncer.Record) (KnownFile, error) {
	path, err := k.path(ctx, r)
	f := KnownFile{
		Link: k.link, Tool: k.tool, Path: path, Kind: r.Kind.String(), State: stateOf(r), Reason: k.waits[r.ID],
		Procore: knownSide(&r.Source), Box: knownSide(&r.Destination),
	}
	if r.Kind == syncer.File {
		f.Size = r.Source.Size
		if r.Source.Presence != syncer.Present {
			f.Size = r.Destination.Size
		}
	}
	return f, err
}

func stateOf(r *syncer.Record) string {
	here, there := r.Source.Presence == syncer.Present, r.Destination.Presence == syncer.Present
	switch {
	case r.Dormant:
		return "hidden"
	case here && !there:
		return "only in procore"
	case there && !here:
		return "only in box"
	case !here:
		return "gone"
	case r.Source.Behind || r.Destination.Behind || r.Source.OwnName || r.Destination.OwnName || r.ParentOn(syncer.Source) != r.ParentOn(syncer.Destination):
		return "differs"
	}
	return "same"
}

func knownSide(h *syncer.Half) *KnownSide {
	if h.Presence != syncer.Present {
		return nil
	}
	s := &KnownSide{ID: h.ID, Version: h.Content, Name: h.Name, Digest: string(h.Digest)}
	if h.Facts != nil {
		s.Link = h.Facts.Link
		if !h.Facts.Modified.IsZero() {
			s.Modified = h.Facts.Modified.UTC()
		}
	}
	return s
}

// path is that of a Record, with the tool. A chain of folders longer than any service has is damage.
func (k *known) path(ctx context.Context, r *syncer.Record) (string, error) {
	if r.Kind == syncer.Folder {
		k.folders[r.ID] = shelved{r.ParentID, r.Name}
	}
	names := []string{r.Name}
	for at := r.ParentID; at != syncer.RootRecord && at != 0; {
		up, ok := k.folders[at]
		if !ok {
			folder, err := k.view.Record(ctx, at)
			if err != nil {
				return "", err
			}
			up = shelved{folder.ParentID, folder.Name}
			k.folders[at] = up
		}
		if names = append(names, up.name); len(names) > 10_000 {
			return "", fmt.Errorf("record %d stands in itself: %w", r.ID, syncer.ErrDamaged)
		}
		at = up.in
	}
	slices.Reverse(names)
	return k.tool.Folder() + "/" + strings.Join(names, "/"), nil
}
