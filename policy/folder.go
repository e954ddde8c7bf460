package policy

import (
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// folders is a table by folder. An item belongs to the longest entry that it is in, or that it is
// itself. Case and Unicode composition do not count, since people write such tables by hand.
type folders[T any] map[syncer.Key]T

// newFolders checks and folds a table. The folder "" is the root, and so everything.
func newFolders[T any](table map[string]T) (folders[T], error) {
	f := make(folders[T], len(table))
	for folder, value := range table {
		key := syncer.NameKey(strings.Trim(folder, "/"))
		if strings.Contains(string(key), "//") {
			return nil, fmt.Errorf("folder %q: %w", folder, syncer.ErrInvalid)
		}
		if _, twice := f[key]; twice {
			return nil, fmt.Errorf("folder %q is in the table twice: %w", folder, syncer.ErrInvalid)
		}
		f[key] = value
	}
	return f, nil
}

// find returns the entry that path belongs to, and the folder that it is for.
func (f folders[T]) find(path string) (folder syncer.Key, value T, found bool) {
	key := string(syncer.NameKey(strings.Trim(path, "/")))
	for {
		if value, found = f[syncer.Key(key)]; found || key == "" {
			return syncer.Key(key), value, found
		}
		key = key[:max(strings.LastIndexByte(key, '/'), 0)]
	}
}
