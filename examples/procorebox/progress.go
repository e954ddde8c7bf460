package main

import (
	"fmt"
	"math"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/procorebox/procorebox/syncer"
)

// progress draws bars on the terminal, one for each tool, and below them what is left in all. It is silent
// where standard error is none, and nil then.
type progress struct {
	bars  *mpb.Progress
	tools map[string]*toolBar
	sum   *mpb.Bar // once there are several tools

	mu      sync.Mutex
	started []*toolBar
}

// toolBar is the bar of one tool, which is drawn anew for each round of actions.
type toolBar struct {
	bar *mpb.Bar

	mu    sync.Mutex
	note  string
	since time.Time // when the first action began
	calls int       // that are left
	left  time.Duration
}

// progress returns nil where nobody would see it, and where lines that are printed meanwhile would get
// between the bars.
func (c *console) progress(lines bool) *progress {
	f, ok := c.stderr.(*os.File)
	if !ok || !isTerminal(f) || lines && isTerminal(c.stdout) {
		return nil
	}
	return newProgress(mpb.WithOutput(f))
}

func newProgress(options ...mpb.ContainerOption) *progress {
	return &progress{bars: mpb.New(append([]mpb.ContainerOption{mpb.WithWidth(40)}, options...)...), tools: map[string]*toolBar{}}
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// event takes one on.
func (p *progress) event(e syncer.Event) {
	if p == nil {
		return
	}
	t := p.tools[e.Pair]
	if t == nil {
		t = &toolBar{}
		p.tools[e.Pair] = t
		p.draw(t, toolOf(e.Pair))
	}
	if e.Phase == syncer.PhaseApply && e.Done == 0 && e.Outcome == nil {
		p.estimate(e)
	}
	t.event(e)
}

// estimate prints, above the bars, what all of a plan takes, before any of it is done.
func (p *progress) estimate(e syncer.Event) {
	left := &e.Left
	// Where the bars have ended nobody looks any more.
	_, _ = fmt.Fprintf(p.bars, "%s: %s to do, %s to Procore, %d to Box, % .1f or more, in %s or more\n",
		toolOf(e.Pair), many(e.Total, "action"), many(left.Source.Calls, "call"), left.Destination.Calls,
		decor.SizeB1000(max(left.Source.Bytes, left.Destination.Bytes)), left.Time.Round(time.Second))
}

func (p *progress) end() {
	if p == nil {
		return
	}
	for _, t := range p.tools {
		t.bar.Abort(true) // what came of it is printed now
	}
	if p.sum != nil {
		p.sum.Abort(true)
	}
	p.bars.Wait()
}

// draw puts the bar of a tool on the terminal, and with the second one that of all. Whoever draws asks for
// the texts, so bars are made outside of the lock.
func (p *progress) draw(t *toolBar, tool string) {
	t.bar = p.bars.AddBar(0,
		mpb.PrependDecorators(decor.Name(tool, decor.WCSyncWidthR)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return t.text() })),
	)
	p.mu.Lock()
	p.started = append(p.started, t)
	several := len(p.started) > 1
	p.mu.Unlock()
	if several && p.sum == nil {
		p.sum = p.bars.New(0, mpb.NopStyle(), mpb.BarPriority(math.MaxInt),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return p.text() })))
	}
}

// text says what is left of all tools that have begun. They share the limits of the services: what they
// take adds up.
func (p *progress) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls, left := 0, time.Duration(0)
	for _, t := range p.started {
		c, d := t.remains()
		calls, left = calls+c, left+d
	}
	return fmt.Sprintf("in all %s left, %s", many(calls, "call"), left.Round(time.Second))
}

// event takes one on. Whoever draws the bar asks for the text, so the bar is told outside of the lock.
func (t *toolBar) event(e syncer.Event) {
	t.say(e)
	if e.Phase == syncer.PhaseApply {
		t.bar.SetTotal(int64(e.Total), false)
		t.bar.SetCurrent(int64(e.Done))
	}
}

func (t *toolBar) say(e syncer.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e.Phase {
	case syncer.PhaseList:
		t.note = fmt.Sprintf("%d in Procore, %d in Box read", e.Listed[syncer.Source], e.Listed[syncer.Destination])
	case syncer.PhasePlan:
		t.note = "comparing"
	case syncer.PhaseApply:
		if e.Done == 0 {
			t.since = time.Now()
		}
		t.calls = e.Left.Source.Calls + e.Left.Destination.Calls
		t.note = t.applying(e)
	case syncer.PhaseSettle, syncer.PhaseDone:
	}
}

// applying says how far, how fast, what is left, and how long that takes: as long as the limits of the
// services make it take, and no shorter than at the pace so far.
func (t *toolBar) applying(e syncer.Event) string {
	passed := time.Since(t.since)
	left := e.Left.Time
	if e.Done > 0 {
		left = max(left, time.Duration(float64(passed)*float64(e.Total-e.Done)/float64(e.Done)))
	}
	t.left = left
	rate := 0.0
	if passed > 0 {
		rate = float64(e.Bytes) / passed.Seconds()
	}
	return fmt.Sprintf("%d of %d, % .1f/s, %s left, %s", e.Done, e.Total,
		decor.SizeB1000(int64(rate)), many(e.Left.Source.Calls+e.Left.Destination.Calls, "call"), left.Round(time.Second))
}

// remains tells how many calls are left, and how long they take.
func (t *toolBar) remains() (calls int, left time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls, t.left
}

func (t *toolBar) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return " " + t.note
}
