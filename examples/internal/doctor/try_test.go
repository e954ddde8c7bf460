package doctor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
)

func TestWhatTheAccountMayDoIsTriedInAFolderOfItsOwn(t *testing.T) {
	t.Parallel()
	refuse := func(route string) func(c *clinic) {
		return func(c *clinic) {
			require.NoError(c.t, c.box.Inject(boxtest.Fault{Route: route, Status: http.StatusForbidden, Times: -1}))
		}
	}
	permit := func(level procoretest.Level) func(c *clinic) {
		return func(c *clinic) {
			c.procore.Permit(c.procore.Home().User, c.procore.Project().ID, procoretest.Documents, level)
		}
	}
	const all = "make a folder, make a file, give a file a new version, rename a file, delete"
	for _, x := range []struct {
		name         string
		given        func(c *clinic)
		box, procore string // what is found
		result       [2]doctor.Result
	}{
		{"all of it", func(*clinic) {}, all, all, [2]doctor.Result{doctor.OK, doctor.OK}},
		{
			"Procore may only be read", permit(procoretest.ReadOnly), all, "may not make a folder: no folder of Box reaches Procore",
			[2]doctor.Result{doctor.OK, doctor.Failure},
		},
		{
			"Procore lets the account write, and not delete", permit(procoretest.Standard), all, "may not delete: deletes of Box do not reach Procore",
			[2]doctor.Result{doctor.OK, doctor.Failure},
		},
		{
			"the scope of the app does not let it make folders", refuse("POST /2.0/folders"), "may not make a folder: no folder of Procore reaches Box", all,
			[2]doctor.Result{doctor.Failure, doctor.OK},
		},
		{
			"files may not be made", refuse("POST /2.0/files/content"), "may not make a file: nothing new of Procore reaches Box", all,
			[2]doctor.Result{doctor.Failure, doctor.OK},
		},
		{
			"nothing may be deleted", refuse("DELETE /2.0/folders/*"), "may not delete: deletes of Procore do not reach Box", all,
			[2]doctor.Result{doctor.Failure, doctor.OK},
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
			before, err := c.box.Home().List(c.folder.ID)
			require.NoError(t, err)
			x.given(c)
			s := doctor.Scratch{Box: c.folder.ID, Procore: procore.ID(c.scratch.ID)}
			found, left, err := c.doctor.Try(t.Context(), c.link, s)
			require.NoError(t, err)
			require.Len(t, found, 2)
			for i, want := range []string{x.box, x.procore} {
				require.Equal(t, x.result[i], found[i].Result, found[i])
				require.Contains(t, found[i].Found, want)
				require.Equal(t, x.result[i] != doctor.OK, found[i].Do != "", found[i])
			}
			require.Equal(t, x.result[0] == doctor.OK, left.Box != "", "a folder that does not serve is not written in again")
			require.Equal(t, x.result[1] == doctor.OK, left.Procore != 0)
			after, err := c.box.Home().List(c.folder.ID)
			require.NoError(t, err)
			if x.box != "may not delete: deletes of Procore do not reach Box" {
				require.Len(t, after, len(before))
				return
			}
			require.Len(t, after, len(before)+1)
			require.Contains(t, found[0].Do, "remove the folder")
		})
	}
}
