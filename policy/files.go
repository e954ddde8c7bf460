package policy

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// FileOptions say which files are in scope. The zero value takes all of them.
type FileOptions struct {
	// Largest and Smallest are sizes in bytes; 0 means no bound. A file whose size the side does not
	// tell is in scope.
	Largest, Smallest int64
	// Types, when not empty, are the only types in scope, as extensions with or without the dot;
	// "" stands for files without one. NoTypes are out of scope. Case does not count.
	Types, NoTypes []string
}

// Files is a [syncer.Filter] by size and type. It leaves folders alone. A file that grows out of
// scope is left as it is on both sides; when the settings change it is compared again.
type Files struct {
	options FileOptions
}

var _ syncer.Filter = Files{}

// NewFiles returns a Filter by size and type.
func NewFiles(o FileOptions) (Files, error) {
	switch {
	case o.Largest < 0:
		return Files{}, fmt.Errorf("FileOptions.Largest is negative: %w", syncer.ErrInvalid)
	case o.Smallest < 0:
		return Files{}, fmt.Errorf("FileOptions.Smallest is negative: %w", syncer.ErrInvalid)
	case o.Largest > 0 && o.Smallest > o.Largest:
		return Files{}, fmt.Errorf("FileOptions.Smallest is above Largest: %w", syncer.ErrInvalid)
	}
	for _, list := range []*[]string{&o.Types, &o.NoTypes} {
		types := make([]string, 0, len(*list))
		for _, ext := range *list {
			folded := strings.ToLower(strings.TrimPrefix(ext, "."))
			if strings.ContainsAny(folded, "./*") {
				return Files{}, fmt.Errorf("file type %q: %w", ext, syncer.ErrInvalid)
			}
			types = append(types, folded)
		}
		slices.Sort(types)
		*list = slices.Compact(types)
	}
	return Files{o}, nil
}

// Filter implements [syncer.Filter].
func (f Files) Filter(i syncer.Item) string {
	if i.Entry.Kind != syncer.File {
		return ""
	}
	size, ext := i.Entry.Size, strings.ToLower(strings.TrimPrefix(path.Ext(i.Path), "."))
	switch {
	case size != syncer.UnknownSize && f.options.Largest > 0 && size > f.options.Largest:
		return fmt.Sprintf("larger than %d bytes", f.options.Largest)
	case size != syncer.UnknownSize && size < f.options.Smallest:
		return fmt.Sprintf("smaller than %d bytes", f.options.Smallest)
	case slices.Contains(f.options.NoTypes, ext), len(f.options.Types) > 0 && !slices.Contains(f.options.Types, ext):
		return fmt.Sprintf("files of type %q are left out", ext)
	}
	return ""
}

// Fingerprint implements [syncer.Filter].
func (f Files) Fingerprint() string {
	o := f.options
	return fmt.Sprintf("files/1 %d %d %q %q", o.Smallest, o.Largest, o.Types, o.NoTypes)
}
