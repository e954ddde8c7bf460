package doctor_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/examples/internal/doctor"
	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/procore/procoretest"
	"github.com/procorebox/procorebox/syncer/connect"
)

// A clinic is two fakes, an office that is connected to them, and its doctor.
type clinic struct {
	t       *testing.T
	clock   *procoretest.Clock // of Procore
	procore *procoretest.Server
	box     *boxtest.Server
	office  *office.Office
	doctor  *doctor.Doctor
	link    mapping.Link
	folder  boxtest.Item // in which the link is
	scratch procoretest.Item
}

// newClinic opens one. Its Procore has a file, and a file in a folder; another one is in the recycle bin.
// Both are connected with tokens that can be refreshed.
func newClinic(t *testing.T, b boxtest.Switches, p procoretest.Switches) *clinic {
	t.Helper()
	c := &clinic{t: t, clock: procoretest.NewClock(time.Now())}
	var err error
	c.procore, err = procoretest.Start(t.Context(), "127.0.0.1:0", procoretest.Options{Limits: procoretest.NoLimits, Switches: p, Clock: c.clock})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.procore.Close()) })
	c.box, err = boxtest.Start(t.Context(), "127.0.0.1:0", boxtest.Options{Limits: boxtest.NoLimits, Switches: b})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.box.Close()) })
	c.furnish()
	witness := &doctor.Witness{Next: connect.NewTransport()}
	c.office, err = office.Open(t.Context(), c.settings(), &office.Options{HTTP: witness, Backoff: time.Nanosecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.office.Close()) })
	c.connect()
	c.doctor = doctor.New(c.office, witness)
	c.link, err = c.office.Links.Add(t.Context(), mapping.Link{
		Name: "tower", Company: number(c.procore.Project().CompanyID), Project: number(c.procore.Project().ID), Folder: c.folder.ID, Tools: mapping.Tools(),
	})
	require.NoError(t, err)
	return c
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

func (c *clinic) furnish() {
	c.t.Helper()
	home, root := c.procore.Home(), c.procore.Project().RootID
	_, err := home.Upload(root, "a.txt", []byte("a file"))
	require.NoError(c.t, err)
	c.scratch, err = home.CreateFolder(root, "Scratch")
	require.NoError(c.t, err)
	_, err = home.Upload(c.scratch.ID, "b.txt", []byte("in a folder"))
	require.NoError(c.t, err)
	gone, err := home.Upload(root, "gone.txt", []byte("in the bin"))
	require.NoError(c.t, err)
	require.NoError(c.t, home.Delete(gone))
	c.folder, err = c.box.Home().CreateFolder("0", "Tower")
	require.NoError(c.t, err)
	_, err = c.box.Home().Upload(c.folder.ID, "c.txt", []byte("a file of Box"))
	require.NoError(c.t, err)
}

func (c *clinic) settings() office.Settings {
	s := office.Settings{Data: c.t.TempDir(), Settle: new(time.Duration)}
	u, v := c.box.URLs(), c.procore.URLs()
	s.Box.Bases = box.Bases{API: u.API, Upload: u.Upload, Login: u.Login}
	s.Box.RefreshToken = c.box.RefreshToken()
	s.Box.HookKeys.Primary = "boxtest-primary"
	s.Procore.Bases = procore.Bases{API: v.API, Login: v.Login}
	s.Procore.Company = number(c.procore.Project().CompanyID)
	s.Procore.RefreshToken = c.procore.RefreshToken()
	return s
}

func (c *clinic) connect() {
	c.t.Helper()
	n := office.Connection{Way: office.Browser}
	n.ClientID, n.ClientSecret = c.box.Client()
	_, err := c.office.ConnectBox(c.t.Context(), n)
	require.NoError(c.t, err)
	n.ClientID, n.ClientSecret = c.procore.Client()
	_, err = c.office.ConnectProcore(c.t.Context(), n)
	require.NoError(c.t, err)
}

// finding returns the one about something.
func (c *clinic) finding(about string) doctor.Finding {
	c.t.Helper()
	all, err := c.doctor.Examine(c.t.Context(), []mapping.Link{c.link})
	require.NoError(c.t, err)
	for _, f := range all {
		if f.About == about {
			return f
		}
	}
	require.Fail(c.t, "no finding", "%s in %v", about, all)
	return doctor.Finding{}
}

// hurry lets time pass quickly.
func (c *clinic) hurry() {
	c.doctor.Pass(func(context.Context) error {
		c.clock.Advance(2 * time.Second)
		return nil
	})
}

// facts asks all questions, and lets time pass quickly.
func (c *clinic) facts(s doctor.Scratch) map[string]doctor.Fact {
	c.t.Helper()
	c.hurry()
	all, err := c.doctor.Settle(c.t.Context(), c.link, s)
	require.NoError(c.t, err)
	byName := map[string]doctor.Fact{}
	for _, f := range all {
		require.NotContains(c.t, byName, f.Name)
		byName[f.Name] = f
	}
	return byName
}
