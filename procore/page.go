package procore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	// pageSize is the most that Procore advises to ask for at once in REST v1, pageSizeV2 the most that
	// REST v2 gives.
	pageSize   = 2000
	pageSizeV2 = 100
)

// errReply is for answers that cannot be understood.
var errReply = connect.ErrReply

// page is one part of a listing: a list, or in REST v2 an object with the list in it.
type page[T any] struct {
	items []T
	print uint64 // differs from page to page
	read  bool   // there was something to read
}

// UnmarshalJSON reads either form. An item that cannot be read fails all of it: it must not look as
// if it were not there.
func (p *page[T]) UnmarshalJSON(data []byte) error {
	list := data
	if bytes.HasPrefix(data, []byte("{")) {
		var envelope struct {
			Data json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(data, &envelope); err != nil {
			return err
		}
		list = envelope.Data
	}
	if !bytes.HasPrefix(list, []byte("[")) {
		return fmt.Errorf("%.40q is no list", data)
	}
	sum := fnv.New64a()
	_, _ = sum.Write(list)
	p.print, p.read = sum.Sum64(), true
	return json.Unmarshal(list, &p.items)
}

// pages yields the items of a listing, page after page. An error ends it.
//
// Where the end is, is told by the Link header or by the total; if there is neither, by a page without
// items. A full page alone is no proof that there is another one, nor a short page that there is none:
// items that the account may not see are left out of pages. Pages are counted, so one of them may show
// an item twice, or pass over one, if the listing changes meanwhile.
func pages[T any](ctx context.Context, a *Account, k call, size int) iter.Seq2[T, error] {
	if k.query == nil {
		k.query = url.Values{}
	}
	k.query.Set("page", "1")
	k.query.Set("per_page", strconv.Itoa(size))
	first, err := k.connect()
	if err != nil {
		return failed[T](err)
	}
	last := uint64(0)
	return connect.Pages(ctx, a.conn, first, func(at connect.Call, p page[T], h http.Header) ([]T, *connect.Call, error) {
		number, _ := strconv.Atoi(at.Query.Get("page")) // it is ours
		if k.told != nil {
			k.told(h)
		}
		if !p.read {
			return nil, nil, fmt.Errorf("%s: page %d is no list: %w", k.op, number, errReply) // an empty answer is not an empty list
		}
		if number > 1 && len(p.items) > 0 && p.print == last {
			if hasNext(h) {
				return nil, nil, fmt.Errorf("%s: page %d is the one before again: %w", k.op, number, errReply)
			}
			return nil, nil, nil // a listing without pages
		}
		last = p.print
		if !more(h, number, size, len(p.items)) {
			return p.items, nil, nil
		}
		return p.items, connect.ByMarker(at, "page", strconv.Itoa(number+1)), nil
	})
}

// more reports whether there is a page behind the one that was answered.
func more(h http.Header, number, size, items int) bool {
	if hasNext(h) {
		return true
	}
	if given, err := strconv.Atoi(h.Get("Per-Page")); err == nil && given > 0 {
		size = given // Procore may give less than it was asked for
	}
	total, err := strconv.ParseInt(h.Get("Total"), 10, 64)
	if err != nil || total < 0 {
		return h.Get("Link") == "" && items > 0 // nothing is told, so nothing but an empty page is the end
	}
	return total > int64(number)*int64(size)
}

// hasNext reports whether a Link header names a next page. The page itself is asked for by its number:
// where a link leads is not ours to trust.
func hasNext(h http.Header) bool { return connect.ByLink(connect.Call{}, h) != nil }
