package procoretest

// album is how a list of albums shows one.
func (v viewer) album(s *photos, a *album) object {
	at := v.p.options.URLs.API + "/rest/v1.0/image_categories/" + decimal(a.id) + "?project_id=" + decimal(s.at.project.id)
	o := v.albumAlone(s, a)
	delete(o, "album_cover_id")
	o["updated_at"] = stamp(a.updated)
	o["cover_photo"] = nil
	if i := s.images[a.cover]; i != nil {
		o["cover_photo"] = v.p.linkOf(i.file)
	}
	o["links"] = object{"show": at, "update": at, "delete": at}
	return o
}

// albumAlone is how an album is shown by itself: without the time of its last change (section 7.1).
func (v viewer) albumAlone(s *photos, a *album) object {
	return object{
		"id": a.id, "name": a.name, "position": a.position, "album_cover_id": idOrNull(a.cover),
		"created_at": stamp(a.created), "private": a.private, "count": len(s.members(a)),
	}
}

// image is how a photo is shown, in a list and by itself (section 7.2). There is nothing by which its
// contents could be told from others.
func (v viewer) image(i *image) object {
	at := v.p.options.URLs.API + "/rest/v1.0/images/" + decimal(i.id)
	project := "?project_id=" + decimal(i.at.project.id)
	url := v.p.linkOf(i.file)
	return object{
		"id": i.id, "url": url, "thumbnail_url": url, "filename": i.file.name, "size": i.file.blob.Size(),
		"description": i.description, "taken_at": stamp(i.taken), "created_at": stamp(i.created), "updated_at": stamp(i.updated),
		"image_category_id": i.album.id, "image_category_name": i.album.name, "image_category_private": i.album.private,
		"location": v.location(i.location), "private": i.private, "starred": i.starred, "projection": "regular",
		"width": i.width, "height": i.height, "gps_lat": textOrNull(i.latitude), "gps_long": textOrNull(i.longitude),
		"origin_id": nil, "permanently_deleted": i.purged, "daily_log_header_id": nil, "daily_log_segment_id": nil,
		"comments_count": 0, "trades": v.trades(i.trades), "uploader": i.by.mini(),
		"links": object{
			"self": at + project, "update": at + project, "delete": at + project,
			"permanentlyDelete": at + project + "&permanent=true", "retrieve": at + "/retrieve" + project,
		},
	}
}

// imageAlone adds what only the photo by itself has.
func (v viewer) imageAlone(i *image) object {
	o := v.image(i)
	o["tiling_status"], o["tiles_config"] = "not_tiled", nil
	return o
}

func (v viewer) location(id *int64) any {
	if id == nil {
		return nil
	}
	name := "Location " + decimal(*id)
	return object{"id": *id, "name": name, "node_name": name, "parent_id": nil}
}

func (v viewer) trades(ids []int64) []object {
	all := []object{}
	for _, id := range ids {
		all = append(all, object{"id": id, "name": "Trade " + decimal(id), "active": true})
	}
	return all
}
