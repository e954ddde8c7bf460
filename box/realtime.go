package box

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/procorebox/procorebox/syncer/connect"
)

// RealtimeServer is where one may wait for events. Whoever knows its URL may wait there, so it is
// not shown.
type RealtimeServer struct {
	url     string
	polls   int // how often the URL may be used
	timeout time.Duration
}

// Format says that there is a server, and not which, for every verb.
func (s RealtimeServer) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "realtime server for %d polls", s.polls)
}

// OptionsEvents returns a server at which the user of the token may wait for events.
func (c *Client) OptionsEvents(ctx context.Context) (*RealtimeServer, error) {
	var reply struct {
		Entries []struct {
			URL          string `json:"url"`
			MaxRetries   Number `json:"max_retries"`
			RetryTimeout Number `json:"retry_timeout"`
		} `json:"entries"`
	}
	if err := c.do(ctx, call{op: "ask for realtime server", method: http.MethodOptions, path: "/events"}, &reply); err != nil {
		return nil, err
	}
	for _, e := range reply.Entries {
		if e.URL == "" {
			continue
		}
		s := &RealtimeServer{e.URL, int(min(max(e.MaxRetries, 1), 1000)), time.Duration(min(max(e.RetryTimeout, 1), 3600)) * time.Second}
		return s, nil
	}
	return nil, fmt.Errorf("ask for realtime server: there is none: %w", errReply)
}

// Realtime waits for events without asking for them over and over. It is for one goroutine.
type Realtime struct {
	c      *Client
	server *RealtimeServer
}

// Realtime returns what Wait is asked of.
func (c *Client) Realtime() *Realtime { return &Realtime{c: c} }

// Wait returns nil when it makes sense to ask for the events behind from: at once if there are some
// already, and now and then without any. It waits for as long as ctx lasts, and goes from one server
// to the next as they tell it to.
func (r *Realtime) Wait(ctx context.Context, from Position) error {
	for round := 0; ; round++ {
		if err := r.connect(ctx, round); err != nil {
			return err
		}
		message, err := r.poll(ctx, from)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil && message == "new_change":
			return nil
		case err != nil && !errors.Is(err, context.DeadlineExceeded) && round >= 2:
			return err
		}
		r.server = nil // "reconnect", "max_retries", no answer in time, or something new
	}
}

// connect sees to it that there is a server. One that sends everybody away is not asked in haste.
func (r *Realtime) connect(ctx context.Context, round int) error {
	if r.server != nil && r.server.polls > 0 {
		return nil
	}
	if round > 0 {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Second << min(round-1, 6)):
		}
	}
	server, err := r.c.OptionsEvents(ctx)
	r.server = server
	return err
}

// poll waits at the server once, and returns what it said.
func (r *Realtime) poll(ctx context.Context, from Position) (string, error) {
	s := r.server
	s.polls--
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	join := "?"
	if strings.Contains(s.url, "?") {
		join = "&"
	}
	var reply struct {
		Message string `json:"message"`
	}
	err := r.c.conn.JSON(ctx, connect.Call{
		Op: "wait for events", Path: s.url + join + with("", "stream_position", string(from)).Encode(),
		Plain: true, Timeout: s.timeout + time.Minute,
	}, &reply)
	return reply.Message, err
}
