package office

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"
)

// glance is how often a run looks whether a person has paused or removed its Link meanwhile, perhaps in
// another process.
const glance = 2 * time.Second

// whileWanted returns a channel that is closed when stop is, and soon after a person has paused or removed
// the Link: what is under way goes on to its end then, and nothing else is begun. end must be called.
func (o *Office) whileWanted(ctx context.Context, id string, stop <-chan struct{}) (unwanted <-chan struct{}, end func()) {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(glance)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-stop:
				close(out)
				return
			case <-tick.C:
			}
			l, err := o.Links.Get(ctx, id)
			if l.Paused || errors.Is(err, fs.ErrNotExist) {
				close(out)
				return
			}
		}
	})
	return out, func() {
		cancel()
		watching.Wait()
	}
}
