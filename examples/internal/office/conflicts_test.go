package office_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
)

// Two people change one file, Ann in Procore and a minute later Bob in Box.
func TestEachRuleForConflictsIsRememberedAndCanBeOverruled(t *testing.T) {
	const ann, bob = "by Ann, longer", "by Bob"
	for _, c := range []struct {
		rule mapping.ConflictRule
		how  string
		told string // as the rule
		file string // what counts on both sides, empty if each keeps its own
		copy bool
		then string // chosen by a person
		last string
	}{
		{mapping.KeepBoth, "both", "keep both", ann, true, "box", bob},
		{mapping.Newest, "box", "newest", bob, false, "procore", ann},
		{mapping.PreferProcore, "procore", "procore", ann, false, "box", bob},
		{mapping.PreferBox, "box", "box", bob, false, "procore", ann},
		{mapping.LeaveConflict, "left", "leave", "", false, "box", bob},
	} {
		t.Run(string(c.rule), func(t *testing.T) {
			data := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				pc, bx := fakes(t)
				net := &hosts{clients: map[string]*http.Client{"procore": pc.HTTPClient(), "storage": pc.HTTPClient(), "box": bx.HTTPClient()}}
				o := open(t, data, pc, bx, net)
				defer o.Close()
				_, err := o.Links.Edit(ctx, "tower", func(l *mapping.Link) error { l.Rules.Conflict = c.rule; return nil })
				require.NoError(t, err)
				inProcore, err := pc.Home().Upload(pc.Project().RootID, "plan.txt", []byte("base"))
				require.NoError(t, err)
				sync := func() {
					time.Sleep(5 * time.Minute)
					_, err := o.Sync(ctx, "tower", office.SyncOptions{})
					require.NoError(t, err)
				}
				sync()
				inBox, err := bx.Home().Find("tower/Documents/plan.txt")
				require.NoError(t, err)
				reads := func(wantProcore, wantBox string) {
					t.Helper()
					text, err := pc.Home().Read(inProcore.ID)
					require.NoError(t, err)
					require.Equal(t, wantProcore, string(text))
					now, err := bx.Home().Find("tower/Documents/plan.txt")
					require.NoError(t, err)
					text, err = bx.Home().Read(now.ID)
					require.NoError(t, err)
					require.Equal(t, wantBox, string(text))
				}

				_, err = pc.Home().Edit(inProcore.ID, []byte(ann))
				require.NoError(t, err)
				time.Sleep(time.Minute)
				_, err = bx.Home().Edit(inBox.ID, []byte(bob))
				require.NoError(t, err)
				sync()
				if c.file == "" {
					reads(ann, bob)
				} else {
					reads(c.file, c.file)
				}

				all, err := o.Conflicts(ctx, "tower", false)
				require.NoError(t, err)
				require.Len(t, all, 1)
				met := all[0]
				require.Equal(t, "Documents/plan.txt", met.Path)
				require.Equal(t, c.how, met.How)
				require.Equal(t, c.told, met.Rule)
				require.Equal(t, c.how == "left", met.Open)
				require.EqualValues(t, len(ann), met.Procore.Size)
				require.EqualValues(t, len(bob), met.Box.Size)
				require.Equal(t, c.copy, met.Copy != "")

				_, err = o.ChooseVersion(ctx, "tower", "Documents/plan.txt", c.then, false)
				require.NoError(t, err)
				sync()
				reads(c.last, c.last)
				open, err := o.Conflicts(ctx, "tower", true)
				require.NoError(t, err)
				require.Empty(t, open)
				all, err = o.Conflicts(ctx, "tower", false)
				require.NoError(t, err)
				require.Equal(t, c.then, all[0].Chosen)
			})
		})
	}
}
