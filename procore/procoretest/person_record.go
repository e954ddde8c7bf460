package procoretest

import (
	"fmt"
	"io"
	"slices"
)

// A Record is what a Person sees of a record of the tools that have no other place here: a meeting, a
// contract, a punch item. The kinds are the names of [Procore.RecordKinds].
type Record struct {
	ID     int64
	Kind   string
	Title  string
	Parent int64 // the bid package of a bid, or zero
	Date   string
	Files  []Attachment // without their contents
}

// RecordKinds are the kinds of records that [Person.AddRecord] makes.
func (p *Procore) RecordKinds() []string {
	var all []string
	for _, r := range registers() {
		if r.kind != "commitment" {
			all = append(all, r.kind)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// AddRecord makes a record with its files. An error says that there is no such kind.
func (p *Person) AddRecord(projectID int64, r Record) (Record, error) {
	if !slices.Contains(p.procore.RecordKinds(), r.Kind) {
		return Record{}, fmt.Errorf("record: Kind is %q, which is none", r.Kind)
	}
	err := p.with(projectID, r.Files, func(d *drive, at *place, kept []*stored) error {
		one := &record{
			id: d.next(r.Kind), kind: r.Kind, title: r.Title, parent: r.Parent, date: r.Date, by: p.account, files: kept,
		}
		at.records.add(one, d.now())
		r = one.outside()
		return nil
	})
	return r, err
}

// Record returns a record as it is.
func (p *Person) Record(projectID int64, kind string, id int64) (Record, error) {
	var out Record
	err := p.with(projectID, nil, func(_ *drive, at *place, _ []*stored) error {
		r, err := at.records.find(kind, id)
		if err == nil {
			out = r.outside()
		}
		return err
	})
	return out, err
}

func (r *record) outside() Record {
	return Record{ID: r.id, Kind: r.kind, Title: r.title, Parent: r.parent, Date: r.date, Files: outsideOf(r.files)}
}

// read returns stored contents.
func (s *stored) read() ([]byte, error) {
	content, err := s.blob.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}
