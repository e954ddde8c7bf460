package procore

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Procore's errors have six shapes, which differ from tool to tool and from year to year:
//
//	{"errors":"text"}, {"errors":["text"]}, {"errors":{"name":["text"],"base":["text"],"fields":{"label":"text"}}}
//	{"error":{"code":"403","message":"text","details":[{"reason_code":"","message":"","source":""}]}}
//	{"code":56,"message":"","fields":"","reason":"","error":"text"}
//	{"error":"text"}, {"error":"invalid_grant","error_description":"text"}, {"error":{"error":"text"}}
//	plain text, or a page of a load balancer
//	{"errors":{"base":["text"]},"error_type":"FileIsCheckedOut","file":{}}

// errorBody is all of them but the plain text.
type errorBody struct {
	Errors      json.RawMessage `json:"errors"`
	Error       json.RawMessage `json:"error"`
	Description json.RawMessage `json:"error_description"`
	Type        json.RawMessage `json:"error_type"`
	Code        json.RawMessage `json:"code"`
	Message     json.RawMessage `json:"message"`
	Reason      json.RawMessage `json:"reason"`
}

// errorObject is what may stand in "error".
type errorObject struct {
	Error   json.RawMessage   `json:"error"`
	Code    json.RawMessage   `json:"code"`
	Message json.RawMessage   `json:"message"`
	Details []json.RawMessage `json:"details"`
}

// errorDetail is one of its details.
type errorDetail struct {
	Code       json.RawMessage `json:"code"`
	ReasonCode json.RawMessage `json:"reason_code"`
	Message    json.RawMessage `json:"message"`
	Source     json.RawMessage `json:"source"`
}

// read fills the error with what a body tells. What has no known shape is left out.
func (e *Error) read(body []byte) {
	var wire errorBody
	if json.Unmarshal(body, &wire) != nil {
		e.Message = plain(body)
		return
	}
	e.Type, e.Code = text(wire.Type), text(wire.Code)
	e.Message = cmp.Or(text(wire.Message), text(wire.Reason))
	e.readReasons("", wire.Errors, 0)
	var object errorObject
	switch word := text(wire.Error); {
	case text(wire.Description) != "":
		e.Code, e.Message = word, text(wire.Description)
	case word != "":
		e.Message = cmp.Or(e.Message, word)
	case isObject(wire.Error) && json.Unmarshal(wire.Error, &object) == nil:
		e.Code = cmp.Or(text(object.Code), e.Code)
		e.Message = cmp.Or(text(object.Message), text(object.Error), e.Message)
		e.readDetails(object.Details)
	}
}

func (e *Error) readDetails(details []json.RawMessage) {
	for _, raw := range details {
		var d errorDetail
		if isObject(raw) && json.Unmarshal(raw, &d) == nil {
			e.complain(text(d.Source), cmp.Or(text(d.Message), text(d.ReasonCode), text(d.Code)))
		}
	}
}

// readReasons reads "errors", which is a text, a list of texts or an object of such by field.
func (e *Error) readReasons(field string, raw json.RawMessage, depth int) {
	var list []json.RawMessage
	var fields map[string]json.RawMessage
	switch {
	case depth > 3:
	case text(raw) != "":
		e.complain(field, text(raw))
	case json.Unmarshal(raw, &list) == nil:
		for _, one := range list {
			e.readReasons(field, one, depth+1)
		}
	case json.Unmarshal(raw, &fields) == nil:
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			e.readReasons(name, fields[name], depth+1)
		}
	}
}

// complain takes one reason. One that is about no field in particular is the message.
func (e *Error) complain(field, message string) {
	switch {
	case message == "" || len(e.Reasons) == 100:
	case e.Message == "" && (field == "" || field == "base"):
		e.Message = message
	default:
		e.Reasons = append(e.Reasons, Reason{Field: field, Message: message})
	}
}

func isObject(raw json.RawMessage) bool { return bytes.HasPrefix(raw, []byte("{")) }

// text is a string, or a number as it is written; anything else is empty.
func text(raw json.RawMessage) string {
	var s string
	var n json.Number
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	case json.Unmarshal(raw, &n) == nil:
		return n.String()
	}
	return ""
}

// plain is what a body without a shape says. A page for a browser says nothing.
func plain(body []byte) string {
	words := strings.TrimSpace(string(body[:min(len(body), 1000)]))
	if strings.HasPrefix(words, "<") || strings.HasPrefix(words, "{") || strings.HasPrefix(words, "[") || !utf8.ValidString(words) {
		return ""
	}
	return words
}
