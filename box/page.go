package box

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strconv"

	"github.com/procorebox/procorebox/syncer/connect"
)

// pageSize is the most that Box gives at once in most listings.
const pageSize = 1000

// errReply is for answers that cannot be understood.
var errReply = connect.ErrReply

// page is one part of a listing, by marker or by offset. The order that Box tells of comes in several
// shapes, and is left out.
type page[T any] struct {
	Entries    []T    `json:"entries"`
	NextMarker string `json:"next_marker"`
	Limit      Number `json:"limit"`
	Offset     Number `json:"offset"`
	TotalCount Number `json:"total_count"`
}

// pages yields the entries of a listing, page after page. An error ends it. By marker nothing is lost
// when the listing changes meanwhile; by offset it may be.
func pages[T any](ctx context.Context, c *Client, k call) iter.Seq2[T, error] {
	first, err := k.connect()
	if err != nil {
		return failed[T](err)
	}
	return connect.Pages(ctx, c.conn, first, func(at connect.Call, p page[T], _ http.Header) ([]T, *connect.Call, error) {
		if at.Query.Get("usemarker") != "" || p.NextMarker != "" {
			return p.Entries, connect.ByMarker(at, "marker", p.NextMarker), nil
		}
		// The next page begins where this one would have ended in full: entries that the user may not
		// see are left out of it.
		offset := int64(p.Offset + max(p.Limit, Number(len(p.Entries)))) // some listings are told without a limit
		if offset >= int64(p.TotalCount) || k.most > 0 && offset > k.most {
			return p.Entries, nil, nil
		}
		if offset <= int64(p.Offset) {
			return p.Entries, nil, fmt.Errorf("%s: an empty page has no next one: %w", k.op, errReply)
		}
		return p.Entries, connect.ByMarker(at, "offset", strconv.FormatInt(offset, 10)), nil
	})
}
