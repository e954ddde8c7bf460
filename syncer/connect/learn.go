package connect

import (
	"net/http"
	"slices"
	"time"
)

// memory is of how many answers a Governor remembers what they told, until it asks its Budget.
const memory = 64

// Learn tells the Governor what was answered, whoever asked: status and header, or 0 and nil if no
// answer came. Every call should be told of. A 429, or a 503 with Retry-After, stops all calls of the
// credential.
func (l *Lane) Learn(status int, h http.Header) {
	g := l.governor
	readings := g.options.Read(status, h)
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	// What was under way together is refused together, and tells but once.
	refused := status == http.StatusTooManyRequests && len(readings) == 0 && now >= g.stop
	if len(readings) > 0 || refused {
		g.note(heard{at: now, readings: readings, refused: refused})
	}
	news := g.alone >= 0 || len(readings) > 0 && g.options.Budget == nil
	g.alone = -1
	switch wait, asked := RetryAfter(h); {
	case status == http.StatusTooManyRequests:
		g.halt(now, g.length(now, wait, readings))
		news = true
	case status == http.StatusServiceUnavailable && asked:
		g.halt(now, wait)
		news = true
	case status > 0 && now >= g.stop:
		news = news || g.careful
		g.careful, g.tries = false, 0
	}
	if news {
		g.wake() // else there is no more to be had than before
	}
}

// note lets the account know, or remembers it for the Budget.
func (g *Governor) note(h heard) {
	if g.options.Budget == nil {
		g.account.hear(g.account.advance(h.at+g.offset), h, 0)
		return
	}
	g.remember(append(g.news, h))
}

func (g *Governor) remember(news []heard) {
	g.news = slices.Clip(news[max(0, len(news)-memory):])
}

// halt stops everything for a time. Then one call goes, to see.
func (g *Governor) halt(now, wait time.Duration) {
	g.stop = max(g.stop, now+min(wait, g.options.Longest))
	g.careful = true
}

// length is how long a refusal lasts: as long as it says, or until a window frees calls of which
// none was left, or else longer each time, up to a minute.
func (g *Governor) length(now, asked time.Duration, readings []Reading) time.Duration {
	if asked > 0 {
		return asked
	}
	for _, r := range readings {
		if r.Remaining == 0 {
			asked = max(asked, r.In)
		}
	}
	if asked > 0 {
		return asked
	}
	if now >= g.stop {
		g.tries++ // what was under way together counts as one
	}
	return min(time.Minute, time.Second<<min(g.tries-1, 6))
}
