package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// levelOf reads a level of logs; empty means info.
func levelOf(word string) (slog.Level, error) {
	levels := map[string]slog.Level{
		"": slog.LevelInfo, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}
	level, ok := levels[strings.ToLower(word)]
	if !ok {
		return level, fmt.Errorf("must be debug, info, warn or error, not %q", word)
	}
	return level, nil
}

// newLogger logs in a form, "text" or "json".
func newLogger(to io.Writer, form string, level slog.Leveler) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if form == "json" {
		return slog.New(slog.NewJSONHandler(to, o))
	}
	return slog.New(slog.NewTextHandler(to, o))
}

// logbook tells a log.
type logbook struct {
	log   *slog.Logger
	tools map[string]place // by pair
}

// place is a tool of a link.
type place struct {
	link string
	tool mapping.Tool
}

func (b *logbook) looked(kept []mapping.Link) {
	for _, l := range kept {
		for _, t := range l.Tools {
			b.tools[l.Pair(t)] = place{l.Name, t}
		}
	}
}

func (b *logbook) event(e syncer.Event) {
	if e.Outcome == nil {
		return
	}
	o, level := e.Outcome, slog.LevelInfo
	switch o.Result {
	case syncer.Done:
	case syncer.Blocked, syncer.Dropped:
		level = slog.LevelDebug // it is planned again
	default:
		level = slog.LevelWarn
	}
	at := b.tools[e.Pair]
	args := []any{
		"link", at.link, "tool", at.tool, "op", o.Op.String(), "on", side(o.On), "kind", o.Kind.String(), "path", o.Path, "result", o.Result.String(),
	}
	for name, value := range map[string]string{"from": o.From, "reason": o.Reason, "error": o.Err} {
		if value != "" {
			args = append(args, name, value)
		}
	}
	if o.Bytes > 0 {
		args = append(args, "bytes", o.Bytes)
	}
	b.log.Log(context.Background(), level, "action", args...)
}

func (b *logbook) told(l mapping.Link, s *office.Synced) {
	for _, r := range s.Results {
		b.ran(l, r)
	}
	if s.Err != nil {
		b.trouble(s.Err)
	}
}

// ran logs the end of a run. Its name is the time when it began.
func (b *logbook) ran(l mapping.Link, r mapping.Result) {
	args := []any{"link", l.Name, "tool", r.Tool}
	if r.Paused != "" {
		b.log.Warn("paused", append(args, "reason", r.Paused)...)
		return
	}
	if r.Report == nil {
		b.log.Debug("no run", args...)
		return
	}
	t := r.Report.Totals
	args = append(args, "run", r.Report.Started.UTC().Format("20060102T150405.000Z"), "duration", r.Report.Ended.Sub(r.Report.Started).String(),
		"full", r.Report.Full, "writes", t.Writes, "uploads", t.Uploads, "moves", t.Moves, "deletes", t.Deletes, "conflicts", t.Conflicts,
		"held", t.Held, "skipped", t.Skipped, "failed", t.Failed, "bytes", t.Bytes, "more", r.Report.More)
	switch {
	case r.Err != nil:
		b.log.Error("run ended early", append(args, "error", r.Err.Error())...)
	case r.Report.Waits():
		b.log.Warn("run ended, and something waits", args...)
	default:
		b.log.Info("run ended", args...)
	}
}

func (b *logbook) trouble(err error) {
	for _, line := range linesOf(err) {
		b.log.Error("trouble", "error", line)
	}
}

func (b *logbook) say(text string, args ...any) { b.log.Info(text, args...) }
