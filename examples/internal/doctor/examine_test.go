package doctor_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore/procoretest"
)

func TestWhereAllIsWellEachCheckSaysSo(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	all, err := c.doctor.Examine(t.Context(), []mapping.Link{c.link})
	require.NoError(t, err)
	require.True(t, doctor.Healthy(all))
	for _, f := range all {
		if f.About != "disk" { // which is that of the machine
			require.Equal(t, doctor.OK, f.Result, "%+v", f)
			require.Empty(t, f.Do, "%+v", f)
		}
	}
	require.Greater(t, len(all), 20)
}

func TestAMissingRightIsSaidWithWhatItCosts(t *testing.T) {
	t.Parallel()
	permit := func(tool procoretest.Tool, level procoretest.Level) func(c *clinic) {
		return func(c *clinic) { c.procore.Permit(c.procore.Home().User, c.procore.Project().ID, tool, level) }
	}
	for _, s := range []struct {
		name   string
		take   func(c *clinic)
		about  string
		result doctor.Result
		costs  string
	}{
		{"documents", permit(procoretest.Documents, procoretest.NoAccess), "tower: documents in Procore", doctor.Failure, "without that documents of project"},
		{"photos", permit(procoretest.Photos, procoretest.NoAccess), "tower: photos in Procore", doctor.Failure, "without that photos of project"},
		{"RFIs", permit(procoretest.RFIs, procoretest.NoAccess), "tower: rfis in Procore", doctor.Failure, "without that rfis of project"},
		{"submittals", permit(procoretest.Submittals, procoretest.NoAccess), "tower: submittals in Procore", doctor.Failure, "without that submittals of project"},
		{"webhooks", permit(procoretest.Webhooks, procoretest.NoAccess), "tower: webhooks of Procore", doctor.OK, `the account has no right to them (Standard in "Webhooks API")`},
		{
			"the recycle bin", permit(procoretest.Documents, procoretest.Standard), "tower: recycle bin in Procore", doctor.Warning,
			"what is deleted in Procore looks like what was hidden, and is not deleted in Box",
		},
		{
			"the project", func(c *clinic) { c.procore.PermitProjects(c.procore.Home().User) }, "tower: documents in Procore", doctor.Failure,
			"is not visible: nothing of it is synced; what is in Box stays",
		},
		{
			"the company", func(c *clinic) { c.procore.SetConnected(c.procore.Project().CompanyID, false) }, "tower: company", doctor.Failure,
			"closed to the account, so nothing of the link is synced",
		},
		{
			"the folder of Box", func(c *clinic) { c.trash("Tower/Documents") }, "tower: documents in Box", doctor.Failure,
			"is in the trash: nothing of it is synced, and nothing deleted",
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
			s.take(c)
			f := c.finding(s.about)
			require.Equal(t, s.result, f.Result, f)
			require.Contains(t, f.Found, s.costs)
			if s.result != doctor.OK {
				require.NotEmpty(t, f.Do)
			}
		})
	}
}

func TestARefusedWriteTellsThatProcoreMayNotBeWritten(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	sync := func() {
		_, err := c.office.Sync(t.Context(), "tower", office.SyncOptions{})
		require.NoError(t, err)
	}
	sync()
	const about = "tower: documents in Procore"
	f := c.finding(about)
	require.Equal(t, doctor.OK, f.Result)
	require.Contains(t, f.Found, "what may be written Procore tells only to a write, and it has refused none")

	c.procore.Permit(c.procore.Home().User, c.procore.Project().ID, procoretest.Documents, procoretest.ReadOnly)
	documents, err := c.box.Home().Find("Tower/Documents")
	require.NoError(t, err)
	_, err = c.box.Home().Upload(documents.ID, "new.txt", []byte("new"))
	require.NoError(t, err)
	sync()
	f = c.finding(about)
	require.Equal(t, doctor.Failure, f.Result)
	require.Contains(t, f.Found, `may be read, but Procore has refused to write "Documents/new.txt"`)
	require.Contains(t, f.Do, "Standard in the tool")

	c.procore.Permit(c.procore.Home().User, c.procore.Project().ID, procoretest.Documents, procoretest.Admin)
	sync()
	require.Equal(t, doctor.OK, c.finding(about).Result)
}

func TestWebhooksThatNobodyKeepsAreListed(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	require.Equal(t, "changes are heard of by the event stream, with or without; the app has none", c.finding("box: webhooks").Found)
	b, err := c.office.Box(t.Context())
	require.NoError(t, err)
	for i := range 6 {
		folder, err := c.box.Home().CreateFolder(c.folder.ID, "folder "+strconv.Itoa(i))
		require.NoError(t, err)
		_, err = b.Client.PostWebhooks(t.Context(), box.TypeFolder, folder.ID, "https://hook.example/box", []string{box.TriggerFileUploaded})
		require.NoError(t, err)
	}
	require.Regexp(t, `; the app has 6: number \d+ on folder \d+, (number \d+ on folder \d+, ){4}\.\.\.$`, c.finding("box: webhooks").Found)
	require.Regexp(t, `^none are kept \(watch --hooks makes them\), so Procore is asked once a minute, .*; the account may look at them$`, c.finding("tower: webhooks of Procore").Found)
}

func TestOfScopesIsSaidWhatCanBeKnown(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	require.Contains(t, c.finding("box: scopes").Found, "Box tells nobody which of them a token has; tried were reading the account (taken), the event stream (taken) and webhooks (taken);")
	require.NoError(t, c.box.Inject(boxtest.Fault{Route: "GET /2.0/webhooks", Status: 403, Times: -1}))
	require.Contains(t, c.finding("box: scopes").Found, "webhooks (refused);")
	require.Contains(t, c.finding("procore: scopes").Found, "Procore has none")
}

func (c *clinic) trash(path string) {
	c.t.Helper()
	found, err := c.box.Home().Find(path)
	require.NoError(c.t, err)
	require.NoError(c.t, c.box.Home().Trash(found))
}

func TestTokensThatNobodyUsesEnd(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	for _, s := range []struct {
		days   int
		result doctor.Result
		found  string
	}{
		{1, doctor.OK, "end in 58 days if they are not used until then"},
		{50, doctor.Warning, "end in 9 days if they are not used until then"},
		{61, doctor.Failure, "Box keeps unused ones for 60 days"},
	} {
		c.doctor.At(time.Now().Add(time.Duration(s.days) * 24 * time.Hour).Add(time.Minute))
		f := c.finding("box: sign-in")
		require.Equal(t, s.result, f.Result)
		require.Contains(t, f.Found, s.found)
	}
	require.Contains(t, c.finding("procore: sign-in").Found, "no end of an unused one is documented")
}

func TestAClockThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	for _, s := range []struct {
		off    time.Duration
		result doctor.Result
	}{{2 * time.Second, doctor.OK}, {time.Minute, doctor.Warning}, {10 * time.Minute, doctor.Failure}} {
		c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
		c.clock.Advance(s.off)
		all, err := c.doctor.Examine(t.Context(), []mapping.Link{c.link})
		require.NoError(t, err)
		var results []doctor.Result
		for _, f := range all {
			if f.About == "clock" {
				results = append(results, f.Result)
			}
		}
		require.Contains(t, results, s.result)
		require.Contains(t, results, doctor.OK, "of Box")
	}
}

func TestADataDirectoryThatCannotBeWrittenIsAFailure(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	dir := c.office.Settings().Data
	require.NoError(t, os.Rename(dir, dir+" elsewhere"))
	t.Cleanup(func() { require.NoError(t, errors.Join(os.RemoveAll(dir), os.Rename(dir+" elsewhere", dir))) })
	f := c.finding("data directory")
	require.Equal(t, doctor.Failure, f.Result)
	require.Contains(t, f.Found, "cannot be written, so nothing can be synced")
	require.Contains(t, f.Do, filepath.Clean(dir))
}

func TestAServiceThatDoesNotAnswerIsOneFailureAndTheOtherIsLookedAtAllTheSame(t *testing.T) {
	t.Parallel()
	c := newClinic(t, boxtest.Switches{}, procoretest.Switches{})
	require.NoError(t, c.procore.Inject(procoretest.Fault{Status: 400, Times: -1}))
	all, err := c.doctor.Examine(t.Context(), []mapping.Link{c.link})
	require.NoError(t, err)
	failed := map[string]string{}
	for _, f := range all {
		if f.Result == doctor.Failure {
			failed[f.About] = f.Do
		}
	}
	require.Equal(t, map[string]string{"procore: account": "look at the network, and at PROCORE_BASE and PROCORE_COMPANY_ID"}, failed)
	require.Equal(t, doctor.OK, c.finding("tower: documents in Box").Result)
}
