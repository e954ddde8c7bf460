package procore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// mark is a position as one kind of feed keeps it in its cursors.
type mark interface {
	// prefix begins the cursors of the kind.
	prefix() string
	// at is the time of Procore's clock up to which everything was told.
	at() time.Time
	// sound reports whether a feed can have written it.
	sound() bool
}

// poll is one reading of a feed, on from a position. It returns what changed since the last one, and the
// next one.
type poll[P mark] func(ctx context.Context, last P) ([]syncer.Hint, P, error)

// begin takes the first position in a feed of things that what names.
func begin[P mark](ctx context.Context, what string, first P, read poll[P]) (syncer.Cursor, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	_, next, err := read(ctx, first)
	if err != nil {
		return "", fmt.Errorf("take position in %s: %w", what, err)
	}
	return cursorAt(next)
}

// goOn is Changes of all feeds. It makes no call where webhooks have told everything.
func goOn[P mark](ctx context.Context, t *tool, what string, from syncer.Cursor, read poll[P]) ([]syncer.Hint, syncer.Cursor, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", false, err
	}
	last, err := markIn[P](from, what, t.now())
	if err != nil {
		return nil, "", false, err
	}
	if t.trust.told(t.in, t.name, last.at()) {
		return nil, from, false, nil
	}
	hints, next, err := read(ctx, last)
	if err != nil {
		return nil, "", false, fmt.Errorf("read changes of %s: %w", what, err)
	}
	cursor, err := cursorAt(next)
	return hints, cursor, false, err
}

func cursorAt[P mark](p P) (syncer.Cursor, error) {
	text, err := json.Marshal(p)
	return syncer.Cursor(p.prefix() + string(text)), err
}

func markIn[P mark](from syncer.Cursor, what string, now time.Time) (p P, err error) {
	text, ours := strings.CutPrefix(string(from), p.prefix())
	if !ours || json.Unmarshal([]byte(text), &p) != nil || !p.sound() {
		return p, fmt.Errorf("%.40q is no position of %s: %w", from, what, syncer.ErrCursor)
	}
	if now.Sub(p.at()) > remembered {
		return p, fmt.Errorf("the position is from %s: %w", p.at().UTC().Format(time.DateOnly), syncer.ErrCursor)
	}
	return p, nil
}
