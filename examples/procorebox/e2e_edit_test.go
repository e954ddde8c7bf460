package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
)

// edited is what people have done to both sides.
type edited struct {
	files, folders int
	// want is what both sides are to hold in the end, but for the copies of conflicts: clashes tell the SHA-1 of the
	// version that Box has of a file that both have changed, by its path.
	want, clashes map[string]string
}

// edit lets both people work: at n files together, each at others, and for a dozen of these at a folder in each way
// (renamed, moved, deleted, made, made by both) and at a file that the other changes, too. What comes of it is seen
// on the two sides: an edit that failed may have come to pass.
func (o *officeUnderTest) edit(n int) edited {
	o.t.Helper()
	before := o.tree(syncer.Source)
	require.Equal(o.t, before, o.tree(syncer.Destination))
	each := max(1, n/12)
	folders := o.apart(before, 6*each)
	files := slices.DeleteFunc(slices.Sorted(maps.Keys(before)), func(at string) bool {
		return strings.HasSuffix(at, "/") || slices.ContainsFunc(folders, func(folder string) bool { return strings.HasPrefix(at, folder) })
	})
	o.rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	both := files[:min(each, len(files))]
	files = files[len(both):]
	files = files[:min(n, len(files)/2*2)]
	out := edited{files: len(files), folders: len(folders) + 4*each}
	failed := false
	for _, side := range []syncer.Side{syncer.Source, syncer.Destination} {
		all, err := o.side[side].all(o.t.Context())
		require.NoError(o.t, err)
		e := &editor{o, o.side[side], side, all}
		note := func(at string, err error) {
			if err != nil {
				o.t.Logf("edit of %s in %s: %v", at, side, err)
				failed = true
			}
		}
		for i := int(side); i < len(files); i += 2 {
			note(files[i], e.file(files[i], i))
		}
		for i := int(side); i < len(folders); i += 2 {
			note(folders[i], e.folder(strings.TrimSuffix(folders[i], "/"), i))
		}
		for i := range each {
			note("a new folder", e.makes(fmt.Sprintf("made %d by %s", i, side)))
			note("a folder of both", e.makes(fmt.Sprintf("made %d by both", i)))
		}
		for _, at := range both {
			note(at, e.update(at, "changed by both"))
		}
	}
	if failed {
		time.Sleep(comesLate)
	}
	out.want, out.clashes = merged(before, o.tree(syncer.Source), o.tree(syncer.Destination))
	return out
}

// apart draws folders of which none is in another, with few items in each and a third of all in them together.
func (o *officeUnderTest) apart(tree map[string]string, n int) []string {
	below := map[string]int{}
	for at := range tree {
		for up := path.Dir(strings.TrimSuffix(at, "/")); up != "."; up = path.Dir(up) {
			below[up+"/"]++
		}
	}
	all := slices.Sorted(maps.Keys(below))
	o.rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var out []string
	room := len(tree) / 3
	for _, at := range all {
		within := func(other string) bool { return strings.HasPrefix(at, other) || strings.HasPrefix(other, at) }
		if len(out) < n && below[at] <= min(20, room) && !slices.ContainsFunc(out, within) {
			out = append(out, at)
			room -= below[at]
		}
	}
	return out
}

// merged is what comes of two trees that were equal before: what each side has done, done on both. A file that both
// have changed has the version of Procore; that of Box is a clash.
func merged(before, procore, box map[string]string) (want, clashes map[string]string) {
	want, clashes = maps.Clone(before), map[string]string{}
	for _, now := range []map[string]string{box, procore} {
		for at := range before {
			if _, still := now[at]; !still {
				delete(want, at)
			}
		}
		for at, sum := range now {
			if old, was := before[at]; !was || old != sum {
				if other, there := want[at]; there && other != before[at] && other != sum {
					clashes[at] = other
				}
				want[at] = sum
			}
		}
	}
	return want, clashes
}

// withCopies adds to what is wanted the copy of each conflict: one, beside the file, with the contents of Box.
func (o *officeUnderTest) withCopies(e edited) map[string]string {
	o.t.Helper()
	want := maps.Clone(e.want)
	now := o.tree(syncer.Source)
	for at, sum := range e.clashes {
		begins := strings.TrimSuffix(at, path.Ext(at)) + " (conflict "
		var copies []string
		for there, contents := range now {
			if _, known := e.want[there]; !known && contents == sum && strings.HasPrefix(there, begins) {
				copies = append(copies, there)
			}
		}
		require.Len(o.t, copies, 1, "copies of the version that Box had of %q", at)
		want[copies[0]] = sum
	}
	return want
}

// editor is a person with a side as it was before any of it.
type editor struct {
	o    *officeUnderTest
	p    person
	side syncer.Side
	all  map[string]syncer.Entry
}

func bodyOf(text string) syncer.Content {
	return syncer.Content{Size: int64(len(text)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

func (e *editor) update(at, text string) error {
	_, err := e.p.files.UpdateFile(e.o.t.Context(), e.all[at], bodyOf(text+" in "+e.side.String()+": "+at))
	return err
}

func (e *editor) move(at string, to syncer.Entry, name string) error {
	_, err := e.p.files.(syncer.Mover).Move(e.o.t.Context(), e.all[at], to, name)
	return err
}

// file is one edit at a file.
func (e *editor) file(at string, i int) error {
	ctx := e.o.t.Context()
	var err error
	switch e.o.rand.IntN(4) {
	case 0:
		return e.update(at, fmt.Sprintf("edit %d", i))
	case 1:
		_, err = e.p.files.CreateFile(ctx, e.all[parentOf(at)], fmt.Sprintf("new %d from %s.txt", i, e.side), bodyOf(at))
	case 2:
		return e.move(at, e.all[""], fmt.Sprintf("moved %d from %s.txt", i, e.side))
	default:
		_, err = e.p.files.Delete(ctx, e.all[at])
	}
	return err
}

// folder is one edit at a folder, each kind in its turn: both sides come to all of them.
func (e *editor) folder(at string, i int) error {
	ctx := e.o.t.Context()
	switch i / 2 % 3 {
	case 0:
		return e.move(at, e.all[parentOf(at)], fmt.Sprintf("renamed %d from %s", i, e.side))
	case 1:
		to, err := e.p.files.CreateFolder(ctx, e.all[""], fmt.Sprintf("new home %d from %s", i, e.side))
		if err != nil {
			return err
		}
		return e.move(at, to, path.Base(at))
	default:
		return e.p.bin(ctx, e.all[at].ID)
	}
}

// makes adds a folder with a file and an empty folder in it.
func (e *editor) makes(name string) error {
	ctx := e.o.t.Context()
	made, err := e.p.files.CreateFolder(ctx, e.all[""], name)
	if err != nil {
		return err
	}
	if _, err = e.p.files.CreateFolder(ctx, made, "empty"); err != nil {
		return err
	}
	_, err = e.p.files.CreateFile(ctx, made, "from "+e.side.String()+".txt", bodyOf(name))
	return err
}

func parentOf(at string) string {
	if dir := path.Dir(at); dir != "." {
		return dir
	}
	return ""
}
