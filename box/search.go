package box

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Search says what GetSearch shall find. Query must not be empty.
type Search struct {
	Query string
	// Type is TypeFile, TypeFolder or TypeWebLink; empty means all of them.
	Type string
	// Within holds IDs of folders below which to search; empty means everywhere.
	Within []string
	// Extensions of files, without the dot.
	Extensions []string
	// In names where to look: "name", "description", "file_content", "comments", "tag".
	In []string
}

// Limits of a search that Box documents.
const (
	searchPage      = 200
	maxSearchOffset = 10_000
)

// GetSearch yields what matches, best first. It is for people who look for something: new items turn
// up only after ten minutes or more, and no more than 10,000 are told. Nothing may be concluded from
// what it does not find. An error ends it.
func (c *Client) GetSearch(ctx context.Context, s Search) iter.Seq2[Item, error] {
	if s.Query == "" {
		return failed[Item](invalid("search: Query is empty"))
	}
	return pages[Item](ctx, c, call{
		op: "search", method: http.MethodGet, path: "/search", kind: KindSearch, most: maxSearchOffset,
		query: with(listFields, "query", s.Query, "type", s.Type, "limit", strconv.Itoa(searchPage),
			"ancestor_folder_ids", strings.Join(s.Within, ","),
			"file_extensions", strings.Join(s.Extensions, ","),
			"content_types", strings.Join(s.In, ",")),
	})
}

// within is the form in which a range of times is asked for.
func within(after, before time.Time) (string, string) {
	text := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return stamp(t)
	}
	return text(after), text(before)
}
