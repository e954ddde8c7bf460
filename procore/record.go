package procore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// record is an RFI or a submittal, whichever answer told it.
type record struct {
	id               ID
	number, revision string
	title            string
	status           string
	created, updated int64
	private, deleted bool
	author           ID
	link             string

	// Of a record that was read by itself, and not in a list.
	files  []attached
	fields []byte // record.json
	print  uint64 // of fields
	size   int64  // of fields
}

// attached is an attachment of a record.
type attached struct {
	id   ID
	name string
	link Link // where it was when the record was read
}

func fromRFI(r *RFI) *record {
	one := &record{
		id: r.ID, number: string(r.FullNumber), revision: string(r.Revision), title: r.Subject, status: r.Status,
		created: seconds(r.CreatedAt), updated: seconds(r.UpdatedAt), private: r.Private,
		deleted: r.Deleted || r.DeletedAt != "" || r.Status == "recycled", link: string(r.Link),
	}
	if one.number == "" {
		one.number = string(r.Prefix) + string(r.Number)
	}
	if r.CreatedBy != nil {
		one.author = r.CreatedBy.ID
	}
	return one
}

func fromSubmittal(s *Submittal) *record {
	one := &record{
		id: s.ID, number: string(s.FormattedNumber), revision: string(s.Revision), title: s.Title,
		created: seconds(s.CreatedAt), updated: seconds(s.UpdatedAt), private: s.Private, deleted: s.DeletedAt != "",
	}
	if one.number == "" {
		one.number = string(s.Number)
	}
	if s.Status != nil {
		one.status = s.Status.Name
	}
	if s.CreatedBy != nil {
		one.author = s.CreatedBy.ID
	}
	return one
}

// with adds what only a record by itself tells: what its fields are, and its attachments.
func (r *record) with(whole any, files []Attachment) (*record, error) {
	for _, f := range files {
		r.files = append(r.files, attached{f.ID, f.Name, f.URL})
	}
	text, err := fieldsOf(whole)
	if err != nil {
		return nil, fmt.Errorf("write fields of record %s: %w", r.id, err)
	}
	h := fnv.New64a()
	_, _ = h.Write(text)
	r.fields, r.print, r.size = text, h.Sum64(), int64(len(text))
	return r, nil
}

// fieldsOf is record.json: what Procore tells of a record, but for the links of its attachments, which
// are secret and differ each time.
func fieldsOf(whole any) ([]byte, error) {
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	var fields any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // IDs may be greater than what a float holds
	if err := decoder.Decode(&fields); err != nil {
		return nil, err
	}
	text, err = json.MarshalIndent(withoutLinks(fields), "", "  ")
	return append(text, '\n'), err
}

func withoutLinks(value any) any {
	switch v := value.(type) {
	case map[string]any:
		delete(v, "url")
		for _, inner := range v {
			withoutLinks(inner)
		}
	case []any:
		for _, inner := range v {
			withoutLinks(inner)
		}
	}
	return value
}

// The IDs of what is in a record's folder are those of the folder with one of these behind, or with the
// number of an attachment.
const (
	pdfMark    = "/pdf"
	fieldsMark = "/json"
)

// version is that of what is made of a record: when it was changed, where it stands, and what it says.
// The last is for changes within one second, of which no time tells.
func (r *record) version() string {
	return fmt.Sprintf("%d.%s.%x", r.updated, r.status, r.print)
}

// folder is the record's folder.
func (r *record) folder() syncer.Entry {
	return syncer.Entry{
		ID: r.id.String(), ParentID: RootID, Kind: syncer.Folder, Name: r.called(), Trashed: r.deleted, Facts: r.facts(),
	}
}

func (r *record) facts() *syncer.Facts {
	f := &syncer.Facts{Private: r.private, Created: moment(r.created), Modified: moment(r.updated), Link: r.link}
	if r.author != 0 {
		f.Author = r.author.String()
	}
	return f
}

// file is an entry in the record's folder.
func (r *record) file(mark, name, content string, size int64) syncer.Entry {
	return syncer.Entry{
		ID: r.id.String() + mark, ParentID: r.id.String(), Kind: syncer.File, Name: name, Content: content, Size: size,
		Modified: moment(r.updated), Trashed: r.deleted, Facts: r.facts(),
	}
}

func (r *record) pdf() syncer.Entry {
	e := r.file(pdfMark, r.called()+".pdf", r.version(), syncer.UnknownSize)
	e.Rendered = true
	return e
}

func (r *record) json() syncer.Entry { return r.file(fieldsMark, "record.json", r.version(), r.size) }

// attachment is a file whose contents never change: others have another number.
func (r *record) attachment(a attached) syncer.Entry {
	e := r.file("/"+a.id.String(), fitting(a.name, "attachment "+a.id.String()), a.id.String(), syncer.UnknownSize)
	e.Modified, e.Facts = moment(0), &syncer.Facts{Private: r.private}
	return e
}

// entries are all that is in the record's folder.
func (r *record) entries() []syncer.Entry {
	all := []syncer.Entry{r.pdf(), r.json()}
	for _, a := range r.files {
		all = append(all, r.attachment(a))
	}
	return all
}

// entry finds one of them. What the record does not have any more counts as thrown away: the record
// itself is the proof.
func (r *record) entry(mark string) syncer.Entry {
	for _, e := range r.entries() {
		if e.ID == r.id.String()+mark {
			return e
		}
	}
	gone := r.file(mark, "attachment "+strings.TrimPrefix(mark, "/"), strings.TrimPrefix(mark, "/"), syncer.UnknownSize)
	gone.Trashed = true
	return gone
}
