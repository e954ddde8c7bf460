package box_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

const (
	getEvents = "GET api.box.com/2.0/events"
	// The page is the one of section 6.1 of the facts about Box, with a position beyond 2^53.
	eventPage = `{"chunk_size":1,"next_stream_position":1152922976252290886,"entries":[
 {"type":"event","event_id":"f82c3ba03e41f7e8a7608363cc6c0390183c3f83","created_by":{"type":"user","id":"22","name":"Ann","login":"ann@x.example"},
  "created_at":"2026-03-01T10:00:00-07:00","recorded_at":"2026-03-01T10:00:01-07:00","event_type":"ITEM_RENAME","session_id":"70090280850c8d2a1933c1",
  "source":{"type":"file","id":"1500001","sequence_id":"4","etag":"4","sha1":"97b3","name":"new.pdf","size":106833,"parent":{"type":"folder","id":"987","sequence_id":"0","etag":"0","name":"Project A"},"item_status":"active","path_collection":{"total_count":2,"entries":[]}}}]}`
)

func TestAPageOfEventsIsRead(t *testing.T) {
	with(t, routes{getEvents: always(200, eventPage)}, func(t *testing.T, c *box.Client, s *service) {
		page, err := c.GetEvents(t.Context(), box.Events{Position: "1408838928446360"})
		require.NoError(t, err)
		require.Equal(t, box.Position("1152922976252290886"), page.Next)
		require.Len(t, page.Entries, 1)
		e := page.Entries[0]
		require.NoError(t, e.Err)
		require.Equal(t, "f82c3ba03e41f7e8a7608363cc6c0390183c3f83", e.ID)
		require.Equal(t, box.EventRename, e.EventType)
		require.Equal(t, "22", e.CreatedBy.ID)
		require.Equal(t, "987", e.Source.Parent.ID)
		require.Equal(t, "4", e.Source.SequenceID)
		require.True(t, e.CreatedAt.Equal(time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC)))

		q := s.last().URL.Query()
		require.Equal(t, "changes", q.Get("stream_type"))
		require.Equal(t, "1408838928446360", q.Get("stream_position"))
		require.Equal(t, "500", q.Get("limit"))
		require.False(t, q.Has("event_type"))
	})
}

func TestEventsOfTheEnterpriseAreAskedForByTypeAndTime(t *testing.T) {
	with(t, routes{getEvents: always(200, `{"chunk_size":0,"next_stream_position":"0","entries":[]}`)}, func(t *testing.T, c *box.Client, s *service) {
		page, err := c.GetEvents(t.Context(), box.Events{
			Stream: box.StreamAdminLogs, Limit: 10, Types: []string{"UPLOAD", "MOVE"}, After: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		})
		require.NoError(t, err)
		require.Equal(t, box.Position("0"), page.Next)
		q := s.last().URL.Query()
		require.Equal(t, "UPLOAD,MOVE", q.Get("event_type"))
		require.Equal(t, "2026-03-01T00:00:00Z", q.Get("created_after"))
		require.False(t, q.Has("created_before"))
	})
}

func TestOneOddEventDoesNotKeepTheOthersFromBeingRead(t *testing.T) {
	for name, c := range map[string]struct {
		event  string
		source string // type and ID, empty for none
		odd    bool
	}{
		"a type of tomorrow":                      {`{"event_type":"ITEM_TELEPORT","source":{"type":"app_item","id":"5"}}`, "app_item 5", false},
		"no source":                               {`{"event_type":"LOCK_DESTROY","source":null}`, "", false},
		"a source left out":                       {`{"event_type":"LOCK_DESTROY"}`, "", false},
		"a source that is an empty list":          {`{"event_type":"LOCK_DESTROY","source":[]}`, "", false},
		"a source in part":                        {`{"event_type":"ITEM_TRASH","source":{"type":"file","id":"5","parent":null}}`, "file 5", false},
		"a source of the enterprise's streams":    {`{"event_type":"MOVE","source":{"item_type":"folder","item_id":"6","item_name":"x","parent":{"type":"folder","id":"1"}}}`, "folder 6", false},
		"a source with a time that is none":       {`{"event_type":"ITEM_MOVE","source":{"created_at":"yesterday","type":"file","id":"5"}}`, "file 5", true},
		"a source with a size that is none":       {`{"event_type":"ITEM_MOVE","source":{"size":1.5,"type":"file","id":"5"}}`, "file 5", true},
		"a source that is a text":                 {`{"event_type":"ITEM_MOVE","source":"file 5"}`, "", true},
		"a time that is none":                     {`{"created_at":"yesterday","event_type":"ITEM_MOVE","source":{"type":"file","id":"5"}}`, "file 5", true},
		"a creator that is none":                  {`{"created_by":"Ann","event_type":"ITEM_MOVE","source":{"type":"file","id":"5"}}`, "file 5", true},
		"nothing but a number":                    {`7`, "", true},
		"a field of tomorrow":                     {`{"event_type":"ITEM_MOVE","source":{"type":"file","id":"5"},"additional_details":{"a":[]}}`, "file 5", false},
		"a source without an ID, a group perhaps": {`{"event_type":"GROUP_ADD_USER","source":{"type":"user"}}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			with(t, routes{getEvents: always(200, `{"next_stream_position":1,"entries":[`+c.event+`,{"event_id":"2","event_type":"ITEM_MOVE"}]}`)},
				func(t *testing.T, client *box.Client, _ *service) {
					page, err := client.GetEvents(t.Context(), box.Events{})
					require.NoError(t, err)
					require.Len(t, page.Entries, 2)
					require.Equal(t, "2", page.Entries[1].ID)
					e := page.Entries[0]
					require.Equal(t, c.odd, e.Err != nil, "%v", e.Err)
					source := ""
					if e.Source != nil {
						source = e.Source.Type + " " + e.Source.ID
					}
					require.Equal(t, c.source, source)
				})
		})
	}
}

func TestAPageThatDoesNotSayHowToGoOnIsAnError(t *testing.T) {
	for _, body := range []string{`{"entries":[]}`, `{"entries":[],"next_stream_position":null}`, `{"entries":{}, "next_stream_position":1}`, `[]`, `<html>`} {
		with(t, routes{getEvents: always(200, body)}, func(t *testing.T, c *box.Client, _ *service) {
			_, err := c.GetEvents(t.Context(), box.Events{})
			require.ErrorIs(t, err, connect.ErrReply, body)
		})
	}
	with(t, routes{}, func(t *testing.T, c *box.Client, _ *service) {
		for _, limit := range []int{-1, 501} {
			_, err := c.GetEvents(t.Context(), box.Events{Limit: limit})
			require.ErrorIs(t, err, syncer.ErrInvalid)
		}
	})
}

const (
	askRealtime = "OPTIONS api.box.com/2.0/events"
	subscribe   = "GET 2.realtime.services.box.net/subscribe"
)

func realtime(maxRetries string) http.HandlerFunc {
	return reply(200, `{"chunk_size":1,"entries":[{"type":"realtime_server","url":"http://2.realtime.services.box.net/subscribe?channel=SECRET&stream_type=all","ttl":"10","max_retries":`+maxRetries+`,"retry_timeout":610}]}`)
}

func message(text string) http.HandlerFunc { return reply(200, `{"version":1,"message":"`+text+`"}`) }

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func TestEventsAreWaitedForWhereBoxSays(t *testing.T) {
	const sec = time.Second
	for name, c := range map[string]struct {
		servers, polls []http.HandlerFunc
		calls          []string
		least, most    time.Duration
	}{
		"news":                       {nil, []http.HandlerFunc{message("new_change")}, []string{askRealtime, subscribe}, 0, 0},
		"to be gone to another":      {nil, []http.HandlerFunc{message("reconnect"), message("new_change")}, []string{askRealtime, subscribe, askRealtime, subscribe}, sec, sec},
		"used up, as it says":        {nil, []http.HandlerFunc{message("max_retries"), message("new_change")}, []string{askRealtime, subscribe, askRealtime, subscribe}, sec, sec},
		"a word of tomorrow":         {nil, []http.HandlerFunc{message("dance"), message("new_change")}, []string{askRealtime, subscribe, askRealtime, subscribe}, sec, sec},
		"no answer in time":          {nil, []http.HandlerFunc{silent, message("new_change")}, []string{askRealtime, subscribe, askRealtime, subscribe}, 611 * sec, 612 * sec},
		"sent away again and again":  {nil, []http.HandlerFunc{message("reconnect"), message("reconnect"), message("reconnect"), message("new_change")}, nil, 7 * sec, 7 * sec},
		"the numbers are no strings": {[]http.HandlerFunc{realtime("10")}, []http.HandlerFunc{message("new_change")}, []string{askRealtime, subscribe}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if c.servers == nil {
				c.servers = []http.HandlerFunc{realtime(`"10"`)}
			}
			with(t, routes{askRealtime: c.servers, subscribe: c.polls}, func(t *testing.T, client *box.Client, s *service) {
				began := time.Now()
				require.NoError(t, client.Realtime().Wait(t.Context(), "1152922976252290886"))
				if c.calls != nil {
					require.Equal(t, c.calls, s.calls())
				}
				require.GreaterOrEqual(t, time.Since(began), c.least)
				require.LessOrEqual(t, time.Since(began), c.most)
				require.Equal(t, "1152922976252290886", s.last().URL.Query().Get("stream_position"))
				require.Equal(t, "SECRET", s.last().URL.Query().Get("channel"))
				require.Empty(t, s.last().Header.Get("Authorization"), "the server may speak plain http")
			})
		})
	}
}

func TestAServerIsUsedAsOftenAsItAllows(t *testing.T) {
	with(t, routes{askRealtime: {realtime(`"2"`)}, subscribe: {message("new_change")}}, func(t *testing.T, c *box.Client, s *service) {
		r := c.Realtime()
		for range 4 {
			require.NoError(t, r.Wait(t.Context(), "1"))
		}
		require.Equal(t, []string{askRealtime, subscribe, subscribe, askRealtime, subscribe, subscribe}, s.calls())
	})
}

func TestWaitingEndsWithItsContextAndWithAServiceThatIsNotThere(t *testing.T) {
	t.Run("the context", func(t *testing.T) {
		with(t, routes{askRealtime: {realtime(`"10"`)}, subscribe: {silent}}, func(t *testing.T, c *box.Client, _ *service) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.ErrorIs(t, c.Realtime().Wait(ctx, "1"), ctx.Err())
		})
	})
	t.Run("no server", func(t *testing.T) {
		with(t, routes{askRealtime: always(200, `{"entries":[]}`)}, func(t *testing.T, c *box.Client, _ *service) {
			require.ErrorIs(t, c.Realtime().Wait(t.Context(), "1"), connect.ErrReply)
		})
	})
	t.Run("a server that is broken", func(t *testing.T) {
		with(t, routes{askRealtime: {realtime(`"10"`)}, subscribe: {reply(404, "gone")}}, func(t *testing.T, c *box.Client, _ *service) {
			err := c.Realtime().Wait(t.Context(), "1")
			require.Error(t, err)
			require.NotContains(t, err.Error(), "SECRET")
		})
	})
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(eventPage))
	f.Add([]byte(`{"next_stream_position":"0","entries":[null,{},[],7,"x",{"source":[]},{"source":{"item_id":"5","item_type":"file"}}]}`))
	f.Add([]byte(`{"next_stream_position":1e3,"entries":[{"event_id":7,"source":{"size":1e99,"id":"5"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var raw struct {
			Entries []json.RawMessage `json:"entries"`
		}
		if json.Unmarshal(data, &raw) != nil {
			return
		}
		var page struct {
			Entries []box.Event  `json:"entries"`
			Next    box.Position `json:"next_stream_position"`
		}
		err := json.Unmarshal(data, &page)
		if err != nil && !strings.Contains(err.Error(), "position") && !strings.Contains(err.Error(), "whole number") {
			t.Fatalf("an event made its page unreadable: %v", err)
		}
		if err == nil {
			require.Len(t, page.Entries, len(raw.Entries))
		}
		for _, e := range page.Entries {
			if e.Source != nil {
				require.NotEmpty(t, e.Source.ID)
			}
		}
	})
}
