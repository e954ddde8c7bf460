package office

import (
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// introduce names the accounts of which only the number is known, where a service has named them meanwhile. It calls
// nobody: who wrote what an item holds now was told when it was looked at.
func (w *Why) introduce(part mapping.Part) {
	for _, s := range []*WhySide{w.Procore, w.Box} {
		if s != nil {
			introduce(part, s.Service, s.Author)
		}
	}
	for _, events := range [][]WhyEvent{w.Moved, w.Open, w.Events, w.Next, w.Before} {
		for i := range events {
			introduce(part, events[i].On.Other(), events[i].By)
		}
	}
	introduce(part, w.DidOn, w.By)
}

// introduce names an account of a service.
func introduce(part mapping.Part, s Service, a *syncer.Author) {
	if a == nil || a.Name != "" {
		return
	}
	side := syncer.Source
	if s == BoxService {
		side = syncer.Destination
	}
	if people, ok := part.Pair.Endpoint(side).FS.(syncer.Directory); ok {
		a.Name = people.Person(a.ID)
	}
}
