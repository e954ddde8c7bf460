package procoretest

import (
	"net/http"
	"slices"
	"strings"
)

// imageRoutes are sections 7.2 and 7.3.
func imageRoutes() []route {
	const all, one = "/rest/v1.0/images", "/rest/v1.0/images/{id}"
	return []route{
		newRoute("GET "+all, byQuery, Photos, ReadOnly, listImages),
		newRoute("POST "+all, byBody, Photos, Standard, createImage),
		newRoute("GET "+one, byQuery, Photos, ReadOnly, getImage),
		newRoute("PATCH "+one, byBody, Photos, Standard, patchImage),
		newRoute("DELETE "+one, byBody, Photos, Standard, deleteImage),
		newRoute("PATCH "+one+"/retrieve", byBody, Photos, Standard, retrieveImage),
	}
}

// imageSorts are the orders of a list (section 7.2).
func imageSorts() []string {
	return []string{"", "deleted_at", "created_at", "exposure_date", "taken_at", "most_recent"}
}

func listImages(c *call) (*reply, error) {
	f, err := c.imageFilter()
	if err != nil {
		return nil, err
	}
	all := c.photos().list(f)
	switch view := c.query.Get("serializer_view"); view {
	case "ids_only":
		return list(c, all, func(i *image) any { return i.id })
	case "", "normal", "android", "mobile", "mobile_feed", "prostore_file":
		return list(c, all, func(i *image) any { return c.view().image(i) })
	default:
		return nil, badField("serializer_view", "is not included in the list")
	}
}

func (c *call) imageFilter() (f imageFilter, err error) {
	f.query, f.sort = c.query.Get("filters[query]"), c.query.Get("sort")
	f.logDate = c.query.Get("filters[log_date]")
	if !slices.Contains(imageSorts(), strings.TrimPrefix(f.sort, "-")) {
		return f, badField("sort", "is not included in the list")
	}
	if c.query.Get("image_category_id") != "" {
		id, err := asID(c.query.Get("image_category_id"))
		if err != nil {
			return f, badField("image_category_id", "is not a number")
		}
		f.album = &id
	}
	for name, into := range map[string]*[]int64{
		"id": &f.ids, "location_id": &f.location, "trade_ids": &f.trades, "uploader_id": &f.uploader,
	} {
		if *into, err = c.filterIDs(name); err != nil {
			return f, err
		}
	}
	for name, into := range map[string]**bool{"private": &f.private, "starred": &f.starred} {
		if *into, err = c.filterFlag(name); err != nil {
			return f, err
		}
	}
	if f.created, err = c.filterSpan("created_at"); err != nil {
		return f, err
	}
	f.updated, err = c.filterSpan("updated_at")
	return f, err
}

func (c *call) image() (*image, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.photos().image(id)
}

func (c *call) imageChange() (imageChange, error) {
	in := c.params.in("image")
	change := imageChange{description: in.pointer("description"), logDate: in.pointer("log_date")}
	for name, into := range map[string]**int64{"image_category_id": &change.album, "location_id": &change.location} {
		id, err := in.idPointer(name)
		if err != nil {
			return change, err
		}
		*into = id
	}
	for name, into := range map[string]**bool{"private": &change.private, "starred": &change.starred} {
		yes, err := in.flag(name)
		if err != nil {
			return change, err
		}
		*into = yes
	}
	if in.has("trade_ids") {
		ids, err := in.ids("trade_ids")
		if err != nil {
			return change, err
		}
		change.trades = &ids
	}
	return change, nil
}

// createImage takes a photo in all three forms that the sources show (section 7.3): upload_uuid and
// image_name at the top, an object upload, or the contents in a form.
func createImage(c *call) (*reply, error) {
	change, err := c.imageChange()
	if err != nil {
		return nil, err
	}
	f, err := c.photoFile()
	if err != nil {
		return nil, err
	}
	i, err := c.drive().createImage(c.user, c.place, f, change)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().imageAlone(i)), nil
}

func (c *call) photoFile() (*stored, error) {
	in := c.params
	if c.params.has("upload") {
		in = c.params.in("upload")
	}
	if len(c.params.in("image")) == 0 {
		return nil, badField("image", "is missing")
	}
	uuid := in.text("upload_uuid")
	if uuid == "" {
		uuid = in.text("uuid")
	}
	name := in.text("image_name")
	switch part := c.params.in("image").part("data"); {
	case part != nil:
		return c.keep(part), nil
	case c.params.text("source_image_id") != "":
		return c.copyOf(c.params.text("source_image_id"))
	case uuid == "":
		return nil, badField("upload_uuid", "can't be blank")
	case name == "":
		return nil, badField("image_name", "can't be blank")
	}
	return c.uploaded(uuid, name)
}

// copyOf is the file of another photo.
func (c *call) copyOf(text string) (*stored, error) {
	id, err := asID(text)
	if err != nil {
		return nil, badField("source_image_id", "is not a number")
	}
	from, err := c.photos().image(id)
	if err != nil {
		return nil, badField("source_image_id", "must exist")
	}
	return from.file, nil
}

func getImage(c *call) (*reply, error) {
	i, err := c.image()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().imageAlone(i)), nil
}

// patchImage changes what can be changed. A name or contents cannot, and asking for that is no error
// (section 7.3).
func patchImage(c *call) (*reply, error) {
	i, err := c.image()
	if err != nil {
		return nil, err
	}
	change, err := c.imageChange()
	if err != nil {
		return nil, err
	}
	if err := c.drive().editImage(c.user, c.place, i, change); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().imageAlone(i)), nil
}

func deleteImage(c *call) (*reply, error) {
	i, err := c.image()
	if err != nil {
		return nil, err
	}
	permanently, err := asFlag(c.query.Get("permanent"))
	c.drive().deleteImage(c.user, c.place, i, err == nil && permanently)
	return answer(http.StatusOK, nil), nil
}

// retrieveImage takes a photo out of the bin. Its link is in the answers, but no page describes it.
func retrieveImage(c *call) (*reply, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	i := c.photos().images[id]
	if i == nil || c.procore.options.Switches.PhotosStayDeleted {
		return nil, notFound()
	}
	c.drive().retrieveImage(c.user, c.place, i)
	return answer(http.StatusOK, c.view().imageAlone(i)), nil
}
