package sqlite_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/rpc"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/procorebox/procorebox/storage/sqlite"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

var refreshes = flag.Int("refreshes", 60, "tokens that TestProcessesThatShareACredentialNeverLoseIt lets be given out in each of its two cases")

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
				fates: rand.New(rand.NewPCG(7, 9)), random: rand.New(rand.NewPCG(7, 7)),
				children: map[int]*child{}, dead: map[int]bool{},
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
