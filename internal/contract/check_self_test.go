package contract

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// tiny is a document of one operation on the API's server and one on a server of its own.
const tiny = `{"openapi":"3.0.2","info":{"title":"t","version":"1"},"servers":[{"url":"https://api.box.com/2.0"}],"paths":{
 "/items/{id}":{"put":{"operationId":"put_item","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},{"name":"fields","in":"query","schema":{"type":"string"}}],
  "requestBody":{"content":{"application/json":{"schema":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"parent":{"type":"object","properties":{"id":{"type":"string"}}}}}}}},
  "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas/A"},{"$ref":"#/components/schemas/B"}]}}}},
   "default":{"description":"no","content":{"application/json":{"schema":{"type":"object","properties":{"code":{"type":"string","enum":["not_found"]}}}}}}}}},
 "/upload":{"post":{"operationId":"post_upload","servers":[{"url":"https://upload.box.com/api/2.0"}],"responses":{"201":{"description":"made"}}}},
 "/items/{id}#again":{"put":{"operationId":"put_item#again","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}}},
 "components":{"schemas":{
  "A":{"type":"object","required":["type"],"properties":{"type":{"type":"string","enum":["a"]},"size":{"type":"integer"},"tags":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"}}}}}},
  "B":{"type":"object","required":["type"],"properties":{"type":{"type":"string","enum":["b"]},"other":{"type":"string"}}}}}}`

func TestWhatTheDocumentDoesNotSayIsFound(t *testing.T) {
	good := exchange{
		server: "https://api.box.com", method: http.MethodPut, path: "/2.0/items/5", query: "fields=a",
		header: http.Header{"Content-Type": {"application/json"}}, body: []byte(`{"name":"n","parent":{"id":"1"}}`),
		status: http.StatusOK, replied: http.Header{"Content-Type": {"application/json"}}, answer: []byte(`{"type":"a","size":5,"tags":[{"id":"x"}]}`),
	}
	with := func(change func(*exchange)) exchange {
		x := good
		x.header = good.header.Clone()
		change(&x)
		return x
	}
	for name, c := range map[string]struct {
		x    exchange
		want []string
	}{
		"nothing is wrong": {good, nil},
		"another path": {
			with(func(x *exchange) { x.path = "/2.0/thing/5" }),
			[]string{"PUT /thing/{id}: no operation: no matching operation was found"},
		},
		"another method": {
			with(func(x *exchange) { x.method = http.MethodDelete }),
			[]string{"DELETE /items/{id}: no operation: method not allowed"},
		},
		"another server": {
			with(func(x *exchange) { x.server = "https://upload.box.com/api" }),
			[]string{"put_item: server: https://upload.box.com/api/2.0/items/5 is not below https://api.box.com/2.0"},
		},
		"another version": {
			with(func(x *exchange) { x.path = "/items/5" }),
			[]string{"put_item: server: https://api.box.com/items/5 is not below https://api.box.com/2.0"},
		},
		"a parameter that is not known": {
			with(func(x *exchange) { x.query = "fields=a&field=b" }),
			[]string{"put_item: query: field is not known"},
		},
		"a field that is missing": {
			with(func(x *exchange) { x.body = []byte(`{}`) }),
			[]string{`put_item: request: name: property "name" is missing`},
		},
		"a field of another type": {
			with(func(x *exchange) { x.body = []byte(`{"name":5}`) }),
			[]string{"put_item: request: name: value must be a string"},
		},
		"a field that is not known": {
			with(func(x *exchange) { x.body = []byte(`{"name":"n","parent":{"ID":"1"}}`) }),
			[]string{"put_item: request: field parent.ID is not known"},
		},
		"an answer of another type": {
			with(func(x *exchange) { x.answer = []byte(`{"type":"a","size":"5"}`) }),
			[]string{"put_item: answer 200: size: value must be an integer"},
		},
		"an answer with what is not known": {
			with(func(x *exchange) { x.answer = []byte(`{"type":"a","tags":[{"id":"1"},{"ID":"2"}]}`) }),
			[]string{"put_item: answer: field tags.ID is not known"},
		},
		"an answer with an entry of another type": {
			with(func(x *exchange) { x.answer = []byte(`{"type":"a","tags":[{"id":"1"},{"id":2}]}`) }),
			[]string{"put_item: answer 200: tags.*.id: value must be a string"},
		},
		"an answer of no schema": {
			with(func(x *exchange) { x.answer = []byte(`{"type":"c"}`) }),
			[]string{`put_item: answer 200: type: value is not one of the allowed values ["a"]`},
		},
		"a status that is not known": {
			with(func(x *exchange) { x.status = http.StatusCreated }),
			[]string{"put_item: answer: status 201 is not known"},
		},
		"a refusal of a kind that is not known": {
			with(func(x *exchange) { x.status, x.answer = http.StatusNotFound, []byte(`{"code":"gone"}`) }),
			[]string{`put_item: answer 404: code: value is not one of the allowed values ["not_found"]`},
		},
		"a server of its own": {with(func(x *exchange) {
			x.server, x.method, x.path, x.query, x.body, x.header = "https://upload.box.com/api", http.MethodPost, "/2.0/upload", "", nil, http.Header{}
			x.status, x.answer = http.StatusCreated, nil
		}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			check := newCheck(parse(t, []byte(tiny)), nil)
			require.NoError(t, check.exchange(t.Context(), c.x))
			require.Equal(t, c.want, check.found())
		})
	}
}

func TestADifferenceThatIsKnownIsLeftAloneAndOneThatIsNotThereIsStale(t *testing.T) {
	known := []difference{{"put_item", "field parent.ID", "1"}, {"*", "field parent.other", "2"}, {"other", "query", "3"}}
	check := newCheck(parse(t, []byte(tiny)), known)
	require.NoError(t, check.exchange(t.Context(), exchange{
		server: "https://api.box.com", method: http.MethodPut, path: "/2.0/items/5", query: "x=y",
		header: http.Header{"Content-Type": {"application/json"}}, body: []byte(`{"name":"n","parent":{"ID":"1"}}`),
		status: http.StatusOK, replied: http.Header{"Content-Type": {"application/json"}}, answer: []byte(`{"type":"b"}`),
	}))
	require.Equal(t, []string{"put_item: query: x is not known"}, check.found())
	require.Equal(t, known[1:], check.stale())
}
