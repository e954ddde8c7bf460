package worlds_test

import (
	"context"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// edit lets a person do something. What a service refuses does not happen.
func (w *world) edit(e edit) {
	over := w.contentsAt(e.On, e.Path)
	err := w.desks[e.On].do(e)
	w.log.Info("edit", "what", e, "error", err)
	if err != nil {
		return
	}
	switch e.Do {
	case "write":
		if w.known[e.Text] == nil {
			w.known[e.Text] = map[string]bool{}
		}
		w.end(over)
	case "remove":
		w.end(over)
	}
	w.remember()
}

func (w *world) end(contents []string) {
	for _, c := range contents {
		w.ended[c] = true
	}
}

// contentsAt returns the contents of the file at a path, or of all files below it.
func (w *world) contentsAt(side syncer.Side, at string) (all []string) {
	for p, i := range w.tree(side) {
		if i.kind == syncer.File && (p == at || strings.HasPrefix(p, at+"/")) {
			all = append(all, i.body)
		}
	}
	return all
}

func (w *world) tree(side syncer.Side) map[string]found {
	all, err := w.desks[side].tree()
	if err != nil {
		w.fail("list %v: %v", side, err)
	}
	return all
}

// key names a file in all the world.
func key(side syncer.Side, id string) string { return side.String() + " " + id }

// remember notes which files hold contents that users wrote: both services keep what was once a version.
func (w *world) remember() {
	for side := range w.desks {
		for _, i := range w.tree(syncer.Side(side)) {
			if files := w.known[i.body]; i.kind == syncer.File && files != nil {
				files[key(syncer.Side(side), i.id)] = true
			}
		}
	}
}

// quietRuns is how many runs may be needed when users have stopped and services answer.
const quietRuns = 6

// finish lets users stop and services answer, and checks what must be true then.
func (w *world) finish(ctx context.Context) {
	time.Sleep(2 * time.Hour)
	for n := 0; ; n++ {
		before := w.writes
		report := w.play(ctx, &running{Full: n%2 == 0, Confirm: true})
		time.Sleep(2 * time.Hour)
		if w.failure != "" {
			return
		}
		if report == nil {
			w.fail("a run returns no report")
			return
		}
		if n > 0 && w.writes == before && report.Settled() {
			break
		}
		if n == quietRuns {
			w.fail("after %d quiet runs: %d writes in the last one; %v", n, w.writes-before, report)
			return
		}
	}
	before := w.writes
	if w.play(ctx, &running{Full: true, Confirm: true}); w.writes != before {
		w.fail("a run on equal sides makes %d writes", w.writes-before)
	}
	w.checkKept()
	w.checkEqual(ctx)
	if now := w.beside(); now != w.outside {
		w.fail("beside the roots was %s, and is %s", w.outside, now)
	}
	for _, d := range w.desks {
		if ends := d.ends(); len(ends) > 0 {
			w.fail("%q was done", ends)
		}
	}
}

// checkKept: what a user wrote is kept, and current unless a user replaced or deleted it; and it is
// current once.
func (w *world) checkKept() {
	now := [2]map[string][]string{{}, {}}
	for side := range now {
		for at, i := range w.tree(syncer.Side(side)) {
			if i.kind == syncer.File {
				now[side][i.body] = append(now[side][i.body], at)
			}
		}
	}
	for text, files := range w.known {
		kept := false
		for at := range files {
			side, id, _ := strings.Cut(at, " ")
			for s, d := range w.desks {
				kept = kept || side == syncer.Side(s).String() && d.holds(id, text)
			}
		}
		switch {
		case !kept:
			w.fail("%q is lost", text)
		case len(now[0][text])+len(now[1][text]) == 0 && !w.ended[text]:
			w.fail("%q is not current, and no user replaced or deleted it", text)
		}
		for side, on := range now {
			if len(on[text]) > 1 {
				w.fail("%q stands twice on %s: %q", text, syncer.Side(side), on[text])
			}
		}
	}
}

// checkEqual: both sides hold the same, under the same names as far as both can hold them.
func (w *world) checkEqual(ctx context.Context) {
	view, err := w.store.View(ctx, "pair")
	if err != nil {
		w.fail("%v", err)
		return
	}
	trees := [2]map[string]found{w.tree(syncer.Source), w.tree(syncer.Destination)}
	if len(trees[0]) != len(trees[1]) {
		w.fail("%d items on the source, %d on Box", len(trees[0]), len(trees[1]))
	}
	onBox := map[string]string{}
	for at, i := range trees[1] {
		onBox[i.id] = at
	}
	for at, i := range trees[0] {
		record, err := view.ByID(ctx, syncer.Source, i.id)
		if err != nil {
			w.fail("%q on the source has no record: %v", at, err)
			continue
		}
		there, ok := onBox[record.Destination.ID]
		other := trees[1][there]
		switch {
		case !ok:
			w.fail("%q on the source is not on Box", at)
		case other.kind != i.kind || other.body != i.body:
			w.fail("%q is %s %q on the source, and %s %q on Box", at, i.kind, i.body, other.kind, other.body)
		case record.Source.Name != path.Base(at) || record.Destination.Name != path.Base(there):
			w.fail("%q and %q are recorded as %q and %q", at, there, record.Source.Name, record.Destination.Name)
		case named(path.Base(at)) != named(path.Base(there)):
			w.fail("%q is %q on Box", at, there)
		}
		parent, err := view.Record(ctx, record.ParentID)
		if err != nil || parent.Source.ID != i.parent || ok && parent.Destination.ID != other.parent {
			w.fail("%q and %q do not stand in the same folder: %v", at, there, err)
		}
	}
}

// tag is what the engine puts behind a name that is taken on one side.
var tag = regexp.MustCompile(` \([0-9a-f]{8}\)`)

// named is what two names of one item have in common: not the characters that a side may not hold, not
// the case, which is as it was where the item came from, and not the tag.
func named(name string) syncer.Key {
	name = strings.NewReplacer("?", "-", ":", "-").Replace(tag.ReplaceAllString(name, ""))
	return syncer.NameKey(strings.TrimSpace(name))
}
