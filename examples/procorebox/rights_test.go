package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/procore/procoretest"
)

func TestWithoutARightInProcoreACommandNamesTheDoctorAndNothingIsLost(t *testing.T) {
	env, pc, _ := connected(t)
	for _, take := range []struct {
		name       string
		take, give func()
	}{
		{
			"the tool",
			func() { pc.Permit(pc.Home().User, pc.Project().ID, procoretest.Documents, procoretest.NoAccess) },
			func() { pc.Permit(pc.Home().User, pc.Project().ID, procoretest.Documents, procoretest.Admin) },
		},
		{
			"a tool that is turned off",
			func() { pc.SetTool(pc.Project().ID, procoretest.Documents, false) },
			func() { pc.SetTool(pc.Project().ID, procoretest.Documents, true) },
		},
		{
			"an app that is not connected to the company",
			func() { pc.SetConnected(pc.Project().CompanyID, false) },
			func() { pc.SetConnected(pc.Project().CompanyID, true) },
		},
	} {
		t.Run(take.name, func(t *testing.T) {
			take.take()
			for _, line := range [][]string{{"plan", "tower"}, {"files", "tower"}, {"sync", "tower", "--once"}} {
				code, _, stderr := run(t, env, line...)
				require.Equal(t, exitFailed, code, line)
				require.Regexp(t, `procorebox: .*403.*; "procorebox doctor" says which rights are missing\n$`, stderr, line)
			}
			take.give()
			code, stdout, stderr := run(t, env, "sync", "tower", "--full")
			require.Equal(t, exitSettled, code, stderr)
			require.Contains(t, stdout, "0 writes (", "what was not seen is not gone")
		})
	}
}

func TestWithoutARightNothingIsTriedForLong(t *testing.T) {
	env, pc, bx := connected(t)
	tools := []procoretest.Tool{procoretest.Documents, procoretest.Photos, procoretest.RFIs, procoretest.Submittals}
	run(t, env, "link", "remove", "tower")
	code, _, stderr := run(t, env, "link", "add", "--name", "all", "--tools", "documents,photos,rfis,submittals")
	require.Equal(t, exitSettled, code, stderr)
	code, _, stderr = run(t, env, "sync", "all")
	require.Equal(t, exitSettled, code, stderr)
	permit := func(l procoretest.Level) {
		for _, tool := range tools {
			pc.Permit(pc.Home().User, pc.Project().ID, tool, l)
		}
	}
	for _, take := range []struct {
		name       string
		take, give func()
	}{
		{"Procore", func() { permit(procoretest.NoAccess) }, func() { permit(procoretest.Admin) }},
		{"Box", func() {
			require.NoError(t, bx.Inject(boxtest.Fault{Route: "GET /2.0/folders/*", Status: http.StatusForbidden, Times: -1}))
		}, bx.ClearFaults},
	} {
		t.Run(take.name, func(t *testing.T) {
			take.take()
			pc.ForgetCalls()
			bx.ForgetCalls()
			code, _, stderr := run(t, env, "sync", "all", "--full")
			require.Equal(t, exitFailed, code, stderr)
			require.Contains(t, stderr, "403")
			barred := total(pc.Calls())
			if take.name == "Box" {
				barred = total(bx.Calls())
			}
			require.LessOrEqual(t, barred, 12, "whose token, news and a root of four tools")
			take.give()
			code, stdout, stderr := run(t, env, "sync", "all", "--full")
			require.Equal(t, exitSettled, code, stderr)
			require.Contains(t, stdout, "0 writes (", "what was not seen is not gone")
		})
	}
}

// total adds up calls by their route.
func total(calls map[string]int) (n int) {
	for _, k := range calls {
		n += k
	}
	return n
}

func TestAFileThatBoxDoesNotLetTheAccountWriteWaitsForTheRight(t *testing.T) {
	env, pc, bx := connected(t)
	viewer := bx.AddUser("Vera Viewer", "vera@example.com")
	folder, err := bx.Home().Find("procorebox")
	require.NoError(t, err)
	require.NoError(t, bx.Home().Collaborate(folder, viewer, "viewer"))
	_, err = pc.Home().Upload(pc.Project().RootID, "b.txt", []byte("b"))
	require.NoError(t, err)

	own := env["BOX_TOKEN"]
	env["BOX_TOKEN"] = bx.TokenFor(viewer.User, 0)
	code, stdout, stderr := run(t, env, "sync", "tower")
	require.Equal(t, exitWaits, code, stderr)
	require.Contains(t, stdout, `failed: create file "Documents/b.txt" in Box:`)
	require.Contains(t, stdout, "access_denied_insufficient_permissions")
	env["BOX_TOKEN"] = own
	code, stdout, stderr = run(t, env, "sync", "tower")
	require.Equal(t, exitSettled, code, stderr)
	require.Contains(t, stdout, "1 write (1 upload,")
}

func TestAConnectionThatNobodyHasUsedForTooLongNamesWhatToDo(t *testing.T) {
	clock := boxtest.NewClock(time.Now())
	bx, err := boxtest.Start(t.Context(), "127.0.0.1:0", boxtest.Options{Limits: boxtest.NoLimits, Clock: clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, bx.Close()) })
	env, err := boxSettings(bx)
	require.NoError(t, err)
	env["PROCOREBOX_DATA"], env["BOX_TOKEN"] = t.TempDir(), ""
	code, _, stderr := run(t, env, "connect", "box", "--refresh-token")
	require.Equal(t, exitSettled, code, stderr)
	code, _, stderr = run(t, env, "folders")
	require.Equal(t, exitSettled, code, stderr)

	clock.Advance(61 * 24 * time.Hour)
	for range 2 { // the second time the service is not asked
		code, stdout, stderr := run(t, env, "folders")
		oneLine(t, code, stdout, stderr)
		require.Contains(t, stderr, `sign in with "procorebox connect box"`)
	}
	code, stdout, stderr := run(t, env, "doctor")
	require.Equal(t, exitWaits, code, stderr)
	require.Regexp(t, `failure +box: sign-in +a person must sign in again: .*; run "procorebox connect box"`, stdout)
}
