package office

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

func TestWhatEndsSeveralRunsIsSaidOnceWithAllWhomItConcerns(t *testing.T) {
	tunnel := mapping.Link{Name: "tunnel", ID: "t", Tools: []mapping.Tool{mapping.Documents}}
	tower := mapping.Link{Name: "tower", ID: "w", Tools: []mapping.Tool{mapping.Documents, mapping.Photos}}
	signIn := func(request string) error { return fmt.Errorf("%w (request %s)", syncer.ErrSignIn, request) }
	at := func(side syncer.Side, err error) error { return &syncer.Error{Op: "list", Side: side, Err: err} }
	ran := func(l mapping.Link, tool mapping.Tool, err error) func(e *endings) {
		return func(e *endings) { e.tool(mapping.Result{Link: l.Name, Tool: tool, Err: err}) }
	}
	opened := func(l mapping.Link, side syncer.Side, err error) func(e *endings) {
		return func(e *endings) {
			e.link(l, fmt.Errorf("link %q: %w", l.Name, &mapping.OpenError{Side: side, Err: err}))
		}
	}
	polled := func(side syncer.Side, err error, paused bool, pairs ...string) func(e *endings) {
		return func(e *endings) {
			unheard := errors.Join(&mapping.PollError{Side: side, Pairs: pairs, Err: err})
			e.poll(unheard, []mapping.Link{tunnel, tower}, func(mapping.Link, mapping.Tool) bool { return paused })
		}
	}
	var crowd []func(e *endings)
	for i := range 7 {
		crowd = append(crowd, opened(mapping.Link{Name: fmt.Sprint(i)}, syncer.Destination, signIn("1")))
	}
	for name, c := range map[string]struct {
		ended []func(e *endings)
		want  []string
	}{
		"nothing": {nil, nil},
		"a halt, which its result tells": {
			[]func(e *endings){ran(tower, mapping.Documents, syncer.ErrHalted)}, nil,
		},
		"two tools that one service keeps out": {
			[]func(e *endings){
				ran(tower, mapping.Documents, at(syncer.Destination, signIn("1"))), ran(tower, mapping.Photos, at(syncer.Destination, signIn("2"))),
			},
			[]string{`documents, photos of link "tower": list in Box: sign in again (request 1)`},
		},
		"two services": {
			[]func(e *endings){
				ran(tower, mapping.Documents, at(syncer.Destination, signIn("1"))), ran(tower, mapping.Photos, at(syncer.Source, signIn("2"))),
			},
			[]string{
				`documents of link "tower": list in Box: sign in again (request 1)`, `photos of link "tower": list in Procore: sign in again (request 2)`,
			},
		},
		"two causes": {
			[]func(e *endings){
				ran(tower, mapping.Documents, at(syncer.Source, fs.ErrPermission)), ran(tunnel, mapping.Documents, at(syncer.Source, syncer.ErrQuota)),
			},
			[]string{`documents of link "tower": list in Procore: permission denied`, `documents of link "tunnel": list in Procore: out of space`},
		},
		"causes that nobody knows": {
			[]func(e *endings){
				ran(tower, mapping.Documents, at(syncer.Source, errors.New("boom"))), ran(tower, mapping.Photos, at(syncer.Source, errors.New("bang"))),
				ran(tunnel, mapping.Documents, at(syncer.Source, errors.New("boom"))),
			},
			[]string{`documents of link "tower", documents of link "tunnel": list in Procore: boom`, `photos of link "tower": list in Procore: bang`},
		},
		"all of a link": {
			[]func(e *endings){opened(tower, syncer.Source, signIn("1")), opened(tunnel, syncer.Source, signIn("2"))},
			[]string{`link "tower", link "tunnel": open Procore: sign in again (request 1)`},
		},
		"more links than one wants to read of": {
			crowd, []string{`link "0", link "1", link "2", link "3", link "4" and 2 more: open Box: sign in again (request 1)`},
		},
		"a feed that fails with the link": {
			[]func(e *endings){opened(tower, syncer.Source, signIn("1")), polled(syncer.Source, signIn("2"), false, "w/documents", "w/photos")},
			[]string{`link "tower": open Procore: sign in again (request 1)`},
		},
		"a feed that fails with its tool": {
			[]func(e *endings){ran(tower, mapping.Photos, at(syncer.Source, signIn("1"))), polled(syncer.Source, signIn("2"), false, "w/photos")},
			[]string{`photos of link "tower": list in Procore: sign in again (request 1)`},
		},
		"a feed that fails alone": {
			[]func(e *endings){polled(syncer.Source, syncer.ErrBusy, true, "w/photos")}, []string{`photos of link "tower": service is busy`},
		},
		"a feed of a tool that is paused, since it is not visible": {
			[]func(e *endings){polled(syncer.Source, fs.ErrNotExist, true, "w/photos")}, nil,
		},
		"a feed of another link": {
			[]func(e *endings){polled(syncer.Source, fs.ErrNotExist, false, "x/photos")}, nil,
		},
		"a feed of a link that could not be opened": {
			[]func(e *endings){polled(syncer.Source, fmt.Errorf("link %q: %w", "tower", &mapping.OpenError{Side: syncer.Source, Err: fs.ErrNotExist}), false, "w/photos")},
			[]string{`photos of link "tower": open Procore: file does not exist`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var e endings
			for _, ended := range c.ended {
				ended(&e)
			}
			if c.want == nil {
				require.NoError(t, e.err())
				return
			}
			require.EqualError(t, e.err(), strings.Join(c.want, "\n"))
		})
	}
}
