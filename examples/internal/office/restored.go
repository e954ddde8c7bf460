package office

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/policy"
	"github.com/procorebox/procorebox/syncer"
)

// restoredPrefix begins the names of the notes about Links whose state was put back from a backup, and of
// which nobody has said yet that deletes may flow again.
const restoredPrefix = "restored/"

// backThen is such a note.
type backThen struct {
	// Made is when the backup was made, Restored when it was put back.
	Made     time.Time `json:"made"`
	Restored time.Time `json:"restored"`
}

// comeBack marks a state as put back from a backup, and returns the names of its Links. Whatever was synced
// since then it does not know, so both sides are read as a whole in the next run of each. What it takes for
// a delete may have been undone or refused by a person since, so, unless the state is current, every delete
// waits for a person; what somebody approved or chose then is to be decided anew; and the limits of the last
// 24 hours count as used, for nobody knows how much of them was.
func (o *Office) comeBack(ctx context.Context, made time.Time, current bool) ([]string, error) {
	all, err := o.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, l := range all {
		names = append(names, l.Name)
		if err := o.comeBackWith(ctx, l, current); err != nil {
			return nil, fmt.Errorf("link %q: %w", l.Name, err)
		}
		if current {
			continue
		}
		text, err := json.Marshal(backThen{Made: made, Restored: time.Now().UTC().Truncate(time.Second)})
		if err != nil {
			return nil, err
		}
		name := restoredPrefix + l.ID
		err = o.file.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) { return map[string][]byte{name: text}, nil })
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

func (o *Office) comeBackWith(ctx context.Context, l mapping.Link, current bool) error {
	for _, t := range l.Tools {
		pair := l.Pair(t)
		if err := o.file.Store.Append(ctx, pair, syncer.Hint{Full: true, At: time.Now()}); err != nil {
			return err
		}
		if current {
			continue
		}
		if err := o.askAgain(ctx, l, t); err != nil {
			return err
		}
		err := o.file.Ledger.Charge(ctx, syncer.Charge{
			Action: syncer.ActionID(fmt.Sprintf("%s: restored %s", pair, time.Now().UTC().Format(time.RFC3339Nano))),
			Count:  l.Rules.Limit(), Window: 24 * time.Hour,
			Scopes: []syncer.Limit{{Scope: pair, Most: math.MaxInt}, {Scope: l.ID, Most: math.MaxInt}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// askAgain takes back what somebody approved, and chose for conflicts that are open: perhaps they did so themselves
// since. What they rejected stays so, since that deletes nothing.
func (o *Office) askAgain(ctx context.Context, l mapping.Link, t mapping.Tool) error {
	view, err := o.file.Store.View(ctx, l.Pair(t))
	if err != nil {
		return err
	}
	var approved []syncer.Hold
	for h, err := range view.Holds(ctx) {
		if err != nil {
			return err
		}
		if h.Decision == syncer.Approved {
			approved = append(approved, h)
		}
	}
	var chosen []syncer.Clash
	for c, err := range view.Clashes(ctx, true) {
		if err != nil {
			return err
		}
		if c.Chosen {
			chosen = append(chosen, c)
		}
	}
	const again = ", put back from a backup and asked again"
	log := o.takeMinutes(l)
	for _, h := range approved {
		if err := o.file.Store.Decide(ctx, l.Pair(t), h.Action, syncer.Waiting); err != nil {
			return err
		}
		i := minuted{Tool: t, Op: h.Op.String(), On: on(h.On), Kind: h.Kind.String(), Path: joined(t, h.Path), Result: resultUndone, Reason: "was approved" + again}
		if err := log.add(ctx, i); err != nil {
			return err
		}
	}
	for _, c := range chosen {
		if err := o.file.Store.Choose(ctx, l.Pair(t), c.ID, syncer.Leave); err != nil {
			return err
		}
		i := minuted{
			Tool: t, Op: opSettle, Kind: syncer.File.String(), Path: joined(t, c.Path), Result: resultUndone, Reason: "was " + choiceOf(c.Choice) + again,
		}
		if err := log.add(ctx, i); err != nil {
			return err
		}
	}
	return log.end(ctx)
}

// restored returns what is noted about a Link, nil if nothing is.
func (o *Office) restored(ctx context.Context, l mapping.Link) (*backThen, error) {
	name := restoredPrefix + l.ID
	found, err := o.file.Notes.Read(ctx, name)
	if err != nil || found[name] == nil {
		return nil, err
	}
	var b backThen
	if err := json.Unmarshal(found[name], &b); err != nil {
		return nil, fmt.Errorf("note about the backup of link %q: %w: %w", l.Name, syncer.ErrDamaged, err)
	}
	return &b, nil
}

// careful adds that deletes wait to the policies of a Link whose state was put back.
func (o *Office) careful(l mapping.Link, p *syncer.Policies) error {
	if l.ID == "" {
		return nil // it is not made yet
	}
	b, err := o.restored(context.Background(), l) // policies are made without one
	if err != nil || b == nil {
		return err
	}
	asked := policy.DeletesAsked{Reason: fmt.Sprintf(
		"what is remembered was put back from a backup of %s UTC, so deletes wait: approve it, or let all flow again with \"link release\"",
		b.Made.UTC().Format(time.DateTime))}
	// The reason of the last Guard is the one that people read; a Gate that refuses comes before one that counts.
	p.Guards, p.Gates = append(p.Guards, asked), append([]syncer.Gate{asked}, p.Gates...)
	return nil
}

// Release lets deletes of a Link flow again whose state was put back from a backup: somebody has looked at
// what is held. The limits count as before. It reports whether there was anything to release.
func (o *Office) Release(ctx context.Context, which string) (bool, error) {
	l, err := o.Links.Get(ctx, which)
	if err != nil {
		return false, err
	}
	b, err := o.restored(ctx, l)
	if err != nil || b == nil {
		return false, err
	}
	name := restoredPrefix + l.ID
	err = o.file.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) { return map[string][]byte{name: nil}, nil })
	return err == nil, err
}
