package boxtest

import "net/http"

func trashRoutes() []route {
	var all []route
	for _, k := range []kind{fileKind, folderKind, webLinkKind} {
		path := "/2.0/" + string(k) + "s/{" + string(k) + "_id}/trash"
		all = append(all,
			newRoute("GET "+path, apiOrigin, needRead, getTrashed(k)),
			newRoute("DELETE "+path, apiOrigin, needDelete, purgeItem(k)))
	}
	return all
}

// binned returns the item that the path names if it was trashed itself.
func (c *call) binned(k kind) (*item, error) {
	it, err := c.box.drive.binned(c.user, k, c.ids[string(k)+"_id"])
	if err != nil {
		return nil, err
	}
	return it, c.reaches(it)
}

// getTrashed shows what was trashed itself; what lies in a trashed folder is not found
// (section 3.7).
func getTrashed(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.binned(k)
		if err != nil {
			return nil, err
		}
		return c.show(http.StatusOK, it)
	}
}

func purgeItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.binned(k)
		if err != nil {
			return nil, err
		}
		return c.carryOut(operation{
			item: it, long: k == folderKind, status: http.StatusNoContent,
			effect: func() (*item, error) { return nil, c.box.drive.purge(c.user, it) },
		})
	}
}
