package office

import (
	"context"
	"net/http"
	"sync"
)

// CallMade is a call that was made to answer a question, as the support of the service can find it.
type CallMade struct {
	Service Service `json:"service"`
	Method  string  `json:"method"`
	// Path is without its query.
	Path string `json:"path"`
	// Status is that of the answer, 0 if there was none. Request is the service's name for the call, empty if it told none.
	Status  int    `json:"status,omitempty"`
	Request string `json:"request,omitempty"`
}

// callsKey is under which a context holds its callList.
type callsKey struct{}

// callList gathers the calls of one question, which may be made by several goroutines.
type callList struct {
	mu   sync.Mutex
	made []CallMade
}

// listening returns a context whose calls are gathered.
func listening(ctx context.Context) (context.Context, *callList) {
	list := new(callList)
	return context.WithValue(ctx, callsKey{}, list), list
}

func (l *callList) all() []CallMade {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.made
}

// heard notes a call if somebody listens. Those without a token are left out: what is signed has no other proof than its
// address, and a sign-in is no call about an item.
func heard(s Service, r *http.Request, answer *http.Response) {
	list, ok := r.Context().Value(callsKey{}).(*callList)
	if !ok || r.Header.Get("Authorization") == "" {
		return
	}
	call := CallMade{Service: s, Method: r.Method, Path: r.URL.Path}
	if answer != nil {
		call.Status, call.Request = answer.StatusCode, answer.Header.Get(requestHeaders[s])
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	list.made = append(list.made, call)
}

// requestHeaders are where the services tell their name for a call.
var requestHeaders = map[Service]string{BoxService: "Box-Request-Id", ProcoreService: "X-Request-Id"}
