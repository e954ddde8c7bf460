package procoretest

import "time"

// An Album is what a Person sees of one.
type Album struct {
	ID      int64
	Name    string
	Private bool
}

// A Photo is what a Person sees of one.
type Photo struct {
	ID          int64
	Name        string
	AlbumID     int64
	Description string
	Taken       time.Time
	Updated     time.Time
	Size        int64
}

// Albums are those of a project as they were made, Unclassified first.
func (p *Person) Albums(projectID int64) []Album {
	p.begin()
	defer p.end()
	var all []Album
	for _, a := range p.procore.place(projectID).photos.inOrder() {
		all = append(all, Album{ID: a.id, Name: a.name, Private: a.private})
	}
	return all
}

// Photos are those of a project as they were made, without those that were deleted.
func (p *Person) Photos(projectID int64) []Photo {
	p.begin()
	defer p.end()
	var all []Photo
	for _, i := range p.procore.place(projectID).photos.list(imageFilter{}) {
		all = append(all, i.outside())
	}
	return all
}

func (i *image) outside() Photo {
	return Photo{
		ID: i.id, Name: i.file.name, AlbumID: i.album.id, Description: i.description, Taken: i.taken, Updated: i.updated,
		Size: i.file.blob.Size(),
	}
}

// AddAlbum makes an album.
func (p *Person) AddAlbum(projectID int64, name string) (Album, error) {
	var out Album
	err := p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		a, err := d.createAlbum(p.account, at, albumChange{name: &name})
		if err == nil {
			out = Album{ID: a.id, Name: a.name}
		}
		return err
	})
	return out, err
}

// RenameAlbum gives an album another name.
func (p *Person) RenameAlbum(projectID, albumID int64, name string) error {
	return p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		a, err := at.photos.album(albumID)
		if err != nil {
			return err
		}
		return d.editAlbum(p.account, at, a, albumChange{name: &name})
	})
}

// DeleteAlbum deletes an album.
func (p *Person) DeleteAlbum(projectID, albumID int64) error {
	return p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		a, err := at.photos.album(albumID)
		if err != nil {
			return err
		}
		return d.deleteAlbum(p.account, at, a)
	})
}

// AddPhoto puts a photo into an album; 0 is Unclassified.
func (p *Person) AddPhoto(projectID, albumID int64, name string, content []byte) (Photo, error) {
	var out Photo
	file := []Attachment{{Name: name, Content: content}}
	err := p.with(projectID, file, func(d *drive, at *place, kept []*stored) error {
		var c imageChange
		if albumID != 0 {
			c.album = &albumID
		}
		i, err := d.createImage(p.account, at, kept[0], c)
		if err == nil {
			out = i.outside()
		}
		return err
	})
	return out, err
}

// MovePhoto puts a photo into another album.
func (p *Person) MovePhoto(projectID, photoID, albumID int64) (Photo, error) {
	return p.photo(projectID, photoID, imageChange{album: &albumID})
}

// DescribePhoto sets the description of a photo.
func (p *Person) DescribePhoto(projectID, photoID int64, text string) (Photo, error) {
	return p.photo(projectID, photoID, imageChange{description: &text})
}

func (p *Person) photo(projectID, photoID int64, c imageChange) (Photo, error) {
	var out Photo
	err := p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		i, err := at.photos.image(photoID)
		if err != nil {
			return err
		}
		if err := d.editImage(p.account, at, i, c); err != nil {
			return err
		}
		out = i.outside()
		return nil
	})
	return out, err
}

// DeletePhoto puts a photo into the bin, from where [Person.RetrievePhoto] takes it.
func (p *Person) DeletePhoto(projectID, photoID int64) error {
	return p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		i, err := at.photos.image(photoID)
		if err == nil {
			d.deleteImage(p.account, at, i, false)
		}
		return err
	})
}

// RetrievePhoto takes a photo out of the bin.
func (p *Person) RetrievePhoto(projectID, photoID int64) error {
	return p.with(projectID, nil, func(d *drive, at *place, _ []*stored) error {
		i := at.photos.images[photoID]
		if i == nil {
			return notFound()
		}
		d.retrieveImage(p.account, at, i)
		return nil
	})
}

// ReadPhoto returns the contents of a photo.
func (p *Person) ReadPhoto(projectID, photoID int64) ([]byte, error) {
	var content []byte
	err := p.with(projectID, nil, func(_ *drive, at *place, _ []*stored) error {
		i, err := at.photos.image(photoID)
		if err != nil {
			return err
		}
		content, err = i.file.read()
		return err
	})
	return content, err
}
