package box

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// decodeError reads an error. It never fails: what it cannot read it leaves out.
func decodeError(status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, RequestID: header.Get("Box-Request-Id")}
	var wire errorBody
	if json.Unmarshal(body, &wire) == nil {
		e.Code, e.Message, e.HelpURL = wire.Code, wire.Message, wire.HelpURL
		if wire.RequestID != "" {
			e.RequestID = wire.RequestID
		}
		e.Conflicts, e.Reasons = wire.Context.Conflicts, wire.Context.Errors
	}
	e.kind = kindOf(e.Status, e.Code)
	return e
}

// errorBody is the body of an error. Status is left to the status line, which cannot disagree with
// itself.
type errorBody struct {
	Code      string      `json:"code"`
	Message   string      `json:"message"`
	HelpURL   string      `json:"help_url"`
	RequestID string      `json:"request_id"`
	Context   contextInfo `json:"context_info"`
}

// contextInfo is free in form: an object mostly, an empty list where there is nothing to tell.
type contextInfo struct {
	Conflicts some[Item]   `json:"conflicts"`
	Errors    some[Reason] `json:"errors"`
}

// UnmarshalJSON reads what it knows, and takes everything else for nothing.
func (c *contextInfo) UnmarshalJSON(data []byte) error {
	type plain contextInfo
	var p plain
	if json.Unmarshal(data, &p) == nil {
		*c = contextInfo(p)
	}
	return nil
}

// some is a list of values of which Box sends one alone without the brackets. One that cannot be
// read is left out.
type some[T any] []T

// UnmarshalJSON reads a list or one value.
func (s *some[T]) UnmarshalJSON(data []byte) error {
	list := []json.RawMessage{data}
	if bytes.HasPrefix(data, []byte("[")) {
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
	}
	for _, raw := range list {
		var v T
		if bytes.HasPrefix(raw, []byte("{")) && json.Unmarshal(raw, &v) == nil {
			*s = append(*s, v)
		}
	}
	return nil
}
