package procore

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
)

// Procore tells which photos changed since a time, and shows none of those that were deleted. So a feed
// of photos compares rolls: the numbers of all photos, and all albums. A position holds a print of each
// roll, by which a later one shows that something is missing; which, it tells by the roll of then, if
// that is still known here, or else it asks for a full scan.

// photoPosition is how far the feed of a Photos tool was read.
type photoPosition struct {
	// At is the time of Procore's clock up to which everything was told.
	At int64 `json:"at"`
	// Albums and Photos are prints of the rolls of then.
	Albums string `json:"albums"`
	Photos string `json:"photos"`
	// Heard are the photos of the last while, as they were told.
	Heard []string `json:"heard,omitempty"`
}

func (photoPosition) prefix() string  { return "procorephotos1:" }
func (p photoPosition) at() time.Time { return time.Unix(p.At, 0) }
func (p photoPosition) sound() bool   { return p.At > 0 }

// Now implements syncer.Feed. It costs what Changes costs.
func (f *Photos) Now(ctx context.Context) (syncer.Cursor, error) {
	return begin(ctx, "photos", photoPosition{At: f.now().Unix()}, f.news)
}

// Changes implements syncer.Feed. It costs a call for the albums, one for the photos that changed, and one
// for the numbers of every two thousand photos. Our own writes are among the hints.
func (f *Photos) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	return goOn(ctx, f.tool, "photos", from, f.news)
}

// news reads what changed since a position.
func (f *Photos) news(ctx context.Context, last photoPosition) ([]syncer.Hint, photoPosition, error) {
	albums, err := f.albums(ctx)
	if err != nil {
		return nil, last, err
	}
	clock, changed, err := f.changed(ctx, time.Unix(last.At, 0).Add(-overlap))
	if err != nil {
		return nil, last, err
	}
	var photos roll
	for id, err := range f.client.GetImagesIDs(ctx, f.in, ImageQuery{Sort: "created_at"}) {
		if err != nil {
			return nil, last, err
		}
		photos = append(photos, rolled{id: id})
	}
	photos = photos.sorted()
	next := photoPosition{At: clock, Albums: f.albumRolls.keep(rollOf(albums)), Photos: f.photoRolls.keep(photos)}
	told := map[string]syncer.Hint{}
	tell := func(id string, within ...string) { told[id] = syncer.Hint{ID: id, Within: within, At: moment(next.At)} }
	whole := f.albumRolls.differ(last.Albums, next.Albums, nil, func(id ID) { tell(id.String(), RootID) })
	fresh := map[ID]bool{}
	for i := range changed {
		photo := &changed[i]
		key := heardAs(photo)
		if next.hear(key); slices.Contains(last.Heard, key) {
			continue
		}
		id := fileMark + photo.ID.String()
		tell(id, photo.AlbumID.String(), RootID)
		if photos.find(photo.ID) < 0 {
			continue
		}
		// A change that another look would not tell from this one is none, such as our own.
		hint := told[id]
		hint.Guard = photoGuard(photo)
		told[id] = hint
		if photo.CreatedAt.Unix() >= last.At-int64(overlap/time.Second) {
			fresh[photo.ID] = true
		}
	}
	whole = f.photoRolls.differ(last.Photos, next.Photos, fresh, func(id ID) {
		if _, known := told[fileMark+id.String()]; !known {
			tell(fileMark + id.String())
		}
	}) && whole
	hints := make([]syncer.Hint, 0, len(told)+1)
	for _, id := range slices.Sorted(maps.Keys(told)) {
		hints = append(hints, told[id])
	}
	if !whole || setBack(last.At, clock) {
		hints = append(hints, syncer.Hint{Full: true, At: moment(next.At)})
	}
	return hints, next, nil
}

// changed are the photos that changed since a time, and the time by Procore's clock when that was asked.
func (f *Photos) changed(ctx context.Context, since time.Time) (clock int64, changed []Image, err error) {
	clock = f.now().Unix()
	first := true
	q := ImageQuery{Updated: Span{From: since}, Sort: "created_at", told: func(h http.Header) {
		if at, err := http.ParseTime(h.Get("Date")); err == nil && first {
			clock = at.Unix()
		}
		first = false
	}}
	for photo, err := range f.client.GetImages(ctx, f.in, q) {
		if err != nil {
			return 0, nil, err
		}
		changed = append(changed, photo)
	}
	return clock, changed, nil
}

// heardAs is equal for two sights of a photo exactly if nothing about it has changed.
func heardAs(i *Image) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %d", i.ID, i.UpdatedAt.Unix(), i.AlbumID)
	return strconv.FormatUint(h.Sum64(), 36)
}

// hear keeps a photo that was told. Where there are too many they are told again, which does no harm.
func (p *photoPosition) hear(key string) {
	if len(p.Heard) < mostHeard {
		p.Heard = append(p.Heard, key)
	}
}
