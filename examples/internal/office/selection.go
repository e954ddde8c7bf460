package office

import (
	"fmt"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
)

// Selection says which of the holds of a Link are meant. At least one field must be set.
type Selection struct {
	// IDs may be cut to as many characters as tell them from others. That of a folder's delete means what
	// waits below it, too, since a folder is deleted only after all that is in it.
	IDs []string
	// Only takes an ID of a folder for the folder alone.
	Only bool
	// Folder is a path that begins with the folder of a tool; what is below it is meant, and itself.
	Folder string
	// Run is the name of the run that held them first.
	Run string
	All bool
}

func (s *Selection) check() error {
	if len(s.IDs) == 0 && s.Folder == "" && s.Run == "" && !s.All {
		return fmt.Errorf("say which are meant: IDs, a folder, a run, or all: %w", syncer.ErrInvalid)
	}
	return nil
}

// checkFolder reports whether the folder is one of a Link.
func (s *Selection) checkFolder(l mapping.Link) error {
	if s.Folder == "" {
		return nil
	}
	var known []string
	for _, t := range l.Tools {
		if within(s.Folder, t.Folder()) {
			return nil
		}
		known = append(known, t.Folder())
	}
	return fmt.Errorf("--folder %q begins with no tool of the link, which has %s: %w", s.Folder, strings.Join(known, ", "), syncer.ErrInvalid)
}

// covers reports whether a path or run is one of those meant.
func (s *Selection) covers(path, run string) bool {
	return s.All || s.Folder != "" && within(path, s.Folder) || s.Run != "" && run == s.Run
}

// within reports whether a path is a folder's or below it, whatever the case.
func within(path, folder string) bool {
	key := func(p string) string { return string(syncer.NameKey(strings.Trim(p, "/"))) + "/" }
	return strings.HasPrefix(key(path), key(folder))
}

// Unclear is an ID that stands for nothing, or for several.
type Unclear struct {
	ID  string
	Why string
}

// notID says of a text why no ID looks like that, "" if one may.
func notID(text string) string {
	if text == "" || strings.Trim(strings.ToLower(text), "0123456789abcdef") != "" {
		return "no ID looks like that; \"procorebox holds list\" shows them, and --folder takes a path"
	}
	return ""
}

// pick returns the holds that are meant, and the IDs that name none, or several.
func (s *Selection) pick(held []Held) (picked []Held, unclear []Unclear) {
	chosen := map[syncer.ActionID]bool{}
	var folders []Held
	for _, id := range s.IDs {
		var found []Held
		for _, h := range held {
			if notID(id) == "" && strings.HasPrefix(string(h.ID), strings.ToLower(id)) {
				found = append(found, h)
			}
		}
		switch len(found) {
		case 0:
			unclear = append(unclear, Unclear{id, notID(id)})
		case 1:
			chosen[found[0].ID] = true
			if !s.Only {
				folders = append(folders, found[0])
			}
		default:
			unclear = append(unclear, Unclear{id, fmt.Sprintf("%d holds begin with it, such as %s and %s; use more of it", len(found), found[0].ID, found[1].ID)})
		}
	}
	for _, h := range held {
		if chosen[h.ID] || s.covers(h.Path, h.Run) || slices.ContainsFunc(folders, h.below) {
			picked = append(picked, h)
		}
	}
	return picked, unclear
}

// below reports whether a delete has to be carried out before that of a folder.
func (h *Held) below(folder Held) bool {
	return h.pair == folder.pair && h.On == folder.On && h.Op == folder.Op && h.Op == syncer.OpDelete.String() &&
		strings.HasPrefix(h.Path, folder.Path+"/")
}
