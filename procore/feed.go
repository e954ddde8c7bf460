package procore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Procore has no list of what happened. What changed is what the index tells as changed since a time,
// and what lies in the recycle bin; so a feed misses what moves no time (it is not documented whether a
// rename, a move or a flag does), and the next full scan finds it.

const (
	// overlap is how much of what was read is read again: times are in whole seconds, and what is
	// written at one time may be seen a little later than what is written after it.
	overlap = 2 * time.Minute
	// remembered is how far back a position may lie. Behind that a full scan costs less.
	remembered = 7 * 24 * time.Hour
	// mostHeard is how many documents a position names that were told already.
	mostHeard = 1000
)

// position is how far a feed was read.
type position struct {
	// At is the time of Procore's clock up to which everything was told.
	At int64 `json:"at"`
	// Bin is how many documents the recycle bin held, -1 if it is not to be seen.
	Bin int `json:"bin"`
	// Heard are the documents of the last while, as they were told.
	Heard []string `json:"heard,omitempty"`
}

func (position) prefix() string  { return "procore1:" }
func (p position) at() time.Time { return time.Unix(p.At, 0) }
func (p position) sound() bool   { return p.At > 0 && p.Bin >= -1 }

// Now implements syncer.Feed. It costs two calls.
func (f *Documents) Now(ctx context.Context) (syncer.Cursor, error) {
	return begin(ctx, "documents", position{}, f.news)
}

// Changes implements syncer.Feed. It costs two calls, and one more for each two thousand changes. Our own
// writes are among them.
func (f *Documents) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	return goOn(ctx, f.tool, "documents", from, f.news)
}

// glance is one reading of what changed lately.
type glance struct {
	since  int64 // what is older is of no interest; 0: what was there before the reading
	heard  map[string]bool
	clock  int64 // of Procore, when the reading began
	total  int   // as the first page tells it
	totals map[int]bool
	rows   int
	now    []heard
	hints  []syncer.Hint
	news   int
	folder bool // among the news
}

// heard is a document as it was told.
type heard struct {
	at  int64
	key string
}

// news reads what changed since a position. Without a position it takes the first one. The recycle bin is
// read first: what goes there meanwhile is found the next time, and what comes back is among the rest.
func (f *Documents) news(ctx context.Context, last position) ([]syncer.Hint, position, error) {
	known := map[string]bool{}
	for _, key := range last.Heard {
		known[key] = true
	}
	gone := &glance{since: last.since(), heard: known}
	next := position{Bin: -1}
	err := f.glance(ctx, gone, DocumentQuery{Bin: BinOnly, Sort: "-updated_at", Brief: true, PageSize: 100})
	switch {
	case err == nil:
		next.Bin = gone.total
	case !lost(err) && !errors.Is(err, fs.ErrPermission):
		return nil, last, err
	}
	if last.At == 0 {
		last.At, last.Bin = gone.clock, next.Bin
	}
	here := &glance{since: last.since(), heard: known}
	err = f.glance(ctx, here, DocumentQuery{Updated: Span{From: time.Unix(last.since(), 0)}, Sort: "-updated_at"})
	if err != nil {
		return nil, last, err
	}
	next.At = min(gone.clock, here.clock)
	next.hear(slices.Concat(here.now, gone.now))
	hints := slices.Concat(here.hints, gone.hints)
	if here.slipped() || gone.unexplained(last.Bin, next.Bin) || setBack(last.At, next.At) {
		hints = append(hints, syncer.Hint{Full: true, At: moment(next.At)})
	}
	return hints, next, nil
}

// setBack reports whether Procore's clock has gone back by more than is read again: it was wrong before
// or is now, and what changed meanwhile may bear a time that was not asked for.
func setBack(before, now int64) bool { return now < before-int64(overlap/time.Second) }

// since is from when on documents are read again, 0 without a position.
func (p position) since() int64 {
	if p.At == 0 {
		return 0
	}
	return max(1, p.At-int64(overlap/time.Second))
}

// glance reads documents, latest change first, as far back as they are of interest.
func (f *Documents) glance(ctx context.Context, g *glance, q DocumentQuery) error {
	g.totals = map[int]bool{}
	g.clock = f.now().Unix()
	first := true
	q.told = func(h http.Header) {
		if at, err := http.ParseTime(h.Get("Date")); err == nil && first {
			g.clock = at.Unix()
		}
		if g.since == 0 {
			g.since = position{At: g.clock}.since()
		}
		if total, err := strconv.Atoi(h.Get("Total")); err == nil {
			if g.totals[total] = true; first {
				g.total = total
			}
		}
		first = false
	}
	for d, err := range f.client.GetDocuments(ctx, f.in, q) {
		if err != nil {
			return err
		}
		if g.rows++; seconds(d.UpdatedAt) < g.since {
			return nil
		}
		it := f.fromIndex(&d)
		if q.Bin == BinOnly {
			it.flags |= isDeleted
		}
		g.take(&it)
	}
	return nil
}

// take notes a document, and makes a hint of it if it is news.
func (g *glance) take(it *item) {
	if it.flags.has(isBin | isReadOnly) {
		return
	}
	key := it.key()
	g.now = append(g.now, heard{it.updated, key})
	if g.heard[key] {
		return
	}
	g.news++
	g.folder = g.folder || it.folder
	hint := syncer.Hint{ID: it.entryID(), At: moment(it.updated)}
	if !it.flags.has(isDeleted) {
		// A change that another look would not tell from this one is none. So our own writes, and documents
		// that are told again because more of them changed than a position names, cost no look.
		hint.Guard = it.guard()
	}
	g.hints = append(g.hints, hint)
}

// key is equal for two sights of a document exactly if nothing about it has changed.
func (it *item) key() string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d %d %d %d %q %q", it.entryID(), it.flags, it.parent, it.version, it.updated, it.holder, it.name)
	return strconv.FormatUint(h.Sum64(), 36)
}

// slipped reports whether something may have been passed over, because documents changed while they
// were read page by page.
func (g *glance) slipped() bool { return len(g.totals) > 1 || len(g.totals) == 1 && g.rows < g.total }

// unexplained reports whether the recycle bin holds more or fewer documents than what was seen to go
// there tells: then something went there, or came back, of which no time tells. What a folder took along
// is found with the folder.
func (g *glance) unexplained(before, now int) bool {
	switch {
	case before < 0 || now < 0:
		return before != now && before >= 0
	case now < before:
		return true
	}
	return now-before != g.news && !(g.folder && now-before > g.news)
}

// hear keeps the latest documents that were told.
func (p *position) hear(list []heard) {
	slices.SortFunc(list, func(a, b heard) int { return int(b.at - a.at) })
	for _, h := range list[:min(len(list), mostHeard)] {
		p.Heard = append(p.Heard, h.key)
	}
}
