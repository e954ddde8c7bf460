package boxtest

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of event streams (sections 6.1 and 6.2).
const (
	mostEvents      = 500
	pollLife        = 10 // minutes
	pollsPerChannel = 10
	pollPatience    = 610 * time.Second
)

func eventRoutes() []route {
	return []route{
		newRoute("GET /2.0/events", apiOrigin, needRead, listEvents),
		newRoute("OPTIONS /2.0/events", apiOrigin, needRead, realtimeServers),
		streamed(newRoute("GET /subscribe", realtimeOrigin, needNothing, subscribe)).of(polling),
	}
}

// listEvents is section 6.1. A position that is no longer kept is refused, or silently set to the
// oldest, as the switch has it.
func listEvents(c *call) (*reply, error) {
	limit, err := count(c.query, "limit", defaultPage)
	if err != nil {
		return nil, err
	}
	feed := &c.box.drive.feed
	stream := c.query.Get("stream_type")
	if !slices.Contains([]string{"", "all", "changes", "sync", "admin_logs", "admin_logs_streaming"}, stream) {
		return nil, badField("stream_type", "no stream %q", stream)
	}
	if strings.HasPrefix(stream, "admin_logs") {
		return c.adminEvents(limit)
	}
	feed.forget(c.box.drive.now().Add(-c.box.drive.memory()))
	position, err := feed.position(c.query.Get("stream_position"), c.box.options.Switches.ExpiredPositionIgnored)
	if err != nil {
		return nil, err
	}
	page, next := feed.after(c.user, position, min(limit, mostEvents), stream == "changes")
	if stream == "sync" {
		page = nil // nothing here is marked for the old Box Sync
	}
	entries := []any{}
	for _, e := range page {
		entries = append(entries, c.view().event(e))
	}
	return answer(http.StatusOK, object{
		"chunk_size": len(entries), "next_stream_position": next, "entries": entries,
	}), nil
}

// position reads a stream_position.
func (f *feed) position(text string, lenient bool) (int64, error) {
	switch text {
	case "now":
		return max(f.last, firstPosition), nil
	case "", "0":
		return max(f.lost, 0), nil
	}
	position, err := strconv.ParseInt(text, 10, 64)
	if err != nil || position < 0 {
		return 0, badField("stream_position", "Invalid value '%s'.", text)
	}
	if position < f.lost && !lenient {
		return 0, badField("stream_position", "The position %d is no longer kept", position)
	}
	return position, nil
}

func (v viewer) event(e *event) object {
	source := any(v.d.source(v.u, e))
	if shot, ok := e.shots[v.u]; ok {
		source = shot
	}
	if o, ok := source.(object); ok && o == nil {
		source = nil
	}
	return object{
		"type": "event", "event_id": e.id, "created_by": e.by.mini(), "created_at": v.time(e.at),
		"recorded_at": v.time(e.at.Add(time.Second)), "event_type": e.kind,
		"session_id": e.id[:22], "source": source,
	}
}

// realtimeServers is section 6.2. Numbers stand in strings there.
func realtimeServers(c *call) (*reply, error) {
	stream := c.query.Get("stream_type")
	if stream == "" {
		stream = "all"
	}
	c.box.tickets++
	name := eventID(-c.box.tickets)[:20]
	c.box.channels[name] = &channel{user: c.user, opened: c.box.drive.now()}
	q := url.Values{"channel": {name}, "stream_type": {stream}}
	return answer(http.StatusOK, object{"chunk_size": 1, "entries": []any{object{
		"type":          "realtime_server",
		"url":           c.box.options.URLs.Realtime + "/subscribe?" + q.Encode(),
		"ttl":           strconv.Itoa(pollLife),
		"max_retries":   strconv.Itoa(pollsPerChannel),
		"retry_timeout": int(pollPatience / time.Second),
	}}}), nil
}

// A channel is one address to poll. It wears out.
type channel struct {
	user   *user
	opened time.Time
	polls  int
}

// subscribe waits until there is something new for the user behind the position, or until the client
// is to ask for another address.
func subscribe(c *call) (*reply, error) {
	ch, position, message, err := c.channel()
	if err != nil || message != "" {
		return realtime(message), err
	}
	patience, end := c.box.within(pollPatience)
	defer end()
	changes := c.query.Get("stream_type") == "changes"
	for {
		c.box.lock()
		news, _ := c.box.drive.feed.after(ch.user, position, 1, changes)
		wake := ch.user.wake
		c.box.unlock()
		if len(news) > 0 {
			return realtime("new_change"), nil
		}
		select {
		case <-wake:
		case <-patience.Done():
			return realtime("reconnect"), nil
		case <-c.request.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
}

// channel finds the channel of a poll. A message is the answer if there is nothing to wait for.
func (c *call) channel() (ch *channel, position int64, message string, err error) {
	c.box.lock()
	defer c.box.unlock()
	ch = c.box.channels[c.query.Get("channel")]
	if ch == nil {
		return nil, 0, "reconnect", nil
	}
	ch.polls++
	switch {
	case ch.polls > pollsPerChannel:
		return nil, 0, "max_retries", nil
	case c.box.drive.now().Sub(ch.opened) > pollLife*time.Minute:
		return nil, 0, "reconnect", nil
	}
	text := c.query.Get("stream_position")
	if text == "" {
		text = "now"
	}
	position, err = c.box.drive.feed.position(text, true)
	return ch, position, "", err
}

func realtime(message string) *reply {
	return answer(http.StatusOK, object{"version": 1, "message": message})
}

// within returns a context that ends when the clock has moved on by d, or with the Box.
func (b *Box) within(d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(b.life.Context())
	b.life.Behind(func() {
		defer cancel()
		_ = b.clock.wait(ctx, d)
	})
	return ctx, cancel
}
