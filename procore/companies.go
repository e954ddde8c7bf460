package procore

import (
	"context"
	"iter"
	"net/http"
)

// Company is a company that the user belongs to.
type Company struct {
	ID       ID     `json:"id"`
	Name     string `json:"name"`
	IsActive bool   `json:"is_active"`
}

// GetCompanies yields the companies of the user. An error ends it. An app's service account must name
// a company to be told, so it needs a Client for that.
func (a *Account) GetCompanies(ctx context.Context) iter.Seq2[Company, error] {
	return pages[Company](ctx, a, call{
		op: "list companies", method: http.MethodGet, path: rest("v1.0", "companies"),
	}, pageSize)
}
