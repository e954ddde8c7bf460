package boxtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// longestBody is how long the JSON of a request may be.
const longestBody = 1 << 20

// A call is one request as its handler sees it.
type call struct {
	box     *Box
	route   *route
	request *http.Request
	ids     map[string]string
	query   url.Values
	token   *token
	user    *user // whose token it is, or for whom it acts
	body    []byte
}

// unlock releases the Box's lock. What the call would tell webhooks is dropped if the client asked for
// that and the app may (section 6.4).
func (c *call) unlock() {
	if c.box.options.MaySuppress && c.request.Header.Get("Box-Notifications") == "off" {
		c.box.drive.hooks.outbox = nil
	}
	c.box.unlock()
}

// view writes items as the caller sees them.
func (c *call) view() viewer { return viewer{c.box.drive, c.user} }

// item returns the item that the path names, in the trash or not.
func (c *call) item(k kind) (*item, error) {
	it, err := c.box.drive.known(c.user, k, c.ids[string(k)+"_id"])
	if err != nil {
		return nil, err
	}
	return it, c.reaches(it)
}

// active returns the item that the path names, which must not be in the trash.
func (c *call) active(k kind) (*item, error) {
	it, err := c.item(k)
	if err != nil {
		return nil, err
	}
	if it.inTrash() {
		return nil, inTrash()
	}
	return it, nil
}

// reaches says whether a downscoped token goes as far as an item.
func (c *call) reaches(it *item) error {
	if c.token.resource != nil && !it.within(c.token.resource) {
		return notFound()
	}
	return nil
}

// reachesFolder is reaches for the folder that something is to be put into.
func (c *call) reachesFolder(id string) error {
	if c.token.resource == nil {
		return nil
	}
	folder, err := c.box.drive.known(c.user, folderKind, id)
	if err != nil {
		return err
	}
	return c.reaches(folder)
}

// intoFolder is reachesFolder for a request that must name a folder.
func (c *call) intoFolder(id string) error {
	if id == "" {
		return badField("parent.id", "a folder is needed")
	}
	return c.reachesFolder(id)
}

// decode reads the JSON of the request. What has the wrong type is an error that names the field.
func (c *call) decode(into any) error {
	return decode(c.body, into)
}

func decode(body []byte, into any) error {
	if len(strings.TrimSpace(string(body))) == 0 {
		return badField("body", "a JSON object is needed")
	}
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badField(wrong.Field, "the value has the wrong type: %s", wrong.Value)
	}
	if err != nil {
		return badField("body", "no JSON: %v", err)
	}
	return nil
}

// ifMatch compares the precondition of the request with an item, bare or quoted (section 3.8).
func (c *call) ifMatch(it *item) error {
	want := strings.Trim(c.request.Header.Get("If-Match"), `"`)
	if want != "" && want != digits(it.etag) {
		return precondition()
	}
	return nil
}

// unchanged says whether the client has that state of the item already.
func (c *call) unchanged(it *item) bool {
	have := strings.Trim(c.request.Header.Get("If-None-Match"), `"`)
	return have != "" && have == digits(it.etag)
}

// show answers with an item, with the fields that were asked for.
func (c *call) show(status int, it *item) (*reply, error) {
	asked, err := c.fields()
	if err != nil {
		return nil, err
	}
	return answer(status, c.view().show(it, asked, standardFields(it.kind))), nil
}

// fields are those that the request asks for, nil for none.
func (c *call) fields() ([]string, error) {
	asked := fieldsOf(c.query)
	if !c.box.options.Switches.UnknownFieldsRefused {
		return asked, nil
	}
	for _, f := range asked {
		if !knownField(f) {
			return nil, badField("fields", "no field %q", f)
		}
	}
	return asked, nil
}

func (c *call) page() (page, error) {
	if _, err := c.fields(); err != nil {
		return page{}, err
	}
	return pageOf(c.query)
}

// readBody takes in the JSON of a request.
func (c *call) readBody() error {
	body, err := io.ReadAll(io.LimitReader(c.request.Body, longestBody+1))
	if err != nil {
		return badField("body", "cannot be read: %v", err)
	}
	if len(body) > longestBody {
		return refuse(http.StatusRequestEntityTooLarge, "request_entity_too_large", "Request Entity Too Large")
	}
	c.body = body
	return nil
}

// id reads an object with nothing but an id, as in parent.
type id struct {
	ID string `json:"id"`
}

// optional is a field of a request that may be missing, null or set.
type optional[T any] struct {
	given bool
	null  bool
	value T
}

// UnmarshalJSON notes that the field is there.
func (o *optional[T]) UnmarshalJSON(data []byte) error {
	o.given = true
	if string(data) == "null" {
		o.null = true
		return nil
	}
	if err := json.Unmarshal(data, &o.value); err != nil {
		return fmt.Errorf("decode %s: %w", data, err)
	}
	return nil
}

// pointer returns the value, nil if it was not given.
func (o *optional[T]) pointer() *T {
	if !o.given || o.null {
		return nil
	}
	return &o.value
}
