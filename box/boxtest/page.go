package boxtest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Bounds of listings (section 3.2).
const (
	defaultPage   = 100
	largestPage   = 1000
	largestOffset = 9999
)

// A page says which part of a listing is asked for, and how.
type page struct {
	limit    int
	offset   int
	byMarker bool
	after    key // the last item of the page before
	by       order
	falling  bool
	fields   []string
}

// pageOf reads a page from a query.
func pageOf(q url.Values) (page, error) {
	p := page{limit: defaultPage, by: byName, fields: fieldsOf(q)}
	var err error
	if p.limit, err = count(q, "limit", defaultPage); err != nil {
		return p, err
	}
	if p.limit == 0 {
		return p, badField("limit", "Invalid value '0'.")
	}
	p.limit = min(p.limit, largestPage)
	if p.offset, err = count(q, "offset", 0); err != nil {
		return p, err
	}
	if p.offset > largestOffset {
		return p, badField("offset", "Invalid value '%d'. The offset is at most %d", p.offset, largestOffset)
	}
	p.falling = strings.EqualFold(q.Get("direction"), "DESC")
	if by := q.Get("sort"); by != "" {
		p.by = order(strings.ToLower(by))
		if !slices.Contains([]order{byName, byID, byDate, bySize}, p.by) {
			return p, badField("sort", "no order %q", by)
		}
	}
	p.byMarker = q.Get("usemarker") == "true"
	if !p.byMarker {
		return p, nil
	}
	p.after, err = markerOf(q.Get("marker"))
	return p, err
}

func count(q url.Values, name string, otherwise int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		p := refuse(http.StatusBadRequest, "bad_request", "Bad Request")
		return 0, because(p, "invalid_parameter", name, "Invalid value '%s'.", text)
	}
	return n, nil
}

func fieldsOf(q url.Values) []string {
	if q.Get("fields") == "" {
		return nil
	}
	return strings.Split(q.Get("fields"), ",")
}

// marker is where the next page begins, opaque to clients.
func marker(last *item) string {
	return base64.RawURLEncoding.EncodeToString([]byte("V!" + string(last.kind) + "/" + last.id))
}

func markerOf(text string) (key, error) {
	if text == "" || text == "0" {
		return key{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	kindName, id, ok := strings.Cut(strings.TrimPrefix(string(raw), "V!"), "/")
	if err != nil || !ok {
		return key{}, badField("marker", "Invalid value '%s'.", text)
	}
	return key{kind(kindName), id}, nil
}

// cut returns the entries of a page. By marker a listing goes by kind and id, which no rename
// upsets, so nothing is lost or told twice while the folder changes.
func (p page) cut(all []*item) (entries []*item, more bool) {
	if p.falling {
		all = slices.Clone(all)
		slices.Reverse(all)
	}
	from := min(p.offset, len(all))
	if p.byMarker {
		from = sort.Search(len(all), func(i int) bool { return p.after == key{} || follows(all[i], p.after) })
	}
	to := min(from+p.limit, len(all))
	return all[from:to], to < len(all)
}

// follows says whether an item comes after a key in the order of kinds and ids.
func follows(it *item, k key) bool {
	return compare(it, &item{kind: k.kind, id: k.id}, byID) > 0
}

// collection is a page of what a user sees in a folder.
func (v viewer) collection(folder *item, p page) object {
	if p.byMarker {
		p.by, p.falling = byID, false
	}
	return v.entries(v.d.listing(v.u, folder, p.by), p)
}

// entries is a page of any list of items.
func (v viewer) entries(all []*item, p page) object {
	part, more := p.cut(all)
	list := make([]any, 0, len(part))
	for _, it := range part {
		list = append(list, v.show(it, p.fields, miniFields(it.kind)))
	}
	if p.byMarker {
		o := object{"entries": list, "limit": p.limit}
		if more {
			o["next_marker"] = marker(part[len(part)-1])
		}
		return o
	}
	direction := "ASC"
	if p.falling {
		direction = "DESC"
	}
	return object{
		"total_count": len(all), "entries": list, "offset": p.offset, "limit": p.limit,
		"order": []object{{"by": "type", "direction": "ASC"}, {"by": string(p.by), "direction": direction}},
	}
}
