package connect

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/procorebox/procorebox/syncer"
)

// StatusError returns the error that a status stands for where nothing better is known of the
// service: fs.ErrPermission for 401 and 403, fs.ErrNotExist for 404 and 410, fs.ErrExist for 409,
// syncer.ErrStale for 412, ErrRefused for 413, 414 and 415, ErrLocked for 423, ErrBusy for 408, 425,
// 429 and all of 500 to 599 but 501 (errors.ErrUnsupported) and 507 (ErrQuota). Every other one is
// ErrRefused. What the service wrote is not repeated: who knows what it shows should write it.
func StatusError(status int, _ http.Header, _ []byte) error {
	return fmt.Errorf("%s: %w", statusText(status), statusSentinel(status))
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "unknown status"
}

func statusSentinel(status int) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fs.ErrPermission
	case http.StatusNotFound, http.StatusGone:
		return fs.ErrNotExist
	case http.StatusConflict:
		return fs.ErrExist
	case http.StatusPreconditionFailed:
		return syncer.ErrStale
	case http.StatusLocked:
		return syncer.ErrLocked
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return syncer.ErrBusy
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return errors.ErrUnsupported
	case http.StatusInsufficientStorage:
		return syncer.ErrQuota
	}
	if status >= http.StatusInternalServerError {
		return syncer.ErrBusy
	}
	return syncer.ErrRefused
}
