package office

import (
	"context"
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/box"
)

// A Folder is one of Box that a link may be made with.
type Folder struct {
	ID string `json:"id"`
	// Path is from the account's top folder, names separated by slashes.
	Path string `json:"path"`
	Link string `json:"link"`
}

// Folders returns the folders that stand directly in one of Box, and down to so many levels. The top
// folder of the account is "0".
func (b *Box) Folders(ctx context.Context, id string, levels int) ([]Folder, error) {
	top, err := b.Client.GetFoldersID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("folder %s of Box: %w", id, err)
	}
	return b.below(ctx, id, pathOf(top), levels)
}

func (b *Box) below(ctx context.Context, id, path string, levels int) ([]Folder, error) {
	var all []Folder
	for item, err := range b.Client.GetFoldersIDItems(ctx, id) {
		switch {
		case err != nil:
			return nil, fmt.Errorf("folders in %q of Box: %w", path, err)
		case item.Type != box.TypeFolder:
			return all, nil // folders come first
		}
		f := Folder{ID: item.ID, Path: join(path, item.Name), Link: b.Link(item.ID)}
		all = append(all, f)
		if levels <= 1 {
			continue
		}
		more, err := b.below(ctx, f.ID, f.Path, levels-1)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// pathOf is where a folder stands, as far as the account may see, without the top folder.
func pathOf(f *box.Item) string {
	if f.ID == box.RootID {
		return ""
	}
	var names []string
	if f.Path != nil {
		for _, above := range f.Path.Entries {
			if above.ID != box.RootID {
				names = append(names, above.Name)
			}
		}
	}
	return strings.Join(append(names, f.Name), "/")
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}
