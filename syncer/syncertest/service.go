package syncertest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Tree is a file tree as a map literal: paths below the root, separated by slashes, to contents.
// A path that ends in a slash is a folder; the parents of everything are made.
type Tree map[string]string

// Options describe a Service. The zero value is an ordinary one that can do everything.
type Options struct {
	// Info states the facts that the service keeps to: the same value that its handles give out.
	// The zero value stands for Ordinary().
	Info syncer.Info
	// Without lists the optional interfaces that Handle.FileSystem does not have.
	Without Power
	// Prefix starts every ID; the default is the service's name in lower case and a hyphen.
	Prefix string
	// Locator, when not empty, is accepted in place of the root's ID.
	Locator string
	// Now is the service's clock; by default it stands still at Epoch.
	Now func() time.Time
	// PageSize bounds the entries that one call lists; 0 means 1000.
	PageSize int
	// ByName lists folders by name instead of by ID.
	ByName bool
	// Clean changes names silently as they are stored (trims, composes).
	Clean func(name string) string
	// Lenient holds names that Info.Names refuses, as services do whose rules are not known for sure: a
	// connector keeps to the stricter ones, and users do not.
	Lenient bool
	// ReadOnly refuses every write of a handle with fs.ErrPermission.
	ReadOnly bool
	// Quota in bytes of everything stored, the trash included; 0 means no limit.
	Quota int64
	// Shallow says of the item that was put into the trash that it is there, and of what it holds that
	// it stands in its folder as before.
	Shallow bool
	// Forgetful keeps no earlier versions.
	Forgetful bool
	// Rendered says which files are made anew at each reading: they have no known size and no
	// digest, and no two bodies are equal.
	Rendered func(name string) bool
	// Reopen reads every body twice before it is stored, as services do that want a digest first.
	Reopen bool
	// Placeless leaves out Hint.Within.
	Placeless bool
}

// Epoch is what the default clock of a Service shows.
var Epoch = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// Ordinary returns the facts of a service that can do everything, tells SHA-1 digests, has a trash
// and guards every call.
func Ordinary() syncer.Info {
	return syncer.Info{
		Service: "Memory",
		Account: "engine",
		Digest:  syncer.SHA1,
		Trash:   true,
		Guards:  syncer.Guards{Update: true, Move: true, Delete: true},
		File:    syncer.FullAbilities(),
		Folder:  syncer.FullAbilities(),
	}
}

// Service is a file service in memory: one account with a mapped root folder and, beside it, room
// for what is outside. Handles are how an engine sees it, Users edit it behind the engine's back.
// It is safe for use by many goroutines.
type Service struct {
	o    Options
	root *node // the mapped root, as a rule in top
	top  *node // holds everything in the account

	mu         sync.Mutex
	items      []*node // by number; nil where an item was purged
	free       []int   // numbers that may be used again, lowest last
	counter    int     // versions, births and trashings, so that none is ever equal
	renders    int
	used       int64
	events     []event
	expired    int // events before this one are no longer known
	recent     []change
	landing    []landing
	written    map[string]bool
	dropped    map[string]bool
	stored     map[string]bool
	violations []string
}

// New returns a Service whose root holds tree, without any event.
func New(o Options, tree Tree) *Service {
	if reflect.ValueOf(o.Info).IsZero() {
		o.Info = Ordinary()
	}
	if o.Now == nil {
		o.Now = func() time.Time { return Epoch }
	}
	if o.PageSize <= 0 {
		o.PageSize = 1000
	}
	if o.Prefix == "" {
		o.Prefix = strings.ToLower(strings.ReplaceAll(o.Info.Service, " ", "-")) + "-"
	}
	s := &Service{o: o, written: map[string]bool{}, dropped: map[string]bool{}, stored: map[string]bool{}}
	s.top = s.node(syncer.Folder, "All files")
	s.root = s.node(syncer.Folder, "Root")
	s.attach(s.root, s.top)
	user := s.User("user")
	for _, path := range slices.Sorted(maps.Keys(tree)) {
		if dir, ok := strings.CutSuffix(path, "/"); ok {
			user.Mkdir(dir)
		} else {
			user.Write(path, tree[path])
		}
	}
	s.events = nil
	return s
}

// Root returns the ID of the mapped root.
func (s *Service) Root() string { return s.root.id }

// Connect returns a new Handle for an engine. Each has its own log, hook and faults.
func (s *Service) Connect() *Handle { return &Handle{service: s, root: s.root} }

// ConnectAt returns a Handle whose root, for the judgement of Call.Outside, is another folder.
func (s *Service) ConnectAt(path string) *Handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &Handle{service: s, root: s.mustFind(path)}
}

// User returns a person who edits behind the engine's back.
func (s *Service) User(name string) *User { return &User{service: s, name: name} }

// node makes an item with the lowest free number if IDs are reusable, else with a new one.
func (s *Service) node(kind syncer.Kind, name string) *node {
	s.counter++
	n := &node{kind: kind, name: name, birth: s.counter, made: s.o.Now(), num: len(s.items)}
	if last := len(s.free) - 1; last >= 0 {
		n.num, s.free = s.free[last], s.free[:last]
		s.items[n.num] = n
	} else {
		s.items = append(s.items, n)
	}
	n.id = fmt.Sprintf("%s%d", s.o.Prefix, n.num)
	if kind == syncer.Folder {
		n.kids = &shelf{}
	}
	return n
}

// forget removes an item's ID for good.
func (s *Service) forget(n *node) {
	s.items[n.num] = nil
	n.set(func(r *rare) { r.dead = true })
	if s.o.Info.ReusableIDs {
		at, _ := slices.BinarySearchFunc(s.free, n.num, func(a, b int) int { return b - a })
		s.free = slices.Insert(s.free, at, n.num)
	}
}
