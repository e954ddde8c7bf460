package procoretest

import "net/http"

// albumRoutes are section 7.1.
func albumRoutes() []route {
	const all, one = "/rest/v1.0/image_categories", "/rest/v1.0/image_categories/{id}"
	return []route{
		newRoute("GET "+all, byQuery, Photos, ReadOnly, listAlbums),
		newRoute("GET "+all+"/ids_with_images", byQuery, Photos, ReadOnly, listAlbumIDs),
		newRoute("POST "+all, byBody, Photos, Standard, createAlbum),
		newRoute("GET "+one, byQuery, Photos, ReadOnly, getAlbum),
		newRoute("PATCH "+one, byBody, Photos, Standard, patchAlbum),
		newRoute("DELETE "+one, byBody, Photos, Standard, deleteAlbum),
	}
}

func listAlbums(c *call) (*reply, error) {
	s := c.photos()
	return list(c, s.inOrder(), func(a *album) any { return c.view().album(s, a) })
}

// listAlbumIDs lists the albums that have photos.
func listAlbumIDs(c *call) (*reply, error) {
	updated, err := c.filterSpan("updated_at")
	if err != nil {
		return nil, err
	}
	ids := []int64{}
	for _, a := range c.photos().inOrder() {
		if len(c.photos().members(a)) > 0 && updated.holds(a.updated) {
			ids = append(ids, a.id)
		}
	}
	return answer(http.StatusOK, ids), nil
}

func (c *call) photos() *photos { return c.place.photos }

func (c *call) album() (*album, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.photos().album(id)
}

func (c *call) albumChange() (albumChange, error) {
	in := c.params.in("image_category")
	private, err := in.flag("private")
	if err != nil {
		return albumChange{}, err
	}
	cover, err := in.idPointer("album_cover_id")
	return albumChange{name: in.pointer("name"), private: private, cover: cover}, err
}

func createAlbum(c *call) (*reply, error) {
	change, err := c.albumChange()
	if err != nil {
		return nil, err
	}
	a, err := c.drive().createAlbum(c.user, c.place, change)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().albumAlone(c.photos(), a)), nil
}

func getAlbum(c *call) (*reply, error) {
	a, err := c.album()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().albumAlone(c.photos(), a)), nil
}

func patchAlbum(c *call) (*reply, error) {
	a, err := c.album()
	if err != nil {
		return nil, err
	}
	change, err := c.albumChange()
	if err != nil {
		return nil, err
	}
	if err := c.drive().editAlbum(c.user, c.place, a, change); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().albumAlone(c.photos(), a)), nil
}

func deleteAlbum(c *call) (*reply, error) {
	a, err := c.album()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, nil), c.drive().deleteAlbum(c.user, c.place, a)
}
