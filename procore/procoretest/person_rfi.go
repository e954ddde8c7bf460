package procoretest

import (
	"bytes"
	"time"
)

// An Attachment is a file of a record.
type Attachment struct {
	ID      int64 // of the file; zero for one that is to be attached
	Name    string
	Content []byte
}

// An RFI is what a Person sees of one.
type RFI struct {
	ID       int64
	Number   string
	Revision string
	Subject  string
	Question string
	Status   string // "open", "closed", "draft", "closed_with_revision" or "closed_draft"
	Updated  time.Time
	Files    []Attachment // of the question and of the answers, without their contents
	Recycled bool
}

// RFIs are those of a project as they were made, without those in the recycle bin.
func (p *Person) RFIs(projectID int64) []RFI {
	var all []RFI
	p.begin()
	defer p.end()
	for _, r := range p.procore.place(projectID).rfis.list(rfiFilter{}) {
		all = append(all, r.outside())
	}
	return all
}

// AddRFI asks something. Without a number the RFI gets the next one.
func (p *Person) AddRFI(projectID int64, r RFI) (RFI, error) {
	return p.rfi(projectID, func(d *drive, at *place, files []*stored) (*rfi, error) {
		c := rfiChange{subject: &r.Subject, manager: p.account, body: &r.Question, files: adding(files)}
		if r.Number != "" {
			c.number = &r.Number
		}
		if r.Status != "" {
			c.status = &r.Status
		}
		return d.createRFI(p.account, at, c)
	}, r.Files...)
}

// EditRFI sets subject, question and status of an RFI where they are not empty, and attaches files to
// its question.
func (p *Person) EditRFI(projectID int64, r RFI, files ...Attachment) (RFI, error) {
	return p.rfi(projectID, func(d *drive, at *place, files []*stored) (*rfi, error) {
		one, err := at.rfis.rfi(r.ID)
		if err != nil {
			return nil, err
		}
		c := rfiChange{files: adding(files)}
		for value, into := range map[*string]**string{&r.Subject: &c.subject, &r.Question: &c.body, &r.Status: &c.status} {
			if *value != "" {
				*into = value
			}
		}
		return one, d.editRFI(p.account, at, one, c)
	}, files...)
}

// AnswerRFI adds an answer with its files.
func (p *Person) AnswerRFI(projectID, rfiID int64, body string, files ...Attachment) (RFI, error) {
	return p.rfi(projectID, func(d *drive, at *place, files []*stored) (*rfi, error) {
		one, err := at.rfis.rfi(rfiID)
		if err != nil {
			return nil, err
		}
		d.reply(p.account, at, one, &answerTo{body: body, by: p.account, files: files})
		return one, nil
	}, files...)
}

// DetachRFI takes a file off the question of an RFI.
func (p *Person) DetachRFI(projectID, rfiID, fileID int64) (RFI, error) {
	return p.rfi(projectID, func(d *drive, at *place, _ []*stored) (*rfi, error) {
		one, err := at.rfis.rfi(rfiID)
		if err != nil {
			return nil, err
		}
		gone := attachWanted{dropped: []int64{fileID}}
		return one, d.editRFI(p.account, at, one, rfiChange{files: gone.files})
	})
}

// RecycleRFI puts an RFI into the recycle bin.
func (p *Person) RecycleRFI(projectID, rfiID int64) error {
	_, err := p.rfi(projectID, func(d *drive, at *place, _ []*stored) (*rfi, error) {
		one, err := at.rfis.rfi(rfiID)
		if err == nil {
			d.recycleRFI(p.account, at, one)
		}
		return one, err
	})
	return err
}

// RetrieveRFI takes an RFI out of the recycle bin.
func (p *Person) RetrieveRFI(projectID, rfiID int64) (RFI, error) {
	return p.rfi(projectID, func(d *drive, at *place, _ []*stored) (*rfi, error) {
		one, err := at.rfis.rfi(rfiID)
		if err == nil {
			d.retrieveRFI(p.account, at, one)
		}
		return one, err
	})
}

// adding puts files behind those that are there.
func adding(files []*stored) func([]*stored) []*stored {
	return attachWanted{added: files}.files
}

func (r *rfi) outside() RFI {
	out := RFI{
		ID: r.id, Number: r.fullNumber(), Revision: r.revision, Subject: r.subject, Question: r.questions[0].body,
		Status: r.status, Updated: r.updated, Recycled: !r.recycled.IsZero(),
	}
	for _, q := range r.questions {
		out.Files = append(out.Files, outsideOf(q.files)...)
		for _, a := range q.answers {
			out.Files = append(out.Files, outsideOf(a.files)...)
		}
	}
	return out
}

func outsideOf(files []*stored) []Attachment {
	var all []Attachment
	for _, f := range files {
		all = append(all, Attachment{ID: f.id, Name: f.name})
	}
	return all
}

// rfi does something with an RFI of a project, with files that are stored first.
func (p *Person) rfi(projectID int64, do func(*drive, *place, []*stored) (*rfi, error), files ...Attachment) (RFI, error) {
	var out RFI
	err := p.with(projectID, files, func(d *drive, at *place, kept []*stored) error {
		r, err := do(d, at, kept)
		if err == nil {
			out = r.outside()
		}
		return err
	})
	return out, err
}

// with does something in a project, or a company, with files that are stored first.
func (p *Person) with(placeID int64, files []Attachment, do func(*drive, *place, []*stored) error) error {
	p.begin()
	defer p.end()
	at := p.procore.place(placeID)
	var kept []*stored
	for _, f := range files {
		blob, err := p.procore.vault.Store(bytes.NewReader(f.Content))
		if err != nil {
			return err
		}
		kept = append(kept, p.procore.drive.keep(p.account, at, f.Name, contentType(f.Name), blob))
	}
	return do(p.procore.drive, at, kept)
}

// ReadAttachment returns the contents of a file of a record, by the file's number.
func (p *Person) ReadAttachment(fileID int64) ([]byte, error) {
	p.begin()
	defer p.end()
	f := p.procore.drive.stored[fileID]
	if f == nil {
		return nil, notFound()
	}
	return f.read()
}
