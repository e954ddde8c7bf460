package office

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// What people decide upon is remembered in minutes, beside the journals: those are written by whoever has the
// lease of a pair, and a person needs none.

// minutesPrefix begins the names of the notes that hold them: the ID of the Link and the time follow.
const minutesPrefix = "minutes/"

// What a person has decided, as the result of a HistoryItem.
const (
	resultApproved = "approved"
	resultRejected = "rejected"
	resultUndone   = "undone" // a decision, or what came of it
	resultChosen   = "chosen" // one version of a conflict
)

// decidedResults are all of them.
func decidedResults() []string {
	return []string{resultApproved, resultRejected, resultUndone, resultChosen}
}

// opSettle is what is decided of a conflict.
const opSettle = "settle"

// somebody decides where the machine does not know who works on it.
const somebody = "somebody at this data directory"

// minutes are what one person has decided at one time.
type minutes struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Items []minuted `json:"items"`
}

// minuted is one item that was decided upon.
type minuted struct {
	Tool   mapping.Tool `json:"tool"`
	Op     string       `json:"op"`
	On     Service      `json:"on,omitempty"`
	Kind   string       `json:"kind"`
	Path   string       `json:"path"` // begins with the tool
	Result string       `json:"result"`
	Reason string       `json:"reason,omitempty"`
}

// A minuter takes minutes of what is decided in a Link.
type minuter struct {
	office  *Office
	link    mapping.Link
	pending []minuted
}

// leaf is how many items one note holds: a process that dies loses the minutes of no more.
const leaf = 500

func (o *Office) takeMinutes(l mapping.Link) *minuter { return &minuter{office: o, link: l} }

// add takes note of an item.
func (m *minuter) add(ctx context.Context, i minuted) error {
	m.pending = append(m.pending, i)
	if len(m.pending) < leaf {
		return nil
	}
	return m.write(ctx)
}

// write stores what was added, durably.
func (m *minuter) write(ctx context.Context) error {
	if len(m.pending) == 0 {
		return nil
	}
	now := time.Now().UTC()
	text, err := json.Marshal(minutes{At: now, By: cmp.Or(m.office.person, somebody), Items: m.pending})
	if err != nil {
		return err
	}
	m.pending = nil
	name := fmt.Sprintf("%s%s/%020d-%s", minutesPrefix, m.link.ID, now.UnixNano(), rand.Text()[:8])
	err = m.office.file.Notes.Change(ctx, name, func(map[string][]byte) (map[string][]byte, error) {
		return map[string][]byte{name: text}, nil
	})
	if err != nil {
		return fmt.Errorf("it is decided, but the history will not tell: %w", err)
	}
	return nil
}

// end stores the rest, and drops what is too old to be told.
func (m *minuter) end(ctx context.Context) error {
	if err := m.write(ctx); err != nil {
		return err
	}
	before := m.office.told()
	if before.IsZero() {
		return nil
	}
	prefix := minutesPrefix + m.link.ID + "/"
	oldest := fmt.Sprintf("%s%020d", prefix, before.UnixNano())
	return m.office.file.Notes.Change(ctx, prefix, func(all map[string][]byte) (map[string][]byte, error) {
		drop := map[string][]byte{}
		for name := range all {
			if name < oldest {
				drop[name] = nil
			}
		}
		return drop, nil
	})
}

// told returns since when the past is told, the zero time if it is for ever.
func (o *Office) told() time.Time {
	if o.settings.Keep < 0 {
		return time.Time{}
	}
	return time.Now().Add(-cmp.Or(o.settings.Keep, mapping.DefaultKeep))
}

// minuted returns what people have decided that the options choose, in the order of time.
func (o *Office) minuted(ctx context.Context, h *HistoryOptions) ([]HistoryItem, error) {
	if h.Run != 0 {
		return nil, nil // it is no part of a run
	}
	id, err := o.past(ctx, h.Link)
	if err != nil {
		return nil, err
	}
	prefix := minutesPrefix
	if id != "" {
		prefix += id + "/"
	}
	found, err := o.file.Notes.Read(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("what people have decided: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	names, err := o.namesOf(ctx)
	if err != nil {
		return nil, err
	}
	var out []HistoryItem
	for note, text := range found {
		var m minutes
		if err := json.Unmarshal(text, &m); err != nil {
			return nil, fmt.Errorf("what people have decided, %s: %w: %w", note, syncer.ErrDamaged, err)
		}
		if m.At.Before(o.told()) {
			continue
		}
		link, _, _ := strings.Cut(strings.TrimPrefix(note, minutesPrefix), "/")
		for _, i := range m.Items {
			item := HistoryItem{
				At: m.At, Link: cmp.Or(names[link], link), Tool: i.Tool, Op: i.Op, On: i.On, Kind: i.Kind, Path: i.Path,
				Result: i.Result, By: m.By, Reason: i.Reason,
			}
			if h.chooses(&item) {
				out = append(out, item)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b HistoryItem) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Path, b.Path)) })
	return out, nil
}

// namesOf returns what Links are called, or were called in their last run, by ID.
func (o *Office) namesOf(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	for r, err := range o.Links.Runs(ctx, "", time.Time{}, time.Time{}) {
		if err != nil {
			return nil, err
		}
		if names[r.Link] == "" { // the last one comes first
			names[r.Link] = r.Name
		}
	}
	all, err := o.Links.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		names[l.ID] = l.Name
	}
	return names, nil
}
