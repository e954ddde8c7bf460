package sqlite_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Office is a service that gives tokens, over HTTP. A refresh token is good for one exchange. Now and
// then a request or an answer is lost, or whoever asks is killed.
type Office struct {
	store *sqlite.Tokens
	once  bool // no refresh token may be presented twice, whatever became of the first time
	most  int  // tokens to be given out
	url   string

	mu       sync.Mutex
	fates    *rand.Rand // draws what becomes of each request, in the order in which they come
	random   *rand.Rand // draws how long that takes
	children map[int]*child
	dead     map[int]bool
	deaths   chan int
	killed   time.Time // when the latest child was
	given    int
	good     string // the refresh token that can be exchanged
	asked    map[string][]*asking
	newest   int // of the access tokens that were used
	wrong    []string
	seen     struct{ lost, kills, inFlight, ends, again int }
}

// asking is one time that a refresh token was presented.
type asking struct {
	child   int
	running bool
	lost    bool // the request or its answer
	refused bool // with the answer that it was not used
	result  string
}

func (o *Office) complain(format string, args ...any) {
	o.wrong = append(o.wrong, fmt.Sprintf(format, args...))
}

// ServeHTTP takes a refresh token and gives the next ones.
func (o *Office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.URL.Query().Get("child"))
	token := r.PostFormValue("refresh_token")
	stored, err := o.store.Load(r.Context(), "box")

	o.mu.Lock()
	defer o.mu.Unlock()
	a := o.present(token, number)
	if !o.dead[number] && (err != nil || stored.Refresh != token || stored.Asked.IsZero()) {
		o.complain("%s is presented, and the store has %s, marked %t (%v)", token, stored.Refresh, !stored.Asked.IsZero(), err)
	}
	defer func() { a.running = false }()
	fate := o.fates.IntN(100)
	o.pass(time.Duration(o.random.IntN(4)) * time.Millisecond)
	switch {
	case fate < 5:
		a.lost = true
		o.seen.lost++
		panic(http.ErrAbortHandler)
	case fate < 8:
		a.lost = true
		http.Error(w, "try later", http.StatusServiceUnavailable)
		return
	case fate < 11:
		a.refused = true
		http.Error(w, "try later", http.StatusTooManyRequests)
		return
	case fate < 16:
		o.kill(number, true)
	}
	status, answer := http.StatusBadRequest, `{"error":"invalid_grant","error_description":"Invalid refresh token"}`
	if token == o.good {
		status, answer = http.StatusOK, o.exchange(a)
	}
	o.pass(time.Duration(o.random.IntN(4)) * time.Millisecond)
	switch {
	case fate >= 90:
		a.lost = true
		o.seen.lost++
		panic(http.ErrAbortHandler)
	case fate >= 85:
		o.kill(number, true)
	case fate >= 75:
		time.AfterFunc(time.Duration(o.random.IntN(3_000))*time.Microsecond, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.kill(number, false)
		})
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

// present notes that a refresh token was presented, and by whom it must not have been.
func (o *Office) present(token string, number int) *asking {
	for _, before := range o.asked[token] {
		switch {
		case o.dead[number]: // what it sent before it was killed arrives late
		case before.running && !o.dead[before.child]:
			o.complain("%s is presented by two at once", token)
		case before.result != "" && !before.lost && !o.dead[before.child]:
			o.complain("%s is presented again after it was exchanged for %s", token, before.result)
		case o.once && !before.refused:
			o.complain("%s is presented twice", token)
		}
	}
	if len(o.asked[token]) > 0 {
		o.seen.again++
	}
	a := &asking{child: number, running: true}
	o.asked[token] = append(o.asked[token], a)
	return a
}

func (o *Office) exchange(a *asking) string {
	o.given++
	o.good = fmt.Sprint("r", o.given)
	a.result = o.good
	return fmt.Sprintf(`{"access_token":"a%d","refresh_token":%q,"token_type":"bearer","expires_in":3600}`, o.given, o.good)
}

// pass lets time pass, in which others are served.
func (o *Office) pass(d time.Duration) {
	o.mu.Unlock()
	time.Sleep(d) // a service takes its time; nothing waits for this to be over
	o.mu.Lock()
}

// kill ends a child as kill -9 does.
func (o *Office) kill(number int, inFlight bool) {
	c := o.children[number]
	if c == nil || o.dead[number] || o.given >= o.most {
		return
	}
	o.dead[number], o.killed = true, time.Now()
	o.seen.kills++
	if inFlight {
		o.seen.inFlight++
	}
	c.kill()
	o.deaths <- number
}

// left is told how a child ended.
func (o *Office) left(number int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil && !o.dead[number] {
		o.complain("child %d: %v", number, err)
	}
}

func generation(access string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(access, "a"))
	return n
}

// justified reports whether a refresh token is lost through no fault of the children's: it was
// exchanged, and the answer was lost or whoever got it was killed. If it may be presented once only,
// it is lost even if it was not exchanged, and if a child was killed when it was just about to ask.
func (o *Office) justified(now connect.Token) bool {
	for _, a := range o.asked[now.Refresh] {
		gone := a.lost || o.dead[a.child]
		if gone && (o.once || a.result != "") {
			return true
		}
	}
	return o.once && len(o.asked[now.Refresh]) == 0 && o.killed.After(now.Asked)
}
