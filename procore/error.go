package procore

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

// TypeCheckedOut is the Error.Type of a write to a file that somebody has checked out.
const TypeCheckedOut = "FileIsCheckedOut"

// Error is what Procore answered instead of doing what it was asked. It wraps the sentinel that says
// what that means: fs.ErrNotExist, fs.ErrExist, fs.ErrPermission or one of package syncer. Where
// Procore does not tell whether the request had an effect (500, 502, 503, 504) it wraps none, so that
// syncer.NotDone is false.
//
// fs.ErrNotExist proves no deletion: what the account may not see, what lies in another company, in a
// project that was taken from the app, or in a tool that was turned off, is not found either.
type Error struct {
	Status int
	// Code is Procore's own word or number for the cause, mostly empty.
	Code string
	// Type tells a few causes apart ("FileIsCheckedOut"), mostly empty.
	Type    string
	Message string
	// Reasons say what Procore did not like, and about which field.
	Reasons []Reason
	// RequestID is what support asks for.
	RequestID string
	// Taken is the item that bears the wanted name, nil unless the error wraps fs.ErrExist and the
	// client has seen it.
	Taken *Sibling
	// Storage says that it was not Procore that answered but where its links lead to. Nothing follows
	// from that for the item.
	Storage bool

	kind error
}

// Reason is one complaint.
type Reason struct {
	// Field is what it is about: "name", or "base" for all of it. It may be empty.
	Field   string
	Message string
}

// Sibling is an item in the folder where another one was to be put.
type Sibling struct {
	ID     ID
	Folder bool
	Name   string
}

// Error returns the status, the cause and the request ID, on one line: what Procore wrote can forge no
// line of a log, and is cut where it goes on for too long.
func (e *Error) Error() string {
	var b strings.Builder
	who := "procore"
	if e.Storage {
		who = "storage of procore"
	}
	fmt.Fprintf(&b, "%s answers %d", who, e.Status)
	if text := http.StatusText(e.Status); e.Code == "" && e.Type == "" && text != "" {
		b.WriteString(" " + text)
	}
	for _, word := range []string{e.Type, e.Code} {
		if word != "" {
			b.WriteString(" " + line(word))
		}
	}
	if e.Message != "" {
		b.WriteString(": " + line(e.Message))
	}
	for _, r := range e.Reasons[:min(len(e.Reasons), mostReasons)] {
		if b.WriteString("; "); r.Field != "" {
			b.WriteString(line(r.Field) + ": ")
		}
		b.WriteString(line(r.Message))
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + line(e.RequestID) + ")")
	}
	return b.String()
}

// mostReasons that Error.Error shows.
const mostReasons = 5

// line returns what Procore wrote on one line, and not too long.
func line(text string) string { return connect.OneLine(text, 300) }

// Unwrap returns the sentinel, or nil.
func (e *Error) Unwrap() error { return e.kind }

// Temporary reports whether the same request may go well in some seconds, without anybody doing
// anything about it. A file that is checked out may stay so for days.
func (e *Error) Temporary() bool { return errors.Is(e.kind, syncer.ErrBusy) }

// HasStatus reports whether err is an *Error with one of statuses.
func HasStatus(err error, statuses ...int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && slices.Contains(statuses, e.Status)
}

// refused says which statuses above 499 prove that nothing was done: what cannot be done, and what
// there is no room for.
func refused(status int, _ http.Header) bool {
	return status == http.StatusNotImplemented || status == http.StatusInsufficientStorage
}

// decodeAnswer makes an error of an answer that is not what was asked for. Where Procore cannot serve
// now it wraps syncer.ErrBusy beside the *Error, for reads and for the decision to try again; package
// connect hides that where a write may have had its effect.
func decodeAnswer(status int, header http.Header, body []byte) error {
	return busy(decodeError(status, header, body))
}

func busy(e *Error) error {
	if e.kind == nil && (e.Status >= 500 || e.Status == http.StatusRequestTimeout) {
		return fmt.Errorf("%w: %w", syncer.ErrBusy, e)
	}
	return e
}

// decodeError reads an error. It never fails: what it cannot read it leaves out.
func decodeError(status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, RequestID: header.Get("X-Request-Id")}
	e.read(body)
	e.kind = e.meaning()
	return e
}

// decodeStorage makes an error of what storage answers. Its bodies repeat what was signed, so only the
// code is taken from them.
func decodeStorage(status int, header http.Header, body []byte) error {
	e := &Error{Status: status, Storage: true, RequestID: header.Get("X-Amz-Request-Id")}
	_, after, _ := strings.Cut(string(body[:min(len(body), 4096)]), "<Code>")
	if code, _, closed := strings.Cut(after, "</Code>"); closed && len(code) <= 64 {
		e.Code = code
	}
	switch {
	case status == http.StatusTooManyRequests:
		e.kind = syncer.ErrBusy
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		// The link has ended, or was never good. It says nothing about who may do what.
		e.kind = syncer.ErrStale
	}
	return busy(e)
}

// meaning returns the sentinel for an answer, nil where the answer leaves open what was done.
func (e *Error) meaning() error {
	switch e.Status {
	case http.StatusNotImplemented:
		return errors.ErrUnsupported
	case http.StatusInsufficientStorage:
		return syncer.ErrQuota
	case http.StatusRequestTimeout:
		return nil // the request may have arrived in full
	}
	if e.Status < 400 || e.Status > 499 {
		return nil
	}
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fs.ErrPermission
	case http.StatusNotFound:
		return fs.ErrNotExist
	case http.StatusConflict:
		if e.Type == TypeCheckedOut {
			return syncer.ErrLocked
		}
		return fs.ErrExist
	case http.StatusGone:
		return syncer.ErrStale
	case http.StatusTooManyRequests:
		return syncer.ErrBusy
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return e.validation()
	}
	return syncer.ErrRefused
}

// validation is what a refusal of the fields of a request means.
func (e *Error) validation() error {
	kind := syncer.ErrRefused
	for _, r := range e.Reasons {
		if r.Field != "name" {
			continue
		}
		if strings.Contains(r.Message, "already been taken") {
			return fs.ErrExist
		}
		kind = syncer.ErrName
	}
	return kind
}
