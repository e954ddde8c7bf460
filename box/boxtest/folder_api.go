package boxtest

import (
	"net/http"
)

func folderRoutes() []route {
	return []route{
		newRoute("GET /2.0/folders/trash/items", apiOrigin, needRead, listTrash),
		newRoute("GET /2.0/folders/{folder_id}/items", apiOrigin, needRead, listFolder),
		newRoute("POST /2.0/folders", apiOrigin, needUpload, createFolder),
		newRoute("GET /2.0/folders/{folder_id}", apiOrigin, needRead, getItem(folderKind)),
		newRoute("PUT /2.0/folders/{folder_id}", apiOrigin, needRename, putItem(folderKind)),
		newRoute("DELETE /2.0/folders/{folder_id}", apiOrigin, needDelete, deleteItem(folderKind)),
		newRoute("POST /2.0/folders/{folder_id}", apiOrigin, needDelete, restoreItem(folderKind)),
		newRoute("POST /2.0/folders/{folder_id}/copy", apiOrigin, needUpload, copyItem(folderKind)),
	}
}

// listFolder is section 3.2.
func listFolder(c *call) (*reply, error) {
	folder, err := c.active(folderKind)
	if err != nil {
		return nil, err
	}
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	if p.byMarker && c.query.Get("sort") != "" && folder.isRoot() {
		return nil, badField("sort", "the root folder cannot be sorted with markers")
	}
	return answer(http.StatusOK, c.view().collection(folder, p)), nil
}

// createFolder is section 3.4.
func createFolder(c *call) (*reply, error) {
	var want struct {
		Name   string `json:"name"`
		Parent id     `json:"parent"`
	}
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if err := c.intoFolder(want.Parent.ID); err != nil {
		return nil, err
	}
	it, err := c.box.drive.createFolder(c.user, want.Parent.ID, want.Name)
	if err != nil {
		return nil, err
	}
	return c.show(http.StatusCreated, it)
}

// listTrash lists what was trashed itself, not what lies in trashed folders.
func listTrash(c *call) (*reply, error) {
	p, err := c.page()
	if err != nil {
		return nil, err
	}
	if p.byMarker && (c.query.Get("offset") != "" || c.query.Get("sort") != "") {
		return nil, because(refuse(http.StatusBadRequest, "invalid_parameter", "Invalid parameter"),
			"invalid_parameter", "usemarker", "markers go with neither offset nor sort")
	}
	if p.byMarker {
		p.by, p.falling = byID, false
	}
	return answer(http.StatusOK, c.view().entries(c.box.drive.trashList(c.user, p.by), p)), nil
}
