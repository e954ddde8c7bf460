package mapping

import "context"

// Store keeps Links, as small texts under names. It knows nothing of what is in them, so that a store
// needs no knowledge of this package: [github.com/procorebox/procorebox/storage/sqlite.Notes] and
// [github.com/procorebox/procorebox/storage/memory.Notes] are such stores. All methods are safe for use
// by many goroutines, and by many processes where the store is shared by them. mappingtest.TestStore
// holds a store to these promises.
type Store interface {
	// Read returns what is stored under names that begin with prefix, none if there is nothing.
	Read(ctx context.Context, prefix string) (map[string][]byte, error)
	// Change hands what stands under prefix to change, and stores what that returns: a nil value takes
	// the name away, and what is not in it stays. Between the two nobody else changes anything under
	// prefix. All of it is stored or nothing, durably when Change returns; an error of change is
	// returned and stores nothing. change may be called more than once, and must neither keep nor
	// alter what it is given.
	Change(ctx context.Context, prefix string, change func(now map[string][]byte) (map[string][]byte, error)) error
}
