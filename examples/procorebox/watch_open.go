package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"github.com/hashicorp/go-envparse"

	"github.com/procorebox/procorebox/examples/internal/office"
	"github.com/procorebox/procorebox/syncer"
)

// open opens the data directory as the settings say. Whoever starts a watch without a connection is told at
// once. A service that does not take the sign-in, or cannot be reached, is no reason not to begin: it is told, and asked again.
func (w *watching) open(ctx context.Context) (*opened, error) {
	o, level, err := w.prepare(ctx, w.traffic())
	if err != nil {
		return nil, err
	}
	_, err = o.Box(ctx)
	if err != nil && ctx.Err() == nil && (office.RefusedSignIn(err) || errors.Is(err, syncer.ErrBusy)) {
		w.tell.trouble(err)
		err = nil
	}
	if err == nil {
		_, err = o.Procore(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	w.level.Set(level)
	return o, nil
}

// openAnew is open for settings that come in the place of others that serve: both services must take the sign-in, and what
// they say before that is nothing that happens to the watch.
func (w *watching) openAnew(ctx context.Context) (*opened, error) {
	var serves atomic.Bool
	traffic := w.traffic()
	signedIn := traffic.SignedIn
	traffic.SignedIn = func(s office.Service, err error) {
		if serves.Load() {
			signedIn(s, err)
		}
	}
	o, level, err := w.prepare(ctx, traffic)
	if err != nil {
		return nil, err
	}
	_, err = o.Box(ctx)
	if err == nil {
		err = o.CheckSignIn(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	serves.Store(true)
	signedIn(office.BoxService, nil)
	signedIn(office.ProcoreService, nil)
	w.level.Set(level)
	return o, nil
}

// prepare reads the settings and opens the data directory by them.
func (w *watching) prepare(ctx context.Context, traffic office.Traffic) (*opened, slog.Level, error) {
	getenv, err := w.environment()
	if err != nil {
		return nil, 0, err
	}
	word := w.f.level
	if word == "" {
		word = getenv("PROCOREBOX_LOG_LEVEL")
	}
	level, err := levelOf(word)
	if err != nil {
		return nil, 0, fmt.Errorf("PROCOREBOX_LOG_LEVEL %w", err)
	}
	s, err := w.c.settings(getenv)
	if err != nil {
		return nil, 0, err
	}
	o, err := openDirectory(ctx, s, &office.Options{Existing: true, Program: w.program, Log: w.log, Traffic: traffic})
	if err != nil {
		return nil, 0, err
	}
	h, err := w.hooks(ctx, o, getenv)
	if err != nil {
		return nil, 0, errors.Join(err, o.Close())
	}
	return &opened{o, h}, level, nil
}

// traffic tells the monitor of the calls, and people of the sign-in.
func (w *watching) traffic() office.Traffic {
	t := w.monitor.Traffic()
	known := t.SignedIn
	t.SignedIn = func(s office.Service, err error) {
		known(s, err)
		w.tell.signedIn(s, err)
	}
	return t
}

// environment returns the variables: those of the file count before the others.
func (w *watching) environment() (func(string) string, error) {
	if w.f.envFile == "" {
		return w.c.getenv, nil
	}
	file, err := os.Open(w.f.envFile)
	if err != nil {
		return nil, unread("--env-file", w.f.envFile, err)
	}
	defer func() { _ = file.Close() }()
	values, err := envparse.Parse(file)
	if parse, ok := errors.AsType[*envparse.ParseError](err); ok {
		return nil, fmt.Errorf("--env-file: line %d of %s is not NAME=value", parse.Line, w.f.envFile) // what stands there may be a secret
	}
	if err != nil {
		return nil, fmt.Errorf("--env-file: %w", err)
	}
	return func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return w.c.getenv(name)
	}, nil
}
