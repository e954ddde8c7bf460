package syncertest

import "github.com/procorebox/procorebox/syncer"

// Power is a set of optional interfaces of a file system.
type Power uint8

const (
	// Moving is syncer.Mover.
	Moving Power = 1 << iota
	// Looking is syncer.Looker.
	Looking
	// Finding is syncer.Finder.
	Finding
	// Restoring is syncer.Restorer.
	Restoring
	// Extras are syncer.Feed, Versions and Copier. They go too as soon as another one goes; a Feed
	// that a test needs all the same is the Handle itself.
	Extras
	// Everything leaves the bare FileSystem.
	Everything = Extras<<1 - 1
)

// The interfaces by one letter, so that the table below can be read. An interface that is switched
// off must not be found by type assertion, so each combination is a type of its own.
type (
	base = syncer.FileSystem
	m    = syncer.Mover
	l    = syncer.Looker
	f    = syncer.Finder
	r    = syncer.Restorer
)

// FileSystem returns the handle with exactly the optional interfaces that Options.Without leaves.
//
//nolint:funlen // a table of types, one line a power
func (h *Handle) FileSystem() syncer.FileSystem {
	without := h.service.o.Without
	if without == 0 {
		return h
	}
	switch Everything &^ Extras &^ without {
	case Moving | Looking | Finding | Restoring:
		return struct {
			base
			m
			l
			f
			r
		}{h, h, h, h, h}
	case Looking | Finding | Restoring:
		return struct {
			base
			l
			f
			r
		}{h, h, h, h}
	case Moving | Finding | Restoring:
		return struct {
			base
			m
			f
			r
		}{h, h, h, h}
	case Finding | Restoring:
		return struct {
			base
			f
			r
		}{h, h, h}
	case Moving | Looking | Restoring:
		return struct {
			base
			m
			l
			r
		}{h, h, h, h}
	case Looking | Restoring:
		return struct {
			base
			l
			r
		}{h, h, h}
	case Moving | Restoring:
		return struct {
			base
			m
			r
		}{h, h, h}
	case Restoring:
		return struct {
			base
			r
		}{h, h}
	case Moving | Looking | Finding:
		return struct {
			base
			m
			l
			f
		}{h, h, h, h}
	case Looking | Finding:
		return struct {
			base
			l
			f
		}{h, h, h}
	case Moving | Finding:
		return struct {
			base
			m
			f
		}{h, h, h}
	case Finding:
		return struct {
			base
			f
		}{h, h}
	case Moving | Looking:
		return struct {
			base
			m
			l
		}{h, h, h}
	case Looking:
		return struct {
			base
			l
		}{h, h}
	case Moving:
		return struct {
			base
			m
		}{h, h}
	}
	return struct{ base }{h}
}
