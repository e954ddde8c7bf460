package procore

import (
	"context"
	"net/http"
	"net/url"
)

// Person is somebody at Procore, or an app's service account. As part of something else what is not
// told is empty.
type Person struct {
	ID    ID     `json:"id"`
	Login string `json:"login"`
	Name  string `json:"name"`
	// CompanyName is that of the person's own company.
	CompanyName string `json:"company_name,omitempty"`
}

// meet notes what somebody is called whom an answer has named; nil is nobody.
func (c *Client) meet(p *Person) {
	if p != nil {
		c.people.Meet(p.ID.String(), p.Name, p.Login)
	}
}

// GetMe returns the user whose token is used. The name is empty in an Account without a company.
func (a *Account) GetMe(ctx context.Context) (*Person, error) {
	k := call{op: "read own user", method: http.MethodGet, path: rest("v1.0", "me")}
	if a.options.CompanyID > 0 {
		k.query = url.Values{"company_id": {a.options.CompanyID.String()}}
	}
	me := new(Person)
	err := a.do(ctx, k, me)
	return orNil(me, err)
}

func (p *Person) id() ID { return p.ID }
