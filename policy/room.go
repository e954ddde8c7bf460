package policy

import (
	"context"
	"fmt"
	"time"
)

// Room is what a limit of deletes allows now.
type Room struct {
	Scope string
	Most  int
	// Used are the deletes that count now; there is room for Most less Used. Those that a person approved
	// count, so there may be more than Most.
	Used int
	// Grows is when the oldest of them counts no more, zero if none counts. As long as more than Most are
	// used that makes no room yet.
	Grows time.Time
}

// Room returns what is left of each limit, its own first, then those in Also.
func (l DeleteLimit) Room(ctx context.Context) ([]Room, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	var rooms []Room
	for _, limit := range l.limits() {
		used, grows, err := l.Ledger.Used(ctx, limit.Scope, l.window())
		if err != nil {
			return nil, fmt.Errorf("room for deletes of %q: %w", limit.Scope, err)
		}
		rooms = append(rooms, Room{Scope: limit.Scope, Most: limit.Most, Used: used, Grows: grows})
	}
	return rooms, nil
}
