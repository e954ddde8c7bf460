package mapping

import (
	"context"
	"maps"
	"slices"

	"github.com/procorebox/procorebox/syncer"
)

// above is the feed of a Box account that tells of the folders of tools, too, when it tells of the folder of
// their Link. One that goes to the trash takes them along, and Box tells of that one alone.
type above struct {
	syncer.Feed
	tools map[string][]string // IDs of the folders of tools, by that of their Link
}

// Changes implements [syncer.Feed].
func (a above) Changes(ctx context.Context, from syncer.Cursor) ([]syncer.Hint, syncer.Cursor, bool, error) {
	hints, next, more, err := a.Feed.Changes(ctx, from)
	var also []syncer.Hint
	for _, h := range hints {
		for _, id := range a.tools[h.ID] {
			also = append(also, syncer.Hint{ID: id, Within: append([]string{h.ID}, h.Within...), At: h.At})
		}
	}
	return append(hints, also...), next, more, err
}

// toolsByFolder returns the folders of the tools of Links by the folder of their Link.
func toolsByFolder(all []Link) map[string][]string {
	out := map[string][]string{}
	for _, l := range all {
		for _, t := range slices.Sorted(maps.Keys(l.Roots)) {
			out[l.Folder] = append(out[l.Folder], l.Roots[t].ID)
		}
	}
	return out
}
