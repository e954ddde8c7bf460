package procore

import (
	"context"
	"iter"
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

// Person returns what people call an account, as the answers to this Client have told it so far, and "" if none
// has. It makes no call.
func (c *Client) Person(account string) string { return c.people.Person(account) }

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

// GetUsers yields the people of a project, or of the company. Person knows them from then on, also where
// Procore tells a number alone, as its webhooks do. It costs a call for each page, and the account needs
// Read Only in Directory: else the error wraps fs.ErrPermission. An error ends it.
func (c *Client) GetUsers(ctx context.Context, in Scope) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		if err := in.check(); err != nil {
			yield(Person{}, err)
			return
		}
		for p, err := range pages[Person](ctx, c.Account, call{
			op: "list users", method: http.MethodGet, path: in.nested(c, "v1.0", "users"),
		}, pageSize) {
			c.meet(&p)
			if !yield(p, err) {
				return
			}
		}
	}
}

func (p *Person) id() ID { return p.ID }
