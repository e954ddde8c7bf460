package procoretest

import (
	"net/http"
	"net/url"
	"strconv"
)

// A call is one request as its handler sees it.
type call struct {
	procore *Procore
	route   *route
	request *http.Request
	ids     map[string]string
	query   url.Values
	params  params // of the body
	parts   []*part
	taken   []*supply // contents that are used up if the call succeeds

	token   *token
	user    *user    // whose token it is
	company *company // nil where the call names none
	project *project // nil where the call is not about a project
	place   *place   // the project's or the company's

	uncapped bool // pages may be of any size
}

func (c *call) drive() *drive { return c.procore.drive }

// id is one of the path. One that is no number is an item that is not there.
func (c *call) id(name string) (int64, error) {
	n, err := strconv.ParseInt(c.ids[name], 10, 64)
	if err != nil {
		return 0, notFound()
	}
	return n, nil
}

// readBody takes in what a request carries: JSON, a form, or a form with files.
func (c *call) readBody() error {
	var err error
	c.params, c.parts, err = readParams(c.request, &c.procore.vault)
	return err
}

// drop forgets files of the request that nobody kept.
func (c *call) drop() {
	for _, part := range c.parts {
		if !part.kept {
			part.blob.Drop()
		}
	}
}
