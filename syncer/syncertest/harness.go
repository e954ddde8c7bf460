package syncertest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"testing"

	"github.com/procorebox/procorebox/syncer"
)

// Harness is a file system under test. Only FS and Root are needed; what else is left out skips the
// cases that need it.
type Harness struct {
	FS syncer.FileSystem
	// Root is the ID, or the locator, of an empty folder in which the suite may do as it likes.
	Root string
	// Fixed are the IDs of items in Root that the service itself keeps there. The suite passes them over,
	// with what is in them.
	Fixed []string
	// Elsewhere is the ID of an item in the same account that is not below Root.
	Elsewhere string
	// Settled returns when listings show what was written. The suite calls it before it reads.
	Settled func(ctx context.Context) error
	// Colleague does what the file system itself cannot.
	Colleague Colleague
	// Close is called after each case.
	Close func()
}

// Colleague is another account, or the service itself, that acts behind the file system's back.
// Every function may be nil.
type Colleague struct {
	// File and Folder make items, and return their IDs; so do links and the like with Other.
	File   func(ctx context.Context, parentID, name, contents string) (string, error)
	Folder func(ctx context.Context, parentID, name string) (string, error)
	Other  func(ctx context.Context, parentID, name string) (string, error)
	// Edit gives a file other contents.
	Edit func(ctx context.Context, id, contents string) error
	// Bar makes the contents of a folder unreadable for FS, Hide makes an item invisible, Lock
	// makes it somebody else's to change.
	Bar, Hide, Lock func(ctx context.Context, id string) error
	// Cut breaks the connection in the middle of the next body that FS.Open returns.
	Cut func(ctx context.Context) error
}

// Failure says which promise a file system broke.
type Failure struct {
	// Case is the name of the case, a sentence about the world.
	Case string
	// Promise is what package syncer says, and why it matters.
	Promise string
	Err     error
}

// Error returns all three.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s: %v\n\tpromised: %s", f.Case, f.Err, f.Promise)
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// promise is one case of the suite.
type promise struct {
	name string
	why  string
	run  func(c *check)
}

func promises() []promise {
	var all []promise
	for _, group := range [][]promise{
		infoCases, listCases, resumeCases, createCases, limitCases, nameCases, bodyCases, updateCases, openCases,
		deleteCases, moveCases, lookCases, restoreCases, versionCases, feedCases, peopleCases, contextCases, crowdCases,
	} {
		all = append(all, group...)
	}
	return all
}

// TestFileSystem holds a file system to every promise of syncer.FileSystem, of the optional
// interfaces that it has, and of its Info. Each case gets a Harness of its own from open; they may
// share a service if their roots differ. A promise that does not concern the file system is skipped
// with the reason.
func TestFileSystem(t *testing.T, open func(t *testing.T) *Harness) {
	t.Helper()
	for _, p := range promises() {
		t.Run(p.name, func(t *testing.T) {
			skipped, err := p.check(t.Context(), open(t))
			if err != nil {
				t.Fatal(err)
			}
			if skipped != "" {
				t.Skip(skipped)
			}
		})
	}
}

// CheckFileSystem does what TestFileSystem does without a testing.T, and returns a joined error of
// Failures, or nil.
func CheckFileSystem(ctx context.Context, open func(ctx context.Context) (*Harness, error)) error {
	var failures []error
	for _, p := range promises() {
		h, err := open(ctx)
		if err != nil {
			return fmt.Errorf("open harness for %q: %w", p.name, err)
		}
		if _, err := p.check(ctx, h); err != nil {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// stop ends a case early.
type stop struct{ skip string }

func (p promise) check(ctx context.Context, h *Harness) (skipped string, err error) {
	if h.Close != nil {
		defer h.Close()
	}
	c := &check{ctx: ctx, h: h, fs: h.FS, info: h.FS.Info()}
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(stop)
			if !ok {
				panic(r)
			}
			skipped = s.skip
		}
		if len(c.errs) > 0 {
			err = &Failure{Case: p.name, Promise: p.why, Err: errors.Join(c.errs...)}
		}
	}()
	p.run(c)
	return "", nil
}

// Harness returns a Harness on a new Handle of the service.
func (s *Service) Harness() *Harness {
	h, u := s.Connect(), s.User("colleague")
	below := func(id, name string) string { return path.Join(s.Path(id), name) }
	flag := func(f func(at string)) func(context.Context, string) error {
		return func(_ context.Context, id string) error { f("id:" + id); return nil }
	}
	return &Harness{
		FS: h.FileSystem(), Root: h.Root(), Elsewhere: u.Write("../Elsewhere"+s.extension(), "outside"),
		Colleague: Colleague{
			File: func(_ context.Context, parent, name, contents string) (string, error) {
				return u.Add(below(parent, name), contents), nil
			},
			Folder: func(_ context.Context, parent, name string) (string, error) {
				return u.AddFolder(below(parent, name)), nil
			},
			Other: func(_ context.Context, parent, name string) (string, error) {
				return u.AddLink(below(parent, name)), nil
			},
			Edit: func(_ context.Context, id, contents string) error { u.Write("id:"+id, contents); return nil },
			Bar:  flag(u.Bar), Hide: flag(u.Hide), Lock: flag(u.Lock),
			Cut: func(context.Context) error { h.Inject(cutting()); return nil },
		},
	}
}

func (s *Service) extension() string {
	if len(s.o.Info.Extensions) > 0 {
		return s.o.Info.Extensions[0]
	}
	return ""
}
