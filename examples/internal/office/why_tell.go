package office

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// tell takes over what an engine has found out.
func (w *Why) tell(x *syncer.Explanation, o *Office) {
	if x.Kind != 0 {
		w.Kind = x.Kind.String()
	}
	w.Procore, w.Box = o.whySide(x, syncer.Source), o.whySide(x, syncer.Destination)
	if !x.Header.Completed.IsZero() {
		w.Synced = x.Header.Completed.UTC()
	}
	for _, p := range x.Pending {
		w.Since = p.Since.UTC()
		w.By = whose(p.By)
		w.did(x, p.Did)
		if w.State == syncer.Failing.String() {
			w.mend(p.Cause, on(p.On))
		}
		if p.Result == syncer.Failed {
			w.Tries = p.Attempts
			if p.NotBefore.After(time.Now()) {
				w.NextTry = p.NotBefore.UTC()
			}
		}
	}
	w.Changes = len(x.Hints)
	for i := range x.Intents {
		in := &x.Intents[i]
		w.Open = append(w.Open, WhyEvent{At: in.At.UTC(), Op: in.Op.String(), On: on(in.On), Path: in.Name, By: whose(in.By)})
	}
	w.Events, w.Moved = w.outcomes(x.Outcomes), w.outcomes(x.Moves)
	w.Next, w.Before = w.actions(x.Next), w.actions(x.Before)
}

// did says what somebody did, and on which side: of what was deleted, or moved out, that is where it is missing.
func (w *Why) did(x *syncer.Explanation, deed syncer.Deeds) {
	w.DidOn = w.On.Other()
	switch deed {
	case syncer.DidDelete:
		w.Did = "deleted"
		for _, side := range bothSides {
			switch x.Standing(side).Whereabouts {
			case syncer.Outside:
				w.Did, w.DidOn = "moved out of the link", on(side)
			case syncer.InTrash:
				w.DidOn = on(side)
			}
		}
	case syncer.DidMove:
		w.Did = "moved or renamed"
	}
}

// mend says in plain words what went wrong on a side, and what to do about it.
func (w *Why) mend(c syncer.Cause, s Service) {
	r := RemedyOf(c).in(scene{w.Link, w.Tool, s, w.Evidence})
	w.Cause, w.Plain, w.Mend = c, r.Plain, r.Next
}

// place says where the item stands. One that was found by a path of before, or by its number, has another path than
// was asked about.
func (w *Why) place(x *syncer.Explanation, tool mapping.Tool) {
	path := cmp.Or(x.Destination.Path, x.Source.Path)
	if x.Destination.Whereabouts != syncer.Here && x.Source.Whereabouts == syncer.Here {
		path = x.Source.Path
	}
	if path == "" && len(x.Outcomes) > 0 {
		path = x.Outcomes[len(x.Outcomes)-1].Path
	}
	now := tool.Folder()
	if path != "" {
		now += "/" + path
	}
	switch {
	case w.Path == "":
		w.Path = now
	case len(x.Moves) > 0:
		w.Asked, w.Path = w.Path, now
	}
}

// tellRemembered says how the item was when it was last synced.
func (o *Office) tellRemembered(ctx context.Context, w *Why, part mapping.Part, x *syncer.Explanation) error {
	for _, side := range bothSides {
		if s := x.Standing(side); s.Whereabouts == syncer.Unreachable {
			w.mend(s.Cause, on(side))
		}
	}
	if x.Record == 0 {
		return nil
	}
	view, err := o.file.Store.View(ctx, part.Pair.Name)
	if err != nil {
		return err
	}
	r, err := view.Record(ctx, x.Record)
	if err == nil {
		w.Remembered = stateOf(&r)
	}
	return err
}

func (w *Why) outcomes(list []syncer.Outcome) (out []WhyEvent) {
	for i := range list {
		o := &list[i]
		if o.Op == syncer.OpDecline && slices.ContainsFunc(list, func(h syncer.Outcome) bool { return h.Result == syncer.Held && h.Reason == o.Reason }) {
			continue // that it stays there meanwhile is said by the hold
		}
		out = append(out, WhyEvent{
			At: o.At.UTC(), Op: o.Op.String(), On: on(o.On), Path: w.below(o.Path), From: w.below(otherThan(o.Path, o.From)), Result: o.Result.String(),
			Reason: o.Reason, Err: o.Err, By: whose(o.By),
		})
	}
	return out
}

func (w *Why) actions(list []syncer.Action) (out []WhyEvent) {
	for i := range list {
		a := &list[i]
		out = append(out, WhyEvent{Op: a.Op.String(), On: on(a.On), Path: w.below(a.Path), From: w.below(otherThan(a.Path, a.From)), Reason: why(a), By: whose(a.By)})
	}
	return out
}

// below is a path of the tool as people see it in the folder of the Link.
func (w *Why) below(path string) string {
	if path == "" {
		return ""
	}
	return w.Tool.Folder() + "/" + path
}

func otherThan(path, from string) string {
	if from == path {
		return ""
	}
	return from
}

func whose(a syncer.Author) *syncer.Author {
	if a == (syncer.Author{}) {
		return nil
	}
	if !a.At.IsZero() {
		a.At = a.At.UTC()
	}
	return &a
}

// whySide shows an item as a side has it.
func (o *Office) whySide(x *syncer.Explanation, side syncer.Side) *WhySide {
	return o.sideOf(*x.Standing(side), side)
}

func (o *Office) sideOf(s syncer.Standing, side syncer.Side) *WhySide {
	w := &WhySide{Service: on(side), Where: s.Whereabouts.String(), Path: s.Path, Err: s.Err}
	if s.Whereabouts == syncer.Unreachable {
		w.Plain = RemedyOf(s.Cause).in(scene{on: w.Service}).Plain
	}
	if e := s.Entry; e != nil {
		w.FileSide = FileSide{ID: e.ID, Name: e.Name, Modified: e.Modified, Link: o.webLink(side, e)}
		if e.Kind == syncer.File {
			w.Size = e.Size
		}
		if f := e.Facts; f != nil {
			w.Locked, w.Private = f.Locked, f.Private
			if s.Whereabouts != syncer.InTrash { // of what is there the service may name who put it there
				w.Author = whose(syncer.Author{ID: f.Author})
			}
		}
	}
	return w
}
