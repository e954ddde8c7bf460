package procore

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// RFI is a request for information. Listings tell it without Questions' attachments and answers.
type RFI struct {
	ID ID `json:"id"`
	// Subject is what it is about. Number is what people call it by, mostly with a prefix.
	Subject    string `json:"subject"`
	Number     Text   `json:"number"`
	FullNumber Text   `json:"full_number"`
	Prefix     Text   `json:"prefix"`
	Revision   Text   `json:"revision"`
	// Status is "open", "closed", "draft" and others of Procore.
	Status           string    `json:"status"`
	TranslatedStatus string    `json:"translated_status"`
	Draft            bool      `json:"draft"`
	Private          bool      `json:"private"`
	DueDate          Text      `json:"due_date"`
	Reference        string    `json:"reference"`
	Link             Text      `json:"link"` // for a browser
	CreatedAt        time.Time `json:"created_at,omitzero"`
	UpdatedAt        time.Time `json:"updated_at,omitzero"`
	InitiatedAt      Text      `json:"initiated_at"`
	TimeResolved     Text      `json:"time_resolved"`
	// Deleted is set in the recycle bin.
	Deleted   bool       `json:"deleted"`
	DeletedAt Text       `json:"deleted_at"`
	CreatedBy *Person    `json:"created_by,omitempty"`
	Manager   *Person    `json:"rfi_manager,omitempty"`
	From      *Person    `json:"received_from,omitempty"`
	Assignees []Person   `json:"assignees"`
	InCourtOf []Person   `json:"ball_in_courts"`
	Location  *Location  `json:"location,omitempty"`
	Questions []Question `json:"questions"`
	// CustomFields are what a company has added, as Procore tells it.
	CustomFields json.RawMessage `json:"custom_fields"`
}

// Question is what an RFI asks.
type Question struct {
	ID           ID           `json:"id"`
	CreatedBy    Text         `json:"created_by"`
	QuestionDate Text         `json:"question_date"`
	PlainText    string       `json:"plain_text_body"`
	Attachments  []Attachment `json:"attachments"`
	Answers      []Answer     `json:"answers"`
}

// Answer is a reply to a Question.
type Answer struct {
	ID          ID           `json:"id"`
	Official    bool         `json:"official"`
	AnswerDate  Text         `json:"answer_date"`
	PlainText   string       `json:"plain_text_body"`
	CreatedBy   Text         `json:"created_by"`
	CreatedByID ID           `json:"created_by_id"`
	Attachments []Attachment `json:"attachments"`
}

// Attachments are those of all questions and answers, in order, each once.
func (r *RFI) Attachments() []Attachment {
	var all []Attachment
	for _, q := range r.Questions {
		all = append(all, q.Attachments...)
		for _, a := range q.Answers {
			all = append(all, a.Attachments...)
		}
	}
	return once(all)
}

// once leaves out attachments that were there before.
func once(all []Attachment) []Attachment {
	seen := map[ID]bool{}
	return slices.DeleteFunc(all, func(a Attachment) bool {
		again := seen[a.ID]
		seen[a.ID] = true
		return again
	})
}

// RecordQuery says which records of a tool are yielded. The zero value means all that are not in the
// recycle bin.
type RecordQuery struct {
	// IDs means these only.
	IDs []ID
	// Updated bounds when they were changed, Created when they were made.
	Updated, Created Span

	told func(http.Header)
}

func (q RecordQuery) values() url.Values {
	query := url.Values{}
	for _, id := range q.IDs {
		query.Add("filters[id][]", id.String())
	}
	q.Updated.filter(query, "updated_at")
	q.Created.filter(query, "created_at")
	return query
}

// inProject checks the number of a project, and that of a record in it.
func inProject(project ID, what string, id ID) error {
	return errors.Join(checkID("project", project), checkID(what, id))
}

// rfis is where those of a project are.
func rfis(project ID, more ...string) string {
	return rest("v1.0", append([]string{"projects", project.String(), "rfis"}, more...)...)
}

// GetRFIs yields RFIs as the user may see them. An error ends it.
func (c *Client) GetRFIs(ctx context.Context, project ID, q RecordQuery) iter.Seq2[RFI, error] {
	if err := checkID("project", project); err != nil {
		return failed[RFI](err)
	}
	return pages[RFI](ctx, c.Account, call{
		op: "list RFIs of project " + project.String(), method: http.MethodGet, path: rfis(project), query: q.values(), told: q.told,
	}, pageSize)
}

// GetRFIsID returns an RFI with its questions, answers and attachments.
func (c *Client) GetRFIsID(ctx context.Context, project, id ID) (*RFI, error) {
	if err := inProject(project, "RFI", id); err != nil {
		return nil, err
	}
	r := new(RFI)
	err := c.do(ctx, call{op: "read RFI " + id.String(), method: http.MethodGet, path: rfis(project, id.String())}, r)
	return orNil(r, err)
}

func (r *RFI) id() ID { return r.ID }
