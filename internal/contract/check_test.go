package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// A difference is something that is known to be otherwise than the document says.
type difference struct {
	op   string // operation, "*" for all
	what string // what its violation says, or a part of that
	why  string // section of the fact sheet, and what it says
}

// check holds exchanges against a document.
type check struct {
	doc        *document
	known      []difference
	used       []bool          // for each of known
	called     map[string]bool // operations
	violations map[string]bool
}

func newCheck(doc *document, known []difference) *check {
	return &check{doc, known, make([]bool, len(known)), map[string]bool{}, map[string]bool{}}
}

// found lists what is otherwise than the document says and not known to be.
func (c *check) found() []string { return slices.Sorted(maps.Keys(c.violations)) }

// stale lists what is known to differ and does not.
func (c *check) stale() []difference {
	var list []difference
	for i, d := range c.known {
		if !c.used[i] {
			list = append(list, d)
		}
	}
	return list
}

// knows returns which difference a violation is, -1 if it is none.
func (c *check) knows(op, what string) int {
	return slices.IndexFunc(c.known, func(d difference) bool {
		return (d.op == "*" || d.op == op) && strings.Contains(what, d.what)
	})
}

// number stands in paths where IDs are, and in violations where entries are counted.
var (
	number = regexp.MustCompile(`/[0-9]+(/|$)`)
	index  = regexp.MustCompile(`\.[0-9]+(\.|:)`)
)

func (c *check) exchange(ctx context.Context, x exchange) error {
	req, err := x.request(ctx)
	if err != nil {
		return err
	}
	route, params, err := c.doc.router.FindRoute(req)
	if err != nil {
		c.report(x.method+" "+number.ReplaceAllString(req.URL.Path, "/{id}$1"), "no operation: %v", err)
		return nil
	}
	op := route.Operation
	c.called[op.OperationID] = true
	c.checkServer(op.OperationID, x.server, x.path)
	c.checkQuery(op, route.PathItem, x.values())
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route, Options: options()}
	if err := openapi3filter.ValidateRequest(ctx, in); err != nil {
		c.reportAll(op.OperationID, "request", err)
	}
	c.checkBody(op, x)
	c.checkAnswer(ctx, in, route, x)
	return nil
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
		RejectWhenRequestBodyNotSpecified: true,
	}
}

// checkServer holds that a request went to the origin that the operation has, under the right version.
func (c *check) checkServer(op, server, path string) {
	want, ok := c.doc.servers[op]
	if !ok {
		want = c.doc.base
	}
	want = strings.Replace(want, "{box-upload-server}", "upload.box.com", 1)
	if got := server + path; !strings.HasPrefix(got, want+"/") {
		c.report(op, "server: %s is not below %s", got, want)
	}
}

// checkQuery holds that nothing is asked that the operation does not know.
func (c *check) checkQuery(op *openapi3.Operation, item *openapi3.PathItem, query url.Values) {
	for name := range query {
		if op.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil &&
			item.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
			c.report(op.OperationID, "query: %s is not known", name)
		}
	}
}

// checkBody holds that nothing is sent that the operation does not know.
func (c *check) checkBody(op *openapi3.Operation, x exchange) {
	if op.RequestBody == nil {
		return
	}
	kind, _, _ := strings.Cut(x.header.Get("Content-Type"), ";")
	media := op.RequestBody.Value.Content.Get(kind)
	if media == nil {
		return
	}
	var sent any
	if kind == "application/x-www-form-urlencoded" {
		values, _ := url.ParseQuery(string(x.body))
		object := map[string]any{}
		for name := range values {
			object[name] = values.Get(name)
		}
		sent = object
	} else if json.Unmarshal(x.body, &sent) != nil {
		return
	}
	c.unnamed(op.OperationID, "request", "", sent, media.Schema)
}

func (c *check) checkAnswer(ctx context.Context, in *openapi3filter.RequestValidationInput, route *routers.Route, x exchange) {
	op := route.Operation
	if op.Responses.Status(x.status) == nil && x.status < http.StatusBadRequest {
		c.report(op.OperationID, "answer: status %d is not known", x.status)
		return
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: x.status, Header: x.replied, Options: options(),
	}
	out.SetBodyBytes(x.answer)
	if len(x.answer) == 0 {
		out.Options.ExcludeResponseBody = true
	}
	if err := openapi3filter.ValidateResponse(ctx, out); err != nil {
		c.reportAll(op.OperationID, fmt.Sprintf("answer %d", x.status), err)
	}
	known := op.Responses.Status(x.status)
	if known == nil {
		known = op.Responses.Default()
	}
	if media := known.Value.Content.Get("application/json"); media != nil {
		var got any
		if json.Unmarshal(x.answer, &got) == nil {
			c.unnamed(op.OperationID, "answer", "", got, media.Schema)
		}
	}
}

// unnamed reports each field of a value that no schema names.
func (c *check) unnamed(op, where, at string, value any, schemas ...*openapi3.SchemaRef) {
	switch v := value.(type) {
	case []any:
		var items []*openapi3.SchemaRef
		for _, s := range parts(schemas) {
			if s.Items != nil {
				items = append(items, s.Items)
			}
		}
		for _, one := range v {
			c.unnamed(op, where, at, one, items...)
		}
	case map[string]any:
		all := parts(schemas)
		if !slices.ContainsFunc(all, func(s *openapi3.Schema) bool { return len(s.Properties) > 0 }) {
			return // free in form
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			var fields []*openapi3.SchemaRef
			for _, s := range all {
				if f := s.Properties[name]; f != nil {
					fields = append(fields, f)
				} else if s.AdditionalProperties.Schema != nil {
					fields = append(fields, s.AdditionalProperties.Schema)
				}
			}
			if fields == nil {
				c.report(op, "%s: field %s is not known", where, strings.TrimPrefix(at+"."+name, "."))
				continue
			}
			c.unnamed(op, where, at+"."+name, v[name], fields...)
		}
	}
}

// parts lists schemas and what they are made of.
func parts(schemas []*openapi3.SchemaRef) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, ref := range schemas {
		if ref == nil || ref.Value == nil {
			continue
		}
		all = append(all, ref.Value)
		for _, of := range [][]*openapi3.SchemaRef{ref.Value.AllOf, ref.Value.OneOf, ref.Value.AnyOf} {
			all = append(all, parts(of)...)
		}
	}
	return all
}

// reportAll reports the errors of a validation one by one, each in one line.
func (c *check) reportAll(op, where string, err error) {
	for _, line := range c.lines(op, err) {
		c.report(op, "%s: %s", where, line)
	}
}

// lines takes an error apart. Of several schemas of which one must fit, it tells what is wrong with
// the one that fits best.
func (c *check) lines(op string, err error) []string {
	if many, ok := err.(openapi3.MultiError); ok { //nolint:errorlint // the errors within are taken one by one
		var all []string
		for _, one := range many {
			all = append(all, c.lines(op, one)...)
		}
		return all
	}
	field, ok := err.(*openapi3.SchemaError) //nolint:errorlint // the same
	switch {
	case !ok && errors.Unwrap(err) != nil:
		return c.lines(op, errors.Unwrap(err))
	case !ok:
		return []string{firstLine(err.Error())}
	case field.Origin == nil:
		return []string{strings.Join(field.JSONPointer(), ".") + ": " + firstLine(field.Reason)}
	case field.SchemaField == "oneOf":
		return c.best(op, errors.Unwrap(errors.Unwrap(field.Origin)))
	}
	return c.lines(op, field.Origin)
}

func (c *check) best(op string, alternatives error) []string {
	many, ok := alternatives.(openapi3.MultiError) //nolint:errorlint // it is what was unwrapped
	if !ok {
		return []string{"fits several schemas"}
	}
	var least []string
	unknown := math.MaxInt
	for _, one := range many {
		all := c.lines(op, one)
		n := 0
		for _, line := range all {
			if c.knows(op, line) < 0 {
				n++
			}
		}
		if n < unknown {
			least, unknown = all, n
		}
	}
	return least
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// report notes a violation that is not known.
func (c *check) report(op, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if i := c.knows(op, what); i >= 0 {
		c.used[i] = true
		return
	}
	for index.MatchString(what) {
		what = index.ReplaceAllString(what, ".*$1")
	}
	c.violations[op+": "+what] = true
}
