//go:build linux

package main

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// editor is a user with a random hand. What a user does to a file that somebody else has just moved
// or deleted has no effect, and is no error.
type editor struct {
	rand    *rand.Rand
	root    string
	who     string
	files   []string
	folders []string // the root is the first
	most    int      // with more files than this, a user makes no new ones but deletes some; 0 is any number
	made    int
}

func newEditor(seed uint64, root, who string) *editor {
	e := &editor{rand: rand.New(rand.NewPCG(seed, 1)), root: root, who: who}
	e.look()
	return e
}

// look finds out what there is, in the order of names.
func (e *editor) look() {
	e.files, e.folders = nil, nil
	_ = filepath.WalkDir(e.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil //nolint:nilerr // it was moved away meanwhile
		case d.IsDir():
			e.folders = append(e.folders, path)
		case d.Type().IsRegular():
			e.files = append(e.files, path)
		}
		return nil
	})
}

func (e *editor) pick(from []string) string {
	if len(from) == 0 {
		return e.root
	}
	return from[e.rand.IntN(len(from))]
}

// take picks a file, which is not picked again before the next look.
func (e *editor) take() string {
	if len(e.files) == 0 {
		return filepath.Join(e.root, "nothing")
	}
	i := e.rand.IntN(len(e.files))
	file := e.files[i]
	e.files = append(e.files[:i], e.files[i+1:]...)
	return file
}

func (e *editor) contents() []byte {
	e.made++
	text := fmt.Sprintf("%s %d %d\n", e.who, e.made, e.rand.Uint64())
	return []byte(strings.Repeat(text, e.rand.IntN(200)+1))
}

// difficult are parts of names that trip programs.
var difficult = []string{
	"plain", "PLAIN", "\u00e9", "e\u0301", "\xff\xfe", "new\nline", " ", "trailing.", "-rf", "*", "\\", "\u202e", "%41", "a:b", "\x7f", "~", "#", "\U0001F4D0",
}

func (e *editor) name() string {
	e.made++
	return fmt.Sprintf("%s %s%d", e.pick(difficult), e.who, e.made)
}

// edit does one thing.
func (e *editor) edit() {
	what := e.rand.IntN(12)
	if e.most > 0 && len(e.files) > e.most && what <= 1 {
		what = 5
	}
	switch what {
	case 0, 1:
		_ = os.WriteFile(filepath.Join(e.pick(e.folders), e.name()), e.contents(), 0o644)
	case 2, 3:
		write(e.take(), e.contents())
	case 4:
		file := e.take()
		saved := filepath.Join(filepath.Dir(file), e.name()+".saving")
		if os.WriteFile(saved, e.contents(), 0o644) == nil && os.Rename(saved, file) != nil {
			_ = os.Remove(saved)
		}
	case 5:
		_ = os.Remove(e.take())
	case 6:
		file := e.take()
		_ = os.Rename(file, filepath.Join(filepath.Dir(file), e.name()))
	case 7:
		_ = os.Rename(e.take(), filepath.Join(e.pick(e.folders), e.name()))
	case 8:
		if folder := e.pick(e.folders); folder != e.root {
			_ = os.Rename(folder, filepath.Join(filepath.Dir(folder), e.name()))
		}
	case 9:
		_ = os.Mkdir(filepath.Join(e.pick(e.folders), e.name()), 0o755)
	case 10:
		file, now := e.take(), time.Now()
		_ = os.Chtimes(file, now, now)
	case 11:
		one, two := e.take(), e.take()
		aside := one + ".aside"
		if os.Rename(one, aside) == nil {
			_ = os.Rename(two, one)
			_ = os.Rename(aside, two)
		}
	}
}

// write changes a file in place, if it is there.
func write(path string, contents []byte) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return
	}
	_, _ = f.Write(contents)
	_ = f.Close()
}
