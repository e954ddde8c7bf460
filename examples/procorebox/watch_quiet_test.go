package main

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// listener remembers what it is told.
type listener struct{ heard []string }

func (l *listener) event(syncer.Event)    {}
func (l *listener) looked([]mapping.Link) {}
func (l *listener) told(of mapping.Link, s *office.Synced) {
	l.heard = append(l.heard, fmt.Sprintf("%s: %d results, %v", of.Name, len(s.Results), s.Err))
}
func (l *listener) trouble(err error)         { l.heard = append(l.heard, linesOf(err)...) }
func (l *listener) say(text string, _ ...any) { l.heard = append(l.heard, text) }

func TestASignInThatIsOverIsToldOnceAndOnceThatItIsMended(t *testing.T) {
	t.Parallel()
	over := fmt.Errorf("token of %q: %w", "box", connect.ErrSignIn)
	other := fmt.Errorf("documents: %w", fs.ErrPermission)
	l := &listener{}
	q := newQuiet(l)
	tower := mapping.Link{Name: "tower"}

	q.signedIn(office.BoxService, nil)
	require.Empty(t, l.heard, "what was well is well")
	for range 3 {
		q.signedIn(office.BoxService, over)
		q.trouble(over)
		q.told(tower, &office.Synced{Results: []mapping.Result{{Link: "tower", Err: over}}, Err: over})
	}
	require.Equal(t, []string{
		`Box does not take the sign-in, so nothing is synced for now: token of "box": ` + connect.ErrSignIn.Error() +
			`; sign in with "procorebox connect box" while this watch runs, and it goes on`,
	}, l.heard)

	l.heard = nil
	q.trouble(errors.Join(over, other))
	q.told(tower, &office.Synced{Results: []mapping.Result{{Link: "tower", Err: over}, {Link: "tower"}}, Err: over})
	require.Equal(t, []string{other.Error(), "tower: 1 results, <nil>"}, l.heard, "whatever else happens is told")

	l.heard = nil
	for range 2 {
		q.signedIn(office.BoxService, nil)
	}
	q.told(tower, &office.Synced{Err: over})
	require.Equal(t, []string{"Box takes the sign-in again", "tower: 0 results, " + over.Error()}, l.heard)
}

func TestAWatchIsNotToldToRunAgain(t *testing.T) {
	t.Parallel()
	l := &listener{}
	q := newQuiet(l)
	q.trouble(errors.Join(&advised{errors.New("first"), "look; nothing is lost, so run it again then"}, errors.New("second")))
	require.Equal(t, []string{"first; look; nothing is lost, and it is tried again", "second"}, l.heard)
	q.told(mapping.Link{Name: "tower"}, &office.Synced{})
	require.Equal(t, "tower: 0 results, <nil>", l.heard[2])
}
