package connect

import (
	"context"

	"github.com/procorebox/procorebox/syncer"
)

type classKey struct{}

// WithClass returns a context whose calls are paced as class. A connector sets it where it knows
// why it is called; without it calls are Live.
func WithClass(ctx context.Context, class syncer.Class) context.Context {
	return context.WithValue(ctx, classKey{}, class)
}

// ClassOf returns the class that ctx carries, Live if it carries none.
func ClassOf(ctx context.Context) syncer.Class {
	class, _ := ctx.Value(classKey{}).(syncer.Class)
	return class
}

type kindKey struct{}

// WithKind returns a context whose calls count as kind too, a limit that a service has of its own
// for some calls ("upload", "search"). A Client sets it to Call.Kind for Options.Pace.
func WithKind(ctx context.Context, kind string) context.Context {
	return context.WithValue(ctx, kindKey{}, kind)
}

// KindOf returns the kind that ctx carries, empty if it carries none.
func KindOf(ctx context.Context) string {
	kind, _ := ctx.Value(kindKey{}).(string)
	return kind
}
