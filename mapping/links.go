package mapping

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// prefix begins the name of each Link in a Store.
const prefix = "link/"

// Links are all the Links of an installation. They are safe for use by many goroutines.
type Links struct {
	o Options
}

// New returns the Links that are in a store. Options that make no sense are an error that wraps
// [syncer.ErrInvalid].
func New(o Options) (*Links, error) {
	for name, missing := range map[string]bool{
		"Store": o.Store == nil, "States": o.States == nil, "Box": o.Box == nil, "Procore": o.Procore == nil,
	} {
		if missing {
			return nil, fmt.Errorf("mapping: Options.%s is nil: %w", name, syncer.ErrInvalid)
		}
	}
	if o.Policies == nil {
		o.Policies = func(Link, Tool) (syncer.Policies, error) { return syncer.Policies{}, nil }
	}
	if o.Engine.Clock == nil {
		o.Engine.Clock = time.Now
	}
	if o.Runs == nil {
		o.Runs = nobody{}
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	return &Links{o: o}, nil
}

func (s *Links) log() *slog.Logger {
	if s.o.Engine.Logger != nil {
		return s.o.Engine.Logger
	}
	return slog.New(slog.DiscardHandler)
}

// All returns every Link, in the order in which they were made.
func (s *Links) All(ctx context.Context) ([]Link, error) {
	found, err := s.o.Store.Read(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return decodeAll(found)
}

func decodeAll(found map[string][]byte) ([]Link, error) {
	list := make([]Link, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		l, err := decode(name, found[name])
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b Link) int { return a.Made.Compare(b.Made) })
	return list, nil
}

// Get returns the Link with an ID or a name, or an error that wraps fs.ErrNotExist. An ID counts before
// a name.
func (s *Links) Get(ctx context.Context, which string) (Link, error) {
	list, err := s.All(ctx)
	if err != nil {
		return Link{}, err
	}
	return pick(list, which)
}

func pick(list []Link, which string) (Link, error) {
	for _, same := range []func(l Link) bool{
		func(l Link) bool { return l.ID == which },
		func(l Link) bool { return l.Name == which },
		func(l Link) bool { return syncer.NameKey(l.Name) == syncer.NameKey(which) },
	} {
		if i := slices.IndexFunc(list, same); i >= 0 {
			return list[i], nil
		}
	}
	return Link{}, fmt.Errorf("link %q %w", which, ErrNoLink)
}

// ErrNoLink says that no Link has the ID or name that was asked for. It wraps fs.ErrNotExist.
var ErrNoLink error = noLink{}

type noLink struct{}

func (noLink) Error() string { return "does not exist" }

func (noLink) Unwrap() error { return fs.ErrNotExist }
