package box_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// online is an account that variables name, as a real one is: BOX_TEST_TOKEN is its access token,
// BOX_TEST_FOLDER the number of a folder to work in, below which all is made and goes to the trash.
// BOX_TEST_COLLEAGUE is the token of another account, which may edit in that folder; without one the
// account is its own colleague, and what needs two is skipped. BOX_API_BASE, BOX_UPLOAD_BASE and
// BOX_LOGIN_BASE are those of the real Box unless they are set.
type online struct {
	client, colleague *box.Client
	two               bool
	files             *box.FileSystem
	folder            string
	roots             int
	locked            []string
}

func newOnline(t *testing.T, getenv func(string) string, pace connect.Pace) *online {
	t.Helper()
	connectAs := func(token string) *box.Client {
		c, err := box.New(box.Options{Bases: box.BasesFrom(getenv), Tokens: box.Fixed(token), Pace: pace})
		require.NoError(t, err)
		return c
	}
	other := getenv("BOX_TEST_COLLEAGUE")
	n := &online{
		client: connectAs(getenv("BOX_TEST_TOKEN")), colleague: connectAs(cmp.Or(other, getenv("BOX_TEST_TOKEN"))), two: other != "",
		folder: getenv("BOX_TEST_FOLDER"),
	}
	var err error
	n.files, err = box.NewFileSystem(t.Context(), n.client, nil)
	require.NoError(t, err)
	return n
}

func (n *online) harness(t *testing.T) *syncertest.Harness {
	t.Helper()
	n.roots++
	root, err := n.client.PostFolders(t.Context(), n.folder, fmt.Sprintf("procorebox %d %d", time.Now().UnixNano(), n.roots))
	require.NoError(t, err)
	elsewhere, err := n.upload(t.Context(), n.client, n.folder, root.Name+" outside", "outside")
	require.NoError(t, err)
	h := &syncertest.Harness{
		FS: n.files, Root: root.ID, Elsewhere: elsewhere,
		Close: func() {
			ctx := context.WithoutCancel(t.Context())
			for _, id := range n.locked {
				_, _ = n.colleague.PutFilesIDUnlock(ctx, id) // the case may have deleted it
			}
			n.locked = nil
			require.NoError(t, n.client.DeleteFoldersID(ctx, root.ID, "", true))
			require.NoError(t, n.client.DeleteFilesID(ctx, number(elsewhere), ""))
		},
		Colleague: syncertest.Colleague{
			File: func(ctx context.Context, parent, name, contents string) (string, error) {
				return n.upload(ctx, n.colleague, parent, name, contents)
			},
			Folder: func(ctx context.Context, parent, name string) (string, error) {
				made, err := n.colleague.PostFolders(ctx, parent, name)
				if err != nil {
					return "", err
				}
				return made.ID, nil
			},
			Edit: func(ctx context.Context, id, contents string) error {
				_, err := n.colleague.Upload(ctx, box.Target{FileID: number(id)}, text(contents))
				return err
			},
		},
	}
	if n.two {
		h.Colleague.Lock = func(ctx context.Context, id string) error {
			_, err := n.colleague.PutFilesIDLock(ctx, number(id), time.Time{})
			n.locked = append(n.locked, number(id))
			return err
		}
	}
	return h
}

func (n *online) upload(ctx context.Context, c *box.Client, parent, name, contents string) (string, error) {
	made, err := c.Upload(ctx, box.Target{ParentID: parent, Name: name}, text(contents))
	if err != nil {
		return "", err
	}
	return "f" + made.ID, nil
}

// TestFileSystemOfARealAccount holds Box itself to what the fake does.
func TestFileSystemOfARealAccount(t *testing.T) {
	if os.Getenv("BOX_TEST_TOKEN") == "" || os.Getenv("BOX_TEST_FOLDER") == "" {
		t.Skip("BOX_TEST_TOKEN and BOX_TEST_FOLDER name no account: an access token, and the number of a folder to work in")
	}
	governor, err := connect.NewGovernor(connect.GovernorOptions{Windows: box.Windows()})
	require.NoError(t, err)
	syncertest.TestFileSystem(t, newOnline(t, os.Getenv, governor.Lane("suite")).harness)
}

// TestFileSystemOfAFakeThatIsReachedAsARealAccountIs keeps the way to a real account usable.
func TestFileSystemOfAFakeThatIsReachedAsARealAccountIs(t *testing.T) {
	t.Parallel()
	fake, err := boxtest.Start(t.Context(), "127.0.0.1:0", boxtest.Options{Limits: boxtest.NoLimits})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	ann := fake.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Sandbox")
	require.NoError(t, err)
	require.NoError(t, ann.Collaborate(folder, fake.Home(), "editor"))
	urls := fake.URLs()
	env := map[string]string{
		"BOX_API_BASE": urls.API, "BOX_UPLOAD_BASE": urls.Upload, "BOX_LOGIN_BASE": urls.Login,
		"BOX_TEST_TOKEN": fake.Token(), "BOX_TEST_COLLEAGUE": fake.TokenFor(ann.User, 0), "BOX_TEST_FOLDER": folder.ID,
	}
	syncertest.TestFileSystem(t, newOnline(t, func(name string) string { return env[name] }, nil).harness)
}
