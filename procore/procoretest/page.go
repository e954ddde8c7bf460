package procoretest

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Sizes of pages (section 2).
const (
	usualPage     = 100
	largestPage   = 10_000
	usualPageV2   = 10
	largestPageV2 = 100
)

// A page says which part of a list is asked for.
type page struct{ number, size int }

func (c *call) page() (page, error) {
	usual, largest := usualPage, largestPage
	if c.procore.options.Switches.SmallPages {
		usual = 20
	}
	if c.route.version() >= 2 {
		usual, largest = usualPageV2, largestPageV2
	}
	if c.uncapped {
		largest = math.MaxInt32
	}
	number, err := c.count("page", 1)
	if err != nil {
		return page{}, err
	}
	size, err := c.count("per_page", usual)
	if err != nil {
		return page{}, err
	}
	return page{number, min(size, largest)}, nil
}

// count is a positive number of the query.
func (c *call) count(name string, otherwise int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badField(name, "must be a positive number")
	}
	return n, nil
}

// list answers with one page of a list. One past the end is empty.
func list[T any](c *call, all []T, view func(T) any) (*reply, error) {
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	from := len(all)
	if p.number-1 <= len(all)/p.size { // a page far behind the end is empty, however far
		from = min((p.number-1)*p.size, len(all))
	}
	to := min(from+p.size, len(all))
	part := make([]any, 0, to-from)
	for _, one := range all[from:to] {
		part = append(part, view(one))
	}
	var body any = part
	if c.route.version() >= 2 {
		body = object{"data": part}
	}
	r := answer(http.StatusOK, body)
	r.header.Set("Total", strconv.Itoa(len(all)))
	r.header.Set("Per-Page", strconv.Itoa(p.size))
	if link := c.link(p, len(all)); link != "" || c.route.version() >= 2 || c.procore.options.Switches.EmptyLink {
		r.header["Link"] = []string{link}
	}
	return r, nil
}

// link is the header Link: the pages around this one. A single page has none (section 2).
func (c *call) link(p page, total int) string {
	last := (total + p.size - 1) / p.size
	var relations []string
	add := func(number int, rel string) {
		query := url.Values{}
		maps.Copy(query, c.query)
		query.Set("page", strconv.Itoa(number))
		query.Set("per_page", strconv.Itoa(p.size))
		relations = append(relations, fmt.Sprintf(`<%s%s?%s>; rel="%s"`,
			c.procore.options.URLs.API, c.request.URL.EscapedPath(), query.Encode(), rel))
	}
	if p.number > 1 && last > 1 {
		add(1, "first")
		add(min(p.number-1, last), "prev")
	}
	if p.number < last {
		add(p.number+1, "next")
		add(last, "last")
	}
	return strings.Join(relations, ", ")
}
