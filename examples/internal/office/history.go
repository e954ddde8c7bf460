package office

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// HistoryOptions choose what of the past is of interest. Those that are left zero choose all.
type HistoryOptions struct {
	// Link is a name or an ID; that of a Link that was removed will do, too.
	Link string
	// Run is the number of a run.
	Run uint64
	// Since and Until choose what was at or after the one and before the other.
	Since, Until time.Time
	// Path is a pattern for the path of an item, now or before, that begins with the tool, as in
	// "Documents/**/*.pdf". A folder stands for all below it.
	Path string
	// Op and Result are words as an item tells them, By is a part of the name or the ID of who changed it.
	Op, Result, By string
}

// Check returns an error that wraps syncer.ErrInvalid and names the field if the options make no sense.
func (h *HistoryOptions) Check() error {
	switch {
	case !doublestar.ValidatePattern(h.Path):
		return fmt.Errorf("path %q is no pattern: %w", h.Path, syncer.ErrInvalid)
	case h.Op != "" && !slices.Contains(historyOps(), h.Op):
		return fmt.Errorf("op %q is none of %s: %w", h.Op, strings.Join(historyOps(), ", "), syncer.ErrInvalid)
	case h.Result != "" && !slices.Contains(historyResults(), h.Result):
		return fmt.Errorf("result %q is none of %s: %w", h.Result, strings.Join(historyResults(), ", "), syncer.ErrInvalid)
	case !h.Since.IsZero() && !h.Until.IsZero() && !h.Since.Before(h.Until):
		return fmt.Errorf("until is not after since: %w", syncer.ErrInvalid)
	}
	return nil
}

// word is an enumeration with texts.
type word interface {
	~uint8
	fmt.Stringer
}

func words[T word](first, last T) []string {
	var list []string
	for w := first; w <= last; w++ {
		list = append(list, w.String())
	}
	return list
}

func historyOps() []string { return append(words(syncer.OpVerify, syncer.OpDelete), opSettle) }

func historyResults() []string {
	return append(words(syncer.Done, syncer.Clashed), decidedResults()...)
}

// Items reports whether the options are about items and not about runs.
func (h *HistoryOptions) Items() bool {
	return h.Run != 0 || h.Path != "" || h.Op != "" || h.Result != "" || h.By != ""
}

// HistoryItem is one thing that was done, that could not be, or that a person has decided, as people read it.
type HistoryItem struct {
	Run  uint64       `json:"run,omitempty"`
	At   time.Time    `json:"at"`
	Link string       `json:"link"`
	Tool mapping.Tool `json:"tool"`
	// Op is "settle" where a person has chosen a version of a conflict.
	Op string `json:"op"`
	// On is where it was done, empty where that is on neither side.
	On   Service `json:"on"`
	Kind string  `json:"kind,omitempty"`
	// Path and From begin with the tool; From is where a moved item stood.
	Path string `json:"path"`
	From string `json:"from,omitempty"`
	// Result is "approved", "rejected", "undone" or "chosen" for what a person has decided.
	Result string `json:"result"`
	Bytes  int64  `json:"bytes,omitempty"`
	// By is who made the change that was carried over, or who decided, ByID their account and Changed when they did, as far
	// as the service tells.
	By      string    `json:"by,omitempty"`
	ByID    string    `json:"by_id,omitempty"`
	Changed time.Time `json:"changed,omitzero"`
	Reason  string    `json:"reason,omitempty"`
	Err     string    `json:"error,omitempty"`
}

// Runs yields the runs that the options choose, the last one first. The services are not asked, and it works
// beside a watch.
func (o *Office) Runs(ctx context.Context, h HistoryOptions) iter.Seq2[mapping.Run, error] {
	return func(yield func(mapping.Run, error) bool) {
		link, err := o.past(ctx, h.Link)
		if err == nil {
			err = h.Check()
		}
		if err != nil {
			yield(mapping.Run{}, err)
			return
		}
		for r, err := range o.Links.Runs(ctx, link, h.Since, h.Until) {
			if !yield(r, err) {
				return
			}
		}
	}
}

// Run returns one run. The error wraps fs.ErrNotExist if it is not remembered, or is one of another Link.
func (o *Office) Run(ctx context.Context, h HistoryOptions) (mapping.Run, error) {
	link, err := o.past(ctx, h.Link)
	if err != nil {
		return mapping.Run{}, err
	}
	r, err := o.Links.Run(ctx, h.Run)
	if err == nil && link != "" && r.Link != link {
		err = fmt.Errorf("run %d is one of link %q: %w", h.Run, r.Name, syncer.ErrInvalid)
	}
	return r, err
}

// RunOf returns the number of a run by what "history" or "holds" call it: its number, or the tool with a number of the
// Link's. The error wraps fs.ErrNotExist if no such run is remembered, and syncer.ErrInvalid if it is neither.
func (o *Office) RunOf(ctx context.Context, link, name string) (uint64, error) {
	if n, err := strconv.ParseUint(name, 10, 64); err == nil && n > 0 {
		return n, nil
	}
	cut := strings.LastIndexByte(name, '-')
	fence, err := strconv.ParseUint(name[cut+1:], 10, 64)
	if cut < 0 || err != nil || link == "" || mapping.Tool(name[:cut]).Check() != nil {
		return 0, fmt.Errorf("run %q is no number, nor one of a link that is named, such as documents-12: %w", name, syncer.ErrInvalid)
	}
	id, err := o.past(ctx, link)
	if err != nil {
		return 0, err
	}
	for r, err := range o.Links.Runs(ctx, id, time.Time{}, time.Time{}) {
		if err != nil {
			return 0, err
		}
		if r.Tool == mapping.Tool(name[:cut]) && r.Covers(syncer.Position{Fence: fence}) {
			return r.Number, nil
		}
	}
	return 0, fmt.Errorf("run %s: %w", name, fs.ErrNotExist)
}

// past returns the ID of a Link, also of one that was removed and that runs tell of. Empty stays empty.
func (o *Office) past(ctx context.Context, which string) (string, error) {
	if which == "" {
		return "", nil
	}
	l, err := o.Links.Get(ctx, which)
	if err == nil {
		return l.ID, nil
	}
	if !errors.Is(err, mapping.ErrNoLink) {
		return "", err
	}
	for r, failed := range o.Links.Runs(ctx, "", time.Time{}, time.Time{}) {
		if failed != nil {
			return "", failed
		}
		if r.Link == which || r.Name == which {
			return r.Link, nil
		}
	}
	return "", err
}

// Items yields what was done, and decided, that the options choose, in the order of time. The services are not
// asked, and it works beside a watch.
func (o *Office) Items(ctx context.Context, h HistoryOptions) iter.Seq2[HistoryItem, error] {
	return func(yield func(HistoryItem, error) bool) {
		all, err := o.items(ctx, &h)
		var people []HistoryItem
		if err == nil {
			people, err = o.minuted(ctx, &h)
		}
		if err != nil {
			yield(HistoryItem{}, err)
			return
		}
		for i, err := range all {
			if err != nil {
				yield(HistoryItem{}, err)
				return
			}
			for len(people) > 0 && people[0].At.Before(i.At) {
				if !yield(people[0], nil) {
					return
				}
				people = people[1:]
			}
			item := historyItem(&i)
			if h.chooses(&item) && !yield(item, nil) {
				return
			}
		}
		for _, item := range people {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func (o *Office) items(ctx context.Context, h *HistoryOptions) (iter.Seq2[mapping.Item, error], error) {
	if err := h.Check(); err != nil {
		return nil, err
	}
	if h.Run == 0 {
		link, err := o.past(ctx, h.Link)
		return o.Links.AllItems(ctx, link, h.Since, h.Until), err
	}
	run, err := o.Run(ctx, *h)
	if err != nil {
		return nil, err
	}
	return func(yield func(mapping.Item, error) bool) {
		for out, err := range o.Links.Items(ctx, &run) {
			if !yield(mapping.Item{Run: run.Number, Link: run.Link, Name: run.Name, Tool: run.Tool, Outcome: out}, err) {
				return
			}
		}
	}, nil
}

func historyItem(i *mapping.Item) HistoryItem {
	in := func(path string) string {
		if path == "" {
			return ""
		}
		return i.Tool.Folder() + "/" + path
	}
	item := HistoryItem{
		Run: i.Run, At: i.At.UTC(), Link: i.Name, Tool: i.Tool, Op: i.Op.String(), On: on(i.On), Kind: i.Kind.String(),
		Path: in(i.Path), From: in(i.From), Result: i.Result.String(), Bytes: i.Bytes,
		By: i.By.String(), ByID: i.By.ID, Reason: i.Reason, Err: i.Outcome.Err,
	}
	if !i.By.At.IsZero() {
		item.Changed = i.By.At.UTC()
	}
	if item.From == item.Path {
		item.From = ""
	}
	return item
}

// chooses reports whether an item is of interest.
func (h *HistoryOptions) chooses(i *HistoryItem) bool {
	by := strings.ToLower(h.By)
	return (h.Op == "" || i.Op == h.Op) && (h.Result == "" || i.Result == h.Result) &&
		(by == "" || strings.Contains(strings.ToLower(i.By), by) || strings.EqualFold(i.ByID, h.By)) &&
		(h.Path == "" || fits(h.Path, i.Path) || i.From != "" && fits(h.Path, i.From)) &&
		(h.Since.IsZero() || !i.At.Before(h.Since)) && (h.Until.IsZero() || i.At.Before(h.Until))
}

// fits reports whether a path fits a pattern, or stands in a folder that does.
func fits(pattern, path string) bool {
	pattern = strings.Trim(pattern, "/")
	for {
		if doublestar.MatchUnvalidated(pattern, path) {
			return true
		}
		cut := strings.LastIndexByte(path, '/')
		if cut < 0 {
			return false
		}
		path = path[:cut]
	}
}
