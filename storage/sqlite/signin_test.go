package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/rpc"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var refreshes = flag.Int("refreshes", 60, "tokens that TestProcessesThatShareACredentialNeverLoseIt lets be given out in each of its two cases")

// Office is a service that gives tokens, over HTTP. A refresh token is good for one exchange. Now and
// then a request or an answer is lost, or whoever asks is killed.
type Office struct {
	store *sqlite.Tokens
	once  bool // no refresh token may be presented twice, whatever became of the first time
	most  int  // tokens to be given out
	url   string

	mu       sync.Mutex
	random   *rand.Rand
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
	fate := o.random.IntN(100)
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

// Desk is where one child talks to the office.
type Desk struct {
	office *Office
	number int
}

// Place is what a child must know.
type Place struct {
	URL  string
	Seed uint64
	Once bool
}

// Where tells where tokens are given.
func (d *Desk) Where(_ struct{}, p *Place) error {
	*p = Place{URL: fmt.Sprintf("%s?child=%d", d.office.url, d.number), Seed: uint64(d.number), Once: d.office.once}
	return nil
}

// Use makes a call with an access token. It is refused if a newer one has been used already, and the
// child may go home when enough were given out.
func (d *Desk) Use(access string, r *Used) error {
	stored, err := d.office.store.Load(context.Background(), "box")
	if err != nil {
		return err
	}
	o := d.office
	o.mu.Lock()
	defer o.mu.Unlock()
	used := generation(access)
	if generation(stored.Access) < used {
		o.complain("%s is used before it is stored", access)
	}
	r.Refused, r.Enough = used < o.newest, o.given >= o.most
	o.newest = max(o.newest, used)
	return nil
}

// Used is what became of a call.
type Used struct{ Refused, Enough bool }

func generation(access string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(access, "a"))
	return n
}

// Ended is told that a person must sign in again. The person does, and the office looks whether that
// was right: what the store has must have been exchanged, and the answer must have been lost.
func (d *Desk) Ended(why string, _ *struct{}) error {
	o := d.office
	return o.store.Update(context.Background(), "box", func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
		if now.Ended == "" {
			return nil // somebody has signed in meanwhile
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.seen.ends++
		if !o.justified(now) {
			o.complain("%s was not lost, and a child says: %s", now.Refresh, why)
		}
		o.given++
		o.good = fmt.Sprint("r", o.given)
		return save(ctx, connect.Token{Access: fmt.Sprint("a", o.given), Refresh: o.good, Since: time.Now(), Expiry: time.Now().Add(time.Hour)})
	})
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

// Trouble is told of an error that must not be.
func (d *Desk) Trouble(text string, _ *struct{}) error {
	d.office.mu.Lock()
	defer d.office.mu.Unlock()
	d.office.complain("child %d: %s", d.number, text)
	return nil
}

// work is a child: it uses tokens and has them replaced at random, until there were enough.
func work(parent *rpc.Client, path string) error {
	ctx := context.Background()
	var place Place
	if err := parent.Call("Parent.Where", struct{}{}, &place); err != nil {
		return err
	}
	key, err := connect.NewTokenKey(make([]byte, connect.TokenKeySize))
	if err != nil {
		return err
	}
	tokens, err := sqlite.OpenTokens(ctx, path, sqlite.TokenOptions{Key: key, Busy: time.Minute})
	if err != nil {
		return err
	}
	refresh, err := connect.RefreshGrant(&oauth2.Config{
		Endpoint: oauth2.Endpoint{TokenURL: place.URL, AuthStyle: oauth2.AuthStyleInParams},
	}, nil)
	if err != nil {
		return err
	}
	source, err := connect.NewSource(connect.SourceOptions{
		Store: tokens, Credential: "box", Refresh: refresh, Settle: 20 * time.Millisecond, Once: place.Once,
	})
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(place.Seed, 1))
	for {
		access, err := source.Token(ctx)
		switch {
		case errors.Is(err, connect.ErrSignIn):
			err = parent.Call("Parent.Ended", err.Error(), &struct{}{})
		case errors.Is(err, syncer.ErrBusy):
			err = nil
		case err != nil:
			err = parent.Call("Parent.Trouble", err.Error(), &struct{}{})
		default:
			var used Used
			err = parent.Call("Parent.Use", access, &used)
			if used.Enough {
				return nil
			}
			if err == nil && (used.Refused || random.IntN(3) == 0) {
				err = source.Refused(ctx, access)
			}
		}
		if err != nil {
			return err
		}
	}
}

func TestProcessesThatShareACredentialNeverLoseIt(t *testing.T) {
	for _, c := range []struct {
		name string
		once bool
	}{
		{"and ask again after what was not answered", false},
		{"and present no refresh token twice", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tokens.db")
			o := &Office{
				store: tokensAt(t, path, tokenKey(t, 0)), once: c.once, most: *refreshes, good: "r0",
				random: rand.New(rand.NewPCG(7, 7)), children: map[int]*child{}, dead: map[int]bool{},
				deaths: make(chan int, 10_000), asked: map[string][]*asking{},
			}
			s := httptest.NewServer(o)
			defer s.Close()
			o.url = s.URL
			require.NoError(t, saveToken(t.Context(), o.store, "box", connect.Token{Access: "a0", Refresh: "r0"}))
			const processes = 8
			home := make(chan int)
			begin := func(number int) {
				child := start(t, "work", path, &Desk{o, number})
				o.mu.Lock()
				o.children[number] = child
				o.mu.Unlock()
				go func() {
					o.left(number, child.wait())
					home <- number
				}()
			}
			for number := range processes {
				begin(number)
			}
			for next, living := processes, processes; living > 0; {
				select {
				case <-o.deaths:
					begin(next)
					next, living = next+1, living+1
				case <-home:
					living--
				}
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			require.Empty(t, o.wrong)
			t.Logf("%d tokens given out, %d requests or answers lost, %d processes killed, %d of them while the office served them, %d refresh tokens presented again, %d times somebody signed in again",
				o.given, o.seen.lost, o.seen.kills, o.seen.inFlight, o.seen.again, o.seen.ends)
			require.GreaterOrEqual(t, o.given, *refreshes)
			require.Positive(t, o.seen.lost)
			require.Positive(t, o.seen.kills)
			require.Positive(t, o.seen.inFlight)
			require.Positive(t, o.seen.ends)
		})
	}
}
