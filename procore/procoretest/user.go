package procoretest

import "fmt"

// User says who somebody is, as Procore tells it.
type User struct {
	ID    int64
	Name  string
	Login string // a mail address, unique
}

// A user is one person or one service account.
type user struct {
	User

	permitted map[*project]bool // nil: all projects; else a service account sees only these
}

// newUser adds somebody to all companies.
func (d *drive) newUser(name, login string) *user {
	u := &user{User: User{ID: d.next("user"), Name: name, Login: login}}
	d.users[u.ID] = u
	d.order = append(d.order, u)
	return u
}

// mini is how a user appears inside of other objects.
func (u *user) mini() any {
	if u == nil {
		return nil
	}
	return object{"id": u.ID, "login": u.Login, "name": u.Name}
}

// full is how a user appears in the index of documents (section 4.2).
func (u *user) full() any {
	if u == nil {
		return nil
	}
	return object{"id": u.ID, "login": u.Login, "name": u.Name, "company_name": nil, "locale": nil}
}

// text is how a user appears in REST v2, where ids are strings.
func (u *user) text() any {
	if u == nil {
		return nil
	}
	return object{"id": fmt.Sprint(u.ID), "login": u.Login, "name": u.Name}
}

// who is the account of a user. A test that names somebody who is not there is wrong.
func (p *Procore) who(u User) *user {
	account := p.drive.users[u.ID]
	if account == nil {
		panic(fmt.Sprintf("procoretest: no user with id %d", u.ID))
	}
	return account
}
