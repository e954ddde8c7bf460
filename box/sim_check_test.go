package box_test

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// found is what stands at a path of a side.
type found struct {
	kind       syncer.Kind
	id, parent string
	body       string
}

// tree returns what stands below the root of a side, as its users see it.
func (w *sim) tree(side syncer.Side) map[string]found {
	if side == syncer.Destination {
		all := map[string]found{}
		w.walk(w.root, "", all)
		return all
	}
	all := map[string]found{}
	w.land()
	bodies := w.source.Tree()
	for at := range w.source.IDs() {
		if at == "" {
			continue
		}
		e := w.source.Entry(at)
		all[at] = found{e.Kind, e.ID, e.ParentID, bodies[at]}
	}
	return all
}

// land lets take place on the source what is late and due, so that what is read at once is of one moment.
func (w *sim) land() { w.source.Entry("") }

func (w *sim) walk(folder, at string, all map[string]found) {
	items, err := w.bob.List(folder)
	if err != nil {
		w.fail("list %q: %v", at, err)
		return
	}
	for _, i := range items {
		if i.Trashed {
			continue
		}
		here := path.Join(at, i.Name)
		if i.Type == box.TypeFolder {
			all[here] = found{kind: syncer.Folder, id: i.ID, parent: folder}
			w.walk(i.ID, here, all)
			continue
		}
		body, err := w.bob.Read(i.ID)
		if err != nil {
			w.fail("read %q: %v", here, err)
		}
		all[here] = found{syncer.File, "f" + i.ID, folder, string(body)}
	}
}

// beside tells what is in Bob's account outside of the root, and in the account that the engine works with.
func (w *sim) beside() string {
	var b strings.Builder
	for _, p := range []*boxtest.Person{w.bob.Person, w.account.Home()} {
		for _, name := range []string{"Root 2"} {
			at, err := w.account.ann.Find(name)
			fmt.Fprintln(&b, at.ID, at.ETag, err)
			items, err := p.List(at.ID)
			for _, i := range items {
				fmt.Fprintln(&b, i.ID, i.Name, i.ETag, i.SHA1)
			}
			fmt.Fprintln(&b, err)
		}
	}
	return b.String()
}

// remember notes which files on Box hold contents that users wrote: Box keeps what was once a version.
func (w *sim) remember() {
	for _, i := range w.tree(syncer.Destination) {
		if files := w.known[i.body]; i.kind == syncer.File && files != nil {
			files[strings.TrimPrefix(i.id, "f")] = true
		}
	}
}

// quietRuns is how many runs may be needed when users have stopped and services answer.
const quietRuns = 6

// finish lets users stop and services answer, and checks what must be true then.
func (w *sim) finish(ctx context.Context) {
	time.Sleep(2 * time.Hour)
	var report *syncer.Report
	for n := 0; ; n++ {
		before := w.count()
		report = w.play(ctx, &running{Full: n%2 == 0, Confirm: true})
		time.Sleep(2 * time.Hour)
		if w.failure != "" {
			return
		}
		if report == nil {
			w.fail("a run returns no report")
			return
		}
		if n > 0 && w.count() == before && report.Settled() {
			break
		}
		if n == quietRuns {
			w.fail("after %d quiet runs: %d writes in the last one; %v", n, w.count()-before, report)
			return
		}
	}
	before := w.count()
	if w.play(ctx, &running{Full: true, Confirm: true}); w.count() != before {
		w.fail("a run on equal sides makes %d writes", w.count()-before)
	}
	w.checkKept()
	w.checkEqual(ctx)
	w.checkContained()
}

// count counts the calls that change something on any side.
func (w *sim) count() int {
	n := w.writes
	for _, h := range w.handles {
		n += len(h.Writes())
	}
	return n
}

// checkKept: what a user wrote is kept, and current unless a user replaced or deleted it; and it is
// current once.
func (w *sim) checkKept() {
	now := [2]map[string][]string{{}, {}}
	for side := range now {
		for at, i := range w.tree(syncer.Side(side)) {
			if i.kind == syncer.File {
				now[side][i.body] = append(now[side][i.body], at)
			}
		}
	}
	kept := w.source.Kept()
	for text, files := range w.known {
		current := len(now[0][text])+len(now[1][text]) > 0
		onBox := false
		for id := range files {
			_, err := w.bob.Read(id)
			onBox = onBox || err == nil
		}
		switch {
		case !onBox && !slices.Contains(kept, text):
			w.fail("%q is lost", text)
		case !current && !w.ended[text]:
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
func (w *sim) checkEqual(ctx context.Context) {
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

// named is what two names of one item have in common: not the characters that Box may not hold, not the
// case, which is as it was where the item came from, and not the tag. A name that the engine made stays.
func named(name string) syncer.Key {
	name = strings.NewReplacer("?", "-", ":", "-").Replace(tag.ReplaceAllString(name, ""))
	return syncer.NameKey(strings.TrimSpace(name))
}

// checkContained: nothing was written beside the roots, and nothing was ended for good.
func (w *sim) checkContained() {
	if v := w.source.Violations(); len(v) > 0 {
		w.fail("on the source: %v", v)
	}
	if now := w.beside(); now != w.outside {
		w.fail("beside the root on Box was %s, and is %s", w.outside, now)
	}
	for route, n := range w.account.Calls() {
		if n > 0 && strings.HasPrefix(route, "DELETE") && (strings.Contains(route, "trash") || strings.Contains(route, "versions")) {
			w.fail("%s was called", route)
		}
	}
}
