package boxtest

import "net/http"

func fileRoutes() []route {
	return []route{
		newRoute("OPTIONS /2.0/files/content", apiOrigin, needUpload, preflight),
		newRoute("OPTIONS /2.0/files/{file_id}/content", apiOrigin, needUpload, preflightVersion),
		newRoute("GET /2.0/files/{file_id}", apiOrigin, needRead, getItem(fileKind)),
		newRoute("PUT /2.0/files/{file_id}", apiOrigin, needRename, putItem(fileKind)),
		newRoute("DELETE /2.0/files/{file_id}", apiOrigin, needDelete, deleteItem(fileKind)),
		newRoute("POST /2.0/files/{file_id}", apiOrigin, needDelete, restoreItem(fileKind)),
		newRoute("POST /2.0/files/{file_id}/copy", apiOrigin, needUpload, copyItem(fileKind)),
	}
}

type preflightWanted struct {
	Name   string `json:"name"`
	Parent id     `json:"parent"`
	Size   int64  `json:"size"`
}

// preflight is section 4.3. It makes the checks of an upload, and one of its own: the NFKC form of
// the name.
func preflight(c *call) (*reply, error) {
	var want preflightWanted
	if err := c.decode(&want); err != nil {
		return nil, err
	}
	if err := c.reachesFolder(want.Parent.ID); err != nil {
		return nil, err
	}
	_, _, err := c.box.drive.checkFile(c.user, want.Parent.ID, want.Name, want.Size, check{skewed: true}, conflictObject)
	if err != nil {
		return nil, err
	}
	return c.uploadURL("/2.0/files/content"), nil
}

func preflightVersion(c *call) (*reply, error) {
	var want preflightWanted
	if len(c.body) > 0 {
		if err := c.decode(&want); err != nil {
			return nil, err
		}
	}
	it, err := c.active(fileKind)
	if err != nil {
		return nil, err
	}
	if _, _, err := c.box.drive.checkVersion(c.user, it.id, want.Name, want.Size); err != nil {
		return nil, err
	}
	return c.uploadURL("/2.0/files/" + it.id + "/content"), nil
}

func (c *call) uploadURL(path string) *reply {
	c.box.tickets++
	return answer(http.StatusOK, object{
		"upload_url":   c.box.options.URLs.Upload + path + "?upload_session_id=" + eventID(-c.box.tickets)[:32],
		"upload_token": nil,
	})
}
