package boxtest

import (
	"net/http"
	"time"
)

// getItem is section 3.3.
func getItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.viaLink(k)
		if err != nil {
			return nil, err
		}
		if c.unchanged(it) {
			return answer(http.StatusNotModified, nil), nil
		}
		asked, err := c.fields()
		if err != nil {
			return nil, err
		}
		o := c.view().show(it, asked, standardFields(k))
		if _, ok := o["item_collection"]; ok {
			p, err := pageOf(c.query)
			if err != nil {
				return nil, err
			}
			p.fields = nil
			o["item_collection"] = c.view().collection(it, p)
		}
		return answer(http.StatusOK, o), nil
	}
}

// putItem is section 3.5. A precondition does not guard a move: the newest state is moved.
func putItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.item(k)
		if err != nil {
			return nil, err
		}
		var want editRequest
		if err := c.decode(&want); err != nil {
			return nil, err
		}
		change, err := want.change()
		if err != nil {
			return nil, err
		}
		if change.parent != nil {
			if err := c.reachesFolder(*change.parent); err != nil {
				return nil, err
			}
		}
		if it.inTrash() && (it.trashed.IsZero() || change.parent == nil) {
			return nil, inTrash()
		}
		if !change.moves(it) {
			if err := c.ifMatch(it); err != nil {
				return nil, err
			}
		}
		o := operation{
			item: it, long: k == folderKind && change.moves(it), status: http.StatusOK,
			effect: func() (*item, error) { return it, c.box.drive.edit(c.user, it, change) },
		}
		if o.long {
			if o.into, err = c.box.drive.destination(c.user, *change.parent); err != nil {
				return nil, err
			}
		}
		return c.carryOut(o)
	}
}

// deleteItem is section 3.7.
func deleteItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.active(k)
		if err != nil {
			return nil, err
		}
		if err := c.ifMatch(it); err != nil {
			return nil, err
		}
		recursive := c.query.Get("recursive") == "true"
		return c.carryOut(operation{
			item: it, long: k == folderKind, status: http.StatusNoContent,
			effect: func() (*item, error) { return nil, c.box.drive.trash(c.user, it, recursive) },
		})
	}
}

// restoreItem takes an item out of the trash. Its body may be missing.
func restoreItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.box.drive.binned(c.user, k, c.ids[string(k)+"_id"])
		if err != nil {
			return nil, err
		}
		var want struct {
			Name   optional[string] `json:"name"`
			Parent optional[id]     `json:"parent"`
		}
		if len(c.body) > 0 {
			if err := c.decode(&want); err != nil {
				return nil, err
			}
		}
		var parent *string
		if p := want.Parent.pointer(); p != nil {
			parent = &p.ID
		}
		return c.carryOut(operation{
			item: it, long: k == folderKind, status: http.StatusCreated,
			effect: func() (*item, error) { return it, c.box.drive.restore(c.user, it, want.Name.pointer(), parent) },
		})
	}
}

// copyItem is section 3.6.
func copyItem(k kind) handler {
	return func(c *call) (*reply, error) {
		it, err := c.active(k)
		if err != nil {
			return nil, err
		}
		var want struct {
			Name    string `json:"name"`
			Parent  id     `json:"parent"`
			Version string `json:"version"`
		}
		if err := c.decode(&want); err != nil {
			return nil, err
		}
		if err := c.intoFolder(want.Parent.ID); err != nil {
			return nil, err
		}
		to := copying{folder: want.Parent.ID, name: want.Name, version: want.Version}
		if c.box.options.FolderPace > 0 && it.count() > copiedAtOnce {
			return c.copyInBackground(it, to)
		}
		return c.carryOut(operation{
			item: it, long: k == folderKind, status: http.StatusCreated,
			effect: func() (*item, error) { return c.box.drive.copy(c.user, it, to) },
		})
	}
}

// copyInBackground answers with a folder that fills up later. There is no way to ask for the end.
func (c *call) copyInBackground(it *item, to copying) (*reply, error) {
	to.empty = true
	twin, err := c.box.drive.copy(c.user, it, to)
	if err != nil {
		return nil, err
	}
	c.begin(operation{item: it, into: twin, status: http.StatusCreated, effect: func() (*item, error) {
		c.box.drive.fill(c.user, it, twin)
		return twin, nil
	}}, c.box.options.FolderPace*time.Duration(it.count()))
	return c.show(http.StatusCreated, twin)
}

// parseTime reads a time that a client gives. Box knows none before 1970 (section 3.1).
func parseTime(field, text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, badField(field, "no RFC 3339 time: %q", text)
	}
	if t.Unix() < 0 {
		return time.Time{}, badField(field, "before 1970: %q", text)
	}
	return t.Truncate(time.Second), nil
}
