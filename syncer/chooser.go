package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// chooser makes another version of a conflict count that was settled.
type chooser struct {
	e     *Engine
	view  View
	clash *Clash
	out   *Chosen
	rec   Record
	now   [2]Entry // the file as it is
	copy  *Record  // what the other version has become, nil if it is no file of its own
}

func (c *chooser) again(ctx context.Context, r Resolution, o *ChooseOptions) error {
	if err := c.look(ctx); err != nil {
		return err
	}
	holds, ok := c.holds(&c.rec)
	if !ok {
		return fmt.Errorf("%q was edited after the conflict was settled: %w", c.clash.Path, ErrStale)
	}
	if r == KeepBoth {
		if c.copy != nil {
			return nil
		}
		return c.makeCopy(ctx, holds.Other())
	}
	want := Source
	if r == TakeDestination {
		want = Destination
	}
	c.out.On = want
	if holds != want {
		if err := c.put(ctx, want); err != nil {
			return err
		}
	}
	if !o.DropCopy || c.copy == nil {
		return nil
	}
	return c.drop(ctx, want)
}

// look reads the file on both sides, and what is known of the copy. Both must be as recorded.
func (c *chooser) look(ctx context.Context) (err error) {
	if c.rec, err = c.view.Record(ctx, c.clash.Record); err != nil {
		return fmt.Errorf("%q is gone: %w", c.clash.Path, err)
	}
	for _, side := range sides {
		if c.now[side], err = c.entry(ctx, &c.rec, side); err != nil {
			return err
		}
	}
	if c.clash.CopyRecord == 0 {
		return nil
	}
	r, err := c.view.Record(ctx, c.clash.CopyRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	c.copy = &r
	return err
}

// entry reads an item on a side, and refuses one that is not as recorded.
func (c *chooser) entry(ctx context.Context, r *Record, side Side) (Entry, error) {
	h := r.Half(side)
	looker := c.e.ends[side].looker
	if looker == nil {
		return Entry{}, fmt.Errorf("%s shows nobody a single item: %w", c.e.says(side), errors.ErrUnsupported)
	}
	if h.Presence != Present || h.Behind {
		return Entry{}, fmt.Errorf("%q is not in step: %w", r.Name, ErrStale)
	}
	e, err := looker.Look(ctx, h.ID)
	switch {
	case err != nil:
		return e, err
	case e.Trashed:
		return e, fmt.Errorf("%q is in the trash of %s: %w", r.Name, c.e.says(side), fs.ErrNotExist)
	case e.Stamp() != h.Stamp():
		return e, fmt.Errorf("%q was edited on %s since the last run: %w", r.Name, c.e.says(side), ErrStale)
	}
	return e, nil
}

// holds tells which of the two versions a Record has on both sides.
func (c *chooser) holds(r *Record) (Side, bool) {
	for _, side := range sides {
		if r.Half(side).Stamp() == c.clash.Version(side).Stamp {
			return side, true
		}
	}
	for _, side := range sides {
		for _, at := range sides {
			if d := c.clash.Version(side).Digest; d.Comparable(r.Half(at).Digest) && d == r.Half(at).Digest {
				return side, true
			}
		}
	}
	return 0, false
}

// put makes the version that side once had the current one there: from the copy that it has become, or
// from the file's own history.
func (c *chooser) put(ctx context.Context, side Side) error {
	end := c.e.ends[side]
	if end.fs == nil {
		return fmt.Errorf("%s can only be read: %w", c.e.says(side), errors.ErrUnsupported)
	}
	var wrote Entry
	var err error
	if c.copy != nil {
		if holds, ok := c.holds(c.copy); !ok || holds != side {
			return fmt.Errorf("the copy %q was edited after the conflict was settled: %w", c.copy.Name, ErrStale)
		}
		var from Entry
		if from, err = c.entry(ctx, c.copy, side); err != nil {
			return err
		}
		wrote, err = end.fs.UpdateFile(ctx, c.now[side], Content{
			Size: from.Size, Digest: from.Digest, Modified: from.Modified,
			Open: func(ctx context.Context) (io.ReadCloser, error) { return end.reader.Open(ctx, from) },
		})
	} else {
		var v Version
		if v, err = c.version(ctx, side); err != nil {
			return err
		}
		wrote, err = end.versions.Promote(ctx, c.now[side], v)
	}
	if err != nil {
		return err
	}
	c.out.Wrote = &wrote
	return c.tell(ctx, side, wrote.ID)
}

// version finds the version of side in the history of the file.
func (c *chooser) version(ctx context.Context, side Side) (Version, error) {
	end, met := c.e.ends[side], c.clash.Version(side)
	if end.versions == nil {
		return Version{}, fmt.Errorf("%s shows no earlier versions: %w", c.e.says(side), errors.ErrUnsupported)
	}
	if c.now[side].ID == met.ID {
		for v, err := range end.versions.Versions(ctx, c.now[side]) {
			if err != nil {
				return v, err
			}
			if v.Content == met.Content {
				return v, nil
			}
		}
	}
	return Version{}, fmt.Errorf("the version that %s had is not in the history of %q any more: %w", c.e.says(side), c.clash.Path, fs.ErrNotExist)
}

// makeCopy puts the version that side once had beside the file.
func (c *chooser) makeCopy(ctx context.Context, side Side) error {
	end := c.e.ends[side]
	v, err := c.version(ctx, side)
	if err != nil {
		return err
	}
	if end.fs == nil {
		return fmt.Errorf("%s can only be read: %w", c.e.says(side), errors.ErrUnsupported)
	}
	body := Content{Size: v.Size, Digest: v.Digest, Modified: v.Modified, Open: func(ctx context.Context) (io.ReadCloser, error) {
		return end.versions.OpenVersion(ctx, c.now[side], v)
	}}
	rules := [2]Names{c.e.ends[Source].info.Names, c.e.ends[Destination].info.Names}
	for attempt := range 8 {
		name := invent(c.now[side].Name, "conflict ", v.Content, attempt, rules)
		made, err := end.fs.CreateFile(ctx, Entry{ID: c.now[side].ParentID, Kind: Folder}, name, body)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		c.out.On, c.out.Wrote = side, &made
		return c.tell(ctx, side, made.ID)
	}
	return fmt.Errorf("no name is free for a copy of %q: %w", c.clash.Path, fs.ErrExist)
}

// drop moves the copy to the trash of side.
func (c *chooser) drop(ctx context.Context, side Side) error {
	if _, ok := c.holds(c.copy); !ok {
		return fmt.Errorf("the copy %q was edited after the conflict was settled, and stays: %w", c.copy.Name, ErrStale)
	}
	e, err := c.entry(ctx, c.copy, side)
	if err != nil {
		return err
	}
	end := c.e.ends[side]
	if end.fs == nil {
		return fmt.Errorf("%s can only be read: %w", c.e.says(side), errors.ErrUnsupported)
	}
	if _, err := end.fs.Delete(ctx, e); err != nil {
		return fmt.Errorf("drop the copy %q: %w", c.copy.Name, err)
	}
	c.out.Dropped = &e
	return c.tell(ctx, side, e.ID)
}

// tell lets the next run know what was written.
func (c *chooser) tell(ctx context.Context, side Side, id string) error {
	err := c.e.store.Append(ctx, c.e.pair.Name, Hint{Side: side, ID: id, At: c.e.opts.Clock()})
	if err != nil {
		return fmt.Errorf("it is written, and a full scan will find it: %w", err)
	}
	return nil
}
