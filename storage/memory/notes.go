package memory

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// Notes keeps small texts under names, for as long as the process lives: the settings of a program, such
// as the Links of package mapping.
type Notes struct {
	options Options
	mu      sync.Mutex
	rows    map[string][]byte
}

// NewNotes returns an empty store. Of the Options it uses Fail.
func NewNotes(o Options) *Notes {
	return &Notes{options: o.withDefaults(), rows: map[string][]byte{}}
}

// Read returns what is stored under names that begin with prefix.
func (n *Notes) Read(ctx context.Context, prefix string) (map[string][]byte, error) {
	if err := n.options.start(ctx, OpRead); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.under(prefix), nil
}

func (n *Notes) under(prefix string) map[string][]byte {
	out := map[string][]byte{}
	for name, text := range n.rows {
		if strings.HasPrefix(name, prefix) {
			out[name] = bytes.Clone(text)
		}
	}
	return out
}

// Change hands what stands under prefix to change, and stores what that returns, all or nothing: a nil
// value takes the name away, and what is not in it stays. Nobody else changes anything meanwhile.
func (n *Notes) Change(ctx context.Context, prefix string, change func(now map[string][]byte) (map[string][]byte, error)) error {
	return n.options.do(ctx, OpSave, func() error {
		n.mu.Lock()
		defer n.mu.Unlock()
		put, err := change(n.under(prefix))
		if err != nil {
			return err
		}
		rows := maps.Clone(n.rows)
		for name, text := range put {
			switch {
			case !strings.HasPrefix(name, prefix):
				return fmt.Errorf("note %q is not under %q: %w", name, prefix, syncer.ErrInvalid)
			case text == nil:
				delete(rows, name)
				continue
			}
			rows[name] = append([]byte{}, text...)
		}
		n.rows = rows
		return nil
	})
}
