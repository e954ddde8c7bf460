package procore_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// TestFileSystemOfARealProject holds Procore itself to what the fake does: a sandbox, as the bases in
// PROCORE_BASE and PROCORE_LOGIN_BASE say. It works in folders of its own in the top folder of the
// project's documents, or of the company's without a project, and leaves them in the recycle bin.
func TestFileSystemOfARealProject(t *testing.T) {
	token, company := os.Getenv("PROCORE_TEST_TOKEN"), envID(t, "PROCORE_TEST_COMPANY")
	if token == "" || company == 0 {
		t.Skip("PROCORE_TEST_TOKEN and PROCORE_TEST_COMPANY name no account: an access token, and the number of a company; PROCORE_TEST_PROJECT is that of a project")
	}
	in := procore.InCompany()
	if project := envID(t, "PROCORE_TEST_PROJECT"); project != 0 {
		in = procore.InProject(project)
	}
	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: procore.Windows(), Read: procore.Readings})
	require.NoError(t, err)
	client, err := procore.New(procore.Options{
		Bases: procore.BasesFrom(os.Getenv), CompanyID: company, Tokens: procore.Fixed(token), Pace: governor.Lane("test"),
	})
	require.NoError(t, err)
	files, err := procore.NewDocuments(t.Context(), client, in, nil)
	require.NoError(t, err)
	top, err := files.Look(t.Context(), procore.RootID)
	require.NoError(t, err)
	work, err := files.CreateFolder(t.Context(), top, "procorebox test "+time.Now().UTC().Format("2006-01-02 15.04.05.000"))
	require.NoError(t, err)
	t.Cleanup(func() {
		number, err := strconv.ParseInt(work.ID, 10, 64)
		require.NoError(t, err)
		require.NoError(t, client.DeleteFoldersID(context.Background(), in, procore.ID(number))) // that of the test has ended
	})
	n := 0
	syncertest.TestFileSystem(t, func(t *testing.T) *syncertest.Harness {
		n++
		root, err := files.CreateFolder(t.Context(), work, fmt.Sprint("case ", n))
		require.NoError(t, err)
		return &syncertest.Harness{FS: files, Root: root.ID}
	})
}

// envID is the number in a variable of the environment, 0 without one.
func envID(t *testing.T, name string) procore.ID {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err, name)
	return procore.ID(n)
}
