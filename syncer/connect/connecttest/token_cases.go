package connecttest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// full is a Token with something in every field.
func full() connect.Token {
	day := time.Date(2026, 3, 1, 12, 30, 15, 123456789, time.UTC)
	return connect.Token{
		Access: strings.Repeat("eyJ.ÄÖ\x00\n\"'", 1000), Refresh: "r1 \u2028'\";--", Expiry: day, Since: day.Add(-time.Hour),
		Asked: day.Add(-time.Minute), Ended: "the service no longer takes it",
	}
}

var errOwn = errors.New("the caller's own error")

var tokenCases = []promise[*tokenCheck]{
	{"credential that nobody saved is not there", "a program must tell apart that nobody has signed in", func(c *tokenCheck) {
		_, err := c.store.Load(c.ctx, "nobody")
		c.expect(errors.Is(err, fs.ErrNotExist), "Load fails with %v, not fs.ErrNotExist", err)
		err = c.store.Update(c.ctx, "nobody", func(_ context.Context, now connect.Token, _ connect.SaveToken) error {
			c.expect(same(now, connect.Token{}), "change gets a token that nobody saved")
			return nil
		})
		c.must(err, "update")
		_, err = c.store.Load(c.ctx, "nobody")
		c.expect(errors.Is(err, fs.ErrNotExist), "an Update that saved nothing has made a token")
	}},
	{"token comes back whole", "half a token is none", func(c *tokenCheck) {
		c.save(c.store, "a", full())
		c.holds(c.store, "a", full())
		c.save(c.store, "a", connect.Token{Access: "only"})
		c.holds(c.store, "a", connect.Token{Access: "only"})
	}},
	{"what was saved last counts", "a refresh marks the old token, then saves the new one", func(c *tokenCheck) {
		err := c.store.Update(c.ctx, "a", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
			for _, access := range []string{"one", "two", "three"} {
				c.must(save(ctx, connect.Token{Access: access}), "save")
				got, err := c.store.Load(ctx, "a")
				c.must(err, "load while an Update runs")
				c.expect(got.Access == access, "Load does not return what was just saved")
			}
			return nil
		})
		c.must(err, "update")
		c.holds(c.store, "a", connect.Token{Access: "three"})
	}},
	{"error of change comes back and undoes nothing", "what was exchanged is gone, whatever failed after it", func(c *tokenCheck) {
		err := c.store.Update(c.ctx, "a", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
			return errors.Join(save(ctx, full()), errOwn)
		})
		c.expect(errors.Is(err, errOwn), "Update returns %v, not the error of change", err)
		c.holds(c.store, "a", full())
	}},
	{"panic of change passes through and gives the place up", "one bug must not lock a credential", func(c *tokenCheck) {
		func() {
			defer func() { c.expect(recover() == any(errOwn), "panic of change was swallowed") }()
			err := c.store.Update(c.ctx, "a", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
				c.must(save(ctx, full()), "save")
				panic(errOwn)
			})
			c.expect(false, "Update returned %v from a panic", err)
		}()
		c.holds(c.store, "a", full())
	}},
	{"credentials are apart", "one sign-in must not become another's", func(c *tokenCheck) {
		names := []string{"a", "A", "a ", "a/b", "a\\b", "../a", "a'b\"", "ä", "a\u0308", strings.Repeat("long", 100), "%41", "a;b"}
		for i, name := range names {
			c.save(c.store, name, connect.Token{Access: strconv.Itoa(i)})
		}
		for i, name := range names {
			c.holds(c.store, name, connect.Token{Access: strconv.Itoa(i)})
		}
	}},
	{"updates of different credentials do not wait for each other", "one slow service must not stop all", func(c *tokenCheck) {
		err := c.store.Update(c.ctx, "a", func(context.Context, connect.Token, connect.SaveToken) error {
			c.save(c.store, "b", full())
			return nil
		})
		c.must(err, "update")
		c.holds(c.store, "b", full())
	}},
	{"save after the update fails", "whoever is late would overwrite what came after", func(c *tokenCheck) {
		var late connect.SaveToken
		err := c.store.Update(c.ctx, "a", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
			late = save
			return save(ctx, connect.Token{Access: "in time"})
		})
		c.must(err, "update")
		c.expect(late(c.ctx, connect.Token{Access: "late"}) != nil, "a late save returns nil")
		c.holds(c.store, "a", connect.Token{Access: "in time"})
	}},
	{"one update at a time", "a refresh token is good for one use", func(c *tokenCheck) {
		c.crowd(c.store, c.store)
	}},
	{"one update at a time in all processes", "a refresh token is good for one use", func(c *tokenCheck) {
		c.crowd(c.store, c.another(c.h.Other, "Other"))
	}},
	{"other process sees what was saved", "it would refresh what is refreshed already", func(c *tokenCheck) {
		other := c.another(c.h.Other, "Other")
		c.save(c.store, "a", connect.Token{Access: "one"})
		c.holds(other, "a", connect.Token{Access: "one"})
		c.save(other, "a", connect.Token{Access: "two"})
		c.holds(c.store, "a", connect.Token{Access: "two"})
	}},
	{"what was saved is durable", "a refresh token that is not stored is lost", func(c *tokenCheck) {
		c.save(c.store, "a", full())
		c.holds(c.another(c.h.Reopen, "Reopen"), "a", full())
	}},
	{"waiting ends with its context", "a person at a terminal must be able to give up", func(c *tokenCheck) {
		waited := make(chan error, 1)
		err := c.store.Update(c.ctx, "a", func(ctx context.Context, _ connect.Token, _ connect.SaveToken) error {
			short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
			go func() {
				defer cancel()
				waited <- c.store.Update(short, "a", func(context.Context, connect.Token, connect.SaveToken) error {
					return errOwn
				})
			}()
			select {
			case err := <-waited:
				waited <- err
			case <-c.ctx.Done(): // a slow machine has as much time as for any case
				c.expect(false, "an Update goes on waiting when its context has ended")
			}
			return nil
		})
		c.must(err, "update")
		err = <-waited
		c.expect(!errors.Is(err, errOwn), "change was called though the context had ended")
		c.expect(errors.Is(err, context.DeadlineExceeded), "waiting ends with %v, not the context's error", err)
		c.save(c.store, "a", full())
		c.holds(c.store, "a", full())
	}},
	{"cancelled context starts nothing", "whoever cancels wants it to end", func(c *tokenCheck) {
		ctx, cancel := context.WithCancel(c.ctx)
		cancel()
		_, err := c.store.Load(ctx, "a")
		c.expect(errors.Is(err, context.Canceled), "Load fails with %v, not context.Canceled", err)
		err = c.store.Update(ctx, "a", func(context.Context, connect.Token, connect.SaveToken) error {
			c.expect(false, "change is called")
			return nil
		})
		c.expect(errors.Is(err, context.Canceled), "Update fails with %v, not context.Canceled", err)
	}},
	{"token is saved though the caller has given up", "the service has taken the old one back already", func(c *tokenCheck) {
		ctx, cancel := context.WithCancel(c.ctx)
		defer cancel()
		err := c.store.Update(ctx, "a", func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
			cancel()
			return save(context.WithoutCancel(ctx), full())
		})
		c.expect(err == nil || errors.Is(err, context.Canceled), "update: %v", err)
		c.holds(c.store, "a", full())
	}},
}

// crowd counts in the Tokens of one credential, from many goroutines. Each stays a moment, so that
// two that may be inside at once will be.
func (c *tokenCheck) crowd(stores ...connect.TokenStore) {
	const each, rounds = 4, 5
	var inside, together atomic.Int32
	met := make(chan struct{})
	var wg sync.WaitGroup
	failed := make(chan error, each*len(stores))
	for i := range each * len(stores) {
		wg.Go(func() {
			for range rounds {
				err := stores[i%len(stores)].Update(c.ctx, "a", func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					defer inside.Add(-1)
					if inside.Add(1) > 1 && together.Add(1) == 1 {
						close(met)
					}
					select {
					case <-met:
					case <-time.After(time.Millisecond):
					}
					n, _ := strconv.Atoi(now.Access) // 0 before the first
					return save(ctx, connect.Token{Access: strconv.Itoa(n + 1)})
				})
				if err != nil {
					failed <- fmt.Errorf("update among others: %w", err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		c.expect(false, "%w", err)
	}
	c.expect(together.Load() == 0, "two updates of one credential ran at once")
	c.holds(stores[0], "a", connect.Token{Access: strconv.Itoa(each * len(stores) * rounds)})
}
