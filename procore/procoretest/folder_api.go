package procoretest

import "net/http"

// bothLevels are the routes of a call that projects and companies have alike (section 4.1).
func bothLevels(method, path string, level Level, h handler) []route {
	return []route{
		newRoute(method+" /rest/v1.0"+path, byQuery, Documents, level, h),
		newRoute(method+" /rest/v1.0/companies/{company_id}"+path, byCompany, Documents, level, h),
	}
}

func folderRoutes() []route {
	var all []route
	for _, two := range [][]route{
		bothLevels("GET", "/folders", ReadOnly, showRoot),
		bothLevels("GET", "/folders/{id}", ReadOnly, showFolder),
		bothLevels("POST", "/folders", Standard, createFolder),
		bothLevels("PATCH", "/folders/{id}", Standard, editFolder),
		bothLevels("DELETE", "/folders/{id}", Admin, deleteFolder),
	} {
		all = append(all, two...)
	}
	return all
}

// document is the item that the path names.
func (c *call) document(k kind) (*item, error) {
	id, err := c.id("id")
	if err != nil {
		return nil, err
	}
	return c.drive().known(c.user, c.place, k, id)
}

// showRoot is the root folder and what is right below it (section 4.4). Nothing is paged.
func showRoot(c *call) (*reply, error) { return c.folder(http.StatusOK, c.place.cabinet.root) }

func showFolder(c *call) (*reply, error) {
	it, err := c.document(folderKind)
	if err != nil {
		return nil, err
	}
	return c.folder(http.StatusOK, it)
}

func (c *call) folder(status int, it *item) (*reply, error) {
	return answer(status, c.view().folder(it, showing{
		contents: true, noFolders: c.asks("exclude_folders"), noFiles: c.asks("exclude_files"),
		latest: c.asks("show_latest_file_version_only"),
	})), nil
}

// asks says whether a flag of the query is set.
func (c *call) asks(name string) bool {
	yes, err := asFlag(c.query.Get(name))
	return err == nil && yes
}

func createFolder(c *call) (*reply, error) {
	w, err := wantedOf(c.params.in("folder"))
	if err != nil {
		return nil, err
	}
	it, err := c.drive().createFolder(c.user, c.place, w)
	if err != nil {
		return nil, err
	}
	return c.folder(http.StatusCreated, it)
}

// wantedOf reads what a folder or a file is to be like.
func wantedOf(p params) (wanted, error) {
	w := wanted{name: p.text("name"), description: p.text("description"), custom: customFields(p)}
	var err error
	if w.parent, err = p.id("parent_id"); err != nil {
		return w, err
	}
	for name, into := range map[string]*bool{
		"is_tracked": &w.tracked, "explicit_permissions": &w.private, "private": &w.private, "unique_name": &w.unique,
	} {
		yes, err := p.flag(name)
		if err != nil {
			return w, err
		}
		if yes != nil && *yes {
			*into = true
		}
	}
	return w, nil
}

func editFolder(c *call) (*reply, error) {
	it, err := c.document(folderKind)
	if err != nil {
		return nil, err
	}
	ch, err := changeOf(c.params.in("folder"))
	if err != nil {
		return nil, err
	}
	if err := c.drive().edit(c.user, it, ch); err != nil {
		return nil, err
	}
	return c.folder(http.StatusOK, it)
}

// changeOf reads what is to become of a folder or a file. What is missing or null stays.
func changeOf(p params) (change, error) {
	ch := change{name: p.pointer("name"), description: p.pointer("description"), custom: customFields(p)}
	if p.text("parent_id") != "" {
		id, err := p.id("parent_id")
		if err != nil {
			return ch, err
		}
		ch.parent = &id
	}
	var err error
	if ch.tracked, err = p.flag("is_tracked"); err != nil {
		return ch, err
	}
	ch.private, err = p.flag("explicit_permissions")
	return ch, err
}

func deleteFolder(c *call) (*reply, error) { return c.remove(folderKind) }

// remove answers 200 without a body (section 4.1).
func (c *call) remove(k kind) (*reply, error) {
	it, err := c.document(k)
	if err != nil {
		return nil, err
	}
	if err := c.drive().delete(c.user, it); err != nil {
		return nil, err
	}
	return answer(http.StatusOK, nil), nil
}
