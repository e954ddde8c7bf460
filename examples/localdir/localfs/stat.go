//go:build linux

package localfs

import (
	"strconv"
	"time"

	"github.com/procorebox/procorebox/syncer"
	"golang.org/x/sys/unix"
)

// stat is what the system tells of one item.
type stat struct {
	dev, ino, size      uint64
	birth, mtime, ctime int64 // nanoseconds
	mode                uint32
	links, uid, gid     uint32
	born                bool // birth is known
}

func statAt(dir int, name string) (stat, error) {
	return statx(dir, name, unix.AT_SYMLINK_NOFOLLOW)
}

func statOf(fd int) (stat, error) { return statx(fd, "", unix.AT_EMPTY_PATH) }

func statx(dir int, name string, flags int) (stat, error) {
	var s unix.Statx_t
	for {
		err := unix.Statx(dir, name, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &s)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return stat{}, err
		}
		break
	}
	return stat{
		dev: unix.Mkdev(s.Dev_major, s.Dev_minor), ino: s.Ino, size: s.Size, birth: nanos(s.Btime), mtime: nanos(s.Mtime),
		ctime: nanos(s.Ctime), mode: uint32(s.Mode), links: s.Nlink, uid: s.Uid, gid: s.Gid, born: s.Mask&unix.STATX_BTIME != 0,
	}, nil
}

func nanos(t unix.StatxTimestamp) int64 { return t.Sec*int64(time.Second) + int64(t.Nsec) }

func (s *stat) kind() uint32 { return s.mode & unix.S_IFMT }

// id names the inode for all time. Of items on another file system, which only files can be (an
// overlay may show them so), it names that too.
func (s *stat) id() string {
	b := make([]byte, 0, 32)
	b = strconv.AppendUint(b, s.ino, 36)
	b = append(b, '-')
	return string(strconv.AppendInt(b, s.birth, 36))
}

// version changes whenever the bytes do.
func (s *stat) version() string {
	b := make([]byte, 0, 48)
	b = strconv.AppendUint(b, s.size, 36)
	b = append(b, '.')
	b = strconv.AppendInt(b, s.mtime, 36)
	b = append(b, '.')
	return string(strconv.AppendInt(b, s.ctime, 36))
}

// sameBytes is version without the ctime, which a rename changes.
func (s *stat) sameBytes(o *stat) bool {
	return s.ino == o.ino && s.birth == o.birth && s.size == o.size && s.mtime == o.mtime
}

// kept remembers the version that a file had before we renamed it, for as long as its ctime is the
// one that the rename left.
type kept struct {
	ctime   int64
	version string
}

// entry is the item called name in the folder with the ID parent.
func (f *FS) entry(parent, name string, s *stat) syncer.Entry {
	e := syncer.Entry{ID: s.id(), ParentID: parent, Name: name, Kind: syncer.Other, Modified: time.Unix(0, s.mtime)}
	switch s.kind() {
	case unix.S_IFREG:
		e.Kind, e.Size = syncer.File, int64(s.size) //nolint:gosec // a file's size fits
		if s.dev != f.dev {
			e.ID += "@" + strconv.FormatUint(s.dev, 36)
		}
		if s.links > 1 {
			e.ID += "/" + strconv.FormatUint(sum(parent, name), 36)
		}
		e.Content = f.version(e.ID, s)
		e.Guard = syncer.Precondition(e.Content)
	case unix.S_IFDIR:
		e.Kind = syncer.Folder
		e.Guard = syncer.Precondition(e.ID)
		if s.dev != f.dev {
			e.Kind, e.Skip = syncer.Other, "another file system is mounted here"
		}
	case unix.S_IFLNK:
		e.Skip = "symbolic link: links are not followed"
	case unix.S_IFIFO:
		e.Skip = "named pipe"
	case unix.S_IFSOCK:
		e.Skip = "socket"
	default:
		e.Skip = "device"
	}
	return e
}

func (f *FS) version(id string, s *stat) string {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if k, ok := f.kept[id]; ok && k.ctime == s.ctime {
		return k.version
	}
	return s.version()
}

// keep notes that our own rename has left s of a file that was of this version.
func (f *FS) keep(id string, s *stat, version string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[id] = kept{s.ctime, version}
}

// sum is FNV-1a over a place, to tell the names of one inode apart.
func sum(parent, name string) uint64 {
	h := uint64(14695981039346656037)
	for _, part := range [...]string{parent, "/", name} {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * 1099511628211
		}
	}
	return h
}
