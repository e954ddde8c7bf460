package office

import (
	"context"
	"crypto/rand"
	"fmt"
)

const nudgePrefix = "nudge/"

// nudge lets a watch that keeps the Link in step, perhaps in another process, look at it soon.
func (o *Office) nudge(ctx context.Context, link string) error {
	name := nudgePrefix + link
	err := o.file.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: []byte(rand.Text())}, nil
	})
	if err != nil {
		return fmt.Errorf("it is noted, and a watch that runs will see it within a minute: %w", err)
	}
	return nil
}

// nudged tells the latest nudge of a Link from others. Where it cannot be read there is none.
func (o *Office) nudged(ctx context.Context, link string) string {
	name := nudgePrefix + link
	found, err := o.file.Notes.Read(ctx, name)
	if err != nil {
		return ""
	}
	return string(found[name])
}
