package procoretest

// submittal is how a submittal is shown, in a list and by itself (section 9).
func (v viewer) submittal(s *submittal) object {
	state := s.state()
	o := object{
		"id": s.id, "number": s.number, "formatted_number": s.formatted(), "title": s.title, "revision": s.revision,
		"current_revision": s.current, "private": s.private, "created_at": stamp(s.created), "updated_at": stamp(s.updated),
		"closed_at": stamp(s.closed), "distributed_at": stamp(s.distributed), "created_by": object{"id": s.by.ID, "name": s.by.Name},
		"status": object{"id": state.id, "name": state.name, "status": state.is}, "type": nil,
		"specification_section": nil, "submittal_package": nil, "attachments_count": len(s.attachments),
		"associated_attachments": v.associated(s.attachments), "approvers": v.approvers(s.approvers), "custom_fields": object{},
	}
	if s.kind != "" {
		o["type"] = object{"id": len(s.kind), "name": s.kind, "translated_name": s.kind}
	}
	if s.section != nil {
		o["specification_section"] = object{"id": s.section.id, "number": s.section.number, "description": s.section.description}
	}
	if s.pack != nil {
		o["submittal_package"] = v.pack(s.at, s.pack)
	}
	if !s.deleted.IsZero() {
		o["deleted_at"] = stamp(s.deleted)
	}
	return o
}

// submittalAlone adds what only the submittal by itself has.
func (v viewer) submittalAlone(s *submittal) object {
	o := v.submittal(s)
	o["last_distributed_submittal"], o["created_by"] = nil, s.by.mini()
	if !s.distributed.IsZero() {
		files := []object{}
		for _, a := range s.attachments {
			files = append(files, v.stored(a.file))
		}
		o["last_distributed_submittal"] = object{"distributed_attachments": files}
	}
	return o
}

// associated are the files of a submittal: an association has an id of its own, and there is neither
// size nor hash.
func (v viewer) associated(all []*associated) []object {
	list := []object{}
	for _, a := range all {
		list = append(list, object{
			"id": a.id, "attachment_id": a.file.id, "filename": a.file.name, "content_type": contentType(a.file.name),
			"url": v.p.linkOf(a.file), "attached_at": stamp(a.at), "updated_at": stamp(a.at), "version_timestamp": a.at.Unix(),
			"state": "active", "additional_page_count": 0, "document_markup_layer_id": nil, "markup_updated_at": nil,
		})
	}
	return list
}

func (v viewer) approvers(all []*approver) []object {
	list := []object{}
	for _, a := range all {
		files := []object{}
		for _, f := range a.files {
			files = append(files, v.stored(f))
		}
		list = append(list, object{"id": a.id, "user": a.user.mini(), "associated_attachments": files, "attachments": files})
	}
	return list
}

func (v viewer) pack(at *submittals, p *pack) object {
	ids, count := []int64{}, 0
	for _, s := range at.list(submittalFilter{packs: []int64{p.id}}) {
		ids = append(ids, s.id)
		count += len(s.attachments)
	}
	return object{
		"id": p.id, "number": p.number, "title": p.title, "attachments_count": count, "submittal_ids": ids,
		"updated_at": stamp(p.updated),
	}
}
