package connecttest_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer/connect"
	"github.com/procorebox/procorebox/syncer/connect/connecttest"
)

type change = func(ctx context.Context, now connect.Token, save connect.SaveToken) error

// brokenTokens is a store in memory with a fault. Functions that are nil leave it as it is.
type brokenTokens struct {
	*memory.Tokens
	load   func(ctx context.Context, credential string) (connect.Token, error)
	update func(ctx context.Context, credential string, f change) error
}

func (b *brokenTokens) Load(ctx context.Context, credential string) (connect.Token, error) {
	if b.load != nil {
		return b.load(ctx, credential)
	}
	return b.Tokens.Load(ctx, credential)
}

func (b *brokenTokens) Update(ctx context.Context, credential string, f change) error {
	if b.update != nil {
		return b.update(ctx, credential, f)
	}
	return b.Tokens.Update(ctx, credential, f)
}

// saving breaks what save does.
func (b *brokenTokens) saving(save func(ctx context.Context, t connect.Token, save connect.SaveToken) error) {
	b.update = func(ctx context.Context, credential string, f change) error {
		return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, good connect.SaveToken) error {
			return f(ctx, now, func(ctx context.Context, t connect.Token) error { return save(ctx, t, good) })
		})
	}
}

func tokensOf(breaks func(b *brokenTokens)) func(context.Context) (*connecttest.TokenHarness, error) {
	return func(context.Context) (*connecttest.TokenHarness, error) {
		b := &brokenTokens{Tokens: memory.NewTokens(memory.Options{})}
		breaks(b)
		same := func(context.Context) (connect.TokenStore, error) { return b, nil }
		return &connecttest.TokenHarness{Store: b, Other: same, Reopen: same}, nil
	}
}

func TestTokenSuiteFindsNothingWrongWithAStoreThatKeepsItsPromises(t *testing.T) {
	require.NoError(t, connecttest.CheckTokenStore(t.Context(), tokensOf(func(*brokenTokens) {})))
}

func TestTokenSuiteCatchesAStoreThat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		that   string
		caught string
		breaks func(b *brokenTokens)
	}{
		{"takes nobody for an empty token", "credential that nobody saved is not there", func(b *brokenTokens) {
			b.load = func(ctx context.Context, credential string) (connect.Token, error) {
				token, err := b.Tokens.Load(ctx, credential)
				if errors.Is(err, fs.ErrNotExist) {
					err = nil
				}
				return token, err
			}
		}},
		{"makes a token of every update", "credential that nobody saved is not there", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					return errors.Join(save(ctx, now), f(ctx, now, save))
				})
			}
		}},
		{"forgets the mark", "token comes back whole", func(b *brokenTokens) {
			b.saving(func(ctx context.Context, t connect.Token, save connect.SaveToken) error {
				t.Asked = t.Since
				return save(ctx, t)
			})
		}},
		{"keeps what a field held before", "token comes back whole", func(b *brokenTokens) {
			b.saving(func(ctx context.Context, t connect.Token, save connect.SaveToken) error {
				if t.Refresh == "" {
					t.Refresh = "r0"
				}
				return save(ctx, t)
			})
		}},
		{"saves when the update is over", "what was saved last counts", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					last, saved := connect.Token{}, false
					err := f(ctx, now, func(_ context.Context, t connect.Token) error { last, saved = t, true; return nil })
					if saved {
						return errors.Join(err, save(context.WithoutCancel(ctx), last))
					}
					return err
				})
			}
		}},
		{"saves once", "what was saved last counts", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					var once sync.Once
					return f(ctx, now, func(ctx context.Context, t connect.Token) (err error) {
						once.Do(func() { err = save(ctx, t) })
						return err
					})
				})
			}
		}},
		{"takes a save back when change fails", "error of change comes back and undoes nothing", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					err := f(ctx, now, save)
					if err != nil {
						return errors.Join(err, save(ctx, now))
					}
					return nil
				})
			}
		}},
		{"swallows the error of change", "error of change comes back and undoes nothing", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					_ = f(ctx, now, save)
					return nil
				})
			}
		}},
		{"makes an error of a panic", "panic of change passes through and gives the place up", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) (err error) {
				defer func() {
					if recover() != nil {
						err = errors.New("panic")
					}
				}()
				return b.Tokens.Update(ctx, credential, f)
			}
		}},
		{"folds names", "credentials are apart", func(b *brokenTokens) {
			b.load = func(ctx context.Context, credential string) (connect.Token, error) {
				return b.Tokens.Load(ctx, strings.ToLower(credential))
			}
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, strings.ToLower(credential), f)
			}
		}},
		{"has one place for all", "updates of different credentials do not wait for each other", func(b *brokenTokens) {
			place := make(chan struct{}, 1)
			b.update = func(ctx context.Context, credential string, f change) error {
				select {
				case place <- struct{}{}:
				default:
					return errors.New("somebody else is here")
				}
				defer func() { <-place }()
				return b.Tokens.Update(ctx, credential, f)
			}
		}},
		{"takes a late save", "save after the update fails", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				over := false
				defer func() { over = true }()
				return b.Tokens.Update(ctx, credential, func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
					return f(ctx, now, func(ctx context.Context, t connect.Token) error {
						if !over {
							return save(ctx, t)
						}
						return b.Tokens.Update(ctx, credential, func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
							return save(ctx, t)
						})
					})
				})
			}
		}},
		{"lets everybody in", "one update at a time", func(b *brokenTokens) { b.update = everybody(b.Tokens) }},
		{"gives each process tokens of its own", "one update at a time in all processes", nil},
		{"keeps to itself what it saves", "other process sees what was saved", nil},
		{"forgets what was saved when it dies", "what was saved is durable", nil},
		{"waits whatever happens", "waiting ends with its context", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				err := b.Tokens.Update(ctx, credential, f)
				if errors.Is(err, context.DeadlineExceeded) {
					return nil
				}
				return err
			}
		}},
		{"does not ask whether it is wanted", "cancelled context starts nothing", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(context.WithoutCancel(ctx), credential, f)
			}
		}},
		{"saves only for as long as the caller waits", "token is saved though the caller has given up", func(b *brokenTokens) {
			b.update = func(ctx context.Context, credential string, f change) error {
				return b.Tokens.Update(ctx, credential, func(inner context.Context, now connect.Token, save connect.SaveToken) error {
					return f(inner, now, func(_ context.Context, t connect.Token) error { return save(ctx, t) })
				})
			}
		}},
	} {
		t.Run(c.that, func(t *testing.T) {
			t.Parallel()
			open := alone
			if c.breaks != nil {
				open = tokensOf(c.breaks)
			}
			synctest.Test(t, func(t *testing.T) { // one that waits for ever is waited for by nobody
				err := connecttest.CheckTokenStore(t.Context(), open)
				require.ErrorContains(t, err, c.caught+": ")
			})
		})
	}
}

// alone opens a store of which no other process, and no later one, sees anything.
func alone(context.Context) (*connecttest.TokenHarness, error) {
	fresh := func(context.Context) (connect.TokenStore, error) { return memory.NewTokens(memory.Options{}), nil }
	return &connecttest.TokenHarness{Store: memory.NewTokens(memory.Options{}), Other: fresh, Reopen: fresh}, nil
}

// everybody is an Update without a place: all read first and save after that.
func everybody(store *memory.Tokens) func(ctx context.Context, credential string, f change) error {
	return func(ctx context.Context, credential string, f change) error {
		var now connect.Token
		if stored, err := store.Load(ctx, credential); err == nil {
			now = stored
		}
		return f(ctx, now, func(ctx context.Context, t connect.Token) error {
			return store.Update(ctx, credential, func(ctx context.Context, _ connect.Token, save connect.SaveToken) error {
				return save(ctx, t)
			})
		})
	}
}

func TestTokenSuiteSkipsWhatAHarnessDoesNotHave(t *testing.T) {
	require.NoError(t, connecttest.CheckTokenStore(t.Context(), func(context.Context) (*connecttest.TokenHarness, error) {
		return &connecttest.TokenHarness{Store: memory.NewTokens(memory.Options{})}, nil
	}))
}
