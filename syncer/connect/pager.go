package connect

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Pages sends first and the calls that follow it, and yields the items of all their answers. turn
// gets each answer, decoded as a P, with the call that brought it, and returns its items and the
// call for the next page, nil after the last: see [ByMarker], [ByOffset] and [ByLink]. A page is
// asked for when the loop gets there. An error ends the sequence; so does a page that leads back to
// one that was there before, and the last of a thousand pages in a row that are empty.
func Pages[P, T any](ctx context.Context, c *Client, first Call, turn func(at Call, page P, h http.Header) (items []T, next *Call, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		var seen circle
		empty := 0
		for at := &first; at != nil; {
			if seen.closes(at.Path + "?" + at.Query.Encode()) {
				yield(none, fmt.Errorf("%s: pages lead in a circle: %w", at.Op, ErrReply))
				return
			}
			var page P
			h, err := c.page(ctx, *at, &page)
			if err != nil {
				yield(none, err)
				return
			}
			items, next, err := turn(*at, page, h)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if empty++; len(items) > 0 {
				empty = 0
			}
			if err == nil && next != nil && empty == mostEmpty {
				err = fmt.Errorf("%s: %d empty pages in a row: %w", at.Op, empty, ErrReply)
			}
			if err != nil {
				yield(none, err)
				return
			}
			at = next
		}
	}
}

// mostEmpty pages in a row are put up with: the loop has no say as long as it gets no item.
const mostEmpty = 1000

// page sends one call, and returns the header of its answer too.
func (c *Client) page(ctx context.Context, call Call, out any) (http.Header, error) {
	resp, err := c.send(ctx, call, func(resp *http.Response) error { return c.readJSON(resp, out) })
	if err != nil {
		return nil, err
	}
	return resp.Header, resp.Body.Close()
}

// circle finds out that a sequence of pages repeats itself, with one page in memory: the page that
// it compares with is replaced after 1, 2, 4, 8 ... pages.
type circle struct {
	known       string
	count, next int
}

func (c *circle) closes(page string) bool {
	if c.count > 0 && page == c.known {
		return true
	}
	if c.count == c.next {
		c.known, c.next = page, 2*c.next+1
	}
	c.count++
	return false
}

// ByMarker returns the call for the page that a marker names, nil if the marker is empty.
func ByMarker(at Call, parameter, marker string) *Call {
	if marker == "" {
		return nil
	}
	return with(at, parameter, marker)
}

// ByOffset returns the call for the page behind got items that at has brought, nil if it brought
// none or if total, where it is known (above 0), is reached. The parameter counts from 0.
func ByOffset(at Call, parameter string, got, total int) *Call {
	offset, _ := strconv.Atoi(at.Query.Get(parameter)) // 0 where at has none
	offset += got
	if got <= 0 || total > 0 && offset >= total {
		return nil
	}
	return with(at, parameter, strconv.Itoa(offset))
}

// ByLink returns the call for the page that a Link header calls "next", nil if it names none. Where
// it leads is trusted no more than any other Call.Path.
func ByLink(at Call, h http.Header) *Call {
	for _, value := range h.Values("Link") {
		for target, rel := range links(value) {
			if strings.EqualFold(rel, "next") {
				next := at
				next.Path, next.Query = target, nil
				return &next
			}
		}
	}
	return nil
}

// with returns a call that has another value in one parameter.
func with(at Call, parameter, value string) *Call {
	query := maps.Clone(at.Query)
	if query == nil {
		query = url.Values{}
	}
	query.Set(parameter, value)
	at.Query = query
	return &at
}
