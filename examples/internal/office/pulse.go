package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/procorebox/procorebox/mapping"
)

// ProbeStore stores a note, and returns an error if that cannot be done: a disk that is full or has become
// read-only shows itself before a run needs it. It is durable, and takes some milliseconds.
func (o *Office) ProbeStore(ctx context.Context) error {
	const name = "watch/probe"
	err := o.file.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: []byte(time.Now().UTC().Format(time.RFC3339))}, nil
	})
	if err != nil {
		return fmt.Errorf("write to the data directory: %w", err)
	}
	return nil
}

// TokenSince returns when the token of a service was received, and the zero time if none is stored.
func (o *Office) TokenSince(ctx context.Context, s Service) (time.Time, error) {
	token, err := o.file.Tokens.Load(ctx, s.credential())
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil || !token.Since.IsZero() {
		return token.Since, err
	}
	c, err := o.connection(ctx, s) // the first token, of the sign-in
	if err != nil {
		return time.Time{}, err
	}
	return c.Since, nil
}

// Inbox returns how many hints wait for a tool of a Link.
func (o *Office) Inbox(ctx context.Context, l mapping.Link, t mapping.Tool) (int, error) {
	view, err := o.file.Store.View(ctx, l.Pair(t))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, err := range view.Inbox(ctx) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
