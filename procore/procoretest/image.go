package procoretest

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"
)

// An image is a photo: bytes that never change, under a name that never changes. Only where it stands
// and what is said of it can be edited (section 7.3).
type image struct {
	id          int64
	at          *place
	file        *stored
	album       *album
	description string
	private     bool
	starred     bool
	logDate     string
	location    *int64
	trades      []int64
	taken       time.Time
	width       int
	height      int
	latitude    string
	longitude   string
	created     time.Time
	updated     time.Time
	by          *user
	deleted     time.Time
	purged      bool
}

// An imageChange is what a request says about a photo. What is nil stays.
type imageChange struct {
	album       *int64
	description *string
	private     *bool
	starred     *bool
	logDate     *string
	location    *int64
	trades      *[]int64
}

// photoRules are the positions of the switches that concern photos.
type photoRules struct {
	anyType     bool // every file is a photo
	videos      bool // videos are photos
	needsAlbum  bool // a photo without an album is refused
	takenByExif bool // without a date in its EXIF a photo was taken never
}

// accepts says whether a file of that name may be a photo (section 7.3: image formats only).
func (r photoRules) accepts(name string) bool {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	images := []string{"jpg", "jpeg", "png", "gif", "heic", "heif", "bmp", "tif", "tiff", "webp"}
	videos := []string{"mp4", "mov", "avi", "m4v"}
	return r.anyType || slices.Contains(images, ext) || r.videos && slices.Contains(videos, ext)
}

// addImage makes a photo of a file. Names repeat: it is known by its id alone.
func (s *photos) addImage(id int64, f *stored, c imageChange, by *user, r photoRules, now time.Time) (*image, error) {
	if !r.accepts(f.name) {
		return nil, badField("filename", "is not a supported image type")
	}
	if c.album == nil && r.needsAlbum {
		return nil, badField("image_category", "can't be blank")
	}
	i := &image{id: id, at: s.at, file: f, album: s.fixed, by: by, created: now}
	if err := s.changeImage(i, c, now); err != nil {
		return nil, err
	}
	shot, err := readShot(f)
	if err != nil {
		return nil, err
	}
	i.width, i.height, i.taken = shot.width, shot.height, shot.taken
	if i.taken.IsZero() && !r.takenByExif {
		i.taken = now
	}
	s.images[id] = i
	return i, nil
}

// changeImage edits a photo.
func (s *photos) changeImage(i *image, c imageChange, now time.Time) error {
	to := i.album
	if c.album != nil {
		var err error
		if to, err = s.album(*c.album); err != nil {
			return badField("image_category", "must exist")
		}
	}
	i.album = to
	i.description, i.logDate = deref(c.description, i.description), deref(c.logDate, i.logDate)
	i.private, i.starred = deref(c.private, i.private), deref(c.starred, i.starred)
	i.trades = deref(c.trades, i.trades)
	if c.location != nil {
		i.location = c.location
	}
	i.updated = now
	return nil
}

// dropImage puts a photo into the bin, or ends it.
func (s *photos) dropImage(i *image, permanently bool, now time.Time) {
	i.deleted, i.updated = now, now
	if permanently {
		i.purged = true
		delete(s.images, i.id)
	}
}

// retrieve takes a photo out of the bin.
func (s *photos) retrieve(i *image, now time.Time) {
	i.deleted, i.updated = time.Time{}, now
}

// image returns a photo that is not deleted.
func (s *photos) image(id int64) (*image, error) {
	if i := s.images[id]; i != nil && i.deleted.IsZero() {
		return i, nil
	}
	return nil, notFound()
}

// An imageFilter says which photos a list shows, and in which order.
type imageFilter struct {
	album    *int64
	ids      []int64
	private  *bool
	starred  *bool
	logDate  string
	query    string
	location []int64
	trades   []int64
	uploader []int64
	created  span
	updated  span
	sort     string
}

func (f imageFilter) takes(i *image) bool {
	among := func(all []int64, id int64) bool { return len(all) == 0 || slices.Contains(all, id) }
	switch {
	case !i.deleted.IsZero():
		return false
	case f.album != nil && i.album.id != *f.album, !among(f.ids, i.id), !among(f.uploader, i.by.ID):
		return false
	case f.private != nil && i.private != *f.private, f.starred != nil && i.starred != *f.starred:
		return false
	case f.logDate != "" && f.logDate != i.logDate, !f.created.holds(i.created), !f.updated.holds(i.updated):
		return false
	case len(f.location) > 0 && (i.location == nil || !slices.Contains(f.location, *i.location)):
		return false
	case len(f.trades) > 0 && !slices.ContainsFunc(i.trades, func(t int64) bool { return slices.Contains(f.trades, t) }):
		return false
	}
	text := strings.ToLower(i.file.name + "\n" + i.description)
	return strings.Contains(text, strings.ToLower(f.query))
}

// list returns the photos that a filter takes, in its order.
func (s *photos) list(f imageFilter) []*image { return filtered(s.images, f.takes, f.compare) }

func (f imageFilter) compare(a, b *image) int {
	key, reverse := strings.CutPrefix(f.sort, "-")
	var c int
	switch key {
	case "taken_at", "exposure_date":
		c = a.taken.Compare(b.taken)
	case "most_recent":
		c = b.created.Compare(a.created)
	case "created_at":
		c = a.created.Compare(b.created)
	}
	if reverse {
		c = -c
	}
	return cmp.Or(c, cmp.Compare(a.id, b.id))
}
