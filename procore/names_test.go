package procore_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer"
)

// FuzzNames holds the strict names to their promise: whatever Procore refuses in names, or stores
// otherwise, one that keeps to them is taken as it is, and is found again. A name that a person has given
// comes out of a listing as it went in, however odd it is.
func FuzzNames(f *testing.F) {
	for _, name := range []string{
		"plan.pdf", " lead", "trail ", "trail.", "a/b", `a\b`, "a:b?", "<x>", "tab\there", "nul\x00", ".", "..", "", "e\u0301", "\u00e9",
		"\u200f\u05d0", "\U0001F4D0", "\xff", "Recycle Bin", "recycle bin", "CON", "\u2028", "a|b", "q*", `"q"`,
	} {
		f.Add(name)
	}
	names := procore.StrictNames()
	f.Fuzz(func(t *testing.T, name string) {
		for _, s := range []procoretest.Switches{{}, {NamesFolded: true, CharactersRefused: true, NamesLimited: true, NamesTrimmed: true}} {
			p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits, Switches: s})
			p.names = &names
			p.fs = p.connect(t, procore.Options{})
			root := p.root(t)
			at := syncer.Entry{ID: id(root.ID), Kind: syncer.Folder}
			made, err := p.fs.CreateFolder(t.Context(), at, name)
			if bad := names.Check(name); bad != nil {
				require.ErrorIs(t, err, syncer.ErrName)
			} else {
				require.NoError(t, err)
				require.Equal(t, syncer.NameKey(name), syncer.NameKey(made.Name))
				found, err := p.fs.Find(t.Context(), at, syncer.NameKey(name))
				require.NoError(t, err)
				require.Equal(t, made.ID, found[0].ID)
				_, err = p.fs.CreateFolder(t.Context(), at, name)
				require.ErrorIs(t, err, fs.ErrExist)
			}
			theirs, err := p.ann.Upload(root.ID, name, []byte("x"))
			if err != nil {
				continue
			}
			all, err := p.listed(t, id(root.ID))
			require.NoError(t, err)
			there := all[len(all)-1]
			for _, e := range all {
				if e.ID == file(theirs.ID) {
					there = e
				}
			}
			require.Equal(t, theirs.Name, there.Name)
			seen, err := p.fs.Look(t.Context(), there.ID)
			require.NoError(t, err)
			require.Equal(t, there.Guard, seen.Guard)
		}
	})
}

// FuzzPosition reads positions that nobody has given out: they are refused, or they are positions.
func FuzzPosition(f *testing.F) {
	for _, from := range []string{"", "procore1:", `procore1:{"at":1,"bin":0}`, `procore1:{"at":1700000000,"bin":-1,"heard":["a"]}`, "box1:1"} {
		f.Add(from)
	}
	f.Fuzz(func(t *testing.T, from string) {
		p := newTower(t, procoretest.Options{Limits: procoretest.NoLimits})
		_, next, more, err := p.fs.Changes(t.Context(), syncer.Cursor(from))
		if err != nil {
			require.ErrorIs(t, err, syncer.ErrCursor)
			return
		}
		require.False(t, more)
		_, _, _, err = p.fs.Changes(t.Context(), next)
		require.NoError(t, err)
	})
}
