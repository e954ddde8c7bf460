package syncertest

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/procorebox/procorebox/syncer"
)

// admit checks whether an item may stand in parent under name, and returns the name as it will be
// stored. self is the item when it is there already; size is its length or UnknownSize.
func (s *Service) admit(parent *node, kind syncer.Kind, name string, self *node) (string, error) {
	if parent.kind != syncer.Folder {
		return "", fmt.Errorf("%q is no folder: %w", parent.name, fs.ErrNotExist)
	}
	if s.o.Clean != nil {
		name = s.o.Clean(name)
	}
	info := s.o.Info
	rules := info.Names
	if s.o.Lenient {
		rules = syncer.Names{}
	}
	if err := rules.Check(name); err != nil {
		return "", err
	}
	moved := self == nil || self.parent != parent
	switch {
	case kind == syncer.File && !s.takes(name):
		return "", fmt.Errorf("files of type %q: %w", path.Ext(name), syncer.ErrRefused)
	case kind == syncer.File && info.FoldersOnlyAtRoot && parent == s.root && moved:
		return "", fmt.Errorf("the root holds folders only: %w", syncer.ErrRefused)
	case kind == syncer.Folder && moved && s.tooDeep(parent, self):
		return "", fmt.Errorf("folders nest at most %d deep: %w", info.MaxDepth, syncer.ErrRefused)
	case self != nil && kind == syncer.Folder && parent.inside(self):
		return "", fmt.Errorf("a folder cannot go into itself: %w", syncer.ErrRefused)
	}
	for _, k := range parent.kids.named(syncer.NameKey(name)) {
		if k != self && info.Names.Unique.Clash(k.name, k.kind, name, kind) {
			return "", fmt.Errorf("%q is taken: %w", name, fs.ErrExist)
		}
	}
	return name, nil
}

func (s *Service) takes(name string) bool {
	return len(s.o.Info.Extensions) == 0 || slices.Contains(s.o.Info.Extensions, strings.ToLower(path.Ext(name)))
}

func (s *Service) tooDeep(parent, self *node) bool {
	if s.o.Info.MaxDepth == 0 || !parent.inside(s.root) {
		return false
	}
	depth := 1
	for n := parent; n != s.root; n = n.parent {
		depth++
	}
	if self != nil {
		depth += self.height() - 1
	}
	return depth > s.o.Info.MaxDepth
}

// fits checks the size of a body that takes the place of old bytes.
func (s *Service) fits(size, old int64) error {
	if limit := s.o.Info.MaxSize; limit > 0 && size > limit {
		return fmt.Errorf("larger than %d bytes: %w", limit, syncer.ErrRefused)
	}
	if s.o.Forgetful {
		size -= old
	}
	if s.o.Quota > 0 && s.used+size > s.o.Quota {
		return fmt.Errorf("quota of %d bytes: %w", s.o.Quota, syncer.ErrQuota)
	}
	return nil
}
