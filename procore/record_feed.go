package procore

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// mostNews is how many changed records are read one by one. Where there are more, a full scan is asked
// for.
const mostNews = 500

// Now implements syncer.Feed. It costs two calls.
func (r *records) Now(ctx context.Context) (syncer.Cursor, error) {
	return begin(ctx, r.name, position{At: r.now().Unix()}, func(ctx context.Context, first position) ([]syncer.Hint, position, error) {
		_, next, err := r.news(ctx, first)
		return nil, next, err
	})
}

// Changes implements syncer.Feed. It costs two calls, one for what changed and one for the recycle bin,
// and one for each record that did change. A change of which no time tells is found by the next full
// scan.
func (r *records) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	return goOn(ctx, r.tool, r.name, from, r.changes)
}

// changes reads what changed since a position.
func (r *records) changes(ctx context.Context, last position) ([]syncer.Hint, position, error) {
	news, next, err := r.news(ctx, last)
	if err != nil {
		return nil, last, err
	}
	hints, err := r.hints(ctx, news, next.At)
	if err != nil {
		return nil, last, err
	}
	if setBack(last.At, next.At) {
		hints = append(hints, syncer.Hint{Full: true, At: moment(next.At)})
	}
	return hints, next, nil
}

// news are the records that changed since a position, and were not told before.
func (r *records) news(ctx context.Context, last position) ([]record, position, error) {
	since := last.At - int64(overlap/time.Second)
	q := RecordQuery{Updated: Span{From: time.Unix(since, 0)}}
	var head heading
	q.told = head.told()
	var rows []record
	for one, err := range r.source.list(ctx, q) {
		if err != nil {
			return nil, last, err
		}
		rows = append(rows, one)
	}
	q.told = nil
	for one, err := range r.source.bin(ctx, q) {
		if lost(err) || errors.Is(err, fs.ErrPermission) {
			break // not everybody may see it; the next full scan finds what went there
		}
		if err != nil {
			return nil, last, err
		}
		one.deleted = true
		rows = append(rows, one)
	}
	if head.clock == 0 {
		head.clock = r.now().Unix()
	}
	next := position{At: head.clock}
	return next.take(rows, since, last.Heard), next, nil
}

// take notes records, and returns those that are news. What changed in the second of the reading itself
// may change again in it, so it is not counted as heard.
func (p *position) take(rows []record, since int64, heard []string) []record {
	var news []record
	slices.SortStableFunc(rows, func(a, b record) int { return int(b.updated - a.updated) })
	for _, one := range rows {
		if one.updated != 0 && one.updated < since {
			continue
		}
		key := one.id.String() + " " + strconv.FormatInt(one.updated, 36) + " " + strconv.FormatBool(one.deleted) + " " + one.status
		if !slices.Contains(heard, key) {
			news = append(news, one)
		}
		if one.updated < p.At-1 && len(p.Heard) < mostHeard {
			p.Heard = append(p.Heard, key)
		}
	}
	return news
}

// hints tells of changed records with all that is in them, and of what was in them.
func (r *records) hints(ctx context.Context, news []record, at int64) ([]syncer.Hint, error) {
	if len(news) > mostNews {
		return []syncer.Hint{{Full: true, At: moment(at)}}, nil
	}
	var hints []syncer.Hint
	for i := range news {
		one := &news[i]
		files := r.known.files(one.id)
		if !one.deleted {
			got, err := r.read(ctx, one.id)
			switch {
			case err == nil:
				r.known.put(got, at, r.now())
				files = append(slices.Clone(got.files), files...)
			case !lost(err) && !errors.Is(err, fs.ErrPermission):
				return nil, err
			}
		}
		hints = append(hints, hintsOf(one, files)...)
	}
	return hints, nil
}

func hintsOf(one *record, files []attached) []syncer.Hint {
	at := moment(one.updated)
	hints := []syncer.Hint{
		{ID: one.id.String(), At: at}, {ID: one.id.String() + pdfMark, At: at}, {ID: one.id.String() + fieldsMark, At: at},
	}
	told := map[ID]bool{}
	for _, f := range files {
		if !told[f.id] {
			told[f.id] = true
			hints = append(hints, syncer.Hint{ID: one.id.String() + "/" + f.id.String(), At: at})
		}
	}
	return hints
}
