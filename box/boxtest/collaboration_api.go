package boxtest

import "net/http"

func collaborationRoutes() []route {
	return []route{
		newRoute("POST /2.0/collaborations", apiOrigin, needShare, createCollaboration),
		newRoute("GET /2.0/collaborations/{collaboration_id}", apiOrigin, needRead, getCollaboration),
		newRoute("PUT /2.0/collaborations/{collaboration_id}", apiOrigin, needShare, putCollaboration),
		newRoute("DELETE /2.0/collaborations/{collaboration_id}", apiOrigin, needShare, deleteCollaboration),
		newRoute("GET /2.0/folders/{folder_id}/collaborations", apiOrigin, needRead, listCollaborations(folderKind)),
		newRoute("GET /2.0/files/{file_id}/collaborations", apiOrigin, needRead, listCollaborations(fileKind)),
		newRoute("POST /2.0/folder_locks", apiOrigin, needWrite, createFolderLock),
		newRoute("GET /2.0/folder_locks", apiOrigin, needRead, listFolderLocks),
		newRoute("DELETE /2.0/folder_locks/{lock_id}", apiOrigin, needWrite, deleteFolderLock),
	}
}

// createCollaboration invites a user, by id or by login (section 9).
func createCollaboration(c *call) (*reply, error) {
	var want struct {
		Item struct {
			Type string `json:"type"`
			ID   string `json:"id"`
		} `json:"item"`
		AccessibleBy struct {
			Type  string `json:"type"`
			ID    string `json:"id"`
			Login string `json:"login"`
		} `json:"accessible_by"`
		Role string `json:"role"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if want.AccessibleBy.Type != "user" {
		return nil, badField("accessible_by.type", "the fake knows users only")
	}
	it, err := c.box.drive.active(c.user, kind(want.Item.Type), want.Item.ID)
	if err != nil {
		return nil, err
	}
	with := c.box.drive.users[want.AccessibleBy.ID]
	if with == nil {
		with = c.box.drive.userByLogin(want.AccessibleBy.Login)
	}
	if with == nil {
		return nil, notFound()
	}
	grant, err := c.box.drive.collaborate(c.user, it, with, want.Role)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().collaboration(grant)), nil
}

func (c *call) collaboration() (*collaboration, error) {
	grant := c.box.drive.grants[c.ids["collaboration_id"]]
	if grant == nil || !c.box.drive.rights(c.user, grant.item).see {
		return nil, notFound()
	}
	return grant, nil
}

func getCollaboration(c *call) (*reply, error) {
	grant, err := c.collaboration()
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().collaboration(grant)), nil
}

func putCollaboration(c *call) (*reply, error) {
	grant, err := c.collaboration()
	if err != nil {
		return nil, err
	}
	var want struct {
		Role string `json:"role"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if !c.box.drive.rights(c.user, grant.item).invite {
		return nil, forbidden()
	}
	if err := c.box.drive.changeRole(c.user, grant, want.Role); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().collaboration(grant)), nil
}

// deleteCollaboration ends one: by who may invite there, or by the one who was invited.
func deleteCollaboration(c *call) (*reply, error) {
	grant, err := c.collaboration()
	if err != nil {
		return nil, err
	}
	if grant.with != c.user && !c.box.drive.rights(c.user, grant.item).invite {
		return nil, forbidden()
	}
	c.box.drive.uncollaborate(c.user, grant)
	return answer(http.StatusNoContent, nil), nil
}

// listCollaborations lists those on the item itself.
func listCollaborations(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.active(k)
		if err != nil {
			return nil, err
		}
		entries := []any{}
		for _, grant := range c.box.drive.grantsOn(it) {
			entries = append(entries, c.view().collaboration(grant))
		}
		return answer(http.StatusOK, object{"entries": entries, "limit": defaultPage, "next_marker": nil}), nil
	}
}

func createFolderLock(c *call) (*reply, error) {
	var want struct {
		Folder id `json:"folder"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	it, err := c.box.drive.active(c.user, folderKind, want.Folder.ID)
	if err != nil {
		return nil, err
	}
	l, err := c.box.drive.fix(c.user, it)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().folderLock(l)), nil
}

func listFolderLocks(c *call) (*reply, error) {
	it, err := c.box.drive.active(c.user, folderKind, c.query.Get("folder_id"))
	if err != nil {
		return nil, err
	}
	entries := []any{}
	if it.fixed != nil {
		entries = append(entries, c.view().folderLock(it.fixed))
	}
	// Box writes this one limit as a text.
	return answer(http.StatusOK, object{"entries": entries, "limit": digits(defaultPage), "next_marker": nil}), nil
}

func deleteFolderLock(c *call) (*reply, error) {
	l := c.box.drive.fixed[c.ids["lock_id"]]
	if l == nil || !c.box.drive.rights(c.user, l.folder).see {
		return nil, notFound()
	}
	if !c.box.drive.rights(c.user, l.folder).invite {
		return nil, forbidden()
	}
	c.box.drive.unfix(l)
	return answer(http.StatusNoContent, nil), nil
}

func (v viewer) folderLock(l *folderLock) object {
	return object{
		"id": l.id, "type": "folder_lock", "folder": v.mini(l.folder),
		"created_by": object{"type": "user", "id": l.by.ID},
		"created_at": v.time(l.created), "lock_type": "freeze",
		"locked_operations": object{"move": true, "delete": true},
	}
}
