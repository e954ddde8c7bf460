package connect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// errShape is about an answer that is whole and not what was expected. Asking again would bring the
// same.
var errShape = errors.New("reply has another shape")

// readJSON reads a successful answer.
func (c *Client) readJSON(resp *http.Response, out any) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, c.options.Most+1))
	switch {
	case int64(len(data)) > c.options.Most:
		return fmt.Errorf("reply of more than %d bytes: %w", c.options.Most, ErrTooLarge)
	case err != nil:
		return fmt.Errorf("reply is cut off: %w", err)
	case out == nil || len(data) == 0:
		return nil
	}
	err = json.Unmarshal(data, out)
	if err == nil {
		return nil
	}
	if _, broken := errors.AsType[*json.SyntaxError](err); broken {
		return fmt.Errorf("%w: no JSON: %w", ErrReply, err)
	}
	return fmt.Errorf("%w: %w: %w", ErrReply, errShape, err)
}
