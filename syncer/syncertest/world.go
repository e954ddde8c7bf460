package syncertest

import (
	"context"
	"fmt"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// WorldOptions describe a World. Store is needed; everything else may be left zero.
type WorldOptions struct {
	// Store keeps the pair's state. It should show the World's clock; see Clock.
	Store syncer.StateStore
	// Clock is the time of both services and of the engine; nil makes a new one.
	Clock *Clock
	// Source and Destination are the services, Trees what is on them at first.
	Source, Destination         Options
	SourceTree, DestinationTree Tree
	// Pair is the pair's name, "pair" if empty, and Mode which way it flows.
	Pair string
	Mode syncer.Mode
	// Engine are the engine's options. Clock is set, and Parallel is 1 if it is zero, so that the
	// same world always sees the same calls in the same order.
	Engine syncer.Options
}

// World is a pair of in-memory services with an engine between them: a user on each side, the
// store, and a clock that a test moves.
type World struct {
	Source, Destination *Service
	// Left and Right are the engine's connections to the two sides.
	Left, Right *Handle
	// Ann works on the source, Bob on the destination.
	Ann, Bob *User
	Store    syncer.StateStore
	Clock    *Clock
	Pair     syncer.Pair
	Options  syncer.Options
}

// NewWorld makes the services, their trees and the connections. Nothing is synced yet.
func NewWorld(o WorldOptions) *World {
	w := &World{Store: o.Store, Clock: o.Clock, Options: o.Engine}
	if w.Clock == nil {
		w.Clock = &Clock{}
	}
	if o.Pair == "" {
		o.Pair = "pair"
	}
	for side, so := range []*Options{&o.Source, &o.Destination} {
		if so.Now == nil {
			so.Now = w.Clock.Now
		}
		if so.Prefix == "" {
			so.Prefix = [...]string{"s", "d"}[side]
		}
	}
	w.Source, w.Destination = New(o.Source, o.SourceTree), New(o.Destination, o.DestinationTree)
	w.Left, w.Right = w.Source.Connect(), w.Destination.Connect()
	w.Ann, w.Bob = w.Source.User("ann"), w.Destination.User("bob")
	w.Pair = syncer.Pair{
		Name: o.Pair, Mode: o.Mode,
		Source:      syncer.Endpoint{FS: w.Left.FileSystem(), Root: w.Left.Root()},
		Destination: syncer.Endpoint{FS: w.Right.FileSystem(), Root: w.Right.Root()},
	}
	w.Options.Clock = w.Clock.Now
	if w.Options.Parallel == 0 {
		w.Options.Parallel = 1
	}
	return w
}

// Engine returns a new engine for the pair, with the options as they are now.
func (w *World) Engine() (*syncer.Engine, error) { return syncer.New(w.Store, w.Pair, &w.Options) }

// Run lets a new engine run once. o may be nil.
func (w *World) Run(ctx context.Context, o *syncer.RunOptions) (*syncer.Report, error) {
	e, err := w.Engine()
	if err != nil {
		return nil, err
	}
	return e.Run(ctx, o)
}

// Full runs with a full scan.
func (w *World) Full(ctx context.Context) (*syncer.Report, error) {
	return w.Run(ctx, &syncer.RunOptions{Full: true})
}

// Poll reads the feeds of both sides into the pair's inbox.
func (w *World) Poll(ctx context.Context) error {
	for side, end := range []syncer.Endpoint{w.Pair.Source, w.Pair.Destination} {
		feed, ok := end.FS.(syncer.Feed)
		if !ok {
			continue
		}
		s := syncer.Stream{
			Name: fmt.Sprintf("%s-%d", w.Pair.Name, side), Feed: feed, Side: syncer.Side(side), Pairs: []string{w.Pair.Name},
		}
		if _, err := s.Poll(ctx, w.Store); err != nil {
			return err
		}
	}
	return nil
}

// Hinted polls the feeds and runs on what they say.
func (w *World) Hinted(ctx context.Context) (*syncer.Report, error) {
	if err := w.Poll(ctx); err != nil {
		return nil, err
	}
	return w.Run(ctx, nil)
}

// Later moves the clock on.
func (w *World) Later(d time.Duration) { w.Clock.Advance(d) }

// Records returns the whole baseline.
func (w *World) Records(ctx context.Context) ([]syncer.Record, error) {
	v, err := w.Store.View(ctx, w.Pair.Name)
	if err != nil {
		return nil, err
	}
	var out []syncer.Record
	for r, err := range v.Records(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// Journal returns everything that happened to the pair, oldest first.
func (w *World) Journal(ctx context.Context) ([]syncer.Outcome, error) {
	v, err := w.Store.View(ctx, w.Pair.Name)
	if err != nil {
		return nil, err
	}
	var out []syncer.Outcome
	for o, err := range v.Journal(ctx, syncer.Position{}) {
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
