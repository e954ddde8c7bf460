package connect

import (
	"cmp"
	"sync"
)

// People remembers what people call the accounts that the answers of a service have named, for a connector that
// is a syncer.Directory. The zero value knows nobody. It is safe for use by many goroutines.
type People struct {
	mu    sync.RWMutex
	names map[string]string
}

// Meet notes the name and the login of an account. Where neither is told nothing changes.
func (p *People) Meet(account, name, login string) {
	called := Called(name, login)
	if account == "" || called == "" || p.Person(account) == called {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.names == nil {
		p.names = map[string]string{}
	}
	p.names[account] = called
}

// Person returns what Meet was told last of an account, empty if it was told nothing.
func (p *People) Person(account string) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.names[account]
}

// Called is what to call somebody who has a name and a login, either of which may be empty.
func Called(name, login string) string {
	if name != "" && login != "" && name != login {
		return name + " (" + login + ")"
	}
	return cmp.Or(name, login)
}
