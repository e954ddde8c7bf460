package procore

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Project is a construction project.
type Project struct {
	ID          ID     `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	// Number is what people call it by, mostly not a number.
	Number    Text      `json:"project_number"`
	Stage     string    `json:"stage"`
	Active    bool      `json:"active"`
	IsDemo    bool      `json:"is_demo"`
	TimeZone  string    `json:"time_zone"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Company   Company   `json:"company"`
}

// ProjectQuery says which projects GetProjects yields. The zero value means the active ones.
type ProjectQuery struct {
	// Inactive adds those that are not active.
	Inactive bool
	// Name is that of the project, empty for any.
	Name string
	// UpdatedFrom and UpdatedTo bound when the project was changed last, see Span.
	Updated Span
}

// GetProjects yields the projects of the company that the user may see. An error ends it. An app's
// service account sees those that were chosen when the app was installed, and none after it was
// installed anew, until they are chosen again: a project that is not here is not gone.
func (c *Client) GetProjects(ctx context.Context, q ProjectQuery) iter.Seq2[Project, error] {
	query := url.Values{"company_id": {c.CompanyID().String()}}
	if q.Inactive {
		query.Set("filters[by_status]", "All")
	}
	if q.Name != "" {
		query.Set("filters[name]", q.Name)
	}
	q.Updated.filter(query, "updated_at")
	return pages[Project](ctx, c.Account, call{
		op: "list projects", method: http.MethodGet, path: rest("v1.0", "projects"), query: query,
	}, pageSize)
}
