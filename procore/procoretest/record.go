package procoretest

import (
	"cmp"
	"slices"
	"time"
)

// A record is something of the tools of section 10 to which files are attached. The fake has it for
// its files, and knows little else of it.
type record struct {
	id      int64
	kind    string // such as "meeting"
	title   string
	number  string
	date    string // that a daily log, a meeting or a drawing is of
	parent  int64  // record that it belongs to, zero for none
	status  string
	by      *user
	files   []*stored
	created time.Time
	updated time.Time
}

// records are those of one project, or of one company.
type records struct{ all map[int64]*record }

func newRecords() *records { return &records{all: map[int64]*record{}} }

// add makes a record. Without a number it is numbered among its kind.
func (s *records) add(r *record, now time.Time) {
	if r.number == "" {
		r.number = decimal(int64(len(s.list(r.kind, 0)) + 1))
	}
	if r.status == "" {
		r.status = "Draft"
	}
	r.created, r.updated = now, now
	s.all[r.id] = r
}

// find returns a record of a kind, or of one that stands for several.
func (s *records) find(kind string, id int64) (*record, error) {
	if r := s.all[id]; r != nil && slices.Contains(kindsOf(kind), r.kind) {
		return r, nil
	}
	return nil, notFound()
}

// list returns the records of a kind, below another record if that is not zero.
func (s *records) list(kind string, parent int64) []*record {
	var all []*record
	for _, r := range s.all {
		if slices.Contains(kindsOf(kind), r.kind) && (parent == 0 || r.parent == parent) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *record) int { return cmp.Compare(a.id, b.id) })
	return all
}

// kindsOf are the kinds that a list shows: commitments are of two kinds.
func kindsOf(kind string) []string {
	if kind == "commitment" {
		return []string{"work_order_contract", "purchase_order_contract"}
	}
	return []string{kind}
}

// An attachment list as a request wants it. What is nil was not said.
type attachWanted struct {
	added    []*stored  // by uploads and by parts
	listed   *[]*stored // by the ids of files that Procore has
	kept     *[]int64   // ids that stay
	dropped  []int64    // ids that go
	replaces bool       // the added ones take the place of all others: nobody knows
	adds     bool       // the listed ones come on top of the others: nobody knows
}

// files returns what a list of attachments is after a request.
func (w attachWanted) files(old []*stored) []*stored {
	all := slices.Clone(old)
	if w.kept != nil {
		all = slices.DeleteFunc(all, func(f *stored) bool { return !slices.Contains(*w.kept, f.id) })
	}
	all = slices.DeleteFunc(all, func(f *stored) bool { return slices.Contains(w.dropped, f.id) })
	if w.listed != nil && !w.adds {
		all = nil
	}
	if w.listed != nil {
		all = append(all, *w.listed...)
	}
	if w.replaces && len(w.added) > 0 {
		all = nil
	}
	all = append(all, w.added...)
	seen := map[int64]bool{}
	return slices.DeleteFunc(all, func(f *stored) bool {
		again := seen[f.id]
		seen[f.id] = true
		return again
	})
}
