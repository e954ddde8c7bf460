package office

import (
	"time"

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
		switch p.Did {
		case syncer.DidDelete:
			w.Did = "deleted"
		case syncer.DidMove:
			w.Did = "moved or renamed"
		}
		if p.Result == syncer.Failed {
			w.Tries = p.Attempts
			if p.NotBefore.After(time.Now()) {
				w.NextTry = p.NotBefore.UTC()
			}
		}
	}
	if len(x.Holds) > 0 && x.Condition == syncer.OnHold {
		h := x.Holds[0]
		w.Action = h.Action
		if !h.Since.IsZero() {
			w.Since = h.Since.UTC()
		}
		switch h.Decision {
		case syncer.Approved:
			w.Decision = "approved"
		case syncer.Rejected:
			w.Decision = "rejected"
		}
	}
	w.Changes = len(x.Hints)
	for i := range x.Intents {
		in := &x.Intents[i]
		w.Open = append(w.Open, WhyEvent{At: in.At.UTC(), Op: in.Op.String(), On: on(in.On), Path: in.Name, By: whose(in.By)})
	}
	for i := range x.Outcomes {
		out := &x.Outcomes[i]
		w.Events = append(w.Events, WhyEvent{
			At: out.At.UTC(), Op: out.Op.String(), On: on(out.On), Path: out.Path, From: otherThan(out.Path, out.From), Result: out.Result.String(),
			Reason: out.Reason, Err: out.Err, By: whose(out.By),
		})
	}
	w.Next, w.Before = whyActions(x.Next), whyActions(x.Before)
}

func whyActions(list []syncer.Action) (out []WhyEvent) {
	for i := range list {
		a := &list[i]
		out = append(out, WhyEvent{Op: a.Op.String(), On: on(a.On), Path: a.Path, From: otherThan(a.Path, a.From), Reason: why(a), By: whose(a.By)})
	}
	return out
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
	s := x.Standing(side)
	w := &WhySide{Where: s.Whereabouts.String(), Path: s.Path, Err: s.Err}
	if e := s.Entry; e != nil {
		w.FileSide = FileSide{ID: e.ID, Name: e.Name, Modified: e.Modified, Link: o.webLink(side, e)}
		if e.Kind == syncer.File {
			w.Size = e.Size
		}
		if f := e.Facts; f != nil {
			w.Author, w.Locked, w.Private = f.Author, f.Locked, f.Private
		}
	}
	return w
}
