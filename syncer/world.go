package syncer

import (
	"cmp"
	"slices"
	"time"
)

// world is everything that one round of planning knows: values only. Observing fills it, planning
// reads it.
type world struct {
	info    [2]Info
	names   [2]string // what people call the sides
	mode    Mode
	adopt   Adoption
	rules   Policies
	now     time.Time
	backoff time.Duration // the first one of this engine
	full    bool
	nodes   map[RecordID]*node
	byID    [2]map[string]*node
	fresh   []*node
	next    RecordID
	// numbered is next before any draft.
	numbered RecordID
	tally    [2]Tally
	skips    []Skip
	// ghosts are names that a side refused as taken, though nobody was seen there, by parent ID.
	ghosts [2]map[string][]string
	// robbed are items whose ID on a side has become that of another item.
	robbed [2]map[string]*node
	// strangers are entries that are left alone and still take up names and block deletes, by the
	// ID of their parent.
	strangers [2]map[string][]Entry
	// digests learnt by verifying reads in this run.
	digests map[version]Digest
	// verdicts of Guards and people on the deletes of an earlier draft of the plan.
	held     map[RecordID]Hold
	refused  map[RecordID]string
	approved map[ActionID]bool
	rejected map[ActionID]bool
	// chosen is what a person wants to become of conflicts.
	chosen map[ClashID]Resolution
	// clashing are the conflicts that earlier runs have left open.
	clashing map[ClashID]bool
	// stuck are items that cannot move before something else is recorded, and why.
	stuck map[RecordID]string
	// waiting are Records whose last action failed and may not be tried again yet.
	waiting map[PendingKey]Pending
	// authors are who did what, as hints tell it.
	authors authors
	// inFlight are items that an open Intent touches.
	inFlight flights
	// canRestore says which sides have a Restorer.
	canRestore [2]bool
	// people name accounts, nil where a side does not.
	people [2]Directory
}

// flights are items that an open Intent touches: by Record, by ID, and by the place at which a new
// one may turn up.
type flights struct {
	records map[RecordID]bool
	ids     [2]map[string]bool
	places  [2]map[landing]bool
}

type landing struct {
	parent string
	key    Key
}

func newFlights() flights {
	return flights{map[RecordID]bool{}, [2]map[string]bool{{}, {}}, [2]map[landing]bool{{}, {}}}
}

func (f flights) hold(n *node) bool {
	if n.known && f.records[n.rec.ID] {
		return true
	}
	for _, side := range sides {
		if id := n.idOn(side); id != "" && f.ids[side][id] {
			return true
		}
		if e := n.entry[side]; e != nil && !n.known && f.places[side][landing{e.ParentID, NameKey(e.Name)}] {
			return true
		}
	}
	return false
}

// version names the contents of an item on a side.
type version struct {
	side Side
	Stamp
}

func newWorld() *world {
	return &world{
		nodes:     map[RecordID]*node{},
		byID:      [2]map[string]*node{{}, {}},
		strangers: [2]map[string][]Entry{{}, {}},
		robbed:    [2]map[string]*node{{}, {}},
		digests:   map[version]Digest{},
		held:      map[RecordID]Hold{},
		refused:   map[RecordID]string{},
		stuck:     map[RecordID]string{},
		approved:  map[ActionID]bool{},
		rejected:  map[ActionID]bool{},
		chosen:    map[ClashID]Resolution{},
		clashing:  map[ClashID]bool{},
		waiting:   map[PendingKey]Pending{},
		inFlight:  newFlights(),
	}
}

// add makes the node of a Record.
func (w *world) add(r Record) *node {
	n := &node{rec: r, known: true}
	for _, side := range sides {
		switch h := r.Half(side); h.Presence {
		case Present:
			n.sight[side] = assumed
		case Gone:
			n.sight[side] = gone
		}
		if h := r.Half(side); h.ID != "" {
			w.byID[side][h.ID] = n
		}
	}
	w.nodes[r.ID] = n
	return n
}

// newcomer makes the node of an entry that has no Record.
func (w *world) newcomer(side Side, e *Entry) *node {
	n := &node{touched: true}
	n.rec.Kind, n.rec.Name = e.Kind, e.Name
	n.see(side, e)
	w.byID[side][e.ID] = n
	w.fresh = append(w.fresh, n)
	return n
}

// stranger notes an entry that is left alone.
func (w *world) stranger(side Side, e Entry) {
	list := w.strangers[side][e.ParentID]
	if !slices.ContainsFunc(list, func(x Entry) bool { return x.ID == e.ID }) {
		w.strangers[side][e.ParentID] = append(list, e)
	}
}

// parentOn returns the node of the folder that holds n on side now; nil if that is not known.
func (w *world) parentOn(n *node, side Side) *node {
	if e := n.entry[side]; e != nil {
		return w.byID[side][e.ParentID]
	}
	if !n.known {
		return nil
	}
	return w.nodes[n.rec.ParentOn(side)]
}

// says names a side in reasons, as people call it.
func (w *world) says(side Side) string { return cmp.Or(w.names[side], side.String()) }

// pathOn returns where n stands on side now, for people and for policies.
func (w *world) pathOn(n *node, side Side) string {
	return pathTo(n, func(n *node) string {
		if name := n.nameOn(side); name != "" {
			return name
		}
		return n.rec.Name
	}, func(n *node) *node {
		if up := w.parentOn(n, side); up != nil {
			return up
		}
		return w.nodes[n.rec.ParentID]
	})
}

// pathTo joins the names from the root down to n. It ends where a folder turns out to stand in itself,
// as two views of moving folders may have it.
func pathTo(n *node, name func(*node) string, up func(*node) *node) string {
	path, slow := "", n
	for depth := 0; n != nil && n.rec.ID != RootRecord && (depth == 0 || n != slow); depth++ {
		path = joinPath(name(n), path)
		n = up(n)
		if depth%2 == 1 {
			slow = up(slow)
		}
	}
	return path
}

// maxDepth bounds walks towards the root, so that damaged parents cannot hang a run.
const maxDepth = 10_000

// recent reports whether at is less than a while ago. A clock that was set back may show a time
// before at: then nothing is known of how long ago it was, and only what cannot be old is recent.
func recent(at, now time.Time, while time.Duration) bool {
	return !at.IsZero() && now.Sub(at).Abs() < while
}

func joinPath(dir, name string) string {
	switch {
	case dir == "":
		return name
	case name == "":
		return dir
	}
	return dir + "/" + name
}

var sides = [2]Side{Source, Destination}

// touches reports whether anything is to be decided; with lostOnly, about an item that side has lost.
func (w *world) touches(side Side, lostOnly bool) bool {
	for _, n := range w.nodes {
		if n.touched && (!lostOnly || n.lost(side) && n.rec.Half(side).Presence == Present) {
			return true
		}
	}
	return len(w.fresh) > 0 && !lostOnly
}

// touched returns the nodes to decide upon in an order that depends on nothing but their identity.
func (w *world) touched() []*node {
	var list []*node
	for _, n := range w.nodes {
		if n.touched {
			list = append(list, n)
		}
	}
	slices.SortFunc(list, func(a, b *node) int { return cmp.Compare(a.rec.ID, b.rec.ID) })
	return list
}
