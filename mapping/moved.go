package mapping

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/procorebox/procorebox/syncer"
)

// neighbours are the other tools of a Link, as a pair sees them that has lost an item: somebody may have
// dragged it from one tool's folder to another's. It lives there as an item of that tool's pair, and its
// counterpart here goes once the other pair has made one there, durably.
type neighbours struct {
	states syncer.StateStore
	self   syncer.Pair
	others []Part

	mu      sync.Mutex
	pending map[string]map[syncer.PendingKey]string // reasons, by pair
	open    map[lostItem]syncer.Elsewhere           // what is not kept so far
}

func newNeighbours(states syncer.StateStore) *neighbours {
	return &neighbours{states: states, open: map[lostItem]syncer.Elsewhere{}}
}

type lostItem struct {
	side syncer.Side
	id   string
}

// elsewhere is what an engine asks: see Options.Elsewhere of package syncer.
func (n *neighbours) elsewhere(ctx context.Context, side syncer.Side, id string) (syncer.Elsewhere, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	found, err := n.find(ctx, side, id)
	if err != nil {
		return found, err
	}
	if delete(n.open, lostItem{side, id}); !found.Kept {
		n.open[lostItem{side, id}] = found
	}
	return found, nil
}

// news reports whether more is known by now of what was lost than when the engine asked.
func (n *neighbours) news(ctx context.Context) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pending = nil
	for item, was := range n.open {
		found, err := n.find(ctx, item.side, item.id)
		if err != nil {
			return false, err
		}
		if found != was {
			return true, nil
		}
	}
	return false, nil
}

func (n *neighbours) find(ctx context.Context, side syncer.Side, id string) (syncer.Elsewhere, error) {
	realm := n.self.Endpoint(side).FS.Info().Realm
	for _, p := range n.others {
		fs := p.Pair.Endpoint(side).FS
		if realm == "" || fs == nil || fs.Info().Realm != realm {
			continue // an ID there names something else
		}
		found, err := n.ask(ctx, p, side, id)
		if err != nil || found != (syncer.Elsewhere{}) {
			return found, err
		}
	}
	return syncer.Elsewhere{}, nil
}

// ask looks into what is remembered of another pair.
func (n *neighbours) ask(ctx context.Context, p Part, side syncer.Side, id string) (syncer.Elsewhere, error) {
	view, err := n.states.View(ctx, p.Pair.Name)
	if err != nil {
		return syncer.Elsewhere{}, fmt.Errorf("view %s: %w", p.Pair.Name, err)
	}
	moved := "moved to " + p.Tool.Folder()
	r, err := view.ByID(ctx, side, id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		why, err := n.waiting(ctx, view, p.Pair.Name, syncer.PendingKey{Side: side, ID: id})
		if why == "" || err != nil {
			return syncer.Elsewhere{}, err
		}
		return syncer.Elsewhere{Reason: moved + ": " + why}, nil
	case err != nil:
		return syncer.Elsewhere{}, fmt.Errorf("ask %s: %w", p.Pair.Name, err)
	case r.Half(side).Presence != syncer.Present:
		return syncer.Elsewhere{}, nil // it was there once
	case r.Half(side.Other()).Presence == syncer.Present && !r.Half(side.Other()).Behind:
		return syncer.Elsewhere{Kept: true, Reason: moved}, nil
	}
	why, err := n.waiting(ctx, view, p.Pair.Name, syncer.PendingKey{Record: r.ID})
	if why == "" {
		why = "it is not on the other side there"
	}
	return syncer.Elsewhere{Reason: moved + ": " + why}, err
}

// waiting returns why an item waits in another pair, empty if it does not.
func (n *neighbours) waiting(ctx context.Context, view syncer.View, pair string, key syncer.PendingKey) (string, error) {
	if n.pending[pair] == nil {
		reasons := map[syncer.PendingKey]string{}
		for p, err := range view.Pending(ctx) {
			if err != nil {
				return "", fmt.Errorf("ask %s: %w", pair, err)
			}
			reasons[p.PendingKey] = p.Reason
		}
		if n.pending == nil {
			n.pending = map[string]map[syncer.PendingKey]string{}
		}
		n.pending[pair] = reasons
	}
	return n.pending[pair][key], nil
}
