package syncertest_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/syncertest"
)

// simUsers plays the users of both sides and remembers what they wrote.
type simUsers struct {
	services [2]*syncertest.Service
	users    [2]*syncertest.User
	// came counts how often a content became current by a user's hand; ended holds those that a
	// user replaced or deleted where he saw them;
	came    map[string]int
	ended   map[string]bool
	flagged [2]map[string]bool // IDs of items that are locked, hidden or barred
	planted map[string]int     // how many sides began with a content
	back    map[string]bool    // contents that came back from beside a root
	moved   [2]map[string]bool // contents that a user moved or renamed
	left    [2]map[string]bool // paths that a user moved something away from
	crossed [2]map[string]bool // contents that a user moved to where something else had been
	names   map[string]bool    // that a user ever gave to anything, or found, without tags
	gave    map[string]bool    // that a user ever gave to anything, to the letter
}

func newSimUsers(w *syncertest.World) *simUsers {
	return &simUsers{
		services: [2]*syncertest.Service{w.Source, w.Destination},
		users:    [2]*syncertest.User{w.Ann, w.Bob},
		came:     map[string]int{}, ended: map[string]bool{},
		flagged: [2]map[string]bool{{}, {}}, names: map[string]bool{}, gave: map[string]bool{}, planted: map[string]int{}, back: map[string]bool{},
		moved: [2]map[string]bool{{}, {}}, left: [2]map[string]bool{{}, {}}, crossed: [2]map[string]bool{{}, {}},
	}
}

// plant makes the trees of the beginning. What a service would not take is left out; what stands
// at one place on both sides with equal contents counts as written once.
func (u *simUsers) plant(side syncer.Side, tree syncertest.Tree) {
	for _, at := range slices.Sorted(maps.Keys(tree)) {
		o := simOp{Do: "add", On: side, At: at, Text: tree[at]}
		if dir, ok := strings.CutSuffix(at, "/"); ok {
			o.Do, o.At = "mkdir", dir
		}
		u.planted[o.Text]++
		if u.do(o) && side == syncer.Destination && o.Do == "add" && u.services[0].Tree()[at] == o.Text && u.services[0].Has(at) && u.services[1].Has(at) {
			u.came[o.Text]--
		}
	}
}

// live holds the contents that no user replaced or deleted, and that were written once, so that
// nothing about them is ambiguous.
func (u *simUsers) live(contents string) bool { return u.came[contents] == 1 && !u.ended[contents] }

// do carries out an edit, and reports false if it makes no sense now.
func (u *simUsers) do(o simOp) (done bool) {
	s := u.services[o.On]
	if o.At == "" && o.Do != "release" {
		return false
	}
	for name := range strings.SplitSeq(o.At+"/"+o.To, "/") {
		u.names[ours.ReplaceAllString(name, "")] = true
	}
	given := newNames(o, s)
	before := current(s)
	if o.Do == "move" {
		for at, contents := range s.Tree() {
			if at == o.At || strings.HasPrefix(at, o.At+"/") {
				u.moved[o.On][contents] = true
				u.crossed[o.On][contents] = u.crossed[o.On][contents] || u.left[o.On][o.To]
			}
		}
		u.left[o.On][o.At] = true
	}
	defer func() {
		if p := recover(); p != nil {
			if text, ok := p.(string); !ok || !strings.HasPrefix(text, "syncertest: ") {
				panic(p)
			}
			done = false
		}
	}()
	if !u.apply(o, s, u.users[o.On]) {
		return false
	}
	u.note(before, current(s))
	if o.Do == "in" {
		for _, contents := range s.Tree() {
			u.back[contents] = true
		}
	}
	for _, name := range given {
		u.gave[name] = true
	}
	return true
}

// newNames lists the names that an edit gives to items, those of the folders on the way included.
func newNames(o simOp, s *syncertest.Service) (names []string) {
	at := o.To
	if at == "" {
		at = o.At
	}
	if o.Do == "write" {
		names = append(names, path.Base(at)) // saved as a new file, it has the name from the user
	}
	for ; at != "." && at != "/"; at = path.Dir(at) {
		if !s.Has(at) {
			names = append(names, path.Base(at))
		}
	}
	return names
}

// apply is one of the things that a person does.
func (u *simUsers) apply(o simOp, s *syncertest.Service, user *syncertest.User) bool {
	switch o.Do {
	case "write":
		user.Write(o.At, o.Text)
	case "add":
		user.Add(o.At, o.Text)
	case "mkdir":
		user.Mkdir(o.At)
	case "link":
		user.AddLink(o.At)
	case "copy":
		user.Copy(o.At, o.To)
	case "move":
		user.Move(o.At, o.To)
	case "remove":
		user.Remove(o.At)
	case "purge":
		user.Purge(o.At)
	case "restore":
		user.Restore(o.At)
	case "touch":
		user.Touch(o.At)
	case "promote":
		user.Promote(o.At, o.N)
	case "out":
		user.MoveOut(o.At)
	case "in":
		user.MoveIn(o.At, o.To)
	case "lock", "hide", "bar":
		id := s.ID(o.At)
		map[string]func(string){"lock": user.Lock, "hide": user.Hide, "bar": user.Bar}[o.Do](o.At)
		u.flagged[o.On][id] = true
	case "release":
		return u.release(o.On)
	default:
		return false
	}
	return true
}

// release ends all that keeps the engine from items of a side.
func (u *simUsers) release(side syncer.Side) bool {
	if len(u.flagged[side]) == 0 {
		return false
	}
	for _, id := range slices.Sorted(maps.Keys(u.flagged[side])) {
		u.try(func() {
			user := u.users[side]
			user.Unlock("id:" + id)
			user.Unbar("id:" + id)
			user.Show("id:" + id)
		})
	}
	u.flagged[side] = map[string]bool{}
	return true
}

func (u *simUsers) try(f func()) {
	defer func() { _ = recover() }()
	f()
}

// note works out from the difference which contents came and which ended.
func (u *simUsers) note(before, after map[string]int) {
	for contents, n := range after {
		if n > before[contents] {
			u.came[contents]++
		}
	}
	for contents, n := range before {
		if after[contents] < n {
			u.ended[contents] = true
		}
	}
}

// current counts the contents of all files of an account, beside the root too.
func current(s *syncertest.Service) map[string]int {
	s.Entry("..") // lets late effects of the engine's calls land first
	out := map[string]int{}
	for _, tree := range []syncertest.Tree{s.Tree(), s.Outside()} {
		for at, contents := range tree {
			if !strings.HasSuffix(at, "/") && !strings.HasSuffix(at, "@") {
				out[contents]++
			}
		}
	}
	return out
}

// releaseAll is what happens at the end: nothing stands in the engine's way any more.
func (u *simUsers) releaseAll() {
	for side := range u.services {
		u.try(func() { u.users[side].Restore("id:" + u.services[side].Root()) }) // what is in it cannot be released before
		u.release(syncer.Side(side))
		u.services[side].Land()
	}
}

func (o simOp) String() string {
	who := [...]string{"ann", "bob"}[o.On]
	switch o.Do {
	case "run", "later", "expire", "filter", "approve", "reject", "forget", "plan":
		return literal(o)
	}
	return fmt.Sprintf("%s %s", who, literal(o))
}
