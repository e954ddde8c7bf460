package syncertest_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// breakage is a file system that breaks one promise, and the case that must catch it.
type breakage struct {
	name   string
	caught string
	twist  func(t *twisted)
}

func TestSuiteCatchesBrokenFileSystems(t *testing.T) {
	t.Parallel()
	for _, b := range slices.Concat(brokenInfos, brokenLists, brokenCreates, brokenContents, brokenBodies, brokenItems, brokenPlaces, brokenUpgrades) {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			err := syncertest.CheckFileSystem(t.Context(), func(context.Context) (*syncertest.Harness, error) {
				h := harness(func(*syncertest.Options) {})
				fs := &twisted{Handle: h.FS.(*syncertest.Handle)}
				b.twist(fs)
				h.FS = fs
				return h, nil
			})
			require.Contains(t, failedCases(err), b.caught, "%v", err)
		})
	}
}

// failedCases returns the names of the cases that failed, out of the joined error of a suite.
func failedCases(err error) []string {
	var names []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			if f, ok := errors.AsType[*syncertest.Failure](err); ok {
				names = append(names, f.Case)
			}
		}
	}
	return names
}

// lie makes the file system say of itself what is not so.
func (t *twisted) lie(change func(i *syncer.Info)) {
	t.info = func() syncer.Info {
		i := t.Handle.Info()
		change(&i)
		return i
	}
}

// current returns an item as it is now, or as it was if it cannot be seen.
func (t *twisted) current(ctx context.Context, old syncer.Entry) syncer.Entry {
	if e, err := t.Handle.Look(ctx, old.ID); err == nil {
		return e
	}
	return old
}

// forgiving opens a body that ends as if it were whole where the right one breaks.
func forgiving(open func(ctx context.Context) (io.ReadCloser, error)) func(ctx context.Context) (io.ReadCloser, error) {
	return func(ctx context.Context) (io.ReadCloser, error) {
		r, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return forgivingBody{r}, nil
	}
}

type forgivingBody struct{ io.ReadCloser }

func (b forgivingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// contents returns a body of which only the size is known.
func contents(text string) syncer.Content {
	return syncer.Content{
		Size: int64(len(text)),
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// body reads a body to its end, or as far as it goes.
func body(c syncer.Content) string {
	r, err := c.Open(context.Background())
	if err != nil {
		return ""
	}
	defer r.Close()
	text, _ := io.ReadAll(r)
	return string(text)
}
