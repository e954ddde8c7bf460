package mapping

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// prefix begins the name of each Link in a Store.
const prefix = "link/"

// Options are what a program brings: where things are remembered, and how the two services are reached.
type Options struct {
	// Store keeps the Links, States what is remembered of their pairs.
	Store  Store
	States syncer.StateStore
	// Runs keeps what became of runs: see [Links.Runs]. Nil means that it is not remembered.
	Runs RunStore
	// Keep is how long runs, and the outcomes in the journals of States, are kept; 0 means 400 days, less
	// than 0 for ever.
	Keep time.Duration
	// Calls returns how many calls have been made for a Link since the program began, by service, for
	// what is remembered of runs. Nil means that nobody counts.
	Calls func(l Link) map[string]int64
	// Box returns the account in which the folder of a Link is. Its FS must be a syncer.FileSystem with
	// a syncer.Looker; Root and Follow do not matter. Links of one account are best given the same FS.
	Box func(ctx context.Context, l Link) (Place, error)
	// Procore returns what holds a tool of the Link's project or company, with its root. Where the tool
	// only flows to Box, a syncer.Reader will do.
	Procore func(ctx context.Context, l Link, t Tool) (Place, error)
	// Policies makes policies of a Link's Rules. It is also how patterns are checked. Nil means none.
	Policies func(l Link, t Tool) (syncer.Policies, error)
	// Engine are the settings of every engine, but for Policies, Adopt and Elsewhere.
	Engine syncer.Options
}

// Place is a side of a pair as a program opens it.
type Place struct {
	syncer.Endpoint
	// Stream names the cursor of FS in the state store, if FS is a syncer.Feed: places whose changes one
	// feed tells have the same Stream. If it is empty, or FS is no Feed, every run is a full scan.
	Stream string
}

// feed returns the Feed of a place, nil if it has none that can be followed.
func (p Place) feed() syncer.Feed {
	f, _ := p.FS.(syncer.Feed)
	if p.Stream == "" {
		return nil
	}
	return f
}

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
		o.Keep = keep
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

// errChanged says that the Links are not those that were checked.
var errChanged = errors.New("links were changed meanwhile")

// Add makes a Link and the folders of its tools; one of the right name that is there already is taken
// for the tool's, with all it holds. Nothing is synced yet. A Link that overlaps with another one
// is refused with an error that wraps [syncer.ErrOverlap] and names that one; if its name is taken the
// error wraps fs.ErrExist. If Add ends with an error there is no Link; folders may have been made, and the
// next Add finds them.
func (s *Links) Add(ctx context.Context, l Link) (Link, error) {
	if err := l.Check(); err != nil {
		return Link{}, fmt.Errorf("add link %q: %w", l.Name, err)
	}
	l = l.clone()
	l.Tools = sortTools(l.Tools)
	l.ID, l.Made, l.Paused, l.Roots = newID(), s.o.Engine.Clock().UTC(), false, map[Tool]Root{}
	if l.Name == "" {
		l.Name = l.ID
	}
	for {
		made, err := s.add(ctx, l)
		if !errors.Is(err, errChanged) {
			if err != nil {
				return Link{}, fmt.Errorf("add link %q: %w", l.Name, err)
			}
			return made, nil
		}
	}
}

func (s *Links) add(ctx context.Context, l Link) (Link, error) {
	if err := s.check(l); err != nil {
		return Link{}, err
	}
	others, err := s.All(ctx)
	if err != nil {
		return Link{}, err
	}
	if err := nameIsFree(l, others); err != nil {
		return Link{}, err
	}
	box, err := s.box(ctx, l)
	if err != nil {
		return Link{}, err
	}
	folder, err := box.folder(ctx, l.Folder)
	if err != nil {
		return Link{}, err
	}
	l.Folder = folder.ID
	if err := s.refuseOverlap(ctx, l, others, box); err != nil {
		return Link{}, err
	}
	for _, t := range l.Tools {
		id, err := box.toolFolder(ctx, l, t, folder, others)
		if err != nil {
			return Link{}, err
		}
		l.Roots[t] = Root{ID: id}
	}
	data, err := encode(l)
	if err != nil {
		return Link{}, err
	}
	return l, s.o.Store.Change(ctx, prefix, func(now map[string][]byte) (map[string][]byte, error) {
		list, err := decodeAll(now)
		if err != nil {
			return nil, err
		}
		if !slices.EqualFunc(list, others, sameGround) {
			return nil, errChanged
		}
		return map[string][]byte{prefix + l.ID: data}, nil
	})
}

// sameGround reports whether a Link covers what it covered when overlaps were looked for.
func sameGround(a, b Link) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Folder == b.Folder && slices.Equal(a.Tools, b.Tools)
}

// check looks at a Link by itself, its patterns too.
func (s *Links) check(l Link) error {
	if err := l.Check(); err != nil {
		return err
	}
	for _, t := range l.Tools {
		if _, err := s.o.Policies(l, t); err != nil {
			return err
		}
	}
	return nil
}

func nameIsFree(l Link, others []Link) error {
	for _, o := range others {
		if o.ID != l.ID && (syncer.NameKey(o.Name) == syncer.NameKey(l.Name) || o.ID == l.Name) {
			return fmt.Errorf("name %q: %w", l.Name, fs.ErrExist)
		}
	}
	return nil
}

// Edit changes name, rules and tools of a Link, all or nothing, and returns it as it is then. What it is
// about cannot be changed: that is another Link. Which tools there are may be; a tool that is left out is
// left alone on both sides, and one that is added gets its folder by the next [Links.Parts]. After other
// rules or tools the next run of each pair is a full scan.
func (s *Links) Edit(ctx context.Context, which string, change func(l *Link) error) (Link, error) {
	var was Link
	l, err := s.change(ctx, which, func(l *Link, others []Link) error {
		was = l.clone()
		if err := change(l); err != nil {
			return err
		}
		if err := l.Check(); err != nil {
			return err
		}
		l.Tools = sortTools(l.Tools)
		if l.ID != was.ID || l.Company != was.Company || l.Project != was.Project || l.Folder != was.Folder || !l.Made.Equal(was.Made) {
			return fmt.Errorf("company, project and folder of a link cannot be changed: %w", syncer.ErrInvalid)
		}
		if err := s.check(*l); err != nil {
			return err
		}
		if err := nameIsFree(*l, others); err != nil {
			return err
		}
		return toolsAreFree(*l, others)
	})
	if err == nil && !(reflect.DeepEqual(l.Rules, was.Rules) && slices.Equal(l.Tools, was.Tools)) {
		err = s.scan(ctx, l)
	}
	if err != nil {
		return Link{}, fmt.Errorf("edit link %q: %w", which, err)
	}
	return l, nil
}

// scan asks for a full scan of every tool: what was left alone by other rules, and what nobody listened to,
// is looked at again.
func (s *Links) scan(ctx context.Context, l Link) error {
	for _, t := range l.Tools {
		if err := s.o.States.Append(ctx, l.Pair(t), syncer.Hint{Full: true, At: s.o.Engine.Clock()}); err != nil {
			return fmt.Errorf("ask for a scan of %s: %w", l.Pair(t), err)
		}
	}
	return nil
}

// Pause stops a Link until Resume. A run that has begun goes on to its end.
func (s *Links) Pause(ctx context.Context, which string) error {
	_, err := s.change(ctx, which, func(l *Link, _ []Link) error {
		l.Paused = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("pause link %q: %w", which, err)
	}
	return nil
}

// Resume ends a Pause. What happened meanwhile was not listened to, so the next run of each pair is a full
// scan.
func (s *Links) Resume(ctx context.Context, which string) error {
	l, err := s.Get(ctx, which)
	if err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	// First the hints: if this ends before the change they do no harm.
	if err := s.scan(ctx, l); err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	_, err = s.change(ctx, l.ID, func(l *Link, _ []Link) error {
		l.Paused = false
		return nil
	})
	if err != nil {
		return fmt.Errorf("resume link %q: %w", which, err)
	}
	return nil
}

// Remove takes a Link away. Nothing on either side is touched; a Link that is made of the same project and
// folder later adopts what is there.
func (s *Links) Remove(ctx context.Context, which string) error {
	l, err := s.Get(ctx, which)
	if err != nil {
		return fmt.Errorf("remove link: %w", err)
	}
	name := prefix + l.ID
	err = s.o.Store.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: nil}, nil
	})
	if err != nil {
		return fmt.Errorf("remove link %q: %w", which, err)
	}
	return nil
}

// change lets f change one Link, beside the others, and stores it.
func (s *Links) change(ctx context.Context, which string, f func(l *Link, others []Link) error) (Link, error) {
	var out Link
	err := s.o.Store.Change(ctx, prefix, func(now map[string][]byte) (map[string][]byte, error) {
		list, err := decodeAll(now)
		if err != nil {
			return nil, err
		}
		l, err := pick(list, which)
		if err != nil {
			return nil, err
		}
		others := slices.DeleteFunc(list, func(o Link) bool { return o.ID == l.ID })
		if err := f(&l, others); err != nil {
			return nil, err
		}
		out = l
		data, err := encode(l)
		if err != nil {
			return nil, err
		}
		return map[string][]byte{prefix + l.ID: data}, nil
	})
	return out, err
}

// newID returns an ID that no other Link has: forty bits drawn at random.
func newID() string { return strings.ToLower(rand.Text()[:8]) }
