package boxtest

import "time"

// User says who somebody is, as Box tells it.
type User struct {
	ID    string // digits
	Name  string
	Login string // a mail address, unique
}

// A user has a root folder of their own and a feed of their own.
type user struct {
	User
	root    *item
	created time.Time
	space   int64 // bytes that the account may hold
	used    int64 // bytes that it holds, trash and old versions included
	largest int64 // bytes that one file may have
	wake    chan struct{}
}

// newUser adds an account with an empty root folder.
func (d *drive) newUser(name, login string) *user {
	d.lastUser++
	u := &user{
		User:    User{ID: digits(d.lastUser), Name: name, Login: login},
		created: d.now(),
		space:   d.rules.Space,
		largest: d.rules.LargestFile,
		wake:    make(chan struct{}),
	}
	u.root = &item{kind: folderKind, id: rootID, name: "All Files", owner: u, shelf: newShelf()}
	d.users[u.ID] = u
	d.order = append(d.order, u)
	return u
}

func (d *drive) userByLogin(login string) *user {
	for _, u := range d.order {
		if u.Login == login {
			return u
		}
	}
	return nil
}

// mini is how a user appears inside of other objects.
func (u *user) mini() any {
	if u == nil {
		return nil
	}
	return object{"type": "user", "id": u.ID, "name": u.Name, "login": u.Login}
}

// notify wakes everybody who waits for the user's feed.
func (u *user) notify() {
	close(u.wake)
	u.wake = make(chan struct{})
}
