package procoretest

import (
	"net/http"
	"strconv"
)

func versionRoutes() []route {
	var all []route
	for _, two := range [][]route{
		bothLevels("POST", "/file_versions", Standard, createVersion),
		bothLevels("GET", "/file_versions/{id}", ReadOnly, showVersion),
	} {
		all = append(all, two...)
	}
	return all
}

// createVersion gives a file new contents, and a name if there is one (section 4.5).
func createVersion(c *call) (*reply, error) {
	p := c.params.in("file_version")
	id, err := strconv.ParseInt(c.query.Get("file_id"), 10, 64)
	if err != nil {
		if id, err = c.params.id("file_id"); err != nil || id == 0 {
			return nil, badField("file_id", "is missing")
		}
	}
	it, err := c.drive().known(c.user, c.place, fileKind, id)
	if err != nil {
		return nil, err
	}
	content, err := c.content(p)
	if err != nil {
		return nil, err
	}
	if content == nil {
		return nil, badField("upload_uuid", "can't be blank")
	}
	ch := change{content: content, notes: p.pointer("notes")}
	if p.text("name") != "" {
		ch.name = p.pointer("name")
	}
	err = c.drive().edit(c.user, it, ch)
	if err != nil {
		return nil, c.held(err)
	}
	return answer(http.StatusCreated, c.view().version(it.current())), nil
}

func showVersion(c *call) (*reply, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	v := c.drive().versions[id]
	if v == nil {
		return nil, notFound()
	}
	if _, err := c.drive().known(c.user, c.place, fileKind, v.file.id); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, c.view().version(v)), nil
}
