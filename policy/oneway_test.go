package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

func TestDirectionsFollowTheFolder(t *testing.T) {
	t.Parallel()
	out := syncer.Direction{Mode: syncer.ToDestination, Wrong: syncer.PutBack}
	in := syncer.Direction{Mode: syncer.ToSource, Wrong: syncer.LeaveEdit}
	both := syncer.Direction{}
	some, err := policy.NewDirections(map[string]syncer.Direction{"Drawings": out, "Drawings/Markups": in, "Drawings/Shared": both})
	require.NoError(t, err)
	all, err := policy.NewDirections(map[string]syncer.Direction{"": out, "Inbox": in})
	require.NoError(t, err)

	for _, c := range []struct {
		name       string
		directions policy.Directions
		path       string
		want       syncer.Direction
	}{
		{"the folder itself", some, "Drawings", out},
		{"a file in the folder", some, "Drawings/a.pdf", out},
		{"a file far below the folder", some, "Drawings/x/y/z/a.pdf", out},
		{"another case of the folder", some, "DRAWINGS/a.pdf", out},
		{"a folder in the folder with its own direction", some, "Drawings/Markups/a.pdf", in},
		{"a folder in the folder that goes both ways again", some, "Drawings/Shared/a.pdf", both},
		{"what no folder covers goes both ways", some, "Photos/a.jpg", both},
		{"what only begins like the folder goes both ways", some, "Drawings-old/a.jpg", both},
		{"the default for everything", all, "Photos/a.jpg", out},
		{"the root by default", all, "", out},
		{"an exception from the default", all, "Inbox/a.jpg", in},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.directions.Direction(c.path, syncer.File))
		})
	}
	require.Equal(t, both, policy.Directions{}.Direction("a", syncer.File), "the zero value lets everything flow")
}

func TestDirectionsRefuseWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]syncer.Direction{
		{"a": {Mode: 7}}, {"a": {Wrong: 7}}, {"a": {}, "A": {}},
	} {
		_, err := policy.NewDirections(table)
		require.ErrorIs(t, err, syncer.ErrInvalid)
	}
}
