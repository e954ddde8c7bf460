package syncertest

import (
	"slices"
	"time"
)

// change is an engine's write that a stale view does not show yet.
type change struct {
	item  *node
	was   node // as it was before
	fresh bool // it was not there before
	at    time.Time
}

// landing is an effect whose call has failed already.
type landing struct {
	due    time.Time
	effect func()
}

// remember keeps how an item was before an engine's write, for stale views.
func (s *Service) remember(by actor, n *node, fresh bool) {
	settle := s.o.Info.Settle
	if !by.engine || settle <= 0 {
		return
	}
	now := s.o.Now()
	s.recent = slices.DeleteFunc(s.recent, func(c change) bool { return now.Sub(c.at) >= settle })
	s.recent = append(s.recent, change{item: n, was: *n, fresh: fresh, at: now})
}

// seen returns an item as a view shows it, or nil if the view does not. A stale view is one from
// before every write of an engine that has not settled.
func (s *Service) seen(n *node, stale bool) *node {
	if stale {
		now := s.o.Now()
		for i := range s.recent {
			c := &s.recent[i]
			if c.item != n || now.Sub(c.at) >= s.o.Info.Settle {
				continue
			}
			if c.fresh {
				return nil
			}
			return &c.was
		}
	}
	if n.flags().dead {
		return nil
	}
	return n
}

// holds returns what a view shows in a folder.
func (s *Service) holds(folder *node, stale bool) []*node {
	out := slices.Clone(folder.kids.list)
	if stale {
		for i := range s.recent {
			n := s.recent[i].item
			if n.parent == folder && slices.Contains(out, n) {
				continue
			}
			if was := s.seen(n, true); was != nil && was.parent == folder && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
		slices.SortStableFunc(out, func(a, b *node) int { return a.num - b.num })
	}
	return out
}

// postpone queues an effect that lands within the settling time, or when Land is called.
func (s *Service) postpone(share float64, effect func()) {
	wait := time.Duration(share * float64(s.o.Info.Settle))
	s.landing = append(s.landing, landing{due: s.o.Now().Add(wait), effect: effect})
}

// land lets late effects take place that are due. Each call of a handle or user does so first.
func (s *Service) land() {
	if len(s.landing) == 0 {
		return
	}
	now := s.o.Now()
	var due []landing
	s.landing = slices.DeleteFunc(s.landing, func(l landing) bool {
		if l.due.After(now) {
			return false
		}
		due = append(due, l)
		return true
	})
	for _, l := range due {
		l.effect()
	}
}

// Land lets every late effect take place now, and returns how many there were.
func (s *Service) Land() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := s.landing
	s.landing = nil
	for _, l := range due {
		l.effect()
	}
	return len(due)
}
