package office

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Undo takes decisions back. What has not been carried out yet waits again. A delete that was carried out is
// taken out of the trash, and the next run brings it to the other side as well. Of what was carried out All
// means nothing: a person names IDs, a folder or a run, which is the one that carried it out then.
func (o *Office) Undo(ctx context.Context, which string, s Selection) ([]Decided, []Unclear, error) {
	m, err := o.meant(ctx, which, &s)
	if err != nil {
		return nil, nil, err
	}
	out, err := o.decide(ctx, m, syncer.Waiting)
	if err != nil {
		return out, nil, err
	}
	s.All = false
	var rest []Unclear
	var named []carried
	for _, u := range m.unclear {
		done, err := o.carriedOut(ctx, m.link, func(_ mapping.Tool, out *syncer.Outcome) bool { return begins(out, u.ID) })
		switch {
		case err != nil:
			return out, nil, err
		case u.Why != "":
			rest = append(rest, u)
		case items(done) == 0:
			why, err := o.whyKept(ctx, m.link, u.ID)
			if err != nil {
				return out, nil, err
			}
			rest = append(rest, Unclear{u.ID, cmp.Or(why, "nothing of this link waits under it or was deleted under it; "+
				"\"procorebox holds list\" shows what waits, \"procorebox history --op delete\" what was deleted")})
		case items(done) > 1:
			rest = append(rest, Unclear{u.ID, fmt.Sprintf("%d deletes begin with it; use more of it", items(done))})
		default:
			named = append(named, done...)
		}
	}
	back, err := o.bringBack(ctx, m.link, s, named)
	if out = append(out, back...); len(out)+len(rest) > 0 || err != nil {
		return out, rest, err
	}
	stays, err := o.keptBack(ctx, m.link, func(t mapping.Tool, out *syncer.Outcome) bool {
		return s.covers(joined(t, out.Path), runName(t, out.Position.Fence))
	})
	for i := range stays {
		rest = append(rest, Unclear{string(stays[i].Action), stays[i].String()})
	}
	return nil, rest, err
}

// whyKept says why what was held under an ID stays undone, "" if nothing does.
func (o *Office) whyKept(ctx context.Context, l mapping.Link, id string) (string, error) {
	stays, err := o.keptBack(ctx, l, func(_ mapping.Tool, out *syncer.Outcome) bool { return begins(out, id) })
	if err != nil {
		return "", err
	}
	if len(stays) == 0 {
		return o.answered(ctx, l, id)
	}
	return stays[0].String(), nil
}

func begins(out *syncer.Outcome, id string) bool {
	return id != "" && strings.HasPrefix(string(out.Action), strings.ToLower(id))
}

// with reports whether a delete was carried out with that of a folder.
func (c *carried) with(t mapping.Tool, out *syncer.Outcome) bool {
	return t == c.tool && out.On == c.On && out.Position.Fence == c.Position.Fence && strings.HasPrefix(out.Path, c.Path+"/")
}

// items counts what was deleted, each once however often.
func items(done []carried) int {
	met := map[syncer.ActionID]bool{}
	for _, d := range done {
		met[d.Action] = true
	}
	return len(met)
}

// bringBack takes deletes back that were carried out: those that the folder or run of a Selection means, those
// that are named, and of a folder that is named what the same run has deleted in it.
func (o *Office) bringBack(ctx context.Context, l mapping.Link, s Selection, named []carried) ([]Decided, error) {
	want := func(t mapping.Tool, out *syncer.Outcome) bool {
		return s.covers(joined(t, out.Path), runName(t, out.Position.Fence)) || slices.ContainsFunc(named, func(n carried) bool {
			return out.Action == n.Action || !s.Only && n.with(t, out)
		})
	}
	done, err := o.carriedOut(ctx, l, want)
	if err != nil || len(done) == 0 {
		return nil, err
	}
	parts, err := o.Links.Parts(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	meant := map[mapping.Tool]bool{}
	for _, d := range done {
		meant[d.tool] = true
	}
	var out []Decided
	for _, p := range parts {
		if !meant[p.Tool] {
			continue
		}
		engine, err := o.Links.Engine(p, nil)
		if err != nil {
			return out, err
		}
		back, err := engine.Undo(ctx, func(out syncer.Outcome) bool { return want(p.Tool, &out) })
		for i := range back {
			out = append(out, undone(l, p.Tool, &back[i]))
		}
		if err = errors.Join(err, o.minuteUndone(ctx, l, out[len(out)-len(back):])); err != nil {
			return out, err
		}
	}
	return out, o.nudge(ctx, l.ID)
}

// minuteUndone takes the minutes of deletes that were taken back.
func (o *Office) minuteUndone(ctx context.Context, l mapping.Link, all []Decided) error {
	log := o.takeMinutes(l)
	for _, d := range all {
		if d.Err != nil {
			continue
		}
		err := log.add(ctx, minuted{Tool: d.Tool, Op: d.Op, On: d.On, Kind: d.Kind, Path: d.Path, Result: resultUndone, Reason: d.Note})
		if err != nil {
			return err
		}
	}
	return log.end(ctx)
}

// undone says what became of an undo.
func undone(l mapping.Link, t mapping.Tool, u *syncer.Undone) Decided {
	was := u.Delete
	d := Decided{
		Held: Held{
			Link: l.Name, Tool: t, ID: was.Action, Run: runName(t, was.Position.Fence), Op: was.Op.String(), On: on(was.On), Kind: was.Kind.String(),
			Path: joined(t, was.Path), Reason: was.Reason, Since: was.At.UTC(), Decision: "undone",
		},
		Was: "carried out", Err: u.Err,
	}
	in, anew := on(u.On).Title(), fmt.Sprintf("the next sync makes it a new %s in %s", was.Kind, on(u.On.Other()).Title())
	switch {
	case errors.Is(u.Err, fs.ErrNotExist):
		d.Decision, d.Note = "gone", "neither Box nor Procore has it in the trash any more"
	case u.Err != nil:
		d.Decision = "failed"
	case u.There:
		d.Note = "it is out of the trash of " + in + " already"
	case u.Folder:
		d.Note = "it came out of the trash of " + in + " with its folder, and so did all else that was deleted with that"
	case u.Renamed:
		d.Renamed = u.Entry.Name
		d.Note = fmt.Sprintf("taken out of the trash of %s; another item has its name, so it is %q now; %s", in, u.Entry.Name, anew)
	default:
		d.Note = "taken out of the trash of " + in + "; " + anew
	}
	return d
}
