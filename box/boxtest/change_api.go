package boxtest

import "unicode/utf8"

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
	if c.description != nil && utf8.RuneCountInString(*c.description) > longestDescription {
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
