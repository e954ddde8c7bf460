package boxtest

import "net/http"

func versionRoutes() []route {
	return []route{
		newRoute("GET /2.0/files/{file_id}/versions", apiOrigin, needRead, listVersions),
		newRoute("POST /2.0/files/{file_id}/versions/current", apiOrigin, needUpload, promoteVersion),
		newRoute("GET /2.0/files/{file_id}/versions/{version_id}", apiOrigin, needRead, getVersion),
		newRoute("DELETE /2.0/files/{file_id}/versions/{version_id}", apiOrigin, needDelete, deleteVersion),
		newRoute("PUT /2.0/files/{file_id}/versions/{version_id}", apiOrigin, needDelete, undeleteVersion),
	}
}

// listVersions lists past versions only (section 9).
func listVersions(c *call) (*reply, error) {
	it, err := c.active(fileKind)
	if err != nil {
		return nil, err
	}
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	all := it.history()
	from := min(p.offset, len(all))
	to := min(from+p.limit, len(all))
	entries := []any{}
	for _, v := range all[from:to] {
		entries = append(entries, c.view().version(v))
	}
	return answer(http.StatusOK, object{
		"total_count": len(all), "entries": entries, "limit": p.limit, "offset": p.offset,
	}), nil
}

func promoteVersion(c *call) (*reply, error) {
	it, err := c.active(fileKind)
	if err != nil {
		return nil, err
	}
	var want struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if want.Type != "file_version" {
		return nil, badField("type", "must be file_version")
	}
	v, err := c.box.drive.promote(c.user, it, want.ID)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusCreated, c.view().version(v)), nil
}

func getVersion(c *call) (*reply, error) {
	it, err := c.active(fileKind)
	if err != nil {
		return nil, err
	}
	v, err := it.version(c.ids["version_id"])
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().version(v)), nil
}

func deleteVersion(c *call) (*reply, error) {
	it, v, err := c.pastVersion()
	if err != nil {
		return nil, err
	}
	if err := c.ifMatch(it); err != nil {
		return nil, err
	}
	if err := c.box.drive.trashVersion(c.user, it, v); err != nil {
		return nil, err
	}
	return answer(http.StatusNoContent, nil), nil
}

func undeleteVersion(c *call) (*reply, error) {
	it, v, err := c.pastVersion()
	if err != nil {
		return nil, err
	}
	var want struct {
		TrashedAt optional[string] `json:"trashed_at"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if !want.TrashedAt.null {
		return nil, badField("trashed_at", "only null can be set")
	}
	if err := c.box.drive.restoreVersion(c.user, it, v); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().version(v)), nil
}

func (c *call) pastVersion() (*item, *version, error) {
	it, err := c.active(fileKind)
	if err != nil {
		return nil, nil, err
	}
	v, err := it.past(c.ids["version_id"])
	return it, v, err
}
