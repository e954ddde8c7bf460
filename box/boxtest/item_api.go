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

// An editRequest is the body of a PUT (section 3.5). What a client sends besides is ignored.
type editRequest struct {
	Name            optional[string]     `json:"name"`
	Parent          optional[id]         `json:"parent"`
	Description     optional[string]     `json:"description"`
	Tags            optional[[]string]   `json:"tags"`
	ContentModified optional[string]     `json:"content_modified_at"`
	SharedLink      optional[linkWanted] `json:"shared_link"`
	Lock            optional[lockWanted] `json:"lock"`
	URL             optional[string]     `json:"url"`
}

type linkWanted struct {
	Access      string            `json:"access"`
	UnsharedAt  optional[string]  `json:"unshared_at"`
	Password    optional[string]  `json:"password"`
	Permissions *permissionWanted `json:"permissions"`
}

type permissionWanted struct {
	CanDownload *bool `json:"can_download"`
}

type lockWanted struct {
	Type       string           `json:"type"`
	ExpiresAt  optional[string] `json:"expires_at"`
	NoDownload bool             `json:"is_download_prevented"`
}

// longestDescription is how many characters a description may have.
const longestDescription = 255

// change turns a request into what the drive understands.
func (e *editRequest) change() (change, error) {
	c := change{name: e.Name.pointer(), description: e.Description.pointer(), tags: e.Tags.pointer(), url: e.URL.pointer()}
	if c.description != nil && len(*c.description) > longestDescription+1 {
		return c, badField("description", "longer than %d characters", longestDescription)
	}
	if e.Parent.given && !e.Parent.null {
		if e.Parent.value.ID == "" {
			return c, badField("parent.id", "a folder is needed")
		}
		c.parent = &e.Parent.value.ID
	}
	if text := e.ContentModified.pointer(); text != nil {
		t, err := parseTime("content_modified_at", *text)
		if err != nil {
			return c, err
		}
		c.contentModified = &t
	}
	var err error
	if e.SharedLink.given {
		if c.link, err = e.SharedLink.value.change(e.SharedLink.null); err != nil {
			return c, err
		}
	}
	if e.Lock.given {
		c.lock, err = e.Lock.value.change(e.Lock.null)
	}
	return c, err
}

func (l linkWanted) change(remove bool) (*linkChange, error) {
	if remove {
		return &linkChange{}, nil
	}
	link := &sharedLink{access: l.Access, canDownload: true}
	switch l.Access {
	case "":
		link.access = "open"
	case "open", "company", "collaborators":
	default:
		return nil, badField("shared_link.access", "no access %q", l.Access)
	}
	if text := l.UnsharedAt.pointer(); text != nil {
		var err error
		if link.expires, err = parseTime("shared_link.unshared_at", *text); err != nil {
			return nil, err
		}
	}
	if text := l.Password.pointer(); text != nil {
		link.password = *text
	}
	if l.Permissions != nil && l.Permissions.CanDownload != nil {
		link.canDownload = *l.Permissions.CanDownload
	}
	return &linkChange{link}, nil
}

func (l lockWanted) change(remove bool) (*lockChange, error) {
	if remove {
		return &lockChange{}, nil
	}
	lock := &fileLock{noDownload: l.NoDownload}
	switch l.Type {
	case "lock", "":
	case "unlock":
		return &lockChange{}, nil
	default:
		return nil, badField("lock.type", "no lock %q", l.Type)
	}
	if text := l.ExpiresAt.pointer(); text != nil {
		var err error
		if lock.expires, err = parseTime("lock.expires_at", *text); err != nil {
			return nil, err
		}
	}
	return &lockChange{lock}, nil
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
		if want.Parent.ID == "" {
			return nil, badField("parent.id", "a folder is needed")
		}
		if err := c.reachesFolder(want.Parent.ID); err != nil {
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
