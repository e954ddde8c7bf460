package procoretest

import (
	"cmp"
	"slices"
	"time"
)

// unclassified is the album that every project has, for photos without one (section 7.1).
const unclassified = "Unclassified"

// An album holds photos. Albums are flat.
type album struct {
	id       int64
	name     string
	private  bool
	cover    int64 // image
	position int
	fixed    bool // Unclassified: it is neither changed nor deleted
	created  time.Time
	updated  time.Time
}

// photos are the Photos of a project.
type photos struct {
	at      *place
	albums  map[int64]*album
	images  map[int64]*image
	fixed   *album
	lastPos int
}

func newPhotos(at *place, id int64, now time.Time) *photos {
	fixed := &album{id: id, name: unclassified, fixed: true, created: now, updated: now}
	return &photos{at: at, albums: map[int64]*album{id: fixed}, images: map[int64]*image{}, fixed: fixed}
}

// An albumChange is what a request says about an album. What is nil stays.
type albumChange struct {
	name    *string
	private *bool
	cover   *int64 // image
}

// addAlbum makes an album.
func (s *photos) addAlbum(id int64, c albumChange, twins bool, now time.Time) (*album, error) {
	a := &album{id: id, created: now, position: s.lastPos + 1}
	if c.name == nil {
		return nil, badField("name", "can't be blank")
	}
	if err := s.changeAlbum(a, c, twins, now); err != nil {
		return nil, err
	}
	s.lastPos++
	s.albums[id] = a
	return a, nil
}

// changeAlbum edits an album. Twins says whether two albums may have one name, which nobody knows.
func (s *photos) changeAlbum(a *album, c albumChange, twins bool, now time.Time) error {
	if a.fixed {
		return badField("base", "the Unclassified album cannot be changed")
	}
	name := deref(c.name, a.name)
	if name == "" {
		return badField("name", "can't be blank")
	}
	for _, other := range s.albums {
		if other != a && other.name == name && !twins {
			return badField("name", "has already been taken")
		}
	}
	a.name, a.private, a.cover, a.updated = name, deref(c.private, a.private), deref(c.cover, a.cover), now
	return nil
}

// dropAlbum deletes an album. Its photos go to Unclassified, or with it: nobody knows.
func (s *photos) dropAlbum(a *album, withPhotos bool, now time.Time) ([]*image, error) {
	if a.fixed {
		return nil, badField("base", "the Unclassified album cannot be deleted")
	}
	var touched []*image
	for _, i := range s.images {
		if i.album != a {
			continue
		}
		i.album = s.fixed
		if i.deleted.IsZero() {
			touched = append(touched, i)
			i.updated = now
			if withPhotos {
				i.deleted = now
			}
		}
	}
	delete(s.albums, a.id)
	slices.SortFunc(touched, func(a, b *image) int { return cmp.Compare(a.id, b.id) })
	return touched, nil
}

func (s *photos) album(id int64) (*album, error) {
	if a := s.albums[id]; a != nil {
		return a, nil
	}
	return nil, notFound()
}

// inOrder lists the albums as they were made.
func (s *photos) inOrder() []*album {
	var all []*album
	for _, a := range s.albums {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b *album) int { return cmp.Or(cmp.Compare(a.position, b.position), cmp.Compare(a.id, b.id)) })
	return all
}

// members are the photos of an album that are not deleted.
func (s *photos) members(a *album) []*image {
	var all []*image
	for _, i := range s.images {
		if i.album == a && i.deleted.IsZero() {
			all = append(all, i)
		}
	}
	return all
}
