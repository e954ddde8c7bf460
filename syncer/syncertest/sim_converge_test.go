package syncertest_test

import (
	"context"
	"io/fs"
	"regexp"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// simEnd is what is there in the end, as needed to compare.
type simEnd struct {
	s       *sim
	rep     *syncer.Report
	records map[syncer.RecordID]syncer.Record
	of      [2]map[string]syncer.RecordID // by ID of the item
	was     [2]map[string]syncer.RecordID // by ID of an item that is recorded as gone or declined
	items   [2]map[string]simItem
	told    map[syncer.RecordID]string // what the report says of a Record
	toldID  [2]map[string]string       // and of an item without one
	toldAt  map[string]bool            // and the path of it, or of where it would go
	out     [2]map[string]bool         // left out by the filter
}

// checkConverged: (3) both sides are equal, and the baseline to both, but for what (17) the report
// names: modulo names that were mapped, filters, holds, skips and changes that a side cannot follow.
func (s *sim) checkConverged(rep *syncer.Report) {
	if s.failure != nil {
		return
	}
	c := &simEnd{
		s: s, rep: rep, records: map[syncer.RecordID]syncer.Record{}, told: map[syncer.RecordID]string{},
		of:     [2]map[string]syncer.RecordID{{}, {}},
		was:    [2]map[string]syncer.RecordID{{}, {}},
		items:  [2]map[string]simItem{{}, {}},
		toldID: [2]map[string]string{{}, {}},
		toldAt: map[string]bool{},
		out:    [2]map[string]bool{{}, {}},
	}
	c.gather()
	for side := syncer.Source; side <= syncer.Destination; side++ {
		for _, i := range s.items(side) {
			c.checkItem(side, i)
		}
	}
	for _, r := range c.records {
		c.checkRecord(&r)
	}
	c.checkReport()
	c.checkEqual()
	c.checkTwins()
}

func (c *simEnd) gather() {
	records, err := c.s.world.Records(context.Background())
	if err != nil {
		c.s.fail(0, "%v", err)
	}
	for _, r := range records {
		c.records[r.ID] = r
		for side := range c.of {
			// What sleeps keeps its place in the baseline as it was when it fell asleep.
			if h := r.Half(syncer.Side(side)); h.Presence == syncer.Present || r.Dormant && h.ID != "" {
				c.of[side][h.ID] = r.ID
			} else if h.ID != "" {
				c.was[side][h.ID] = r.ID
			}
		}
	}
	for _, h := range c.rep.Holds {
		c.told[h.Record] = "held: " + h.Reason
		c.toldAt[pathKey(h.Path)] = true
	}
	c.gatherFailures()
	for _, skip := range c.rep.Skips {
		if skip.Record != 0 {
			c.told[skip.Record] = skip.Reason
		} else {
			c.toldID[skip.Side][skip.ID] = skip.Reason
			c.toldAt[pathKey(skip.Path)] = true
		}
	}
	filter := c.s.world.Options.Policies.Filter
	for side := range c.items {
		for _, i := range c.s.items(syncer.Side(side)) {
			c.items[side][i.ID] = i
			if filter != nil {
				item := syncer.Item{Side: syncer.Side(side), Path: i.path, Entry: i.Entry}
				c.out[side][i.ID] = c.out[side][i.ParentID] || filter.Filter(item) != ""
			}
		}
	}
}

// gatherFailures notes what failed. A failure of a new item says where it was to be made; the pending
// set, which the report is made from, says which item it is.
func (c *simEnd) gatherFailures() {
	ctx := context.Background()
	for _, f := range c.rep.Failures {
		if f.Record != 0 {
			c.told[f.Record] = f.Result.String() + ": " + f.Err
		}
	}
	view, err := c.s.store.View(ctx, c.s.world.Pair.Name)
	if err != nil {
		c.s.fail(0, "%v", err)
		return
	}
	for p, err := range view.Pending(ctx) {
		if err != nil {
			c.s.fail(0, "%v", err)
			return
		}
		if p.Record == 0 && p.Result != 0 {
			c.toldID[p.Side][p.ID] = p.Result.String() + ": " + p.Reason
		}
	}
}

// excused reports whether a difference of a Record is one that the report names or the filter made.
func (c *simEnd) excused(id syncer.RecordID) bool {
	r := c.records[id]
	return c.told[id] != "" || c.out[0][r.Source.ID] || c.out[1][r.Destination.ID] ||
		r.Dormant && (c.s.filtered || !c.onAny(&r))
}

// onAny reports whether a side has the item of a Record. What sleeps and is nowhere is no difference.
func (c *simEnd) onAny(r *syncer.Record) bool {
	for side := range c.items {
		if _, ok := c.items[side][r.Half(syncer.Side(side)).ID]; ok {
			return true
		}
	}
	return false
}

// checkItem: everything on a side is in the baseline as it is there.
func (c *simEnd) checkItem(side syncer.Side, i simItem) {
	id, known := c.of[side][i.ID]
	switch {
	case c.out[side][i.ID], c.toldID[side][i.ID] != "":
		return
	case strings.HasPrefix(i.Name, "procorebox-moving-") && !c.s.users.gave[i.Name] && c.told[id] == "" && !c.s.forgotten:
		c.s.fail(3, "%q on %s still has its temporary name", i.path, side)
	case !known && c.toldOf(side, i):
		return
	case !known && (c.toldAt[pathKey(i.path)] || c.toldAt[pathKey(c.elsewhere(side, i))]):
		return
	case !known:
		c.s.fail(17, "%q on %s is in no Record and not in the report", i.path, side)
		return
	case c.excused(id):
		return
	}
	r := c.records[id]
	h := r.Half(side)
	if h.Name != i.Name || h.Content != i.Content || r.Kind != i.Kind {
		c.s.fail(3, "%q on %s is %q %s, recorded as %s", i.path, side, i.Name, i.Content, describeRecord(&r))
	}
	if up := c.parent(side, i); up != r.ParentOn(side) && !c.excused(up) {
		c.s.fail(3, "%q on %s stands in the folder of record %d, recorded as %s", i.path, side, up, describeRecord(&r))
	}
}

// toldOf reports whether the report names a Record that says an item is gone from a side, or that the
// side does without it. A user brought it back, and what becomes of it waits for something else: until
// then the Record tells what was agreed.
func (c *simEnd) toldOf(side syncer.Side, i simItem) bool {
	id := c.was[side][i.ID]
	r := c.records[id]
	return c.told[id] != "" && r.Half(side).Birth == i.Birth
}

func (c *simEnd) parent(side syncer.Side, i simItem) syncer.RecordID {
	if i.ParentID == c.s.handle(side).Root() {
		return syncer.RootRecord
	}
	return c.of[side][i.ParentID]
}

// pathKey folds a path as a pair does.
func pathKey(at string) string { return string(syncer.NameKey(ours.ReplaceAllString(at, ""))) }

// elsewhere is the path that an item would have on the other side.
func (c *simEnd) elsewhere(side syncer.Side, i simItem) string {
	n := c.s.setup.namer()
	rules := [2]syncer.Names{c.s.world.Left.Info().Names, c.s.world.Right.Info().Names}
	at := n.Name(i.Name, i.Kind, rules[side], rules[side.Other()])
	if up, ok := c.items[side][i.ParentID]; ok {
		r := c.records[c.of[side][up.ID]]
		if other, ok := c.items[side.Other()][r.Half(side.Other()).ID]; ok {
			return other.path + "/" + at
		}
		at = c.elsewhere(side, up) + "/" + at
	}
	return at
}

// checkRecord: what the baseline has is there on both sides, and equal.
func (c *simEnd) checkRecord(r *syncer.Record) {
	if r.ID == syncer.RootRecord || c.excused(r.ID) {
		return
	}
	var here [2]simItem
	for side := range here {
		h := r.Half(syncer.Side(side))
		i, ok := c.items[side][h.ID]
		if !ok || h.Presence != syncer.Present {
			c.s.fail(17, "not on %s, and not in the report: %s", syncer.Side(side), describeRecord(r))
			return
		}
		here[side] = i
	}
	if here[0].Kind != here[1].Kind || here[0].body != here[1].body {
		c.s.fail(3, "%q holds %q, %q holds %q, and the report is silent: %s", here[0].path, here[0].body, here[1].path, here[1].body, describeRecord(r))
	}
	if r.ParentOn(syncer.Source) != r.ParentOn(syncer.Destination) {
		c.s.fail(17, "%q and %q stand in different folders, and the report is silent: %s", here[0].path, here[1].path, describeRecord(r))
	}
	if !c.sameName(here[0], here[1]) {
		c.s.fail(17, "%q and %q have different names, and the report is silent", here[0].path, here[1].path)
	}
	for side := range here {
		c.checkName(syncer.Side(side), here[side])
	}
}

// ours matches the tags of conflicts and twins.
var ours = regexp.MustCompile(` ?\((?:conflict )?[0-9a-f]{6,16}\)|-[0-9a-f]{6}`)

// sameName reports whether two names are one in the eyes of the pair.
func (c *simEnd) sameName(source, destination simItem) bool {
	a, b := ours.ReplaceAllString(source.Name, ""), ours.ReplaceAllString(destination.Name, "")
	rules := [2]syncer.Names{c.s.world.Left.Info().Names, c.s.world.Right.Info().Names}
	n := c.s.setup.namer()
	for _, pair := range [][2]string{
		{a, b},
		{ours.ReplaceAllString(n.Name(a, source.Kind, rules[0], rules[1]), ""), b},
		{a, ours.ReplaceAllString(n.Name(b, source.Kind, rules[1], rules[0]), "")},
	} {
		if strings.TrimSpace(string(syncer.NameKey(pair[0]))) == strings.TrimSpace(string(syncer.NameKey(pair[1]))) {
			return true
		}
	}
	return false
}

// checkName: (11) every name is one that a user gave to something, but for a tag, or is made of one
// for a side that could not hold it. Made names never flow back to where they were made for.
func (c *simEnd) checkName(side syncer.Side, i simItem) {
	if c.s.forgotten || c.s.users.names[ours.ReplaceAllString(i.Name, "")] || c.s.setup.Sides[0].Clean || c.s.setup.Sides[1].Clean {
		return
	}
	n := c.s.setup.namer()
	rules := [2]syncer.Names{c.s.world.Left.Info().Names, c.s.world.Right.Info().Names}
	for name := range c.s.users.names {
		made := n.Name(name, i.Kind, rules[side.Other()], rules[side])
		if made != name && ours.ReplaceAllString(made, "") == ours.ReplaceAllString(i.Name, "") {
			return
		}
	}
	c.s.fail(11, "%q on %s has a name that nobody gave, and that is not made for this side", i.path, side)
}

// checkReport: (17) nothing is reported that is not there: each line names a Record of the baseline or
// an item on the side that it tells, unless nobody may look whether it is there.
func (c *simEnd) checkReport() {
	for id, why := range c.told {
		if _, known := c.records[id]; !known {
			c.s.fail(17, "record %d is in the report (%s) and not in the baseline", id, why)
		}
	}
	for side := range c.toldID {
		for id, why := range c.toldID[side] {
			if _, there := c.items[side][id]; !there && !strings.Contains(why, fs.ErrPermission.Error()) {
				c.s.fail(17, "item %s is in the report (%s) and not on %s", id, why, syncer.Side(side))
			}
		}
	}
}

// checkEqual: where the report says that the sides agree, the trees are equal.
func (c *simEnd) checkEqual() {
	if !c.rep.Settled() || c.s.failure != nil || len(c.out[0])+len(c.out[1]) > 0 {
		return
	}
	if n, m := len(c.items[0]), len(c.items[1]); n != m {
		c.s.fail(17, "the report is settled, and the sides hold %d and %d items", n, m)
	}
}

// checkTwins: contents that a user wrote once, and that nobody copied, stand once on each side. What was
// moved out of a root and came back may meet what has become of its other half meanwhile.
func (c *simEnd) checkTwins() {
	if c.s.forgotten || c.s.late || c.s.setup.NoNamer {
		return
	}
	for side := syncer.Source; side <= syncer.Destination; side++ {
		seen := map[string]string{}
		for _, i := range c.s.items(side) {
			if i.Kind != syncer.File || c.s.users.came[i.body] != 1 || c.s.users.planted[i.body] > 1 || c.s.users.back[i.body] ||
				c.disguised(i.body) || i.body == "" && c.s.users.moved[side][""] { // nothing tells which of them a call has made
				continue
			}
			if twin, twice := seen[i.body]; twice {
				c.s.fail(10, "%q stands on %s twice: as %q and as %q", i.body, side, twin, i.path)
			}
			seen[i.body] = i.path
		}
	}
}

// disguised reports whether a user moved contents on a side where each edit makes a new item, and nothing
// tells that item from a new one: the side tells no digests, or the item stands where another one had
// stood, for which it is taken first.
func (c *simEnd) disguised(contents string) bool {
	for side := syncer.Source; side <= syncer.Destination; side++ {
		d, u := c.s.setup.Sides[side], c.s.users
		if d.Update != syncer.UpdateInPlace && (d.NoDigest && u.moved[side][contents] || u.crossed[side][contents]) {
			return true
		}
	}
	return false
}
