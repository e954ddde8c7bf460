package box

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// Codes of errors that are worth telling apart. The list of Box is open; see Error.Code.
const (
	CodeNameInUse        = "item_name_in_use"
	CodeNameReserved     = "name_temporarily_reserved"
	CodeBlocked          = "operation_blocked_temporary"
	CodeFolderNotEmpty   = "folder_not_empty"
	CodeTrashed          = "trashed"
	CodeNotTrashed       = "not_trashed"
	CodeOperationLimit   = "operation_limit_exceeded"
	CodeSessionExpired   = "session_expired"
	CodeUploadFailed     = "upload_failed"
	CodePartsMismatch    = "parts_mismatch"
	CodeRangeOverlaps    = "range_overlaps_existing_part"
	CodeFileTooSmall     = "file_size_too_small"
	CodeInsufficientRole = "access_denied_insufficient_permissions"
)

// Error is what Box answered instead of doing what it was asked. It wraps the sentinel that says
// what that means: fs.ErrNotExist, fs.ErrExist, fs.ErrPermission or one of package syncer. Where
// Box does not tell whether the request had an effect (500, 502, 503, 504) it wraps none, so that
// syncer.NotDone is false.
type Error struct {
	Status int
	// Code is Box's own word for the cause, empty where there was none: some answers come from a
	// gateway that knows only the status.
	Code    string
	Message string
	// RequestID is what support asks for. It is the one of the body, else that of the header.
	RequestID string
	HelpURL   string
	// Conflicts are the items that hold the wanted name. They may be items that are spelled
	// otherwise, and may be missing where Box does not tell them.
	Conflicts []Item
	// Reasons say which parameters Box did not like.
	Reasons []Reason

	kind error
}

// Reason is one complaint about a parameter.
type Reason struct {
	Reason  string `json:"reason"`
	Name    string `json:"name"`
	Message string `json:"message"`
}

// Error returns the status, the code, the message and the request ID, on one line: what Box wrote can
// forge no line of a log, and is cut where it goes on for too long.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "box answers %d", e.Status)
	if text := http.StatusText(e.Status); e.Code == "" && text != "" {
		b.WriteString(" " + text)
	}
	if e.Code != "" {
		b.WriteString(" " + line(e.Code))
	}
	if e.Message != "" {
		b.WriteString(": " + line(e.Message))
	}
	for _, r := range e.Reasons[:min(len(e.Reasons), mostReasons)] {
		fmt.Fprintf(&b, "; %s: %s", line(r.Name), line(r.Message))
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + line(e.RequestID) + ")")
	}
	return b.String()
}

// mostReasons that Error.Error shows.
const mostReasons = 5

// line returns what Box wrote on one line, and not too long.
func line(text string) string { return connect.OneLine(text, 300) }

// Unwrap returns the sentinel, or nil.
func (e *Error) Unwrap() error { return e.kind }

// Temporary reports whether the same request may go well in some seconds, without anybody doing
// anything about it.
func (e *Error) Temporary() bool {
	switch e.Code {
	case CodeNameReserved, CodeBlocked, CodePartsMismatch:
		return true
	}
	return errors.Is(e.kind, syncer.ErrBusy)
}

// HasCode reports whether err is an *Error with one of codes.
func HasCode(err error, codes ...string) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	return e.Code != "" && slices.Contains(codes, e.Code)
}

// refused says which statuses above 499 prove that nothing was done: what Box cannot do, and what it
// has no room for.
func refused(status int, _ http.Header) bool {
	return status == http.StatusNotImplemented || status == http.StatusInsufficientStorage
}

// decodeAnswer makes an error of an answer that is not what was asked for. Where Box cannot serve now
// it wraps syncer.ErrBusy beside the *Error, for reads and for the decision to try again; package
// connect hides that where a write may have had its effect.
func decodeAnswer(status int, header http.Header, body []byte) error {
	e := decodeError(status, header, body)
	if e.kind == nil && (status >= 500 || status == http.StatusRequestTimeout) {
		return fmt.Errorf("%w: %w", syncer.ErrBusy, e)
	}
	return e
}

// byCode says what a code means, whatever the status. All of them prove that nothing was done.
func byCode(code string) error {
	switch code {
	case "item_name_invalid", "item_name_too_long":
		return syncer.ErrName
	case CodeNameInUse, CodeFolderNotEmpty:
		return fs.ErrExist
	case CodeNameReserved, CodeBlocked, "access_denied_item_locked":
		return syncer.ErrLocked
	case "storage_limit_exceeded":
		return syncer.ErrQuota
	case "file_size_limit_exceeded", "forbidden_by_policy", CodeOperationLimit:
		return syncer.ErrRefused
	case "terms_of_service_required", "password_reset_required", "unauthorized":
		return fs.ErrPermission
	case "bad_digest", "cyclical_folder_structure", CodeSessionExpired, CodeUploadFailed,
		"sync_state_precondition_failed":
		return syncer.ErrStale
	case "rate_limit_exceeded", "too_many_requests":
		return syncer.ErrBusy
	}
	return nil
}

// kindOf returns the sentinel for an answer, nil where the answer leaves open what was done.
func kindOf(status int, code string) error {
	switch status {
	case http.StatusNotImplemented:
		return errors.ErrUnsupported
	case http.StatusInsufficientStorage:
		return syncer.ErrQuota
	case http.StatusRequestTimeout:
		return nil // the request may have arrived in full
	}
	if status < 400 || status > 499 {
		return nil
	}
	if code == CodePartsMismatch {
		return nil // what the commit does later is open: the parts are still being put together
	}
	if kind := byCode(code); kind != nil {
		return kind
	}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fs.ErrPermission
	case http.StatusNotFound:
		return fs.ErrNotExist
	case http.StatusConflict:
		return fs.ErrExist
	case http.StatusGone, http.StatusPreconditionFailed:
		return syncer.ErrStale
	case http.StatusLocked:
		return syncer.ErrLocked
	case http.StatusTooManyRequests:
		return syncer.ErrBusy
	}
	return syncer.ErrRefused
}
