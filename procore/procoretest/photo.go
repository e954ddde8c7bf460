package procoretest

func (d *drive) createAlbum(u *user, at *place, c albumChange) (*album, error) {
	one, err := at.photos.addAlbum(d.next("album"), c, d.rules.AlbumNamesRepeat, d.now())
	if err != nil {
		return nil, err
	}
	d.tellOf(u, at, "Image Categories", one.id, created)
	return one, nil
}

func (d *drive) editAlbum(u *user, at *place, one *album, c albumChange) error {
	if err := at.photos.changeAlbum(one, c, d.rules.AlbumNamesRepeat, d.now()); err != nil {
		return err
	}
	d.tellOf(u, at, "Image Categories", one.id, updated)
	return nil
}

func (d *drive) deleteAlbum(u *user, at *place, one *album) error {
	touched, err := at.photos.dropAlbum(one, d.rules.AlbumTakesPhotos, d.now())
	if err != nil {
		return err
	}
	d.tellOf(u, at, "Image Categories", one.id, deleted)
	what := updated
	if d.rules.AlbumTakesPhotos {
		what = deleted
	}
	for _, i := range touched {
		d.tellOf(u, at, "Images", i.id, what)
	}
	return nil
}

func (d *drive) createImage(u *user, at *place, f *stored, c imageChange) (*image, error) {
	i, err := at.photos.addImage(d.next("photo"), f, c, u, photoRules{
		anyType: d.rules.PhotosOfAnyType, videos: d.rules.VideosAccepted,
		needsAlbum: d.rules.PhotosNeedAlbum, takenByExif: d.rules.TakenByExifOnly,
	}, d.now())
	if err != nil {
		return nil, err
	}
	d.tellOf(u, at, "Images", i.id, created)
	return i, nil
}

func (d *drive) editImage(u *user, at *place, i *image, c imageChange) error {
	if err := at.photos.changeImage(i, c, d.now()); err != nil {
		return err
	}
	d.tellOf(u, at, "Images", i.id, updated)
	return nil
}

func (d *drive) deleteImage(u *user, at *place, i *image, permanently bool) {
	at.photos.dropImage(i, permanently, d.now())
	d.tellOf(u, at, "Images", i.id, deleted)
}

func (d *drive) retrieveImage(u *user, at *place, i *image) {
	at.photos.retrieve(i, d.now())
	d.tellOf(u, at, "Images", i.id, created)
}
