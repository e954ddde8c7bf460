package box_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/storage/memory"
	"github.com/procorebox/procorebox/syncer"
)

func TestDeliveriesThatAreDoubledAndShuffledAreTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, ids := p.uploads(t, 20)
		r := receiver(t, p.options())
		all = append(append(all, all...), all...)
		random := rand.New(rand.NewPCG(1, 2))
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, s := range all {
			require.Equal(t, http.StatusNoContent, s.to(r))
		}
		require.ElementsMatch(t, ids, told(p.inbox(t, "drawings")))
	})
}

func TestADeliveryThatIsReplayedToAnotherRootKeepsNobodyFromTheirNews(t *testing.T) {
	p := newPost(t, boxtest.Options{}, memory.Options{})
	r := receiver(t, p.options())
	stamped := time.Now().Format(time.RFC3339)
	require.Equal(t, http.StatusNoContent, fromBox("/box/4711", delivery, stamped).to(r), "no signature covers the address")
	require.Empty(t, p.inbox(t, "drawings"))
	for range 2 {
		require.Equal(t, http.StatusNoContent, fromBox("/box/"+p.root.ID, delivery, stamped).to(r))
		require.Len(t, p.inbox(t, "drawings"), 1)
	}
}

func TestTheMemoryOfReplaysIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, ids := p.uploads(t, 4)
		o := p.options()
		o.Remember = 2
		r := receiver(t, o)
		for _, i := range []int{0, 1, 0, 2, 3, 3, 2, 0} {
			require.Equal(t, http.StatusNoContent, all[i].to(r))
		}
		require.Equal(t, []string{ids[0], ids[1], ids[2], ids[3], ids[0]}, told(p.inbox(t, "drawings")), "the oldest is forgotten, and looked at again")
	})
}

// slow is a store that waits for a word, or for the end of patience.
type slow struct {
	begun, word chan struct{}
	appended    atomic.Int32
}

func (s *slow) Append(ctx context.Context, _ string, _ ...syncer.Hint) error {
	s.begun <- struct{}{}
	select {
	case <-s.word:
		s.appended.Add(1)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestAStoreThatTakesTooLongIsAnsweredBeforeBoxGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		o := p.options()
		o.Store = &slow{begun: make(chan struct{}, 2)}
		begun := time.Now()
		require.Equal(t, http.StatusServiceUnavailable, all[0].to(receiver(t, o)))
		require.Equal(t, 10*time.Second, time.Since(begun))
	})
}

func TestARepeatedDeliveryIsNotAnsweredBeforeTheFirstIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		o, store := p.options(), &slow{begun: make(chan struct{}, 4), word: make(chan struct{})}
		o.Store, o.Pairs = store, func(string) []string { return []string{"drawings"} }
		r := receiver(t, o)
		answers := make(chan int, 2)
		for range 2 {
			go func() { answers <- all[0].to(r) }()
		}
		<-store.begun
		synctest.Wait()
		require.Empty(t, answers)
		require.Empty(t, store.begun, "the second does not write too")
		store.word <- struct{}{}
		require.Equal(t, []int{204, 204}, []int{<-answers, <-answers})
		require.EqualValues(t, 1, store.appended.Load())
	})
}

func TestARepeatedDeliveryIsWrittenWhereTheFirstWasNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, boxtest.Options{}, memory.Options{})
		all, _ := p.uploads(t, 1)
		o, store := p.options(), &slow{begun: make(chan struct{}, 4), word: make(chan struct{})}
		o.Store, o.Pairs = store, func(string) []string { return []string{"drawings"} }
		r := receiver(t, o)
		first, second := make(chan int, 1), make(chan int, 1)
		go func() { first <- all[0].to(r) }()
		<-store.begun
		time.Sleep(5 * time.Second) // of the bubble
		go func() { second <- all[0].to(r) }()
		require.Equal(t, 503, <-first)
		<-store.begun
		store.word <- struct{}{}
		require.Equal(t, 204, <-second)
		require.EqualValues(t, 1, store.appended.Load())
	})
}

func TestTwoThousandDeliveriesAtOnceAreAllKept(t *testing.T) {
	// In a bubble each of them has the patience of a Receiver, however busy the machine is.
	synctest.Test(t, func(t *testing.T) {
		const count = 2000
		p := newPost(t, boxtest.Options{}, memory.Options{})
		r := receiver(t, p.options())
		stamped := time.Now().Format(time.RFC3339)
		var crowd sync.WaitGroup
		var refused atomic.Int32
		var want []string
		for i := range count {
			want = append(want, "f"+strconv.Itoa(i+1))
			text := fmt.Sprintf(`{"type":"webhook_event","id":"m%d","trigger":"FILE.UPLOADED","source":{"type":"file","id":"%d"},"additional_info":[]}`, i, i+1)
			s := fromBox("/box/"+p.root.ID, text, stamped)
			for range 2 {
				crowd.Go(func() {
					if s.to(r) != http.StatusNoContent {
						refused.Add(1)
					}
				})
			}
		}
		crowd.Wait()
		require.Zero(t, refused.Load())
		require.ElementsMatch(t, want, told(p.inbox(t, "drawings")), "each of them once, though each came twice")
	})
}
