package box_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/syncer"
)

// before is a transport that lets something happen before each request that is sent by a method.
type before struct {
	method string
	does   func()
	next   http.RoundTripper
}

func (b before) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == b.method {
		b.does()
	}
	return b.next.RoundTrip(r)
}

// What was in the trash comes back under a name of its own, and gets the right one then.
func TestAFileThatIsChangedWhileItIsRestoredStillGetsItsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes func(a *account, file boxtest.Item) error
		want    string
	}{
		"edited": {func(a *account, file boxtest.Item) error {
			_, err := a.ann.Edit(file.ID, []byte("by ann"))
			return err
		}, "plan.pdf"},
		"renamed": {func(a *account, file boxtest.Item) error {
			_, err := a.ann.Rename(file, "by ann.pdf")
			return err
		}, "by ann.pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, boxtest.Options{Limits: boxtest.NoLimits})
			root := a.root(t)
			file, err := a.ann.Upload(root.ID, "plan.pdf", []byte("one"))
			require.NoError(t, err)
			require.NoError(t, a.ann.Trash(file))
			var refused error
			changes := sync.OnceFunc(func() { refused = c.changes(a, file) })
			files := a.connect(t, box.Options{HTTP: before{http.MethodPut, changes, a.HTTPClient().Transport}})
			_, err = files.Restore(t.Context(), syncer.Trashed{ID: "f" + file.ID}, syncer.Entry{ID: root.ID}, "plan.pdf")
			require.NoError(t, refused)
			require.Error(t, err)
			require.False(t, syncer.NotDone(err), "what it was changed to is for the next look")
			now, err := a.fs.Look(t.Context(), "f"+file.ID)
			require.NoError(t, err)
			require.Equal(t, c.want, now.Name)
		})
	}
}
