package procore

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// Submittal is a record of the Submittals tool. A new revision is a new Submittal with another ID and the
// same Number.
type Submittal struct {
	ID              ID        `json:"id"`
	Number          Text      `json:"number"`
	FormattedNumber Text      `json:"formatted_number"`
	Title           string    `json:"title"`
	Revision        Text      `json:"revision"`
	CurrentRevision bool      `json:"current_revision"`
	Description     string    `json:"description"`
	Private         bool      `json:"private"`
	CreatedAt       time.Time `json:"created_at,omitzero"`
	UpdatedAt       time.Time `json:"updated_at,omitzero"`
	DueDate         Text      `json:"due_date"`
	ClosedAt        Text      `json:"closed_at"`
	DistributedAt   Text      `json:"distributed_at"`
	// DeletedAt is set in the recycle bin.
	DeletedAt            Text                  `json:"deleted_at"`
	Status               *SubmittalStatus      `json:"status,omitempty"`
	Kind                 *Named                `json:"type,omitempty"`
	SpecificationSection *SpecificationSection `json:"specification_section,omitempty"`
	Package              *SubmittalPackage     `json:"submittal_package,omitempty"`
	CreatedBy            *Person               `json:"created_by,omitempty"`
	Manager              *Person               `json:"submittal_manager,omitempty"`
	Location             *Location             `json:"location,omitempty"`
	Attached             []Attachment          `json:"attachments"`
	Associated           []Attachment          `json:"associated_attachments"`
	Approvers            []Approver            `json:"approvers"`
	LastDistributed      *Distributed          `json:"last_distributed_submittal,omitempty"`
	// CustomFields are what a company has added, as Procore tells it.
	CustomFields json.RawMessage `json:"custom_fields"`
}

// SubmittalStatus is where a submittal stands. Status is one of Procore's words, Name what the company
// calls it.
type SubmittalStatus struct {
	ID     ID     `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// Named is something of which only the name matters.
type Named struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// SpecificationSection is a part of a project's specifications.
type SpecificationSection struct {
	ID          ID     `json:"id"`
	Number      Text   `json:"number"`
	Description string `json:"description"`
}

// SubmittalPackage holds submittals together.
type SubmittalPackage struct {
	ID     ID     `json:"id"`
	Number Text   `json:"number"`
	Title  string `json:"title"`
}

// Approver is a step of a submittal's workflow.
type Approver struct {
	ID         ID           `json:"id"`
	Comment    string       `json:"comment"`
	User       *Person      `json:"user,omitempty"`
	Attached   []Attachment `json:"attachments"`
	Associated []Attachment `json:"associated_attachments"`
}

// Distributed is what was last sent round.
type Distributed struct {
	ID          ID           `json:"id"`
	Attachments []Attachment `json:"distributed_attachments"`
}

// Attachments are those of the submittal itself, of its approvers and of what was last distributed, in
// this order, each once.
func (s *Submittal) Attachments() []Attachment {
	all := append(append([]Attachment{}, s.Associated...), s.Attached...)
	for _, a := range s.Approvers {
		all = append(append(all, a.Associated...), a.Attached...)
	}
	if s.LastDistributed != nil {
		all = append(all, s.LastDistributed.Attachments...)
	}
	return once(all)
}

// submittals is where those of a project are. Earlier versions of the interface tell less.
func submittals(project ID, more ...string) string {
	return rest("v1.1", append([]string{"projects", project.String(), "submittals"}, more...)...)
}

// GetSubmittals yields submittals of all revisions as the user may see them. An error ends it.
func (c *Client) GetSubmittals(ctx context.Context, project ID, q RecordQuery) iter.Seq2[Submittal, error] {
	if err := checkID("project", project); err != nil {
		return failed[Submittal](err)
	}
	return pages[Submittal](ctx, c.Account, call{
		op: "list submittals of project " + project.String(), method: http.MethodGet, path: submittals(project), query: q.values(),
		told: q.told,
	}, pageSize)
}

// GetSubmittalsID returns a submittal with its attachments.
func (c *Client) GetSubmittalsID(ctx context.Context, project, id ID) (*Submittal, error) {
	if err := inProject(project, "submittal", id); err != nil {
		return nil, err
	}
	s := new(Submittal)
	err := c.do(ctx, call{op: "read submittal " + id.String(), method: http.MethodGet, path: submittals(project, id.String())}, s)
	return orNil(s, err)
}

func (s *Submittal) id() ID { return s.ID }
