package procore_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/procore"
)

// What the index holds is decoded whole or not at all: an item that was left out would look deleted.
func FuzzIndex(f *testing.F) {
	for _, body := range []string{
		`[{"id":7,"parent_id":null,"document_type":"file","name":"a","file":{"current_version":{"id":8,"size":5,"url":"https://x.procore.com/y"}}}]`, `{"data":[{"id":"7"}]}`, `[]`, `{"data":[]}`, `{"data":null}`, `null`, `{}`, `[null]`, `[{"id":"9007199254740993"}]`,
		`[{"id":1e3}]`, `[{"id":1},{"id":2,"updated_at":""}]`, `{"errors":"x"}`, `[{"id":1,"file":{"current_version":{"id":"1","size":null,"url":7}}}]`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := procore.DecodeIndex(body)
		if err != nil {
			return
		}
		list := body
		var envelope struct {
			Data json.RawMessage `json:"data"`
		}
		if json.Unmarshal(body, &envelope) == nil {
			list = envelope.Data
		}
		var all []json.RawMessage
		require.NoError(t, json.Unmarshal(list, &all), "what is no list was taken for one")
		require.Len(t, items, len(all))
		for i, raw := range all {
			var plain struct {
				ID json.RawMessage `json:"id"`
			}
			if json.Unmarshal(raw, &plain) != nil || len(plain.ID) == 0 || plain.ID[0] == 'n' || string(plain.ID) == `""` {
				continue
			}
			require.Equal(t, strings.TrimLeft(strings.Trim(string(plain.ID), `"`), "+0"), strings.TrimLeft(items[i].ID.String(), "0"), "an ID is what it is, to the last digit")
		}
	})
}

func FuzzLink(f *testing.F) {
	f.Add("https://api.procore.com/rest/v1.0/projects/1/documents?page=2&per_page=100", "next", "last", ", ")
	f.Add("https://x/y?a=<b>,c", "prev next", "first", ",")
	f.Add("", "NEXT", "", " ,  ")
	f.Add(`>; rel="next"`, `"`, `\`, "")
	f.Fuzz(func(t *testing.T, target, rel, other, between string) {
		value := "<" + target + `>; rel="` + rel + `"` + between + "<" + target + ">;rel=\"" + other + `"; title="a, b"`
		next := procore.HasNext(http.Header{"Link": {value}})
		if strings.ContainsAny(target, "<>") || strings.ContainsAny(rel+other, `"\`) || strings.Trim(between, " ") != "," {
			return // it must end, and say something
		}
		want := false
		for word := range strings.FieldsSeq(rel + " " + other) {
			want = want || strings.EqualFold(word, "next")
		}
		require.Equal(t, want, next, value)
	})
}
